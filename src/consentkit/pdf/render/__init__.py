"""The one caller of WeasyPrint, and what it needs."""
