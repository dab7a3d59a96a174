"""The file of a finished part, wherever it is kept: a short header, then the part.

Guarantees: what is unpacked is what was packed under that key, to the bit; a file that was cut off, altered, or put
under another name is none. It is no seal: whoever can write a file can write its digest, too.
"""

from __future__ import annotations

import hashlib
import re
import struct

KEY = re.compile(r"[0-9a-f]{64}", re.ASCII)
"""The form of a key."""

SUBFOLDER = re.compile(r"[0-9a-f]{2}", re.ASCII)
"""The form of the folder in which a file is: the first digits of its key."""

_MAGIC = b"consentkit part\n"
_VERSION = 1
_HEADER = struct.Struct(f">{len(_MAGIC)}sBQ32s")
"""Magic, version, length of the part, SHA-256 of key and part. With the length, pruning need not read the parts."""

OVERHEAD = _HEADER.size
"""The bytes of a file besides its part."""

LARGEST_PART = 64 * 1024**2
"""Bytes of the largest part that is kept, as many as a PDF file may have."""


def name_of_file(key: str) -> str:
    """The name of a file among the others: in a folder of the first digits of its key."""
    return f"{key[:2]}/{key}"


def pack_file(key: str, data: bytes) -> bytes:
    """Write a part as the bytes of its file."""
    return _HEADER.pack(_MAGIC, _VERSION, len(data), _digest(key, data)) + data


def unpack_file(key: str, file: bytes) -> bytes | None:
    """Return the part in a file, or None if a single bit of the file or its name has changed."""
    if len(file) < OVERHEAD:
        return None
    magic, version, length, digest = _HEADER.unpack_from(file)
    data = file[OVERHEAD:]
    good = (magic, version, length) == (_MAGIC, _VERSION, len(data)) and digest == _digest(key, data)
    return data if good else None


def has_form(header: bytes, size: int) -> bool:
    """Whether a file of that size, in bytes, begins as ours do and is as long as it states."""
    return len(header) == OVERHEAD and _HEADER.unpack(header)[:3] == (_MAGIC, _VERSION, size - OVERHEAD)


def pdf_in(part: bytes) -> bytes:
    """The PDF file in the part of a document: what follows the first line, which describes it."""
    return part.partition(b"\n")[2]


def _digest(key: str, data: bytes) -> bytes:
    digest = hashlib.sha256(key.encode())
    digest.update(data)
    return digest.digest()
