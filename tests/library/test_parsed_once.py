"""What is kept under the digest of a file was parsed from the very bytes that have it, also where it is edited."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image

from consentkit.batches.service_list import requests_of
from consentkit.cache.store import Store, no_store
from consentkit.documents.kept import key
from consentkit.documents.opening import open_workspace
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import Layout
from kit.small import CODE, make_clinic

APPROVAL = (
    f"approvals:\n  - {{code: {CODE}, language: en, variant: consent, edition: 1, content: '{64 * 'a'}', by: Ann Ray, "
    "on: '2026-01-15'}\n"
)
FILES = {
    "approvals": ("approvals.yaml", APPROVAL, APPROVAL.replace("Ann", "Bea")),
    "services": ("services.yaml", f"services: [{CODE}]\n", f"services: [{CODE}]\ndefaults: {{languages: [es]}}\n"),
    "logo": ("clinic.yaml", "logo: a.png\n", "logo: b.png\n"),
    "defaults": ("clinic.yaml", "paper: a4\n", "paper: letter\nlanguage: es\n"),
}


def key_of_document(clinic: Path, store: Store, snapshot: Snapshot) -> object:
    workspace = open_workspace(clinic, store, snapshot=snapshot)
    return key(workspace.find(CODE, Layout(), language="en"), workspace.inputs())


def services(clinic: Path, store: Store, snapshot: Snapshot) -> object:
    return requests_of(open_workspace(clinic, store, snapshot=snapshot), None)


def defaults(clinic: Path, store: Store, snapshot: Snapshot) -> object:
    workspace = open_workspace(clinic, store, snapshot=snapshot)
    return workspace.default_language, workspace.default_paper


ASKED: dict[str, Callable[[Path, Store, Snapshot], object]] = {
    "approvals": key_of_document,
    "logo": key_of_document,
    "services": services,
    "defaults": defaults,
}


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    for name, shade in (("a.png", "black"), ("b.png", "white")):
        Image.new("RGB", (8, 8), shade).save(folder / name)
    return folder


@pytest.mark.parametrize("subject", FILES)
def test_what_is_kept_for_a_file_is_what_it_said_when_its_digest_was_taken(
    subject: str, clinic: Path, tmp_path: Path
) -> None:
    name, old, new = FILES[subject]
    path, ask, store = clinic / name, ASKED[subject], Store(tmp_path / "cache")
    path.write_text(old, encoding="utf-8")
    honest = ask(clinic, no_store(), Snapshot())
    snapshot = Snapshot()
    snapshot.digest(path)
    path.write_text(new, encoding="utf-8")
    ask(clinic, store, snapshot)
    assert ask(clinic, store, Snapshot()) == ask(clinic, no_store(), Snapshot()) != honest
    path.write_text(old, encoding="utf-8")
    assert ask(clinic, store, Snapshot()) == honest


@pytest.mark.parametrize("subject", FILES)
def test_what_was_parsed_once_is_not_parsed_again(
    subject: str, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    name, text, _ = FILES[subject]
    (clinic / name).write_text(text, encoding="utf-8")
    store = Store(tmp_path / "cache")
    before = ASKED[subject](clinic, store, Snapshot())
    monkeypatch.setattr("consentkit.reading.yaml_file.parse", lambda *_, **__: pytest.fail("a file was parsed"))
    assert ASKED[subject](clinic, store, Snapshot()) == before
