"""Packets of random visits, made twice: as the desk makes them, and anew with lines that the page engine draws.

    PYTHONPATH=tests python -m kit.drawn_two_ways 200 [SEED]

makes 200 of them, and ends with 1 at the first that differs; other visits with a seed. What the first way keeps of one
visit for the next ones stays for all of them; the second way has nothing of before but the parts. Both must have the
same structure with the same texts and fields, the same bookmarks, the same text on each page, look alike, and conform
to what they claim. In the end it says how many visits had what; it takes some two seconds of a core for each.
"""

from __future__ import annotations

import io
import os
import shutil
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count, product
from pathlib import Path
from random import Random
from typing import Any
from unittest import mock

import pikepdf
from hypothesis import HealthCheck, Phase, assume, given, seed, settings
from hypothesis import strategies as st

from consentkit.cache.store import Store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.visit import Visit
from consentkit.operations.packets import MadePacket, PacketsInTurn
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.plan import PacketOptions
from consentkit.packets.scripts import language_of
from consentkit.pdf.lines import common_line, shaping
from consentkit.resources import CJK_FONT
from kit.packets import bookmarks, plan, texts, visit
from kit.pictures import MOST_UNLIKE, difference, photograph
from kit.small import make_clinic, write_translation
from kit.structure_tree import lines, tree_of
from kit.tagged_file import File
from kit.validation import BOTH_STANDARDS, faults

_GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"
_EXTRAS = ("tagged.pdf", "turned-and-cropped.pdf")
"""An extra file with tags, and one without."""

_WITH_FONTS_OF_THE_SYSTEM = ("王小明", "山田 花子 はなこ", "김민수") if CJK_FONT.exists() else ()
NAMES = st.sampled_from(
    [
        *("Ann Lee", "Siobhán O’Keeffe-Martínez", "D’Angelo Reyes de la Cruz", "Świętosława Brzęczyszczykiewicz"),
        *("Nguyễn Thị Minh Khai", "Ελένη Παπαδοπούλου", "Иван Щукин", "Ọlọ́runfẹ́mi Adébáyọ̀", "Ụ̀zọ̀ Ńnà", "i̇brahim"),
        *("محمد علي", "عبد الرحمن الخطيب", "مُحَمَّد الله", "محمد Ann 12", "W" * 60, "O", "<b>Bobby</b> & {{ name }}"),
        *("Wolfeschlegelsteinhausenbergerdorff Hubert Blaine Adolphus Charles Montgomery", "Page 1 of 2"),
        *_WITH_FONTS_OF_THE_SYSTEM,
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
        "name": NAMES,
        "representative": _REPRESENTATIVES,
        "interpreter": _INTERPRETERS,
        "witness": NAMES,
        "trainee": _PEOPLE,
        "extra": st.sampled_from([[], [], *([name] for name in _EXTRAS)]),
        "duplex": st.booleans(),
    }
)


@dataclass(frozen=True)
class Situation:
    """What decides which papers a visit has, and so which parts have to be laid out."""

    language: str
    is_in_both: bool
    is_child: bool
    has_interpreter: bool
    has_witness: bool
    has_trainee: bool
    is_by_video: bool
    large_print: bool
    fillable: bool

    def visit_data(self, drawn: dict[str, Any]) -> dict[str, Any]:
        """A visit in this situation, of the people that were drawn."""
        born = "2012-02-29" if self.is_child else "1984-07-09"
        has = {
            "representative": self.is_child,
            "interpreter": self.has_interpreter,
            "witness": self.has_witness,
            "trainee": self.has_trainee,
        }
        return {
            "patient": {"name": drawn["name"], "born": born, "record": "MR-20417"},
            "language": self.language,
            "also_in": [{"en": "es", "es": "en"}[self.language]] if self.is_in_both else [],
            **{role: drawn[role] for role, is_there in has.items() if is_there},
            **({"supervisor": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"}} if self.has_trainee else {}),
            "place": "telehealth" if self.is_by_video else "in person",
            "large_print": self.large_print,
            "extra": drawn["extra"],
        }


_MOST_SITUATIONS = 48
"""Situations of one run: a form for each has to be laid out, which takes as long as all the rest for a visit."""


def _situations(seed_of_visits: int) -> list[Situation]:
    both = (False, True)
    every = [Situation(language, *flags) for language in ("en", "es") for flags in product(both, repeat=8)]
    return Random(seed_of_visits).sample(every, _MOST_SITUATIONS)


def open_small_clinic(folder: Path) -> OpenWorkspace:
    """A clinic in which random visits can be served, in two languages and with an extra file."""
    clinic = make_clinic(folder / "clinic")
    write_translation(clinic / "procedures", "es")
    (clinic / "extra").mkdir()
    for name in _EXTRAS:
        shutil.copy(_GOOD_FILES / name, clinic / "extra")
    return open_workspace(clinic, Store(folder / "cache"))


@contextmanager
def drawn_by_page_engine() -> Iterator[None]:
    """Leave every line to the page engine."""
    with (
        mock.patch.object(shaping, "shaped_common_line", return_value=None),
        mock.patch.object(common_line, "_known", []),
        mock.patch.object(shaping, "_glyphs_of", return_value=None),
    ):
        yield


def _names(data: dict[str, Any]) -> list[str]:
    people = (data.get(role) for role in ("patient", "representative", "interpreter", "trainee"))
    return [*(person["name"] for person in people if person), *([data["witness"]] if "witness" in data else [])]


def require_same(one: Packet, other: Packet) -> None:
    """Raise AssertionError where two packets differ in more than how their lines were drawn."""
    assert texts_of_pages(one) == texts_of_pages(other)
    assert bookmarks(one.pdf) == bookmarks(other.pdf)
    assert _tree(one.pdf) == _tree(other.pdf)
    for standard in BOTH_STANDARDS:
        expected = faults(other.pdf, standard)
        assert faults(one.pdf, standard) == expected
        assert one.untagged or not expected
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


class TwoWays:
    """Makes packets in both ways."""

    def __init__(self, workspace: OpenWorkspace) -> None:
        self._workspace = workspace
        self._kept = {
            duplex: PacketsInTurn(workspace, PacketOptions(allow_drafts=True, duplex=duplex))
            for duplex in (False, True)
        }

    def of_the_desk(self, asked: Visit, *, fillable: bool, duplex: bool) -> Packet:
        """The packet by makers that have served all visits before, none of which is compared with this one."""
        options = PacketOptions(allow_drafts=True, fillable=fillable, duplex=duplex)
        result = self._kept[duplex].apart().make(asked, options=options)
        assert isinstance(result, MadePacket), result
        return result.packet

    def of_the_page_engine(self, asked: Visit, *, fillable: bool, duplex: bool) -> Packet:
        """The packet by a maker of its own, which has no line but those that the page engine draws."""
        with drawn_by_page_engine():
            planned = plan(self._workspace, asked, fillable=fillable, duplex=duplex)
            return PacketMaker(self._workspace, duplex=duplex).make(planned)


def try_visits(
    workspace: OpenWorkspace, number: int, taken: Callable[[Packet], None] = lambda _: None, seed_of_visits: int = 0
) -> None:
    """Make the packets of so many random visits twice. Raises AssertionError for the first that differs.

    `taken` takes note of each that does not.
    """
    ways = TwoWays(workspace)

    @seed(seed_of_visits)
    @settings(
        max_examples=number,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(_VISITS, st.sampled_from(_situations(seed_of_visits)))
    def check(drawn: dict[str, Any], situation: Situation) -> None:
        data = situation.visit_data(drawn)
        names = _names(data)
        assume(len(set(names)) == len(names))  # nobody has two roles
        options = {"fillable": situation.fillable, "duplex": drawn["duplex"]}
        one = ways.of_the_desk(visit(**data), **options)
        require_same(one, ways.of_the_page_engine(visit(**data), **options))
        taken(one)

    check()


class _Summary:
    """Prints how far it has come, and in the end how many visits had what."""

    def __init__(self, number: int) -> None:
        self._number = number
        self._began = time.monotonic()
        self._done = count(1)
        self._had: Counter[str] = Counter()
        self._pages = 0

    def take(self, made: Packet) -> None:
        """Take note of a visit."""
        self._pages += made.pages
        plan = made.plan
        asked = plan.visit
        people = {
            role: person
            for role in ("patient", "representative", "interpreter", "trainee", "witness")
            if (person := getattr(asked, role))
        }
        names = [person if isinstance(person, str) else person.name for person in people.values()]
        self._had.update(list(people))
        self._had.update([f"in {asked.language}", asked.place, *(f"extra {name}" for name in asked.extra)])
        self._had.update(["in two languages"] * bool(asked.also_in))
        self._had.update(["large print"] * asked.large_print)
        self._had.update(["fields to fill in"] * plan.layout.fillable)
        self._had.update(["a blank page"] * any(placed.paper.kind == "blank" for placed in made.papers))
        self._had.update({f"a name in {script_of(name)}" for name in names})
        done = next(self._done)
        if done % 10 == 0 or done == self._number:
            each = (time.monotonic() - self._began) / done
            left = each * (self._number - done) / 60
            cpu = sum(os.times()[:4]) / done
            print(
                f"{done} of {self._number} the same, {each:.1f} s each ({cpu:.1f} of a core), {left:.1f} minutes left",
                flush=True,
            )

    def end(self) -> None:
        """Print it."""
        print(f"{self._pages} pages, of which pictures were compared; visits with")
        for what, times in sorted(self._had.items()):
            print(f"{times:6}  {what}")


def script_of(name: str) -> str:
    """What to call the letters of a name."""
    cyrillic = any("\u0400" <= letter <= "\u04ff" for letter in name)
    yoruba = any("\u1e00" <= letter <= "\u1eff" or "\u0300" <= letter <= "\u036f" for letter in name)
    usual = "letters with dots below" if yoruba else "Latin letters"
    return "Cyrillic letters" if cyrillic else language_of(name) or usual


def main() -> None:
    """Try as many visits as are requested."""
    number, *seeds = map(int, sys.argv[1:] or ["200"])
    summary = _Summary(number)
    with tempfile.TemporaryDirectory() as folder:
        try_visits(open_small_clinic(Path(folder)), number, summary.take, *seeds[:1])
    summary.end()


if __name__ == "__main__":
    main()
