"""Trains, exports and measures the default encoder; `python -m encoder_training --help`."""
