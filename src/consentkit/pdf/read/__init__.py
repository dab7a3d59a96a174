"""A finished PDF is read back: by its structure, by its glyphs, and by what is visible."""
