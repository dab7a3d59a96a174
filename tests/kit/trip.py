"""Through which modules a code goes that is given to `consentkit render`.

    PYTHONPATH=tests python -m kit.trip [CODE]

prints them for a document that is made, and again for one that is kept, each with the functions that get the code; and
how many stays there are, which is more where the code comes back to a module that it has left.

Counted is each module with a function that gets the code, or the path of the code's file, as an argument: by itself,
or in a list, a mapping or a dataclass, at most two of these deep. What was read from the file (the procedure, and what
is made of it) holds the code too, but a code is not handed on by it, so models don't count.
"""

from __future__ import annotations

import dataclasses
import inspect
import subprocess
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from itertools import groupby
from pathlib import Path, PurePath
from types import CodeType, FrameType
from typing import Any

import consentkit

PACKAGE = Path(consentkit.__file__).parent
_DEEP = 2
_GENERATORS = inspect.CO_GENERATOR | inspect.CO_COROUTINE | inspect.CO_ASYNC_GENERATOR


def carries(value: Any, code: str, deep: int = _DEEP) -> bool:
    """Whether a value is a code or the path of its file, or holds one of them."""
    if isinstance(value, str | PurePath):
        return str(value) == code or PurePath(value).name == f"{code}.yaml"
    return deep > 0 and any(carries(inner, code, deep - 1) for inner in _inside(value))


def _inside(value: Any) -> Iterator[Any]:
    """What a plain collection or a dataclass holds. Those of libraries may do something when they are looked into."""
    if type(value) is dict:
        yield from (*value, *value.values())
    elif type(value) in (list, tuple, set, frozenset):
        yield from value
    elif dataclasses.is_dataclass(value) and not isinstance(value, type):
        yield from getattr(value, "__dict__", {}).values()


@dataclasses.dataclass(frozen=True)
class Call:
    """A call of a function that gets the code."""

    module: str
    function: str
    by_itself: bool
    """Whether an argument is the code or its path, and not only a value that holds it."""


def trip(call: Callable[[], object], code: str) -> list[Call]:
    """The calls of functions that get the code while something is called, in their order."""
    calls: list[Call] = []
    modules: dict[CodeType, str | None] = {}
    begun: set[FrameType] = set()

    def look(frame: FrameType, event: str, _: Any) -> None:
        if event != "call" or frame in begun:
            return
        if frame.f_code.co_flags & _GENERATORS:  # each time that it goes on would be a call
            begun.add(frame)
        if frame.f_code not in modules:
            modules[frame.f_code] = _module(frame.f_code)
        if module := modules[frame.f_code]:
            given = list(_given(frame))
            if any(carries(value, code) for value in given):
                by_itself = any(carries(value, code, 0) for value in given)
                calls.append(Call(module, frame.f_code.co_qualname, by_itself))

    sys.setprofile(look)
    try:
        call()
    finally:
        sys.setprofile(None)
    return calls


def _given(frame: FrameType) -> Iterator[Any]:
    """The arguments of a call. Before the first line of a function runs, it has no other values."""
    values = inspect.getargvalues(frame)
    names = [*values.args, *filter(None, (values.varargs, values.keywords))]
    yield from (values.locals[name] for name in names if name in values.locals)


def _module(code: CodeType) -> str | None:
    path = Path(code.co_filename)
    if PACKAGE not in path.parents or code.co_name.startswith("<"):
        return None
    return ".".join(path.relative_to(PACKAGE).with_suffix("").parts)


def _report(code: str, cache: str) -> Iterator[str]:
    from consentkit.cli.commands import consentkit as commands

    target = Path(cache) / "made.pdf"
    arguments = ["render", code, "-o", str(target), "--force", "--quiet", "--cache", cache]
    ended: list[int] = []
    calls = trip(lambda: ended.append(commands.main(arguments, standalone_mode=False)), code)
    if ended != [0]:
        raise SystemExit(f"render ended with {ended}")
    by_module: dict[str, dict[str, None]] = defaultdict(dict)
    for each in calls:
        by_module[each.module][each.function] = None
    yield f"{_numbers(calls)}; by itself: {_numbers([each for each in calls if each.by_itself])}"
    yield from (f"  {module}: {', '.join(functions)}" for module, functions in by_module.items())


def _numbers(calls: Sequence[Call]) -> str:
    stays = [module for module, _ in groupby(each.module for each in calls)]
    return f"{len(set(stays))} modules, {len(stays)} stays"


def _main() -> None:
    code, *rest = [*sys.argv[1:], "90837"][: max(1, len(sys.argv) - 1)]
    if rest:
        print("\n".join(_report(code, rest[0])))
        return
    with tempfile.TemporaryDirectory() as folder:
        for way in ("made", "kept"):
            arguments = [sys.executable, "-m", "kit.trip", code, folder]
            told = subprocess.run(arguments, stdout=subprocess.PIPE, text=True, check=True)
            print(f"{code}, {way}: {told.stdout}", end="")


if __name__ == "__main__":
    _main()
