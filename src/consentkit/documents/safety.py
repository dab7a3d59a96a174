"""What every patient must read, and whether it can be read on the finished paper.

Guarantees: each text that is required is a paragraph of the file, as often as it is required, and every character of it
is visible (`pdf.read.visible`): a template or style sheet that leaves it out, hides it or moves it away makes no paper.
Each place to write on or to sign is there, with its labels, which share a paragraph with it; so is each picture.

Not checked: whether the shape of each glyph is that of its letter.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.documents.filled_in import WritingPlace, places_of
from consentkit.documents.form_values import SUMMARY_ROWS, FormValues
from consentkit.documents.page import Content
from consentkit.errors import RenderingFailed, TemplateFault
from consentkit.model.bidi import LEFT_TO_RIGHT_MARK
from consentkit.model.clauses import Clause
from consentkit.model.paper import Paper
from consentkit.model.passages import Passage
from consentkit.model.placeholders import fill
from consentkit.model.procedure import Procedure
from consentkit.model.risks import Statement
from consentkit.model.tables import Table
from consentkit.model.words import FigureWords, LanguagePack, PlanWords
from consentkit.problems import quoted

if TYPE_CHECKING:
    from consentkit.pdf.part import Part
    from consentkit.pdf.read.structure_text import TaggedText

_MOST_NAMED = 10


@dataclass(frozen=True)
class Required:
    """What must be on a finished page."""

    texts: Sequence[str] = ()
    """Each a paragraph of its own."""
    places: Sequence[WritingPlace] = ()
    pictures: Sequence[str] = ()
    """Each by what it shows in words."""


def required_of(content: Content, fingerprint: str) -> Required:
    """Everything that must never be missing from a document. `fingerprint` is that of its text."""
    form = content.form(fingerprint) if content.variant in {"consent", "form"} else None
    pictures = content.procedure.pictures if content.variant in {"consent", "information"} else ()
    return Required(
        texts=[*safety_texts(content, fingerprint)],
        places=[*places_of(content, form)],
        pictures=[picture.alternative for picture in pictures],
    )


def safety_texts(content: Content, fingerprint: str | None = None) -> Iterator[str]:
    """Every text that must never be missing from the paper.

    Where the fingerprint of its text is known, what a form says was given is among them.
    """
    if content.variant in {"consent", "information"}:
        yield from _texts_to_read(content)
    if content.variant in {"consent", "form"}:
        form = content.form(fingerprint or "")
        yield from form_texts(form, content.pack)
        yield from papers_given(form) if fingerprint else ()
    if content.variant == "refusal":
        yield from _refusal_texts(content)
    if content.variant == "plan":
        yield from _plan_texts(content.pack.plan)
    if content.variant == "paper":
        yield from _paper_texts(content.paper, content.pack)


def _texts_to_read(content: Content) -> Iterator[str]:
    """What the information says: all that there is to weigh, when to get help, and the clauses."""
    procedure, words = content.procedure, content.pack.figures
    yield from (getattr(procedure.summary, row) for row in SUMMARY_ROWS)
    yield from (with_figure(risk, words) for risk in procedure.risks.each)
    yield from passage_texts(procedure.risks.what_helps)
    yield from _get_help_texts(procedure)
    yield from (with_figure(benefit, words) for benefit in procedure.benefits.items)
    for choice in procedure.alternatives.items:
        yield from (choice.name, *choice.good, *choice.less_good)
    yield from passage_texts(procedure.no_treatment)
    yield from passage_texts(procedure.warning_signs) if procedure.warning_signs else ()
    for table in procedure.tables:
        yield table.heading
        yield from table_texts(table)
        yield from (table.note,) if table.note else ()
    yield from (picture.caption for picture in procedure.pictures if picture.caption)
    yield from clause_texts(content.pack.clauses[name] for name in content.clauses_to_read)


def _plan_texts(plan: PlanWords) -> Iterator[str]:
    """Whom to call, and the six steps."""
    yield from (plan.call, plan.call_note)
    for step in plan.steps:
        yield from (step.heading, step.hint)


def _paper_texts(paper: Paper, words: LanguagePack) -> Iterator[str]:
    """What a paper says, and what is said by signing it."""
    yield paper.title
    yield from paper.intro.split("\n\n") if paper.intro else ()
    for section in paper.sections:
        clause = words.clauses[section.clause] if section.clause else None
        yield clause.heading if clause else section.heading or ""
        yield from clause_texts([clause]) if clause else ()
        yield from passage_texts(section.text) if section.text else ()
        if section.table:
            yield from table_texts(section.table)
        yield from (choice.label for choice in section.choices)
    if paper.signers:
        yield from paper.statements
        yield from (paper.agreement,) if paper.agreement else ()


def _refusal_texts(content: Content) -> Iterator[str]:
    """What was offered, what may follow, that the door stays open, when to get help, and what is said by signing."""
    procedure, words = content.procedure, content.pack.refusal
    yield from (procedure.summary.what, procedure.summary.why)
    door = words.open_door.text.split("\n\n")
    yield from (*passage_texts(procedure.no_treatment), *door, *_get_help_texts(procedure))
    agreement = fill(words.agreement, title=procedure.title, code=procedure.code)
    yield from (*words.statements, agreement)


def form_texts(form: FormValues, pack: LanguagePack) -> Iterator[str]:
    """What a form says in each of its languages: what is asked and weighed, rights and limits, and what is signed."""
    for said in (said for item in form.items for said in item.said):
        yield from (said.name, *said.summary.values(), *said.risks.values(), said.choices)
        yield from (*said.on_form.also_agree, *said.on_form.initials) if said.on_form else ()
    yield from (signer.statement for said_of_one in form.also_sign for signer in said_of_one)
    yield from form.on_file
    yield from (text for call in form.calls for text in call)
    yield from clause_texts(clause for clauses in form.clauses.values() for clause in clauses)
    yield from clause_texts(clause for clauses in form.visit_clauses.values() for clause in clauses)
    for words in (pack, form.second) if form.second else (pack,):
        yield from words.consent.statements
        yield words.form.agreement_by_row if len(form.items) > 1 else words.form.agreement
        if form.situation.assent or form.situation.loose:
            yield from words.form.assent.statements


def papers_given(form: FormValues) -> Iterator[str]:
    """What a form says of the information papers that the patient was given, in each of its languages."""
    return (said.paper for item in form.items for said in item.said)


def _get_help_texts(procedure: Procedure) -> Iterator[str]:
    """The signs that mean: call at once, and whom."""
    if procedure.risks.get_help_now:
        yield from passage_texts(procedure.risks.get_help_now)


def with_figure(statement: Statement, words: FigureWords) -> str:
    """What a paper says of a risk or benefit: a figure comes first."""
    return f"{words.write(statement.figure)} {statement.text}" if statement.figure else statement.text


def table_texts(table: Table) -> Iterator[str]:
    """What is printed in a table."""
    yield from table.columns
    yield from (text for row in table.rows for text in row if text)


def clause_texts(clauses: Iterable[Clause]) -> Iterator[str]:
    """What clauses say."""
    for clause in clauses:
        yield from passage_texts(clause.text)


def passage_texts(passage: Passage) -> Iterator[str]:
    """The paragraphs and items of a passage."""
    for prose in (passage.intro, passage.note):
        yield from prose.split("\n\n") if prose else ()
    yield from passage.items


def require(required: Required, part: Part) -> None:
    """Raise TemplateFault unless everything that is required is in a finished file, where it can be seen."""
    others = require_texts(required.texts, part.pdf)
    _require_places(required.places, part)
    _require_none(_missing_labels([label for place in required.places for label in place.labels], others))
    shown = " ".join(_comparable(block.text) for block in _read_back(part.pdf)) if required.pictures else ""
    if missing := [words for words in required.pictures if _comparable(words) not in shown]:
        raise TemplateFault(f"the finished page lacks the picture of {_named(missing)}; a template leaves it out")


def _require_places(places: Iterable[WritingPlace], part: Part) -> None:
    there = {slot.name for slot in part.slots}
    if missing := list(dict.fromkeys(place.name for place in places if place.name not in there)):
        raise TemplateFault(
            f"the finished page has no place for {_named(missing)}; a template leaves out what is filled in or signed"
        )


def require_texts(texts: Iterable[str], pdf: bytes) -> Counter[str]:
    """Raise TemplateFault unless each text is a paragraph of the PDF that can be seen, as often as it is given.

    Returns the other paragraphs.
    """
    visible = Counter(_comparable(element.text) for element in _read_back(pdf, only_visible=True))
    requested = Counter(_comparable(text) for text in texts)
    _require_none([*(requested - visible)])
    return visible - requested


def _require_none(missing: Sequence[str]) -> None:
    """Raise TemplateFault where texts are missing."""
    if missing:
        raise TemplateFault(
            f"the finished page lacks {_named(missing)}; a template leaves out or hides what every patient must read"
        )


def _missing_labels(labels: Sequence[str], paragraphs: Counter[str]) -> list[str]:
    """The labels that are not in paragraphs, of which each piece counts for one label: for the longest one first."""
    rest = "\n".join(paragraphs.elements()) if labels else ""
    missing = []
    for label, times in sorted(Counter(map(_comparable, labels)).items(), key=lambda entry: -len(entry[0])):
        rest, count = re.subn(rf"(?<!\w){re.escape(label)}(?!\w)", "\n", rest, count=times)
        missing += [label] if count < times else []
    return missing


def _named(missing: Sequence[str]) -> str:
    more = f" and {len(missing) - _MOST_NAMED} more" if len(missing) > _MOST_NAMED else ""
    return ", ".join(quoted(text) for text in missing[:_MOST_NAMED]) + more


def _read_back(pdf: bytes, *, only_visible: bool = False) -> list[TaggedText]:
    from consentkit.pdf.read.structure_text import UnreadablePdf, tagged_text

    try:
        return tagged_text(pdf, only_visible=only_visible)
    except UnreadablePdf as error:
        raise RenderingFailed(f"the finished page can't be read back: {error}") from error


def _comparable(text: str) -> str:
    """Fold what typesetting may change: kinds of space, letters composed in another way, marks of direction."""
    return " ".join(unicodedata.normalize("NFKC", text).replace(LEFT_TO_RIGHT_MARK, "").split())
