"""A clinic with thousands of procedures: copies of a shipped one, under codes of their own.

Guarantees: each file is as long as a real one, and each document is a real one; only one is laid out, and kept for all
others too, so that getting ready takes seconds and not an hour. How a document came into the cache has no part in
recognising that it has not changed.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from benchmarks.content import ONE
from consentkit.cache.store import open_store
from consentkit.documents.kept import get_or_make, key
from consentkit.documents.opening import open_workspace
from consentkit.documents.packing import pack_document
from consentkit.model.identity import Layout, Variant
from consentkit.resources import shipped

_DUE = ("practice-agreement", "telehealth", "minors-and-custody", "group-rules", "family-rules")
_NO_PAPERS = f"packet:\n  without_papers: [{', '.join(_DUE)}]\n"
"""Then a packet has the papers of its procedures, and no other."""


def code(number: int) -> str:
    """The code of a procedure, counted from 1."""
    return f"S-{number:05}"


def file_of(clinic: Path, number: int) -> Path:
    """The file of a procedure."""
    return clinic / "procedures" / f"{code(number)}.yaml"


def make_large_clinic(clinic: Path, procedures: int) -> None:
    """Write the clinic's folder, with a service list of all its procedures."""
    (clinic / "procedures").mkdir(parents=True, exist_ok=True)
    (clinic / "clinic.yaml").write_text(f"name: Large Clinic\n{_NO_PAPERS}", encoding="utf-8")
    text = (shipped("procedures") / f"{ONE}.yaml").read_text(encoding="utf-8")
    line = f'code: "{ONE}"\n'
    assert line in text
    for number in range(1, procedures + 1):
        own = text.replace(line, f'code: "{code(number)}"\n', 1)
        file_of(clinic, number).write_text(own, encoding="utf-8")
    codes = "\n".join(f"  - {code(number)}" for number in range(1, procedures + 1))
    (clinic / "services.yaml").write_text(f"services:\n{codes}\n", encoding="utf-8")


def keep_documents(clinic: Path, procedures: int, cache: Path, variant: Variant = "consent") -> None:
    """Make the document of the first procedure, and keep it for each of the others, as if each had been made."""
    workspace = open_workspace(clinic, open_store(cache)).for_one_run()
    inputs, layout = workspace.inputs(), Layout(workspace.default_paper)
    document = get_or_make(workspace, workspace.find(code(1), layout, variant=variant), inputs).document
    for number in range(2, procedures + 1):
        sought = workspace.find(code(number), layout, variant=variant)
        workspace.store.put(key(sought, inputs), pack_document(replace(document, code=code(number))))
