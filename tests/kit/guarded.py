"""What the tests of the guards share: one small clinic, and a visit for each feature that holds this feature alone.

A specimen with everything in it lets one feature hide the loss of another. So each of FEATURES differs from the plain
visit in one thing, and says what of the papers this one thing decides.
"""

from __future__ import annotations

import datetime
import re
import shutil
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pypdfium2

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.library.approvals import Approval
from consentkit.packets.packet import Packet
from kit.recording import record
from kit.small import CODE, make_clinic, write_procedure, write_translation

GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"
BAD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "bad"
LONG_PAST = datetime.date(2020, 2, 29)
MARKED = "Xq7zWv"
"""Stands where only a patient's particulars stand, so that a message that quotes one is found out."""

PATIENT = "Siobhán O’Keeffe-Martínez"
CLINICIAN = "Dr. Amara Okonkwo, PhD"
TRAINEE = {
    "trainee": {"name": "Jonah Feldman", "credentials": "MSW intern"},
    "supervisor": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
}
GUARDIAN = {"name": "Guadalupe de la Cruz Ortega", "relationship": "guardian"}
INTERPRETER = {"name": "Marisol Quintana", "is_a": "professional", "language": "Spanish", "number": "4471"}

_OTHERS: Mapping[str, dict[str, Any]] = {
    "ADD-1": {"role": "add_on", "add_on_to": [CODE]},
    "DAY-1": {"role": "primary", "once_a_day": True},
    "MED-1": {"role": "add_on", "add_on_to_medical_visit": True},
    "NOMED-1": {"role": "primary", "not_with_medical_visit": True},
    "NOT-1": {"role": "primary", "not_with": [CODE]},
    "OLD-1": {"role": "retired", "retired_in": 2020, "replaced_by": [CODE]},
    "SEP-1": {"role": "primary", "not_with_unless_separate": [CODE]},
}
"""The codes of the clinic beside that of the small procedure: each breaks one rule of pairing."""


def make_guarded_clinic(folder: Path) -> Path:
    """Make the clinic. What is laid out for it is kept in the cache of the tests, and serves all of them."""
    clinic = make_clinic(folder)
    for code, billing in _OTHERS.items():
        write_procedure(clinic / "procedures", code=code, billing=billing)
    write_translation(clinic / "procedures", "es")
    (clinic / "extra").mkdir()
    for path in (*GOOD_FILES.glob("*.pdf"), *BAD_FILES.glob("*.pdf")):
        shutil.copy(path, clinic / "extra")
    return clinic


def approve(clinic: Path, *, edition: int = 1, until: datetime.date | None = None, language: str = "en") -> None:
    """Record an approval of the small procedure as it is now; one that has run out can't be had by the command."""
    workspace = open_workspace(clinic, open_store())
    content_hash = workspace.compose(workspace.content(CODE, language=language)).content_hash
    values = {"edition": edition, "content": content_hash, "by": "Ann Ray", "on": "2026-01-15", "until": until}
    record(clinic, Approval.model_validate({"code": CODE, "language": language, "variant": "consent", **values}), "")


# --- what a packet holds ---


def filled(made: Packet) -> dict[str, set[str]]:
    """What stands in the slots of a packet, as pdfium reads it in the rectangle of each; empty ones are left out."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    document = pypdfium2.PdfDocument(made.pdf)
    if made.plan.layout.fillable:
        document.init_forms()
    try:
        for placed in made.papers:
            for slot in placed.paper.part.slots:
                number = placed.first - 1 + slot.page
                if made.plan.layout.fillable:
                    document[number].flatten()  # form fields become part of the page, as on paper
                page = document[number].get_textpage()
                left, bottom, right, top = slot.corners
                text = " ".join(page.get_text_bounded(left, bottom + 1, right, top - 4).split())
                if text and not slot.name.startswith("packet_"):  # what is at the foot of each page
                    found[slot.name].add(text)
    finally:
        document.close()
    return dict(found)


def claims(pdf: bytes) -> set[str]:
    """The standards to which a file says that it conforms."""
    said = {"PDF/UA": rb"<pdfuaid:part>\s*1\s*<", "PDF/A": rb"<pdfaid:part>\s*2\s*<"}
    return {standard for standard, pattern in said.items() if re.search(pattern, pdf)}


def codes_for_filing(pdf: bytes) -> dict[int, str]:
    """What the codes of a file say to a scanner of 150 dots per inch, by page, counted from 1."""
    import zxingcpp

    document = pypdfium2.PdfDocument(pdf)
    try:
        pictures = [page.render(scale=150 / 72, grayscale=True).to_pil() for page in document]
    finally:
        document.close()
    read = {number: zxingcpp.read_barcodes(picture) for number, picture in enumerate(pictures, 1)}
    return {number: " ".join(code.text for code in found) for number, found in read.items() if found}


def identifier(pdf: bytes) -> bytes:
    """The first half of a file's identifier: it stays when the file is altered (ISO 32000-1, 14.4)."""
    (found,) = set(re.findall(rb"/ID \[\(([0-9a-f]{32})\)", pdf))
    return bytes(found)


# --- one feature each ---


@dataclass(frozen=True)
class Feature:
    """A visit that differs from the plain one in one thing."""

    changes: Mapping[str, Any] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    papers: tuple[str, ...] = ("cover", "form", "information")
    """The kinds of its papers, in their order."""
    clauses: tuple[str, ...] = ()
    """What it calls for beyond the clauses of its documents."""
    slots: Mapping[str, set[str]] = field(default_factory=dict)
    """What stands in its slots otherwise than in those of the plain visit; nothing where a slot stays empty."""

    def expected(self) -> dict[str, set[str]]:
        """Everything that stands in its slots."""
        return {name: texts for name, texts in {**PLAIN, **self.slots}.items() if texts}


PLAIN: Mapping[str, set[str]] = {
    "patient_name": {PATIENT},
    "patient_born": {"July 9, 1984"},
    "patient_record": {"MR-20417"},
    "patient_printed_name": {PATIENT},
    "clinician_printed_name": {CLINICIAN},
    "visit_patient": {PATIENT},
    "visit_date": {"November 23, 2026"},
    "visit_time": {"8:00 am"},
    "visit_visit": {"V-1"},
    "visit_clinician": {CLINICIAN},
}
"""What stands in the slots of the plain visit."""

_REPRESENTED: Mapping[str, set[str]] = {
    "patient_printed_name": set(),
    "representative_printed_name": {GUARDIAN["name"]},
    "representative_blank": {"guardian"},
    "visit_representative": {f"{GUARDIAN['name']} (guardian)"},
}


def _born(year: int) -> dict[str, Any]:
    patient = {"name": PATIENT, "born": f"{year}-07-09", "record": "MR-20417"}
    return {"patient": patient, "representative": GUARDIAN}


def _features() -> Iterator[tuple[str, Feature]]:
    yield "plain", Feature()
    yield "no time", Feature({"time": None}, slots={"visit_time": set()})
    yield (
        "information",
        Feature(
            {"documents": ["information"]},
            papers=("cover", "information"),
            slots={"patient_printed_name": set(), "clinician_printed_name": set()},
        ),
    )
    yield "telehealth", Feature({"place": "telehealth"}, clauses=("telehealth",))
    yield (
        "trainee",
        Feature(
            TRAINEE,
            clauses=("trainee",),
            slots={
                "clinician_printed_name": {"Jonah Feldman, MSW intern"},
                "name_of_trainee": {"Jonah Feldman, MSW intern"},
                "name_of_supervisor": {CLINICIAN},
                "visit_clinician": {"Jonah Feldman, MSW intern"},
                "visit_supervisor": {CLINICIAN},
            },
        ),
    )
    yield "small child", Feature(_born(2022), slots={**_REPRESENTED, "patient_born": {"July 9, 2022"}})
    yield (
        "older child",
        Feature(
            _born(2015),
            slots={**_REPRESENTED, "patient_born": {"July 9, 2015"}, "assent_printed_name": {PATIENT}},
        ),
    )
    yield (
        "interpreter",
        Feature(
            {"interpreter": INTERPRETER},
            slots={
                "interpreter_printed_name": {"Marisol Quintana"},
                "interpreter_blank": {"Spanish; 4471"},
                "visit_interpreter": {"Marisol Quintana, Spanish"},
            },
        ),
    )
    yield (
        "witness",
        Feature(
            {"witness": "Tomasz Lis"}, slots={"witness_printed_name": {"Tomasz Lis"}, "visit_witness": {"Tomasz Lis"}}
        ),
    )
    yield (
        "second language",
        Feature(
            {"also_in": ["es"]},
            papers=("cover", "form", "information", "information"),
            slots={"patient_born": {"July 9, 1984", "9 de julio de 1984"}},
        ),
    )
    yield "form alone", Feature({"documents": ["form"]}, papers=("cover", "form"))
    yield (
        "on file",
        Feature(
            {"on_file": [CODE], "documents": ["information"]},
            papers=("cover", "information"),
            slots={"patient_printed_name": set(), "clinician_printed_name": set()},
        ),
    )
    yield "refusal", Feature({"documents": ["consent", "refusal"]}, papers=("cover", "form", "refusal", "information"))
    yield "extra file", Feature({"extra": ["tagged.pdf"]}, papers=("cover", "form", "information", "extra"))
    yield "two sides", Feature(options={"duplex": True}, papers=("cover", "blank", "form", "blank", "information"))
    yield "fields", Feature(options={"fillable": True})


FEATURES: Mapping[str, Feature] = dict(_features())
