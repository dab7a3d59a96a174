"""What was made, kept by the key of everything that it was made from."""
