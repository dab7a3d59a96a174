"""A finished PDF read back: by its structure, by its glyphs, and by what can be seen."""
