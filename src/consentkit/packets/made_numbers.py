"""Numbers for visits that have none which files may bear.

Guarantees: the same texts give the same number, which says nothing of them.
"""

from __future__ import annotations

import base64
import hashlib

_LENGTH = 12


def made_number(*texts: str) -> str:
    """The number of a visit that has none which files may bear: the same for the same visit, and it says nothing."""
    digest = hashlib.sha256("\n".join(texts).encode()).digest()
    return "F-" + base64.b32encode(digest).decode()[:_LENGTH]
