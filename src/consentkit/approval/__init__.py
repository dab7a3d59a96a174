"""Who approved what, which documents are approved, what has changed since, and what a PDF is."""
