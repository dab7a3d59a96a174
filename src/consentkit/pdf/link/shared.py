"""What the parts of a packet share: one file, one structure tree, one form, one list of bookmarks.

Guarantees: each part adds to these and changes nothing that another one has added.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from consentkit.pdf.file.syntax import Ref, Value, text_string
from consentkit.pdf.file.writer import FileSection


@dataclass
class Branch:
    """A level of structure, bookmarks and fields that is being filled."""

    element: Ref
    bookmark: Ref
    fields: Ref
    elements: list[Value] = field(default_factory=list)
    bookmarks: list[tuple[Ref, dict[str, Value]]] = field(default_factory=list)
    field_kids: list[Value] = field(default_factory=list)


@dataclass
class Shared:
    """What all parts of a packet add to."""

    file: FileSection
    """Where the objects go that don't depend on what is written on the pages."""
    pages: list[Ref] = field(default_factory=list)
    """The pages of the whole packet, including those still to be added, so that links can lead to them."""
    parents: list[Value] = field(default_factory=list)
    next_key: int = 0
    identifiers: list[tuple[bytes, Value]] = field(default_factory=list)
    roles: dict[str, Value] = field(default_factory=dict)
    classes: dict[str, Value] = field(default_factory=dict)
    form: dict[str, Value] = field(default_factory=dict)
    intent: Value | None = None
    _before: Ref | None = field(default=None, init=False)

    def content_before(self) -> Ref:
        """The stream before a page's own content: it saves the graphics state, which can so be restored after that."""
        if self._before is None:
            self._before = self.file.add_stream({}, b"q")
        return self._before


def renumbered(value: Value, numbers: Mapping[int, Ref]) -> Value:
    """A copy of a value, with the numbers of a part replaced by those of the packet.

    References to an object of which a packet has only one become null: the linker sets them again.
    """
    if isinstance(value, Ref):
        return numbers.get(value, b"null")
    if isinstance(value, list):
        return [renumbered(item, numbers) for item in value]
    if isinstance(value, dict):
        return {name: renumbered(entry, numbers) for name, entry in value.items()}
    return value


def bookmark(title: str, page: Ref, parent: Ref) -> dict[str, Value]:
    """A bookmark that leads to a page."""
    return {"Title": text_string(title), "Dest": [page, b"/Fit"], "Parent": parent}


def attach(bookmarks: Sequence[tuple[Ref, dict[str, Value]]], parent: Ref) -> dict[str, Value]:
    """Make bookmarks the kids of another one. Returns the entries that the parent needs."""
    for place, (_, entries) in enumerate(bookmarks):
        entries["Parent"] = parent
        for name, neighbour in (("Prev", place - 1), ("Next", place + 1)):
            entries.pop(name, None)
            if 0 <= neighbour < len(bookmarks):
                entries[name] = bookmarks[neighbour][0]
    return {"First": bookmarks[0][0], "Last": bookmarks[-1][0]} if bookmarks else {}
