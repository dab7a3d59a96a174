"""What to write instead of characters that our fonts lack.

Guarantees: whatever is proposed can itself be printed; a system package is named only for characters that its font
has. Characters are described by number and name, so that they can be found even if they can't be seen.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from itertools import islice
from types import MappingProxyType

from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.font_files import CJK_REMEDY, cjk_face
from consentkit.problems import printable

MOST_LISTED = 10
"""Characters that a message lists one by one."""

_IN_OTHER_WORDS = {
    "★⭐🌟✦✧✩✪✫✬✭✮✯✰✱✲✳✴✵✶✷✸✹✺⁎⚝☆": "*",
    "⚠🚨⛔🛑": "Warning:",
    "☎☏✆📞📱🕿": "Telephone:",
    "✉📧🖂🖃": "E-mail:",
    "🌐🔗": "Website:",
    "📍": "Address:",
    "➔➜➝➞➡➤➙➛☞☛👉🡒⟶": "→",
    "✅🗸": "✓",
    "❎✖✕": "✗",
    "❗❕": "!",
    "❓❔": "?",
    "➕": "+",
    "➖": "−",
    "➗": "÷",
    "⚫⬤": "●",
    "⚪◯": "○",
    "◻▢⬜": "□",
    "◼⬛": "■",
    "∼": "~",
    "⁃": "-",
    "⩽≦": "≤",
    "⩾≧": "≥",
    "⌀": "diameter",
    "ƙ": "k",
    "Ƙ": "K",
}
_PHRASES = {char: phrase for chars, phrase in _IN_OTHER_WORDS.items() for char in chars}
_CIRCLED_NUMBER = re.compile(r"(?:DINGBAT )?(?:NEGATIVE |DOUBLE )?CIRCLED (?:SANS-SERIF )?(?:DIGIT|NUMBER) ")
# The blocks that are whole in Noto Sans CJK; of the ideographs beyond U+FFFF it has only some.
_IN_CJK_FONT = re.compile(
    "[\u1100-\u11ff\u2e80-\u2fd5\u3001-\u33ff\u3400-\u4db5\u4e00-\u9fef\uac00-\ud7a3\uf900-\ufaff]"
)
_SELECTOR = re.compile("[\ufe00-\ufe0f\U000e0100-\U000e01ef]")


def complaint(lost: Sequence[str], places: Mapping[str, str] = MappingProxyType({})) -> str:
    """The message about characters that can't be printed: which they are, where, if that is known, and what to do."""
    names = ((f"{described(char)} in {places[char]}" if char in places else described(char), char) for char in lost)
    listed = "; ".join(f"{name}: {remedy_for(char)}" for name, char in islice(names, MOST_LISTED))
    more = f"; and {len(lost) - MOST_LISTED} more" if len(lost) > MOST_LISTED else ""
    return f"the fonts lack these characters: {listed}{more}"


def described(characters: str) -> str:
    """A character with its number and name; a letter with marks as one character, if Unicode has it."""
    whole = unicodedata.normalize("NFC", characters)
    names = " and ".join(f"U+{ord(char):04X} {unicodedata.name(char, '')}".rstrip() for char in whole)
    return f"{printable(whole)} ({names})"


def remedy_for(characters: str) -> str:
    """What to do about a character, or a letter with marks, that can't be printed."""
    parts = unicodedata.normalize("NFD", characters)
    if any(unicodedata.category(part).startswith("M") for part in parts):
        return _without_marks(parts)
    if phrase := _phrase(characters):
        return f"write `{phrase}`"
    if cjk_face() is None and _IN_CJK_FONT.match(characters):
        return CJK_REMEDY
    if unicodedata.category(characters).startswith("L"):
        return "write it in Latin letters"
    return "leave it out, or put it into words"


def _phrase(char: str) -> str | None:
    """A text with the same meaning that can be printed, if there is one."""
    same = unicodedata.normalize("NFKC", char)
    number = unicodedata.numeric(char, None)
    if number is not None and number == int(number):
        same = f"{int(number)}." if _CIRCLED_NUMBER.match(unicodedata.name(char, "")) else same
        same = str(int(number)) if unicodedata.category(char) == "Nd" else same
    candidates = (_PHRASES.get(char, char), same)
    return next((text for text in candidates if text != char and text.strip() and not unprintable(text)), None)


def _without_marks(parts: str) -> str:
    """What to do about a letter whose mark can't be placed, or about a mark by itself."""
    if _SELECTOR.search(parts):
        return "delete it; it only chooses between forms of the character before it"
    if unicodedata.category(parts[0])[0] in "MZ":
        return "delete it, or write it after its letter"
    fewer = (unicodedata.normalize("NFC", parts[:end]) for end in range(len(parts) - 1, 0, -1))
    plain = next((letter for letter in fewer if not unprintable(letter)), None)
    advice = f"write `{plain}`, or another spelling" if plain else "write it in Latin letters"
    return f"no font here can place the mark at this letter; {advice}"
