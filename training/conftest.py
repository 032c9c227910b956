"""Puts this folder on the import path of its tests: pytest adds the folder of a conftest.py."""
