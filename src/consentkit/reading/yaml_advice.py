"""What the YAML parser's errors mean to the person who wrote the file.

Guarantees: every error of the parser gets a place and an explanation; where the likely cause is known, it states what
to do. The parser's own words follow for readers who know YAML, unless the file is about a person: they may quote it.
"""

from __future__ import annotations

import re

import yaml


def diagnosis(error: yaml.MarkedYAMLError, text: str, *, discreet: bool = False) -> tuple[yaml.Mark | None, str]:
    """The place and the likely cause of an error in a text; a discreet one leaves the parser's words out."""
    detail = error.problem or ""
    complaint = f"{error.context or ''}: {detail}"
    for table, marks in (
        (_WHERE_IT_BEGINS, (error.context_mark, error.problem_mark)),
        (_WHERE_IT_ENDS, (error.problem_mark, error.context_mark)),
    ):
        mark = marks[0] or marks[1]
        for fragment, advice in table.items():
            if fragment in complaint:
                likely = _closer_look(fragment, mark, text) or advice
                return mark, likely if discreet else f"{likely} (YAML: {detail})"
    return mark, f"is not valid YAML{_LOOK if discreet else f': {detail}'}"


def _closer_look(fragment: str, mark: yaml.Mark | None, text: str) -> str | None:
    """Distinguish causes for which the parser has only one error, by the line that it is about."""
    if mark is None:
        return None
    line = [*text.split("\n"), ""][mark.line]
    before, after = line[: mark.column], line[mark.column :]
    for complaint, part, pattern, advice in (
        (_STRAY_CHARACTER, after, r"\t", "is indented with a tab; use spaces"),
        (_STRAY_COLON, before, r"[\s-]*[\w-]+\s*$", _TOO_DEEP),
        (_STRAY_KEY, before, r".*[\"'\]}]\s*$", _GOES_ON),
        (_STRAY_ITEM, before, r".*[\"'\]}]\s*$", _GOES_ON),
        (_NO_COLON, after, r"[•·▪◦‣–—]", "begins with a bullet; write `- ` instead"),
        (
            _NO_COLON,
            after,
            r"[^\"'#]*\s#",
            "contains a `#`, which begins a comment; put the whole text in quotation marks",
        ),
        (_NO_START, text, r"%", "has a line that begins with `%`; delete that line"),
    ):
        if complaint == fragment and re.match(pattern, part):
            return advice
    return None


_STRAY_CHARACTER = "found character that cannot start any token"
_STRAY_COLON = "mapping values are not allowed"
_STRAY_KEY = "did not find expected key"
_STRAY_ITEM = "did not find expected '-' indicator"
_NO_COLON = "could not find expected ':'"
_NO_START = "<document start>"

_LOOK = "; look for broken quotation marks or brackets"
_TOO_DEEP = "is indented more than the line above, which already has its text; line it up, or quote the text above"
_GOES_ON = "continues after a closing quotation mark or bracket; put the whole text in quotation marks"
_QUOTES = "opens quotation marks that are never closed; close them"
_BLOCK = "has text after `|` or `>`; begin it on the next line"
_BACKSLASH = (
    "contains a backslash, which has a special meaning inside double quotation marks; double it, or use single ones"
)
_QUOTE_IT = "which has a special meaning in YAML; put the text in quotation marks"

# Errors of libyaml's scanner.c and parser.c, by the place that helps more: where the faulty thing begins, or where the
# parser gave up.
_WHERE_IT_BEGINS = {
    "directive": "begins with `%`, which has a special meaning in YAML; delete the line",
    "while scanning an alias": f"begins with `*`, {_QUOTE_IT}; a list item begins with `- `",
    "while scanning an anchor": f"begins with `&`, {_QUOTE_IT}",
    " tag": f"begins with `!`, {_QUOTE_IT}",
    "found unexpected end of stream": _QUOTES,
    "found unexpected document indicator": _QUOTES,
    _NO_COLON: "has no colon with a space; write `key: value`, or indent a line that continues a text",
    "did not find expected ',' or": (
        "opens a bracket that is not closed, or lacks a comma inside; close it, or put the text in quotation marks"
    ),
    "block scalar: did not find": _BLOCK,
    "indentation indicator": _BLOCK,
}
_WHERE_IT_ENDS = {
    "incompatible YAML": "has a line that begins with `%`; delete it",
    "found a tab character": "is indented with a tab; use spaces",
    _STRAY_CHARACTER: "begins with a character that has a special meaning in YAML; put the text in quotation marks",
    _STRAY_COLON: "has a second colon; put the whole text in quotation marks",
    _STRAY_KEY: "does not line up with the lines above; give it the same indentation",
    _STRAY_ITEM: "is not an item of the list above; begin it with `- `, or line it up with the keys",
    "block sequence entries are not allowed": "starts a list on the line of its key; put each `- ` on its own line",
    "did not find expected node content": "begins with a comma or bracket; put the text in quotation marks",
    "mapping keys are not allowed": f"begins with `?`, {_QUOTE_IT}",
    "escape": _BACKSLASH,
    "hexdecimal": _BACKSLASH,
    _NO_START: "continues after `...`, which ends a YAML file; delete that line",
}
