"""What merchants want beside likeness."""
