"""Signed paper that comes back from a scanner: which page it is, and where ink is on it; it knows nobody's name."""
