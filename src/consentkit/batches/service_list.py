"""What is in a service list, document by document.

Guarantees: a list that has not changed is not parsed again; the part of a list that a machine makes depends on each
document alone, and is the same on every machine.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.cache.store import key_of
from consentkit.library.parsed_once import parsed_once
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import LARGEST_LIST, SERVICES, Identity, Layout, file_name
from consentkit.reading.paths import is_there

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@dataclass(frozen=True)
class RequestedDocument:
    """A document of the list."""

    identity: Identity
    layout: Layout
    file: str
    """The name of its file."""

    @property
    def text(self) -> str:
        """All that distinguishes it from other documents, as text."""
        return json.dumps([vars(self.identity), vars(self.layout)], sort_keys=True)


def requests_of(workspace: OpenWorkspace, path: Path | None) -> list[RequestedDocument]:
    """Every document of a list, in its order; those listed twice come twice.

    None is the clinic's own list, and where it has none, every procedure and paper. Raises InvalidInput or FileAccess.
    """
    default_paper = workspace.default_paper
    own = workspace.opened.path / SERVICES if workspace.opened.path else None
    path = path or (own if own and is_there(own) else None)
    if path is None:
        from consentkit.model.services import every_definition

        services = every_definition(workspace.library.names(), workspace.default_language)
        pairs = list(services.requests(default_paper))
    else:
        pairs = _read_list(workspace, path)
    return [
        RequestedDocument(identity, layout, file_name(identity, layout, default_paper)) for identity, layout in pairs
    ]


def _read_list(workspace: OpenWorkspace, path: Path) -> list[tuple[Identity, Layout]]:
    """Read a list. Parsing a long one takes a while, so what it says is kept."""
    default_paper = workspace.default_paper
    files = workspace.snapshot or Snapshot()
    files.data(path, LARGEST_LIST)  # which says so where it can't be read

    def parse(path: Path, files: Snapshot) -> list[list[object]]:
        from consentkit.library.services import read_services

        requests = read_services(path, files).requests(default_paper)
        return [[*vars(identity).values(), *vars(layout).values()] for identity, layout in requests]

    rows = parsed_once(workspace.store, f"services, {default_paper}", path, files, parse)
    return [(Identity(*row[:3]), Layout(*row[3:])) for row in rows]


def shard_of(request: RequestedDocument, shards: int) -> int:
    """The part of a list to which a document belongs, counted from 1.

    It depends on the document alone, so that a document that is added moves no other to another machine.
    """
    return int(hashlib.sha256(request.text.encode()).hexdigest(), 16) % shards + 1


def list_hash(texts: Sequence[str]) -> str:
    """A digest of what is in a whole list, whatever its order. Takes `RequestedDocument.text` of each document."""
    return key_of("list", *sorted(texts))
