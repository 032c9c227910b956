"""One set of JSON shapes for every surface."""
