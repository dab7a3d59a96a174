"""A page for the browser with the places of scanned pages at which a person must look.

Guarantees: it is one file that fetches nothing; what is quoted in it can't become markup. The pictures show what a
patient wrote, so the file is for those for whom the scans are.
"""

from __future__ import annotations

import base64
import html
from collections.abc import Iterator, Sequence

from consentkit.operations.filing.packets import PlaceOfPage, ReturnedPacket

NO_PROOF = "Ink is no proof of who signed: it only says that a place is not empty."

_PAGE = """<!DOCTYPE html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width">
<title>Places to look at</title>
<style>
body {{ font: 1em/1.5 sans-serif; margin: 2em auto; max-width: 50em; padding: 0 1em; }}
figure {{ border: 1px solid #767676; margin: 1em 0; padding: 1em; }}
img {{ display: block; max-width: 100%; }}
</style>
</head>
<body>
<h1>Places to look at</h1>
<p>{no_proof} These places could not be judged; compare them with the paper.</p>
{packets}
</body>
</html>
"""


def unsure_sheet(packets: Sequence[ReturnedPacket]) -> bytes | None:
    """The page as HTML; None where nothing has to be looked at."""
    listed = [packet for packet in packets if packet.unsure]
    if not listed:
        return None
    text = "\n".join(line for packet in listed for line in _packet(packet))
    return _PAGE.format(no_proof=html.escape(NO_PROOF), packets=text).encode()


def _packet(packet: ReturnedPacket) -> Iterator[str]:
    visit = f"Visit {packet.record.visit}, packet" if packet.record and packet.record.visit else "Packet"
    yield f"<h2>{html.escape(visit)} {html.escape(packet.packet)}</h2>"
    yield from map(_place, packet.unsure)


def _place(place: PlaceOfPage) -> str:
    words = html.escape(f"Page {place.page}: {place.words}")
    why = html.escape(f": {place.why}" if place.why else "")
    picture = ""
    if place.cut_out:
        data = base64.b64encode(place.cut_out).decode()
        picture = f'<img alt="{words}" src="data:image/png;base64,{data}">'
    return f"<figure>{picture}<figcaption>{words}{why}</figcaption></figure>"
