"""Whether the names of a visit can be printed.

Guarantees: a name with letters that no font here has is refused, and no message quotes it.
"""

from __future__ import annotations

from consentkit.model.visit import Visit
from consentkit.packets.visit_problems import VisitProblems
from consentkit.pdf.fonts.coverage import unprintable
from consentkit.pdf.fonts.font_files import CJK_REMEDY
from consentkit.pdf.fonts.substitutes import remedy_for

_plain_letters: set[str] = set()
"""Letters that can be printed each by itself, and so beside any others: no name is kept."""


def has_all_letters(visit: Visit) -> bool:
    """Whether every name of a visit can be printed."""
    return all(_plain_letters.issuperset(text) or _is_printable(text) for _, text in _printed_texts(visit))


def _is_printable(text: str) -> bool:
    """Whether a text can be printed. Its plain letters are remembered: a mark never is one."""
    _plain_letters.update(char for char in set(text) if not unprintable(char))
    return not unprintable(text)


def require_letters(visit: Visit, problems: VisitProblems) -> None:
    """Report names that no font can print: a box instead of a letter could hide whose paper it is."""
    for field_name, text in _printed_texts(visit):
        if lost := unprintable(text):
            needs_font = any(remedy_for(char) == CJK_REMEDY for char in lost)
            remedy = CJK_REMEDY if needs_font else "write it in Latin letters"
            problems.add(f"{field_name} has letters that no font here can print; {remedy}", "unprintable")


def _printed_texts(visit: Visit) -> list[tuple[str, str]]:
    """Every text that the visit prints, with what to call it without quoting it."""
    representative, interpreter = visit.representative, visit.interpreter
    texts = [
        ("the patient's name", visit.patient.name),
        ("the clinician's name", visit.clinician.signed),
        ("the trainee's name", visit.trainee.signed if visit.trainee else None),
        ("the supervisor's name", visit.supervisor.signed if visit.supervisor else None),
        ("the representative's name", representative.name if representative else None),
        ("the relationship", representative.relationship if representative else None),
        ("the interpreter's name", interpreter.name if interpreter else None),
        ("the interpreter's language", interpreter.language if interpreter else None),
        ("the interpreter's number", interpreter.number if interpreter else None),
        ("the witness's name", visit.witness),
    ]
    return [(name, text) for name, text in texts if text]
