"""Record a function or a graph once, replay it fast."""
