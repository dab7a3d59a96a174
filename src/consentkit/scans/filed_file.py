"""A file of scanned pages, upright and in their order.

Guarantees: it claims PDF/A-2b, and has nothing in it but pictures; its title says that it holds scanned pages, and
nothing of a patient is in it but the pictures; the same pages give the same bytes. It does not claim to be a document
that consentkit made, so no other command replaces it.
"""

from __future__ import annotations

import hashlib
import html
import io
from collections.abc import Iterable
from functools import cache
from importlib.util import find_spec
from pathlib import Path

from consentkit._version import __version__
from consentkit.pdf.file.geometry import Matrix
from consentkit.pdf.file.syntax import Ref, Value, text_string, write
from consentkit.pdf.file.writer import FileWriter
from consentkit.scans.copying import CopiedPage, numbered

_METADATA = """<?xpacket begin="\ufeff" id="W5M0MpCehiHzreSzNTczkc9d"?>
<x:xmpmeta xmlns:x="adobe:ns:meta/">
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">
<rdf:Description rdf:about="" xmlns:pdfaid="http://www.aiim.org/pdfa/ns/id/">
<pdfaid:part>2</pdfaid:part>
<pdfaid:conformance>B</pdfaid:conformance>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:dc="http://purl.org/dc/elements/1.1/">
<dc:format>application/pdf</dc:format>
<dc:title><rdf:Alt><rdf:li xml:lang="x-default">{title}</rdf:li></rdf:Alt></dc:title>
</rdf:Description>
<rdf:Description rdf:about="" xmlns:xmp="http://ns.adobe.com/xap/1.0/" xmlns:pdf="http://ns.adobe.com/pdf/1.3/">
<xmp:CreatorTool>{tool}</xmp:CreatorTool>
<pdf:Producer>{tool}</pdf:Producer>
</rdf:Description>
</rdf:RDF>
</x:xmpmeta>
<?xpacket end="w"?>"""


def filed_file(title: str, pages: Iterable[tuple[CopiedPage, int]]) -> bytes:
    """Write pages into a file, each with the degrees by which it is to be turned clockwise to be upright.

    A page is dropped from memory once it is written.
    """
    out = io.BytesIO()
    writer = FileWriter(out)
    tree, digest = writer.new_number(), hashlib.sha256(title.encode())
    kids: list[Value] = []
    for page, turn in pages:
        kids.append(_page(writer, tree, page, turn))
        for stream in page.streams:
            digest.update(hashlib.sha256(stream.data).digest())
    writer.put(tree, write({"Type": b"/Pages", "Kids": kids, "Count": b"%d" % len(kids)}))
    tool = f"consentkit {__version__}"
    root: dict[str, Value] = {
        "Type": b"/Catalog",
        "Pages": tree,
        "Metadata": _metadata(writer, title, tool),
        "OutputIntents": [_intent(writer)],
        "ViewerPreferences": {"DisplayDocTitle": b"true"},
    }
    info: dict[str, Value] = {"Title": text_string(title), "Creator": text_string(tool), "Producer": text_string(tool)}
    writer.finish(writer.add(root), writer.add(info), digest.hexdigest()[:32])
    return out.getvalue()


def _page(writer: FileWriter, tree: Ref, page: CopiedPage, turn: int) -> Ref:
    numbers = [writer.new_number() for _ in page.streams]
    for number, stream in zip(numbers, page.streams, strict=True):
        entries = numbered({**stream.entries, "Length": b"%d" % len(stream.data)}, numbers)
        writer.put_stream(number, write(entries), stream.data)
    operators = [b"q %b cm /P%d Do Q" % (_numbers(matrix), place) for matrix, place in page.drawings]
    shown = {place for _, place in page.drawings}
    entry: dict[str, Value] = {
        "Type": b"/Page",
        "Parent": tree,
        "MediaBox": [b"%.3f" % edge for edge in page.box],
        "Resources": {"XObject": {f"P{place}": numbers[place] for place in sorted(shown)}},
        "Contents": writer.add_stream({}, b"\n".join(operators)),
    }
    if rotate := (page.rotate + turn) % 360:
        entry["Rotate"] = b"%d" % rotate
    return writer.add(entry)


def _numbers(matrix: Matrix) -> bytes:
    return b" ".join(b"%.5f" % value for value in matrix)


def _metadata(writer: FileWriter, title: str, tool: str) -> Ref:
    text = _METADATA.format(title=html.escape(title, quote=False), tool=html.escape(tool, quote=False))
    return writer.add_stream({"Type": b"/Metadata", "Subtype": b"/XML"}, text.encode(), compress=False)


def _intent(writer: FileWriter) -> Ref:
    """What gray, red, green and blue mean, for pictures that do not say so themselves."""
    profile = writer.add_stream({"N": b"3"}, _srgb())
    return writer.add(
        {
            "Type": b"/OutputIntent",
            "S": b"/GTS_PDFA1",
            "OutputConditionIdentifier": text_string("sRGB IEC61966-2.1"),
            "Info": text_string("sRGB IEC61966-2.1"),
            "DestOutputProfile": profile,
        }
    )


@cache
def _srgb() -> bytes:
    """The profile that the page engine has for the files that it makes. The engine itself is not loaded."""
    engine = find_spec("weasyprint")
    assert engine is not None and engine.origin is not None  # consentkit requires it
    return (Path(engine.origin).parent / "pdf" / "sRGB2014.icc").read_bytes()
