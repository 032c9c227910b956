"""The database and the workspace folder: the only place that writes SQL."""
