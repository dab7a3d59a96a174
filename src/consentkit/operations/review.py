"""Writing a review copy of a text.

Guarantees: the file has the form that its name says, and is written as a whole or not at all; no copy into which
somebody may have written is overwritten without permission.
"""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from consentkit.approval.review_copy import ReviewCopy, as_html, review_copy
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.model.identity import Variant
from consentkit.output.write import require_replaceable, write_file
from consentkit.problems import printable
from consentkit.reading.files import read_bytes
from consentkit.reading.paths import is_there

_ENDINGS = (".html", ".docx")


@dataclass(frozen=True)
class ReviewRequest:
    """Which text, and where its copy goes."""

    definition: str | Path
    output: Path
    """A file that ends in .html or .docx."""
    language: str | None = None
    variant: Variant = "consent"
    force: bool = False
    """Whether a file is overwritten that is there already."""


def write_review_copy(workspace: OpenWorkspace, request: ReviewRequest) -> ReviewCopy:
    """Write a review copy of a text as it is now. The workspace is that of one run.

    Raises WrongUse for a file of another form, or where the library for DOCX is missing, FileAccess where the file is
    there already or can't be written, and what `Workspace.render` raises.
    """
    ending = request.output.suffix.lower()
    if ending not in _ENDINGS:
        name = printable(str(request.output))
        raise WrongUse(f"{name} is neither .docx nor .html; name a file that ends so", arguments=["output"])
    require_replaceable(request.output, force=True)  # what --force covers is known once there is a copy
    content = workspace.content(request.definition, language=request.language, variant=request.variant)
    document = workspace.render(request.definition, language=request.language, variant=request.variant)
    copy = review_copy(document, content.definition)
    if ending == ".docx":
        from consentkit.approval.review_docx import as_docx

        data = as_docx(copy)
    else:
        data = as_html(copy)
    force = request.force
    if not force and is_there(request.output):
        _require_same(request.output, data)
        force = True
    write_file(request.output, data, force=force)
    return copy


def _require_same(path: Path, data: bytes) -> None:
    """Raise FileAccess where a file is anything but this copy: reviewers write into it."""
    with suppress(FileAccess, InvalidInput):
        if read_bytes(path, max(len(data), 1)) == data:
            return
    raise FileAccess(
        f"{printable(str(path))}: exists already, and may have remarks of reviewers. To overwrite it, add --force; or "
        "name another file with -o"
    )
