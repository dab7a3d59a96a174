"""What is kept for the next packets is counted as what it takes in memory, and all of it has a bound."""

from __future__ import annotations

import gc
import sys
import types
import weakref
from collections.abc import Iterable, Iterator

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.packets.items import SameObjects
from consentkit.packets.packet import PacketMaker
from consentkit.recent import Recent
from kit.packets import OTHER, plan, visit
from kit.small import make_clinic

_OF_ALL = (type, types.ModuleType, types.FunctionType, types.BuiltinFunctionType, types.MethodType)
MOST = 350 * 1024 * 1024
"""What a maker takes at most, as `packet` states it."""
LEAST_COUNTED = 0.8
"""How much of what something takes is counted at least: that of a few objects is known less well than of many."""


class Words(frozenset[str]):
    """Something that is equal to others, and can be looked after."""


def bytes_of(*values: object, without: Iterable[object] = ()) -> int:
    """How many bytes some values take, with all that they hold, but for what others hold."""
    seen: set[int] = set()

    def walk(every: Iterable[object]) -> int:
        total, left = 0, [*every]
        while left:
            value = left.pop()
            if id(value) not in seen and not isinstance(value, _OF_ALL):
                seen.add(id(value))
                total += sys.getsizeof(value)
                left += gc.get_referents(value)
        return total

    walk(without)
    return walk(values)


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory, nothing_kept_of_packets: None) -> PacketMaker:
    """One that has made packets with the same papers until it knows all of them that it keeps."""
    workspace = open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store())
    maker = PacketMaker(workspace)
    for number in range(4):
        maker.make(plan(workspace, visit(visit=f"V-{number}", patient={**OTHER, "record": f"MR-{number}"})))
    return maker


def kept_by(value: object, seen: set[int]) -> Iterator[Recent[object, object]]:
    """Everything bounded that an object of the project holds."""
    if id(value) in seen or not type(value).__module__.startswith("consentkit"):
        return
    seen.add(id(value))
    if isinstance(value, Recent):
        yield value
        return
    for one in vars(value).values() if hasattr(value, "__dict__") else ():
        yield from kept_by(one, seen)


def test_the_bounds_of_all_that_a_maker_keeps_are_together_as_stated(maker: PacketMaker) -> None:
    own = [maker._compiled, maker._read, maker._papers, maker._writer, maker._identity]
    seen: set[int] = {id(maker._papers.parsed), id(maker.workspace)}  # which are those of the planner
    bounds = [kept._most_bytes for one in own for kept in kept_by(one, seen)]
    assert len(bounds) > 8
    assert sum(one for one in bounds if one != float("inf")) <= MOST
    assert "350 MB" in (sys.modules[PacketMaker.__module__].__doc__ or "")


def test_what_is_kept_is_counted_as_what_it_takes(maker: PacketMaker) -> None:
    linked, read = maker._writer._linked, maker._read
    parts, frames = [list(one.latest()) for one in (maker._compiled, linked._frames)]
    printed = list(maker._identity._printed.latest())
    (beginning,) = read.beginnings._known.latest()
    taken = {
        "parts": (maker._compiled, bytes_of(parts)),
        "frames": (linked._frames, bytes_of(frames, without=parts)),
        "numbers": (linked._reserved, bytes_of(list(linked._reserved.latest()), without=parts)),
        "what is printed": (maker._identity._printed, bytes_of(printed)),
        "what is said": (maker._identity._said, bytes_of(list(maker._identity._said.latest()))),
        "beginnings": (
            read.beginnings._known,
            bytes_of(beginning, read._same[beginning], maker._identity._plans[beginning].plan, without=printed),
        ),
        "stencils": (
            maker._writer._stencils,
            bytes_of([one.every for one in maker._writer._stencils.latest()])
            + bytes_of([placed.paper.part for papers in maker._papers._known.latest() for placed in papers]),
        ),
    }
    counted = {name: kept._size / held for name, (kept, held) in taken.items()}
    assert {name: share for name, share in counted.items() if share < LEAST_COUNTED} == {}


def test_a_frame_keeps_no_part(maker: PacketMaker) -> None:
    """Else one would be kept that has been dropped, and not be counted."""
    linked = maker._writer._linked
    (frame,) = linked._frames._values
    (numbers,) = linked._reserved._values
    parts = list(maker._compiled.latest())
    assert bytes_of(frame, numbers) == bytes_of(frame, numbers, without=[part.pdf for part in parts])


def test_a_key_is_of_the_very_same_objects_and_keeps_them() -> None:
    words, others = Words("ab"), Words("ab")
    assert SameObjects(words, None) == SameObjects(words, None)
    assert SameObjects(words) != SameObjects(others)
    assert SameObjects(words, others) != SameObjects(others, words)
    assert len({SameObjects(words), SameObjects(words), SameObjects(others)}) == 2
    key, kept = SameObjects(words), weakref.ref(words)
    del words
    gc.collect()
    assert kept() is not None
    del key
    gc.collect()
    assert kept() is None
