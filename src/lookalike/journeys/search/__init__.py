"""What looks like this."""
