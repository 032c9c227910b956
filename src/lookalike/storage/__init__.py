"""Where state lives: the database and the workspace folder.  The only place with SQL."""
