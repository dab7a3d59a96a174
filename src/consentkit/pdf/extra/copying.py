"""Copies what a page draws with out of a foreign file into a new one.

Guarantees: only what is needed for drawing is copied; no page, annotation, action, structure or metadata comes along,
whichever way they are reached. All data is sound: compressed anew or checked, drawings read strictly. The copy does not
depend on anything but the file: the same file gives the same objects in the same order.
"""

from __future__ import annotations

import hashlib
import io
from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from typing import TypeAlias

from pypdf.generic import (
    ArrayObject,
    ByteStringObject,
    DictionaryObject,
    FloatObject,
    IndirectObject,
    NameObject,
    NullObject,
    NumberObject,
    PdfObject,
    StreamObject,
)

from consentkit.pdf.extra.drawing import Drawing, Unsound, read_drawing
from consentkit.pdf.extra.streams import Budget, Peeled, packed, peeled
from consentkit.pdf.extra.values import Key, dictionary, name_of, numbers_of, resolved

Matrix: TypeAlias = tuple[float, float, float, float, float, float]

_CATEGORIES = ("/ExtGState", "/ColorSpace", "/Pattern", "/Shading", "/XObject", "/Font", "/Properties")
_NAMED = {*_CATEGORIES, "/CharProcs", "/Colorants"}
"""Entries that hold dictionaries whose keys the author of a file makes up."""
_LEFT_OUT = {
    *("/A", "/AA", "/AF", "/AP", "/Action", "/Alternates", "/Annots", "/Dest", "/EF", "/JS", "/Kids", "/LastModified"),
    *("/Measure", "/Metadata", "/Names", "/OC", "/OPI", "/P", "/Parent", "/PieceInfo", "/Popup", "/PtData", "/Ref"),
    *("/StructParent", "/StructParents", "/Thumb"),
}
_NO_DRAWING = {
    *("/Action", "/Annot", "/Catalog", "/Outlines", "/Page", "/Pages", "/Sig", "/StructElem", "/StructTreeRoot"),
}
_PROPERTIES = ("/Type", "/Subtype", "/MCID", "/Lang", "/ActualText", "/Alt", "/E")
"""What a screen reader makes use of in the property list of marked content."""


class Objects:
    """The objects of a new file, numbered as they are added."""

    def __init__(self) -> None:
        self._all: list[PdfObject] = []

    def add(self, thing: PdfObject | None = None) -> IndirectObject:
        """Add an object, or keep a number for one."""
        self._all.append(NullObject() if thing is None else thing)
        return IndirectObject(len(self._all), 0, self)

    def put(self, reference: IndirectObject, thing: PdfObject) -> None:
        """Put an object where a number was kept for it."""
        self._all[reference.idnum - 1] = thing

    def get_object(self, reference: IndirectObject) -> PdfObject:
        """The object that a reference of the new file names; pypdf asks for it by this name."""
        return self._all[reference.idnum - 1]

    def file(self, root: IndirectObject) -> bytes:
        """The file, with a plain cross-reference table and an identifier made from its contents."""
        out = io.BytesIO()
        out.write(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
        table = [b"0000000000 65535 f \n"]
        for number, thing in enumerate(self._all, 1):
            table.append(b"%010d 00000 n \n" % out.tell())
            out.write(b"%d 0 obj\n" % number)
            thing.write_to_stream(out)
            out.write(b"\nendobj\n")
        start = out.tell()
        out.write(b"xref\n0 %d\n" % len(table) + b"".join(table) + b"trailer\n")
        identifier = ByteStringObject(hashlib.sha256(out.getvalue()).digest()[:16])
        trailer = {"/Size": NumberObject(len(table)), "/Root": root, "/ID": ArrayObject([identifier, identifier])}
        made(trailer).write_to_stream(out)
        out.write(b"\nstartxref\n%d\n%%%%EOF\n" % start)
        return out.getvalue()


def made(entries: Mapping[str, PdfObject]) -> DictionaryObject:
    """Make a dictionary."""
    return DictionaryObject({NameObject(key): value for key, value in entries.items()})


class Copier:
    """Copies objects of one file, each of them once."""

    def __init__(self, objects: Objects) -> None:
        self.objects = objects
        self.drawings: dict[Key, Drawing] = {}
        """The drawings that pages and pictures share, by their place in the foreign file."""
        self.references: dict[Key, IndirectObject] = {}
        """Where these have gone."""
        self._budget = Budget()
        self._copied: dict[tuple[Key, bool], IndirectObject] = {}
        self._waiting: deque[tuple[PdfObject, bool, IndirectObject, Key, DictionaryObject]] = deque()
        self._page = DictionaryObject()
        self._page_copy: IndirectObject | None = None

    def resources(self, resources: DictionaryObject, matrix: Matrix | None = None) -> DictionaryObject:
        """Copy what a page draws with. A matrix is where its origin has gone. Raises Unsound."""
        self._page, self._page_copy = resources, None
        patterns = resolved(resources.get("/Pattern"))
        is_moved = matrix is not None and isinstance(patterns, DictionaryObject)
        copy = self._resources(resources, without="/Pattern" if is_moved else "")
        if matrix is not None and isinstance(patterns, DictionaryObject):
            copy[NameObject("/Pattern")] = made({key: self._moved(patterns, key, matrix) for key in patterns})
        self._drain()
        return copy

    def picture(self, reference: IndirectObject | StreamObject, resources: DictionaryObject) -> IndirectObject:
        """Copy a picture that an annotation shows. `resources` serve where it has none of its own."""
        self._page, self._page_copy = resources, None
        copy = self.copy(reference)
        self._drain()
        if not isinstance(copy, IndirectObject):
            raise Unsound("a picture that is none")
        return copy

    def part(self, value: PdfObject | None) -> PdfObject:
        """Copy any other value."""
        copy = self.copy(value)
        self._drain()
        return copy

    def data(self, stream: StreamObject) -> bytes:
        """The data of a stream that is no picture. Raises Unsound."""
        content = peeled(stream, self._budget)
        if content.filters:
            raise Unsound("a drawing that is packed as a picture")
        return content.data

    def copy(self, value: PdfObject | None, *, named: bool = False) -> PdfObject:
        """Copy a value; what it refers to follows."""
        found = resolved(value)
        if isinstance(found, DictionaryObject) and name_of(found, "/Type") in _NO_DRAWING:
            return NullObject()
        if isinstance(value, IndirectObject) and isinstance(found, DictionaryObject | ArrayObject):
            return self._reference((value.idnum, value.generation), found, named)
        if isinstance(found, StreamObject):
            raise Unsound("a stream without a number")
        if isinstance(found, DictionaryObject):
            return self._entries(found, named)
        if isinstance(found, ArrayObject):
            return self._items(found)
        return found

    def _reference(self, key: Key, found: PdfObject, named: bool) -> IndirectObject:
        if (key, named) not in self._copied:
            kept = self.objects.add()
            self._copied[key, named] = kept
            self._waiting.append((found, named, kept, key, self._page))
        return self._copied[key, named]

    def _drain(self) -> None:
        while self._waiting:
            found, named, kept, key, self._page = self._waiting.popleft()
            self.objects.put(kept, self._contents(found, named, key))

    def _contents(self, found: PdfObject, named: bool, key: Key) -> PdfObject:
        if isinstance(found, StreamObject):
            return self._stream(found, key)
        if isinstance(found, DictionaryObject):
            return self._entries(found, named)
        return self._items(found) if isinstance(found, ArrayObject) else found

    def _items(self, found: ArrayObject) -> ArrayObject:
        return ArrayObject([self.copy(item) for item in found])

    def _entries(self, found: DictionaryObject, named: bool) -> DictionaryObject:
        if named:
            return made({key: self.copy(found.get(key)) for key in found})
        copy: dict[str, PdfObject] = {}
        for key in found:
            if key == "/Resources":
                copy[key] = self._resources(dictionary(found.get(key)))
            elif key not in _LEFT_OUT:
                copy[key] = self.copy(found.get(key), named=key in _NAMED)
        return made(copy)

    def _stream(self, stream: StreamObject, key: Key) -> StreamObject:
        content = peeled(stream, self._budget)
        entries = self._entries(stream, named=False)
        if name_of(stream, "/Subtype") == "/Form" or "/PatternType" in stream:
            content = self._drawing(content, stream, key)
            if "/Resources" not in stream:
                entries[NameObject("/Resources")] = self._resources_of_page()
        filters = tuple((name, self.copy(parameters)) for name, parameters in content.filters)
        return packed(replace(content, filters=filters), entries)

    def _drawing(self, content: Peeled, stream: StreamObject, key: Key) -> Peeled:
        if content.filters:
            raise Unsound("a drawing that is packed as a picture")
        own = resolved(stream.get("/Resources"))
        drawing = read_drawing(content.data, mcids_in(own if isinstance(own, DictionaryObject) else self._page))
        if (key, False) in self._copied:
            self.drawings[key] = drawing
            self.references[key] = self._copied[key, False]
        return Peeled(drawing.data)

    def _resources_of_page(self) -> IndirectObject:
        """What old files let a picture borrow from the page that shows it."""
        if self._page_copy is None:
            self._page_copy = self.objects.add()
            self.objects.put(self._page_copy, self._resources(self._page))
        return self._page_copy

    def _resources(self, resources: DictionaryObject, *, without: str = "") -> DictionaryObject:
        copy: dict[str, PdfObject] = {}
        for category in _CATEGORIES:
            named = resolved(resources.get(category))
            if isinstance(named, NullObject) or category == without:
                continue
            if not all(name.isascii() for name in dictionary(named)):
                raise Unsound("names that programs read in different ways")
            if category == "/Properties":
                copy[category] = made({key: _properties(dictionary(named).get(key)) for key in dictionary(named)})
            else:
                copy[category] = self._entries(dictionary(named), named=True)
        return made(copy)

    def _moved(self, patterns: DictionaryObject, key: str, matrix: Matrix) -> IndirectObject:
        """A copy of a pattern, which hangs on the origin of the page (ISO 32000-1, 8.7.3.1), where that has gone."""
        found = dictionary(patterns.get(key))
        own = numbers_of(found["/Matrix"], 6) if "/Matrix" in found else [1, 0, 0, 1, 0, 0]
        number = patterns.get(key)
        if isinstance(found, StreamObject):
            if not isinstance(number, IndirectObject):
                raise Unsound("a stream without a number")
            copy: DictionaryObject = self._stream(found, (number.idnum, number.generation))
        else:
            copy = self._entries(found, named=False)
        copy[NameObject("/Matrix")] = numbers(product((own[0], own[1], own[2], own[3], own[4], own[5]), matrix))
        return self.objects.add(copy)


def mcids_in(resources: DictionaryObject) -> dict[str, int | None]:
    """The MCID of each property list, None where it has none."""
    named = resolved(resources.get("/Properties"))
    if not isinstance(named, DictionaryObject):
        return {}
    found: dict[str, int | None] = {}
    for name in named:
        entries = resolved(named.get(name))
        mcid = resolved(entries.get("/MCID")) if isinstance(entries, DictionaryObject) else None
        found[str(name)] = int(mcid) if isinstance(mcid, int) else None
    return found


def _properties(value: PdfObject | None) -> DictionaryObject:
    entries = dictionary(value)
    values = {key: resolved(entries.get(key)) for key in _PROPERTIES if key in entries}
    return made({key: item for key, item in values.items() if not isinstance(item, DictionaryObject | ArrayObject)})


def product(first: Matrix, second: Matrix) -> Matrix:
    """The matrix that does the first and then the second (ISO 32000-1, 8.3.4)."""
    a, b, c, d, e, f = first
    k, m, n, o, p, q = second
    return a * k + b * n, a * m + b * o, c * k + d * n, c * m + d * o, e * k + f * n + p, e * m + f * o + q


def numbers(values: Matrix | tuple[float, float, float, float]) -> ArrayObject:
    """A list of numbers, whole ones written as such."""
    return ArrayObject([NumberObject(int(value)) if value == int(value) else FloatObject(value) for value in values])


def written(values: Matrix) -> bytes:
    """Numbers as they stand in a drawing."""
    return b" ".join(_number(value) for value in values)


def _number(value: float) -> bytes:
    return f"{value:.6f}".rstrip("0").rstrip(".").encode() if value != int(value) else b"%d" % int(value)
