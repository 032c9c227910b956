"""Visual recommendations for shops: what looks like this, and why."""
