"""The words of a finished document, a paragraph a line.

Guarantees: the text is read back from the PDF, so it is what the reader gets; headings begin with `# `; what is only
page furniture is left out, and so are the mark of approval, the fingerprint, and the reviewer whom an approval names,
since they are no part of what is approved.
"""

from __future__ import annotations

from consentkit.approval.changes import HEADING
from consentkit.documents.document import Document
from consentkit.model.identity import printed_fingerprint
from consentkit.pdf.read.structure_text import tagged_text


def plain_text(document: Document) -> str:
    """All text of a finished document in reading order."""
    lines = []
    printed, own = (" ".join(note.split()) for note in (document.review_note, document.own_review_note))
    left_out = {" ".join(note.split()) for note in (document.mark, document.unreviewed)}
    fingerprint = printed_fingerprint(document.content_hash)
    for element in tagged_text(document.pdf):
        text = " ".join(element.text.split())
        text = text.replace(fingerprint, "…")
        if text == printed:
            text = own
        is_heading = element.role in {"H1", "H2", "H3"}
        if is_heading or text not in left_out:
            lines.append(f"{HEADING if is_heading else ''}{text}")
    return "\n".join(lines) + "\n"
