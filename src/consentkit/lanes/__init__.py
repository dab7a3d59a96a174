"""Answers that an earlier run has given, handed out again before the program is loaded."""

COMMANDS = ("batch", "list", "render")
"""The commands that have a lane: they make papers for nobody in particular."""
