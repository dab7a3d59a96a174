"""What in a text reveals who somebody is.

Guarantees: accents, capitals and the marks between letters don't count; nothing is quoted; little is loaded, since a
packet that is made ahead of the program (`consentkit.lanes`) looks here, too.
"""

from __future__ import annotations

import re
import unicodedata

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    import datetime
    from collections.abc import Iterator


def revealed_in(
    text: str, name: str, record: str, born: datetime.date, *, representative: str | None = None
) -> str | None:
    """What in a text reveals who a patient is, in words that quote nothing; None where nothing does.

    Accents, capitals and the marks between letters don't count. A text is split where letters and digits end, and a
    piece is somebody's if it is a word of the name or several of them in a row, or if it contains a word of six letters
    or more. Nicknames, initials and names written in another script are not detected.
    """
    plain = _folded(text)
    pieces = set(re.findall(r"[^\W\d_]+", plain))
    if any(_is_named(name, pieces)) or _contains_record(record, plain):
        return "the patient's name or record number"
    if _contains_day(born, plain):
        return "the patient's date of birth"
    if representative and any(_is_named(representative, pieces)):
        return "the representative's name"
    return None


def mentions(particular: str, text: str) -> bool:
    """Whether a text reveals a particular that was not validated: a name, a record number or a day, in any form."""
    plain = _folded(text)
    pieces = set(re.findall(r"[^\W\d_]+", plain))
    if any(_is_named(particular, pieces)):
        return True
    if not any(char.isdigit() for char in particular):
        return False
    import datetime  # which few texts need

    try:
        day = datetime.date.fromisoformat(particular)
    except ValueError:
        return _contains_record(particular, plain)
    return _contains_day(day, plain)


_LEAST_LETTERS = 2
"""The fewest letters of a word that counts as a name: an initial is part of too many numbers."""
_LEAST_ANYWHERE = 6
"""The fewest letters of a word that counts within a longer one; shorter ones are part of too many other words."""
_LEAST_JOINED = 4
"""The fewest letters of words in a row that count where they are written as one."""
_LEAST_OF_RECORD = 4
"""The fewest characters of a record number that counts within others."""
_UNMARKED = str.maketrans(
    {"ł": "l", "ø": "o", "đ": "d", "ð": "d", "ħ": "h", "ŧ": "t", "ı": "i", "ŋ": "n", "æ": "ae", "œ": "oe", "þ": "th"}
)
"""Letters that Unicode does not treat as a plain one with a mark, but people who type without accents do."""
_SPELLED_OUT = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ø": "oe", "å": "aa"})
"""How such letters are spelled in German and the Nordic languages where they can't be typed."""
_MONTHS = ("jan|ene", "feb", "mar", "apr|abr", "may", "jun", "jul", "aug|ago", "sep|set", "oct", "nov", "dec|dic")
"""The first letters of the months, in English and Spanish."""


def _folded(text: str) -> str:
    """A text without capitals and without marks on its letters."""
    if text.isascii():
        return text.lower()
    apart = unicodedata.normalize("NFKD", unicodedata.normalize("NFKD", text).casefold())
    return "".join(char for char in apart if not unicodedata.category(char).startswith("M")).translate(_UNMARKED)


def _is_named(name: str, pieces: set[str]) -> Iterator[bool]:
    """For each way to write a name, whether it is among the pieces of a text."""
    composed = unicodedata.normalize("NFKC", name).casefold()
    for plain in {_folded(name), _folded(composed.translate(_SPELLED_OUT))}:
        words = re.findall(r"[^\W\d_]+", plain)
        yield not pieces.isdisjoint(word for word in words if len(word) >= _LEAST_LETTERS)
        yield not pieces.isdisjoint(_joined(words))
        yield any(word in piece for word in words if _counts_anywhere(word) for piece in pieces)


def _counts_anywhere(word: str) -> bool:
    """Whether a word counts within a longer piece. Chinese, Thai and others put no spaces between words."""
    return len(word) >= (_LEAST_ANYWHERE if word.isascii() else _LEAST_LETTERS)


def _joined(words: list[str]) -> Iterator[str]:
    """Words of a name in a row, written as one, such as `okeeffe` for O’Keeffe."""
    for first in range(len(words)):
        for last in range(first + 2, len(words) + 1):
            if len(joined := "".join(words[first:last])) >= _LEAST_JOINED:
                yield joined


def _contains_record(record: str, plain: str) -> bool:
    """Whether a folded text contains a record number, whatever is between its characters."""
    number, squeezed = (re.sub(r"[\W_]", "", text) for text in (_folded(record), plain))
    if len(number) >= _LEAST_OF_RECORD:
        return number in squeezed
    between = r"[\W_]?".join(map(re.escape, number))
    return number == squeezed or (len(number) > 1 and bool(re.search(rf"(?<![^\W_]){between}(?![^\W_])", plain)))


def _contains_day(day: datetime.date, plain: str) -> bool:
    """Whether a folded text contains a day: in digits, in each common order, or with the month as a word."""
    if f"{day:%y}" not in plain or str(day.day) not in plain:
        return False  # as nearly always, and the pattern takes long to make
    year, month, number = f"{day.year:04}", f"0?{day.month}", f"0?{day.day}"
    years, mark = f"(?:{year}|{year[2:]})", r"[\W_]{1,2}"
    word, gap = rf"(?:{_MONTHS[day.month - 1]})[a-z]*", r"[\W_]{0,2}(?:(?:of|de|del)\b)?[\W_]{0,2}"
    orders = ((year, month, number), (month, number, year), (number, month, year))
    in_digits = [r"[\W_]{0,2}".join(parts) for parts in orders]
    in_digits += [mark.join(parts) for parts in ((month, number, years), (number, month, years))]
    in_digits += [f"{day:{form}}" for form in ("%m%d%y", "%d%m%y", "%y%m%d")]
    nth = f"{number}(?:st|nd|rd|th)?"
    in_words = [gap.join(parts) for parts in ((word, nth, years), (nth, word, years), (year, word, nth))]
    return bool(re.search(rf"(?<!\d)(?:{'|'.join([*in_digits, *in_words])})(?!\d)", plain))
