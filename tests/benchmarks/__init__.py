"""Side-by-side benchmarks: our figure and each peer's in one run on the same work."""
