"""Learns from a packet that has been made how the texts of its kind of visits follow from their fields.

Guarantees: a recipe is handed out only where it gives the texts of this visit, and those of made-up ones with other
values in each field, word for word; nothing of the visit is in it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, NamedTuple

from consentkit.model.visit import ASSENT_AGE, FULL_AGE, Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.items import PlacedItem, packs_of
from consentkit.packets.learned_stencil import VisitTexts
from consentkit.packets.lettering import ROOM_FOR_NAME, lines_of_name
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.plain_visits import LETTERS, MAY_DIFFER, PlainVisit
from consentkit.packets.plan import PacketPlan, papers_in_number
from consentkit.packets.read_back import own_texts, required_texts
from consentkit.packets.visit_recipe import TARGET, PageWording, VisitRecipe, all_different, worded_all
from consentkit.packets.writing import texts_in
from consentkit.pdf.fonts.widths import width_of

if TYPE_CHECKING:
    from consentkit.packets.visit_recipe import Wording

_INVENTED: tuple[Mapping[str, str], ...] = (
    {
        "visit": "QX7-30811",
        "date": "03-07",
        "time": "16:47",
        "patient.name": "Wexandra Quillonpask",
        "patient.born": "05-21",
        "patient.record": "ZK-55172",
        "clinician.name": "Dr. Ottoluca Brimvald",
        "clinician.credentials": "XQD, ZWSK",
        "witness": "Ysolde Fjarnwick",
    },
    {
        "visit": "40962",
        "date": "11-28",
        "time": "00:05",
        "patient.name": "Zé O’Nunnally",
        "patient.born": "12-09",
        "patient.record": "7",
        "clinician.name": "Jip Voss",
        "clinician.credentials": "Z9",
        "witness": "Kaj Xu-Berg",
    },
    {
        "visit": "w-1",
        "date": "08-15",
        "time": "12:30",
        "patient.name": "MAXIMILIANA QWERTZ",
        "patient.born": "01-02",
        "patient.record": "A-1-B-2-C-3",
        "clinician.name": "Ærø Pljevalja",
        "clinician.credentials": "Dr.phil.",
        "witness": "Uwe Grünß",
    },
)
"""Visits of nobody, with other values in each field; the texts of the first one occur in no words of ours."""


LETTERS_OF_NAMES = "".join(filter(re.compile(f"[{LETTERS} '’.-]").match, [*map(chr, range(0x20, 0x100)), "’"]))
"""What a name may have, each by itself."""


class LearnedTexts(NamedTuple):
    """What the ordinary way writes for a visit, and what it would look for in its packet."""

    texts: VisitTexts
    own: Sequence[tuple[Sequence[str], Sequence[str]]]
    feet: Mapping[tuple[int, int], Sequence[str]]


def invented_visits(visit: Visit, plain: PlainVisit) -> list[tuple[Visit, PlainVisit]]:
    """Visits of nobody of the same kind as this one. Raises ValueError where there are none."""
    return [_invented(visit, plain, fields) for fields in _INVENTED]


def _invented(visit: Visit, plain: PlainVisit, invented: Mapping[str, str]) -> tuple[Visit, PlainVisit]:
    age = 40 if visit.age >= FULL_AGE else FULL_AGE - 3 if visit.age >= ASSENT_AGE else ASSENT_AGE - 3
    years = {"date": visit.date.year, "patient.born": visit.date.year - age}
    fields = dict(plain.fields)
    for path in MAY_DIFFER:
        if path in fields:
            fields[path] = f"{years[path]:04}-{invented[path]}" if path in years else invented[path]
    other = PlainVisit(fields, plain.source)
    if other.kind != plain.kind:
        raise ValueError("is of another kind")
    patient = visit.patient.model_copy(update={"name": other.name, "born": other.born, "record": other.record})
    clinician = visit.clinician.model_copy(update={"name": other.clinician, "credentials": other.credentials})
    changes = {"visit": other.number, "date": other.day, "time": other.time, "witness": other.witness}
    return visit.model_copy(update={**changes, "patient": patient, "clinician": clinician}), other


def texts_by_the_ordinary_way(plan: PacketPlan, papers: Sequence[PlacedItem]) -> LearnedTexts:
    """What the ordinary way writes for a visit."""
    numbers = PageNumbers(plan, papers[-1].last)
    own = [
        (required_texts(plan.visit, pack, with_labels=False), list(own_texts(plan.visit, pack, plan.wording)))
        for pack in packs_of(papers)
    ]
    feet = {
        (number, page): numbers.foot(placed, page)[1:]
        for number, placed in enumerate(papers)
        for page in range(placed.paper.part.pages)
    }
    return LearnedTexts(texts_in(plan, papers), own, feet)


def learned_recipe(
    plain: PlainVisit,
    plan: PacketPlan,
    invented: Sequence[tuple[PlainVisit, PacketPlan]],
    papers: Sequence[PlacedItem],
    printed: Sequence[tuple[int, str]],
    target: str,
) -> VisitRecipe | None:
    """The recipe of a visit's kind; None where it is not certain that it gives the texts of others.

    `invented` are other visits of the kind. `printed` is what is printed of the first of them, in the file `target`.
    """
    recipe = _recipe_without_texts(plan, packs_of(papers))
    (first, first_plan), *_ = invented
    said = texts_by_the_ordinary_way(first_plan, papers)
    fields = recipe.fields(first)
    if not _can_be_distinguished([*fields.values()]):
        return None
    learned = recipe._replace(
        texts=_wordings(said.texts.every, fields),
        own=[PageWording(_wordings(required, fields), _wordings(allowed, fields)) for required, allowed in said.own],
        feet={where: _wordings(texts, fields) for where, texts in said.feet.items()},
        printed=[
            (descriptor, _wording(text, {TARGET: target, "packet": first_plan.packet})) for descriptor, text in printed
        ],
    )
    every = [(plain, plan), *invented]
    if lines_of_name(plain.name) != 1 or not all(_is_right(learned, one, its, papers) for one, its in every):
        return None
    patterns = {texts_by_the_ordinary_way(its, papers).texts.pattern for _, its in every}
    return learned if len(patterns) == 1 else None


def _recipe_without_texts(plan: PacketPlan, packs: Sequence[LanguagePack]) -> VisitRecipe:
    dates = [pack.dates for pack in packs]
    return VisitRecipe(
        language=plan.pack.language,
        numbered=papers_in_number(plan),
        days=list(dict.fromkeys((one.pattern, one.months) for one in dates)),
        times=list(dict.fromkeys((one.time, one.halves) for one in dates)),
        widths={letter: width_of(letter) for letter in LETTERS_OF_NAMES},
        room=ROOM_FOR_NAME,
    )


def _can_be_distinguished(texts: Sequence[str]) -> bool:
    """Whether each text of a made-up visit is recognised wherever it is."""
    return all(one not in other for place, one in enumerate(texts) for other in (*texts[:place], *texts[place + 1 :]))


def _wording(text: str, fields: Mapping[str, str]) -> Wording:
    """A text in pieces, with the names of fields instead of what they say."""
    pieces: list[str] = [text]
    for name, said in fields.items():
        pieces = [
            piece for place, part in enumerate(pieces) for piece in _split(part, name, said, is_text=not place % 2)
        ]
    return pieces


def _wordings(texts: Iterable[str], fields: Mapping[str, str]) -> list[Wording]:
    return [_wording(text, fields) for text in texts]


def _split(part: str, name: str, said: str, *, is_text: bool) -> Iterator[str]:
    if not is_text:
        yield part
        return
    first, *others = part.split(said)
    yield first
    for other in others:
        yield from (name, other)


def _is_right(recipe: VisitRecipe, visit: PlainVisit, plan: PacketPlan, papers: Sequence[PlacedItem]) -> bool:
    """Whether the recipe gives the texts of a visit that the ordinary way gives it."""
    said, fields = texts_by_the_ordinary_way(plan, papers), recipe.fields(visit)
    texts = worded_all(recipe.texts, fields)
    own = [(worded_all(one.required, fields), worded_all(one.allowed, fields)) for one in recipe.own]
    feet = {where: worded_all(foot, fields) for where, foot in recipe.feet.items()}
    return (
        fields["packet"] == plan.packet
        and all_different(texts)
        and texts == list(said.texts.every)
        and own == [(list(required), list(allowed)) for required, allowed in said.own]
        and feet == {where: list(foot) for where, foot in said.feet.items()}
    )
