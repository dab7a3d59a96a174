"""A signed edition reaches a site whole, as it was published and by whom, or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import stat
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from hypothesis import given
from hypothesis import strategies as st

from consentkit.cache.edition_keys import make_keys, read_private_key, read_public_key
from consentkit.cache.editions import EditionDocument, EditionFolder, SignedEdition, read_edition, sign_edition
from consentkit.cache.part_file import pack_file
from consentkit.cache.store import Store, key_of
from consentkit.errors import FileAccess, InvalidInput
from consentkit.operations.editions import pull_edition
from kit.objects import new_bucket, running_server
from kit.running import Outcome
from kit.small import CODE, make_clinic

Call = Callable[..., Outcome]
PARTS = [b"the first part", b"the second part"]


def document(part: bytes, number: int = 1) -> EditionDocument:
    key = key_of(part)
    file = pack_file(key, part)
    return EditionDocument(
        f"9083{number}.pdf", key, hashlib.sha256(file).hexdigest(), len(file), key_of("text"), is_approved=True
    )


class Site(NamedTuple):
    """Where editions are published, and a machine that pulls them."""

    place: EditionFolder
    key: Ed25519PrivateKey
    public: Path
    store: Store

    def publish(self, number: int, parts: list[bytes] = PARTS, key: Ed25519PrivateKey | None = None) -> Path:
        for part in parts:
            self.place.create_object(document(part).name, pack_file(key_of(part), part))
        edition = SignedEdition(number, "2026-11-23", tuple(document(part, n) for n, part in enumerate(parts)))
        self.place.create_object(edition.name, sign_edition(edition, key or self.key))
        return self.place.folder / edition.name

    def pull(self) -> int:
        """Pull the newest edition; its number."""
        return pull_edition(self.store, self.place.shown, self.public, lambda done, total: None).edition.number


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Site:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    private, public = make_keys(tmp_path / "network")
    return Site(EditionFolder(tmp_path / "published"), read_private_key(private), public, Store(tmp_path / "cache"))


@pytest.mark.xdist_group("objects")
def test_a_site_prints_what_was_published_to_the_byte(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n")
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    with running_server() as endpoint:
        bucket = new_bucket(endpoint)
        for name, value in bucket.environment().items():
            monkeypatch.setenv(name, value)
        assert call("cache", "key", "-o", "network").lines == ["network.key", "network.pub"]
        publish = ("cache", "publish", bucket.url, "--key", "network.key", "--clinic", clinic)
        early = call(*publish, "--cache", "nothing")
        assert (early.code, "make them with `consentkit batch`" in early.stderr) == (FileAccess.exit_code, True)
        assert bucket.keys() == []
        assert call("batch", "-o", "out", "--clinic", clinic).code == 0
        done = call(*publish, "--json")
        assert (done.code, json.loads(done.stdout)["edition"], json.loads(done.stdout)["is_new"]) == (0, 1, True)
        assert "nobody has approved" in done.stderr
        assert "nothing was published" in call(*publish).stderr
        pulled = call("cache", "pull", bucket.url, "--key", "network.pub", "--cache", "site", "--json")
        assert (pulled.code, json.loads(pulled.stdout)["fetched"]) == (0, 1)
    copied = call("batch", "-o", "out of the site", "--clinic", clinic, "--cache", "site")
    assert copied.lines == [f"copied     {CODE}.pdf: new"]
    assert (tmp_path / f"out of the site/{CODE}.pdf").read_bytes() == (tmp_path / f"out/{CODE}.pdf").read_bytes()


def flip(path: Path, position: int) -> None:
    data = bytearray(path.read_bytes())
    data[position] ^= 1
    path.write_bytes(data)


def as_newer(site: Site, edition: Path) -> None:
    edition.rename(edition.with_name("00000003"))


OF_THE_EDITION: dict[str, tuple[Callable[[Site, Path], object], str]] = {
    "a bit of the text": (lambda site, edition: flip(edition, -5), "altered or cut off"),
    "a bit of the signature": (lambda site, edition: flip(edition, 60), "altered or cut off"),
    "the name of the key": (lambda site, edition: flip(edition, 22), "signed by another key"),
    "cut off": (lambda site, edition: os.truncate(edition, edition.stat().st_size - 1), "altered or cut off"),
    "empty": (lambda site, edition: os.truncate(edition, 0), "altered or cut off"),
    "an earlier one under a newer name": (as_newer, "edition 2, but bears the name of another"),
    "another key": (lambda site, edition: site.publish(3, key=Ed25519PrivateKey.generate()), "signed by another key"),
    "removed": (lambda site, edition: edition.unlink(), "edition 2 was there before"),
    "another of the same number": (
        lambda site, edition: (edition.unlink(), site.publish(2, PARTS[:1])),
        "is another one than was there before",
    ),
}


@pytest.mark.parametrize("what", OF_THE_EDITION)
def test_an_edition_that_was_tampered_with_is_refused_and_the_site_keeps_what_it_has(what: str, site: Site) -> None:
    site.publish(1, PARTS[:1])
    edition = site.publish(2)
    assert site.pull() == 2
    meddle, said = OF_THE_EDITION[what]
    meddle(site, edition)
    with pytest.raises(InvalidInput, match=said):
        site.pull()
    assert [site.store.get(key_of(part)) for part in PARTS] == PARTS
    known = [json.loads(file.read_bytes())["number"] for file in (site.public.parent / "state").rglob("*.json")]
    assert known == [2]


@pytest.mark.parametrize("what", ["a bit", "cut off", "empty", "missing", "another document"])
def test_a_document_that_was_tampered_with_is_not_kept_and_its_edition_not_accepted(what: str, site: Site) -> None:
    site.publish(1)
    path = site.place.folder / document(PARTS[1]).name
    if what == "missing":
        path.unlink()
    elif what == "a bit":
        flip(path, -1)
    elif what == "another document":  # whose own digest is right
        path.write_bytes(pack_file(key_of(PARTS[1]), b"a forged part!!"))
    else:
        os.truncate(path, 0 if what == "empty" else path.stat().st_size - 1)
    with pytest.raises(InvalidInput, match=r"90831\.pdf"):
        site.pull()
    assert site.store.get(key_of(PARTS[1])) is None
    assert list((site.public.parent / "state").rglob("*.json")) == []


def test_a_document_that_was_altered_on_the_machine_is_fetched_again(site: Site) -> None:
    site.publish(1)
    site.store.put(key_of(PARTS[0]), b"forged here")
    assert site.pull() == 1
    assert site.store.get(key_of(PARTS[0])) == PARTS[0]


@given(st.data())
def test_no_bit_of_an_edition_can_change(data: st.DataObject) -> None:
    key = Ed25519PrivateKey.from_private_bytes(bytes(32))
    signed = sign_edition(SignedEdition(1, "2026-11-23", tuple(map(document, PARTS))), key)
    assert read_edition(signed, key.public_key(), "here", 1).documents == tuple(map(document, PARTS))
    position = data.draw(st.integers(0, len(signed) - 1))
    other = bytes([signed[position] ^ (1 << data.draw(st.integers(0, 7)))])
    with pytest.raises(InvalidInput):
        read_edition(signed[:position] + other + signed[position + 1 :], key.public_key(), "here", 1)


def test_of_two_who_publish_the_same_number_one_is_told(tmp_path: Path) -> None:
    place = EditionFolder(tmp_path)
    assert [place.create_object("editions/00000001", text) for text in (b"one", b"two")] == [True, False]
    assert [file.read_bytes() for file in tmp_path.rglob("*") if file.is_file()] == [b"one"]


def test_a_private_key_is_for_its_owner_alone_and_never_overwritten(tmp_path: Path) -> None:
    private, public = make_keys(tmp_path / "network")
    assert stat.S_IMODE(private.stat().st_mode) == 0o600
    assert b"PRIVATE" not in public.read_bytes()
    with pytest.raises(FileAccess, match="never overwritten"):
        make_keys(tmp_path / "network")
    private.chmod(0o640)
    with pytest.raises(FileAccess, match="chmod 600"):
        read_private_key(private)


def test_one_key_is_not_taken_for_the_other(tmp_path: Path) -> None:
    private, public = make_keys(tmp_path / "network")
    with pytest.raises(InvalidInput, match=r"ends in \.key"):
        read_private_key(public)
    with pytest.raises(InvalidInput, match=r"ends in \.pub"):
        read_public_key(private)


def test_where_nothing_was_published_the_command_says_so(call: Call, tmp_path: Path) -> None:
    make_keys(tmp_path / "network")
    done = call("cache", "pull", f"file://{tmp_path}/nothing", "--key", "network.pub")
    assert done.code == FileAccess.exit_code
    assert "there is no edition" in done.stderr
