"""Packets of random visits, made twice: with lines that are shaped here, and with lines that the page engine draws.

    PYTHONPATH=tests python -m kit.drawn_two_ways 200

makes 200 of them, and ends with 1 at the first that differs. Both must have the same structure with the same texts and
fields, the same bookmarks, the same text on each page, look alike, and conform to what they claim.
"""

from __future__ import annotations

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

import pikepdf
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from consentkit.cache.store import Store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.visit import Visit
from consentkit.packets.packet import Packet
from consentkit.pdf.lines import shaping
from kit.packets import bookmarks, packet, texts, visit
from kit.pictures import MOST_UNLIKE, difference, photograph
from kit.small import make_clinic, write_translation
from kit.structure_tree import lines, tree_of
from kit.tagged_file import File
from kit.validation import BOTH_STANDARDS, faults

_GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"

NAMES = st.sampled_from(
    [
        *("Ann Lee", "Siobhán O’Keeffe-Martínez", "D’Angelo Reyes de la Cruz", "Świętosława Brzęczyszczykiewicz"),
        *("Nguyễn Thị Minh Khai", "Ελένη Παπαδοπούλου", "Иван Щукин", "Ọlọ́runfẹ́mi Adébáyọ̀", "Ụ̀zọ̀ Ńnà", "i̇brahim"),
        *("محمد علي", "عبد الرحمن الخطيب", "مُحَمَّد الله", "محمد Ann 12", "W" * 60, "O", "<b>Bobby</b> & {{ name }}"),
        *("Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Adolphus Charles Montgomery", "Page 1 of 2"),
    ]
)
_PEOPLE = st.fixed_dictionaries({"name": NAMES, "credentials": st.sampled_from(["PhD", "MSW intern"])})
_REPRESENTATIVES = st.fixed_dictionaries({"name": NAMES, "relationship": st.sampled_from(["mother", "tía abuela"])})
_INTERPRETERS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "is_a": st.just("professional"),
        "language": st.sampled_from(["Spanish", "Tiếng Việt"]),
        "number": st.sampled_from(["4471", "A-12/3"]),
    }
)
_VISITS = st.fixed_dictionaries(
    {
        "patient": st.fixed_dictionaries(
            {"name": NAMES, "born": st.sampled_from(["1984-07-09", "2012-02-29"]), "record": st.just("MR-20417")}
        ),
        "language": st.sampled_from(["en", "es"]),
        "representative": _REPRESENTATIVES,
    },
    optional={
        "interpreter": _INTERPRETERS,
        "witness": NAMES,
        "trainee": _PEOPLE,
        "large_print": st.booleans(),
        "place": st.just("telehealth"),
        "extra": st.just(["tagged.pdf"]),
    },
)
_OPTIONS = st.fixed_dictionaries({"fillable": st.booleans(), "duplex": st.booleans()})


def open_small_clinic(folder: Path) -> OpenWorkspace:
    """A clinic in which random visits can be served, in two languages and with an extra file."""
    clinic = make_clinic(folder / "clinic")
    write_translation(clinic / "procedures", "es")
    (clinic / "extra").mkdir()
    shutil.copy(_GOOD_FILES / "tagged.pdf", clinic / "extra")
    return open_workspace(clinic, Store(folder / "cache"))


@contextmanager
def drawn_by_page_engine() -> Iterator[None]:
    """Leave every line to the page engine."""
    with (
        mock.patch.object(shaping, "common_glyphs", return_value=None),
        mock.patch.object(shaping, "set_line", return_value=None),
        mock.patch.object(shaping, "_glyphs_of", return_value=None),
    ):
        yield


def random_visit(data: dict[str, Any]) -> Visit:
    """A visit of random people; who is grown up decides alone."""
    changes = dict(data)
    if changes["patient"]["born"] < "2000":
        del changes["representative"]
    if "trainee" in changes:
        changes["supervisor"] = {"name": "Dr. Amara Okonkwo", "credentials": "PhD"}
    return visit(**changes)


def _names(data: dict[str, Any]) -> list[str]:
    people = (data.get(role) for role in ("patient", "representative", "interpreter", "trainee"))
    return [*(person["name"] for person in people if person), *([data["witness"]] if "witness" in data else [])]


def require_same(one: Packet, other: Packet) -> None:
    """Raise AssertionError where two packets differ in more than how their lines were drawn."""
    assert texts_of_pages(one) == texts_of_pages(other)
    assert bookmarks(one.pdf) == bookmarks(other.pdf)
    assert _tree(one.pdf) == _tree(other.pdf)
    for standard in BOTH_STANDARDS:
        assert faults(one.pdf, standard) == faults(other.pdf, standard)
    pictures = (photograph(made.pdf) for made in (one, other))
    for number, (actual, expected) in enumerate(zip(*pictures, strict=True), 1):
        unlike = difference(actual, expected).histogram()[255]
        assert unlike <= MOST_UNLIKE, f"page {number}: {unlike} pixels differ"


def texts_of_pages(made: Packet) -> list[list[str]]:
    """What is drawn on each page; a space at the end of a line is nothing that anybody sees.

    Where a bracket is in a line from right to left, too, the page engine says of it everywhere that it is its mirror
    image, which is drawn there by the same glyph; the pictures show that it is not.
    """
    return [sorted(text.strip().translate(_BRACKETS) for text in page) for page in texts(made.pdf)]


_BRACKETS = str.maketrans(")", "(")


def _tree(pdf: bytes) -> list[str]:
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        return lines(tree_of(File(opened)))


def try_visits(workspace: OpenWorkspace, number: int) -> None:
    """Make the packets of so many random visits twice. Raises AssertionError for the first that differs."""

    @settings(
        max_examples=number,
        deadline=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_VISITS, _OPTIONS)
    def check(data: dict[str, Any], options: dict[str, bool]) -> None:
        names = _names(data)
        assume(len(set(names)) == len(names))  # nobody has two roles
        one = packet(workspace, random_visit(data), **options)
        with drawn_by_page_engine():
            other = packet(workspace, random_visit(data), **options)
        require_same(one, other)

    check()


def main() -> None:
    """Try as many visits as are asked for."""
    with tempfile.TemporaryDirectory() as folder:
        try_visits(open_small_clinic(Path(folder)), int(sys.argv[1]) if len(sys.argv) > 1 else 200)


if __name__ == "__main__":
    main()
