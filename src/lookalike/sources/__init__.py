"""Where records and image bytes come from: folders, tables, URLs."""
