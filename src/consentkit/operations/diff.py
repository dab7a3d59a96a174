"""What has changed in a document since its latest approval.

Guarantees: today's text is that of a finished document, read back from its PDF, as the approved text was, and what is
approved with it is compared, too; nothing is written.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from consentkit.approval.changes import Change
from consentkit.approval.whole_text import changes_of
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.library.approvals import Approval, approved_text, load_approvals
from consentkit.model.identity import Variant, approved_kind
from consentkit.operations.approval_entry import clinic_folder
from consentkit.operations.text_of_today import text_of_today


@dataclass(frozen=True)
class Difference:
    """A document compared with its latest approval."""

    approval: Approval
    changes: tuple[Change, ...]
    """The changed paragraphs, in their order."""
    has_other_content: bool
    """Whether the approval is void. Without a changed paragraph, the look of pages has changed."""


def diff(
    workspace: OpenWorkspace, procedure: str | Path, *, language: str | None = None, variant: Variant = "consent"
) -> Difference:
    """Compare a document with its latest approval. The language is the clinic's unless another is given.

    Information and form have the approval of the consent, so the consent is compared for them.
    Raises WrongUse where it was never approved, FileAccess where there is no clinic's folder or the approved text is
    missing, and what `Workspace.render` raises.
    """
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    folder = clinic_folder(workspace)
    content = workspace.content(procedure, language=language, variant=approved_kind(variant))
    approval = load_approvals(folder, workspace.snapshot).latest(content.identity)
    if approval is None:
        raise WrongUse(f"{content.identity} has never been approved, so there is nothing to compare it with")
    today = text_of_today(workspace, procedure, content)
    changed = changes_of(approved_text(folder, approval), today.words)
    return Difference(approval, changed, approval.content != today.document.content_hash)
