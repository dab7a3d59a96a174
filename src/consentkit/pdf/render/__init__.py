"""The only caller of WeasyPrint, and what it needs."""
