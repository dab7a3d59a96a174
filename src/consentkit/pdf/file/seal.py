"""A digest of the whole file, inside the file.

Guarantees: the file alone shows whether any of its bytes has changed since it was sealed. It is not a signature:
somebody who means to deceive can seal a changed file again.

The digest is where PDF has a place for it: the second string of the trailer's ID (ISO 32000-1, 14.4). It is computed
over the file with zeros in that place.
"""

from __future__ import annotations

import hashlib
import re
from typing import Protocol

_DIGITS = 32  # hexadecimal; 128 bits, the length that the engine's own identifier has
_KEY = b"/ID ["
_ID = re.compile(rb"/ID \[\([0-9a-f]{32}\) \(([0-9a-f]{32})\)\]")


def seal(pdf: bytes) -> bytes:
    """Put the digest into a file that has an identifier. Raises ValueError if it has none."""
    start = _place(pdf)
    if start is None:
        raise ValueError("the file has no identifier to hold the digest")
    return pdf[:start] + _digest(pdf, start) + pdf[start + _DIGITS :]


class RunningDigest(Protocol):
    """A digest of what has been read so far, as hashlib has it."""

    def copy(self) -> RunningDigest:
        """Another one in the same state."""
        ...

    def update(self, data: bytes, /) -> None:
        """Go on reading."""
        ...

    def hexdigest(self) -> str:
        """The digest in hexadecimal digits."""
        ...


def sealed_end(before: RunningDigest, end: bytes) -> bytes:
    """The end of a file, with its identifier, with the digest in it. `before` has digested what comes before it."""
    start = _place(end)
    if start is None:
        raise ValueError("the file has no identifier to hold the digest")
    whole = before.copy()
    whole.update(_blanked(end, start))
    return end[:start] + _digits(whole) + end[start + _DIGITS :]


def is_sealed(pdf: bytes) -> bool:
    """Whether a file has a place for the digest, right or wrong."""
    return _place(pdf) is not None


def is_intact(pdf: bytes) -> bool:
    """Whether every byte is as it was when the file was sealed."""
    start = _place(pdf)
    return start is not None and pdf[start : start + _DIGITS] == _digest(pdf, start)


def _place(pdf: bytes) -> int | None:
    end = len(pdf)
    while (start := pdf.rfind(_KEY, 0, end)) >= 0:  # from the end, where it is
        if match := _ID.match(pdf, start):
            return match.start(1)
        end = start + len(_KEY) - 1
    return None


def _digest(pdf: bytes, start: int) -> bytes:
    return _digits(hashlib.sha256(_blanked(pdf, start)))


def _blanked(pdf: bytes, start: int) -> bytes:
    return b"".join((pdf[:start], b"0" * _DIGITS, pdf[start + _DIGITS :]))


def _digits(digest: RunningDigest) -> bytes:
    return digest.hexdigest()[:_DIGITS].encode()
