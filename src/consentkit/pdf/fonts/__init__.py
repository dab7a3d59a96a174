"""The fonts that may be used, the characters that they can print, and the preparation of texts for them."""
