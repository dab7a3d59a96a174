"""What a visit writes into the slots of its papers.

Guarantees: a name is written only where its bearer belongs: by the role of a signer, never by the order of the lines.
A slot that the visit has nothing for stays empty, to be filled in by pen.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.language import LanguagePack
from consentkit.packets.visit import Visit


def particulars(visit: Visit, pack: LanguagePack) -> dict[str, str]:
    """The text for each slot, by the slot's name, in the words of a language."""
    return {name: text for name, text in (*_patient(visit, pack), *_signers(visit), *_visit(visit, pack)) if text}


def identifiers(visit: Visit, pack: LanguagePack) -> tuple[str, str, str]:
    """What stands on every page: name, date of birth, record number."""
    return visit.patient.name, pack.dates.write(visit.patient.born), visit.patient.record


def _patient(visit: Visit, pack: LanguagePack) -> Iterator[tuple[str, str | None]]:
    name, born, record = identifiers(visit, pack)
    yield "patient_name", name
    yield "patient_born", born
    yield "patient_record", record


def _signers(visit: Visit) -> Iterator[tuple[str, str | None]]:
    representative, interpreter = visit.representative, visit.interpreter
    if representative:
        yield "representative_printed_name", representative.name
        yield "representative_blank", representative.relationship
        yield "assent_printed_name", visit.patient.name
    else:
        yield "patient_printed_name", visit.patient.name
    if interpreter:
        yield "interpreter_printed_name", interpreter.name
        yield "interpreter_blank", "; ".join(filter(None, (interpreter.language, interpreter.number)))
    yield "witness_printed_name", visit.witness
    yield "clinician_printed_name", visit.treats.signed
    yield "treated_by", visit.treats.signed
    yield "trainee_1", visit.trainee.signed if visit.trainee else None
    yield "trainee_2", visit.supervisor.signed if visit.supervisor else None


def _visit(visit: Visit, pack: LanguagePack) -> Iterator[tuple[str, str | None]]:
    """The answers on the cover."""
    yield "visit_patient", visit.patient.name
    yield "visit_visit", visit.visit
    yield "visit_date", pack.dates.write(visit.date)
    yield "visit_time", visit.time.strftime("%H:%M") if visit.time else None
    yield "visit_clinician", visit.treats.signed
    yield "visit_supervisor", visit.supervisor.signed if visit.supervisor else None
    if visit.representative:
        yield "visit_representative", f"{visit.representative.name} ({visit.representative.relationship})"
    if visit.interpreter:
        yield "visit_interpreter", ", ".join(filter(None, (visit.interpreter.name, visit.interpreter.language)))
    yield "visit_witness", visit.witness


def cover_rows(visit: Visit) -> list[str]:
    """The lines of the cover that this visit has an answer for, in their order."""
    given = {
        "date": True,
        "time": visit.time is not None,
        "visit": True,
        "clinician": True,
        "supervisor": visit.supervisor is not None,
        "representative": visit.representative is not None,
        "interpreter": visit.interpreter is not None,
        "witness": visit.witness is not None,
    }
    return [row for row, is_given in given.items() if is_given]
