"""Reading a clinic's service list.

Guarantees: where a clinic has no list, every procedure and every paper of its library is a service.
"""

from __future__ import annotations

from pathlib import Path

from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import LARGEST_LIST, SERVICES
from consentkit.model.services import MOST_NODES_OF_LIST, ServiceList, every_definition
from consentkit.reading.paths import is_there
from consentkit.reading.validation import require


def load_services(
    folder: Path | None, codes: list[str], language: str, snapshot: Snapshot | None = None
) -> ServiceList:
    """Read the list of a clinic folder; without one, all of `codes` are services. Raises InvalidInput."""
    path = folder / SERVICES if folder else None
    if path is None or not is_there(path):
        return every_definition(codes, language)
    return read_services(path, snapshot)


def read_services(path: Path, snapshot: Snapshot | None = None) -> ServiceList:
    """Read a list. Raises InvalidInput with all its mistakes, FileAccess where it can't be read."""
    return require(ServiceList, (snapshot or Snapshot()).parsed(path, LARGEST_LIST, MOST_NODES_OF_LIST))
