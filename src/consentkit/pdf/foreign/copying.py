"""Copies the resources of pages from a foreign file into a new one.

Guarantees: only what is needed for drawing is copied; no page, annotation, action, structure, layer or metadata is
included, however it is referenced. All data is sound: compressed again or checked, drawings read strictly. The copy
depends on nothing but the file: the same file gives the same objects.
"""

from __future__ import annotations

import io
from collections import deque
from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pikepdf
from pikepdf import Array, Dictionary, ObjectStreamMode, Stream, StreamDecodeLevel

from consentkit.pdf.file.geometry import Matrix, product
from consentkit.pdf.foreign.drawing import Drawing, Unsound, read_drawing
from consentkit.pdf.foreign.streams import Budget, Peeled, fill, peeled
from consentkit.pdf.foreign.values import (
    ObjectKey,
    dictionary,
    entries_of,
    has_entries,
    name_of,
    names_in,
    numbers_of,
    object_key,
    optional_dictionary,
    plain_value,
    put,
    whole_number,
)

_CATEGORIES = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties")
_NAMED = {*_CATEGORIES, "/CharProcs", "/Colorants"}
"""Entries that hold dictionaries whose keys the author of a file makes up."""
_LEFT_OUT = {
    *("/A", "/AA", "/AF", "/AP", "/Action", "/Alternates", "/Annots", "/Dest", "/EF", "/JS", "/Kids", "/LastModified"),
    *("/Measure", "/Metadata", "/Names", "/OC", "/OPI", "/P", "/Parent", "/PieceInfo", "/Popup", "/PtData", "/Ref"),
    *("/StructParent", "/StructParents", "/Thumb"),
}
_NO_DRAWING = {
    *("/Action", "/Annot", "/Catalog", "/OCG", "/OCMD", "/Outlines", "/Page", "/Pages", "/Sig", "/StructElem"),
    "/StructTreeRoot",
}
_PROPERTIES = ("/Type", "/Subtype", "/MCID", "/Lang", "/ActualText", "/Alt", "/E")
"""The entries that a screen reader uses in the property list of marked content."""
_LAYERS = ("/OCG", "/OCMD")


def written_file(file: pikepdf.Pdf) -> bytes:
    """A new file as bytes: a plain table of objects, data as it is, an identifier made from the contents."""
    out = io.BytesIO()
    file.save(
        out,
        deterministic_id=True,
        force_version="1.7",
        object_stream_mode=ObjectStreamMode.disable,
        compress_streams=False,
        stream_decode_level=StreamDecodeLevel.none,
    )
    return out.getvalue()


class Copier:
    """Copies objects of one file, each of them once."""

    def __init__(self, new: pikepdf.Pdf) -> None:
        self.new = new
        self.drawings: dict[ObjectKey, Drawing] = {}
        """The drawings that pages and pictures share, by their number in the foreign file."""
        self.references: dict[ObjectKey, Any] = {}
        """Their copies in the new file."""
        self._budget = Budget()
        self._read: dict[ObjectKey, Drawing] = {}
        self._copied: dict[tuple[ObjectKey, bool], Any] = {}
        self._waiting: deque[tuple[Any, bool, Any, ObjectKey, Any]] = deque()
        self._page: Any = Dictionary()
        self._page_copy: Any = None

    def resources(self, resources: Any, matrix: Matrix | None = None) -> Any:
        """Copy the resources of a page. A matrix is given if the page is moved. Raises Unsound."""
        self._page, self._page_copy = resources, None
        patterns = optional_dictionary(resources.get("/Pattern"))
        copy = self._resources(resources, without="/Pattern" if matrix is not None else "")
        if matrix is not None and "/Pattern" in resources:
            copy["/Pattern"] = Dictionary({key: self._moved(patterns, key, matrix) for key in names_in(patterns)})
        self._drain()
        return copy

    def picture(self, picture: Any, resources: Any) -> Any:
        """Copy the picture of an annotation. `resources` are used if it has none of its own."""
        self._page, self._page_copy = resources, None
        copy = self.copy(picture)
        self._drain()
        return copy

    def part(self, value: Any) -> Any:
        """Copy any other value."""
        copy = self.copy(value)
        self._drain()
        return copy

    def data(self, stream: Any) -> bytes:
        """The data of a stream that is not an image. Raises Unsound."""
        if not isinstance(stream, Stream):
            raise Unsound("a page without a drawing")
        content = peeled(stream, self._budget)
        if content.filters:
            raise Unsound("a drawing that is packed as a picture")
        return content.data

    def drawing_of(self, stream: Any, inherited: Any) -> Drawing:
        """The drawing of a picture; `inherited` are the resources of what draws it. Raises Unsound."""
        key = object_key(stream)
        if key is None:
            raise Unsound("a stream without a number")
        if key not in self._read:
            own = stream.get("/Resources", inherited)
            self._read[key] = read_drawing(self.data(stream), mcids_in(own))
        return self._read[key]

    def copy(self, value: Any, *, named: bool = False) -> Any:
        """Copy a value; the objects that it refers to are copied afterwards."""
        if has_entries(value) and name_of(value, "/Type") in _NO_DRAWING:
            return None
        is_container = has_entries(value) or isinstance(value, Array)
        if is_container and (key := object_key(value)) is not None:
            return self._reference(key, value, named)
        if isinstance(value, Stream):
            raise Unsound("a stream without a number")
        if has_entries(value):
            return Dictionary(self._entries(value, named))
        if isinstance(value, Array):
            return Array(self._items(value))
        return plain_value(value)

    def _reference(self, key: ObjectKey, source: Any, named: bool) -> Any:
        if (key, named) not in self._copied:
            empty: Any = Array() if isinstance(source, Array) else Dictionary()
            if isinstance(source, Stream):
                empty = Stream(self.new, b"")
            copy = self.new.make_indirect(empty)
            self._copied[key, named] = copy
            self._waiting.append((source, named, copy, key, self._page))
        return self._copied[key, named]

    def _drain(self) -> None:
        while self._waiting:
            source, named, copy, key, self._page = self._waiting.popleft()
            if isinstance(source, Stream):
                self._fill_stream(copy, source, key)
            elif isinstance(source, Array):
                copy.extend(self._items(source))
            else:
                put(copy, self._entries(source, named))

    def _items(self, source: Any) -> list[Any]:
        return [self.copy(item) for item in source]

    def _entries(self, source: Any, named: bool) -> dict[str, Any]:
        if named:
            return {key: self.copy(source.get(key)) for key in names_in(source)}
        copy: dict[str, Any] = {}
        for key, value in entries_of(source):
            if key == "/Resources":
                copy[key] = self._resources(dictionary(value))
            elif key not in _LEFT_OUT and key.isascii():
                copy[key] = self.copy(value, named=key in _NAMED)
        return copy

    def _fill_stream(self, copy: Any, stream: Any, key: ObjectKey) -> None:
        entries = self._entries(stream, named=False)
        if name_of(stream, "/Subtype") == "/Form" or "/PatternType" in stream:
            drawing = self.drawing_of(stream, self._page)
            content = Peeled(drawing.data)
            if (key, False) in self._copied:
                self.drawings[key], self.references[key] = drawing, copy
            if "/Resources" not in stream:
                entries["/Resources"] = self._resources_of_page()
        else:
            content = peeled(stream, self._budget)
        filters = tuple((name, self.copy(parameters)) for name, parameters in content.filters)
        fill(copy, replace(content, filters=filters), entries)

    def _resources_of_page(self) -> Any:
        """The resources that a picture in an old file may borrow from the page that draws it."""
        if self._page_copy is None:
            self._page_copy = self.new.make_indirect(Dictionary())
            put(self._page_copy, dict(self._resources(self._page).items()))
        return self._page_copy

    def _resources(self, resources: Any, *, without: str = "") -> Any:
        copy: dict[str, Any] = {}
        for category in _CATEGORIES:
            if category not in resources or category == without:
                continue
            named = dictionary(resources.get(category))
            if category == "/Properties":
                copy[category] = Dictionary({key: _properties(named.get(key)) for key in names_in(named)})
            else:
                copy[category] = Dictionary(self._entries(named, named=True))
        return Dictionary(copy)

    def _moved(self, patterns: Any, key: str, matrix: Matrix) -> Any:
        """A copy of a pattern, moved with the page to whose origin it is relative (ISO 32000-1, 8.7.3.1)."""
        pattern = dictionary(patterns.get(key))
        own = numbers_of(pattern.get("/Matrix"), 6) if "/Matrix" in pattern else [1, 0, 0, 1, 0, 0]
        if isinstance(pattern, Stream):
            number = object_key(pattern)
            assert number is not None
            copy: Any = self.new.make_indirect(Stream(self.new, b""))
            self._fill_stream(copy, pattern, number)
        else:
            copy = self.new.make_indirect(Dictionary(self._entries(pattern, named=False)))
        copy["/Matrix"] = numbers(product((own[0], own[1], own[2], own[3], own[4], own[5]), matrix))
        return copy


def mcids_in(resources: Any) -> dict[str, int | None]:
    """The MCID of each property list, None if it has none."""
    named: Any = resources.get("/Properties") if has_entries(resources) else None
    if not has_entries(named):
        return {}
    mcids: dict[str, int | None] = {}
    for name, entries in named.items():
        mcids[str(name)] = whole_number(entries.get("/MCID")) if has_entries(entries) else None
    return mcids


def _properties(value: Any) -> Any:
    entries = dictionary(value)
    names = () if name_of(entries, "/Type") in _LAYERS else _PROPERTIES
    values = {key: entries.get(key) for key in names if key in entries}
    return Dictionary(
        {
            key: plain_value(item)
            for key, item in values.items()
            if not has_entries(item) and not isinstance(item, Array)
        }
    )


def numbers(values: Sequence[float]) -> Any:
    """An array of numbers, whole ones as integers."""
    return Array([int(value) if value == int(value) else Decimal(_number(value).decode()) for value in values])


def written(values: Sequence[float]) -> bytes:
    """Numbers as they are written in a drawing."""
    return b" ".join(_number(value) for value in values)


def _number(value: float) -> bytes:
    return f"{value:.6f}".rstrip("0").rstrip(".").encode() if value != int(value) else b"%d" % int(value)
