"""Names of people, as other programs write them.

Guarantees: a name is turned round only where it has the stated order and nothing else; what may be a second name, such
as one in brackets, is asked about, since the papers bear the legal one; what follows a comma is credentials only where
it is known or stated to be such, and never part of a name otherwise.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from typing import NamedTuple

from consentkit.model.mapping import NameForm
from consentkit.packets.mapping.credentials import are_credentials, look_like_credentials, may_be_credentials
from consentkit.packets.mapping.outcome import Outcome, unclear

_SUFFIX = re.compile(r"(?:jr|sr|jnr|snr|ii|iii|iv|v|2nd|3rd|4th)\.?", re.IGNORECASE)
"""What belongs to a name and follows it."""
_TITLES = "mr|mrs|ms|miss|mx|dr|prof|rev"
_TITLE = re.compile(rf"(?:{_TITLES})\.?", re.IGNORECASE)
"""What belongs to a name and comes first."""
_TITLE_ALONE = re.compile(
    rf"(?:{_TITLES}|mister|doctor|professor|reverend|herr|frau|sra|srta|mme|mlle|sir|madam)\.?", re.IGNORECASE
)
"""What is no name where nothing else is in its place."""
_SECOND = re.compile(
    r"[()\[\]{}\"“”„‟`´«»‹›]|(?:^|\s)['‘‚][^'’]+['’](?:\s|$)|\b(?:(?i:n[ée][ée]|né|a\.?k\.?a|f\.?k\.?a|alias|formerly"
    r"|goes by|known as|pref(?:s|ers?|erred)?|nicknamed?|geb(?:orene[rn]?)?|maiden)|called|born|dite?|genannt)\b"
)
"""Signs of a second name: Robert (Bob), Robert "Bob", Robert 'Bob', Ann Lee née Roe, Ann Lee known as Mia."""
_SEVERAL = re.compile(
    r"[/&;+]|\b(?:and|und|et|or|oder|with|plus|famil(?:y|ie|ia)|couple)\b|(?-i:\b(?:ou|mit|avec|con)\b)"
    r"|(?:\A|,)\s*\S+\s(?-i:[yeoiu])(?=\s)",
    re.IGNORECASE,
)
"""Signs of several people: Ann & Bob Lee, Ann or Bob Lee, Ana y Luis Roe; but not Ana Roe y Lee."""
_JOINED = re.compile(
    r"\s(?:[yY]|[ei])\s+(?:(?:de|del|la|las|los|da|do|das|dos)\s+)*+[^\s,]+\s+(?!(?i:jr|sr|ii|iii|iv)\.?(?:\s|,|\Z))[^\s,]"
    r"|,.*\s(?:[yY]|[ei])\s+\S"
)
"""Two people or two last names: Ana María y Luis García; Roe, Ana María y Luis; but not Santiago Ramón y Cajal."""
_UNKNOWN = r"none|null|no name|unnamed|anonymous|n\.\s?[an]\.|n\.?a\.?|tb[ad]|[-.]+"
_NO_NAME = re.compile(
    r"[*:#^|\\<>=~@%$!?_�]|(?![234](?:nd|rd|th)\b)[0-9]|\s[-–—]|[-–—]\s|(?i:\b(?:unknown|unbekannt|desconocid[oa])\b)"
    rf"|\A(?i:(?:{_UNKNOWN})(?:[\s,]+(?:{_UNKNOWN}))*|[-.]*)\Z"
)
"""Signs of something else than a name, such as a number or a mark of the program's."""
_POST = re.compile(
    r"intern|extern|resident|trainee|student|fellow|postdoc|supervisor|therapist|counsell?or|psychologist|psychiatrist"
    r"|physician|nurse|assistant|associate|candidate|licensed|staff|provider",
    re.IGNORECASE,
)
"""What somebody is, and not what somebody is called."""
_SEVERAL_NAMES = "may hold the names of several people; give each of them a row"
_SECOND_NAME = (
    "contains a second name; papers bear the legal one, so let the program write it alone, or give the legal name here"
)
_MORE = "contains a digit or a mark that belongs to no name; give the name alone"
_NO_FIRST = "has no first name behind the comma; write the last name, a comma and the first name"
_UNKNOWN_REST = (
    "has something behind a comma that may be a first name, or credentials that are not known; give the name alone, or "
    "state such credentials under `mapping` in clinic.yaml, as in `credentials: [Intern]`; if all last names come "
    'first, state `form: "Last, First Middle"` for this column there'
)


class NameReading(NamedTuple):
    """How the names of a column are read."""

    form: NameForm | None = None
    """The order that clinic.yaml states."""
    of_staff: bool = False
    """Whether credentials may follow."""
    credentials: Sequence[str] = ()
    """What the clinic states to be credentials, beside those that are known."""


def read_name(cell: str, reading: NameReading) -> Outcome:
    """A name with the first name first. Of staff, the credentials behind it are the `rest`."""
    text = " ".join(unicodedata.normalize("NFC", cell).split())
    if _SECOND.search(text):
        return unclear(_SECOND_NAME)
    if _SEVERAL.search(text) or _JOINED.search(text):
        return unclear(_SEVERAL_NAMES)
    if _NO_NAME.search(text):
        return unclear(_MORE)
    parts = [part.strip() for part in text.split(",")]
    if reading.form == "Last, First Middle":
        return _turned(parts, reading, is_shouted=text.isupper())
    return _as_it_is(parts, reading, is_shouted=text.isupper())


def _as_it_is(parts: list[str], reading: NameReading, *, is_shouted: bool) -> Outcome:
    """A name whose first name comes first."""
    name, *others = parts
    suffixes, others = _suffixes(others)
    if others and not reading.of_staff:
        return unclear(
            'contains a comma; if the last name comes first, state `form: "Last, First Middle"` for this column in '
            "clinic.yaml"
        )
    if others and len([word for word in name.split() if not _TITLE.fullmatch(word)]) == 1:  # Okonkwo, Amara
        return unclear(
            "has one word before the comma, which may be a last name; give the whole name, or, if all last names come "
            'first, state `form: "Last, First Middle"` for this column in clinic.yaml'
        )
    if not all(are_credentials(one, reading.credentials, is_shouted=is_shouted) for one in others):
        return unclear(_UNKNOWN_REST)
    return Outcome(" ".join([name, *suffixes]), rest=", ".join(others))


def _turned(parts: list[str], reading: NameReading, *, is_shouted: bool) -> Outcome:
    """A name whose last name comes first, turned round."""
    if len(parts) < 2 or not all(parts[:2]):
        return unclear("is not a last name, a comma and a first name, as clinic.yaml states; write it so")
    last, first, *others = parts
    suffixes, others = _suffixes(others)
    if _SUFFIX.fullmatch(first) and others:  # Whitfield, Jr., Marcus
        suffixes, first, others = [first], others[0], others[1:]
    titles, (last, first) = _titles(last, first)
    words = last.split()
    if len(words) > 1 and _SUFFIX.fullmatch(words[-1]):  # Whitfield Jr., Marcus
        last, suffixes = " ".join(words[:-1]), [words[-1], *suffixes]
    words = first.split()
    if len(words) > 1 and _SUFFIX.fullmatch(words[-1]) and words[-1].strip(".").upper() != "V":  # Whitfield, Marcus Jr.
        first, suffixes = " ".join(words[:-1]), [words[-1], *suffixes]
    if not _are_names(first, last, reading.credentials):
        return unclear(_NO_FIRST)
    first, behind = _without_credentials(first, reading, is_shouted=is_shouted)
    if _may_have_credentials(first, reading, is_shouted=is_shouted):
        return unclear(_UNKNOWN_REST)
    others = [*behind, *others]
    if others and not reading.of_staff:
        return unclear("contains more than a last name, a comma and a first name; write it so")
    if not all(are_credentials(one, reading.credentials, is_shouted=is_shouted) for one in others):
        return unclear(_UNKNOWN_REST)
    return Outcome(" ".join([*titles, first, last, *suffixes]), rest=", ".join(others))


def _are_names(first: str, last: str, credentials: Sequence[str]) -> bool:
    """Whether both parts of a name hold one: not so in `Lee, Mr` or `Vane Umbersley, LCSW`."""
    if any(
        all(_SUFFIX.fullmatch(word) or _TITLE_ALONE.fullmatch(word) for word in one.split()) for one in (first, last)
    ):
        return False
    return not are_credentials(first, credentials, is_shouted=False) and (
        last.isupper() or not look_like_credentials(first)
    )


def _may_have_credentials(first: str, reading: NameReading, *, is_shouted: bool) -> bool:
    """Whether a first name may end with, or be, what somebody is: Vane phd, Intern."""
    *others, end = first.split()
    if reading.of_staff and any(map(_POST.fullmatch, first.split())):
        return True
    return bool(others) and may_be_credentials(end, is_shouted=is_shouted and reading.of_staff)


def _titles(*parts: str) -> tuple[list[str], list[str]]:
    """The titles at the ends of parts of a name, and the parts without them."""
    titles: list[str] = []
    rest: list[str] = []
    for part in parts:
        words = part.split()
        while len(words) > 1 and _TITLE.fullmatch(words[0]):
            titles.append(words.pop(0))
        if len(words) > 1 and _TITLE.fullmatch(words[-1]):
            titles.append(words.pop())
        rest.append(" ".join(words))
    return titles, rest


def _without_credentials(first: str, reading: NameReading, *, is_shouted: bool) -> tuple[str, list[str]]:
    """A first name, and the credentials that follow it without a comma: Vane LCSW."""
    words = first.split()
    count = 0
    while count < len(words) - 1 and are_credentials(words[-count - 1], reading.credentials, is_shouted=is_shouted):
        count += 1
    return " ".join(words[: len(words) - count]), words[len(words) - count :]


def _suffixes(parts: list[str]) -> tuple[list[str], list[str]]:
    """The suffixes at the beginning of what follows a name, and what follows them."""
    count = next((place for place, part in enumerate(parts) if not _SUFFIX.fullmatch(part)), len(parts))
    return parts[:count], [part for part in parts[count:] if part]
