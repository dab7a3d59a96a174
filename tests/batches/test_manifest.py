"""What stands in a folder of documents: read whole or refused, and no formula for a spreadsheet."""

from __future__ import annotations

import csv
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from consentkit.batches.manifest import (
    MANIFEST,
    TABLE,
    Entry,
    Manifest,
    load_manifest,
    manifest_text,
    parse_manifest,
    parse_shard,
    save_manifest,
    table_text,
)
from consentkit.errors import FileAccess, InvalidInput
from kit.folders import as_written, mode

ENTRY = Entry(
    file="90837.es.pdf",
    code="90837",
    language="es",
    variant="consent",
    paper="letter",
    large_print=False,
    fillable=False,
    outcome="made",
    title="Terapia",
    edition="2026-01-15",
    approval="approved",
    pages=4,
    bytes=50_000,
    content_hash="a" * 64,
    file_hash="b" * 64,
    key="c" * 64,
    made_from={"text": "0123456789abcdef"},
)
FAILED = replace(ENTRY, file="90834.pdf", code="90834", outcome="failed", problem="no such code", approval="", pages=0)
MANIFEST_OF_TWO = Manifest((FAILED, ENTRY), 2, "d" * 64, (1, 3))

texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=30)
entries = st.builds(
    replace,
    st.just(ENTRY),
    title=texts,
    problem=texts,
    edition=texts,
    language=texts,
    pages=st.integers(0, 10**6),
    listed=st.booleans(),
    made_from=st.dictionaries(texts, texts, max_size=3),
)


@given(st.lists(entries, max_size=1), st.sampled_from([None, (1, 1), (2, 9)]))
def test_what_is_read_is_what_was_written(documents: list[Entry], shard: tuple[int, int] | None) -> None:
    manifest = Manifest(tuple(documents), len(documents), "d" * 64, shard)
    assert parse_manifest(manifest_text(manifest).encode(), "manifest.json") == manifest


@given(st.binary(max_size=200) | texts.map(str.encode))
def test_anything_else_is_refused_with_what_to_do(data: bytes) -> None:
    with pytest.raises(InvalidInput, match=r"manifest\.json: (is damaged|was not made by consentkit)"):
        parse_manifest(data, "manifest.json")


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
KEYS = sorted(vars(ENTRY))


@given(st.sampled_from(KEYS), json_values)
def test_a_value_of_another_kind_is_refused_and_never_believed(key: str, value: Any) -> None:
    content = json.loads(manifest_text(MANIFEST_OF_TWO))
    before = content["documents"][1][key]
    content["documents"][1][key] = value
    try:
        read = parse_manifest(json.dumps(content).encode(), "manifest.json")
    except InvalidInput:
        return
    assert type(value) is type(before)
    assert parse_manifest(manifest_text(read).encode(), "manifest.json") == read


@pytest.mark.parametrize(
    "name", ["../90837.pdf", "/etc/90837.pdf", ".90837.pdf", "90837.pdf/..", "90837", "90837.exe", "90837.pdf\n", ""]
)
def test_a_file_outside_the_folder_cannot_be_named(name: str) -> None:
    text = manifest_text(MANIFEST_OF_TWO).replace(json.dumps("90837.es.pdf"), json.dumps(name))
    content = text.replace(json.dumps("90837"), json.dumps(name.split(".", maxsplit=1)[0]))  # the two must fit
    with pytest.raises(InvalidInput, match="is damaged; delete it, and the next run makes it again"):
        parse_manifest(content.encode(), "manifest.json")


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"90834.pdf"', '"90837.es.pdf"'),
        ('"shard": "1/3"', '"shard": "4/3"'),
        ('"pages": 4', '"pages": -4'),
        ('"pages": 4', '"pages": true'),
        ('"pages": 4', '"pages": 4, "more": 1'),
        ('"Terapia"', '"\\ud800"'),
        ("a" * 64, "A" * 64),
        ('"documents": 2', '"documents": -2'),
    ],
)
def test_a_record_that_was_tampered_with_is_refused(old: str, new: str) -> None:
    text = manifest_text(MANIFEST_OF_TWO)
    assert old in text
    with pytest.raises(InvalidInput, match="is damaged"):
        parse_manifest(text.replace(old, new, 1).encode(), "manifest.json")


def test_a_record_of_another_version_says_so() -> None:
    text = manifest_text(MANIFEST_OF_TWO).replace('"form": 1', '"form": 2')
    with pytest.raises(InvalidInput, match="another version of consentkit; delete it"):
        parse_manifest(text.encode(), "manifest.json")


def test_the_order_of_the_documents_does_not_change_the_bytes() -> None:
    turned = replace(MANIFEST_OF_TWO, documents=MANIFEST_OF_TWO.documents[::-1])
    assert manifest_text(turned) == manifest_text(MANIFEST_OF_TWO)
    assert table_text(turned) == table_text(MANIFEST_OF_TWO)


@pytest.mark.parametrize("text", ["=1+1", "+1", "-1", "@SUM(A1)", "\tx", "\r=1"])
def test_a_cell_is_never_a_formula(text: str) -> None:
    manifest = Manifest((replace(ENTRY, title=text, problem=text),))
    row = list(csv.reader(table_text(manifest).splitlines()))[1]
    assert not any(cell.startswith(("=", "+", "-", "@", "\t", "\r")) for cell in row)


def test_a_problem_of_several_lines_stays_one_row() -> None:
    rows = list(
        csv.DictReader(table_text(Manifest((replace(FAILED, problem="a.yaml:1: x\na.yaml:2: y"),))).splitlines())
    )
    assert [row["problem"] for row in rows] == ["a.yaml:1: x / a.yaml:2: y"]


def test_both_records_are_private_and_are_not_written_again_where_nothing_changed(tmp_path: Path) -> None:
    save_manifest(tmp_path, MANIFEST_OF_TWO)
    before = as_written(tmp_path)
    assert {name: mode(tmp_path / name) for name in before} == {MANIFEST: 0o600, TABLE: 0o600}
    save_manifest(tmp_path, MANIFEST_OF_TWO)
    assert as_written(tmp_path) == before
    assert load_manifest(tmp_path).by_file() == MANIFEST_OF_TWO.by_file()


def test_an_empty_folder_has_an_empty_record(tmp_path: Path) -> None:
    assert load_manifest(tmp_path) == Manifest()


@pytest.mark.parametrize("name", [MANIFEST, TABLE])
def test_a_file_of_somebody_else_is_not_taken_for_ours(name: str, tmp_path: Path) -> None:
    (tmp_path / name).write_text('{"name": "my web application"}')
    with pytest.raises(InvalidInput, match="was not made by consentkit; move it away, or name another folder"):
        load_manifest(tmp_path)


def test_a_link_is_not_followed(tmp_path: Path) -> None:
    (tmp_path / MANIFEST).symlink_to(tmp_path / "elsewhere")
    with pytest.raises((InvalidInput, FileAccess)):
        load_manifest(tmp_path)


@pytest.mark.parametrize("text", ["1/1", "2/3", "10/100"])
def test_a_part_is_read(text: str) -> None:
    assert "{}/{}".format(*parse_shard(text)) == text


@pytest.mark.parametrize("text", ["0/3", "4/3", "1", "1/0", "a/b", "1/3/5", "-1/3", "1 / 3", "１/３", ""])
def test_what_is_no_part_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="is not a part of a list"):
        parse_shard(text)
