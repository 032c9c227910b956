"""From query rows and a filter to candidates."""
