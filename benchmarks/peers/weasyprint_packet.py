"""A whole packet as one HTML page for WeasyPrint: the label and the foot are running elements, the pages are counted
through, and each document begins as it does alone.
"""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.content import Paper, Visit
from benchmarks.peers.pages import packet_page, page_name

_STYLE = """
.part { break-before: page; }
.to-page { color: inherit; text-decoration: none; }
.to-page::before { content: "– page " target-counter(attr(href), page); }
"""

# The first page of a document has the large label, so it needs no running head.
_FIRST_PAGE = "@page :nth(1 of {name}) {{ margin-top: 18mm; @top-left {{ content: none; }} }}\n"


def weasyprint_packet(papers: Sequence[Paper], visit: Visit, style_sheet: str) -> str:
    """The HTML of a packet."""
    firsts = "".join(_FIRST_PAGE.format(name=page_name(paper)) for paper in papers)
    return packet_page(papers, visit, style_sheet, _STYLE + firsts)
