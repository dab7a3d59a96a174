"""Where a program is while it uses the processor, looked at again and again: -m benchmarks.sampling FILE MODULE ...

runs a module as a program of its own, such as `consentkit`, and adds to FILE what was seen. Guarantees: the program
runs as it always does, but for a look each millisecond or as often as the system allows; next to nothing is loaded for
that, so that what the program loads is seen, too.
"""

from __future__ import annotations

import _signal  # type: ignore[import-not-found]
import os
import sys
from types import FrameType

TYPE_CHECKING = False  # as in `typing`, which takes long to load
if TYPE_CHECKING:
    from collections.abc import Callable

_SECONDS = 0.001
_LIBRARIES = f"{os.sep}site-packages{os.sep}"
_LOADING = "<frozen importlib"

Place = tuple[str, str]
"""A module of consentkit with its function, or `loading` with the package that is loaded."""
Stack = tuple[Place, ...]
"""The place of a sample, and whoever called it, up to the program."""


def _folder_of(package: str) -> str:
    """The folder of a package, with a separator at its end; the package is not loaded."""
    specs = (finder.find_spec(package, None) for finder in sys.meta_path)
    locations = next(spec.submodule_search_locations for spec in specs if spec)
    return f"{locations[0]}{os.sep}" if locations else package


_OURS = _folder_of("consentkit")


class Sampler:
    """Counts the stacks that are seen while it runs."""

    def __init__(self) -> None:
        self.seen: dict[Stack, int] = {}

    def start(self) -> None:
        """Look from now on."""
        _signal.signal(_signal.SIGPROF, self._look)
        _signal.setitimer(_signal.ITIMER_PROF, _SECONDS, _SECONDS)

    def stop(self) -> None:
        """Look no more."""
        _signal.setitimer(_signal.ITIMER_PROF, 0)

    def _look(self, _: int, frame: FrameType | None) -> None:
        stack = stack_of(frame)
        self.seen[stack] = self.seen.get(stack, 0) + 1


def stack_of(frame: FrameType | None) -> Stack:
    """Where a program is, in what is ours. What libraries do belongs to the function that called them."""
    places: list[Place] = []
    loaded = ""
    while frame:
        code = frame.f_code
        if code.co_filename.startswith(_LOADING):
            # What a module does while it is loaded is the cost of its package, whoever asked for it.
            places = [("loading", loaded or "modules: looking for them, reading them")]
        elif code.co_name == "<module>" and not loaded:
            loaded = _package(code.co_filename)
        elif code.co_filename.startswith(_OURS) and code.co_name != "<module>":
            place = (_module(code.co_filename), code.co_qualname)
            if place not in places:
                places.append(place)
        frame = frame.f_back
    return tuple(places) or (("the program", "what is in no function of consentkit"),)


def _module(file: str) -> str:
    return file.removeprefix(_OURS).removesuffix(".py").replace(os.sep, ".")


def _package(file: str) -> str:
    if _OURS in file:
        return "consentkit"
    if _LIBRARIES in file:
        return file.rpartition(_LIBRARIES)[2].partition(os.sep)[0].removesuffix(".py")
    return "the standard library"


def main() -> None:
    """Run the program."""
    file, module, *arguments = sys.argv[1:]
    sys.argv = [module, *arguments]
    sampler = Sampler()
    at_exit, end = _noting(sampler, file), os._exit

    def noted_exit(code: int) -> None:
        at_exit()
        end(code)

    os._exit = noted_exit  # type: ignore[assignment]
    sampler.start()
    from runpy import run_module

    try:
        run_module(module, run_name="__main__", alter_sys=True)
    finally:
        at_exit()


def _noting(sampler: Sampler, file: str) -> Callable[[], None]:
    process = os.getpid()

    def note() -> None:
        sampler.stop()
        if os.getpid() == process and sampler.seen:  # not in those that it has forked
            with open(file, "a", encoding="utf-8") as stream:  # noqa: PTH123 - pathlib takes long to load
                stream.write(f"{list(sampler.seen.items())!r}\n")
            sampler.seen = {}

    return note


if __name__ == "__main__":
    main()
