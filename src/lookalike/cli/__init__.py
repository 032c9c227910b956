"""The command-line surface."""
