"""Results -> measurements: pure functions of lists, labels and chance."""
