"""What a visit writes into the slots of its papers.

Guarantees: a name is written only where its bearer belongs: by the role of a signer, never by the order of the lines.
A slot that the visit has nothing for stays empty, to be filled in by pen.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from consentkit.model.visit import ASSENT_AGE, Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.wording import AS_TYPED, Piece, VisitWording, before, behind, joined


def particulars(visit: Visit, pack: LanguagePack) -> dict[str, str]:
    """The text for each slot, by the slot's name, in the words of a language; what a visit says in words, as typed."""
    typed = {name: joined(pieces) for name, pieces in in_pieces(visit, pack, AS_TYPED).items()}
    texts = {name: text for name, text in (*_patient(visit, pack), *_signers(visit), *_visit(visit, pack)) if text}
    return {**texts, **typed}


def in_pieces(
    visit: Visit, pack: LanguagePack, wording: VisitWording, second: str | None = None
) -> dict[str, tuple[Piece, ...]]:
    """The texts for slots whose words have a language of their own, in pieces of one language each."""
    here = [pack.language]
    form = [*here, *([second] if second else ())]
    said: dict[str, tuple[Piece, ...]] = {}
    if representative := visit.representative:
        said["representative_blank"] = wording.related(representative.relationship, form)
        ((word, language),) = wording.related(representative.relationship, here)
        said["visit_representative"] = before(representative.name, [(f"({word})", language)])
    if (interpreter := visit.interpreter) and interpreter.language:
        number = f"; {interpreter.number}" if interpreter.number else ""
        said["interpreter_blank"] = behind(wording.spoken(interpreter.language, form), number)
        said["visit_interpreter"] = before(f"{interpreter.name},", wording.spoken(interpreter.language, here))
    return said


def identifiers(visit: Visit, pack: LanguagePack) -> tuple[str, str, str]:
    """What is on every page: name, date of birth, record number."""
    return visit.patient.name, pack.dates.write(visit.patient.born), visit.patient.record


def labelled(visit: Visit, pack: LanguagePack) -> tuple[str, str, str]:
    """The same, each behind its label: for pages that have no slots for them."""
    words = pack.label
    labels = words.name, words.born_in_full or words.born, words.record_in_full or words.record
    name, born, record = (f"{label}: {text}" for label, text in zip(labels, identifiers(visit, pack), strict=True))
    return name, born, record


def _patient(visit: Visit, pack: LanguagePack) -> Iterator[tuple[str, str | None]]:
    name, born, record = identifiers(visit, pack)
    yield "patient_name", name
    yield "patient_born", born
    yield "patient_record", record


def _signers(visit: Visit) -> Iterator[tuple[str, str | None]]:
    representative, interpreter = visit.representative, visit.interpreter
    if representative:
        yield "representative_printed_name", representative.name
        if visit.age >= ASSENT_AGE:
            yield "assent_printed_name", visit.patient.name
    else:
        yield "patient_printed_name", visit.patient.name
    if interpreter:
        yield "interpreter_printed_name", interpreter.name
        yield "interpreter_blank", interpreter.number
    yield "witness_printed_name", visit.witness
    yield "clinician_printed_name", visit.treats.signed
    yield "name_of_trainee", visit.trainee.signed if visit.trainee else None
    yield "name_of_supervisor", visit.supervisor.signed if visit.supervisor else None


def _visit(visit: Visit, pack: LanguagePack) -> Iterator[tuple[str, str | None]]:
    """The answers on the cover."""
    yield "visit_patient", visit.patient.name
    for row, answer in _answers(visit):
        yield f"visit_{row}", _in_words(answer, pack)


def _in_words(answer: str | datetime.date | datetime.time | None, pack: LanguagePack) -> str | None:
    if isinstance(answer, datetime.time):
        return pack.dates.write_time(answer)
    return pack.dates.write(answer) if isinstance(answer, datetime.date) else answer


def _answers(visit: Visit) -> Iterator[tuple[str, str | datetime.date | datetime.time | None]]:
    """What is on each line of the cover, from the top."""
    representative, interpreter = visit.representative, visit.interpreter
    yield "date", visit.date
    yield "time", visit.time
    yield "visit", visit.visit
    yield "clinician", visit.treats.signed
    yield "supervisor", visit.supervisor.signed if visit.supervisor else None
    yield "representative", representative.name if representative else None
    yield "interpreter", interpreter.name if interpreter else None
    yield "witness", visit.witness


def cover_rows(visit: Visit) -> list[str]:
    """The lines of the cover that this visit has an answer for, in their order."""
    return [row for row, answer in _answers(visit) if answer is not None]
