"""The metadata packet (XMP) of a PDF.

Guarantees: the packet claims PDF/A-2a and PDF/UA-1 together, describes its own schemas as PDF/A demands (ISO 19005-2,
6.6.2.3), is uncompressed so that any program finds it, and is the same for the same input.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import ClassVar

NAMESPACE = "https://consentkit.invalid/ns/document/1/"
"""The name of our schema; an address that can never lead anywhere (RFC 2606)."""


@dataclass(frozen=True)
class Info:
    """The metadata that every PDF of ours has. None of it is about a patient."""

    title: str
    language: str
    publisher: str = field(default="", kw_only=True)
    tool: str = field(default="consentkit", kw_only=True)
    is_accessible: bool = field(default=True, kw_only=True)
    """Whether the file claims PDF/UA-1, which a single untagged file in it would make untrue."""
    is_archivable: bool = field(default=True, kw_only=True)
    """Whether it claims PDF/A-2a, which requires tags, too."""

    MEANINGS: ClassVar[Mapping[str, str]] = {}
    """The entries of our own schema, each with its meaning."""

    def properties(self) -> dict[str, str]:
        """The entries of our own schema, each with its value."""
        return {}


@dataclass(frozen=True)
class DocumentInfo(Info):
    """The metadata of a document."""

    code: str
    variant: str
    edition: str
    """The day on which the text was written. Files that were made earlier have it under this name, too."""
    content_hash: str
    particulars: str = field(default="", kw_only=True)
    """SHA-256 of address and telephone number of the clinic, which `content_hash` does not cover."""

    MEANINGS: ClassVar[Mapping[str, str]] = {
        "code": "Billing code of the procedure",
        "language": "Language of the document, as BCP 47 writes it",
        "variant": "Kind of document",
        "edition": "Day on which the text was written",
        "contentHash": "SHA-256 of everything that the reader sees but the particulars",
        "particulars": "SHA-256 of address and telephone number of the clinic",
    }

    def properties(self) -> dict[str, str]:
        """The entries of our own schema, each with its value."""
        return {
            "code": self.code,
            "language": self.language,
            "variant": self.variant,
            "edition": self.edition,
            "contentHash": self.content_hash,
            "particulars": self.particulars,
        }


@dataclass(frozen=True)
class PacketInfo(Info):
    """The metadata of a packet."""

    packet: str
    documents: tuple[str, ...]
    """Each document as its code, language, kind and content hash, separated by spaces."""
    particulars: str = field(default="", kw_only=True)
    """SHA-256 of address and telephone number of the clinic."""

    MEANINGS: ClassVar[Mapping[str, str]] = {
        "packet": "Identifier of the packet",
        "documents": "Documents in it: code, language, kind and SHA-256 of what the reader sees",
        "particulars": "SHA-256 of address and telephone number of the clinic",
    }

    def properties(self) -> dict[str, str]:
        """The entries of our own schema, each with its value."""
        documents = "; ".join(self.documents)
        return {"packet": self.packet, "documents": documents, "particulars": self.particulars}


TYPE_OF_PROPERTIES = "Text"
"""The type of each entry of our own schema."""

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
{claims}<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
<dc:language><rdf:Bag><rdf:li>{language}</rdf:li></rdf:Bag></dc:language>{publisher}
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<pdf:Producer>{producer}</pdf:Producer>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:consentkit="{namespace}">
{properties}
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfaExtension="http://www.aiim.org/pdfa/ns/extension/"
 xmlns:pdfaSchema="http://www.aiim.org/pdfa/ns/schema#" xmlns:pdfaProperty="http://www.aiim.org/pdfa/ns/property#">
<pdfaExtension:schemas><rdf:Bag>
{schemas}
</rdf:Bag></pdfaExtension:schemas>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="r"?>"""

_ARCHIVE_CLAIM = """<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
</rdf:Description>
"""

_ACCESSIBILITY_CLAIM = """<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
"""

_SCHEMA = """<rdf:li rdf:parseType="Resource">
<pdfaSchema:schema>{name}</pdfaSchema:schema>
<pdfaSchema:namespaceURI>{namespace}</pdfaSchema:namespaceURI>
<pdfaSchema:prefix>{prefix}</pdfaSchema:prefix>
<pdfaSchema:property><rdf:Seq>
{properties}
</rdf:Seq></pdfaSchema:property>
</rdf:li>"""

_PROPERTY = """<rdf:li rdf:parseType="Resource">
<pdfaProperty:name>{name}</pdfaProperty:name>
<pdfaProperty:valueType>{type}</pdfaProperty:valueType>
<pdfaProperty:category>internal</pdfaProperty:category>
<pdfaProperty:description>{meaning}</pdfaProperty:description>
</rdf:li>"""


def _escaped(text: str) -> str:
    return html.escape(text, quote=False)  # the one of xml.sax loads the modules for network access


def packet(info: Info, producer: str) -> bytes:
    """Write the metadata packet of a file."""
    publisher = f"\n<dc:publisher><rdf:Bag><rdf:li>{_escaped(info.publisher)}</rdf:li></rdf:Bag></dc:publisher>"
    own = {name: _escaped(value) for name, value in info.properties().items()}
    return _PACKET.format(
        claims="".join(_claims(info)),
        title=_escaped(info.title),
        language=_escaped(info.language),
        publisher=publisher if info.publisher else "",
        tool=_escaped(info.tool),
        producer=_escaped(producer),
        namespace=NAMESPACE,
        properties="\n".join(f"<consentkit:{name}>{value}</consentkit:{name}>" for name, value in own.items()),
        schemas=f"{_accessibility_schema()}\n{_own_schema(info)}",
    ).encode()


def _claims(info: Info) -> Iterator[str]:
    if info.is_accessible:
        if info.is_archivable:
            yield _ARCHIVE_CLAIM
        yield _ACCESSIBILITY_CLAIM


def _accessibility_schema() -> str:
    part = _PROPERTY.format(name="part", type="Integer", meaning="Part of ISO 14289 that the file conforms to")
    return _SCHEMA.format(
        name="PDF/UA identification",
        namespace="http://www.aiim.org/pdfua/ns/id/",
        prefix="pdfuaid",
        properties=part,
    )


def _own_schema(info: Info) -> str:
    meanings = info.MEANINGS.items()
    properties = [_PROPERTY.format(name=name, type=TYPE_OF_PROPERTIES, meaning=meaning) for name, meaning in meanings]
    return _SCHEMA.format(
        name="consentkit document", namespace=NAMESPACE, prefix="consentkit", properties="\n".join(properties)
    )


_OWN_MARK = f'xmlns:consentkit="{NAMESPACE}"'.encode()
_OWN_VALUE = re.compile(rb"<consentkit:([A-Za-z]+)>([^<]*)</consentkit:\1>")


def read_properties(pdf: bytes) -> dict[str, str] | None:
    """The entries of our schema in a PDF file, or None if consentkit did not make the file."""
    if not pdf.startswith(b"%PDF-") or _OWN_MARK not in pdf:
        return None
    return {match[1].decode(): html.unescape(match[2].decode("utf-8", "replace")) for match in _OWN_VALUE.finditer(pdf)}
