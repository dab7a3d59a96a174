"""The metadata packet (XMP) that says what a PDF is.

Guarantees: the packet claims PDF/A-2a and PDF/UA-1 together, describes every schema of its own as PDF/A demands (ISO
19005-2, 6.6.2.3), stands in the file uncompressed so that any program finds it, and is the same for the same input.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from xml.sax.saxutils import escape, unescape

NAMESPACE = "https://consentkit.invalid/ns/document/1/"
"""The name of our schema; an address that can never lead anywhere (RFC 2606)."""


@dataclass(frozen=True)
class DocumentInfo:
    """What a PDF says about itself. None of it is about a patient."""

    title: str
    language: str
    code: str
    variant: str
    edition: str
    content_hash: str
    publisher: str = ""
    tool: str = "consentkit"

    def properties(self) -> dict[str, str]:
        """The entries of our own schema, each with its value."""
        return {
            "code": self.code,
            "language": self.language,
            "variant": self.variant,
            "edition": self.edition,
            "contentHash": self.content_hash,
        }


_MEANINGS = {
    "code": "Billing code of the procedure",
    "language": "Language of the document, as BCP 47 writes it",
    "variant": "Kind of document",
    "edition": "Day on which the edition was issued",
    "contentHash": "SHA-256 of everything that the reader sees",
}

_PACKET = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>A</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:pdfuaid="http://www.aiim.org/pdfua/ns/id/">
<pdfuaid:part>1</pdfuaid:part>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
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


def packet(info: DocumentInfo, producer: str) -> bytes:
    """Write the metadata packet of a document."""
    publisher = f"\n<dc:publisher><rdf:Bag><rdf:li>{escape(info.publisher)}</rdf:li></rdf:Bag></dc:publisher>"
    own = {name: escape(value) for name, value in info.properties().items()}
    return _PACKET.format(
        title=escape(info.title),
        language=escape(info.language),
        publisher=publisher if info.publisher else "",
        tool=escape(info.tool),
        producer=escape(producer),
        namespace=NAMESPACE,
        properties="\n".join(f"<consentkit:{name}>{value}</consentkit:{name}>" for name, value in own.items()),
        schemas=f"{_accessibility_schema()}\n{_own_schema()}",
    ).encode()


def _accessibility_schema() -> str:
    part = _PROPERTY.format(name="part", type="Integer", meaning="Part of ISO 14289 that the file conforms to")
    return _SCHEMA.format(
        name="PDF/UA identification",
        namespace="http://www.aiim.org/pdfua/ns/id/",
        prefix="pdfuaid",
        properties=part,
    )


def _own_schema() -> str:
    properties = [_PROPERTY.format(name=name, type="Text", meaning=meaning) for name, meaning in _MEANINGS.items()]
    return _SCHEMA.format(
        name="consentkit document", namespace=NAMESPACE, prefix="consentkit", properties="\n".join(properties)
    )


_OWN_MARK = f'xmlns:consentkit="{NAMESPACE}"'.encode()
_OWN_VALUE = re.compile(rb"<consentkit:([A-Za-z]+)>([^<]*)</consentkit:\1>")


def read_properties(pdf: bytes) -> dict[str, str] | None:
    """The entries of our schema in a PDF file, or None where consentkit did not make the file."""
    if not pdf.startswith(b"%PDF-") or _OWN_MARK not in pdf:
        return None
    return {match[1].decode(): unescape(match[2].decode("utf-8", "replace")) for match in _OWN_VALUE.finditer(pdf)}
