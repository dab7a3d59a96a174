"""The pages of a foreign file, each with the entries that it inherits.

Guarantees: the pages form a finite tree with correct counts, and no page occurs twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from consentkit.pdf.foreign.drawing import Unsound
from consentkit.pdf.foreign.values import (
    ForeignBox,
    ObjectKey,
    array,
    dictionary,
    is_number,
    name_of,
    numbers_of,
    object_key,
    optional_dictionary,
)

MOST_PAGES = 50
SHORTEST_SIDE, LONGEST_SIDE = 72, 2000
"""The limits for the sides of a page, in points."""
_DEEPEST = 40
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


@dataclass(frozen=True)
class SourcePage:
    """A page as it is in the file, with the entries that it inherits."""

    dictionary: Any
    key: ObjectKey
    box: ForeignBox
    """The visible part: the intersection of crop box and media box, in the units of the page."""
    rotation: int
    """Clockwise, in degrees: 0, 90, 180 or 270."""
    unit: float
    """The size of a unit in points."""
    resources: Any

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, after the rotation."""
        width, height = (self.box[2] - self.box[0]) * self.unit, (self.box[3] - self.box[1]) * self.unit
        return (height, width) if self.rotation in (90, 270) else (width, height)


def pages_of(root: Any) -> Iterator[SourcePage]:
    """The pages below the root of the tree, in order. Raises Unsound."""
    seen: set[ObjectKey] = set()

    def below(node: Any, inherited: dict[str, Any], depth: int) -> Iterator[SourcePage]:
        inherited = {**inherited, **{key: node.get(key) for key in _INHERITED if key in node}}
        pages = 0
        if name_of(node, "/Type") != "/Pages" or "/Kids" not in node or depth > _DEEPEST:
            raise Unsound("pages that do not form a tree")
        for kid in array(node.get("/Kids")):
            key = object_key(kid)
            if key is None or key in seen:
                raise Unsound("pages that do not form a tree")
            seen.add(key)
            is_page = name_of(dictionary(kid), "/Type") == "/Page"
            for page in [_page(kid, key, inherited)] if is_page else below(kid, inherited, depth + 1):
                pages += 1
                yield page
        count = node.get("/Count")
        if type(count) is not int or count != pages:
            raise Unsound("a wrong number of pages")

    return below(root, {}, 0)


def _page(page: Any, key: ObjectKey, inherited: dict[str, Any]) -> SourcePage:
    entries = {name: page.get(name) if name in page else inherited.get(name) for name in _INHERITED}
    media = _box(entries["/MediaBox"])
    crop = media if entries["/CropBox"] is None else _box(entries["/CropBox"])
    visible = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    resources = optional_dictionary(entries["/Resources"])
    return SourcePage(page, key, visible, _rotation(entries["/Rotate"]), _unit(page), resources)


def _box(value: Any) -> ForeignBox:
    numbers = numbers_of(value, 4)
    return (
        min(numbers[0], numbers[2]),
        min(numbers[1], numbers[3]),
        max(numbers[0], numbers[2]),
        max(numbers[1], numbers[3]),
    )


def _rotation(value: Any) -> int:
    if value is None:
        return 0
    if type(value) is not int or value % 90:
        raise Unsound("a page that is rotated by an odd angle")
    return value % 360


def _unit(page: Any) -> float:
    value = page.get("/UserUnit")
    if value is None:
        return 1.0
    if not is_number(value) or not 0 < value < LONGEST_SIDE:
        raise Unsound("a unit of the wrong kind")
    return float(value)


def faults_of(pages: list[SourcePage]) -> list[str]:
    """What is wrong with the number and the size of the pages."""
    faults = []
    if not pages:
        faults.append("has no pages; use a file with pages")
    if len(pages) > MOST_PAGES:
        faults.append(f"has {len(pages)} pages; at most {MOST_PAGES} are allowed, so split it or remove pages")
    for number, page in enumerate(pages, 1):
        if not all(SHORTEST_SIDE <= side <= LONGEST_SIDE for side in page.size):
            width, height = page.size
            faults.append(
                f"page {number} measures {max(width, 0):.0f} by {max(height, 0):.0f} points; each side must have "
                f"{SHORTEST_SIDE} to {LONGEST_SIDE:,} points, so print it on paper of a standard size"
            )
    return faults
