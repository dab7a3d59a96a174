"""A document as it is today, with all words that its approval covers: what is approved, compared and traced.

Guarantees: document and words are of one content; what has been made before is not made again.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consentkit.approval.whole_text import whole_text
from consentkit.documents.document import Document
from consentkit.documents.page import Content
from consentkit.documents.workspace import OpenWorkspace


@dataclass(frozen=True)
class TextOfToday:
    """A finished document and its words."""

    document: Document
    words: str


def text_of_today(workspace: OpenWorkspace, definition: str | Path, content: Content) -> TextOfToday:
    """The document of a definition, whose content this is. The workspace is that of one run.

    Raises what `Workspace.render` raises.
    """
    page = workspace.compose(content)
    variant = "consent" if content.variant == "paper" else content.variant
    document = workspace.render(definition, language=content.pack.language, variant=variant)
    if document.content_hash != page.content_hash:  # the file was edited between two looks at it
        document = workspace.render(content)
    return TextOfToday(document, whole_text(document, page))
