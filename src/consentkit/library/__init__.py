"""Where a clinic's files are, which of several counts, and what a document is made from."""
