"""Record numbers, as other programs write them.

Guarantees: of two numbers in a cell none is taken, and neither is a word in its place, such as the patient's name.
"""

from __future__ import annotations

import re

from consentkit.packets.mapping.outcome import Outcome, unclear

_TWO = re.compile(r"\w\s*/\s+\w|\w\s+/\s*\w|[0-9]{5,}[\s/]+\S*?[0-9]{5,}|[,;|&+]|\band\b")
"""What separates two numbers: 77123 / 88001; but 2019/00123 is one, and so is 943 476 5919."""


def one_record_number(text: str) -> Outcome:
    """The one number of a cell."""
    if _TWO.search(text):
        return unclear("may hold several record numbers; let the program write the clinic's own alone")
    if not re.search("[0-9]", text):
        return unclear("has no digit, so it may be a name or a remark; give the patient's record number")
    return Outcome(text)
