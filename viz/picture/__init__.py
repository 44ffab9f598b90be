"""From a graph to a picture: fold it to cards, lay them out, draw the links, paint. README.md tells the way."""
