"""A small clinic with a service list, and runs over it."""

from __future__ import annotations

import json
from collections import Counter
from dataclasses import dataclass
from pathlib import Path

from consentkit.batches.batch import BatchResult, started
from consentkit.batches.manifest import Entry, load_manifest
from consentkit.batches.plan import Choice
from consentkit.batches.service_list import requests_of
from consentkit.cache.store import Store, open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.processes.pool import Pool
from kit.small import CODE, make_clinic, write_procedure

OTHER = "SMALL-2"
SERVICES = f"services: [{CODE}, {OTHER}]\n"


@dataclass(frozen=True)
class Place:
    """A clinic's folder, and the one that its documents go into."""

    clinic: Path
    out: Path
    store: Store

    @property
    def services(self) -> Path:
        return self.clinic / "services.yaml"

    def workspace(self) -> OpenWorkspace:
        return open_workspace(self.clinic, self.store)

    def run(self, choice: Choice | None = None, pool: Pool | None = None) -> list[BatchResult]:
        """Make what has to be made."""
        workspace = self.workspace()
        requests = requests_of(workspace, None)
        with started(workspace, requests, self.out, choice or Choice(), pool or Pool(2)) as run:
            return list(run.results())

    def endings(self, choice: Choice | None = None, pool: Pool | None = None) -> dict[str, str]:
        """What became of each file."""
        return {result.entry.file: result.ending for result in self.run(choice, pool)}

    def entries(self) -> dict[str, Entry]:
        """What the manifest says."""
        return load_manifest(self.out).by_file()

    def files(self) -> dict[str, bytes]:
        """The documents that are there."""
        return {path.name: path.read_bytes() for path in sorted(self.out.glob("*.pdf"))}


def make_place(folder: Path, services: str = SERVICES, store: Store | None = None) -> Place:
    """Make the clinic, with two procedures and a list."""
    clinic = make_clinic(folder / "clinic")
    write_procedure(clinic / "procedures", code=OTHER, title="Another small procedure")
    place = Place(clinic, folder / "out", store or open_store())
    place.services.write_text(services, encoding="utf-8")
    return place


def counted(results: list[BatchResult]) -> dict[str, int]:
    """How many results there are of each kind."""
    return dict(Counter(result.ending for result in results))


def json_lines(text: bytes) -> list[dict[str, object]]:
    """JSON documents, a line each."""
    return [json.loads(line) for line in text.decode().splitlines()]
