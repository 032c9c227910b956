"""From candidates to an ordered, varied, explained list."""
