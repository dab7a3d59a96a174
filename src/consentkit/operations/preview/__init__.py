"""A document or packet that is made again whenever one of its files is saved, for an author who looks at it."""
