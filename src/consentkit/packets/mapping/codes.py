"""Codes of procedures with their modifiers, as billing systems write them: 90837-95, or several in a cell.

Guarantees: a modifier is taken off only where the code has the form of CPT and HCPCS; what is no code is never taken
for one.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from consentkit.model.identity import CODE_PATTERN

TELEHEALTH = frozenset({"93", "95", "FQ", "GT"})
"""The modifiers that mean telehealth: by telephone (93, FQ) or by video (95, GT)."""
_BILLED = r"(?:[0-9]{4}[0-9A-Z]|[A-Z][0-9]{4})"
_MODIFIED = re.compile(rf"\b({_BILLED})((?:\s*[-:]\s*[0-9A-Z]{{2}})+)(?![0-9A-Z])", re.IGNORECASE)
_FIRST = re.compile(rf"{_BILLED}(?:[-:][0-9A-Z]{{2}})*(?![0-9A-Z-])", re.IGNORECASE)
_CODE = re.compile(CODE_PATTERN)
_BETWEEN = re.compile(r"[\s,;/|+&]+")
_MODIFIER = re.compile(r"[0-9A-Z]{2}")


@dataclass(frozen=True)
class SplitCodes:
    """What a cell with codes holds."""

    codes: tuple[str, ...] = ()
    modifiers: tuple[str, ...] = ()

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

    Also None where words follow that begin with what may be another code or a modifier: 90837 (95) Talk.
    """
    if is_billed_code(text):
        return split_codes(text)
    match = _FIRST.match(text.strip())
    if match is None or _may_be_coded(text.strip()[match.end() :]):
        return None
    return split_codes(match[0])


def _may_be_coded(text: str) -> bool:
    """Whether a text begins, after separators, with what may be a code or a modifier."""
    match = re.match(r"[\W_]*([^\W_]+)", text)
    word = match[1] if match else ""
    is_modifier = len(word) == 2 and (word.isupper() or re.search("[0-9]", word) is not None)
    return is_modifier or word.upper() in TELEHEALTH or _is_billed(word)


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
