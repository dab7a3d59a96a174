"""Compiled parts become one packet: a file with one structure tree, one form, one list of bookmarks.

Guarantees: the text of a part, its looks and the way a screen reader reads it do not change; each part keeps its own
language, identifiers, link targets and form fields, even if others use the same names; a packet of tagged parts
conforms to PDF/UA-1 and PDF/A-2a if they do. No library that we know of joins tagged files without losing the
structure.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import BinaryIO, NamedTuple

from consentkit.pdf.file.syntax import Ref, Value, WrittenValue, byte_string, form_of, text_string, write
from consentkit.pdf.file.writer import FileSection, FileWriter, count_of_streams, object_streams
from consentkit.pdf.file.xmp import Info, packet
from consentkit.pdf.link.compile import CompiledPart, CompiledStream
from consentkit.pdf.link.filling import Gap
from consentkit.pdf.link.frame import Frame, LinkedBefore, PartNumbers, Reserved
from consentkit.pdf.link.insert import write_edited
from consentkit.pdf.link.order import CommonResources, DrawingResources, Insert, InsertShape, PlannedDrawing
from consentkit.pdf.link.own_objects import ENTRIES_OF_METADATA, entries_of_drawing, filled, put_drawing
from consentkit.pdf.link.shared import Branch, Shared, attach, bookmark, renumbered

_MOST_PLACES = 8
"""For how many places in packets a part keeps its plain objects as they are written there."""


class _CommonNumbers(NamedTuple):
    """The numbers of what drawings use in other packets, too."""

    objects: Sequence[tuple[Mapping[int, Ref], Sequence[int]]]
    """The number of each of its objects, and which of its streams are to be written."""
    resources: list[Ref]


class Linker:
    """Links parts into one packet, one after the other."""

    def __init__(self, out: BinaryIO, title: str, language: str, before: LinkedBefore | None = None) -> None:
        """`before` has what packets with the same papers have in common with this one."""
        self.file = FileWriter(out)
        self.shared = Shared(self.file.common)
        self._title, self._language, self._before = title, language, before
        self._page_nodes: list[Value] = []
        self._page_root = self.file.new_number()
        self._tree = self.file.new_number()
        self._branches = [self._new_branch()]
        self._next_page = 0
        self._labels: list[Value] = []
        self._expected: list[PartNumbers] = []
        self._inserts: list[Insert] = []
        """What is not linked yet."""
        self._streams: dict[bytes, Ref] = {}
        self._written: set[bytes] = set()
        self._drawn_with: dict[bytes, Ref] = {}
        """The streams that drawings use, by their digests."""
        self._common: dict[CommonResources, _CommonNumbers] = {}
        self._planned: dict[PlannedDrawing, Ref] = {}
        """Drawings that are to lie among what other packets have, too."""
        self.frame: Frame | None = None
        """What the finished file has in common with the next one with the same papers."""

    @property
    def beginning(self) -> bytes:
        """The bytes at the start of a finished file, which the next one with the same papers has, too."""
        return self.frame.beginning.data if self.frame else b""

    @property
    def branch(self) -> Branch:
        """The branch that is being filled."""
        return self._branches[-1]

    @property
    def is_nested(self) -> bool:
        """Whether what is added goes under a heading of its own."""
        return len(self._branches) > 1

    def expect_pages(self, count: int) -> int:
        """Reserve pages that will be added. Returns the number of the first of them, counted from 0."""
        first = len(self.shared.pages)
        self.shared.pages += [self.file.new_number() for _ in range(count)]
        return first

    def expect_parts(self, parts: Iterable[CompiledPart]) -> int:
        """Reserve pages and numbers for parts that will be added, each once, in this order.

        What comes before a part then does not change the numbers in it. Returns the number of the first page, counted
        from 0.
        """
        every = tuple(parts)
        if self._before is None or self.is_nested or self.shared.pages:
            return self._expect(every)
        reserved = self._before.reserved(every, lambda: self._reserve(every))
        self.shared.pages, self._expected = list(reserved.pages), list(reserved.parts)
        self._streams, self.file.count = dict(reserved.streams), reserved.count
        return 0

    def _reserve(self, parts: Sequence[CompiledPart]) -> Reserved:
        self._expect(parts)
        return Reserved(tuple(self.shared.pages), tuple(self._expected), dict(self._streams), self.file.count)

    def _expect(self, parts: Sequence[CompiledPart]) -> int:
        first = page = self.expect_pages(sum(len(part.pages) for part in parts))
        for part in parts:
            self._expected.append(self._numbers_of(part, page))
            page += len(part.pages)
        return first

    def share(self, resources: DrawingResources) -> Ref:
        """Add what drawings use. Returns the reference for them."""
        numbers, new = self._numbers_for_resources(resources)
        return self._write_resources(self.file, resources, numbers, new)

    def _numbers_for_resources(self, resources: DrawingResources) -> tuple[dict[int, Ref], list[int]]:
        """A number for each of their objects, and which of their streams are not in the packet yet."""
        new = [number for number, stream in resources.streams.items() if stream.digest not in self._drawn_with]
        numbers = {number: self.file.new_number() for number in (*resources.plain, *new)}
        for number, stream in resources.streams.items():
            if stream.digest is not None:
                numbers[number] = self._drawn_with.setdefault(stream.digest, numbers.get(number, Ref(0)))
        return numbers, new

    def _write_resources(
        self,
        file: FileSection,
        resources: DrawingResources,
        numbers: Mapping[int, Ref],
        new: Iterable[int],
        own: Ref | None = None,
    ) -> Ref:
        for number, form in resources.plain.items():
            file.put(numbers[number], _filled(form, numbers))
        for number in new:
            stream = resources.streams[number]
            file.put_stream(numbers[number], _filled(stream.dictionary, numbers), stream.data)
        own = file.new_number() if own is None else own
        file.put(own, write(renumbered(dict(resources.entries), numbers)))
        return own

    def share_in_common(self, common: CommonResources) -> list[Ref]:
        """Add what drawings use in other packets, too, where these have it. Returns the references for it."""
        if common not in self._common:
            known = [self._numbers_for_resources(resources) for resources in common.every]
            self._common[common] = _CommonNumbers(known, [self.file.new_number() for _ in common.every])
        return self._common[common].resources

    def draw_in_common(self, drawing: PlannedDrawing) -> Ref:
        """Add a drawing that other packets have, too, where these have it. Returns the reference for stamps."""
        if drawing not in self._planned:
            self._planned[drawing] = self.file.new_number()
        return self._planned[drawing]

    def _write_common(self) -> None:
        file = self.shared.file
        for common, numbers in self._common.items():
            for resources, (known, new), own in zip(common.every, numbers.objects, numbers.resources, strict=True):
                self._write_resources(file, resources, known, new, own)
        for drawing, number in self._planned.items():
            file.put_data(number, entries_of_drawing(drawing.box, drawing.resources), drawing.content, compress=False)

    def draw(self, content: bytes, box: Sequence[float], resources: Ref | None = None) -> Ref:
        """Add a drawing; `box` has its edges in points, as a planned one. Returns the reference for stamps."""
        number = self.file.new_number()
        put_drawing(self.file, number, content, box, resources)
        return number

    def open_branch(self) -> None:
        """Collect what is added from here on, until the branch is closed, under a separate heading."""
        self._branches.append(self._new_branch())

    def close_branch(self, title: str, name: str, first_page: int) -> None:
        """Close a branch; `name` is the name of the parent of its form fields."""
        branch = self._branches.pop()
        outer = self.branch
        entries: dict[str, Value] = {"Type": b"/StructElem", "S": b"/Part", "P": outer.element}
        self.shared.file.put(branch.element, write({**entries, "T": text_string(title), "K": branch.elements}))
        outer.elements.append(branch.element)
        item = bookmark(title, self.shared.pages[first_page], outer.bookmark)
        item.update(attach(branch.bookmarks, branch.bookmark), Count=b"-%d" % len(branch.bookmarks))
        for reference, below in branch.bookmarks:
            self.shared.file.put(reference, write(below))
        outer.bookmarks.append((branch.bookmark, item))
        if branch.field_kids:
            holder: dict[str, Value] = {"T": text_string(name), "Kids": branch.field_kids}
            if outer is not self._branches[0]:
                holder["Parent"] = outer.fields
            self.shared.file.put(branch.fields, write(holder))
            outer.field_kids.append(branch.fields)

    def add(self, insert: Insert) -> None:
        """Add a part after those that were added before."""
        if self.is_nested:
            self._fill(self._linked(insert.shape), insert)
        else:
            self._inserts.append(insert)

    def _fill(self, gaps: Iterable[Gap], insert: Insert) -> None:
        for gap in gaps:
            self.file.put(gap.number, filled(gap.opening, text_string(gap.text_in(insert))))

    def _linked(self, shape: InsertShape) -> list[Gap]:
        """Write what no visit changes of a part. Returns the rest."""
        part, file = shape.part, self.shared.file
        known = self._expected.pop(0) if self._expected else self._numbers_of(part, self._next_page)
        pages = self.shared.pages[self._next_page : self._next_page + len(part.pages)]
        self._write_packed(part, known)
        for number, stream in part.streams.items():
            self._write_stream(known.numbers[number], stream, known.numbers)
        node = file.new_number()
        gaps = write_edited(self.shared, self.branch, shape, known.numbers, node, is_nested=self.is_nested)
        count = b"%d" % len(pages)
        kids: list[Value] = list(pages)
        file.put(node, write({"Type": b"/Pages", "Parent": self._page_root, "Kids": kids, "Count": count}))
        self._page_nodes.append(node)
        self._next_page += len(pages)
        return gaps

    def label_pages(self, first: int, prefix: str = "") -> None:
        """Label the pages from `first` on, counted from 0, as 1, 2, 3, with a prefix."""
        label: dict[str, Value] = {"S": b"/D"}
        if prefix:
            label["P"] = text_string(prefix)
        self._labels += [b"%d" % first, label]

    def finish(self, info: Info, producer: str, identifier: str) -> Frame:
        """Write what is not written yet, and the seal. Returns what the next file with the same papers has, too."""
        self.frame = frame = self._frame(info.title, producer)
        self.file.count = frame.count
        for gaps, insert in zip(frame.gaps, self._inserts, strict=True):
            self._fill(gaps, insert)
        self.file.put_data(frame.metadata, ENTRIES_OF_METADATA, packet(info, producer), compress=False)
        self.file.finish(frame.root, frame.info, identifier, frame.beginning)
        return frame

    def filled_in(self) -> Iterator[tuple[Gap, str]]:
        """What differs from visit to visit in a finished file, in its order, with the text that is filled in.

        What is under headings of their own is not among it.
        """
        if self.frame is not None:
            for gaps, insert in zip(self.frame.gaps, self._inserts, strict=True):
                yield from ((gap, gap.text_in(insert)) for gap in gaps)

    def _frame(self, title: str, producer: str) -> Frame:
        shapes = tuple(insert.shape for insert in self._inserts)
        if self._before is None:
            return self._framed(shapes, title, producer)
        said = (self._title, self._language, title, producer, write(self._labels))
        in_common = tuple(self._common), tuple(self._planned.items())
        which = tuple([(shape.part.identity, shape[1:]) for shape in shapes])  # so that no part is kept for a frame
        key = (said, which, in_common, tuple(self.shared.pages), self.file.count)
        return self._before.frame(key, lambda: self._framed(shapes, title, producer))

    def _framed(self, shapes: Iterable[InsertShape], title: str, producer: str) -> Frame:
        """Write all that no visit changes."""
        self._write_common()
        gaps = tuple(self._linked(shape) for shape in shapes)
        file, metadata = self.shared.file, self.file.new_number()
        count = b"%d" % len(self.shared.pages)
        file.put(self._page_root, write({"Type": b"/Pages", "Kids": self._page_nodes, "Count": count}))
        self._write_tree()
        self._write_bookmarks()
        names: dict[str, Value] = {"Title": text_string(title), "Producer": text_string(producer)}
        root, about = file.add(self._catalog(metadata)), file.add(names)
        return Frame(file.closed(), gaps, self.file.count, root, about, metadata)

    def _catalog(self, metadata: Ref) -> dict[str, Value]:
        catalog: dict[str, Value] = {
            "Type": b"/Catalog",
            "Pages": self._page_root,
            "Lang": text_string(self._language),
            "ViewerPreferences": {"DisplayDocTitle": b"true"},
            "PageLabels": {"Nums": self._labels},
            "MarkInfo": {"Marked": b"true"},
            "StructTreeRoot": self._tree,
            "Outlines": self.branch.bookmark,
            "Metadata": metadata,
        }
        if self.branch.field_kids:
            catalog["AcroForm"] = {**self.shared.form, "Fields": self.branch.field_kids}
        if self.shared.intent is not None:
            catalog["OutputIntents"] = [self.shared.intent]
        return catalog

    def _new_branch(self) -> Branch:
        return Branch(self.file.new_number(), self.file.new_number(), self.file.new_number())

    def _numbers_for(self, numbers: Iterable[int], streams: Mapping[int, CompiledStream]) -> dict[int, Ref]:
        """The number of each object in the packet. A stream that was added before keeps its number."""
        return {number: self._number_of(streams.get(number)) for number in numbers}

    def _numbers_of(self, part: CompiledPart, first_page: int) -> PartNumbers:
        pages = self.shared.pages[first_page : first_page + len(part.pages)]
        numbers = dict(zip(part.pages, pages, strict=True))
        numbers |= self._numbers_for([number for number in part.numbers if number not in numbers], part.streams)
        return PartNumbers(numbers, [self.file.new_number() for _ in range(count_of_streams(len(part.plain)))])

    def _number_of(self, stream: CompiledStream | None) -> Ref:
        return self._stream_number(stream.digest) if stream and stream.digest else self.file.new_number()

    def _stream_number(self, digest: bytes) -> Ref:
        """The number of a stream that may occur in several parts, or several times in one."""
        if digest not in self._streams:
            self._streams[digest] = self.file.new_number()
        return self._streams[digest]

    def _write_packed(self, part: CompiledPart, known: PartNumbers) -> None:
        """Write the plain objects of a part, in streams of their own."""
        key = tuple(known.numbers.values())
        streams = part.packed.get(key)
        if streams is None:
            filled = [(known.numbers[number], _filled(form, known.numbers)) for number, form in part.plain.items()]
            streams = object_streams(filled)
            if not self.is_nested:
                if len(part.packed) >= _MOST_PLACES:
                    part.packed.clear()
                part.packed[key] = streams
        for holder, stream in zip(known.holders, streams, strict=True):
            self.shared.file.put_packed(holder, stream)

    def _write_stream(self, number: Ref, stream: CompiledStream, numbers: Mapping[int, Ref]) -> None:
        if stream.digest is not None:
            if stream.digest in self._written:
                return
            self._written.add(stream.digest)
        self.shared.file.put_stream(number, _filled(stream.dictionary, numbers), stream.data)

    def _write_tree(self) -> None:
        root: dict[str, Value] = {"Type": b"/StructTreeRoot", "K": [self.branch.element]}
        root["ParentTree"] = self.shared.file.add({"Nums": self.shared.parents})
        root["ParentTreeNextKey"] = b"%d" % self.shared.next_key
        if self.shared.identifiers:
            pairs = sorted(self.shared.identifiers, key=lambda pair: pair[0])
            names = [item for identifier, element in pairs for item in (byte_string(identifier), element)]
            root["IDTree"] = self.shared.file.add({"Names": names})
        root.update({name: kept for name, kept in self._maps().items() if kept})
        document: dict[str, Value] = {"Type": b"/StructElem", "S": b"/Document", "P": self._tree}
        document.update(T=text_string(self._title), Lang=text_string(self._language), K=self.branch.elements)
        self.shared.file.put(self._tree, write(root))
        self.shared.file.put(self.branch.element, write(document))

    def _maps(self) -> dict[str, dict[str, Value]]:
        return {"RoleMap": self.shared.roles, "ClassMap": self.shared.classes}

    def _write_bookmarks(self) -> None:
        branch = self.branch
        ends = attach(branch.bookmarks, branch.bookmark)
        for reference, entries in branch.bookmarks:
            self.shared.file.put(reference, write(entries))
        count = b"%d" % len(branch.bookmarks)
        self.shared.file.put(branch.bookmark, write({"Type": b"/Outlines", **ends, "Count": count}))


def resources_of_page(sheet: CompiledPart) -> DrawingResources:
    """What the first page of a file draws with, and every object that it leads to."""
    entries = sheet.file.dictionary(sheet.file.objects[sheet.pages[0]].entries["Resources"])
    plain: dict[int, WrittenValue] = {}
    streams: dict[int, CompiledStream] = {}
    waiting = list(form_of(entries).references)
    while waiting:
        number = waiting.pop()
        if number in plain or number in streams:
            continue
        if number in sheet.plain:
            plain[number] = sheet.plain[number]
            waiting += sheet.plain[number].references
        else:
            streams[number] = sheet.streams[number]
            waiting += sheet.streams[number].dictionary.references
    return DrawingResources(entries, plain, streams)


def _filled(form: WrittenValue, numbers: Mapping[int, Ref]) -> bytes:
    return form.text % tuple([numbers[reference] for reference in form.references])
