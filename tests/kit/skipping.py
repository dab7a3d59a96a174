"""Why a test may be skipped: the reason says whether set-up can help, and in CI only what it can't help is accepted.

A test that needs a program or a file which Debian has takes `needs`, and so is skipped with a reason of kind DEBIAN;
tools/setup.sh brings these, so that in CI such a skip is a failure. What depends on the machine itself (the user, the
kernel) is of kind MACHINE. Any other skip counts as a mistake in the test, and fails in CI too.
"""

from __future__ import annotations

import os
import shutil
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

import pytest

from kit.running import PROJECT

DEBIAN = "missing here, and a package of Debian: "
MACHINE = "not possible on this machine: "

_SEARCHED = os.pathsep.join([os.environ.get("PATH", ""), "/usr/sbin", "/sbin"])


def packages() -> dict[str, str]:
    """The package of Debian in which each program or file that the tests need is, as set-up installs them."""
    text = (PROJECT / "tools" / "setup.sh").read_text(encoding="utf-8")
    listed = text.partition('test_programs="')[2].partition('"')[0]
    return dict(line.split(":") for line in listed.split())


def missing(*needed: str) -> list[str]:
    """The packages to install for what is needed and not there; a KeyError where set-up does not bring it."""
    known = packages()
    by_package = {name: known[name] for name in needed}
    return sorted({package for name, package in by_package.items() if not _is_here(name)})


def _is_here(name: str) -> bool:
    return Path(name).exists() if "/" in name else shutil.which(name, path=_SEARCHED) is not None


def needs(
    *needed: str, allowed: Callable[[], bool] = lambda: True, otherwise: str = "not permitted"
) -> pytest.MarkDecorator:
    """Skip a test where a program or a file is missing, or where the machine does not allow what the test does."""
    if packages_missing := missing(*needed):
        return pytest.mark.skipif(True, reason=DEBIAN + " ".join(packages_missing))
    return pytest.mark.skipif(not allowed(), reason=MACHINE + otherwise)


def require(*needed: str) -> None:
    """Skip the running test or fixture where a program or a file is missing."""
    if packages_missing := missing(*needed):
        pytest.skip(DEBIAN + " ".join(packages_missing))


def summary(reasons: Iterable[str], *, strict: bool) -> Iterator[str]:
    """What to print about the skipped tests: how many for which reason, and which of them CI does not accept."""
    for reason, count in sorted(Counter(reasons).items()):
        yield f"{count} skipped: {reason}"
        if strict and not is_accepted(reason):
            remedy = (
                "let tools/setup.sh install it" if reason.startswith(DEBIAN) else "use `needs` of tests/kit/skipping.py"
            )
            yield f"  This is a failure, since CI must run what it can; {remedy}."


def is_accepted(reason: str) -> bool:
    """Whether a skip for this reason is accepted in CI."""
    return reason.startswith(MACHINE)
