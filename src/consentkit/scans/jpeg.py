"""A JPEG without anything but its picture.

Guarantees: its pixels, and what says how they are to be decoded, stay byte by byte. Where and when it was taken, by
whom and with what, notes, and smaller or further pictures, such as a telephone adds in it and behind it, are left out.
"""

from __future__ import annotations

from collections.abc import Iterator

_START, _END, _SCAN = b"\xff\xd8", 0xD9, 0xDA
"""Markers of ITU-T T.81, annex B: where a picture begins and ends, and where its pixels follow."""
_JFIF, _COLOR_PROFILE, _ADOBE = (0xE0, b"JFIF\0"), (0xE2, b"ICC_PROFILE\0"), (0xEE, b"Adobe")
"""Segments of applications that say what the colours are: marker, and how its content begins."""
_OF_APPLICATIONS, _COMMENT = range(0xE0, 0xF0), 0xFE
_WITHIN_SCAN = (0x00, *range(0xD0, 0xD8))
"""What follows 0xFF among pixels: nothing that is a marker, or one that restarts the decoder."""
_JFIF_LENGTH = 14
"""Bytes of that segment before its small picture, after its length."""


def only_picture(data: bytes) -> bytes:
    """A JPEG without the rest. Raises ValueError where it is none, or breaks off before its pixels."""
    if not data.startswith(_START):
        raise ValueError("no JPEG begins here")
    try:
        return b"".join((_START, *_kept(data, len(_START))))
    except IndexError:
        raise ValueError("a JPEG breaks off") from None


def _kept(data: bytes, place: int) -> Iterator[bytes]:
    """The segments that stay, from a place on."""
    are_pixels_seen = False
    while place < len(data) or not are_pixels_seen:
        place, marker = _marker_at(data, place)
        if marker == _END:
            yield bytes((0xFF, marker))
            return
        length = int.from_bytes(data[place : place + 2], "big")
        if length < 2 or place + length > len(data):
            raise ValueError("a JPEG breaks off")
        content = data[place + 2 : place + length]
        place += length
        if kept := _of_segment(marker, content):
            yield bytes((0xFF, marker)) + (len(kept) + 2).to_bytes(2, "big") + kept
        if marker == _SCAN:
            end = _end_of_pixels(data, place)
            yield data[place:end]
            place, are_pixels_seen = end, True


def _marker_at(data: bytes, place: int) -> tuple[int, int]:
    """The marker of a segment, and where its content begins. Any number of bytes 0xFF may be before it."""
    if data[place] != 0xFF:
        raise ValueError("no segment begins where one should")
    while data[place] == 0xFF:
        place += 1
    return place + 1, data[place]


def _of_segment(marker: int, content: bytes) -> bytes:
    """What stays of a segment; nothing where it is dropped."""
    if marker == _COMMENT:
        return b""
    if marker not in _OF_APPLICATIONS:
        return content
    if (marker, content[: len(_JFIF[1])]) == _JFIF and len(content) >= _JFIF_LENGTH:
        return content[: _JFIF_LENGTH - 2] + b"\0\0"  # without the small picture
    is_kept = any(marker == kind and content.startswith(name) for kind, name in (_COLOR_PROFILE, _ADOBE))
    return content if is_kept else b""


def _end_of_pixels(data: bytes, place: int) -> int:
    """Where the next marker is; the end of the file where it breaks off, which decoders forgive."""
    while 0 <= (place := data.find(b"\xff", place)) < len(data) - 1:
        if data[place + 1] not in _WITHIN_SCAN:
            return place
        place += 2
    return len(data)
