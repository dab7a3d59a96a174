"""What the metadata of a foreign file claims: that it is accessible, or suitable for archiving.

Guarantees: a claim is a property of the file itself, with the right namespace and any prefix, as an element or as an
attribute (ISO 16684-1, 7.4 and 7.9.2.2). Comments, other properties' values and properties of something inside the file
claim nothing; neither does metadata that is malformed, has a document type (which could define entities), is too large,
or has a property twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from xml.etree.ElementTree import Element, ParseError, TreeBuilder, XMLParser

_LARGEST = 1024 * 1024
"""The most bytes of metadata; real files have some 20 KB."""
_PACKETS = {"{adobe:ns:meta/}xmpmeta", "{adobe:ns:meta/}xapmeta"}
"""The elements in which metadata may be wrapped; the second is from before the standard."""
_RDF = "{http://www.w3.org/1999/02/22-rdf-syntax-ns#}"
_ACCESSIBILITY = "{http://www.aiim.org/pdfua/ns/id/}"
_ARCHIVE = "{http://www.aiim.org/pdfa/ns/id/}"


@dataclass(frozen=True)
class Claims:
    """What a file claims to be, which need not be true."""

    accessibility: bool = False
    """PDF/UA-1 (ISO 14289-1, 5)."""
    archive: bool = False
    """PDF/A-1a or PDF/A-2a (ISO 19005-2, 6.6.4)."""


class _WithoutDocumentType(TreeBuilder):
    """Refuses a document type, which could define entities, before any of them is read."""

    def doctype(self, name: str, *_: str | None) -> None:
        raise ValueError(f"metadata has a document type, {name}")


def claims_of(metadata: bytes) -> Claims:
    """The claims of a metadata packet."""
    try:
        properties = _properties(metadata)
    except (ParseError, ValueError, LookupError):  # LookupError: an unknown encoding
        return Claims()
    return Claims(
        accessibility=properties.get(f"{_ACCESSIBILITY}part") == ["1"],
        archive=properties.get(f"{_ARCHIVE}part") in (["1"], ["2"])
        and properties.get(f"{_ARCHIVE}conformance") == ["A"],
    )


def _properties(metadata: bytes) -> dict[str, list[str]]:
    """The properties of a file that have plain values, by namespace and name. Raises ParseError, ValueError."""
    if len(metadata) > _LARGEST:
        raise ValueError("metadata is too large")
    parser = XMLParser(target=_WithoutDocumentType())  # noqa: S314 - no document type, so no entities
    parser.feed(_unpadded(metadata))
    values: dict[str, list[str]] = {}
    for name, value in _described(parser.close()):
        values.setdefault(name, []).append(value.strip())
    return values


def _unpadded(metadata: bytes) -> bytes:
    """Metadata without the padding of some programs, which XML does not allow: zeros after it, and lines before it."""
    if b"\0" in metadata[:4]:  # UTF-16 or UTF-32, where zeros are parts of characters
        return metadata
    return metadata.strip(b"\0 \t\r\n")


def _described(root: Element) -> Iterator[tuple[str, str]]:
    """Each property of the file itself, with its value."""
    packet = root.find(f"{_RDF}RDF") if root.tag in _PACKETS else root
    if packet is None or packet.tag != f"{_RDF}RDF":
        return
    for description in packet.iterfind(f"{_RDF}Description"):
        yield from description.items()
        yield from ((item.tag, item.text or "") for item in description if not len(item))
