"""Names of people, as other programs write them.

Guarantees: a name is turned round only where it has the stated order and nothing else; what may be a second name, such
as one in brackets, is asked about, since the papers bear the legal one.
"""

from __future__ import annotations

import re

from consentkit.model.mapping import NameForm
from consentkit.packets.mapping.outcome import Outcome, unclear

_SUFFIX = re.compile(r"(?:jr|sr|jnr|snr|ii|iii|iv|v|2nd|3rd|4th)\.?", re.IGNORECASE)
"""What belongs to a name and follows it."""
_SECOND = re.compile(r"[()\[\]\"“”]|(?:^|\s)['‘][^'’]+['’](?:\s|$)")
"""Signs of a second name: Robert (Bob), Robert "Bob", Robert 'Bob'."""
_SEVERAL = re.compile(r"[/&;+]|\band\b", re.IGNORECASE)
"""Signs of several people: Ann & Bob Lee."""
_CREDENTIAL = re.compile(r"[A-Z]{2,}[A-Z0-9-]*|(?:[A-Z][a-z]*[.])+[A-Z]?[.]?|[A-Z][a-z]{1,2}[A-Z]{1,2}")
_SEVERAL_NAMES = "may hold the names of several people; give each of them a row"
_SECOND_NAME = (
    "contains a second name; papers bear the legal one, so let the program write it alone, or give the legal name here"
)


def look_like_credentials(text: str) -> bool:
    """Whether each word may be a degree or a licence: LCSW, Ph.D., PsyD. A name in capitals looks the same."""
    words = text.replace(",", " ").split()
    return bool(words) and all(_CREDENTIAL.fullmatch(word) for word in words)


def read_name(cell: str, form: NameForm | None, *, of_staff: bool = False) -> Outcome:
    """A name with the first name first. Of staff, what follows it, such as credentials, is the `rest`."""
    text = " ".join(cell.split())
    if _SECOND.search(text):
        return unclear(_SECOND_NAME)
    if _SEVERAL.search(text):
        return unclear(_SEVERAL_NAMES)
    parts = [part.strip() for part in text.split(",")]
    if form == "Last, First Middle":
        return _turned(parts, of_staff=of_staff)
    name, *others = parts
    suffixes, others = _suffixes(others)
    if others and not of_staff:
        return unclear(
            'contains a comma; if the last name comes first, state `form: "Last, First Middle"` for this column in '
            "clinic.yaml"
        )
    if others and len(name.split()) == 1:  # Okonkwo, Amara
        return unclear(
            "has one word before the comma, which may be a last name; give the whole name, or, if all last names come "
            'first, state `form: "Last, First Middle"` for this column in clinic.yaml'
        )
    return Outcome(" ".join([name, *suffixes]), rest=", ".join(others))


def _turned(parts: list[str], *, of_staff: bool) -> Outcome:
    if len(parts) < 2 or not all(parts[:2]):
        return unclear("is not a last name, a comma and a first name, as clinic.yaml states; write it so")
    last, first, *others = parts
    suffixes, others = _suffixes(others)
    if _SUFFIX.fullmatch(first) and others:  # Whitfield, Jr., Marcus
        suffixes, first, others = [first], others[0], others[1:]
    *words, end = last.split()
    if words and _SUFFIX.fullmatch(end):  # Whitfield Jr., Marcus
        last, suffixes = " ".join(words), [end, *suffixes]
    if _SUFFIX.fullmatch(first):
        return unclear("has no first name behind the comma; write the last name, a comma and the first name")
    if others and not of_staff:
        return unclear("contains more than a last name, a comma and a first name; write it so")
    return Outcome(" ".join([first, last, *suffixes]), rest=", ".join(others))


def _suffixes(parts: list[str]) -> tuple[list[str], list[str]]:
    """The suffixes at the beginning of what follows a name, and what follows them."""
    count = next((place for place, part in enumerate(parts) if not _SUFFIX.fullmatch(part)), len(parts))
    return parts[:count], [part for part in parts[count:] if part]
