"""What the product does, one journey a module: load, call the core, save."""
