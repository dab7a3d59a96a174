"""Making PDF files and reading them back. `engine` writes, `reading` reads; neither knows about procedures."""
