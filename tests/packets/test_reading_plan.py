"""Packets that are read back by a plan, since others with the same papers have been read: none passes that would not
pass if all of it was read."""

from __future__ import annotations

import gc
import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from types import FunctionType, ModuleType

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.errors import RenderingFailed
from consentkit.packets.identity import IdentityCheck
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.read_before import ReadBefore
from consentkit.packets.reading_plan import ReadingPlan
from consentkit.packets.room_for_drawings import PlacedBox, rooms_of
from consentkit.packets.stamps import moved_box
from consentkit.pdf.file.geometry import Box
from consentkit.pdf.file.reader import read_file
from consentkit.pdf.file.syntax import Ref, text_string
from kit.forged_ends import End, Packed, Plain, Stream, end_of
from kit.packets import plan, visit
from kit.small import make_clinic

NAMES = ("Ann Lee", "Zoë Achebe", "Bo Ek")


@dataclass(frozen=True)
class Warm:
    """The last of some packets with the same papers; who made them knows how they are read."""

    maker: PacketMaker
    packet: Packet
    reading: ReadingPlan
    end: End
    cold: PacketMaker
    """Who never knows that."""

    def drawing(self, text: str) -> int:
        """The number of the drawing of a text."""
        read = {one.number: one.read(self.end.stream(one.number)) for one in self.reading.drawings}
        return next(number for number, drawing in read.items() if drawing and drawing.text == text)

    @property
    def code(self) -> int:
        """The number of the drawing of a code for filing."""
        return next(one.number for one in self.reading.drawings if not one.has_text)

    def spoken(self, text: str) -> int:
        """The number of an element that says a text."""
        packed = next(one for one in self.end.objects.values() if isinstance(one, Packed))
        return next(number for number, written in packed.objects.items() if text_string(f" {text}") in written)

    def is_planned(self, pdf: bytes, packet: Packet | None = None) -> bool:
        """Whether a file passes without being read completely."""
        return self.maker._identity._is_right(pdf, packet or self.packet, self.reading)

    def passes(self, pdf: bytes) -> bool:
        """Whether it passes when it is read completely."""
        try:
            self.cold.require_identity(pdf, [self.packet])
        except RenderingFailed:
            return False
        return True


def visits(maker: PacketMaker, *, fillable: bool = False) -> list[Packet]:
    """Packets with the same papers."""
    patients = [{"name": name, "born": "1984-07-09", "record": f"MR-{at}"} for at, name in enumerate(NAMES, 7)]
    every = [visit(visit=f"V-{at}", patient=patient) for at, patient in enumerate(patients, 50)]
    first = plan(maker.workspace, every[0], fillable=fillable)
    return [maker.make(replace(first, visit=one)) for one in every]


def warm_of(maker: PacketMaker, packet: Packet) -> Warm:
    beginning = maker._read.beginnings.of(packet.pdf)
    assert beginning
    reading = maker._identity._plans[beginning].plan
    assert reading
    cold = PacketMaker(maker.workspace)
    cold._identity = IdentityCheck(maker.workspace, ReadBefore(0))
    return Warm(maker, packet, reading, end_of(packet.pdf, beginning.data), cold)


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> PacketMaker:
    return PacketMaker(open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store()))


@pytest.fixture(scope="module")
def warm(maker: PacketMaker) -> Warm:
    return warm_of(maker, visits(maker)[-1])


@pytest.fixture(scope="module")
def filled(maker: PacketMaker) -> Warm:
    """The same with form fields that are filled in."""
    return warm_of(maker, visits(maker, fillable=True)[-1])


def without_reading_all(patch: pytest.MonkeyPatch) -> None:
    """Let no packet be read completely."""

    def read(*_: object) -> None:
        pytest.fail("a packet was read completely")

    patch.setattr("consentkit.packets.identity.require_identity", read)


@pytest.mark.parametrize("which", ["warm", "filled"])
def test_a_packet_with_known_papers_is_read_by_a_plan(
    which: str, request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    one: Warm = request.getfixturevalue(which)
    without_reading_all(monkeypatch)
    one.maker.require_identity(one.packet.pdf, [one.packet])
    again = one.end.written()
    one.maker.require_identity(again, [one.packet])  # so a forged one that fits is not refused for its form
    patient = {"name": "Al Ty", "born": "1984-12-30", "record": "MR-1"}
    one.maker.make(replace(one.packet.plan, visit=visit(visit="V-9", patient=patient)))


def test_a_packet_of_another_visit_does_not_pass(warm: Warm, filled: Warm) -> None:
    for one in (warm, filled):
        for patient in (
            {"name": "Bo Ekk", "born": "1984-07-09", "record": "MR-9"},
            {"name": "Bo Ek", "born": "1984-07-08", "record": "MR-9"},
            {"name": "Bo Ek", "born": "1984-07-09", "record": "MR-8"},
        ):
            planned = replace(one.packet.plan, visit=visit(visit="V-52", patient=patient))
            assert not one.is_planned(one.packet.pdf, replace(one.packet, plan=planned))
            with pytest.raises(RenderingFailed, match="does not bear this patient's particulars"):
                one.maker.require_identity(one.packet.pdf, [replace(one.packet, plan=planned)])


def test_a_plan_is_for_the_papers_that_it_was_learned_from(warm: Warm) -> None:
    later = tuple(replace(placed, first=placed.first + 1) for placed in warm.packet.papers)
    with pytest.raises(RenderingFailed, match="does not bear this patient's particulars"):
        warm.maker.require_identity(warm.packet.pdf, [replace(warm.packet, papers=later)])


Forged = Callable[[Warm], End | bytes]


def content(text: str, change: Callable[[bytes], bytes]) -> Forged:
    """Change the drawing of a text."""

    def forged(warm: Warm) -> End:
        number = warm.drawing(text)
        item = warm.end.stream(number)
        assert change(item.content) != item.content
        return warm.end.with_object(number, item.with_content(change(item.content)))

    return forged


def entries(text: str, change: Callable[[bytes], bytes]) -> Forged:
    """Change the dictionary of the drawing of a text."""

    def forged(warm: Warm) -> End:
        number = warm.drawing(text)
        item = warm.end.stream(number)
        assert change(item.entries) != item.entries
        return warm.end.with_object(number, replace(item, entries=change(item.entries)))

    return forged


def moved(text: str, left: int, up: int) -> Forged:
    """Move the drawing of a text, with the box that it is cut off at."""

    def forged(warm: Warm) -> End:
        number = warm.drawing(text)
        item = warm.end.stream(number)
        box = b"BBox [%d %d %d %d]" % (left, up, left + 300, up + 20)
        changed = replace(item, entries=re.sub(rb"BBox \[[^]]*\]", box, item.entries))
        place = b"1 0 0 1 %d %d cm\n" % (left, up)
        return warm.end.with_object(number, changed.with_content(place + item.content))

    return forged


def in_other_font(warm: Warm) -> End:
    """Let a line be drawn with what another one is drawn with."""
    number, file = warm.drawing(NAME), read_file(warm.packet.pdf)
    item = warm.end.stream(number)
    own = file.objects[number].entries["Resources"]
    drawn_with = (one.entries["Resources"] for one in file.objects.values() if one.entries.get("Subtype") == b"/Form")
    other = next(resources for resources in drawn_with if isinstance(resources, Ref) and resources != own)
    changed = re.sub(rb"Resources \d+", b"Resources %d" % other, item.entries)
    return warm.end.with_object(number, replace(item, entries=changed))


def visit_for_packet(warm: Warm) -> End:
    """Let the number of the packet be that of the visit."""
    number = warm.drawing(f"Packet {warm.packet.plan.packet}")
    item = warm.end.stream(number)
    place, line, _ = item.content.partition(b"BT\n")
    assert line
    other = warm.end.stream(warm.drawing(warm.packet.plan.visit.visit)).content
    return warm.end.with_object(number, item.with_content(place + other))


def element(text: str, change: Callable[[bytes], bytes]) -> Forged:
    """Change an element that says a text."""
    return lambda warm: warm.end.with_packed(warm.spoken(text), change)


def of_code(new: bytes, box: bytes = b"") -> Forged:
    """Draw something else instead of a code."""

    def forged(warm: Warm) -> End:
        item = warm.end.stream(warm.code)
        changed = re.sub(rb"BBox \[[^]]*\]", b"BBox [%b]" % box, item.entries) if box else item.entries
        return warm.end.with_object(warm.code, replace(item, entries=changed).with_content(new))

    return forged


def metadata(change: Callable[[bytes], bytes]) -> Forged:
    def forged(warm: Warm) -> End:
        number = warm.reading.metadata
        item = warm.end.stream(number)
        assert change(item.data) != item.data
        return warm.end.with_object(number, replace(item, data=change(item.data)))

    return forged


def trailer(change: Callable[[bytes], bytes]) -> Forged:
    def forged(warm: Warm) -> End:
        assert change(warm.end.trailer) != warm.end.trailer
        return replace(warm.end, trailer=change(warm.end.trailer))

    return forged


def swapped(first: str, second: str) -> Forged:
    """Let the rows of two drawings lead to each other's."""

    def forged(warm: Warm) -> End:
        one, other = warm.drawing(first), warm.drawing(second)
        end = warm.end
        return replace(end, moved={one: (1, end.place_of(other), 0), other: (1, end.place_of(one), 0)})

    return forged


def renamed(first: str, second: str) -> Forged:
    """Give two drawings each other's numbers."""

    def forged(warm: Warm) -> End:
        one, other = warm.drawing(first), warm.drawing(second)
        every = dict(warm.end.objects)
        every[one], every[other] = every[other], every[one]
        return replace(warm.end, objects=every)

    return forged


def led_to(text: str, other: str) -> Forged:
    """Let the row of a drawing lead to another one."""
    return lambda warm: replace(warm.end, moved={warm.drawing(text): (1, warm.end.place_of(warm.drawing(other)), 0)})


def in_stream(change: Callable[[Packed], Packed]) -> Forged:
    """Change a stream that objects are packed into."""

    def forged(warm: Warm) -> End:
        number, item = next((at, one) for at, one in warm.end.objects.items() if isinstance(one, Packed))
        return warm.end.with_object(number, change(item))

    return forged


def _turned(packed: Packed) -> Packed:
    """Let the first two objects have each other's numbers."""
    (one, first), (other, second), *rest = packed.objects.items()
    return replace(packed, objects={other: first, one: second, **dict(rest)})


def _with_more(packed: Packed) -> Packed:
    """Add an object with a number that is that of a page's element, too."""
    return replace(packed, objects={**packed.objects, 9999: b"<</Note (Somebody Else)>>"})


def _damaged(stream: Stream) -> Stream:
    """A stream that is said to be compressed, and is not."""
    return replace(stream, entries=stream.entries + b"/Filter /FlateDecode", data=b"x\x9cnothing that was compressed")


def _with_note(text: bytes) -> bytes:
    return text.removesuffix(b">>") + b"/T (Somebody Else)>>"


NAME, RECORD, BORN = NAMES[-1], "MR-9", "July 9, 1984"
CLINICIAN = "Dr. Amara Okonkwo, PhD"
SOMEBODY = text_string(" Somebody Else")
FORGED: dict[str, Forged] = {
    "other letters": content(NAME, lambda line: re.sub(rb"<(....)(....)", rb"<\2\1", line, count=1)),
    "another record number": content(RECORD, lambda line: re.sub(rb"<(.*)(....)>", rb"<\1\2\2>", line)),
    "a line in white": content(NAME, lambda line: b"1 g\n" + line),
    "an invisible line": content(NAME, lambda line: line.replace(b"BT\n", b"BT\n3 Tr\n")),
    "a tiny line": content(NAME, lambda line: line.replace(b" 12 Tf", b" 0.5 Tf")),
    "a line off its drawing": content(NAME, lambda line: b"1 0 0 1 500 0 cm\n" + line),
    "a line below its drawing": content(NAME, lambda line: line.replace(b"0 6 Td", b"0 90 Td")),
    "a line with another one over it": content(NAME, lambda line: line + b"\n" + line),
    "a line off the page": moved(NAME, 600, 0),
    "a line far above its place": moved(NAME, 0, 800),
    "a line in another font": in_other_font,
    "other letters for a clinician": content(
        CLINICIAN, lambda line: re.sub(rb"<(....)(....)", rb"<\2\1", line, count=1)
    ),
    "a line that is cut off": entries(NAME, lambda text: re.sub(rb"BBox \[[^]]*\]", b"BBox [0 0 9 20]", text)),
    "a line of a font that is not there": content(NAME, lambda line: line.replace(b"/F1 ", b"/F9 ")),
    "a line on a layer": entries(NAME, lambda text: text + b"/OC <</Type /OCG/Name (Somebody)>>"),
    "nothing for a line": content(NAME, lambda line: b""),
    "a large line over the others": content(
        NAME, lambda line: line.replace(b"0 6 Td", b"0 0 Td").replace(b" 12 Tf", b" 900 Tf")
    ),
    "white over a page": of_code(b"1 g 0 0 900 900 re f", b"-500 -10 60 800"),
    "white for a code": of_code(b"1 g 0 0 900 900 re f", b"-300 0 60 500"),
    "a text for a code": of_code(b"BT 0 6 Td /F1 12 Tf (Somebody) Tj ET"),
    "a code that can't be inflated": lambda warm: warm.end.with_object(warm.code, _damaged(warm.end.stream(warm.code))),
    "an image for a code": of_code(b"BI /W 1 /H 1 /BPC 8 /CS /G ID \0 EI", b"-300 0 60 500"),
    "an element that says something else": element(NAME, lambda text: text.replace(text_string(f" {NAME}"), SOMEBODY)),
    "an element that says something beside": element(NAME, _with_note),
    "an element that says the record number": element(
        NAME, lambda text: text.replace(text_string(f" {NAME}"), text_string(f" {RECORD}"))
    ),
    "an element with its text in another way": element(
        NAME,
        lambda text: text.replace(text_string(f" {NAME}"), b"<feff%b>" % f" {NAME}".encode("utf-16-be").hex().encode()),
    ),
    "an element that says nothing": element(NAME, lambda text: text.replace(b"/ActualText", b"/Something")),
    "an element of another sequence": element(NAME, lambda text: re.sub(rb"/K \d+", b"/K 900", text)),
    "elements that change places": in_stream(_turned),
    "an object that is hidden in a stream": in_stream(_with_more),
    "a stream that says it has fewer objects": in_stream(lambda packed: replace(packed, stated=1)),
    "a stream whose objects begin elsewhere": in_stream(lambda packed: replace(packed, shift=1)),
    "the number of another packet": metadata(lambda data: re.sub(rb">[A-Z2-7]{10}<", b">AAAAAAAAAA<", data)),
    "more in the metadata": metadata(lambda data: data.replace(b"</rdf:RDF>", b"<dc:x>Somebody</dc:x></rdf:RDF>")),
    "another table": trailer(lambda text: text + b"/Prev 15"),
    "a table for other programs": trailer(lambda text: text + b"/XRefStm 15"),
    "a note in the trailer": trailer(lambda text: text + b"/Note (Somebody)"),
    "another title": trailer(lambda text: re.sub(rb"/Info \d+ 0 R", b"/Info 1 0 R", text)),
    "another catalogue": trailer(lambda text: re.sub(rb"/Root \d+ 0 R", b"/Root 1 0 R", text)),
    "the number of the visit for that of the packet": visit_for_packet,
    "an object that says it has another number": lambda warm: replace(warm.end, numbers={warm.drawing(RECORD): 9}),
    "rows that lead to each other's drawings": swapped(NAME, RECORD),
    "drawings with each other's numbers": renamed(NAME, RECORD),
    "rows that lead to the same drawing": led_to(NAME, RECORD),
    "a row that leads to nothing": lambda warm: replace(warm.end, moved={warm.drawing(NAME): (0, 0, 0)}),
    "a row that leads into an object": lambda warm: replace(
        warm.end, moved={warm.drawing(NAME): (1, warm.end.place_of(warm.drawing(NAME)) + 1, 0)}
    ),
    "a row that leads to another element": lambda warm: replace(
        warm.end,
        moved={
            warm.spoken(NAME): warm.end.rows[warm.spoken(RECORD)],
            warm.spoken(RECORD): warm.end.rows[warm.spoken(NAME)],
        },
    ),
    "a row that leads into the beginning": lambda warm: replace(
        warm.end, moved={warm.drawing(NAME): (1, 20 - len(warm.end.beginning), 0)}
    ),
    "an object without its stream": lambda warm: warm.end.with_object(warm.drawing(NAME), Plain(b"<</Type /XObject>>")),
    "a metadata stream for a line": lambda warm: warm.end.with_object(
        warm.drawing(NAME), warm.end.stream(warm.reading.metadata)
    ),
    "something behind the end": lambda warm: replace(warm.end, behind=b"1 0 obj\n<<>>\nendobj\n"),
}


def bytes_of(forged: End | bytes) -> bytes:
    return forged.written() if isinstance(forged, End) else forged


@pytest.mark.parametrize("change", FORGED)
def test_a_forged_packet_is_refused_though_a_plan_is_known(change: str, warm: Warm) -> None:
    pdf = bytes_of(FORGED[change](warm))
    assert pdf != warm.packet.pdf
    assert pdf.startswith(warm.end.beginning)
    assert not warm.passes(pdf)
    with pytest.raises(RenderingFailed):
        warm.maker.require_identity(pdf, [warm.packet])


def field(change: Callable[[bytes], bytes]) -> Forged:
    """Change a field that is filled in with the patient's name."""

    def forged(warm: Warm) -> End:
        packed = next(one for one in warm.end.objects.values() if isinstance(one, Packed))
        number = next(at for at, text in packed.objects.items() if b"/V " + text_string(NAME) in text)
        return warm.end.with_packed(number, change)

    return forged


VALUE = b"/V " + text_string(NAME)
FORGED_FIELDS: dict[str, Forged] = {
    "another value": field(lambda text: text.replace(VALUE, b"/V (Somebody Else)")),
    "another value beside": field(lambda text: text.removesuffix(b">>") + b"/DV (Somebody Else)>>"),
    "two values": field(lambda text: text.removesuffix(b">>") + b"/V (Somebody Else)>>"),
    "another label": field(lambda text: re.sub(rb"/TU <[^>]*>", b"/TU (Somebody Else)", text)),
    "another place": field(lambda text: re.sub(rb"/Rect \[[^]]*\]", b"/Rect [10 10 300 30]", text)),
    "an action": field(lambda text: text.removesuffix(b">>") + b"/AA <</E <</S /JavaScript/JS (app.alert(1))>>>>>>"),
    "a field that looks like another one": field(lambda text: re.sub(rb"/AP <</N \d+", b"/AP <</N 1", text)),
    "other letters": FORGED["other letters"],
    "other letters for a clinician": FORGED["other letters for a clinician"],
    "a tiny line": FORGED["a tiny line"],
    "a line above its field": moved(NAME, 0, 14),
    "white for a code": FORGED["white for a code"],
}


@pytest.mark.parametrize("change", FORGED_FIELDS)
def test_a_forged_field_is_refused_though_a_plan_is_known(change: str, filled: Warm) -> None:
    pdf = bytes_of(FORGED_FIELDS[change](filled))
    assert pdf != filled.packet.pdf
    assert not filled.passes(pdf)
    with pytest.raises(RenderingFailed):
        filled.maker.require_identity(pdf, [filled.packet])


ODD: dict[str, Forged] = {
    "a line that is turned": entries(NAME, lambda text: text + b"/Matrix [0 1 -1 0 0 0]"),
    "something between two objects": lambda warm: replace(
        warm.end, before={warm.drawing(RECORD): b"% Somebody Else\n"}
    ),
    "an object that no row leads to": lambda warm: replace(
        warm.end, before={warm.drawing(RECORD): b"900 0 obj\n<</Note (Somebody Else)>>\nendobj\n"}
    ),
    "something before the table": lambda warm: replace(warm.end, before={warm.end.table: b"% Somebody Else\n"}),
    "objects in another order": lambda warm: replace(warm.end, objects=dict(reversed(warm.end.objects.items()))),
    "a line that is a little larger": content(NAME, lambda line: line.replace(b" 12 Tf", b" 12.5 Tf")),
}


@pytest.mark.parametrize("change", ODD)
def test_what_is_odd_and_harmless_is_read_completely(change: str, warm: Warm) -> None:
    pdf = bytes_of(ODD[change](warm))
    assert warm.passes(pdf)
    assert not warm.is_planned(pdf) or change in {"objects in another order", "a line that is a little larger"}
    warm.maker.require_identity(pdf, [warm.packet])


@given(st.data())
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_no_file_passes_by_a_plan_that_would_not_pass_if_it_was_read(warm: Warm, data: st.DataObject) -> None:
    """A few bytes of drawings, elements and metadata are changed."""
    number = data.draw(st.sampled_from(sorted(warm.end.objects)))
    item = warm.end.objects[number]

    def changed(text: bytes) -> bytes:
        place = data.draw(st.integers(0, max(0, len(text) - 1)))
        new = data.draw(st.sampled_from([b"", b"0", b"9", b"-", b".", b" ", b"a", b"(", b"/", b"<", b"\n"]))
        return text[:place] + new + text[place + data.draw(st.integers(0, 2)) :]

    if isinstance(item, Stream):
        is_data = data.draw(st.booleans())
        one = item.with_content(changed(item.content)) if is_data else replace(item, entries=changed(item.entries))
        end = warm.end.with_object(number, one)
    else:
        assert isinstance(item, Packed)
        which = data.draw(st.sampled_from(sorted(item.objects)))
        objects = {**item.objects, which: changed(item.objects[which])}
        end = warm.end.with_object(number, replace(item, objects=objects))
    pdf = end.written()
    if warm.is_planned(pdf):
        assert warm.passes(pdf)


def everything_in(*roots: object) -> list[object]:
    """All that some objects lead to."""
    known: dict[int, object] = {}
    waiting = list(roots)
    while waiting:
        one = waiting.pop()
        if id(one) in known or isinstance(one, type | ModuleType | FunctionType):
            continue
        known[id(one)] = one
        waiting += gc.get_referents(one)
    return list(known.values())


def test_a_plan_holds_nothing_of_a_visit(warm: Warm, filled: Warm) -> None:
    for one in (warm, filled):
        beginning = one.maker._read.beginnings.of(one.packet.pdf)
        assert beginning
        every = everything_in(one.maker._identity._plans[beginning])
        texts = "\0".join(item for item in every if isinstance(item, str))
        data = b"\0".join(item for item in every if isinstance(item, bytes))
        for secret in (*NAMES, "MR-7", "MR-8", "MR-9", "V-50", "V-51", "V-52", "1984"):
            for way in (secret, secret.encode("utf-16-be").hex()):
                assert way not in texts
                assert way.encode() not in data


def test_a_plan_is_dropped_with_the_beginning_that_it_is_for(maker: PacketMaker) -> None:
    few = PacketMaker(maker.workspace, _read=ReadBefore(1))
    visits(few)
    visits(few, fillable=True)
    gc.collect()
    assert len(few._identity._plans) == 1


COORDINATES = st.integers(0, 40).map(lambda step: 15.0 * step)
BOXES = st.tuples(COORDINATES, COORDINATES, st.integers(1, 200), st.integers(1, 30), st.booleans(), st.booleans())


@given(st.lists(BOXES, min_size=1, max_size=6), st.data())
@settings(max_examples=60, deadline=None)
def test_drawings_that_keep_to_their_room_touch_nothing(
    boxes: list[tuple[float, float, int, int, bool, bool]], data: st.DataObject
) -> None:
    area = Box(0.0, 0.0, 900.0, 900.0)
    placed = [
        PlacedBox(at, is_fixed, Box(left, low, left + wide, low + high), 0.8, left + wide if is_right else left, low)
        for at, (left, low, wide, high, is_right, is_fixed) in enumerate(boxes)
    ]
    if any(one.box.overlaps(other.box) for one in placed for other in placed if one is not other):
        with pytest.raises(ValueError, match="touch"):
            rooms_of([(area, placed)])
        return
    try:
        rooms = rooms_of([(area, placed)])
    except ValueError:
        return
    now = []
    for one in placed:
        if one.is_fixed:
            now.append(one.box)
            continue
        left, low, right, high = rooms[one.drawing].room
        assert left <= right
        assert low <= high
        first, second = (data.draw(st.floats(0, 1)) for _ in "12")
        wide = Box(left + (right - left) * first * second, low, left + (right - left) * second, high)
        now.append(moved_box(wide, one.scale, one.left, one.bottom))
    for at, one_box in enumerate(now):
        assert area.encloses(one_box)
        assert not any(one_box.overlaps(other) for other in now[:at])
