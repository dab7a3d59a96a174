"""Scans of signed paper, sorted into the packets that they belong to, and what is missing from them."""
