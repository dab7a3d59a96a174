"""Record numbers, as other programs write them.

Guarantees: a cell is one number only where it has the form of one; of two numbers in a cell none is taken, and neither
is something else in its place, such as the patient's name, a day or a telephone number.
"""

from __future__ import annotations

import re

from consentkit.packets.mapping.outcome import Outcome, unclear

_ONE_WORD = re.compile(r"[0-9A-Za-z]+(?:[-/.][0-9A-Za-z]+)*")
"""2019/00123, QF-77123: no space, and none of the marks that separate things."""
_MARKED = re.compile(r"[A-Z]{1,6} ")
"""What may be before a number: MR 20417."""
_IN_THREES = re.compile(r"[0-9]{3}(?: [0-9]{3}){1,3}")
"""123 456 789."""
_NHS = re.compile(r"([0-9]{3}) ([0-9]{3}) ([0-9]{4})")
"""943 476 5919, and many a telephone number."""
_NO_RECORD = re.compile(r"[0-9]{3}[-.][0-9]{3}[-.][0-9]{4}|[0-9]{3}-[0-9]{2}-[0-9]{4}")
"""Telephone numbers and numbers of the social security of the USA."""
_DAY = re.compile(r"([0-9]{4}|[0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{1,2})")
_SEVERAL = (
    "may hold several record numbers, or something else, such as a day or a telephone number; let the program write "
    "the clinic's own number alone"
)


def one_record_number(text: str) -> Outcome:
    """The one number of a cell."""
    if not re.search("[0-9]", text):
        return unclear("has no digit, so it may be a name or a remark; give the patient's record number")
    mark = _MARKED.match(text)
    number = text[mark.end() :] if mark else text
    if not re.search("[0-9]", number) or not _is_one(number):
        return unclear(_SEVERAL)
    return Outcome(text)


def _is_one(number: str) -> bool:
    if _IN_THREES.fullmatch(number):
        return True
    if _NHS.fullmatch(number):
        return _has_check_digit(number.replace(" ", ""))
    if not _ONE_WORD.fullmatch(number) or _NO_RECORD.fullmatch(number) or _reads_as_day(number):
        return False
    return not _are_several(re.split(r"[^0-9A-Za-z]+", number))


def _has_check_digit(digits: str) -> bool:
    """Whether the last of ten digits is the one that numbers of the NHS have there."""
    total = sum(int(digit) * weight for digit, weight in zip(digits, range(10, 1, -1), strict=False))
    return (11 - total % 11) % 11 == int(digits[-1])


def _reads_as_day(number: str) -> bool:
    """Whether a number may be a day, in any order of day and month."""
    parts = _DAY.fullmatch(number)
    if parts is None:
        return False
    first, _, middle, last = parts.groups()
    ends = [(int(first), int(middle)), (int(middle), int(last)), (int(middle), int(first))]
    return any(1 <= month <= 12 and 1 <= day <= 31 for month, day in ends)


def _are_several(parts: list[str]) -> bool:
    """Whether two parts of a number may be a number each: 77123/88001, 7712-8800, A123/B456, but not 2019/00123."""
    long = [part for part in parts if len(re.findall("[0-9]", part)) > 4]
    mixed = [part for part in parts if re.search("[0-9]", part) and re.search("[A-Za-z]", part)]
    of_four = [part for part in parts if re.fullmatch("[0-9]{4}", part) and not re.match("19|20", part)]
    words = [part.casefold() for part in parts if part.isalpha()]
    return max(len(long), len(mixed), len(of_four)) > 1 or len(words) > len(set(words))
