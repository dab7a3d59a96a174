"""Columns of equal height, found in fewer tries.

WeasyPrint balances columns by trying a height, then one that is a pixel larger, until everything fits. Where a passage
that must not be broken begins a column, dozens of tries fail in the same way, each of which lays out all columns: a
third of the time that a form with two clauses takes.

Guarantees: the same heights are tried in the same order, and every result is what WeasyPrint finds. A try is cut short
only where it is known to fail, because a passage that begins a column needs more, and where what is not laid out has no
part in the choice of the next height.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from math import ceil, inf
from typing import Any

from weasyprint.layout import block

_TRIES = "_consentkit_tries"
"""Where a column keeps what its tries have shown."""
_ROUNDING = 0.001
"""Pixels by which two heights differ at most that are the same one, since steps are added up."""
_LEAST_STEP = 0.999
"""Pixels: less is no reason for another step than that of a pixel, or that of the tries before."""
_FEW = 8
"""Pixels: among so few the one from which a column fits is found in three tries."""
_NOTHING: tuple[Any, ...] = (None, None, {"break": "any", "page": None}, [], False, None)
"""How WeasyPrint says that nothing of a box fits."""

stock_layout = block.block_box_layout
"""How WeasyPrint lays out a box."""


@dataclass
class _Tries:
    """What the tries of columns have shown so far. Heights are in pixels."""

    start: Any
    """Where the first column begins."""
    second: Any = None
    """Where the second column began in the latest try."""
    left_empty: float = -inf
    """How much the first column left empty in the latest try."""
    lacks: float = inf
    """How much more the first column needed in the latest try to take in the beginning of the second one."""
    fail: dict[int, float] = field(default_factory=dict)
    """The largest height at which a column is known to fail, by the passage that it begins with."""
    fit: dict[int, float] = field(default_factory=dict)
    """A height at which it is known not to fail."""
    all_fail: float = -inf
    """The largest height at which every try is known to fail."""

    def ends_first(self, box: Any, bottom: float, second: Any) -> None:
        """Note how the first column ends in a try, above where it may end, and where the second one begins."""
        self.second, self.lacks = second, inf
        inside = _in_normal_flow(box)
        self.left_empty = bottom - inside[-1].margin_height() - inside[-1].position_y if inside else 0

    def begins_second(self, box: Any) -> None:
        """Note how high the beginning of the second column is, which WeasyPrint looks at in each try."""
        self.lacks = next((child.margin_height() for child in _in_normal_flow(box)), 0) - self.left_empty

    def fails_at(self, start: Any, passage: int) -> None:
        """Draw the conclusion from a failed column.

        Below the height that the second column needs, the first one ends where it does now, and what it leaves empty
        grows: if that is no reason for another step now, it is none later.
        """
        if start != self.start and start == self.second and self.lacks < _LEAST_STEP:
            self.all_fail = self.fail[passage]


def _layout(
    context: Any,
    box: Any,
    bottom_space: float,
    skip_stack: Any,
    containing_block: Any,
    page_is_empty: bool,
    *more: Any,
    **options: Any,
) -> Any:
    """Lay out a box as WeasyPrint does, and a column only at a height that may do."""

    def laid_out(space: float) -> Any:
        return stock_layout(context, box, space, skip_stack, containing_block, page_is_empty, *more, **options)

    is_try = box.is_column and more[2] is not None
    if is_try and bottom_space != inf and not page_is_empty:
        return _tried(context, box, bottom_space, skip_stack, laid_out)
    result = laid_out(bottom_space)
    tries = box.__dict__.get(_TRIES)
    if is_try and bottom_space == inf and tries and skip_stack == tries.second:
        tries.begins_second(result[0])
    return result


def _tried(context: Any, box: Any, bottom_space: float, skip_stack: Any, laid_out: Callable[[float], Any]) -> Any:
    """What comes of the try of a column: the column itself, or that nothing fits."""
    tries = box.__dict__.setdefault(_TRIES, _Tries(skip_stack))
    height = context.page_bottom - box.position_y - bottom_space
    is_first = skip_stack == tries.start
    if is_first and height < tries.all_fail + _ROUNDING:
        return _NOTHING
    passage = _unbreakable_at(box, skip_stack)
    if passage is None or height > tries.fail.get(passage, -inf) + _ROUNDING:
        result = laid_out(bottom_space)
        if is_first:
            tries.ends_first(result[0], context.page_bottom - bottom_space, result[1])
        if passage is None or result[0] is not None:
            return result
        most = ceil(min(bottom_space, tries.fit.get(passage, inf) - height))
        fails = _most_that_fails(context, bottom_space, laid_out, most)
        tries.fail[passage], tries.fit[passage] = height + fails, height + fails + 1
    tries.fails_at(skip_stack, passage)
    return _NOTHING


def _most_that_fails(context: Any, bottom_space: float, laid_out: Callable[[float], Any], fits: int) -> int:
    """The most pixels that can be added to the height of a column that fails, so that it still does.

    With `fits` pixels more it doesn't. It is looked for where the height of the passage says, and by halves if need be.
    """

    def fitting(more: int) -> Any:
        shapes = len(context.excluded_shapes)
        box = laid_out(bottom_space - more)[0]
        del context.excluded_shapes[shapes:]  # floats of a try count for no other
        if box is not None:
            block.remove_placeholders(context, [box], [], [])
        return box

    fails, likely = 0, list[int]()
    if fits > _FEW and (inside := _in_normal_flow(fitting(fits))):
        least = ceil(inside[0].position_y + inside[0].margin_height() - context.page_bottom + bottom_space)
        likely = [least, least - 1]
    while fits - fails > 1:
        middle = likely.pop() if likely else (fails + fits) // 2
        if fails < middle < fits:
            fails, fits = (fails, middle) if fitting(middle) is not None else (middle, fits)
    return fails


def _in_normal_flow(box: Any) -> list[Any]:
    """What a column has that takes its room: nothing, where the column itself does not fit."""
    return [child for child in box.children if child.is_in_normal_flow()] if box is not None else []


def _unbreakable_at(box: Any, skip_stack: Any) -> int | None:
    """The passage that a column begins with, if it must not be broken: the column before takes no part of it."""
    index, inside = next(iter(skip_stack.items())) if skip_stack else (0, None)
    if inside is not None or index >= len(box.children):
        return None
    child = box.children[index]
    is_whole = child.is_in_normal_flow() and child.style["break_inside"] in ("avoid", "avoid-column")
    return index if is_whole else None


def balance_quickly() -> None:
    """Let WeasyPrint lay out columns in this way from now on."""
    block.block_box_layout = _layout
