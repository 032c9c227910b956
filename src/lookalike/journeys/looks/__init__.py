"""What completes this look."""
