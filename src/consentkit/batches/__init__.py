"""A whole service list in one run: what is wanted, who makes it, and the record of what is there."""
