"""One procedure becomes one finished document: composed, made, read back, kept."""
