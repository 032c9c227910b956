"""Measures an exported encoder: neighbors, heads, disturbed photos, masks, speed."""
