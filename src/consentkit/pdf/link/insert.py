"""The objects of a part that differ from packet to packet: pages, links, fields, and some structure elements.

Guarantees: the part itself is not changed, since it is used again; every stamp that belongs to a structure element is
read out after that element's own text, and the parent tree leads back from it to the element.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from consentkit.pdf.file.syntax import (
    Ref,
    Value,
    byte_string,
    integer,
    number,
    string_bytes,
    string_text,
    text_string,
    write,
)
from consentkit.pdf.link.compile import attributes_of
from consentkit.pdf.link.filling import FilledField, Gap, SpokenStamp
from consentkit.pdf.link.order import InsertShape, StampShape
from consentkit.pdf.link.shared import Branch, Shared, attach, bookmark, renumbered

_READ_ONLY = 1 << 0


def write_edited(
    shared: Shared, branch: Branch, shape: InsertShape, numbers: Mapping[int, Ref], node: Ref, *, is_nested: bool
) -> list[Gap]:
    """Write these objects, but for those that differ from visit to visit, which are returned.

    `node` is the node of the page tree that holds the part's pages.
    """
    return _Inserter(shared, branch, shape, numbers, node).write(is_nested=is_nested)


class _Inserter:
    def __init__(
        self, shared: Shared, branch: Branch, shape: InsertShape, numbers: Mapping[int, Ref], node: Ref
    ) -> None:
        self._shared, self._branch, self._file = shared, branch, shared.file
        self._shape, self._part, self._numbers, self._node = shape, shape.part, numbers, node
        self._prefix = b"%d." % node
        self._stamps = dict(shape.stamps)
        self._gaps: list[Gap] = []
        self._filled: dict[int, int] = {}
        """For each field that is filled in, which value it gets."""
        part = shape.part
        self._entries = {place: renumbered(part.file.objects[place].value, numbers) for place in part.edited}
        self._parents = {key: self._parent_entry(value) for key, value in part.parents}
        """For each key of the parent tree: the object that it leads to, and the entry that leads there."""
        tree = part.file.dictionary(part.file.catalog.get("StructTreeRoot"))
        self._maps = {name: part.file.dictionary(tree.get(name)) for name in ("RoleMap", "ClassMap")}
        self._resources: dict[bytes, Ref] = {}

    def write(self, *, is_nested: bool) -> list[Gap]:
        self._write_pages()
        self._add_structure()
        self._add_bookmark()
        self._add_fields(is_nested=is_nested)
        self._renumber_annotations()
        self._add_intent()
        for place, value in self._entries.items():
            item, number = self._part.file.objects[place], self._numbers[place]
            if place in self._filled:
                self._gaps.append(FilledField(number, self._filled[place], self._dictionary(place)))
            elif item.stream is None:
                self._file.put(number, write(value))
            else:
                self._file.put_stream(number, write(value), item.stream)
        return self._gaps

    def _dictionary(self, place: int) -> dict[str, Value]:
        value = self._entries[place]
        if not isinstance(value, dict):
            raise ValueError(f"object {place} of a part is not a dictionary")
        return value

    def _parent_entry(self, value: Value) -> tuple[Value, Value]:
        own = renumbered(value, self._numbers)
        return (self._entries[value] if isinstance(value, Ref) and value in self._entries else own), own

    # --- pages ---

    def _write_pages(self) -> None:
        for index, place in enumerate(self._part.pages):
            page = self._dictionary(place)
            page["Parent"] = self._node
            stamps = self._stamps.get(index, ())
            if stamps:
                page["Resources"] = self._with_drawings(self._part.file.objects[place].entries.get("Resources", {}))
                self._stamp(index, place, stamps)
            if "StructParents" in page:
                page["StructParents"] = self._shifted(page["StructParents"])
                if not self._part.elements:
                    del page["StructParents"]

    def _with_drawings(self, resources: Value) -> Ref:
        """The resources of a page, with the drawings of all stamps added. Pages may share them."""
        key = write(resources)
        if key not in self._resources:
            entries = renumbered(dict(self._part.file.dictionary(resources)), self._numbers)
            assert isinstance(entries, dict)
            drawings = dict(self._part.file.dictionary(self._part.file.dictionary(resources).get("XObject")))
            known = renumbered(drawings, self._numbers)
            assert isinstance(known, dict)
            drawings_used = (stamp.drawing for page in self._stamps.values() for stamp in page)
            known.update({_name_of(drawing): drawing for drawing in drawings_used})
            self._resources[key] = self._file.add({**entries, "XObject": known})
        return self._resources[key]

    def _stamp(self, index: int, place: int, stamps: Sequence[StampShape]) -> None:
        page, content = self._dictionary(place), [b"Q"]
        for which, stamp in enumerate(stamps):
            content += [self._mark(index, place, which, stamp), _drawn(stamp), b"EMC"]
        number = self._file.add_stream({}, b"\n".join(content))
        page["Contents"] = [self._shared.content_before(), *self._streams_of(place), number]

    def _streams_of(self, place: int) -> list[Value]:
        """The content streams of a page, by their numbers in the packet."""
        file = self._part.file
        return [renumbered(stream, self._numbers) for stream in file.contents(file.objects[place].entries)]

    def _mark(self, index: int, place: int, which: int, stamp: StampShape) -> bytes:
        """The operator that marks a stamp as part of an element, or as an artifact."""
        if stamp.element is None:
            return b"/Artifact <</Type /Pagination>> BDC"
        owners = self._parents[integer(self._dictionary(place)["StructParents"])][0]
        element = self._dictionary(stamp.element)
        if not isinstance(owners, list):
            raise ValueError("the parent tree of a part has no list for a page")
        mark = len(owners)
        span: dict[str, Value] = {"Type": b"/StructElem", "S": b"/Span", "P": self._numbers[stamp.element]}
        span.update(Pg=self._numbers[place], K=b"%d" % mark)
        if stamp.language and stamp.language != self._part.language.split("-")[0]:
            span["Lang"] = text_string(stamp.language)
        kid = self._file.new_number()
        self._gaps.append(SpokenStamp(kid, index, which, write(span).removesuffix(b">>")))
        owners.append(kid)
        kids = element.get("K", [])
        element["K"] = [*(kids if isinstance(kids, list) else [kids]), kid]
        return b"/Span <</MCID %d>> BDC" % mark

    # --- structure ---

    def _shifted(self, key: Value) -> bytes:
        return b"%d" % (integer(key) + self._shared.next_key)

    def _add_structure(self) -> None:
        part, shared = self._part, self._shared
        for place in part.elements:
            element = self._dictionary(place)
            element["P"] = self._branch.element
            if element["S"] == b"/Document":
                element.update(S=b"/Part", T=text_string(self._shape.title))
            element.setdefault("Lang", text_string(part.language))
            self._branch.elements.append(self._numbers[place])
        for place in part.edited:
            self._make_names_unique(place)
        for key, (_, entry) in self._parents.items():
            shared.parents += [self._shifted(b"%d" % key), entry]
        self._shift_streams()
        shared.next_key += max(self._parents, default=-1) + 1
        self._add_maps()

    def _shift_streams(self) -> None:
        for place in self._part.edited:
            if self._part.file.objects[place].stream is not None:
                entries = self._dictionary(place)
                entries["StructParents"] = self._shifted(entries["StructParents"])

    def _make_names_unique(self, place: int) -> None:
        """Prefix the identifiers, types and classes of elements so that no other part has the same."""
        element = self._entries[place]
        if not isinstance(element, dict) or "S" not in element:
            return
        if "ID" in element:
            identifier = self._prefix + string_bytes(element["ID"])
            element["ID"] = byte_string(identifier)
            self._shared.identifiers.append((identifier, self._numbers[place]))
        for attributes in attributes_of(element):
            headers = attributes.get("Headers")
            if isinstance(headers, list):
                attributes["Headers"] = [byte_string(self._prefix + string_bytes(name)) for name in headers]
        element["S"] = self._own_name(element["S"], self._maps["RoleMap"])
        if "C" in element:
            classes = element["C"] if isinstance(element["C"], list) else [element["C"]]
            element["C"] = [self._own_name(name, self._maps["ClassMap"]) for name in classes]

    def _own_name(self, name: Value, known: Mapping[str, Value]) -> Value:
        """What a name that the part defines is called in the packet; a standard one is returned as it is."""
        if isinstance(name, bytes) and name[1:].decode("latin-1") in known:
            return b"/" + self._prefix + name[1:]
        return name

    def _add_maps(self) -> None:
        roles, classes = self._maps["RoleMap"], self._maps["ClassMap"]
        prefix = self._prefix.decode()
        for key, role in roles.items():
            is_itself = role == b"/" + key.encode("latin-1")
            self._shared.roles[prefix + key] = role if is_itself else self._own_name(role, roles)
        for key, meaning in classes.items():
            self._shared.classes[prefix + key] = renumbered(meaning, self._numbers)

    # --- bookmarks, fields, links ---

    def _add_bookmark(self) -> None:
        reference = self._file.new_number()
        item = bookmark(self._shape.title, self._numbers[self._part.pages[0]], self._branch.bookmark)
        below = [(self._numbers[place], self._dictionary(place)) for place in self._part.bookmarks]
        item.update(attach(below, reference))
        if below:
            item["Count"] = b"-%d" % sum(1 + max(0, integer(entries.get("Count"))) for _, entries in below)
        self._branch.bookmarks.append((reference, item))

    def _add_fields(self, *, is_nested: bool) -> None:
        part = self._part
        form = part.file.dictionary(part.file.catalog.get("AcroForm"))
        if not part.fields:
            return
        holder = self._file.new_number()
        kids: list[Value] = []
        for place in part.fields:
            self._dictionary(place)["Parent"] = holder
            kids.append(self._numbers[place])
        entries: dict[str, Value] = {"T": text_string(self._shape.name), "Kids": kids}
        if is_nested:
            entries["Parent"] = self._branch.fields
        self._file.put(holder, write(entries))
        self._branch.field_kids.append(holder)
        for name in ("DR", "DA", "SigFlags"):
            if name in form:
                self._shared.form.setdefault(name, renumbered(form[name], self._numbers))
        for value, widgets in enumerate(self._shape.widgets):
            self._fill(value, widgets)
        if self._shape.called:
            for place in part.edited:
                self._name_field(place)

    def _name_field(self, place: int) -> None:
        """Add to the label of a field which paper it is on."""
        entries = self._entries[place]
        if isinstance(entries, dict) and "TU" in entries:
            label = string_text(self._part.file.get(entries["TU"]))
            entries["TU"] = text_string(f"{label} – {self._shape.called}")

    def _fill(self, value: int, widgets: Iterable[tuple[int, Sequence[StampShape]]]) -> None:
        """Leave room for a value in a field and make it read-only: the same value is also on pages without fields."""
        for place, stamps in widgets:
            widget = self._dictionary(place)
            widget["AP"] = {"N": self._appearance(stamps, widget)}
            field_place = self._field_of(place)
            field = self._dictionary(field_place)
            field["Ff"] = b"%d" % (integer(field.get("Ff")) | _READ_ONLY)
            self._filled[field_place] = value

    def _field_of(self, place: int) -> int:
        """The field that a widget belongs to, which may be itself."""
        parent = self._part.file.objects[place].entries.get("Parent")
        return parent if isinstance(parent, Ref) else place

    def _appearance(self, stamps: Sequence[StampShape], widget: Mapping[str, Value]) -> Ref:
        """What a widget looks like that displays these, which are placed on its page."""
        left, bottom, right, top = (number(edge) for edge in self._part.file.array(widget["Rect"]))
        drawn = [_drawn(stamp._replace(left=stamp.left - left, bottom=stamp.bottom - bottom)) for stamp in stamps]
        entries: dict[str, Value] = {
            "Type": b"/XObject",
            "Subtype": b"/Form",
            "BBox": [b"0", b"0", b"%g" % (right - left), b"%g" % (top - bottom)],
            "Resources": {"XObject": {_name_of(stamp.drawing): stamp.drawing for stamp in stamps}},
        }
        return self._file.add_stream(entries, b"\n".join([b"/Tx BMC", *drawn, b"EMC"]))

    def _renumber_annotations(self) -> None:
        first = self._shared.next_key - (max(self._parents, default=-1) + 1)
        for place in self._part.edited:
            entries = self._entries[place]
            if not isinstance(entries, dict) or "Subtype" not in entries or "Rect" not in entries:
                continue
            if "StructParent" in entries:
                entries["StructParent"] = b"%d" % (integer(entries["StructParent"]) + first)
            target = entries.get("Dest")
            if isinstance(target, bytes) and target.startswith((b"(", b"<")):
                entries["Dest"] = self._destination(string_bytes(target))

    def _destination(self, name: bytes) -> Value:
        """The target of a link to a name. Parts may use the same names, so in a packet links lead to pages directly."""
        targets = dict(self._shape.targets)
        if name in targets:
            return [self._shared.pages[targets[name]], b"/Fit"]
        return renumbered(self._part.destinations[name], self._numbers)

    def _add_intent(self) -> None:
        intents = self._part.file.array(self._part.file.catalog.get("OutputIntents"))
        if intents and self._shared.intent is None:
            self._shared.intent = renumbered(intents[0], self._numbers)


def _name_of(drawing: Ref) -> str:
    """What a page calls a drawing."""
    return f"Stamp{int(drawing)}"


def _drawn(stamp: StampShape) -> bytes:
    """The operators that draw a stamp."""
    scale = b"%g" % round(stamp.scale, 4)
    place = b"%g %g" % (round(stamp.left, 2), round(stamp.bottom, 2))
    return b"q %b 0 0 %b %b cm /%b Do Q" % (scale, scale, place, _name_of(stamp.drawing).encode())
