"""Packets whose tables of objects were forged: what a viewer would show is read back, not what the file once held."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.errors import RenderingFailed
from consentkit.packets.drawn import PageReader
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.seal import is_intact, seal
from consentkit.pdf.file.syntax import Ref, Value, byte_string, text_string, write
from kit.forged_tables import object_streams, rows_of, with_objects, with_root, with_rows, with_stream
from kit.packets import OTHER, plan, visit
from kit.small import make_clinic


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[PacketMaker, Packet, Packet]:
    """The packets of two patients with the same papers, whose names need other fonts; and who made them."""
    other = {**OTHER, "name": "Nguyễn Thị Minh Khai"}
    workspace = open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store())
    maker = PacketMaker(workspace)
    first, second = (maker.make(plan(workspace, one)) for one in (visit(), visit(visit="V-2", patient=other)))
    return maker, first, second


def number_of(pdf: bytes, key: str, kind: bytes) -> int:
    """The number of a packed object of a type that has an entry."""
    file, rows = read_file(pdf), rows_of(pdf)
    numbers = (number for number in file.objects if rows[number][0] == 2)
    return next(
        number
        for number in numbers
        if key in file.objects[number].entries and file.objects[number].entries.get("Type") == kind
    )


def with_entry(pdf: bytes, number: int, key: str, value: bytes) -> bytes:
    """The file with another value for an entry of an object."""
    return with_objects(pdf, {number: write({**read_file(pdf).objects[number].entries, key: value})})


def test_packets_with_the_same_papers_hold_the_same_streams(made: tuple[PacketMaker, Packet, Packet]) -> None:
    _, first, second = made
    assert len(object_streams(first.pdf) & object_streams(second.pdf)) >= len(second.papers)


def test_an_object_that_is_somewhere_else_and_the_same_does_no_harm(made: tuple[PacketMaker, Packet, Packet]) -> None:
    maker, _, second = made
    number = number_of(second.pdf, "S", b"/StructElem")
    moved = with_entry(second.pdf, number, "S", write(read_file(second.pdf).objects[number].entries["S"]))
    assert moved != second.pdf
    assert is_intact(moved)
    maker.require_identity(moved, [second])


@pytest.mark.parametrize("key", ["ActualText", "Alt", "T", "E"])
def test_an_element_that_says_something_else_from_another_place_is_caught(
    key: str, made: tuple[PacketMaker, Packet, Packet]
) -> None:
    maker, _, second = made
    number = number_of(second.pdf, "S", b"/StructElem")
    with pytest.raises(RenderingFailed, match=r"belongs to none of its papers|read aloud"):
        maker.require_identity(with_entry(second.pdf, number, key, text_string("Somebody Else")), [second])


def test_an_identifier_that_says_something_else_is_caught(made: tuple[PacketMaker, Packet, Packet]) -> None:
    maker, _, second = made
    number = number_of(second.pdf, "S", b"/StructElem")
    with pytest.raises(RenderingFailed, match="belongs to none of its papers"):
        maker.require_identity(with_entry(second.pdf, number, "ID", byte_string(b"Somebody Else")), [second])


def test_a_page_that_draws_something_else_from_another_place_is_caught(
    made: tuple[PacketMaker, Packet, Packet],
) -> None:
    maker, _, second = made
    file = read_file(second.pdf)
    one, other = [page for page in file.page_references() if isinstance(page, Ref)][:2]
    contents = write(file.objects[other].entries["Contents"])
    with pytest.raises(RenderingFailed, match=r"differs from the paper|does not bear|does not belong"):
        maker.require_identity(with_entry(second.pdf, one, "Contents", contents), [second])


def test_rows_that_lead_to_each_others_objects_are_caught(made: tuple[PacketMaker, Packet, Packet]) -> None:
    """Viewers go by the rows; the numbers within a stream are there to be compared with them."""
    maker, _, second = made
    rows = rows_of(second.pdf)
    one, other = [number for number, row in enumerate(rows) if row[0] == 2][:2]
    with pytest.raises(RenderingFailed, match="can't be read back"):
        maker.require_identity(with_rows(second.pdf, {one: rows[other], other: rows[one]}), [second])


def test_a_row_that_leads_to_no_object_is_caught(made: tuple[PacketMaker, Packet, Packet]) -> None:
    maker, _, second = made
    rows = rows_of(second.pdf)
    number = next(number for number, row in enumerate(rows) if row[0] == 2)
    damaged = "can't be read back"
    for row, reported in (
        ((2, rows[number][1], 9999), damaged),
        ((2, 1, 0), damaged),
        ((0, 0, 0), "unexpected number of pages"),
    ):
        with pytest.raises(RenderingFailed, match=reported):
            maker.require_identity(with_rows(second.pdf, {number: row}), [second])


# --- packets with the same papers, of which the beginning is known ---


def without_painting(patch: pytest.MonkeyPatch) -> None:
    """Let no page be painted."""

    def read(*_: object) -> None:
        pytest.fail("a page was painted")

    patch.setattr(PageReader, "read", read)


IN_TURN = ("Ądam Trąn", "Ądam Trần", "Ann Lee", "Ann Lee", "Wolfeschlegelsteinhausenbergerdorff Hubert Blaine")
"""Names of one or more lines, of two languages, and one of two patients."""


@pytest.mark.parametrize("fillable", [False, True])
def test_a_packet_after_another_one_is_the_same_as_the_first_would_be(
    made: tuple[PacketMaker, Packet, Packet], *, fillable: bool
) -> None:
    maker, *_ = made
    for number, name in enumerate(IN_TURN, 3):
        patient = {"name": name, "born": "1984-07-09", "record": f"MR-{number}"}
        planned = plan(maker.workspace, visit(visit=f"V-{number}", patient=patient), fillable=fillable)
        assert maker.make(planned).pdf == PacketMaker(maker.workspace).make(planned).pdf


def test_no_page_of_a_packet_is_painted_that_differs_from_the_one_before_in_its_lines_only(
    made: tuple[PacketMaker, Packet, Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, _, second = made
    without_painting(monkeypatch)
    maker.require_identity(second.pdf, [second])
    with pytest.raises(RenderingFailed, match="does not bear this patient's particulars"):
        maker.require_identity(second.pdf, [replace(second, plan=plan(maker.workspace, visit(visit="V-2")))])


def judges(maker: PacketMaker, forged: bytes) -> Iterator[PacketMaker]:
    """Who knows the beginning of the honest file; who knows none; and who takes all of the forged file for one."""
    yield maker
    yield PacketMaker(maker.workspace)
    knowing = PacketMaker(maker.workspace)
    knowing._read.expect(whole_beginning(forged))
    yield knowing


def whole_beginning(pdf: bytes) -> bytes:
    """Everything before the table of objects."""
    return pdf[: pdf.rindex(b"/Type /XRef")].rpartition(b"endobj\n")[0] + b"endobj\n"


Forged = Callable[[bytes, PdfFile, dict[str, Value]], bytes]
"""A forged file, from a file with its first page."""


def behind(change: Callable[[bytes], bytes]) -> Forged:
    """Change what is drawn behind the content of a page."""

    def forged(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
        number = file.contents(page)[-1]
        content = inflated(file.objects[number])
        assert change(content) != content
        return with_stream(pdf, number, b"<<>>", change(content))

    return forged


def before(content: bytes) -> Forged:
    return lambda pdf, file, page: with_stream(pdf, file.contents(page)[0], b"<<>>", content)


def inside(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
    number = file.contents(page)[1]
    return with_stream(pdf, number, b"<<>>", inflated(file.objects[number]).replace(b"0 0 0 rg", b"1 1 1 rg"))


def first_line(change: Callable[[bytes], bytes]) -> Forged:
    """Change the drawing of the first line that was stamped onto a page."""

    def forged(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
        drawings = file.dictionary(file.dictionary(page["Resources"])["XObject"])
        number = next(value for name, value in drawings.items() if name.startswith("Stamp"))
        assert isinstance(number, Ref)
        item = file.objects[number]
        entries = {name: entry for name, entry in item.entries.items() if name not in ("Length", "Filter")}
        assert change(inflated(item)) != inflated(item)
        return with_stream(pdf, number, write(entries), change(inflated(item)))

    return forged


def swapped_drawings(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
    """Let two lines that are read out be called by each other's names."""
    number, resources = page["Resources"], file.dictionary(page["Resources"])
    assert isinstance(number, Ref)
    drawings = file.dictionary(resources["XObject"])
    content = inflated(file.objects[file.contents(page)[-1]])
    one, other = [name.decode() for name in re.findall(rb"MCID \d+>> BDC\n.* /(\w+) Do", content)][:2]
    changed = {**drawings, one: drawings[other], other: drawings[one]}
    return with_objects(pdf, {number: write({**resources, "XObject": changed})})


def meanings(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
    """Let the glyphs of a line mean other letters than they look like."""
    drawings = file.dictionary(file.dictionary(page["Resources"])["XObject"])
    drawing = next(value for name, value in drawings.items() if name.startswith("Stamp"))
    assert isinstance(drawing, Ref)
    fonts = file.dictionary(file.dictionary(file.objects[drawing].entries["Resources"])["Font"])
    number = file.dictionary(fonts["F1"])["ToUnicode"]
    assert isinstance(number, Ref)
    return with_stream(pdf, number, b"<<>>", inflated(file.objects[number]).replace(b"<0061>", b"<0062>"))


def other_catalog(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
    """Let the pages come in another order."""
    pages = list(file.page_references())
    count = len(rows_of(pdf)) + 1
    tree = {"Type": b"/Pages", "Kids": pages[::-1], "Count": b"%d" % len(pages)}
    catalog = {**file.catalog, "Pages": Ref(count + 1)}
    grown = with_objects(pdf, {count: write(catalog), count + 1: write(tree)})
    return with_root(grown, count)


def byte_of_a_font(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
    """Change a byte of a font of the paper, where it is."""
    fonts = file.dictionary(file.dictionary(page["Resources"])["Font"])
    (glyphs,) = file.array(file.dictionary(next(iter(fonts.values())))["DescendantFonts"])
    number = file.dictionary(file.dictionary(glyphs)["FontDescriptor"])["FontFile2"]
    assert isinstance(number, Ref)
    data = file.objects[number].stream or b""
    return seal(pdf.replace(data, data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]))


def _moved(content: bytes) -> bytes:
    return re.sub(rb"0 0 (\S+) \S+ \S+ cm", rb"0 0 \1 -500 20 cm", content, count=1)


def _on_one_another(content: bytes) -> bytes:
    return re.sub(rb"0 0 (\S+) \S+ \S+ cm", rb"0 0 \1 50 50 cm", content)


def _tiny(content: bytes) -> bytes:
    return re.sub(rb"q \S+ 0 0 \S+", b"q 0.1 0 0 0.1", content)


def code_over_text(pdf: bytes, file: PdfFile, page: dict[str, Value]) -> bytes:
    """Draw a code, which is the last drawing of its page, large and in the middle."""
    for signed in file.pages():
        number = file.contents(signed)[-1]
        content = inflated(file.objects[number])
        name = re.findall(rb"/(Stamp\d+) Do", content)[-1].decode()
        drawing = file.dictionary(file.dictionary(signed["Resources"])["XObject"])[name]
        assert isinstance(drawing, Ref)
        if b"BT" not in inflated(file.objects[drawing]):
            place = content.rindex(b"\nq ")
            moved = re.sub(rb"q .* cm", b"q 8 0 0 8 60 400 cm", content[place:])
            return with_stream(pdf, number, b"<<>>", content[:place] + moved)
    raise ValueError("no page has a code")


def _swap_glyphs(content: bytes) -> bytes:
    return re.sub(rb"<(....)(....)", rb"<\2\1", content, count=1)


NOT_BORNE = "page 1 of the packet does not bear this patient's particulars"
ANOTHER_PAGE = "of the packet differs from the paper that it was made from"
STRANGE = "page 1 of the packet contains something that does not belong to this visit"
READ_OTHERWISE = "page 1 of the packet is read aloud differently than it is drawn"
OF_NO_ELEMENT = "what was drawn belongs to no element that says it"
CHANGED: dict[str, tuple[Forged, str]] = {
    "a line off the page": (behind(_moved), NOT_BORNE),
    "lines on one another": (behind(_on_one_another), NOT_BORNE),
    "lines that nobody can read": (behind(_tiny), NOT_BORNE),
    "a turned line": (
        behind(lambda content: re.sub(rb"q (\S+) 0 0 \S+", rb"q \1 0 0 -\1", content, count=1)),
        NOT_BORNE,
    ),
    "a flat line": (behind(lambda content: re.sub(rb"q (\S+) 0 0 \S+", rb"q \1 0 0 0.1", content, count=1)), NOT_BORNE),
    "white over everything": (behind(lambda content: content + b"\n1 g 0 0 612 792 re f"), ANOTHER_PAGE),
    "white before a line": (behind(lambda content: content.replace(b"BDC\n", b"BDC\n1 g ", 1)), NOT_BORNE),
    "a line left out": (behind(lambda content: content[:1] + content[content.index(b"EMC") + 3 :]), NOT_BORNE),
    "a line twice as large, over the others": (behind(lambda content: content.replace(b"q 0", b"q 9", 1)), STRANGE),
    "a line of another element": (behind(lambda content: re.sub(rb"/MCID \d+", b"/MCID 0", content)), OF_NO_ELEMENT),
    "a code over the text": (code_over_text, ANOTHER_PAGE),
    "a state that is not restored": (before(b"q 3 Tr"), ANOTHER_PAGE),
    "no state": (before(b""), ANOTHER_PAGE),
    "a paper in white": (inside, ANOTHER_PAGE),
    "other letters": (first_line(_swap_glyphs), NOT_BORNE),
    "white letters": (first_line(lambda content: b"1 g " + content), NOT_BORNE),
    "letters that only clip": (first_line(lambda content: content.replace(b"BT", b"BT 7 Tr")), NOT_BORNE),
    "letters and a box": (first_line(lambda content: content + b" 0 0 300 9 re f"), NOT_BORNE),
    "letters on a layer": (first_line(lambda content: b"/OC /Layer BDC " + content + b" EMC"), NOT_BORNE),
    "lines in the places of others": (swapped_drawings, READ_OTHERWISE),
    "letters that mean others": (meanings, NOT_BORNE),
    "pages in another order": (other_catalog, ANOTHER_PAGE),
    "a font that was changed where it is": (byte_of_a_font, ANOTHER_PAGE),
}
"""What was changed, and what is said of it."""


@pytest.mark.parametrize("change", CHANGED)
def test_whatever_was_changed_is_caught_though_the_beginning_is_known(
    change: str, made: tuple[PacketMaker, Packet, Packet]
) -> None:
    maker, _, second = made
    file = read_file(second.pdf)
    page = next(page for page in file.pages() if b"MCID" in inflated(file.objects[file.contents(page)[-1]]))
    forge, reported = CHANGED[change]
    forged = forge(second.pdf, file, page)
    assert forged != second.pdf
    assert is_intact(forged)
    for judge in judges(maker, forged):
        with pytest.raises(RenderingFailed) as caught:
            judge.require_identity(forged, [second])
        assert reported in str(caught.value.__cause__ or caught.value)


# --- the same with form fields that are filled in ---


@pytest.fixture(scope="module")
def filled(made: tuple[PacketMaker, Packet, Packet]) -> tuple[PacketMaker, Packet]:
    """The second of two packets with form fields; who made it knows the beginning of both."""
    maker, *_ = made
    patients = [{"name": name, "born": "1984-07-09", "record": "MR-9"} for name in ("Ann Lee", "Zoë Achebe")]
    visits = (visit(visit=f"V-{number}", patient=patient) for number, patient in enumerate(patients, 40))
    packets = [maker.make(plan(maker.workspace, one, fillable=True)) for one in visits]
    return maker, packets[-1]


Field = Callable[[bytes, PdfFile, Ref], bytes]
"""A forged file, from a file with one of its fields that are filled in."""


def filled_fields(file: PdfFile) -> Iterator[Ref]:
    """The fields that are filled in with a text that is drawn there."""
    for page in file.pages():
        for widget in file.array(page.get("Annots")):
            normal = file.dictionary(file.dictionary(widget).get("AP")).get("N")
            if isinstance(widget, Ref) and isinstance(normal, Ref) and b"Stamp" in inflated(file.objects[normal]):
                yield widget


def appearance(change: Callable[[bytes], bytes], entries: dict[str, Value] | None = None) -> Field:
    """Change what shows a field."""

    def forged(pdf: bytes, file: PdfFile, widget: Ref) -> bytes:
        normal = file.dictionary(file.objects[widget].entries["AP"])["N"]
        assert isinstance(normal, Ref)
        item = file.objects[normal]
        kept = {name: value for name, value in item.entries.items() if name not in ("Length", "Filter")}
        return with_stream(pdf, normal, write({**kept, **(entries or {})}), change(inflated(item)))

    return forged


def entry_of_field(key: str, value: bytes) -> Field:
    return lambda pdf, file, widget: with_entry(pdf, widget, key, value)


FIELD_CHANGED: dict[str, Field] = {
    "another value": entry_of_field("V", text_string("Somebody Else")),
    "another label": entry_of_field("TU", text_string("Somebody Else")),
    "another name": entry_of_field("T", text_string("witness")),
    "another place": entry_of_field("Rect", b"[10 10 300 30]"),
    "an action": entry_of_field("AA", b"<</E <</S /JavaScript/JS (app.alert(1))>>>>"),
    "a frame": entry_of_field("MK", b"<</BC [0]/BG [1]>>"),
    "shown as white": appearance(lambda content: content.replace(b"q ", b"q 1 g ", 1)),
    "shown outside of its box": appearance(
        lambda content: re.sub(rb"0 0 (\S+) \S+ \S+ cm", rb"0 0 \1 -9 -9 cm", content)
    ),
    "shown too small": appearance(lambda content: re.sub(rb"q \S+ 0 0 \S+", b"q 0.1 0 0 0.1", content)),
    "shown with something over it": appearance(lambda content: content + b" 1 g 0 0 900 900 re f"),
    "shown turned": appearance(lambda content: content, {"Matrix": [b"0", b"1", b"-1", b"0", b"0", b"0"]}),
}


@pytest.mark.parametrize("change", FIELD_CHANGED)
def test_whatever_was_changed_about_a_filled_field_is_caught(change: str, filled: tuple[PacketMaker, Packet]) -> None:
    maker, packet = filled
    file = read_file(packet.pdf)
    forged = FIELD_CHANGED[change](packet.pdf, file, next(filled_fields(file)))
    assert forged != packet.pdf
    for judge in judges(maker, forged):
        with pytest.raises(RenderingFailed):
            judge.require_identity(forged, [packet])


def test_no_page_with_filled_fields_is_painted_when_its_paper_is_known(
    filled: tuple[PacketMaker, Packet], monkeypatch: pytest.MonkeyPatch
) -> None:
    maker, packet = filled
    without_painting(monkeypatch)
    maker.require_identity(packet.pdf, [packet])


def test_what_a_beginning_says_counts_though_the_catalogue_lies_behind_it(
    made: tuple[PacketMaker, Packet, Packet],
) -> None:
    _, _, second = made

    def judge(note: bytes) -> None:
        """Read back the packet with a note at the end of its beginning, and the catalogue behind that."""
        count = len(rows_of(second.pdf)) + 1
        noted = with_objects(second.pdf, {count: write({"Note": note})})
        beginning = whole_beginning(noted)
        maker = PacketMaker(made[0].workspace)
        maker._read.expect(beginning)
        forged = with_root(with_objects(noted, {count + 2: write(read_file(noted).catalog)}), count + 2)
        assert forged.startswith(beginning)
        maker.require_identity(forged, [second])

    judge(b"7")
    with pytest.raises(RenderingFailed, match="belongs to none of its papers, as /Note"):
        judge(text_string("Somebody Else"))
