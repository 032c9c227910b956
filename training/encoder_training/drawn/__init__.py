"""Pictures this package draws itself, on the device: patterns, wood, stone, things, backgrounds."""
