"""A whole service list in one run: what it lists, which processes make it, and the record of what is there."""
