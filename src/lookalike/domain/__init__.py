"""Values: products, features, filters, queries and results.  No I/O, clock or chance."""
