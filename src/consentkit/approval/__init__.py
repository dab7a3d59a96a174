"""Who approved what, how each document stands, what has changed since, and what a PDF is."""
