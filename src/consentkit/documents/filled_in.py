"""What is filled in, marked or signed on a document: each place by the name of its field, with its labels.

Guarantees: whatever a procedure, a paper or a clause has filled in, marked, initialled or signed has its place here,
also who signs, so that a page that lacks one is not handed out.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import zip_longest

from consentkit.documents.form_values import AskedItem, FormValues
from consentkit.documents.page import Content
from consentkit.documents.paper_signing import PaperSigning, paper_signing
from consentkit.model.clauses import Clause
from consentkit.model.on_form import FormChoice, OnForm
from consentkit.model.paper import PaperSection
from consentkit.model.tables import Table
from consentkit.model.words import LanguagePack

_ANSWERS = ("yes", "no")
_WHO_REFUSE = ("patient", "representative", "clinician")


@dataclass(frozen=True)
class WritingPlace:
    """A place to write on, to tick or to sign."""

    name: str
    """The name of its field."""
    labels: tuple[str, ...] = ()
    """What is printed beside it, in each language."""


def places_of(content: Content, form: FormValues | None = None) -> Iterator[WritingPlace]:
    """The places of a document. `form` is what its form says, where it has one."""
    if content.variant in {"consent", "information"}:
        for number, table in enumerate(content.procedure.tables, 1):
            yield from _places_of_table(table, f"table_{number}")
    if form:
        yield from places_of_form(form, content.pack)
    if content.variant == "paper":
        yield from _places_of_paper(content)
    if content.variant == "refusal" and content.is_signed:
        yield from (WritingPlace(f"{role}_signature") for role in _WHO_REFUSE)


def _places_of_table(table: Table, name: str) -> Iterator[WritingPlace]:
    """The cells to fill in."""
    empty = ("",) * len(table.columns)
    for row, cells in enumerate((*table.rows, *(empty for _ in range(table.empty_rows))), 1):
        yield from (WritingPlace(f"{name}_row_{row}_{column}") for column, text in enumerate(cells, 1) if not text)


def _places_of_paper(content: Content) -> Iterator[WritingPlace]:
    paper, words = content.paper, content.pack
    for number, section in enumerate(paper.sections, 1):
        clause = words.clauses[section.clause] if section.clause else None
        name = f"section_{number}"
        yield from _places_of_section(section, name)
        yield from _places_of_clause((clause,), name, (words,), f"{name}_of_clause") if clause else ()
        initials = section.initials or (clause and clause.initials and "patient" in paper.signers)
        if content.is_signed and initials:
            yield WritingPlace(f"{name}_initials", (words.form.initials,))
    if content.is_signed:
        yield from _signatures(paper_signing(paper, content.signers))


def _places_of_section(section: PaperSection, name: str) -> Iterator[WritingPlace]:
    for number, choice in enumerate(section.choices, 1):
        yield from _places_of_choice((choice,), f"{name}_choice_{number}")
    if section.table:
        yield from _places_of_table(section.table, name)
    yield from (WritingPlace(f"{name}_blank_{number}", (label,)) for number, label in enumerate(section.blanks, 1))
    yield from (WritingPlace(f"{name}_line_{number}") for number in range(1, section.lines + 1))


def _places_of_choice(said: Sequence[FormChoice], name: str) -> Iterator[WritingPlace]:
    """The boxes of a choice, in each of its languages: as many as the first has."""
    for number, labels in enumerate(_in_each_language([one.options for one in said]), 1):
        yield WritingPlace(f"{name}_{number}", labels)


def _places_of_clause(
    said: Sequence[Clause], name: str, packs: Sequence[LanguagePack], name_of_blanks: str
) -> Iterator[WritingPlace]:
    """The lines and the answers of a clause, in each language that has it; not its initials."""
    blanks = said[0].blanks
    labels = _in_each_language([[blank.label for blank in clause.blanks] for clause in said])
    for number, (blank, texts) in enumerate(zip(blanks, labels, strict=True), 1):
        yield WritingPlace(f"name_of_{blank.holds}" if blank.holds else f"{name_of_blanks}_{number}", texts)
    if said[0].yes_or_no:
        yield from (WritingPlace(f"{name}_{answer}", _answer(answer, packs)) for answer in _ANSWERS)


def _signatures(signing: PaperSigning) -> Iterator[WritingPlace]:
    """The places to sign on a paper."""
    first = "participant_1" if signing.first == "participant" else signing.first
    others = (*(f"participant_{number}" for number in signing.participants), *signing.others, *signing.if_needed)
    yield from (WritingPlace(f"{role}_signature") for role in (first, *others))


def places_of_form(form: FormValues, words: LanguagePack) -> Iterator[WritingPlace]:
    """The places of a form in one language or two."""
    packs = (words, form.second) if form.second else (words,)
    for item in form.items:
        if len(form.items) > 1:
            yield from (WritingPlace(f"{item.field}_{answer}", _answer(answer, packs)) for answer in _ANSWERS)
        yield from _places_of_item(item, packs)
    for name, said in (*form.clauses.items(), *form.visit_clauses.items()):
        # Of one that no visit is known for, a box says whether it holds.
        if form.situation.loose and name in form.visit_clauses:
            yield WritingPlace(f"{name}_applies")
        yield from _places_of_clause(said, name, packs, name)
        if said[0].initials:
            yield WritingPlace(f"{name}_initials", tuple(pack.form.initials for pack in packs))
    for number, signers in enumerate(form.also_sign, 1):
        yield WritingPlace(f"second_clinician_{number}_signature", tuple(one.who for one in signers))
    if form.items:  # what is agreed to; a form that has lines alone is not signed
        yield from (WritingPlace(f"{role}_signature") for role in _roles(form, words))


def _places_of_item(item: AskedItem, packs: Sequence[LanguagePack]) -> Iterator[WritingPlace]:
    """What a procedure adds to the form."""
    said = [one.on_form or OnForm.model_construct() for one in item.said]
    for number in range(1, len(said[0].also_agree) + 1):
        yield from (WritingPlace(f"{item.field}_also_{number}_{answer}", _answer(answer, packs)) for answer in _ANSWERS)
    for number in range(len(said[0].choices)):
        choices = [one.choices[number] for one in said if number < len(one.choices)]
        name = f"{item.field}_choice_{number + 1}"
        yield WritingPlace(f"{name}_1", tuple(choice.label for choice in choices))
        yield from _places_of_choice(choices, name)
    for number, labels in enumerate(_in_each_language([one.blanks for one in said]), 1):
        yield WritingPlace(f"{item.field}_blank_{number}", labels)
    for number in range(1, len(said[0].initials) + 1):
        yield WritingPlace(f"{item.field}_initials_{number}", tuple(pack.form.initials for pack in packs))


def _roles(form: FormValues, words: LanguagePack) -> tuple[str, ...]:
    """Who signs a form; where no visit is known, whoever may."""
    if form.situation.loose:
        return (*(block.role for block in words.signatures.blocks), "assent")
    return form.situation.signers


def _answer(answer: str, packs: Sequence[LanguagePack]) -> tuple[str, ...]:
    return tuple(getattr(pack.form, answer) for pack in packs)


def _in_each_language(texts: Sequence[Sequence[str]]) -> list[tuple[str, ...]]:
    """Texts that belong together: those of the first language, each with its counterparts."""
    together = zip_longest(*texts)
    return [tuple(text for text in one if text) for one in list(together)[: len(texts[0])]]
