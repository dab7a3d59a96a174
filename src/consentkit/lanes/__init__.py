"""Answers that an earlier run has given, handed out again before the program is loaded."""
