"""Patterns of several alternatives, as the rules use them.

Guarantees: capitals don't matter, unless the flags say so.
"""

from __future__ import annotations

import re


def any_of(*alternatives: str, flags: re.RegexFlag = re.IGNORECASE) -> re.Pattern[str]:
    """A pattern that matches where one of several does."""
    return re.compile("|".join(f"(?:{alternative})" for alternative in alternatives), flags)
