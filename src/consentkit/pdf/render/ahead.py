"""Pages that are drawn before the rest of their document is laid out, for somebody who waits for them.

Guarantees: whoever watches a layout and only counts its pages changes nothing of it. A page that is drawn ahead looks
as it will in the finished document, if that has as many pages as was expected.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeAlias

import weasyprint
from weasyprint import layout
from weasyprint.document import DocumentMetadata, Page

_of_thread = threading.local()
_stock_pages = layout.make_all_pages


@dataclass(frozen=True)
class LaidOutPages:
    """The pages of a document that are laid out so far, the first time that they are."""

    context: Any
    """What WeasyPrint knows of the layout."""
    pages: Sequence[Any]

    def drawn(self, numbers: Sequence[int], total: int) -> bytes:
        """A file with some of these pages, counted from 1, of a document that will have `total` of them.

        It has no tags, and this spoils the layout: call it in a process of its own.
        """
        context = self.context
        for *_, state, _ in context.page_maker:
            state[1]["pages"] = [total]
        for number, page in enumerate(self.pages, 1):
            for name, text in _named_strings(page):
                context.string_set[name][number].append(text)
        pages = [Page(self._with_margins(number)) for number in numbers]
        document = weasyprint.Document(pages, DocumentMetadata(), None, context.font_config, {}, None)
        return document.write_pdf()  # type: ignore[no-any-return]

    def _with_margins(self, number: int) -> Any:
        """A page with its head and foot, as WeasyPrint adds them at the end."""
        context, page = self.context, self.pages[number - 1]
        context.current_page = number
        flow, *notes = page.children
        margins = layout.make_margin_boxes(context, page, context.page_maker[number][3])
        page.children = (flow, *(area for area in notes if area.children), *margins)
        layout.layout_backgrounds(page, context.get_image_from_uri)
        return page


WhenLaidOut: TypeAlias = Callable[[LaidOutPages], None]


@contextmanager
def watched_layout(watch: WhenLaidOut | None) -> Iterator[None]:
    """Let somebody watch what this thread lays out: after each page, while the next one waits."""
    _of_thread.watch = watch
    try:
        yield
    finally:
        del _of_thread.watch


def _named_strings(page: Any) -> Iterator[tuple[str, str]]:
    for box in page.descendants():
        if box.string_set and box.string_set != "none":
            yield from box.string_set


def _make_all_pages(context: Any, root_box: Any, html: Any, pages: Sequence[Any]) -> Iterator[Any]:
    """Lay out the pages of a document, as WeasyPrint does."""
    watch: WhenLaidOut | None = getattr(_of_thread, "watch", None)
    made: list[Any] = []
    for page in _stock_pages(context, root_box, html, pages):
        made.append(page)
        if watch and not pages:
            watch(LaidOutPages(context, tuple(made)))
        yield page


def let_be_watched() -> None:
    """Let WeasyPrint work in this way from now on."""
    layout.make_all_pages = _make_all_pages
