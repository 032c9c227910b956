"""What this shopper will like, and what is known of them."""
