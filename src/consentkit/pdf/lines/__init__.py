"""Single lines of text, shaped without the page engine, to be drawn onto finished pages."""
