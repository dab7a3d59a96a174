"""Codes of procedures with their modifiers, as billing systems write them: 90837-95, or several in a cell.

Guarantees: a modifier is taken off only where the code has the form of CPT and HCPCS; what is no code is never taken
for one.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from consentkit.model.identity import CODE_PATTERN

TELEHEALTH = frozenset({"93", "95", "FQ", "GT"})
"""The modifiers that mean telehealth: by telephone (93, FQ) or by video (95, GT)."""
_BILLED = r"(?:[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})"
_MODIFIED = re.compile(rf"\b({_BILLED})((?:\s*[-:]\s*[0-9A-Z]{{2}})+)(?![0-9A-Z])", re.IGNORECASE)
_FIRST = re.compile(rf"{_BILLED}(?:[-:][0-9A-Z]{{2}})*(?![0-9A-Z-])", re.IGNORECASE)
_CODE = re.compile(CODE_PATTERN)
_BETWEEN = re.compile(r"[\s,;/|+&]+")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")
_ANY_CODE = re.compile(rf"(?<![0-9A-Z]){_BILLED}(?=(?:FQ|GT)?(?![0-9A-Z]))", re.IGNORECASE)
_NO_LENGTH = r"(?!\s*[-‐-―]?\s*(?:min|m\b|hr|h\b|%|percent))"
_APART = r"[^\w?*$€£]"
_NEXT_MODIFIER = re.compile(
    rf"{_APART}*(?:(?:with\s+|w/\s*)?mod(?:ifier)?s?\b{_APART}*)?([0-9A-Z]{{2}})(?![0-9A-Z]|[.,][0-9]){_NO_LENGTH}",
    re.IGNORECASE,
)
"""What follows a code or a modifier, whatever is between: 90837-95, 90837–95, 90837 [95], 90837 mod. GT."""
_SOMEWHERE = re.compile(rf"(?<![0-9A-Z:.,$€£])(?:93|95|FQ|GT)(?![0-9A-Z:]|[.,][0-9]){_NO_LENGTH}", re.IGNORECASE)
"""What may be a modifier that means telehealth, with words between it and its code: 90837 Talk GT."""


class SplitCodes(NamedTuple):
    """What a cell with codes holds."""

    codes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()
    may_be_telehealth: bool = False
    """Whether something behind a code may be such a modifier, but need not be one."""

    @property
    def are_telehealth(self) -> bool:
        """Whether a modifier means telehealth."""
        return not TELEHEALTH.isdisjoint(self.modifiers)


def split_codes(text: str) -> SplitCodes | None:
    """The codes and modifiers of a text; None where something in it is no code."""
    modifiers: list[str] = []

    def take_off(match: re.Match[str]) -> str:
        modifiers.extend(_MODIFIER.findall(match[2].upper()))
        return f" {match[1]} "

    codes: list[str] = []
    for part in filter(None, _BETWEEN.split(_MODIFIED.sub(take_off, text))):
        if codes and _MODIFIER.fullmatch(part) and _is_billed(codes[-1]):
            modifiers.append(part)  # 90837 95
        else:
            codes.append(part.upper() if _is_billed(part) else part)
    if not codes or not all(_CODE.fullmatch(code) and re.search("[0-9]", code) for code in codes):
        return None
    return SplitCodes(tuple(codes), tuple(modifiers))


def first_code(text: str) -> SplitCodes | None:
    """The code, with its modifiers, that a text begins with; None where it begins with something else.

    Also None where what follows may be a modifier, or has another code in it: 90837 (95) Talk, 90837 or 90834.
    """
    if is_billed_code(text):
        return split_codes(text)
    match = _FIRST.match(text.strip())
    if match is None or _may_be_coded(text.strip()[match.end() :]):
        return None
    return split_codes(match[0])


def modified_by_text(codes: tuple[str, ...], text: str) -> SplitCodes:
    """Codes that a text was translated to, with the modifiers that mean telehealth and follow a code in the text.

    90837-95 Talk and 90837 (GT) have one; 90837 Talk GT may have one.
    """
    known: list[str] = []
    may_be = False
    for code in _ANY_CODE.finditer(text):
        place = code.end()
        while modifier := _NEXT_MODIFIER.match(text, place):
            known.append(modifier[1].upper())
            place = modifier.end()
        may_be = may_be or _SOMEWHERE.search(text, place) is not None
    return SplitCodes(codes, tuple(one for one in known if one in TELEHEALTH), may_be)


def _may_be_coded(text: str) -> bool:
    """Whether a text begins, after separators, with what may be a modifier, or may have another code in it.

    It may where it has a question mark, a star or an `or`: 90837? or group.
    """
    if re.search(r"[?*]|\b(?:or|oder|ou)\b", text, re.IGNORECASE):
        return True
    words = re.findall(r"[^\W_]+", text)
    word = words[0] if words else ""
    is_modifier = len(word) == 2 and (word.isupper() or re.search("[0-9]", word) is not None)
    return is_modifier or word.upper() in TELEHEALTH or any(map(_is_billed, words))


def split_modifiers(text: str) -> tuple[str, ...] | None:
    """The modifiers of a cell of their own; None where something in it is none."""
    parts = [part for part in re.split(r"[\s,;:/|-]+", text.upper()) if part]
    return tuple(parts) if all(_MODIFIER.fullmatch(part) for part in parts) else None


def is_billed_code(text: str) -> bool:
    """Whether a text is codes in the form of CPT and HCPCS, with or without modifiers, and nothing else."""
    split = split_codes(text)
    return split is not None and all(map(_is_billed, split.codes))


def _is_billed(text: str) -> bool:
    return re.fullmatch(_BILLED, text.upper()) is not None
