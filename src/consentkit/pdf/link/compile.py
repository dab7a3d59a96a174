"""A finished part, prepared for being linked into any number of packets.

Guarantees: a compiled part has none of the objects of which a packet has only one (catalog, page tree, roots of the
structure, the bookmarks and the form); every reference in it leads to another object in it. ValueError is raised for a
file for which this is not true.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Set
from dataclasses import dataclass, field
from functools import cached_property

from consentkit.pdf.file.objects import PdfObject
from consentkit.pdf.file.reader import PdfFile, read_file
from consentkit.pdf.file.syntax import Ref, Value, WrittenValue, form_of, integer, number, string_bytes
from consentkit.pdf.file.writer import ObjectStream

_BYTES_OF_AN_OBJECT = 1_300
"""What an object takes in memory: 1,000 bytes as it is written and parsed, and 80 for each place (measured)."""


@dataclass(frozen=True)
class CompiledStream:
    """A stream as it is stored: its dictionary, its data, and a digest if several parts may share the stream."""

    dictionary: WrittenValue
    data: bytes
    digest: bytes | None

    @classmethod
    def stored(cls, entries: dict[str, Value], data: bytes) -> CompiledStream:
        """A stream with its dictionary. One that leads nowhere may be shared."""
        dictionary = form_of(entries)
        if dictionary.references or "StructParents" in entries:
            return cls(dictionary, data, None)
        return cls(dictionary, data, cls.digest_of(dictionary, data))

    @staticmethod
    def digest_of(dictionary: WrittenValue, data: bytes) -> bytes:
        """The digest of a stream that may be shared."""
        return hashlib.sha256(dictionary.text + b"\0" + data).digest()


@dataclass(frozen=True, eq=False)
class CompiledPart:
    """What the linker needs to know of a part. Numbers are those of the part's own file."""

    pdf: bytes = field(repr=False)
    """Its file."""
    plain: dict[int, WrittenValue]
    """Objects that go into a packet unchanged, except for the numbers in their references."""
    streams: dict[int, CompiledStream]
    edited: tuple[int, ...]
    """Objects that differ from packet to packet: pages, links, fields, some structure elements."""
    pages: tuple[int, ...]
    language: str
    elements: tuple[int, ...]
    """The structure elements at the top level; none in a file without tags."""
    parents: tuple[tuple[int, Value], ...]
    """The entries of the parent tree."""
    destinations: Mapping[bytes, Value]
    bookmarks: tuple[int, ...]
    fields: tuple[int, ...]
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in points."""
    packed: dict[tuple[Ref, ...], list[ObjectStream]] = field(default_factory=dict, repr=False, compare=False)
    """Its plain objects as they are written under these numbers, for the next packet with the same papers."""

    @cached_property
    def file(self) -> PdfFile:
        """The objects of its file, each of which is parsed when it is needed."""
        return read_file(self.pdf)

    @cached_property
    def identity(self) -> object:
        """An object that no other part ever has, so that a part can be known again without being kept."""
        return object()

    @cached_property
    def size(self) -> int:
        """About how many bytes it takes: its file, its streams, and its objects, most of which get parsed."""
        streams = sum(len(stream.data) for stream in self.streams.values())
        return len(self.pdf) + streams + _BYTES_OF_AN_OBJECT * sum(1 for _ in self.numbers)

    @property
    def numbers(self) -> Iterator[int]:
        """The number of every object that goes into a packet."""
        yield from self.plain
        yield from self.streams
        yield from self.edited


def compile_part(pdf: bytes, written_on: Iterable[int] = ()) -> CompiledPart:
    """Compile a file. `written_on` are the structure elements to which text will be added. Raises ValueError."""
    file = read_file(pdf)
    try:
        return _compiled(pdf, file, written_on)
    except (KeyError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("the file is damaged") from error


def _compiled(pdf: bytes, file: PdfFile, written_on: Iterable[int]) -> CompiledPart:
    inventory = _Inventory(file)
    edited = dict.fromkeys([*inventory.edited(), *written_on])
    dropped = inventory.dropped()
    plain: dict[int, WrittenValue] = {}
    streams: dict[int, CompiledStream] = {}
    for place, item in file.objects.items():
        if place in edited or place in dropped:
            continue
        if item.stream is None:
            plain[place] = form_of(item.value)
        else:
            streams[place] = CompiledStream.stored(item.entries, item.stream)
    own = tuple(place for place in edited if place not in dropped)
    return _part(pdf, file, inventory, plain, streams, own)


def recompiled(
    pdf: bytes,
    written_on: Iterable[int],
    plain: dict[int, WrittenValue],
    streams: dict[int, CompiledStream],
    edited: tuple[int, ...],
) -> CompiledPart:
    """The compiled part of a file of which it is said what its objects become, so that they need not be parsed.

    Which of them are its pages, elements, links, fields and bookmarks, and what leads to them, is seen in the file.
    Raises ValueError where one of these would not be edited, or where the file has no such objects.
    """
    file = read_file(pdf)
    try:
        inventory = _Inventory(file)
        if not {*inventory.edited_in_place(), *written_on} <= {*edited, *inventory.dropped()}:
            raise ValueError("an object is not edited that must be")
        if not file.objects.keys() >= {*plain, *streams, *edited}:
            raise ValueError("the file has no such object")
        part = _part(pdf, file, inventory, plain, streams, edited)
    except (KeyError, IndexError, TypeError, OverflowError, RecursionError) as error:
        raise ValueError("the file is damaged") from error
    part.__dict__["file"] = file  # as it will be needed: what was parsed of it need not be parsed again
    return part


def _part(
    pdf: bytes,
    file: PdfFile,
    inventory: _Inventory,
    plain: dict[int, WrittenValue],
    streams: dict[int, CompiledStream],
    edited: tuple[int, ...],
) -> CompiledPart:
    if not inventory.pages:
        raise ValueError("the file has no pages")
    part = CompiledPart(
        pdf=pdf,
        plain=plain,
        streams=streams,
        edited=edited,
        pages=inventory.pages,
        language=inventory.language,
        elements=inventory.elements,
        parents=inventory.parents,
        destinations=inventory.destinations,
        bookmarks=inventory.bookmarks,
        fields=inventory.fields,
        sizes=tuple(_size(file, page) for page in inventory.pages),
    )
    _require_complete(part, file, inventory.dropped())
    return part


def _require_complete(part: CompiledPart, file: PdfFile, dropped: set[int]) -> None:
    """Raise ValueError if an object is missing. Edited objects may refer to what the linker replaces."""
    known = set(part.numbers)
    for form in (*part.plain.values(), *(stream.dictionary for stream in part.streams.values())):
        _require(form.references, known)
    for place in part.edited:
        _require(form_of(file.objects[place].value).references, known | dropped)


def _require(references: Iterable[Ref], known: Set[int]) -> None:
    if lost := [int(reference) for reference in references if reference not in known]:
        raise ValueError(f"object {lost[0]} is referred to, but does not go into a packet")


def _size(file: PdfFile, page: int) -> tuple[float, float]:
    left, bottom, right, top = (number(edge) for edge in file.array(file.objects[page].entries["MediaBox"]))
    return right - left, top - bottom


def attributes_of(element: Mapping[str, Value]) -> list[dict[str, Value]]:
    """The attribute objects of a structure element that are direct objects in it."""
    value = element.get("A")
    return [item for item in (value if isinstance(value, list) else [value]) if isinstance(item, dict)]


class _Inventory:
    """Identifies the objects of a file by what they are for."""

    def __init__(self, file: PdfFile) -> None:
        self._file = file
        catalog = file.catalog
        self._tree = file.dictionary(catalog.get("StructTreeRoot"))
        self._form = file.dictionary(catalog.get("AcroForm"))
        self._roles = {b"/" + name.encode("latin-1") for name in file.dictionary(self._tree.get("RoleMap"))}
        self._holders: set[int] = set()
        self.pages = tuple(self._page_numbers(catalog["Pages"]))
        self.language = string_bytes(catalog["Lang"]).decode("latin-1") if "Lang" in catalog else ""
        self.elements = tuple(self._references(self._tree.get("K")))
        self.parents = tuple(self._number_tree(self._tree.get("ParentTree")))
        names = file.dictionary(catalog.get("Names"))
        self.destinations = dict(self._name_tree(names.get("Dests")))
        self.bookmarks = tuple(self._siblings(file.dictionary(catalog.get("Outlines")).get("First")))
        self.fields = tuple(self._references(self._form.get("Fields")))
        self._note("Root", file.trailer)
        self._note("Info", file.trailer)
        for name in ("Pages", "StructTreeRoot", "AcroForm", "Names", "Outlines", "Metadata", "PageLabels"):
            self._note(name, catalog)
        for name in ("IDTree", "RoleMap", "ClassMap"):
            self._note(name, self._tree)

    def edited(self) -> Iterator[int]:
        """Objects that differ from packet to packet."""
        yield from self.edited_in_place()
        for place, item in self._file.objects.items():
            has_marks = item.stream is not None and "StructParents" in item.entries
            if has_marks or self._has_names(item):
                yield place

    def edited_in_place(self) -> Iterator[int]:
        """Those of them that are where the file leads to: no other object has to be parsed to know them."""
        file = self._file
        yield from self.pages
        for page in self.pages:
            notes = file.array(file.objects[page].entries.get("Annots"))
            yield from (note for note in notes if isinstance(note, Ref))
        yield from self.elements
        yield from self.bookmarks
        yield from self.fields
        yield from (value for _, value in self.parents if isinstance(value, Ref) and isinstance(file.get(value), list))

    def dropped(self) -> set[int]:
        """Objects of which a packet has only one, and which the linker writes."""
        return self._holders

    def _has_names(self, item: PdfObject) -> bool:
        """Whether a structure element has or uses a name that might mean something else in another part."""
        entries = item.entries
        if entries.get("Type") != b"/StructElem":
            return False
        has_headers = any("Headers" in attributes for attributes in attributes_of(entries))
        return has_headers or "ID" in entries or "C" in entries or entries.get("S") in self._roles

    def _note(self, name: str, holder: Mapping[str, Value]) -> None:
        value = holder.get(name)
        if isinstance(value, Ref):
            self._holders.add(value)

    def _references(self, value: Value | None) -> list[Ref]:
        """The references in an array, which itself does not go into a packet; a single one counts as an array."""
        items = self._file.get(value)
        if isinstance(items, list):
            if isinstance(value, Ref):
                self._holders.add(value)
            return [item for item in items if isinstance(item, Ref)]
        return [value] if isinstance(value, Ref) else []

    def _page_numbers(self, node: Value) -> Iterator[int]:
        for kid in self._references(self._file.dictionary(node)["Kids"]):
            entries = self._file.dictionary(kid)
            if entries.get("Type") == b"/Pages":
                self._holders.add(kid)
                yield from self._page_numbers(kid)
            else:
                yield kid

    def _siblings(self, reference: Value | None) -> Iterator[int]:
        seen: set[int] = set()
        while isinstance(reference, Ref):
            if reference in seen:
                raise ValueError("the bookmarks form a circle")
            seen.add(reference)
            yield reference
            reference = self._file.dictionary(reference).get("Next")

    def _number_tree(self, node: Value | None) -> Iterator[tuple[int, Value]]:
        for key, value in self._leaves(node, "Nums"):
            yield integer(key), value

    def _name_tree(self, node: Value | None) -> Iterator[tuple[bytes, Value]]:
        for key, value in self._leaves(node, "Names"):
            yield string_bytes(key), self._file.get(value)

    def _leaves(self, node: Value | None, name: str) -> Iterator[tuple[Value, Value]]:
        """The pairs of a name tree or number tree (ISO 32000-1, 7.9.6)."""
        if isinstance(node, Ref):
            self._holders.add(node)
        entries = self._file.dictionary(node)
        items = self._file.array(entries.get(name))
        yield from zip(items[::2], items[1::2], strict=True)
        for kid in self._file.array(entries.get("Kids")):
            yield from self._leaves(kid, name)
