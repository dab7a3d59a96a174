"""Nothing of a patient gets into the journal, through whichever field or face somebody tries."""

from __future__ import annotations

import datetime
import hashlib
import re
import sqlite3
from dataclasses import fields
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from consentkit import MadePacket, Workspace, open_workspace
from consentkit.errors import WrongUse
from consentkit.journal.chain import COLUMNS
from consentkit.journal.entries import JournalEntry, JournalPaper, Who
from consentkit.journal.rows import row_of
from consentkit.journal.values import CODES, FORMS, JournalAction
from kit.journals import PACKET, PAPER, ROSA, START, everything_in, open_journal, raw
from kit.packets import visit_data
from kit.running import PROJECT
from kit.small import CODE, WITH_JOURNAL, make_clinic

NAMES = st.builds(
    "{} {}".format,
    st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=12),
    st.text(st.characters(categories=["Lu", "Ll", "Lo"]), min_size=1, max_size=12),
)
PARTICULARS = st.one_of(
    NAMES,
    st.dates(datetime.date(1900, 1, 1)).map(lambda day: day.strftime("%d %B %Y")),
    st.sampled_from(
        ["Siobhán", "O’Keeffe", "MR 20417", "مريم", "1984/07/09", "born 1984", "a@b.example c", "x\ny", " "]
    ),
)
ENTRY_FIELDS = [field.name for field in fields(JournalEntry)]
WHOLE: dict[str, Any] = {
    "visit": "V-1",
    "packet": PACKET,
    "print_number": 1,
    "papers": (PAPER,),
    "pages": 7,
    "refers": 2,
    "rule": "minor-alone",
    "reason": "stated",
    "subject": "users",
    "count": 1,
    "seal": "ab" * 32,
    "carried": "ab" * 32,
}


@pytest.mark.parametrize("action", get_args(JournalAction))
def test_each_action_can_be_recorded_with_what_belongs_to_it(action: JournalAction) -> None:
    assert JournalEntry(action, ROSA, **WHOLE).action == action


@given(st.data())
@settings(deadline=None)
def test_no_field_of_an_entry_takes_free_text(data: st.DataObject) -> None:
    text = data.draw(PARTICULARS)
    field = data.draw(st.sampled_from(ENTRY_FIELDS))
    value = (text,) if field in {"papers", "jobs"} else text
    with pytest.raises(WrongUse) as caught:
        JournalEntry(**{"action": "made", "who": ROSA, **WHOLE, field: value})
    assert text.strip() not in str(caught.value) or not text.strip()


@given(st.data())
@settings(deadline=None)
def test_no_part_of_an_entry_takes_free_text(data: st.DataObject) -> None:
    text = data.draw(PARTICULARS)
    who = {"actor": "rosa", "station": "desk-1", "role": None}
    with pytest.raises(WrongUse):
        Who(**{**who, data.draw(st.sampled_from(sorted(who))): text})  # type: ignore[arg-type]
    paper = vars(PAPER)
    with pytest.raises(WrongUse):
        JournalPaper(**{**paper, data.draw(st.sampled_from(sorted(paper))): text})


@pytest.mark.parametrize("method", ["of_visit", "of_packet", "prints_of"])
def test_what_is_searched_for_is_not_repeated(method: str, tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal, pytest.raises(WrongUse) as caught:
        getattr(journal, method)("Nora Nye")
    assert "Nye" not in str(caught.value)


def test_the_database_takes_no_free_text_either(tmp_path: Path) -> None:
    with open_journal(tmp_path) as journal:
        head = journal.head()
    entry = JournalEntry("made", ROSA, **WHOLE)
    good = row_of(entry, 2, START, head.hash)
    marks = ", ".join("?" * len(COLUMNS))
    for column in set(COLUMNS) - {"seq", "prev"}:
        row = good | {column: "Nora Nye"}
        with raw(tmp_path) as database, pytest.raises(sqlite3.IntegrityError):
            database.execute(f"INSERT INTO entries VALUES ({marks})", tuple(row[name] for name in COLUMNS))
    with raw(tmp_path) as database:  # what is left as it is may go in
        database.execute(f"INSERT INTO entries VALUES ({marks})", tuple(good[name] for name in COLUMNS))


def test_the_codes_of_rules_are_those_that_packets_are_refused_by() -> None:
    pairing = (PROJECT / "src/consentkit/packets/pairing.py").read_text(encoding="utf-8")
    rules = re.findall(r'Conflict\(\s*"([a-z-]+)"', pairing)
    assert set(CODES["rule"]) == {*rules, "draft"}  # what is not approved is no pairing


def test_no_form_lets_a_space_an_accent_or_a_line_end_pass() -> None:
    for name, form in FORMS.items():
        for text in ("Nora Nye", "Siobhán", "V-1\n", "", "V 1"):
            assert not form.match(text), (name, text)


WORDS = st.text(st.sampled_from("aeinorstuvwxyzäéñø"), min_size=4, max_size=10).map("Quil{}".format)
"""Words that are nowhere else in a journal."""
PATIENTS = st.fixed_dictionaries(
    {
        "name": st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
        "born": st.dates(datetime.date(1930, 1, 1), datetime.date(2000, 12, 31)),
        # Never 200000000 or the like, which may be part of any hash.
        "record": st.permutations("123456789").map("".join).map("MR-{}".format),
    }
)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Workspace:
    clinic = make_clinic(tmp_path_factory.mktemp("clinic"), WITH_JOURNAL)
    return open_workspace(clinic)


@settings(max_examples=5, deadline=None)
@given(PATIENTS, WORDS, st.sampled_from(["visit", "witness", "clinician", "override", "folder"]))
def test_nothing_of_a_patient_is_in_the_journal_after_the_packet(
    workspace: Workspace, patient: dict[str, Any], other: str, place: str
) -> None:
    assert workspace.folder is not None
    assume(other not in patient["name"].split())  # nobody is their own witness
    changes: dict[str, Any] = {
        "visit": {"visit": f"V-{patient['name'].split()[0]}"},
        "witness": {"witness": other},
        "clinician": {"clinician": {"name": other}},
    }.get(place, {})
    packets = workspace.packets(
        [visit_data(patient=patient, **changes)],
        workspace.folder / (other if place == "folder" else "out"),
        allow_drafts=True,
        override=f"{patient['name']} {other}" if place == "override" else None,
    )
    (result,) = packets
    assert isinstance(result, MadePacket) == (place != "visit")
    workspace.approve(CODE, by=other, variant="refusal")  # on no paper of the next packet
    kept = everything_in(workspace.folder / "journal")
    assert b"begun" in kept
    born = patient["born"]
    days = (f"{born:%Y-%m-%d}", f"{born:%Y%m%d}", f"{born:%m/%d/%Y}")
    for particular in (*patient["name"].split(), other, patient["record"], patient["record"][3:], *days):
        assert particular.encode() not in kept


def test_a_seal_can_not_be_tried_out_without_the_key(tmp_path: Path) -> None:
    pdf = b"a packet of Nora Nye"
    seals = []
    for name in ("one", "other"):
        (tmp_path / name).mkdir()
        with open_journal(tmp_path / name) as journal:
            seals.append(journal.seal(pdf))
        with open_journal(tmp_path / name) as journal:
            assert journal.seal(pdf) == seals[-1]
    assert len({*seals, hashlib.sha256(pdf).hexdigest()}) == 3
