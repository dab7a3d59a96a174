"""What the files mean: procedures, translations, words, services, visits; frozen, and checked when they are made."""
