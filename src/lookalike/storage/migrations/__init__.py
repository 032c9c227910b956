"""Numbered migrations: `versions/NNNN_what.py`, never edited once released."""
