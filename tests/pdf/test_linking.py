"""Parts linked into packets: valid, readable, each part as it was by itself, and nothing of one part in another."""

from __future__ import annotations

import hashlib
import io
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pikepdf
import pypdf
import pypdfium2
import pytest
from PIL import Image

from consentkit.documents.opening import open_workspace
from consentkit.model.visit import Visit
from consentkit.packets.packet import PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.planning import Planner
from consentkit.pdf.file.seal import is_intact
from consentkit.pdf.foreign.intake import accept
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.part import Part, Slot
from consentkit.pdf.read.structure_text import readable_text
from kit.linked_papers import (
    FOOT,
    VALUES,
    Paper,
    box,
    compiled,
    document,
    link,
    saved,
    small,
    untagged,
)
from kit.running import SOURCE, environment
from kit.small import CODE, make_clinic
from kit.source_comparison import compare
from kit.structure_lint import lint
from kit.tagged_file import Element, File
from kit.validation import BOTH_STANDARDS, faults

pytestmark = pytest.mark.xdist_group("packets")

DOTS_PER_POINT = 2

TABLE = (
    "<table><tr><th id=good scope=col>Good<th id=bad scope=col>Bad<tr><th id=now scope=row>Now"
    "<td headers='good now'>1<tr><th scope=row>Soon<td headers='bad'>2</table>"
)


# --- packets made for the tests ---


def failures(pdf: bytes) -> list[str]:
    return [fault for profile in BOTH_STANDARDS for fault in faults(pdf, profile)]


def assert_sound(pdf: bytes, folder: Path) -> None:
    """All judges agree that a packet is in order."""
    assert failures(pdf) == []
    assert [str(finding) for finding in lint(pdf)] == []
    assert is_intact(pdf)
    file = folder / "packet.pdf"
    file.write_bytes(pdf)
    checked = subprocess.run(["qpdf", "--check", file], capture_output=True, text=True, check=False)
    assert (checked.returncode, checked.stderr) == (0, "")


@lru_cache(maxsize=8)
def taken_apart(pdf: bytes) -> File:
    return File(pikepdf.open(io.BytesIO(pdf)))


def top(pdf: bytes) -> list[Element]:
    """The elements of the papers."""
    return taken_apart(pdf).top[0].elements


def links(pdf: bytes) -> list[tuple[int, Any]]:
    """Each internal link: its page, and the page that it leads to."""
    file = taken_apart(pdf)
    return [
        (page, file.page_numbers[note.Dest[0].objgen])
        for page, note in file.annotations
        if note.Subtype == "/Link" and "/Dest" in note
    ]


def outline(pdf: bytes) -> list[tuple[int, str, int]]:
    """The bookmarks: depth, title, page."""
    opened = pypdfium2.PdfDocument(pdf)
    return [(mark.level, mark.get_title(), mark.get_dest().get_index()) for mark in opened.get_toc()]


def field_names(pdf: bytes) -> list[str]:
    return list(pypdf.PdfReader(io.BytesIO(pdf)).get_fields() or {})


def kinds(file: File) -> Counter[str]:
    return Counter(element.role for element in file.elements)


# --- whole documents ---

PACKETS: dict[str, Sequence[dict[str, Any]]] = {
    "one": [{}],
    "five in two languages": [{}, {"language": "es"}, {"variant": "information"}, {"language": "es"}, {}],
    "twenty": [{}, {"variant": "information"}, {"language": "es"}, {"large_print": True}, {}] * 4,
    "to be filled in": [{"fillable": True}, {"language": "es", "fillable": True}, {"variant": "information"}],
    "large print": [{"large_print": True}],
}


@cache
def packet(name: str) -> bytes:
    return link(*(Paper(document(**which)[1], f"Paper {place}", VALUES) for place, which in enumerate(PACKETS[name])))


EACH = pytest.mark.parametrize("name", PACKETS)


@EACH
def test_a_packet_is_valid_and_says_what_its_documents_say(name: str, tmp_path: Path) -> None:
    assert_sound(packet(name), tmp_path)
    unstamped = link(*(Paper(document(**which)[1]) for which in PACKETS[name]))
    alone = [readable_text(document(**which)[1].pdf) for which in PACKETS[name]]
    assert readable_text(unstamped).split("\n") == "\n".join(alone).split("\n")
    if not any(which.get("large_print") for which in PACKETS[name]):  # heads of tables are left out there
        bodies = [re.search(r"<body.*?>(.*)</body>", document(**which)[0], re.DOTALL) for which in PACKETS[name]]
        page = "".join(f"<div>{body[1]}</div>" for body in bodies if body)
        assert compare(f"<html><body>{page}</body></html>", unstamped) == []


@EACH
def test_a_packet_holds_what_its_parts_hold_and_known_wrappers(name: str) -> None:
    parts = [document(**which)[1] for which in PACKETS[name]]
    alone, joined = [taken_apart(part.pdf) for part in parts], taken_apart(packet(name))
    expected = sum((kinds(file) for file in alone), Counter())
    stamped = [slot for part in parts for slot in part.slots if slot.widget is None and slot.name in VALUES]
    expected += Counter(Span=sum(slot.element is not None for slot in stamped), Document=1, Part=len(parts))
    expected -= Counter(Document=len(parts))
    assert kinds(joined) == expected
    assert len(joined.annotations) == sum(len(file.annotations) for file in alone)
    assert len(joined.pages) == sum(part.pages for part in parts)
    assert len(outline(packet(name))) == len(parts) + sum(len(outline(part.pdf)) for part in parts)
    fields = [field_names(part.pdf) for part in parts]
    assert len(field_names(packet(name))) == sum(len(names) + bool(names) for names in fields)


@EACH
def test_a_packet_has_one_of_what_there_may_be_one_of(name: str) -> None:
    with pikepdf.open(io.BytesIO(packet(name))) as pdf:
        counts = Counter(
            str(item.get("/Type", item.get("/S")))
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary | pikepdf.Stream)
        )
        assert {counts[kind] for kind in ("/Catalog", "/StructTreeRoot", "/Metadata", "/Outlines")} == {1}
        assert len(pdf.Root.OutputIntents) == 1
        assert counts["/OutputIntent"] + counts["/GTS_PDFA1"] <= 1
        assert "/Names" not in pdf.Root
        assert not {"/RoleMap", "/ClassMap"} & set(pdf.Root.StructTreeRoot.keys())


@EACH
def test_nothing_lies_in_a_packet_that_nobody_can_reach(name: str) -> None:
    with pikepdf.open(io.BytesIO(packet(name))) as pdf:
        seen: set[tuple[int, int]] = set()
        waiting: list[Any] = [pdf.trailer]
        while waiting:
            item = waiting.pop()
            if isinstance(item, pikepdf.Object) and item.is_indirect:
                if item.objgen in seen:
                    continue
                seen.add(item.objgen)
            if isinstance(item, pikepdf.Array):
                waiting += list(item)
            elif isinstance(item, pikepdf.Dictionary | pikepdf.Stream):
                waiting += [value for _, value in item.items()]
        lost = [item for item in pdf.objects if isinstance(item, pikepdf.Object) and item.objgen not in seen]
        # What a stamp takes the place of (resources of a page, the picture of an empty field) is known to stay behind.
        known = {"/ObjStm", "/XRef", "/XObject", "None"}
        assert [item for item in lost if str(item.get("/Type")) not in known] == []
        assert [item for item in lost if isinstance(item, pikepdf.Stream) and "/Type" not in item] == []


@EACH
def test_what_several_parts_bring_is_stored_once(name: str) -> None:
    brought = set()
    for which in PACKETS[name]:
        with pikepdf.open(io.BytesIO(document(**which)[1].pdf)) as part:
            brought |= {data for data in map(plain_data, part.objects) if data}
    with pikepdf.open(io.BytesIO(packet(name))) as pdf:
        counts = Counter(map(plain_data, pdf.objects))
    assert len(brought) > 5
    assert {counts[data] for data in brought} == {1}


def plain_data(item: Any) -> bytes:
    """The data of a stream that refers to nothing, and is not what a file has only one of."""
    if not isinstance(item, pikepdf.Stream) or item.get("/Type") in ("/ObjStm", "/XRef", "/Metadata"):
        return b""
    refers = any(isinstance(value, pikepdf.Object) and value.is_indirect for _, value in item.items())
    return b"" if refers or "/Resources" in item else item.read_raw_bytes()


def test_each_paper_keeps_its_language_and_knows_its_title() -> None:
    papers = top(packet("five in two languages"))
    assert [str(paper.dictionary.Lang) for paper in papers] == ["en", "es", "en", "es", "en"]
    assert [str(paper.dictionary["/T"]) for paper in papers] == [f"Paper {place}" for place in range(5)]
    assert {paper.role for paper in papers} == {"Part"}
    (whole,) = taken_apart(packet("five in two languages")).top
    assert (whole.role, str(whole.dictionary.Lang), str(whole.dictionary["/T"])) == ("Document", "en", "Your papers")


def test_bookmarks_of_a_document_hang_below_its_own_and_lead_to_the_same_pages() -> None:
    expected, first = [], 0
    for place, which in enumerate(PACKETS["five in two languages"]):
        part = document(**which)[1]
        expected.append((0, f"Paper {place}", first))
        expected += [(level + 1, title, first + page) for level, title, page in outline(part.pdf)]
        first += part.pages
    assert outline(packet("five in two languages")) == expected


# --- bytes ---


def digest() -> str:
    """A digest of a packet with everything in it: for another process."""
    papers = (
        Paper(small(f"<h1 id=a>One</h1><p><a href='#a'>Up</a> {box('patient_name')}</p>{TABLE}"), values=VALUES),
        Paper(small(f"<h1>Two</h1><p>{box('patient_name')}</p>", fillable=True), values=VALUES),
    )
    return hashlib.sha256(link(*papers)).hexdigest()


def test_the_same_input_gives_the_same_bytes_in_any_process() -> None:
    runs = [
        subprocess.run(
            [sys.executable, "-c", "import test_linking; print(test_linking.digest())"],
            env=environment(
                PYTHONHASHSEED=seed, PYTHONPATH=f"{SOURCE}:{Path(__file__).parents[1]}:{Path(__file__).parent}"
            ),
            capture_output=True,
            check=True,
        )
        for seed in ("1", "2")
    ]
    assert {run.stdout.decode().strip() for run in runs} == {digest()}


def test_a_part_is_the_same_after_it_was_linked() -> None:
    body = f"<h1 id=a>One</h1><p><a href='#a'>Up</a> {box('patient_name')}</p>{TABLE}"
    for part in (small(body), small(body, fillable=True)):
        elements = [slot.element for slot in part.slots if slot.element is not None]
        fresh, used = compile_part(part.pdf, elements), compiled(part)
        first = link(Paper(part, values=VALUES), Paper(part, values={"patient_name": "Somebody Else"}))
        assert link(Paper(part, values=VALUES), Paper(part, values={"patient_name": "Somebody Else"})) == first
        assert {place: item.value for place, item in used.file.objects.items()} == {
            place: item.value for place, item in fresh.file.objects.items()
        }
        assert (used.plain, used.streams, used.parents) == (fresh.plain, fresh.streams, fresh.parents)


def test_a_seal_breaks_with_any_byte() -> None:
    pdf = packet("one")
    assert is_intact(pdf)
    for place in range(100, len(pdf), len(pdf) // 20):
        assert not is_intact(pdf[:place] + bytes([pdf[place] ^ 1]) + pdf[place + 1 :])


# --- names ---

TWICE = (
    f"<h1 id=a>One</h1><p><a href='#z'>Down</a></p>{TABLE}<h1 id=z>End</h1><p>{box('patient_name')} {box('other')}</p>"
)


@pytest.mark.parametrize("fillable", [False, True])
def test_papers_with_the_same_names_are_kept_apart(fillable: bool, tmp_path: Path) -> None:
    part = small(TWICE, fillable=fillable)
    pdf = link(Paper(part, "First", VALUES), Paper(small("<p>Between"), "Between"), Paper(part, "Third", VALUES))
    assert_sound(pdf, tmp_path)
    assert links(pdf) == [(0, 1), (3, 4)]
    assert len([name for name in field_names(pdf) if name.endswith(".other")]) == 2 * fillable
    tree = taken_apart(pdf).tree
    names = list(tree.IDTree.Names)
    by_name = {bytes(name): element.objgen for name, element in zip(names[::2], names[1::2], strict=True)}
    elements = [element for element in taken_apart(pdf).elements if "/ID" in element.dictionary]
    assert by_name == {bytes(element.dictionary.ID): element.dictionary.objgen for element in elements}
    assert len(by_name) == 2 * len([e for e in taken_apart(part.pdf).elements if "/ID" in e.dictionary]) > 0
    for paper in (top(pdf)[0], top(pdf)[2]):
        own = {bytes(element.dictionary.ID): element for element in below(paper) if "/ID" in element.dictionary}
        heads = [bytes(head) for element in below(paper) for head in element.attribute("/Headers") or []]
        assert len(heads) == 3
        assert {own[head].role for head in heads} == {"TH"}


def below(element: Element) -> Iterator[Element]:
    for kid in element.elements:
        yield kid
        yield from below(kid)


def test_links_that_lead_out_of_a_paper_lead_to_the_page_that_is_given_for_them() -> None:
    cover = small(
        "<p id=t1>x</p><p id=t2>y</p><p id=here>z</p>"
        "<p><a href='#t1'>One</a> <a href='#t2'>Two</a> <a href='#here'>Here</a></p>"
    )
    other = small("<h1>One</h1><p>x</p><h1>Two</h1><p>y</p>")
    pdf = link(Paper(other), Paper(cover, targets={b"t1": 4, b"t2": 0}), Paper(other))
    assert sorted(links(pdf)) == [(2, 0), (2, 2), (2, 4)]
    file = taken_apart(pdf)
    by_text = {str(note.Contents): file.page_numbers[note.Dest[0].objgen] for _, note in file.annotations}
    assert by_text == {"One": 4, "Two": 0, "Here": 2}


# --- page labels and branches ---


def test_pages_are_called_by_their_numbers() -> None:
    two = small("<h1>One</h1><p>x</p><h1>Two</h1><p>y</p>")
    assert pypdf.PdfReader(io.BytesIO(link(Paper(two), Paper(two)))).page_labels == ["1", "2", "3", "4"]


def test_packets_in_one_file_stand_in_branches_of_their_own(tmp_path: Path) -> None:
    part = small(TWICE, fillable=True)
    pdf = link(*(Paper(part, f"Paper {place}", VALUES) for place in range(3)), sizes=[1, 2])
    assert_sound(pdf, tmp_path)
    labels = ["V1: 1", "V1: 2", "V2: 1", "V2: 2", "V2: 3", "V2: 4"]
    assert pypdf.PdfReader(io.BytesIO(pdf)).page_labels == labels
    assert [mark for mark in outline(pdf) if mark[0] < 2] == [
        (0, "Visit 1", 0),
        (1, "Paper 0", 0),
        (0, "Visit 2", 2),
        (1, "Paper 1", 2),
        (1, "Paper 2", 4),
    ]
    assert [[paper.dictionary["/T"] for paper in visit.elements] for visit in top(pdf)] == [
        ["Paper 0"],
        ["Paper 1", "Paper 2"],
    ]
    assert {name for name in field_names(pdf) if name.endswith("other")} == {
        "visit_1.paper_1.other",
        "visit_2.paper_1.other",
        "visit_2.paper_2.other",
    }
    assert links(pdf) == [(0, 1), (2, 3), (4, 5)]


# --- stamps ---


@lru_cache(maxsize=4)
def pictures(pdf: bytes) -> list[Image.Image]:
    opened = pypdfium2.PdfDocument(pdf)
    opened.init_forms()
    return [page.render(scale=DOTS_PER_POINT, grayscale=True).to_pil() for page in opened]


def ink(pdf: bytes, slot: Slot, page: int = 0) -> tuple[int, tuple[int, int, int, int] | None]:
    """How many dark dots there are in a slot, and the box around them."""
    picture = pictures(pdf)[slot.page + page]
    left, bottom, right, top_edge = (edge * DOTS_PER_POINT for edge in slot.corners)
    inside = (round(left), round(picture.height - top_edge), round(right), round(picture.height - bottom))
    part = picture.crop(inside).point(lambda value: 255 * (value < 128))
    return part.histogram()[255], part.getbbox()


def words(pdf: bytes) -> list[tuple[int, str, tuple[float, float, float, float]]]:
    """Each word: its page, text, and box in points from the lower left corner."""
    done = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    text = re.sub(r' xmlns="[^"]*"|<!DOCTYPE[^>]*>', "", done.decode())
    positions = []
    for number, page in enumerate(ElementTree.fromstring(text).iter("page")):
        height = float(page.get("height", "0"))
        for word in page.iter("word"):
            left, right = (float(word.get(name, "0")) for name in ("xMin", "xMax"))
            low, high = (height - float(word.get(name, "0")) for name in ("yMax", "yMin"))
            positions.append((number, word.text or "", (left, low, right, high)))
    return positions


STAMPED = f"<h1>One</h1><p>Name {box('patient_name')}</p><h1>Two</h1><p>Name {box('patient_name')} {box('other')}</p>"


@pytest.mark.parametrize("fillable", [False, True])
def test_what_is_written_stands_upright_in_its_slot_and_nowhere_else(fillable: bool) -> None:
    part = small(STAMPED, fillable=fillable)
    empty = link(Paper(small("<p>x")), Paper(part, foot=False))
    full = link(Paper(small("<p>x")), Paper(part, values={"patient_name": "Llama Sample"}, foot=False))
    slots = [slot for slot in part.slots if slot.name == "patient_name"]
    assert [slot.page for slot in slots] == [0, 1]
    for slot in slots:
        before, _ = ink(empty, slot, 1)
        after, around = ink(full, slot, 1)
        assert after > before + 100
        assert around is not None
        width, height = around[2] - around[0], around[3] - around[1]
        assert width > 3 * height
        assert height < 14 * DOTS_PER_POINT
        matches = [edges for page, word, edges in words(full) if page == slot.page + 1 and word == "Llama"]
        assert len(matches) == 1
        left, low, right, _ = matches[0]
        assert slot.corners.left <= left < right <= slot.corners.right
        assert slot.corners.bottom - 2 <= low < slot.corners.bottom + 4
    (other,) = (slot for slot in part.slots if slot.name == "other")
    assert ink(full, other, 1) == ink(empty, other, 1)
    masked = [picture.copy() for picture in pictures(full)]
    for slot in slots:
        page = masked[slot.page + 1]
        left, bottom, right, high = (edge * DOTS_PER_POINT for edge in slot.corners)
        inside = (round(left), round(page.height - high), round(right), round(page.height - bottom))
        page.paste(pictures(empty)[slot.page + 1].crop(inside), inside[:2])
    assert [page.tobytes() for page in masked] == [page.tobytes() for page in pictures(empty)]


def test_a_page_looks_as_it_did_before_it_was_linked() -> None:
    _, part = document("es")
    assert [page.tobytes() for page in pictures(link(Paper(part, foot=False)))] == [
        page.tobytes() for page in pictures(part.pdf)
    ]
    shown = pictures(link(Paper(part)))
    assert all(mine.tobytes() != page.tobytes() for mine, page in zip(shown, pictures(part.pdf), strict=True))


def test_what_is_written_is_read_out_behind_its_label_once() -> None:
    body = f"<p>Name: {box('patient_name')}</p><p>Next.</p>"
    pdf = link(Paper(small(body), values=VALUES), Paper(small(body), values={"patient_name": "Another"}))
    assert readable_text(pdf).split("\n") == ["Name: Ann Sample", "Next.", "Name: Another", "Next."]
    spans = [element for element in taken_apart(pdf).elements if element.role == "Span"]
    assert [str(span.dictionary.ActualText) for span in spans] == [" Ann Sample", " Another"]
    assert [span.parent.role for span in spans if span.parent] == ["P", "P"]
    assert FOOT not in readable_text(pdf)


def test_names_from_right_to_left_are_read_out_as_they_are_written() -> None:
    name = "سارة الأحمد"
    part = small(f"<p>الاسم: {box('patient_name')}</p>", "ar", style="html { direction: rtl }")
    pdf = link(Paper(part, values={"patient_name": name}, flush_right=True), language="ar")
    assert (failures(pdf), lint(pdf)) == ([], [])
    assert name in readable_text(pdf)
    (slot,) = part.slots
    _, around = ink(pdf, slot)
    assert around is not None
    assert around[2] > (slot.corners.right - slot.corners.left - 8) * DOTS_PER_POINT


# --- form fields ---


def test_fields_that_are_filled_can_be_read_but_not_changed() -> None:
    part = small(f"{STAMPED}<p>Sign {box('sig', kind='signature')} {box('agree', kind='check')}</p>", fillable=True)
    pdf = link(Paper(part, values=VALUES), Paper(part, values={"patient_name": "Łukasz Ąsz"}))
    fields = pypdf.PdfReader(io.BytesIO(pdf)).get_fields() or {}
    assert fields["paper_1.patient_name"]["/V"] == "Ann Sample"
    assert fields["paper_2.patient_name"]["/V"] == "Łukasz Ąsz"
    assert {name: int(entry.get("/Ff", 0)) & 1 for name, entry in fields.items() if "." in name} == {
        f"paper_{paper}.{name}": int(name == "patient_name")
        for paper in (1, 2)
        for name in ("patient_name", "other", "sig", "agree")
    }
    assert not fields["paper_1.other"].get("/V")
    assert (failures(pdf), lint(pdf)) == ([], [])


def test_what_a_filled_field_shows_stays_inside_it() -> None:
    part = small(STAMPED, fillable=True)
    with pikepdf.open(io.BytesIO(link(Paper(part, values=VALUES)))) as pdf:
        shown = [
            note
            for page in pdf.pages
            for note in page.obj.get("/Annots", [])
            if "/Parent" in note and note.Parent.get("/T") == "patient_name"
        ]
        assert len(shown) == 2
        for note in shown:
            left, bottom, right, high = (float(edge) for edge in note.Rect)
            picture = note.AP.N
            assert [float(edge) for edge in picture.BBox] == pytest.approx(
                [0, 0, right - left, high - bottom], abs=0.01
            )
            moves = [list(map(float, ops)) for ops, name in pikepdf.parse_content_stream(picture) if str(name) == "cm"]
            assert [(0 <= move[4] < right - left, -8 < move[5] < high - bottom) for move in moves] == [(True, True)]


def test_fields_find_their_fonts_in_the_form_of_the_packet() -> None:
    parts = [small(STAMPED, language, fillable=True) for language in ("en", "es")]
    with pikepdf.open(io.BytesIO(link(*map(Paper, parts)))) as pdf:
        form = pdf.Root.AcroForm
        names = {
            re.match(r"/\S+", str(item.DA))[0]  # type: ignore[index]
            for item in pdf.objects
            if isinstance(item, pikepdf.Dictionary) and "/DA" in item
        }
        assert names
        assert names <= set(form.DR.Font.keys())


# --- files of other people ---


def tagged(change: Any, body: str = "<h1>Privacy</h1><p id=p>We keep <b>all</b> to us.</p>") -> Part:
    """A tagged file after a change, as it is let into packets."""
    with pikepdf.open(io.BytesIO(small(body).pdf)) as pdf:
        change(pdf)
        accepted = accept("privacy.pdf", saved(pdf))
    assert accepted.is_tagged
    return Part(accepted.pdf, accepted.pages)


LINE = b"BT /F1 24 Tf 90 600 Td (Your privacy) Tj ET"


def test_a_file_without_tags_takes_the_claims_from_a_packet_but_not_its_structure() -> None:
    own = small(f"<h1>One</h1><p>Name {box('patient_name')}</p>")
    pdf = link(Paper(own, values=VALUES), Paper(untagged(LINE)), Paper(own, values=VALUES), accessible=False)
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        metadata = opened.Root.Metadata.read_bytes()
        assert b"<pdfuaid:part>" not in metadata
        assert b"<pdfaid:part>" not in metadata
        assert "/StructParents" not in opened.pages[1].obj
    assert [element.role for element in top(pdf)] == ["Part", "Part"]
    assert {finding.rule for finding in lint(pdf)} <= {"text-untagged", "font-without-characters"}
    assert readable_text(pdf).count("Ann Sample") == 2
    assert [mark[2] for mark in outline(pdf) if mark[0] == 0] == [0, 1, 2]


def test_pages_that_look_the_same_are_all_there() -> None:
    pdf = link(Paper(untagged(LINE, LINE, LINE + b" 9 9 9 9 re f")), accessible=False)
    first, second, third = pictures(pdf)
    assert first.tobytes() == second.tobytes() != third.tobytes()
    assert first.getextrema()[0] < 50
    assert first.crop((150, 300, 700, 420)).getextrema()[0] < 50


def test_types_by_which_two_files_mean_different_things_are_kept_apart(tmp_path: Path) -> None:
    def meaning(role: str) -> Any:
        def change(pdf: pikepdf.Pdf) -> None:
            pdf.Root.StructTreeRoot.RoleMap = pikepdf.Dictionary(
                {"/Body": pikepdf.Name(role), "/Inner": pikepdf.Name("/Body")}
            )
            pdf.Root.StructTreeRoot.ClassMap = pikepdf.Dictionary(
                Big=pikepdf.Dictionary(
                    O=pikepdf.Name.Layout, TextAlign=pikepdf.Name(f"/{(role[1:] == 'P' and 'Center') or 'End'}")
                )
            )
            for item in pdf.objects:
                if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/P":
                    item.S = pikepdf.Name.Inner
                    item.C = pikepdf.Name.Big

        return change

    parts = [tagged(meaning(role)) for role in ("/P", "/BlockQuote")]
    pdf = link(Paper(small("<p>Ours")), *map(Paper, parts), Paper(parts[0]))
    tree = taken_apart(pdf).tree
    roles = []
    for paper in top(pdf):
        for element in below(paper):
            role = element.dictionary.S
            while role in tree.RoleMap:
                role = tree.RoleMap[str(role)]
            if element.role not in ("H1", "Span", "Strong"):
                classes = [str(tree.ClassMap[str(name)].TextAlign) for name in element.dictionary.get("/C", [])]
                roles.append((str(role), classes))
    assert roles == [("/P", []), ("/P", ["/Center"]), ("/BlockQuote", ["/End"]), ("/P", ["/Center"])]
    assert is_intact(pdf)
    assert failures(pdf) == []


def test_a_file_that_gives_our_types_another_meaning_leaves_ours_alone() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        pdf.Root.StructTreeRoot.RoleMap = pikepdf.Dictionary(P=pikepdf.Name.Div, H1=pikepdf.Name.H1)

    pdf = link(Paper(small("<h1>Ours</h1><p>Text")), Paper(tagged(change)))
    tree = taken_apart(pdf).tree
    assert not {"/P", "/H1", "/Part", "/Document", "/Span"} & set(tree.RoleMap.keys())


def test_names_of_header_cells_are_kept_apart_in_lists_of_attributes_too() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for item in pdf.objects:
            if isinstance(item, pikepdf.Dictionary) and item.get("/S") == "/TD":
                item.A = pikepdf.Array(
                    [item.A, pikepdf.Dictionary(O=pikepdf.Name.Layout, Placement=pikepdf.Name.Block)]
                )

    part = tagged(change, f"<h1>T</h1>{TABLE}")
    pdf = link(Paper(part), Paper(part))
    assert {finding.rule for finding in lint(pdf)} & {"header-unknown", "identifier-twice"} == set()
    assert sum(len(element.attribute("/Headers") or []) for element in taken_apart(pdf).elements) == 6


def test_the_language_of_a_file_is_told_however_its_tree_begins() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        tree = pdf.Root.StructTreeRoot
        (whole,) = [tree.K] if isinstance(tree.K, pikepdf.Dictionary) else list(tree.K)
        for kid in whole.K:
            kid.P = tree
        tree.K = whole.K
        pdf.Root.Lang = "fr"

    pdf = link(Paper(small("<p>Ours")), Paper(tagged(change)))
    assert [str(element.dictionary.Lang) for element in top(pdf)] == ["en", "fr", "fr"]


# --- parts that are written otherwise ---


def rewritten(part: Part, change: Any) -> Part:
    """A part after a change, written by pypdf."""
    with pikepdf.open(io.BytesIO(part.pdf)) as pdf:
        change(pdf)
        writer = pypdf.PdfWriter(clone_from=io.BytesIO(saved(pdf)))
    out = io.BytesIO()
    writer.write(out)
    return Part(out.getvalue(), part.pages)


def test_arrays_that_are_objects_of_their_own_are_followed(tmp_path: Path) -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        for page in pdf.pages:
            for name in ("/Annots", "/MediaBox"):
                if name in page.obj:
                    page.obj[name] = pdf.make_indirect(pikepdf.Array(page.obj[name]))
            page.obj.Contents = pdf.make_indirect(pikepdf.Array([page.obj.Contents]))

    part = rewritten(small(TWICE), change)
    pdf = link(Paper(part), Paper(part))
    assert_sound(pdf, tmp_path)
    assert links(pdf) == [(0, 1), (2, 3)]
    assert [page.tobytes() for page in pictures(pdf)] == [
        page.tobytes() for page in pictures(link(*[Paper(small(TWICE))] * 2))
    ]


def test_a_page_without_content_can_be_written_on() -> None:
    def change(pdf: pikepdf.Pdf) -> None:
        del pdf.pages[0].obj.Contents

    part = rewritten(untagged(b""), change)
    (picture,) = pictures(link(Paper(part), accessible=False))
    assert picture.getextrema()[0] < 128


def test_a_part_in_which_something_is_missing_is_refused() -> None:
    with pytest.raises(ValueError, match="referred to"):
        compile_part(dangling())


def dangling() -> bytes:
    """A file whose page refers to an object that is not there."""
    objects = [b"<</Type/Catalog/Pages 2 0 R>>", b"<</Type/Pages/Kids[3 0 R]/Count 1>>"]
    objects.append(b"<</Type/Page/Parent 2 0 R/MediaBox[0 0 9 9]/Resources 9 0 R>>")
    out, rows = b"%PDF-1.7\n", b""
    for number, text in enumerate(objects, 1):
        rows += b"%010d 00000 n\r\n" % len(out)
        out += b"%d 0 obj\n%b\nendobj\n" % (number, text)
    table = b"xref\n0 4\n0000000000 65535 f\r\n%btrailer\n<</Root 1 0 R/Size 4>>\n" % rows
    return out + table + b"startxref\n%d\n%%%%EOF\n" % len(out)


# --- the papers of a visit ---


def test_the_cover_of_a_packet_leads_to_the_page_where_each_paper_begins(tmp_path: Path) -> None:
    workspace = open_workspace(make_clinic(tmp_path / "clinic"))
    visit = Visit.model_validate(
        {
            "visit": "V-1",
            "date": "2026-11-23",
            "patient": {"name": "Ann Sample", "born": "1978-09-15", "record": "MR-00471"},
            "procedures": [CODE],
            "documents": ["consent", "information"],
            "clinician": {"name": "Bea Other"},
        }
    )
    options = PacketOptions(allow_drafts=True, duplex=True)
    made = PacketMaker(workspace, duplex=True).make(Planner(workspace, options).plan(visit, "visit.yaml"))
    assert_sound(made.pdf, tmp_path)
    listed = [placed for placed in made.papers if placed.paper.group]
    assert len(listed) == 2
    of_cover = [target + 1 for page, target in links(made.pdf) if page == 0]  # one for each line of a title
    assert list(dict.fromkeys(of_cover)) == [placed.first for placed in listed]
    assert {placed.first % 2 for placed in listed} == {1}
    starts = {title: page + 1 for level, title, page in outline(made.pdf) if level == 0}
    assert {placed.first for placed in listed} <= set(starts.values())
    assert "Ann Sample" not in " ".join(starts)
