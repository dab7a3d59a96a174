"""What the visits of one kind write onto their papers, as it follows from their fields.

Guarantees: a recipe holds words of the clinic's languages and nothing of any visit; by it, a plain visit has the texts
that the ordinary way gives it (`learned_recipe` has compared them), or there are none: where two of its texts are
alike, or its name takes more than one line, its papers may be others. Little is loaded.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from consentkit.model.filling import written_day, written_time
from consentkit.packets.packet_number import packet_number

if TYPE_CHECKING:
    from consentkit.packets.plain_visits import PlainVisit

    Wording = Sequence[str]
    """A text in pieces: what is the same for all visits, the name of a field, the same again, and so on."""
    DayForm = tuple[str, Sequence[str]]
    """The order of day, month and year, and the months."""
    TimeForm = tuple[str, Sequence[str] | None]
    """The order of hour and minute, and the halves of the day."""

TARGET = "target"
"""The name of the file, in what is printed."""
_FORM = "recipe 1"


class PageWording(NamedTuple):
    """What is on the pages of papers with the same words."""

    required: Sequence[Wording]
    """What must be on each of them."""
    allowed: Sequence[Wording]
    """What else may be."""


class VisitRecipe(NamedTuple):
    """How all texts of the visits of a kind follow from their fields."""

    language: str
    numbered: str
    """What the number of a packet is made from beside the number, the day and the language of the visit."""
    days: Sequence[DayForm]
    times: Sequence[TimeForm]
    widths: Mapping[str, float]
    """How wide each letter of a name is."""
    room: float
    """How wide a name may be that takes one line."""
    texts: Sequence[Wording] = ()
    """Every text that is written, each once."""
    own: Sequence[PageWording] = ()
    """What is on pages, by the words of their papers."""
    feet: Mapping[tuple[int, int], Sequence[Wording]] = {}
    """What the foot of a page says beside its own number, by its paper and its page there."""
    printed: Sequence[tuple[int, Wording]] = ()
    """What is printed, with the descriptor of each stream."""

    def fields(self, visit: PlainVisit) -> dict[str, str]:
        """The fields of a visit as its texts have them. Raises LookupError for a letter whose width is not known."""
        if sum(map(self.widths.__getitem__, visit.name)) > self.room:
            raise LookupError("a name that takes two lines")
        number = packet_number(visit.number, visit.day.isoformat(), self.language, self.numbered)
        fields = {
            "visit": visit.number,
            "name": visit.name,
            "record": visit.record,
            "signed": visit.signed,
            "packet": number,
        }
        if visit.witness is not None:
            fields["witness"] = visit.witness
        for place, (pattern, months) in enumerate(self.days):
            fields[f"day {place}"] = written_day(pattern, months, visit.day)
            fields[f"born {place}"] = written_day(pattern, months, visit.born)
        for place, (pattern, halves) in enumerate(self.times):
            if visit.time is not None:
                fields[f"time {place}"] = written_time(pattern, halves, visit.time)
        return fields

    def packed(self) -> bytes:
        """As bytes that can be kept."""
        return json.dumps(
            {
                "form": _FORM,
                "language": self.language,
                "numbered": self.numbered,
                "days": [[pattern, [*months]] for pattern, months in self.days],
                "times": [[pattern, halves and [*halves]] for pattern, halves in self.times],
                "widths": dict(self.widths),
                "room": self.room,
                "texts": [[*text] for text in self.texts],
                "own": [[[*map(list, one.required)], [*map(list, one.allowed)]] for one in self.own],
                "feet": [[*where, [*map(list, foot)]] for where, foot in self.feet.items()],
                "printed": [[descriptor, [*text]] for descriptor, text in self.printed],
            }
        ).encode()


def unpacked_recipe(data: bytes) -> VisitRecipe | None:
    """Read what `packed` wrote; None for anything else."""
    try:
        kept = json.loads(data)
        if kept["form"] != _FORM:
            return None
        return VisitRecipe(
            language=kept["language"],
            numbered=kept["numbered"],
            days=[(pattern, months) for pattern, months in kept["days"]],
            times=[(pattern, halves) for pattern, halves in kept["times"]],
            widths=kept["widths"],
            room=kept["room"],
            texts=kept["texts"],
            own=[PageWording(required, allowed) for required, allowed in kept["own"]],
            feet={(paper, page): foot for paper, page, foot in kept["feet"]},
            printed=[(descriptor, text) for descriptor, text in kept["printed"]],
        )
    except (ValueError, LookupError, TypeError, AttributeError):
        return None


def worded(text: Wording, fields: Mapping[str, str]) -> str:
    """A text of a visit. Raises LookupError where it has no such field."""
    return "".join([fields[piece] if place % 2 else piece for place, piece in enumerate(text)])


def worded_all(texts: Iterable[Wording], fields: Mapping[str, str]) -> list[str]:
    """Texts of a visit. Raises LookupError where it lacks a field of one."""
    return [worded(text, fields) for text in texts]


def all_different(texts: Sequence[str]) -> bool:
    """Whether no two texts are alike: else they are written in fewer places, or in other ones."""
    return len(set(texts)) == len(texts)
