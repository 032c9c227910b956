"""Catalogs in: from records and images to a state that questions read."""
