"""Recording an approval as it is, whatever the text says."""

from __future__ import annotations

from pathlib import Path

from consentkit.library.approvals import Approval, ApprovedText, record_all


def record(folder: Path, approval: Approval, text: str) -> Approval:
    """Add one approval to the record of a clinic's folder, with the words that were approved."""
    return record_all(folder, [ApprovedText(approval, text)])[0]
