"""Each packet is read back: faults of the program are planted where they would arise, and make no packet."""

from __future__ import annotations

import io
import re
import shutil
import zlib
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import pytest

import consentkit.packets.lettering
import consentkit.packets.packet
import consentkit.packets.writing
import consentkit.pdf.link.link
from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import RenderingFailed
from consentkit.packets import visit_lines
from consentkit.packets.day_file import combine
from consentkit.packets.identity import IdentityCheck
from consentkit.packets.lettering import Texts
from consentkit.packets.packet import PacketMaker
from consentkit.packets.papers import PacketItem
from consentkit.packets.scripts import language_of
from consentkit.pdf.file.syntax import Value, number, text_string
from consentkit.pdf.lines.shaping import ShapedLine, ShapedLines
from consentkit.pdf.link import insert
from consentkit.pdf.link.compile import CompiledStream
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import FieldValue, Stamp
from consentkit.pdf.link.shared import Shared
from kit.packets import OTHER, plan, visit
from kit.small import CODE, make_clinic
from kit.tagged_file import File

pytestmark = [
    pytest.mark.xdist_group("packets"),
    pytest.mark.usefixtures("nothing_kept_of_packets"),  # what is wrong is in how they are joined
]

NAME = str(OTHER["name"])
"""Another patient's."""
OWN = "Siobhán O’Keeffe-Martínez"
"""The patient's."""

Plant = Callable[[pytest.MonkeyPatch], None]


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> OpenWorkspace:
    return open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store(tmp_path_factory.mktemp("store")))


def make(workspace: OpenWorkspace, *, fillable: bool) -> bytes:
    planned = visit(documents=["consent", "information"])
    return PacketMaker(workspace).make(plan(workspace, planned, fillable=fillable)).pdf


# --- what is said ---


def spoken(change: Callable[[str], str]) -> Plant:
    """Let something else be read out for what is drawn into slots."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real = Texts._stamp

        def stamp(self: Texts, *arguments: Any, **options: Any) -> Stamp:
            made = real(self, *arguments, **options)
            return replace(made, spoken=change(made.spoken)) if made.spoken else made

        patch.setattr(Texts, "_stamp", stamp)

    return plant


def element(name: str, text: str) -> Plant:
    """Say something of a part as a whole, in the structure."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real = insert._Inserter._add_structure

        def take(self: Any) -> None:
            real(self)
            self._dictionary(self._part.elements[0])[name] = text_string(text)

        patch.setattr(insert._Inserter, "_add_structure", take)

    return plant


def field(change: Callable[[list[dict[str, Value]]], None]) -> Plant:
    """Change the form fields and links of a part."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        real = insert._Inserter._renumber_annotations

        def renumber(self: Any) -> None:
            real(self)
            entries = [self._entries[place] for place in self._part.edited]
            change([entry for entry in entries if isinstance(entry, dict) and "Rect" in entry])

        patch.setattr(insert._Inserter, "_renumber_annotations", renumber)

    return plant


def swap_labels(fields: list[dict[str, Value]]) -> None:
    named = [entry for entry in fields if "TU" in entry and "FT" in entry]
    if len(named) > 1:
        named[0]["TU"], named[1]["TU"] = named[1]["TU"], named[0]["TU"]


def move(fields: list[dict[str, Value]]) -> None:
    for entry in fields:
        if "FT" in entry and isinstance(entry["Rect"], list):
            entry["Rect"] = [b"%f" % (number(edge) + 1) for edge in entry["Rect"]]


def all_with(key: str, **changes: Value) -> Callable[[list[dict[str, Value]]], None]:
    def change(fields: list[dict[str, Value]]) -> None:
        for entry in fields:
            if key in entry:
                entry.update(changes)

    return change


def bookmark_of(text: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        real = insert.bookmark
        patch.setattr(insert, "bookmark", lambda title, *rest: real(f"{title} {text}", *rest))

    return plant


def title_of(text: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        real = consentkit.packets.packet.packet_info
        patch.setattr(
            consentkit.packets.packet, "packet_info", lambda *given: replace(real(*given), title=text.strip())
        )

    return plant


def in_metadata(text: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        real = consentkit.pdf.link.link.packet
        patch.setattr(
            consentkit.pdf.link.link,
            "packet",
            lambda *given: real(*given).replace(b"application/pdf", text.encode()),
        )

    return plant


def title_in_metadata_only(patch: pytest.MonkeyPatch) -> None:
    real = consentkit.pdf.link.link.packet
    patch.setattr(consentkit.pdf.link.link, "packet", lambda info, producer: real(replace(info, title=""), producer))


def called(text: str) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(PacketItem, "bookmark", property(lambda paper: f"{paper.title} {text}"))

    return plant


def page_labels(patch: pytest.MonkeyPatch) -> None:
    real = Linker.label_pages
    patch.setattr(Linker, "label_pages", lambda self, first, prefix="": real(self, first, f"{OWN} "))


SAID: dict[str, tuple[Plant, str]] = {
    "ActualText of another patient": (spoken(lambda text: f" {NAME}"), "is read aloud differently"),
    "ActualText of another particular": (spoken(lambda text: " MR-20417"), "is read aloud differently"),
    "ActualText backwards": (spoken(lambda text: text[::-1]), "is read aloud differently"),
    "ActualText with more": (spoken(lambda text: f"{text} {NAME}"), "is read aloud differently"),
    "ActualText empty": (spoken(lambda text: " "), "is read aloud differently"),
    "Alt": (element("Alt", NAME), "/Alt"),
    "Alt of the patient's own": (element("Alt", OWN), "/Alt"),
    "an expansion": (element("E", NAME), "/E"),
    "the title of a part": (element("T", f"Consent of {OWN}"), "/T"),
    "ActualText of a part": (element("ActualText", NAME), "/ActualText"),
    "a language that is a name": (element("Lang", NAME), "/Lang"),
    "a bookmark of the patient": (bookmark_of(OWN), "/Title"),
    "a bookmark of another": (bookmark_of(NAME), "/Title"),
    "what papers are called": (called(OWN), "/T"),
    "the title": (title_of(f"Papers of {OWN}"), "/T|metadata|title"),
    "no title": (title_of(""), "/Title"),
    "a title in one place only": (title_in_metadata_only, "title"),
    "metadata": (in_metadata(OWN), "metadata"),
    "the names of pages": (page_labels, "/P"),
}
SAID_OF_FIELDS: dict[str, tuple[Plant, str]] = {
    "labels that changed places": (field(swap_labels), "different links or form fields"),
    "a label of another patient": (field(all_with("FT", TU=text_string(NAME))), "different links or form fields"),
    "a number as label": (field(all_with("FT", TU=b"(field 7)")), "different links or form fields"),
    "a signature that is text": (field(all_with("FT", FT=b"/Tx")), "different links or form fields"),
    "fields that can't be filled in": (field(all_with("FT", Ff=b"1")), "different links or form fields"),
    "fields of one name": (field(all_with("FT", T=b"(a)")), "different links or form fields"),
    "hidden fields": (field(all_with("FT", F=b"2")), "different links or form fields"),
    "fields in another place": (field(move), "different links or form fields"),
    "the name of a link": (field(all_with("Contents", Contents=text_string(NAME))), "different links or form fields"),
    "a note": (field(all_with("FT", Contents=text_string(OWN))), "/Contents"),
}


@pytest.mark.parametrize("fillable", [False, True])
def test_a_sound_packet_is_given_out(workspace: OpenWorkspace, *, fillable: bool) -> None:
    assert make(workspace, fillable=fillable)


@pytest.mark.parametrize("defect", SAID)
def test_what_is_said_and_does_not_belong_there_is_refused(
    defect: str, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, message = SAID[defect]
    plant(monkeypatch)
    with pytest.raises(RenderingFailed, match=message) as caught:
        make(workspace, fillable=False)
    assert "Martínez" not in str(caught.value)
    assert "Whitfield" not in str(caught.value)


@pytest.mark.parametrize("defect", SAID_OF_FIELDS)
def test_what_is_said_of_fields_and_links_and_does_not_belong_there_is_refused(
    defect: str, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, message = SAID_OF_FIELDS[defect]
    plant(monkeypatch)
    with pytest.raises(RenderingFailed, match=message):
        make(workspace, fillable=True)


def test_a_link_in_another_place_is_refused_on_a_page_without_fields(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    field(all_with("Dest", Rect=[b"0", b"0", b"9", b"9"]))(monkeypatch)
    with pytest.raises(RenderingFailed, match="different links or form fields"):
        make(workspace, fillable=False)


def test_a_field_that_is_filled_with_something_else_than_it_shows_is_refused(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = consentkit.packets.writing.field_values

    def values(*given: Any, **options: Any) -> list[FieldValue]:
        return [replace(value, text=value.text.replace(OWN, NAME)) for value in real(*given, **options)]

    monkeypatch.setattr(consentkit.packets.writing, "field_values", values)
    with pytest.raises(RenderingFailed, match="contains something that does not belong"):
        make(workspace, fillable=True)


def test_a_name_that_is_said_on_the_pages_of_another_visit_of_the_day_is_refused(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = PacketMaker(workspace)
    both = [maker.make(plan(workspace, planned)) for planned in (visit(), visit(visit="V-2", patient=OTHER))]
    assert combine(maker, both)
    spoken(lambda text: text.replace(OWN, NAME))(monkeypatch)
    with pytest.raises(RenderingFailed, match="page 1 of the packet is read aloud differently"):
        combine(maker, both)


# --- what is drawn ---


def lines(change: Callable[[bytes], bytes]) -> Plant:
    """Change the operators that draw what a visit writes."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        def changed(real: Callable[..., ShapedLine | None]) -> Callable[..., ShapedLine | None]:
            def shaped(*given: Any) -> ShapedLine | None:
                made = real(*given)
                return made._replace(content=change(made.content)) if made else None

            return shaped

        patch.setattr(ShapedLines, "_shaped", changed(ShapedLines._shaped))
        patch.setattr(visit_lines, "common_line", changed(visit_lines.common_line))

    return plant


def stamps(**changes: Any) -> Plant:
    """Put what a visit writes elsewhere."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        for name in ("_stamp", "at"):
            real = getattr(Texts, name)
            patch.setattr(Texts, name, _changed(real, changes))

    return plant


def _changed(real: Any, changes: dict[str, Any]) -> Callable[..., Stamp]:
    return lambda self, *given, **options: replace(real(self, *given, **options), **changes)


def before(operators: bytes) -> Plant:
    """Let operators come before the content of each page."""

    def plant(patch: pytest.MonkeyPatch) -> None:
        patch.setattr(Shared, "content_before", lambda self: self.file.add_stream({}, b"q" + operators))

    return plant


def page(change: Callable[[dict[str, Value]], None]) -> Plant:
    def plant(patch: pytest.MonkeyPatch) -> None:
        real = insert._Inserter._write_pages

        def write(self: Any) -> None:
            real(self)
            for place in self._part.pages:
                change(self._dictionary(place))

        patch.setattr(insert._Inserter, "_write_pages", write)

    return plant


def drop_own_content(entries: dict[str, Value]) -> None:
    contents = entries["Contents"]
    assert isinstance(contents, list)
    del contents[1]


def covered(patch: pytest.MonkeyPatch) -> None:
    real = insert._drawn
    patch.setattr(insert, "_drawn", lambda stamp: real(stamp) + b" 1 g 0 0 612 792 re f")


UNSEEN: dict[str, tuple[Plant, str]] = {
    "white": (lines(lambda operators: b"1 1 1 rg " + operators), "does not bear"),
    "pale grey": (lines(lambda operators: b".8 g " + operators), "does not bear"),
    "an invisible rendering mode": (lines(lambda operators: operators.replace(b"BT", b"BT 3 Tr")), "does not bear"),
    "text that only clips": (lines(lambda operators: operators.replace(b"BT", b"BT 7 Tr")), "does not bear"),
    "a clip": (lines(lambda operators: b"0 0 2 2 re W n " + operators), "does not bear"),
    "squeezed to nothing": (lines(lambda operators: b"0.05 0 0 0.05 0 0 cm " + operators), "does not bear"),
    "off the page to the left": (stamps(left=-500.0), "does not bear"),
    "off the page below": (stamps(bottom=-20.0), "does not bear"),
    "across the edge": (stamps(left=570.0), "does not bear"),
    "tiny": (stamps(scale=0.1), "does not bear"),
    "covered": (covered, "does not bear|differs from the paper"),
    "a mode before the page": (before(b" 3 Tr"), "differs from the paper"),
    "a clip before the page": (before(b" 0 0 9 9 re W n"), "differs from the paper"),
    "a colour before the page": (before(b" 1 g"), "differs from the paper"),
    "a scale before the page": (before(b" .3 0 0 .3 0 0 cm"), "differs from the paper"),
    "a small scale before the page": (before(b" .9 0 0 .9 0 0 cm"), "differs from the paper"),
    "a page moved": (before(b" 1 0 0 1 300 0 cm"), "differs from the paper"),
    "an empty page": (page(drop_own_content), "differs from the paper"),
    "a smaller page": (page(lambda entries: entries.update(MediaBox=[b"0", b"0", b"300", b"792"])), "differs"),
    "a cropped page": (page(lambda entries: entries.update(CropBox=[b"0", b"0", b"300", b"792"])), "differs"),
    "a turned page": (page(lambda entries: entries.update(Rotate=b"180")), "differs"),
    "a page of another scale": (page(lambda entries: entries.update(UserUnit=b"4")), "/UserUnit"),
    "a page without fonts": (page(lambda entries: entries.update(Resources={})), "differs|can't be read back"),
}


@pytest.mark.parametrize("defect", UNSEEN)
def test_what_is_drawn_and_can_not_be_seen_is_refused(
    defect: str, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    plant, message = UNSEEN[defect]
    plant(monkeypatch)
    with pytest.raises(RenderingFailed, match=message):
        make(workspace, fillable=False)


def test_what_a_field_shows_and_can_not_be_seen_is_refused(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    UNSEEN["white"][0](monkeypatch)
    with pytest.raises(RenderingFailed, match="does not bear"):
        make(workspace, fillable=True)


def test_a_page_whose_own_text_was_changed_is_refused(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    maker = PacketMaker(workspace)
    maker.make(plan(workspace, visit(documents=["information"])))
    real = Linker._write_stream

    def write(self: Linker, number: Any, stream: CompiledStream, numbers: Any) -> None:
        content = zlib.decompress(stream.data) if b"FlateDecode" in stream.dictionary.text else b""
        if b"BDC" in content:
            data = zlib.compress(content.replace(b"0 0 0 rg", b"1 1 1 rg"))
            text = re.sub(rb"/Length [0-9]+", b"/Length %d" % len(data), stream.dictionary.text)
            stream = CompiledStream(stream.dictionary._replace(text=text), data, None)
        real(self, number, stream, numbers)

    monkeypatch.setattr(Linker, "_write_stream", write)
    with pytest.raises(RenderingFailed, match="differs from the paper"):
        maker.make(plan(workspace, visit()))


def test_a_page_with_a_font_that_was_changed_is_refused(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    real = Linker._write_stream

    def write(self: Linker, number: Any, stream: CompiledStream, numbers: Any) -> None:
        if b"/Length1" in stream.dictionary.text:
            stream = replace(stream, data=stream.data[:-9] + bytes([stream.data[-9] ^ 1]) + stream.data[-8:])
        real(self, number, stream, numbers)

    monkeypatch.setattr(Linker, "_write_stream", write)
    with pytest.raises(RenderingFailed, match="differs from the paper"):
        make(workspace, fillable=False)


@pytest.mark.parametrize(
    "name", ["عبد الرحمن الخطيب", "Nguyễn Thị Minh Khai", "A", "May", "Consent", "Ann-Maria (Mia) O'Neill", "x" * 80]
)
def test_unusual_names_are_no_defect(name: str, workspace: OpenWorkspace) -> None:
    named = visit(patient={"name": name, "born": "1984-07-09", "record": "MR-7"})
    for options in ({}, {"fillable": True}):
        assert PacketMaker(workspace).make(plan(workspace, named, **options)).pages


def test_extra_pages_are_read_back_like_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "extra").mkdir()
    good = Path(__file__).parents[1] / "examples" / "foreign" / "good"
    for name in ("tagged.pdf", "made-for-the-web.pdf"):
        shutil.copy(good / name, clinic / "extra")
    workspace = open_workspace(clinic, open_store(tmp_path / "store"))
    planned = visit(extra=["tagged.pdf", "made-for-the-web.pdf"], procedures=[CODE])
    assert PacketMaker(workspace).make(plan(workspace, planned)).pages
    before(b" .3 0 0 .3 0 0 cm")(monkeypatch)
    with pytest.raises(RenderingFailed, match="differs from the paper"):
        PacketMaker(workspace).make(plan(workspace, planned))


@pytest.mark.parametrize(
    ("name", "language"),
    [
        ("عبد الرحمن الخطيب", "ar"),
        ("پریسا گلچین", "fa"),
        ("王小明", "zh"),
        ("さくら 田中", "ja"),
        ("김민준", "ko"),
        ("Nguyễn Thị Minh Khai", "vi"),
        ("Δημήτρης Παπαδόπουλος", "el"),
        ("Siobhán O’Keeffe-Martínez", None),
        ("Łukasz Wiśniewski", None),
        ("Đặng", "vi"),
        ("ٹینا", "ur"),
        ("Ọláwálé Adébáyọ̀", None),
        ("Adaobi Nwọkeọcha", None),
        ("Ỹvỹ Benítez", None),
        ("Олена Шевченко", None),
    ],
)
def test_a_name_is_said_in_its_own_language_where_its_letters_tell_it(name: str, language: str | None) -> None:
    assert language_of(name) == language


def test_the_structure_says_the_language_of_a_name(workspace: OpenWorkspace) -> None:
    named = visit(patient={"name": "عبد الرحمن الخطيب", "born": "1984-07-09", "record": "MR-7"})
    made = PacketMaker(workspace).make(plan(workspace, named))
    with pikepdf.open(io.BytesIO(made.pdf)) as file:
        elements = [element.dictionary for element in File(file).elements]
        spoken_in = {str(item.ActualText).strip(): str(item.get("/Lang")) for item in elements if "/ActualText" in item}
    assert spoken_in["عبد الرحمن الخطيب"] == "ar"
    assert spoken_in["MR-7"] == "None"


# --- what was done to the finished file ---


def drawn_last(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    """Draw something on every page at last."""

    def change(file: pikepdf.Pdf) -> None:
        for page in file.pages:
            page.contents_add(file.make_stream(content))

    return change


def drawn_first(content: bytes) -> Callable[[pikepdf.Pdf], None]:
    """Draw something on every page at first."""

    def change(file: pikepdf.Pdf) -> None:
        for page in file.pages:
            page.contents_add(file.make_stream(content), prepend=True)

    return change


def drawn_by_a_form(content: bytes, before: bytes = b"") -> Callable[[pikepdf.Pdf], None]:
    """Let every page draw a form at last, after other operators, for which it has the font /Own."""

    def change(file: pikepdf.Pdf) -> None:
        picture = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [0, 0, 612, 24]}
        form = file.make_stream(content, **picture, Resources=pikepdf.Dictionary(ProcSet=[pikepdf.Name.PDF]))
        for page in file.pages:
            fonts = page.Resources.Font
            fonts["/Own"] = next(font for _, font in fonts.items())
            if "/XObject" not in page.Resources:
                page.Resources.XObject = pikepdf.Dictionary()
            page.Resources.XObject["/Foreign"] = form
        drawn_last(b"q " + before + b" /Foreign Do Q")(file)

    return change


def on_pages(**entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(file: pikepdf.Pdf) -> None:
        for page in file.pages:
            page.obj.update({f"/{name}": value for name, value in entries.items()})

    return change


def on_annotations(kind: str, **entries: Any) -> Callable[[pikepdf.Pdf], None]:
    def change(file: pikepdf.Pdf) -> None:
        for page in file.pages:
            for annotation in page.get("/Annots", []):
                if annotation.Subtype == kind:
                    annotation.update({f"/{name}": value for name, value in entries.items()})

    return change


def white_fields(file: pikepdf.Pdf) -> None:
    picture = {"Type": pikepdf.Name.XObject, "Subtype": pikepdf.Name.Form, "BBox": [-900, -900, 900, 900]}
    appearance = file.make_stream(b"1 g -900 -900 1800 1800 re f", **picture)
    on_annotations("/Widget", AP=pikepdf.Dictionary(N=appearance))(file)


def script(file: pikepdf.Pdf) -> pikepdf.Dictionary:
    return pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=file.make_stream(b"app.alert(1)"))


WORDS = b"BT 20 8 Td <0024002500260027> Tj ET"
"""At the lower edge of the page, where nothing else is."""
FINISHED: dict[str, tuple[Callable[[pikepdf.Pdf], None], str]] = {
    "white over the text of a paper": (drawn_last(b"q 1 g 100 300 400 200 re f Q"), "differs from the paper"),
    "a thick line over the text": (drawn_last(b"q 1 G 300 w 0 400 m 612 400 l S Q"), "differs from the paper"),
    "a picture over the text": (
        drawn_last(b"q 400 0 0 300 99 300 cm BI /W 1 /H 1 /BPC 8 /CS /G ID x EI Q"),
        "differs from",
    ),
    "black below the text": (drawn_first(b"q 0 g 100 300 400 200 re f Q"), "differs from the paper"),
    "a text of a form in the font around it": (drawn_by_a_form(WORDS, b"BT /Own 12 Tf ET"), "not belong to this visit"),
    "a text of a form without any font": (drawn_by_a_form(WORDS), "does not bear|not belong to this visit"),
    "a white text": (drawn_by_a_form(b"1 g " + WORDS, b"BT /Own 12 Tf ET"), "not belong to this visit"),
    "fields that cover the text": (white_fields, "differs from the paper|bear this patient's particulars"),
    "frames of links over the text": (on_annotations("/Link", BS=pikepdf.Dictionary(W=300)), "different links"),
    "fields that viewers fill": (on_annotations("/Widget", MK=pikepdf.Dictionary(BG=[1, 1, 1])), "different links"),
    "links that do something": (
        lambda file: on_annotations("/Link", AA=pikepdf.Dictionary(E=script(file)))(file),
        "different links",
    ),
    "pages of another scale": (on_pages(UserUnit=4), "/UserUnit"),
    "pages that turn by themselves": (on_pages(Dur=1), "/Dur"),
    "pages that do something": (lambda file: on_pages(AA=pikepdf.Dictionary(O=script(file)))(file), "/AA"),
    "a file that does something": (lambda file: file.Root.update({"/OpenAction": script(file)}), "/OpenAction"),
    "layers": (lambda file: file.Root.update({"/OCProperties": pikepdf.Dictionary(OCGs=[])}), "/OCProperties"),
    "fields that viewers draw": (lambda file: file.Root.AcroForm.update({"/NeedAppearances": True}), "/NeedAppear"),
    "another form": (lambda file: file.Root.AcroForm.update({"/XFA": file.make_stream(b"<x/>")}), "/XFA"),
}


def finished(patch: pytest.MonkeyPatch, change: Callable[[pikepdf.Pdf], None]) -> None:
    """Change each packet when it is finished, before it is read back."""
    real = IdentityCheck.require

    def changed(check: IdentityCheck, pdf: bytes, *rest: Any, **options: Any) -> None:
        with pikepdf.open(io.BytesIO(pdf)) as file:
            change(file)
            out = io.BytesIO()
            plain = pikepdf.ObjectStreamMode.disable
            file.save(out, static_id=True, object_stream_mode=plain, fix_metadata_version=False)
        real(check, out.getvalue(), *rest, **options)

    patch.setattr(IdentityCheck, "require", changed)


@pytest.mark.parametrize("defect", FINISHED)
def test_a_finished_packet_that_was_changed_is_refused(
    defect: str, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    change, message = FINISHED[defect]
    finished(monkeypatch, change)
    with pytest.raises(RenderingFailed, match=message):
        make(workspace, fillable=True)


def test_a_finished_packet_that_was_only_written_again_is_not_refused(
    workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    finished(monkeypatch, lambda file: None)
    make(workspace, fillable=True)
    make(workspace, fillable=False)
