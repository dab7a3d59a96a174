"""The pages of a foreign file, each with what it inherits.

Guarantees: the pages are a tree that ends, was counted rightly and holds no page twice.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from pypdf.generic import ArrayObject, DictionaryObject, NullObject, PdfObject

from consentkit.pdf.extra.drawing import Unsound
from consentkit.pdf.extra.values import Box, Key, dictionary, key_of, name_of, numbers_of, resolved

MOST_PAGES = 50
SHORTEST_SIDE, LONGEST_SIDE = 72, 2000
"""The sides of a page, in points."""
_DEEPEST = 40
_INHERITED = ("/Resources", "/MediaBox", "/CropBox", "/Rotate")


@dataclass(frozen=True)
class SourcePage:
    """A page as it is in the file, with what it inherits."""

    dictionary: DictionaryObject
    key: Key
    box: Box
    """What is shown: the crop box within the media box, in the units of the page."""
    rotation: int
    """Clockwise, in degrees: 0, 90, 180 or 270."""
    unit: float
    """The size of a unit in points."""
    resources: DictionaryObject

    @property
    def size(self) -> tuple[float, float]:
        """Width and height in points, as the page is read."""
        width, height = (self.box[2] - self.box[0]) * self.unit, (self.box[3] - self.box[1]) * self.unit
        return (height, width) if self.rotation in (90, 270) else (width, height)


def pages_of(root: DictionaryObject) -> Iterator[SourcePage]:
    """The pages below the root of the tree, in order. Raises Unsound."""
    seen: set[Key] = set()

    def below(node: DictionaryObject, inherited: dict[str, Any], depth: int) -> Iterator[SourcePage]:
        inherited = {**inherited, **{key: node.get(key) for key in _INHERITED if key in node}}
        kids, found = resolved(node.get("/Kids")), 0
        if name_of(node, "/Type") != "/Pages" or not isinstance(kids, ArrayObject) or depth > _DEEPEST:
            raise Unsound("pages that are no tree")
        for reference in kids:
            key = key_of(reference)
            if key is None or key in seen:
                raise Unsound("pages that are no tree")
            seen.add(key)
            kid = dictionary(reference)
            for page in (
                [_page(kid, key, inherited)] if name_of(kid, "/Type") == "/Page" else below(kid, inherited, depth + 1)
            ):
                found += 1
                yield page
        count = resolved(node.get("/Count"))
        if not isinstance(count, int) or count != found:
            raise Unsound("pages that were counted wrongly")

    return below(root, {}, 0)


def _page(page: DictionaryObject, key: Key, inherited: dict[str, Any]) -> SourcePage:
    entries = {name: resolved(page.get(name) if name in page else inherited.get(name)) for name in _INHERITED}
    media = _box(entries["/MediaBox"])
    crop = media if isinstance(entries["/CropBox"], NullObject) else _box(entries["/CropBox"])
    shown = (max(media[0], crop[0]), max(media[1], crop[1]), min(media[2], crop[2]), min(media[3], crop[3]))
    resources = entries["/Resources"]
    return SourcePage(
        page,
        key,
        shown,
        _rotation(entries["/Rotate"]),
        _unit(page),
        DictionaryObject() if isinstance(resources, NullObject) else dictionary(resources),
    )


def _box(value: PdfObject) -> Box:
    numbers = numbers_of(value, 4)
    return (
        min(numbers[0], numbers[2]),
        min(numbers[1], numbers[3]),
        max(numbers[0], numbers[2]),
        max(numbers[1], numbers[3]),
    )


def _rotation(value: PdfObject) -> int:
    if isinstance(value, NullObject):
        return 0
    if not isinstance(value, int) or value % 90:
        raise Unsound("a page that is turned by an odd angle")
    return int(value) % 360


def _unit(page: DictionaryObject) -> float:
    value = resolved(page.get("/UserUnit"))
    if isinstance(value, NullObject):
        return 1.0
    if not isinstance(value, int | float) or not 0 < value < LONGEST_SIDE:
        raise Unsound("a unit that is none")
    return float(value)


def faults_of(pages: list[SourcePage]) -> list[str]:
    """What is wrong with the number and the size of the pages."""
    faults = []
    if not pages:
        faults.append("has no pages; use a file with pages")
    if len(pages) > MOST_PAGES:
        faults.append(f"has {len(pages)} pages; at most {MOST_PAGES} fit, so split it or leave pages out")
    for number, page in enumerate(pages, 1):
        if not all(SHORTEST_SIDE <= side <= LONGEST_SIDE for side in page.size):
            width, height = page.size
            faults.append(
                f"page {number} is {max(width, 0):.0f} by {max(height, 0):.0f} points large; a side must have "
                f"{SHORTEST_SIDE} to {LONGEST_SIDE:,} points, so print it on common paper"
            )
    return faults
