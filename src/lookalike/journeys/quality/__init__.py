"""How good, how stable, what is odd."""
