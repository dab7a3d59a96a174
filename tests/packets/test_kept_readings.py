"""What is kept of parts for the next process: the same packets with it as without, and nothing is let through by it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from consentkit.cache.store import open_store
from consentkit.cache.versions import versions
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.packets.items import PacketItem
from consentkit.packets.kept_readings import kept_compiled, kept_printed, key_of_compiled, key_of_printed
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.plan import PacketPlan
from consentkit.packets.printed import LetterPlaces, PrintedPage, PrintedPart, printed_part
from consentkit.packets.printed_bytes import pack_printed, unpack_printed
from consentkit.pdf.file.syntax import Ref, WrittenValue
from consentkit.pdf.link.compile import CompiledPart, compile_part
from consentkit.pdf.link.compiled_bytes import pack_compiled, unpack_compiled
from consentkit.pdf.part import Corners, Part, Slot
from kit.packets import plan, visit
from kit.small import make_clinic

pytestmark = pytest.mark.xdist_group("kept_readings")  # its papers are laid out once
GOOD_FILE = Path(__file__).parents[1] / "examples" / "foreign" / "good" / "tagged.pdf"


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    (folder / "extra").mkdir()
    (folder / "extra" / "leaflet.pdf").write_bytes(GOOD_FILE.read_bytes())
    return open_workspace(folder, open_store(tmp_path_factory.mktemp("cache") / "parts"))


@pytest.fixture(scope="module")
def planned(workspace: OpenWorkspace) -> PacketPlan:
    return plan(workspace, visit(extra=["leaflet.pdf"]), fillable=True)


@pytest.fixture(scope="module")
def packet(workspace: OpenWorkspace, planned: PacketPlan) -> Packet:
    """A packet made when nothing was kept yet."""
    return PacketMaker(workspace).make(planned)


@pytest.fixture
def form(workspace: OpenWorkspace, packet: Packet) -> Iterator[PacketItem]:
    """The paper to be signed; what a test keeps of it is replaced by the truth."""
    paper = next(placed.paper for placed in packet.papers if placed.paper.kind == "form")
    yield paper
    workspace.store.put(key_of_compiled(paper.part), pack_compiled(compiled_anew(paper.part)))
    workspace.store.put(key_of_printed(paper.part), pack_printed(printed_part(paper.part.pdf)))


def compiled_anew(part: Part) -> CompiledPart:
    return compile_part(part.pdf, written_on(part))


def written_on(part: Part) -> list[int]:
    """The elements to which text of a visit is added."""
    return [slot.element for slot in part.slots if slot.element is not None]


def ours(packet: Packet) -> list[Part]:
    return [placed.paper.part for placed in packet.papers if not placed.paper.is_foreign]


def in_fields(part: CompiledPart) -> dict[str, object]:
    return {field.name: getattr(part, field.name) for field in dataclasses.fields(part)}


def test_what_comes_back_is_what_was_worked_out(packet: Packet) -> None:
    for part in ours(packet):
        printed, compiled = printed_part(part.pdf), compiled_anew(part)
        assert unpack_printed(pack_printed(printed)) == printed
        back = unpack_compiled(pack_compiled(compiled), part.pdf)
        assert back is not None
        assert in_fields(back) == in_fields(compiled)
        assert [*back.plain, *back.streams] == [*compiled.plain, *compiled.streams]  # in their order


def test_the_packet_of_the_next_process_is_the_same_to_the_byte_and_parts_are_not_read_again(
    workspace: OpenWorkspace, planned: PacketPlan, packet: Packet, monkeypatch: pytest.MonkeyPatch
) -> None:
    kept = [workspace.store.get(key(part)) for part in ours(packet) for key in (key_of_compiled, key_of_printed)]
    assert all(kept)
    read: list[bytes] = []

    def noted(pdf: bytes, *, is_ours: bool = True) -> PrintedPart:
        read.append(pdf)
        return printed_part(pdf, is_ours=is_ours)

    monkeypatch.setattr("consentkit.packets.kept_readings.printed_part", noted)
    assert PacketMaker(workspace).make(planned).pdf == packet.pdf
    assert read == [placed.paper.part.pdf for placed in packet.papers if placed.paper.is_foreign]


def test_of_files_of_other_people_nothing_is_kept(workspace: OpenWorkspace, packet: Packet) -> None:
    (leaflet,) = (placed.paper.part for placed in packet.papers if placed.paper.is_foreign)
    assert workspace.store.get(key_of_compiled(leaflet)) is workspace.store.get(key_of_printed(leaflet)) is None


def test_what_is_kept_holds_nothing_of_a_visit(workspace: OpenWorkspace, packet: Packet) -> None:
    patient = packet.plan.visit.patient
    for part in ours(packet):
        for key in (key_of_compiled, key_of_printed):
            kept = workspace.store.get(key(part)) or b""
            for text in (patient.name, patient.record, packet.plan.visit.visit):
                assert not any(text.encode(encoding) in kept for encoding in ("utf-8", "utf-16-be"))


def test_another_part_or_other_places_to_write_on_have_another_key() -> None:
    place = Slot("visit_date", "text", 0, Corners(0, 0, 10, 10), element=7)
    one, other, moved = Part(b"one", 1, (place,)), Part(b"other", 1), Part(b"one", 1, (replace(place, element=8),))
    keys = [key(part) for key in (key_of_compiled, key_of_printed) for part in (one, other)]
    assert len({*keys, key_of_compiled(moved)}) == 5
    assert key_of_printed(moved) == key_of_printed(one)


def test_another_edition_of_what_reads_has_another_key(packet: Packet, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = [key(packet.papers[0].paper.part) for key in (key_of_compiled, key_of_printed)]
    editions = versions()
    monkeypatch.setattr("consentkit.packets.kept_readings.versions", lambda: (*editions[:-1], "another edition"))
    assert not {*keys} & {key(packet.papers[0].paper.part) for key in (key_of_compiled, key_of_printed)}


# What is not what was put there.


@pytest.mark.parametrize(
    "damaged",
    [
        lambda kept: kept[:-1],
        lambda kept: kept + b"\0",
        lambda kept: b"",
        lambda kept: b"compiled part 2\n" + kept,
        lambda kept: kept[:40] + b"\xff\xff\xff\xff" + kept[44:],
    ],
    ids=["cut off", "longer", "empty", "another form", "a count"],
)
def test_what_has_another_form_is_worked_out_again(
    workspace: OpenWorkspace,
    planned: PacketPlan,
    packet: Packet,
    form: PacketItem,
    damaged: Callable[[bytes], bytes],
) -> None:
    for key in (key_of_compiled(form.part), key_of_printed(form.part)):
        workspace.store.put(key, damaged(workspace.store.get(key) or b""))
    assert PacketMaker(workspace).make(planned).pdf == packet.pdf


def test_what_was_kept_of_another_part_makes_no_packet(
    workspace: OpenWorkspace, planned: PacketPlan, packet: Packet, form: PacketItem
) -> None:
    cover = packet.papers[0].paper.part
    workspace.store.put(key_of_printed(form.part), workspace.store.get(key_of_printed(cover)) or b"")
    with pytest.raises(RenderingFailed):
        PacketMaker(workspace).make(planned)


LIES: dict[str, Callable[[PrintedPage], PrintedPage]] = {
    "what is drawn": lambda page: page._replace(streams=(bytes(32), *page.streams[1:])),
    "fonts and pictures": lambda page: page._replace(drawn_with=bytes(32)),
    "their names": lambda page: page._replace(resources=((page.resources[0][0], frozenset({"Other"})),)),
    "its size": lambda page: page._replace(box=page.box and page.box._replace(right=10.0)),
    "how it is turned": lambda page: page._replace(turned=b"90"),
    "links and fields": lambda page: page._replace(annotations=page.annotations[1:]),
    "where its letters are": lambda page: page._replace(
        letters=LetterPlaces.of([(x, y) for x in range(0, 600, 5) for y in range(0, 100, 5)])
    ),
}


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES)
def test_a_packet_that_differs_from_what_is_kept_is_refused(
    workspace: OpenWorkspace, planned: PacketPlan, form: PacketItem, lie: Callable[[PrintedPage], PrintedPage]
) -> None:
    truth = kept_printed(workspace.store, form)
    told = PrintedPart((lie(truth.pages[0]), *truth.pages[1:]), truth.said)
    workspace.store.put(key_of_printed(form.part), pack_printed(told))
    with pytest.raises(RenderingFailed):
        PacketMaker(workspace).make(planned)


def test_a_string_that_the_part_does_not_have_is_refused_where_only_the_compiled_part_has_it(
    workspace: OpenWorkspace, planned: PacketPlan, form: PacketItem
) -> None:
    truth = kept_compiled(workspace.store, form)
    number, (text, references) = next(
        (number, form) for number, form in truth.plain.items() if b"/StructElem" in form.text
    )
    forged = truth.plain[number]._replace(text=text.removesuffix(b">>") + b"/ActualText (Take twice as much)>>")
    told = replace(truth, plain={**truth.plain, number: forged})
    assert references == forged.references
    workspace.store.put(key_of_compiled(form.part), pack_compiled(told))
    with pytest.raises(RenderingFailed):
        PacketMaker(workspace).make(planned)


FAULTS: dict[str, Callable[[CompiledPart], CompiledPart]] = {
    "a reference to nothing": lambda part: with_form(part, b"<</A %d 0 R>>", [Ref(99999)]),
    "too few places for references": lambda part: with_form(part, b"<<>>", [Ref(part.pages[0])]),
    "too many places for references": lambda part: with_form(part, b"<</A %d 0 R>>", []),
    "another place than for a reference": lambda part: with_form(part, b"<</A %99999d 0 R>>", [Ref(part.pages[0])]),
    "an object that is edited and is not there": lambda part: replace(part, edited=(*part.edited, 99999)),
    "an object that is not there": lambda part: replace(
        part, plain={**part.plain, 99999: next(iter(part.plain.values()))}
    ),
    "an object twice": lambda part: replace(part, edited=(*part.edited, next(iter(part.plain)))),
    "a page that is not edited": lambda part: with_plain(part, part.pages[0]),
    "a field that is not edited": lambda part: with_plain(part, part.fields[0]),
    "an element that is not edited": lambda part: with_plain(part, part.elements[0]),
    "a list of elements that is not edited": lambda part: with_plain(part, list_of_elements(part)),
}


def list_of_elements(part: CompiledPart) -> int:
    return next(value for _, value in part.parents if isinstance(value, Ref) and value in part.edited)


def with_plain(part: CompiledPart, number: int) -> CompiledPart:
    """A part of which an object that must be edited goes into packets as it is."""
    edited = tuple(one for one in part.edited if one != number)
    return replace(part, edited=edited, plain={**part.plain, number: WrittenValue(b"<<>>", ())})


def with_form(part: CompiledPart, text: bytes, references: list[Ref]) -> CompiledPart:
    number = next(iter(part.plain))
    return replace(
        part, plain={**part.plain, number: part.plain[number]._replace(text=text, references=tuple(references))}
    )


@pytest.mark.parametrize("fault", FAULTS.values(), ids=FAULTS)
def test_a_compiled_part_that_leads_nowhere_is_worked_out_again(
    workspace: OpenWorkspace, form: PacketItem, fault: Callable[[CompiledPart], CompiledPart]
) -> None:
    truth = compiled_anew(form.part)
    packed = pack_compiled(fault(truth))
    assert unpack_compiled(packed, form.part.pdf, written_on(form.part)) is None
    workspace.store.put(key_of_compiled(form.part), packed)
    assert in_fields(kept_compiled(workspace.store, form)) == in_fields(truth)


def test_an_element_that_a_visit_writes_on_and_that_is_not_edited_is_worked_out_again(
    workspace: OpenWorkspace, planned: PacketPlan, packet: Packet
) -> None:
    parts = [part for part in ours(packet) if written_on(part)]
    assert parts
    for part in parts:
        told = with_plain(compiled_anew(part), written_on(part)[0])
        workspace.store.put(key_of_compiled(part), pack_compiled(told))
    assert PacketMaker(workspace).make(planned).pdf == packet.pdf


def test_what_a_file_shows_of_itself_is_taken_from_the_file(form: PacketItem) -> None:
    truth = compiled_anew(form.part)
    told = replace(truth, pages=truth.pages[::-1], bookmarks=truth.pages, destinations={}, parents=(), language="xx")
    back = unpack_compiled(pack_compiled(told), form.part.pdf, written_on(form.part))
    assert back
    assert in_fields(back) == in_fields(truth)


def test_streams_are_those_of_the_file_whatever_is_kept(form: PacketItem) -> None:
    packed = pack_compiled(compiled_anew(form.part))
    assert unpack_compiled(packed, form.part.pdf[: len(form.part.pdf) // 2]) is None  # they lie beyond its end
    truth = unpack_compiled(packed, form.part.pdf)
    assert truth
    number, stream = next((number, stream) for number, stream in truth.streams.items() if stream.digest)
    last = form.part.pdf.index(stream.data) + len(stream.data) - 1
    other = form.part.pdf[:last] + bytes([form.part.pdf[last] ^ 1]) + form.part.pdf[last + 1 :]
    back = unpack_compiled(packed, other)
    assert back
    assert back.streams[number].data == stream.data[:-1] + other[last : last + 1]
    assert back.streams[number].digest != stream.digest
