"""The procedural sample shop: products, pictures and looks whose truth is known."""
