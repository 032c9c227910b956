"""From the bytes of an image to its features."""
