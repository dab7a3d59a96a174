"""Making an approved edition again, whatever has become of its text since.

Guarantees: the document has the very content that was approved, or an error says that it has not; it is marked as a
draft, so that nobody takes an old edition for one that may be used.
"""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path

from consentkit._version import __version__
from consentkit.documents.document import Document
from consentkit.documents.opening import open_folder
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import InvalidInput, RenderingFailed, WrongUse
from consentkit.library.approvals import Approval, load_approvals
from consentkit.library.approved_files import restore_files
from consentkit.library.edition_files import BEHIND
from consentkit.model.identity import Identity, Variant
from consentkit.operations.approval_entry import clinic_folder, identity_of
from consentkit.output.write import write_file


def remake(
    workspace: OpenWorkspace,
    definition: str | Path,
    edition: int,
    *,
    language: str | None = None,
    variant: Variant = "consent",
) -> Document:
    """Make an edition of a document again. Information and form are parts of the approved consent.

    Raises WrongUse where there was no such edition, FileAccess where its files were not kept or were altered, and
    RenderingFailed where this version of consentkit makes another text from them, or none.
    """
    identity = identity_of(workspace, definition, language, variant)
    folder = clinic_folder(workspace)
    approval = _approval(workspace, folder, identity.approved_as, edition)
    with tempfile.TemporaryDirectory(prefix="consentkit-edition-") as name:
        place = Path(name)
        kept = restore_files(folder, approval, place)
        try:
            document = _made_in(place, identity)
        except (InvalidInput, RenderingFailed) as error:  # the paths of its messages lead nowhere
            raise RenderingFailed(
                f"{identity}: consentkit {__version__} can't make edition {edition} again from its files, which are of "
                f"version {kept.program}: {str(error).replace(f'{place}/', '')}"
            ) from error
    if document.content_hash != approval.content:
        raise RenderingFailed(
            f"{identity}: consentkit {__version__} makes another text from the files of edition {edition}, which "
            f"version {kept.program} made; make it with that version, or read its words in the clinic's folder"
        )
    return document


def _made_in(folder: Path, identity: Identity) -> Document:
    """The document of a clinic's folder that holds nothing but the files of one edition."""
    opened = open_folder(folder)
    library = opened.library
    behind = sorted((folder / BEHIND).glob("*"))
    opened = replace(opened, library=replace(library, folders=(*library.folders[:1], *behind)))
    return opened.render(identity.code, language=identity.language, variant=_asked(identity.variant))


def write_edition(document: Document, target: Path, *, force: bool = False) -> None:
    """Write a document that was made again. Raises FileAccess where that can't be."""
    write_file(target, document.pdf, force=force)


def _approval(workspace: OpenWorkspace, folder: Path, identity: Identity, edition: int) -> Approval:
    approvals = load_approvals(folder, workspace.snapshot).of(identity)
    matching = [approval for approval in approvals if approval.edition == edition]
    if not matching:
        known = ", ".join(str(number) for number in sorted({approval.edition for approval in approvals}))
        raise WrongUse(f"{identity} has no edition {edition}; " + (f"there is {known}" if known else "it has none"))
    return matching[-1]


def _asked(variant: Variant) -> Variant:
    return "consent" if variant == "paper" else variant
