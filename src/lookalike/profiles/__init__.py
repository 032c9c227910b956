"""Events -> tastes, and tastes -> order: pure functions of the log and of product rows."""
