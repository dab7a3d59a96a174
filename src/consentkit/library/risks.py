"""Reading the tables of risks that procedures share.

Guarantees: a clinic's table adds to the shipped one, and its risks replace those of the same key; a table is
read and validated once for each snapshot, and only where a text refers to it.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import RISKS
from consentkit.reading.paths import is_there

if TYPE_CHECKING:
    from consentkit.model.risks import KnownRisks, SharedRisk


def risk_files(folders: Sequence[Path], own: Path | None = None) -> tuple[Path, ...]:
    """Where the tables may be to which a procedure refers: its own folder, if it is none of these, counts first."""
    beside = [own] if own and own not in folders else []
    return tuple(folder / RISKS for folder in (*beside, *folders))


def known_risks(files: Sequence[Path], language: str, snapshot: Snapshot) -> KnownRisks:
    """What a text in a language may refer to. Raises InvalidInput or FileAccess where a table can't be used."""
    from consentkit.model.risks import KnownRisks

    return KnownRisks(language, snapshot.once(("risks", *files), lambda: _load(files, snapshot)))


def _load(files: Sequence[Path], snapshot: Snapshot) -> dict[str, SharedRisk]:
    from consentkit.model.risks import RiskTable, risks_of_table
    from consentkit.reading.validation import require

    return risks_of_table(*(require(RiskTable, snapshot.parsed(path)) for path in files if is_there(path)))


def refers_to_risks(data: object) -> bool:
    """Whether the data of a procedure or translation names a risk by its key."""
    risks = data.get("risks") if isinstance(data, dict) else None
    groups = [group for group in risks.values() if isinstance(group, list)] if isinstance(risks, dict) else []
    return any(isinstance(item, dict) and "risk" in item for group in groups for item in group)
