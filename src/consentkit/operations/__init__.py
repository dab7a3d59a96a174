"""The errands that the faces call."""
