"""What the pages of a part hold before anything of a visit is written on them, for comparison with a finished packet.

Guarantees: two pages compare equal only if they draw the same streams with the same fonts, pictures and states, have
the same size, and the same links and form fields in the same order. Numbers of objects don't matter.
"""

from __future__ import annotations

import hashlib
import html
import re
import struct
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple, TypeAlias

from consentkit.pdf.file.geometry import Box, Point
from consentkit.pdf.file.objects import inflated
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.syntax import (
    Ref,
    Value,
    byte_string,
    decoded_text,
    string_bytes,
    string_text,
    text_string,
    write,
)
from consentkit.pdf.read.visible import VisibleContent, page_area

_STRING = re.compile(
    rb"\((?:\\.|[^()\\]|\((?:\\.|[^()\\])*\))*\)|(?<!<)<[0-9A-Fa-f\s]*>|<\s*[0-9A-Fa-f][0-9A-Fa-f\s]*>", re.DOTALL
)
"""Strings (ISO 32000-1, 7.3.4). An empty dictionary is none, however it is written: `<< >>`."""
_KEY = re.compile(rb"/([A-Za-z]+)\s*$")
_LONGEST_KEY = 32
_SAVES = re.compile(rb"(?<!\S)[qQ](?!\S)")
_XMP_TEXT = re.compile(r">([^<>]*[^<>\s][^<>]*)<")
_ELSEWHERE = {"Parent", "P", "StructParents", "StructParent", "Pg", "Dest", "A", "AP", "Length"}
"""Entries that lead out of what is drawn, or have another number in each packet."""
_NAMED = {"Font", "XObject", "ExtGState", "ColorSpace", "Pattern", "Shading", "Properties"}
"""Categories of resources (ISO 32000-1, table 33), in which any name may be given to anything."""
_BYTES_OF_A_STRING = 80
"""What a string takes in memory beside its bytes, in a set (measured)."""
_BYTES_OF_A_PAGE = 6_000
"""What a page takes beside its letters (measured)."""
_DEEPEST = 24
_HIGHEST = 4
"""Levels of fields: widget, field, paper and visit."""
OF_PAGE = {"Type", "Parent", "Contents", "Resources", "Annots", "StructParents", "Tabs", "Group", "Rotate"} | {
    "MediaBox",
    "CropBox",
    "BleedBox",
    "TrimBox",
    "ArtBox",
}
"""The entries of a page; a viewer would do more with any other one than to show it."""


Names: TypeAlias = tuple[tuple[str, frozenset[str]], ...]
"""The names of resources, by category."""


class PageAnnotation(NamedTuple):
    """A link or a form field of a page, as far as a visit does not change it."""

    kind: tuple[Value, Value]
    place: bytes
    name: str
    label: str
    flags: int
    look: bytes
    """What a viewer draws for it by itself."""
    action: bytes
    """What it does, but for going to a page."""


_POINT = struct.Struct("<dd")


@dataclass(frozen=True)
class LetterPlaces:
    """Where letters are. As two numbers each: as points, thousands of them would take long to load, and much room."""

    packed: bytes = field(default=b"", repr=False)
    """The numbers of each point, eight bytes each, the lowest first."""

    @classmethod
    def of(cls, points: Iterable[Point]) -> LetterPlaces:
        """The places of these points."""
        return cls(b"".join([_POINT.pack(*point) for point in points]))

    def __iter__(self) -> Iterator[Point]:
        return _POINT.iter_unpack(self.packed)

    def __len__(self) -> int:
        return len(self.packed) // _POINT.size


class PrintedPage(NamedTuple):
    """A page of a part."""

    streams: tuple[bytes, ...] = ()
    """Digests of its content streams."""
    resources: Names = ()
    """The names by which its content calls what it draws with, by category."""
    drawn_with: bytes = b""
    """A digest of what these names mean."""
    box: Box | None = None
    turned: Value = b"0"
    annotations: tuple[PageAnnotation, ...] = ()
    appearances: frozenset[bytes] = frozenset()
    """Digests of what its annotations look like."""
    letters: LetterPlaces = LetterPlaces()
    """Where its own text is: nothing of a visit may lie there."""

    def annotations_called(self, called: str) -> list[PageAnnotation]:
        """Its links and fields, with what is said behind the label of each field."""
        return [
            item._replace(label=f"{item.label} – {called}" if called and item.name else item.label)
            for item in self.annotations
        ]


class PrintedPart(NamedTuple):
    """A part: its pages, and every string in it."""

    pages: tuple[PrintedPage, ...]
    said: frozenset[bytes]
    """Its strings as they are written, with their brackets, and the texts of its metadata without."""

    @property
    def size(self) -> int:
        """About how many bytes it takes: most of them are for the places of letters."""
        return size_of_strings(self.said) + sum(_BYTES_OF_A_PAGE + len(page.letters.packed) for page in self.pages)


def size_of_strings(strings: Collection[bytes]) -> int:
    """About how many bytes a set of strings takes."""
    return sum(_BYTES_OF_A_STRING + len(string) for string in strings)


def printed_part(pdf: bytes, *, is_ours: bool = True) -> PrintedPart:
    """Take in a part. Raises ValueError for a damaged one. Where other people's text is, is not looked for."""
    file = read_file(pdf)
    content = VisibleContent(file) if is_ours else None
    pages = tuple(_printed_page(file, page, content) for page in file.pages())
    about = Counter(_STRING.findall(write(file.dictionary(file.trailer.get("Info")))))
    strings = Counter(string for text in _texts(file) for string in _STRING.findall(text))
    metadata = (text.encode() for text in metadata_texts(file))
    return PrintedPart(pages, frozenset([*(strings - about), *metadata]))


Strings: TypeAlias = Counter[tuple[bytes, bytes]]
"""Strings as they are written, each with the key before it, if there is one."""


def new_strings(file: PdfFile, known: Collection[bytes]) -> Strings:
    """The strings of a file that are not known, whatever they are for, but for those of a beginning that was read
    before, and for identifiers of elements.
    """
    strings: Strings = Counter()
    for text in _texts(file):
        for match in _STRING.finditer(text):
            if match[0] not in known:
                before = _KEY.search(text, max(0, match.start() - _LONGEST_KEY), match.start())
                key = before[1] if before else b""
                strings[key, match[0]] += not _is_identifier(key, match[0], known)
    return +strings


def _is_identifier(key: bytes, string: bytes, said: Collection[bytes]) -> bool:
    """Whether a string is the identifier of an element of some part, with the number of the part before it."""
    number, _, name = string_bytes(string).partition(b".")
    return key in {b"ID", b""} and number.isdigit() and any(one in said for one in _spellings(name))


def _spellings(text: bytes) -> Iterator[bytes]:
    """The ways in which the engine and the linker write a string."""
    yield from (text_string(decoded_text(text)), byte_string(text), b"(" + text + b")")
    yield b"<" + text.hex().upper().encode() + b">"


def _texts(file: PdfFile) -> Iterator[bytes]:
    yield from file.objects.own_texts()
    yield write({name: entry for name, entry in file.trailer.items() if name != "ID"})


def metadata_texts(file: PdfFile) -> list[str]:
    """The texts of the metadata packet."""
    stream = file.catalog.get("Metadata")
    data = inflated(file.objects[stream]) if isinstance(stream, Ref) else b""
    return [html.unescape(text) for text in _XMP_TEXT.findall(data.decode("utf-8", "replace"))]


def stream_digest(file: PdfFile, stream: Ref) -> bytes:
    """A digest that differs between different streams."""
    return hashlib.sha256(file.objects[stream].stream or b"").digest()


def _printed_page(file: PdfFile, page: Mapping[str, Value], content: VisibleContent | None) -> PrintedPage:
    streams = file.contents(page)
    for stream in streams:
        _require_balance(inflated(file.objects[stream]))
    resources = file.dictionary(page.get("Resources"))
    names = tuple((category, frozenset(file.dictionary(resources[category]))) for category in sorted(resources))
    return PrintedPage(
        streams=tuple(stream_digest(file, stream) for stream in streams),
        resources=names,
        drawn_with=resources_digest(file, page, names, {}),
        box=page_area(file, page).box,
        turned=file.get(page.get("Rotate", b"0")),
        annotations=tuple(annotations_of(file, page)),
        appearances=frozenset(stream_digest(file, stream) for stream in appearances_of(file, page)),
        letters=LetterPlaces.of(content.character_centres(page) if content else ()),
    )


def is_placed(file: PdfFile, page: Mapping[str, Value], printed: PrintedPage) -> bool:
    """Whether a page has the size of the one of a part, and is turned like it."""
    return page_area(file, page).box == printed.box and file.get(page.get("Rotate", b"0")) == printed.turned


def _require_balance(content: bytes) -> None:
    """Raise ValueError where a content stream of ours does not restore each state that it saves.

    Streams with strings in parentheses are those of other people, which have been balanced when they were accepted.
    """
    marks = _SAVES.findall(content) if b"(" not in content else []
    if marks.count(b"q") != marks.count(b"Q"):
        raise ValueError("a page of a part does not restore the graphics state")


def resources_digest(file: PdfFile, page: Mapping[str, Value], names: Names, known: dict[int, bytes]) -> bytes:
    """A digest of what a page's content draws with, leaving out names that are not its own."""
    resources = file.dictionary(page.get("Resources"))
    digest = hashlib.sha256()
    for category, own in names:
        entries = file.dictionary(resources.get(category))
        if not own <= set(entries):
            return b""
        for name in sorted(own):
            digest.update(f"{category} {name} ".encode() + digest_of(file, entries[name], known))
    return digest.digest()


def digest_of(file: PdfFile, value: Value, known: dict[int, bytes]) -> bytes:
    """A digest of a value and of all that it leads to, whatever the numbers of these are."""
    return _digest(file, value, known, 0)


def _digest(file: PdfFile, value: Value, known: dict[int, bytes], depth: int) -> bytes:
    if depth > _DEEPEST:
        raise ValueError("what a page draws with is nested too deeply")
    if isinstance(value, Ref):
        if value not in known:
            item = file.objects[value]
            inner = _digest(file, item.value, known, depth + 1)
            known[value] = hashlib.sha256(inner + (item.stream or b"")).digest()
        return known[value]
    if isinstance(value, list):
        parts = [item if type(item) is bytes else _digest(file, item, known, depth + 1) for item in value]
        return _digest_of_parts(b"[", parts)
    if isinstance(value, dict):
        parts = []
        for name in sorted(value.keys() - _ELSEWHERE):
            entry = value[name]
            parts += [name.encode("latin-1"), _digest(file, entry, known, depth + 1)]
            if name in _NAMED:
                parts += _digests_of_names(file, file.dictionary(entry), known, depth + 2)
        return _digest_of_parts(b"<", parts)
    return value


def _digests_of_names(
    file: PdfFile, resources: Mapping[str, Value], known: dict[int, bytes], depth: int
) -> Iterator[bytes]:
    """Those resources of a category that have a name which leads elsewhere in any other dictionary."""
    for name in sorted(resources.keys() & _ELSEWHERE):
        yield from (name.encode("latin-1"), _digest(file, resources[name], known, depth))


def _digest_of_parts(kind: bytes, parts: Iterable[bytes]) -> bytes:
    """A digest of parts, each with its length, so that none is taken for a piece of another."""
    return hashlib.sha256(kind + b"".join(b"%d %b" % (len(part), part) for part in parts)).digest()


def annotations_of(file: PdfFile, page: Mapping[str, Value]) -> Iterator[PageAnnotation]:
    """The links and form fields of a page, in their order."""
    return (annotation_of(file, reference) for reference in file.array(page.get("Annots")))


def annotation_of(file: PdfFile, reference: Value) -> PageAnnotation:
    """A link or form field."""
    entries = file.dictionary(reference)
    holder = {**file.dictionary(entries.get("Parent")), **entries} if "T" not in entries else entries
    return PageAnnotation(
        kind=(file.get(entries.get("Subtype")), file.get(holder.get("FT"))),
        place=write(file.array(entries.get("Rect"))),
        name=_text(file, holder.get("T")),
        label=_text(file, entries.get("TU", holder.get("TU", entries.get("Contents")))),
        flags=int(_number(file, holder.get("Ff"))) | int(_number(file, entries.get("F"))) << 32,
        look=_written(file, entries, ("Border", "BS", "MK", "C")),
        action=_written(file, {**entries, **file.dictionary(entries.get("A"))}, ("AA", "S", "URI", "JS", "Next")),
    )


def values_of(file: PdfFile, page: Mapping[str, Value]) -> Iterator[str]:
    """What the form fields of a page are filled with."""
    return (value for widget in file.array(page.get("Annots")) for value in values_in(file, widget))


def values_in(file: PdfFile, widget: Value) -> Iterator[str]:
    """What a form field is filled with. A field of several widgets has it one level higher (ISO 32000-1, 12.7.3.1)."""
    field = file.dictionary(widget)
    for _ in range(_HIGHEST):
        value = file.get(field.get("V"))
        if isinstance(value, bytes) and value.startswith((b"(", b"<")):
            yield string_text(value)
        field = file.dictionary(field.get("Parent"))


def _text(file: PdfFile, value: Value | None) -> str:
    string = file.get(value)
    return string_text(string) if isinstance(string, bytes) and string.startswith((b"(", b"<")) else ""


def _written(file: PdfFile, entries: Mapping[str, Value], names: Iterable[str]) -> bytes:
    """Some entries, with what they lead to."""
    return b" ".join(
        b"%s %s" % (name.encode(), digest_of(file, entries[name], {})) for name in names if name in entries
    )


def _number(file: PdfFile, value: Value | None) -> float:
    number = file.get(value)
    return float(number) if isinstance(number, bytes) and number != b"null" else 0.0


def appearances_of(file: PdfFile, page: Mapping[str, Value]) -> Iterator[Ref]:
    """The drawings that show the annotations of a page."""
    for annotation in file.array(page.get("Annots")):
        yield from appearances_in(file, file.dictionary(annotation))


def appearances_in(file: PdfFile, annotation: Mapping[str, Value]) -> Iterator[Ref]:
    """The drawings that show an annotation."""
    normal = file.dictionary(annotation.get("AP")).get("N")
    drawings = [normal] if isinstance(normal, Ref) else list(file.dictionary(normal).values())
    yield from (drawing for drawing in drawings if isinstance(drawing, Ref))
