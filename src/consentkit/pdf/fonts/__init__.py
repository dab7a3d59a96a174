"""The fonts that may be used, what they can print, and texts prepared for them."""
