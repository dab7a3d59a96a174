"""`consentkit packet` with extra PDF files: what is called by which name, reported, refused and loaded."""

from __future__ import annotations

import io
import json
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from pikepdf import Array, Dictionary, Name, String

from consentkit.packets.packet import PacketMaker
from kit.foreign_files import add_field, changed, plain, saved, tagged
from kit.packets import bookmarks, page_texts, visit_data, write_schedule
from kit.running import Outcome
from kit.small import make_clinic

pytestmark = pytest.mark.usefixtures("readers_of_files")
Call = Callable[..., Outcome]
BAD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "bad"
SOMEBODY = "Rosalind Vane"
"""Another patient, who is named only in the metadata of a file."""
NOTICE = "Notice of Privacy Practices.pdf"


def named_after_somebody() -> bytes:
    pdf = plain()
    pdf.docinfo["/Title"] = SOMEBODY
    pdf.docinfo["/Author"] = SOMEBODY
    with pdf.open_metadata() as metadata:
        metadata["dc:title"] = SOMEBODY
    with pdf.open_outline() as outline:
        outline.root.append(pikepdf.OutlineItem(SOMEBODY, 0))
    page = pdf.pages[0].obj
    pdf.Root.PageLabels = Dictionary(Nums=[0, Dictionary(P=String(SOMEBODY))])
    pdf.Root.Names = Dictionary(Dests=Dictionary(Names=[String(SOMEBODY), Array([page, Name.Fit])]))
    return saved(pdf)


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    extra = folder / "extra"
    extra.mkdir()
    for name in (NOTICE, "Smith, map (2026).PDF", "Información – español.pdf", "plan.pdf"):
        (extra / name).write_bytes(named_after_somebody())
    (extra / "form.pdf").write_bytes(changed(lambda pdf: add_field(pdf, F=0)))
    (extra / "a4.pdf").write_bytes(tagged())
    shutil.copy(BAD_FILES / "script.pdf", extra)
    return folder


@pytest.fixture
def pack(call: Call, clinic: Path) -> Call:
    """Run `consentkit packet` for the clinic, with drafts."""
    return lambda *arguments: call("packet", "--clinic", clinic, "--allow-drafts", *arguments)


def titles(entry: dict[str, list[dict[str, str]]]) -> list[str]:
    return [paper["title"] for paper in entry["papers"] if paper["kind"] == "extra"]


def test_a_file_is_called_by_its_name_and_never_by_what_it_calls_itself(pack: Call, tmp_path: Path) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {"extra": NOTICE}), "-o", "out/", "--json")
    assert titles(json.loads(made.stdout)["packets"][0]) == ["Notice of Privacy Practices"]
    pdf = (tmp_path / "out" / "2026-11-23-V-1.pdf").read_bytes()
    assert "Notice of Privacy Practices" in page_texts(pdf)[0]
    assert "Notice of Privacy Practices" in str(bookmarks(pdf))
    assert SOMEBODY not in made.stdout.decode() + made.stderr + "".join(page_texts(pdf))
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        uncompressed = io.BytesIO()
        opened.save(uncompressed, qdf=True)
    for word in SOMEBODY.split():
        assert word.encode() not in uncompressed.getvalue()
        assert word.encode("utf-16-be") not in uncompressed.getvalue()


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (NOTICE, [NOTICE]),
        (f"{NOTICE} plan.pdf", [NOTICE, "plan.pdf"]),
        (f"{NOTICE}, plan.pdf", [NOTICE, "plan.pdf"]),
        (f"{NOTICE};plan.pdf; ", [NOTICE, "plan.pdf"]),
        ("plan.pdf a4.pdf", ["plan.pdf", "a4.pdf"]),
        ("Smith, map (2026).PDF", ["Smith, map (2026).PDF"]),
        ("Informacio\u0301n – español.pdf;plan.pdf", ["Información – español.pdf", "plan.pdf"]),
    ],
)
def test_a_cell_names_files_as_they_are_called(cell: str, expected: list[str], pack: Call, tmp_path: Path) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {"extra": cell}), "-o", "out/", "--json")
    assert made.code == 0, made.stderr
    assert titles(json.loads(made.stdout)["packets"][0]) == [Path(name).stem for name in expected]


@pytest.mark.parametrize("name", ["../plan.pdf", "extra/plan.pdf", "extra\\plan.pdf", "C:plan.pdf", ".hidden.pdf"])
def test_a_name_is_no_path(name: str, pack: Call, tmp_path: Path) -> None:
    (tmp_path / "visit.yaml").write_text(json.dumps(visit_data(extra=[name])), encoding="utf-8")
    for file in (write_schedule(tmp_path / "day.csv", {"extra": name}), tmp_path / "visit.yaml"):
        made = pack(file, "-o", "out/")
        assert made.code != 0
        assert "write only the file name" in made.stderr or "begin it with a letter" in made.stderr


def test_a_name_that_is_too_long_for_the_file_system_is_missing_and_not_quoted(pack: Call, tmp_path: Path) -> None:
    name = 90 * "山" + ".pdf"  # 270 bytes; most file systems allow 255
    (tmp_path / "visit.yaml").write_text(json.dumps(visit_data(extra=[name])), encoding="utf-8")
    made = pack("visit.yaml", "-o", "out/")
    assert made.code in (5, 7)
    assert "that is not in the folder" in made.stderr
    assert "山" not in made.stderr


def test_a_name_that_is_nearly_right_gets_the_right_one(pack: Call, tmp_path: Path) -> None:
    made = pack(write_schedule(tmp_path / "day.csv", {"extra": "notice of privacy practices.pdf"}), "-o", "out/")
    assert f"did you mean `{NOTICE}`?" in made.stderr


UNPRINTABLE_NAMES = {"map \U0001f600.pdf": "U+1F600", "\u0a15.pdf": "U+0A15", "plan a\u20dd.pdf": "U+20DD"}


@pytest.mark.parametrize(("name", "character"), UNPRINTABLE_NAMES.items(), ids=UNPRINTABLE_NAMES.values())
def test_a_name_that_no_font_can_print_is_refused_before_anything_is_made(
    name: str, character: str, pack: Call, clinic: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (clinic / "extra" / name).write_bytes(saved(plain()))
    monkeypatch.setattr(PacketMaker, "make", lambda *_: pytest.fail("a packet was made"))
    made = pack(write_schedule(tmp_path / "day.csv", {"extra": f"plan.pdf;{name}"}), "-o", "out/")
    assert made.code == 7
    (told,) = [line for line in made.stderr.splitlines() if "[unprintable]" in line]
    assert "day.csv:2: visit V-1: the name of the extra file `" in told
    assert character in told
    assert "rename the file" in told
    assert list(tmp_path.rglob("*.pdf")) == []


def test_each_refusal_names_file_row_and_visit(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(
        tmp_path / "day.csv",
        {"extra": "script.pdf"},
        {"extra": "script.pdf"},
        {"extra": "missing.pdf"},
        {"procedures": "NONE-1"},
        {"date_of_birth": "09.07.1984"},
        {"language": "vi"},
    )
    told = pack(day, "-o", "out/").stderr.splitlines()
    for row, words in (
        (2, "script.pdf: holds JavaScript"),
        (3, "script.pdf: holds JavaScript"),
        (4, "`extra` names a file, number 1 of 1, that is not in the folder "),
        (5, "the code `NONE-1`, number 1 of 1"),
        (6, "date_of_birth: is a date in another form"),
        (7, "vi"),
    ):
        assert any(f"day.csv:{row}:" in line and f"visit V-{row - 1}: " in line and words in line for line in told), row


def test_an_unknown_code_is_named_with_its_place(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {"procedures": "SMALL-1 NONE-1"})
    column = day.read_text(encoding="utf-8").splitlines()[0].split(",").index("procedures") + 1
    assert (
        f"day.csv:2:{column}: visit V-1: `procedures` contains the code `NONE-1`, number 2 of 2,"
        in pack(day, "-o", "out/").stderr
    )
    text = (
        "visit: V-1\ndate: 2026-11-23\npatient: {name: Nora Nye, born: 1984-07-09, record: MR-1}\n"
        "clinician: {name: Dr. Amara Okonkwo}\nprocedures:\n  - SMALL-1\n  - NONE-1\n"
    )
    (tmp_path / "visit.yaml").write_text(text, encoding="utf-8")
    made = pack(tmp_path / "visit.yaml", "-o", "out.pdf")
    assert made.code == 4
    assert "visit.yaml:7:5: visit V-1: `procedures` contains the code `NONE-1`, number 2 of 2," in made.stderr


def test_neither_a_number_nor_a_code_that_tells_who_it_is_stands_in_a_message(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(
        tmp_path / "day.csv",
        {"visit": "NORA-1", "date_of_birth": "1984-7-9"},
        {"visit": "V-840709", "patient_name": ""},
        {"procedures": "NYE-1"},
    )
    told = pack(day, "-o", "out/").stderr
    assert "NORA" not in told
    assert "840709" not in told
    assert "NYE" not in told
    assert "`procedures` contains a code, number 1 of 1" in told


def test_one_record_number_with_two_names_is_a_warning_that_quotes_nobody(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(
        tmp_path / "day.csv",
        {"record_number": "MR-7"},
        {"record_number": "MR-8"},
        {"record_number": "mr-7", "patient_name": "Bo Vane"},
        {"record_number": "MR-7", "patient_name": " nora  NYE"},
        {"record_number": "MR-7", "date_of_birth": "1985-07-09"},
    )
    made = pack(day, "-o", "out/")
    assert made.code == 0
    warned = [line for line in made.stderr.splitlines() if "record number" in line]
    assert [line.split(": has ")[0].partition("day.csv:")[2] for line in warned] == [
        "4: warning: visit V-3",
        "6: warning: visit V-5",
    ]
    assert all("of line 2 with another name or date of birth" in line for line in warned)
    assert not {"MR-7", "Vane", "Nora", "NYE"} & set(" ".join(warned).split())


def test_what_a_file_loses_is_reported_once_with_file_and_page(pack: Call, tmp_path: Path) -> None:
    day = write_schedule(tmp_path / "day.csv", {"extra": "form.pdf"}, {"extra": "form.pdf"})
    told = [line for line in pack(day, "-o", "out/").stderr.splitlines() if "on the screen" in line]
    assert len(told) == 1
    assert "form.pdf: page 1 has 1 field or mark that appears on the screen, but not on paper" in told[0]


def test_what_a_file_that_tells_who_comes_loses_is_reported_with_its_visit(
    pack: Call, clinic: Path, tmp_path: Path
) -> None:
    for name in ("Nye plan.pdf", "Vane plan.pdf"):
        shutil.copy(clinic / "extra" / "form.pdf", clinic / "extra" / name)
    day = write_schedule(
        tmp_path / "day.csv", {"extra": "Nye plan.pdf"}, {"patient_name": "Bo Vane", "extra": "Vane plan.pdf"}
    )
    made = pack(day, "-o", "out/", "--json")
    expected = [f"extra file number 1 of 1 of visit V-{number}" for number in (1, 2)]
    for what in (": page 1 has 1 field or mark that appears on the screen, but not on paper", " are not PDF/UA"):
        assert [sum(name in line and what in line for line in made.stderr.splitlines()) for name in expected] == [1, 1]
    packets = json.loads(made.stdout)["packets"]
    assert [titles(packet) for packet in packets] == [[name] for name in expected]
    assert not [word for word in ("Nye", "Vane") if word in made.stderr + made.stdout.decode()]


def test_every_page_of_a_packet_has_the_size_of_the_paper(pack: Call, tmp_path: Path) -> None:
    pack(write_schedule(tmp_path / "day.csv", {"extra": "a4.pdf plan.pdf"}), "-o", "out/")
    with pikepdf.open(tmp_path / "out" / "2026-11-23-V-1.pdf") as packet:
        assert {tuple(map(float, page.mediabox)) for page in packet.pages} == {(0.0, 0.0, 612.0, 792.0)}


@pytest.mark.parametrize("extra", [[], ["a4.pdf"]], ids=["no extra file", "one that was judged before"])
def test_without_extra_files_to_judge_no_reader_of_pdf_files_is_loaded(
    extra: list[str], clinic: Path, tmp_path: Path
) -> None:
    script = "import sys, consentkit.cli as c; c.run(sys.argv[1:]); print(*sys.modules, file=sys.stderr)"
    (tmp_path / "visit.yaml").write_text(json.dumps(visit_data(extra=extra)), encoding="utf-8")
    arguments = ["packet", "visit.yaml", "-o", "out.pdf", "--force", "--allow-drafts", "--clinic", str(clinic)]
    for _ in range(2):  # the first run judges the file, and keeps it
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments], capture_output=True, text=True, cwd=tmp_path, check=True
        )
    assert not {"pikepdf", "pypdf", "pypdfium2"} & set(done.stderr.split())
