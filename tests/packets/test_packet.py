"""Packets: the right papers, with the right name on each page."""

from __future__ import annotations

import dataclasses
import datetime
import gc
import re
import shutil
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

import consentkit.packets.packet
import consentkit.packets.writing
from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.model.visit import Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.day_file import combine
from consentkit.packets.items import PacketItem
from consentkit.packets.lettering import Texts
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.plan import PacketOptions, PrintSerial
from consentkit.packets.planning import Planner
from consentkit.packets.slots import particulars
from consentkit.pdf.file.beginnings import KnownBeginning
from consentkit.pdf.link.compile import CompiledPart
from consentkit.pdf.link.frame import Frame, Reserved
from consentkit.pdf.link.order import FieldValue, Insert
from consentkit.pdf.part import Part
from consentkit.pdf.read.structure_text import readable_text
from consentkit.recent import Recent
from kit.packets import CHILD, MOTHER, OTHER, bookmarks, codes, packet, page_texts, plan, texts, visit
from kit.running import PROJECT
from kit.small import make_clinic, write_procedure, write_translation

pytestmark = [
    pytest.mark.xdist_group("packet"),  # the packet with everything is made once
    pytest.mark.usefixtures("nothing_kept_of_packets"),  # what is wrong is in how they are joined
]
GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    for number in range(2, 6):
        write_procedure(
            folder / "procedures", code=f"SMALL-{number}", title=f"Another small procedure, number {number}"
        )
    write_translation(folder / "procedures", "es")
    (folder / "extra").mkdir()
    for name in ("tagged.pdf", "made-for-the-web.pdf"):
        shutil.copy(GOOD_FILES / name, folder / "extra")
    return folder


@pytest.fixture(scope="module")
def workspace(clinic: Path) -> OpenWorkspace:
    return open_workspace(clinic, open_store())


@pytest.fixture(scope="module")
def full(workspace: OpenWorkspace) -> Packet:
    """A packet with everything that a visit can call for."""
    everything = visit(
        patient=CHILD,
        also_in=["es"],
        place="telehealth",
        representative=MOTHER,
        interpreter={"name": "Marisol Quintana", "is_a": "professional", "language": "Spanish", "number": "4471"},
        witness="Tomasz Lis",
        trainee={"name": "Jonah Feldman", "credentials": "MSW intern"},
        supervisor={"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
        extra=["tagged.pdf", "made-for-the-web.pdf"],
    )
    return packet(workspace, everything)


def test_every_page_bears_name_birth_date_record_and_number(full: Packet) -> None:
    pages = page_texts(full.pdf)
    assert len(pages) == full.pages
    for number, page in enumerate(pages, 1):
        assert CHILD["name"] in page
        assert "MR-20427" in page
        assert "2017" in page
        assert "June 2" in page or "2 de junio" in page
        assert f"Page {number} of {full.pages}" in page or f"Página {number} de {full.pages}" in page
        assert full.plan.packet in page


def test_papers_come_in_order_and_on_the_pages_that_the_cover_tells(full: Packet) -> None:
    kinds = [placed.paper.kind for placed in full.papers]
    assert kinds == ["cover", "form", "information", "information", "extra", "extra"]
    cover = page_texts(full.pdf)[0]
    for placed in full.papers[2:]:
        pages = (
            str(placed.first)
            if placed.first == placed.last
            else f"{placed.first}{' to ' if placed.last > placed.first + 1 else ', '}{placed.last}"
        )
        assert re.search(rf"\b{pages}\b", cover), (placed.paper.title, cover)
        assert placed.last - placed.first + 1 == placed.paper.part.pages


def test_a_cover_of_two_pages_moves_all_numbers(workspace: OpenWorkspace) -> None:
    codes_of_visit = ["SMALL-1", *(f"SMALL-{number}" for number in range(2, 6))]
    made = packet(workspace, visit(procedures=codes_of_visit, large_print=True))
    cover, first = made.papers[0], made.papers[1]
    assert cover.last >= 2
    assert first.first == cover.last + 1
    told = " ".join(" ".join(page_texts(made.pdf)[: cover.last]).split())
    for placed in made.papers[2:]:
        assert f"{placed.first} to {placed.last}" in told
    assert made.pages == len(texts(made.pdf))


def names_by_role(made: Packet) -> dict[str, str]:
    """What is printed beside the signature of each role."""
    (form,) = [placed for placed in made.papers if placed.paper.kind == "form"]
    values = particulars(made.plan.visit, made.plan.pack)
    names = {slot.name for slot in form.paper.part.slots if slot.name.endswith("_printed_name")}
    page = " ".join(" ".join(page_texts(made.pdf)[form.first - 1 : form.last]).split())
    assert all(values[name] in page for name in names)
    return {name.removesuffix("_printed_name"): values[name] for name in names}


def test_who_decides_alone_signs_alone(workspace: OpenWorkspace) -> None:
    by_role = names_by_role(packet(workspace, visit()))
    assert by_role == {"patient": "Siobhán O’Keeffe-Martínez", "clinician": "Dr. Amara Okonkwo, PhD"}


def test_names_stand_beside_the_signatures_by_role(full: Packet) -> None:
    assert names_by_role(full) == {
        "representative": "Guadalupe de la Cruz Ortega",
        "assent": CHILD["name"],
        "clinician": "Jonah Feldman, MSW intern",
        "interpreter": "Marisol Quintana",
        "witness": "Tomasz Lis",
    }
    form = " ".join(page_texts(full.pdf)[full.papers[1].first - 1 : full.papers[1].last])
    assert "4471" in form
    assert "mother" in form


def test_names_are_read_out_with_their_labels(full: Packet) -> None:
    lines = readable_text(full.pdf).splitlines()
    assert f"Name {CHILD['name']}" in lines
    assert any(line.endswith("Tomasz Lis") for line in lines)


def test_every_page_to_sign_or_to_fill_in_has_a_code_that_a_scan_can_read(full: Packet) -> None:
    found = codes(full.pdf)
    to_sign = {
        placed.first + slot.page
        for placed in full.papers
        for slot in placed.paper.part.slots
        if slot.element is not None and placed.paper.group == "sign"
    }
    assert to_sign
    assert set(found) == to_sign
    for page, payload in found.items():
        assert payload == f"CK2/{full.plan.packet}/{page}"


def test_titles_bookmarks_and_metadata_hold_nothing_about_the_patient(full: Packet) -> None:
    assert bookmarks(full.pdf)[0] == "Papers for your visit"
    hidden = " ".join(bookmarks(full.pdf)) + full.file_name
    readable = re.search(rb"<x:xmpmeta.*</x:xmpmeta>", full.pdf, re.DOTALL)
    assert readable
    for secret in ("Angelo", "Reyes", "20427", "2017", "Guadalupe", "Quintana", "Tomasz"):
        assert secret not in hidden
        assert secret.encode() not in readable[0]


def test_links_on_the_cover_lead_to_the_papers(full: Packet) -> None:
    import io

    import pypdf

    reader = pypdf.PdfReader(io.BytesIO(full.pdf))
    links = [item.get_object() for item in reader.pages[0]["/Annots"]]  # type: ignore[attr-defined]
    pages = [(reader.get_page_number(link["/Dest"][0].get_object()) or 0) + 1 for link in links]
    assert list(dict.fromkeys(pages)) == [
        placed.first for placed in full.papers[1:]
    ]  # a title on two lines has two links


def test_extra_files_without_tags_are_named(full: Packet) -> None:
    assert [name.rsplit("/", 1)[-1] for name in full.untagged] == ["made-for-the-web.pdf"]


def test_with_two_sides_each_paper_starts_on_a_fresh_sheet(workspace: OpenWorkspace) -> None:
    made = packet(workspace, visit(place="telehealth"), duplex=True)
    for placed in made.papers:
        assert placed.first % 2 or placed.paper.kind == "blank"
    assert [start for start, _ in made.sets] == [placed.first for placed in made.papers if placed.paper.kind != "blank"]
    assert made.sets[-1][1] == made.pages
    blank = next(placed for placed in made.papers if placed.paper.kind == "blank")
    assert "MR-20417" in page_texts(made.pdf)[blank.first - 1], "a blank page has its label too"


def test_the_same_visit_gives_the_same_bytes(workspace: OpenWorkspace) -> None:
    assert packet(workspace, visit()).pdf == packet(workspace, visit()).pdf


@pytest.mark.parametrize(
    "name",
    [
        "O",
        "Page",
        "You May",
        "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Adolphus Charles Montgomery",
        "W" * 80,
        "عبد الرحمن الخطيب",
        "Nguyễn Thị Minh Khai",
        "Świętosława Brzęczyszczykiewicz",
        "<b>Bobby</b> & {{ name }}",
        "José",
    ],
)
def test_unusual_names_are_printed_as_they_are(name: str, workspace: OpenWorkspace) -> None:
    made = packet(
        workspace, visit(patient={"name": name, "born": "1984-07-09", "record": "1984"}, extra=["tagged.pdf"])
    )
    assert made.pages == len(texts(made.pdf))


def test_fields_of_a_form_are_filled_with_the_particulars(workspace: OpenWorkspace) -> None:
    import io

    import pypdf

    made = packet(workspace, visit(place="telehealth"), fillable=True)
    values = pypdf.PdfReader(io.BytesIO(made.pdf)).get_form_text_fields(full_qualified_name=True)
    assert "Siobhán O’Keeffe-Martínez" in values.values()
    assert sum(value == "Dr. Amara Okonkwo, PhD" for value in values.values()) >= 2


# --- mix-ups, planted ---


def test_the_particulars_of_two_patients_that_change_places_are_caught(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = particulars
    other = visit(visit="V-2", patient=OTHER)
    monkeypatch.setattr("consentkit.packets.writing.particulars", lambda _, pack: honest(other, pack))
    with pytest.raises(
        RenderingFailed, match="page 1 of the packet does not bear this patient's particulars"
    ) as caught:
        packet(workspace, visit())
    assert "Whitfield" not in str(caught.value)


@pytest.mark.parametrize("slot", ["patient_name", "patient_born", "patient_record"])
def test_one_wrong_particular_is_caught(slot: str, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = particulars
    other = visit(visit="V-2", patient=OTHER)

    def mixed_up(planned: Visit, pack: Any) -> dict[str, str]:
        return {**honest(planned, pack), slot: honest(other, pack)[slot]}

    monkeypatch.setattr("consentkit.packets.writing.particulars", mixed_up)
    with pytest.raises(RenderingFailed, match=r"does not be(ar|long to) this"):
        packet(workspace, visit())


@pytest.mark.parametrize("slot", ["patient_printed_name", "clinician_printed_name", "visit_visit"])
def test_a_stamp_left_over_from_the_visit_before_is_caught(
    slot: str, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = particulars
    left_over = {slot: "Whitfield, who came before"}
    monkeypatch.setattr(
        "consentkit.packets.writing.particulars", lambda planned, pack: {**honest(planned, pack), **left_over}
    )
    with pytest.raises(RenderingFailed, match="something that does not belong to this visit"):
        packet(workspace, visit())


def test_a_label_on_the_wrong_extra_page_is_caught(workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = consentkit.packets.writing._labels
    other = plan(workspace, visit(visit="V-2", patient=OTHER))
    monkeypatch.setattr(consentkit.packets.writing, "_labels", lambda _, pack: honest(other, pack))
    with pytest.raises(RenderingFailed, match="of the packet does not bear"):
        packet(workspace, visit(extra=["tagged.pdf"]))


@pytest.mark.parametrize("place", range(3))
def test_one_wrong_particular_on_an_extra_page_is_caught(
    place: int, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = consentkit.packets.writing._labels
    other = plan(workspace, visit(visit="V-2", patient=OTHER))

    def mixed_up(planned: Any, pack: Any) -> list[str]:
        return [honest(other if number == place else planned, pack)[number] for number in range(3)]

    monkeypatch.setattr(consentkit.packets.writing, "_labels", mixed_up)
    with pytest.raises(RenderingFailed, match="of the packet does not bear"):
        packet(workspace, visit(extra=["tagged.pdf"]))


def test_extra_pages_bear_the_three_particulars_each_by_itself(full: Packet) -> None:
    page = texts(full.pdf)[-1]
    labelled = {"Name: D’Angelo Reyes de la Cruz", "Date of birth: June 2, 2017", "Record number: MR-20427"}
    assert labelled <= set(page), [text for text in page if ":" in text]


def test_a_form_field_that_holds_somebody_else_is_caught(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    honest = consentkit.packets.writing.field_values

    def left_over(*given: Any, **how: Any) -> list[FieldValue]:
        values = honest(*given, **how)
        return [dataclasses.replace(value, text="Whitfield, who came before") for value in values]

    packet(workspace, visit(), fillable=True)
    monkeypatch.setattr(consentkit.packets.writing, "field_values", left_over)
    with pytest.raises(RenderingFailed, match="something that does not belong to this visit") as caught:
        packet(workspace, visit(), fillable=True)
    assert "Whitfield" not in str(caught.value)


def test_a_counted_set_says_so_where_a_template_has_no_place_for_it_too(tmp_path: Path) -> None:
    furniture = (PROJECT / "templates" / "furniture.html").read_text(encoding="utf-8")
    own, count = re.subn(r'\{\{ rule\("packet_print"[^}]*\}\}', "", furniture)
    assert count == 2
    own_workspace = open_workspace(make_clinic(tmp_path / "clinic", templates={"furniture.html": own}))
    planned = dataclasses.replace(plan(own_workspace, visit()), serial=PrintSerial(2, datetime.time(8, 14)))
    made = PacketMaker(own_workspace).make(planned)
    for page in page_texts(made.pdf):
        assert " ".join(page.split()).count(f"Packet {planned.packet} · Print 2, 8:14 am") == 1


def test_pages_that_change_places_are_caught(workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch) -> None:
    honest = consentkit.packets.writing._PaperWriter.insert

    class Backwards(PageNumbers):
        def of_page(self, pack: LanguagePack, number: int) -> dict[str, str]:
            return super().of_page(pack, int(self._pages) + 1 - number)

    def wrong_numbers(writer: Any, *given: Any) -> Insert:
        writer.numbers = Backwards(writer.plan, int(writer.numbers._pages))
        return honest(writer, *given)

    monkeypatch.setattr(consentkit.packets.writing._PaperWriter, "insert", wrong_numbers)
    with pytest.raises(RenderingFailed, match="of the packet does not bear"):
        packet(workspace, visit())


def test_a_day_in_one_file_is_read_back_too(workspace: OpenWorkspace) -> None:
    planner, maker = Planner(workspace, PacketOptions(allow_drafts=True)), PacketMaker(workspace)
    one, two = (
        maker.make(planner.plan(planned, "day.csv")) for planned in (visit(), visit(visit="V-2", patient=OTHER))
    )
    whole = combine(maker, [one, two])
    pages = page_texts(whole)
    assert len(pages) == one.pages + two.pages
    assert all("MR-20417" in page and "MR-20419" not in page for page in pages[: one.pages])
    assert all("MR-20419" in page and "MR-20417" not in page for page in pages[one.pages :])
    assert [title for title in bookmarks(whole) if title.startswith("Visit")] == ["Visit V-1", "Visit V-2"]
    with pytest.raises(RenderingFailed, match=r"differs from the paper|does not bear"):
        maker.require_identity(whole, [two, one], is_one_of_many=True)
    swapped = dataclasses.replace(one, plan=dataclasses.replace(one.plan, visit=two.plan.visit))
    with pytest.raises(RenderingFailed, match="does not bear"):
        maker.require_identity(whole, [swapped, two], is_one_of_many=True)


def test_what_the_engine_complains_of_never_quotes_a_name() -> None:
    with pytest.raises(RenderingFailed) as caught:
        Texts(["สมชาย"])
    assert "Latin letters" in str(caught.value)
    assert not set("สมชาย") & set(str(caught.value))
    assert caught.value.__cause__ is None
    assert caught.value.__suppress_context__


def test_memory_does_not_grow_with_the_number_of_visits(workspace: OpenWorkspace) -> None:
    planner, maker = Planner(workspace, PacketOptions(allow_drafts=True)), PacketMaker(workspace)

    def serve(numbers: range) -> None:
        for number in numbers:
            patient = {"name": f"Patient with number {number}", "born": "1984-07-09", "record": f"MR-{number}"}
            maker.make(planner.plan(visit(visit=f"V-{number}", patient=patient), "day.csv", number))

    serve(range(5))
    tracemalloc.start()
    try:
        gc.collect()
        before = tracemalloc.get_traced_memory()[0]
        serve(range(5, 15))
        gc.collect()
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 10 * 20_000, f"{grown // 10} bytes a visit"


def test_only_a_few_values_are_kept() -> None:
    kept = Recent[int, str](2)
    made: list[int] = []

    def get(key: int) -> str:
        return kept.get(key, lambda: made.append(key) or str(key))  # type: ignore[func-returns-value]

    assert [get(key) for key in (1, 2, 1, 3, 1, 2)] == ["1", "2", "1", "3", "1", "2"]
    assert made == [1, 2, 3, 2], "the one that was not used for longest went first"


def test_only_a_few_bytes_are_kept_but_the_latest_value_in_any_case() -> None:
    kept = Recent[int, bytes](9, 10, lambda _, value: len(value))

    def those_kept(number: int, size: int) -> list[int]:
        kept.put(number, bytes(size))
        return [one for one in range(9) if kept.find(one) is not None]

    assert [those_kept(*one) for one in ((1, 4), (2, 6), (1, 3), (3, 2))] == [[1], [1, 2], [1, 2], [2, 3]]
    assert those_kept(4, 50) == [4]
    assert those_kept(5, 10) == [5]


def test_the_parts_of_a_day_with_hundreds_of_different_papers_are_each_compiled_once(workspace: OpenWorkspace) -> None:
    maker, pdf = PacketMaker(workspace), (GOOD_FILES / "tagged.pdf").read_bytes()
    parts = [Part(pdf[:10] + b"%04d" % number + pdf[14:], 1) for number in range(300)]  # other bytes of its comment
    words = workspace.language("en")
    papers = [PacketItem("", "extra", "read", words, part, is_foreign=True) for part in parts]
    first = [maker.compiled(paper) for paper in papers]
    assert all(maker.compiled(paper) is compiled for paper, compiled in zip(papers, first, strict=True))


def test_of_large_papers_little_is_kept_for_the_next_visits(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    for bound in ("_MOST_BYTES_OF_PARTS", "_MOST_BYTES_READ", "_MOST_BYTES_WRITTEN"):
        monkeypatch.setattr(consentkit.packets.packet, bound, 1)
    kinds = (Frame, Reserved, KnownBeginning, CompiledPart)

    def counted() -> list[int]:
        gc.collect()
        things = gc.get_objects()
        return [sum(isinstance(thing, kind) for thing in things) for kind in kinds]

    maker = PacketMaker(workspace)
    maker.make(plan(workspace, visit()))
    first = counted()
    maker.make(plan(workspace, visit(), fillable=True))
    assert counted() == first
