"""The number of a packet, and how its pages and its file are known by it.

Guarantees: nothing of a patient goes into a packet's number; the same papers for the same visit have the same one.
Little is loaded.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterable

_MOST_OF_A_CODE = 20
"""Characters of a QR code of version 1 with the error correction M (ISO/IEC 18004, table 7)."""


def packet_number(visit: str, date: str, language: str, papers: str) -> str:
    """The number of a packet: ten letters and digits, made from the visit's number and date and its papers.

    `papers` is what it is made from beside the visit: an object in JSON.
    """
    own = json.dumps([visit, date, language])
    digest = hashlib.sha256(f'{papers[:-1]}, "visit": {own}}}'.encode()).digest()
    return base64.b32encode(digest)[:10].decode()


def identifier(packets: Iterable[str]) -> str:
    """The first half of a file's identifier: which packets it holds, by their numbers (ISO 32000-1, 14.4)."""
    return hashlib.sha256(" ".join(packets).encode()).hexdigest()[:32]


def payload(packet: str, page: int, serial: int | None = None) -> str:
    """What the code of a page says: packet, page and, where sets are counted, the number of the set, and nothing else.

    It keeps to the characters of the smallest code, so that its squares are large: a number that does not fit is left
    out.
    """
    text = f"CK2/{packet}/{page}"
    counted = text if serial is None else f"{text}/{serial}"
    return counted if len(counted) <= _MOST_OF_A_CODE else text
