"""Which codes go together at a visit, and which roles in it one person may not hold.

Guarantees: everything that is wrong is reported at once, one time each, in an order that does not depend on that of
the codes; a message holds codes and nothing else of the visit, so it may go into a log. The facts come from the
procedure files; payers differ, and nothing here is billing or legal advice (docs/pairing.md).
"""

from __future__ import annotations

import hashlib
import json
import secrets
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import combinations
from typing import NamedTuple

from consentkit.model.billing import Billing
from consentkit.model.procedure import Procedure
from consentkit.model.same_names import is_same_name
from consentkit.model.visit import FULL_AGE, Interpreter, Patient, Professional, Representative, Visit

Facts = Mapping[str, Billing]
"""The facts of the codes at a visit."""

Named = Patient | Professional | Representative | Interpreter


class Conflict(NamedTuple):
    """A reason why the papers of a visit must not be made as they were requested."""

    rule: str
    """The rule, by its name in docs/pairing.md."""
    codes: tuple[str, ...]
    """The codes that it is about, sorted; empty where it is about people."""
    reason: str
    """What is wrong, and why."""
    remedy: str
    """What to do."""
    can_be_overridden: bool
    """Whether somebody who knows better may go on, with a reason that is recorded."""

    def __str__(self) -> str:
        return f"{self.reason}; {self.remedy}"


def conflicts(visit: Visit, procedures: Sequence[Procedure]) -> list[Conflict]:
    """Everything that speaks against a visit. `procedures` are those of its codes; further ones change nothing."""
    facts = {one.code: one.billing for one in procedures if one.code in visit.procedures}
    codes = sorted(set(visit.procedures))
    return [
        *_repeated(visit.procedures, facts),
        *_retired(facts, visit.date.year),
        *_exclusions(codes, facts),
        *_alone(codes, facts),
        *_without_medical_visit(facts, visit),
        *_beside_medical_visit(facts, visit),
        *_people(visit),
    ]


class DayBook:
    """Sees a patient who gets a once-a-day code at two visits of one day, over all the visits of a run.

    A visit is known by its number: one that is planned again replaces what it was before. It remembers
    hashes only, with a salt of its own for each process, and only in memory: nothing in it reveals who came.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._marks_by_visit: dict[bytes, frozenset[bytes]] = {}
        self._visits_by_mark: dict[bytes, set[bytes]] = {}

    def conflicts_with_earlier(self, visit: Visit, procedures: Sequence[Procedure]) -> list[Conflict]:
        """The once-a-day codes of this visit that the patient has at another visit of this day that is remembered."""
        marks = self._marks(visit, procedures)
        if not marks:
            return []
        own = {self._hash(visit.visit.casefold())}
        return [_once_a_day(code) for code, mark in marks.items() if self._visits_by_mark.get(mark, own) - own]

    def remember(self, visit: Visit, procedures: Sequence[Procedure]) -> None:
        """Let a visit count for other ones. One that is refused must not: its papers are never handed out."""
        marks = frozenset(self._marks(visit, procedures).values())
        if not marks and not self._marks_by_visit:
            return
        self.forget(visit)
        number = self._hash(visit.visit.casefold())
        for mark in marks:
            self._visits_by_mark.setdefault(mark, set()).add(number)
        if marks:
            self._marks_by_visit[number] = marks

    def forget(self, visit: Visit) -> None:
        """Let what a visit was before, by its number, no longer count."""
        number = self._hash(visit.visit.casefold())
        for mark in self._marks_by_visit.pop(number, ()):
            self._visits_by_mark[mark].discard(number)
            if not self._visits_by_mark[mark]:
                del self._visits_by_mark[mark]

    def _marks(self, visit: Visit, procedures: Sequence[Procedure]) -> dict[str, bytes]:
        """The hash of each once-a-day code of a visit with its patient and day, by the code."""
        daily = {
            procedure.code
            for procedure in procedures
            if procedure.billing.once_a_day and procedure.code in visit.procedures
        }
        return {
            code: self._hash(visit.patient.record.casefold(), visit.date.isoformat(), code) for code in sorted(daily)
        }

    def _hash(self, *parts: str) -> bytes:
        return hashlib.blake2b(json.dumps(parts).encode(), key=self._salt, digest_size=32).digest()


class RecordBook:
    """Sees a record number that comes with two names, or two dates of birth, in one run.

    As in `DayBook`, a visit that comes again replaces what it was before, and nothing is remembered of a
    patient but salted hashes, only in memory.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._records_by_visit: dict[bytes, bytes] = {}
        self._visits_by_record: dict[bytes, dict[bytes, tuple[bytes, str]]] = {}

    def earlier(self, visit: Visit, place: str) -> str | None:
        """Where the record number came with somebody else first; None where it did not.

        `place` says where this visit is, for those that come later.
        """
        who, record = _marks_of_patient(visit.patient, self._mark)
        number = self._mark(visit.visit.casefold())
        self._visits_by_record.get(self._records_by_visit.get(number, b""), {}).pop(number, None)
        visits = self._visits_by_record.setdefault(record, {})
        first, first_place = next(iter(visits.values()), (who, place))
        visits[number] = who, place
        self._records_by_visit[number] = record
        return first_place if first != who else None

    def _mark(self, *parts: str) -> bytes:
        return hashlib.blake2b(json.dumps(parts).encode(), key=self._salt, digest_size=16).digest()


class NumberBook:
    """Sees two patients under one number of a visit: the papers of one would replace those of the other.

    It is the same patient where the record number is the same, or the name and the date of birth. As in `RecordBook`,
    nothing is remembered of a patient but salted hashes, only in memory.
    """

    def __init__(self) -> None:
        self._salt = secrets.token_bytes(32)
        self._patients: dict[bytes, tuple[bytes, bytes]] = {}

    def is_of_another_patient(self, visit: Visit) -> bool:
        """Whether the number of a visit is that of one that is remembered, of somebody else."""
        before = self._patients.get(self._mark(visit.visit.casefold()))
        if before is None:
            return False
        patient = _marks_of_patient(visit.patient, self._mark)
        return before[0] != patient[0] and before[1] != patient[1]

    def remember(self, visit: Visit) -> None:
        """Let the number of a visit be that of its patient."""
        self._patients[self._mark(visit.visit.casefold())] = _marks_of_patient(visit.patient, self._mark)

    def forget(self, visit: Visit) -> None:
        """Let the number of a visit be free, since it has no packet."""
        self._patients.pop(self._mark(visit.visit.casefold()), None)

    def _mark(self, *parts: str) -> bytes:
        return hashlib.blake2b(json.dumps(parts).encode(), key=self._salt, digest_size=16).digest()


def _marks_of_patient(patient: Patient, mark: Callable[..., bytes]) -> tuple[bytes, bytes]:
    """The hash of the name with the date of birth, and that of the record number."""
    name = " ".join(unicodedata.normalize("NFKC", patient.name).casefold().split())
    return mark(name, patient.born.isoformat()), mark(patient.record.casefold())


def _once_a_day(code: str) -> Conflict:
    return Conflict(
        "once-a-day",
        (code,),
        f"{code} may be used once a day for a patient, and another visit of that day has it",
        f"remove {code} from one of the two visits, or correct the date or the record number",
        can_be_overridden=False,
    )


def _repeated(codes: Sequence[str], facts: Facts) -> Iterator[Conflict]:
    # What is no known code may be a patient's name in the wrong cell, and is reported as unknown by its place.
    for code in sorted({code for code in facts if codes.count(code) > 1}):
        yield Conflict(
            "repeated-code",
            (code,),
            f"`procedures` lists {code} more than once; one set of papers is enough however often it is used",
            "name it once",
            can_be_overridden=False,
        )


def _retired(facts: Facts, year: int) -> Iterator[Conflict]:
    for code, billing in sorted(facts.items()):
        if billing.retired_in and billing.retired_in <= year:
            yield Conflict(
                "retired-code",
                (code,),
                f"{code} has not been in use since {billing.retired_in}",
                f"use {_any_of(billing.replaced_by)}, or correct the date of the visit",
                can_be_overridden=False,
            )


def _exclusions(codes: Sequence[str], facts: Facts) -> Iterator[Conflict]:
    for one, other in combinations(codes, 2):
        if _says(facts, "not_with", one, other):
            yield Conflict(
                "not-together",
                (one, other),
                f"{one} and {other} may not be used at one visit",
                f"remove {one} or {other} from `procedures`",
                can_be_overridden=False,
            )
        elif _says(facts, "not_with_unless_separate", one, other):
            yield Conflict(
                "only-if-separate",
                (one, other),
                f"{one} and {other} may be used on one day only if each is a service of its own",
                f"remove {one} or {other} from `procedures`, or override with what makes them separate",
                can_be_overridden=True,
            )


def _says(facts: Facts, list_name: str, one: str, other: str) -> bool:
    """Whether either of two codes names the other: a shipped file can't know of the codes that a clinic adds."""
    return any(
        code in facts and named in getattr(facts[code], list_name) for code, named in ((one, other), (other, one))
    )


def _alone(codes: Sequence[str], facts: Facts) -> Iterator[Conflict]:
    for code, billing in sorted(facts.items()):
        if billing.add_on_to and not any(_is_partner(other, code, facts) for other in codes):
            # A code that would only bring the next conflict is no help.
            fitting = [
                partner
                for partner in billing.add_on_to
                if not any(_says(facts, "not_with", partner, other) for other in codes)
            ]
            add = f"add {_any_of(fitting)} to `procedures`, or " if fitting else ""
            yield Conflict(
                "add-on-alone",
                (code,),
                f"{code} is an add-on, and the visit has no code that it adds to",
                f"{add}remove {code}; override only if another visit of the same day has such a code",
                can_be_overridden=True,
            )


def _is_partner(primary: str, add_on: str, facts: Facts) -> bool:
    return primary in facts[add_on].add_on_to or (primary in facts and add_on in facts[primary].goes_with)


def _without_medical_visit(facts: Facts, visit: Visit) -> Iterator[Conflict]:
    for code, billing in sorted(facts.items()):
        if billing.add_on_to_medical_visit and not visit.medical_visit:
            yield Conflict(
                "medical-visit-missing",
                (code,),
                f"{code} is an add-on to a medical (evaluation and management) visit, and the visit has none",
                f"write `medical_visit: true` if there is one, or remove {code} from `procedures`",
                can_be_overridden=False,
            )


def _beside_medical_visit(facts: Facts, visit: Visit) -> Iterator[Conflict]:
    for code, billing in sorted(facts.items()):
        if billing.not_with_medical_visit and visit.medical_visit:
            yield Conflict(
                "beside-medical-visit",
                (code,),
                f"{code} is for those who cannot bill a medical (evaluation and management) visit, and this is one",
                f"remove {code} from `procedures`, or remove `medical_visit: true` if there is none",
                can_be_overridden=False,
            )


def _any_of(codes: Sequence[str]) -> str:
    return " or ".join([", ".join(codes[:-1]), codes[-1]] if len(codes) > 1 else codes)


def _people(visit: Visit) -> Iterator[Conflict]:
    yield from _interpreter(visit)
    yield from _minor(visit)
    yield from _two_roles(visit)


def _interpreter(visit: Visit) -> Iterator[Conflict]:
    if visit.interpreter and visit.interpreter.is_a in {"relative", "child"}:
        yield Conflict(
            "untrained-interpreter",
            (),
            "the interpreter is a relative or a child, and Section 1557 of the Affordable Care Act (45 CFR 92.201) "
            "forbids relying on children and, with narrow exceptions, on relatives",
            "call a trained interpreter, at no cost to the patient",
            can_be_overridden=False,
        )


def _minor(visit: Visit) -> Iterator[Conflict]:
    if visit.age < FULL_AGE and visit.representative is None:
        yield Conflict(
            "minor-alone",
            (),
            f"the patient is under {FULL_AGE}, and nobody is named who decides for the patient",
            "name the parent or guardian under `representative`; override only if the law of your state lets this "
            "patient decide alone",
            can_be_overridden=True,
        )


_APART = (
    ("patient", "representative", False),
    ("patient", "interpreter", False),
    ("patient", "witness", False),
    ("patient", "clinician", False),
    ("representative", "clinician", False),
    ("representative", "interpreter", False),
    ("representative", "witness", False),
    ("trainee", "supervisor", False),
    ("clinician", "interpreter", True),
    ("clinician", "witness", True),
)
"""Two roles that one person may not hold at a visit, and whether the rules of a clinic may allow it all the same.

An interpreter as the witness is left out: many hospitals want just that, since the interpreter understood the talk.
"""


def _two_roles(visit: Visit) -> Iterator[Conflict]:
    names = _names(visit)
    for one, other, can_be_overridden in _APART:
        if any(is_same_name(name, other_name) for name in names[one] for other_name in names[other]):
            last = "; override only if the rules of your clinic allow it" if can_be_overridden else ""
            yield Conflict(
                "two-roles",
                (),
                f"the {one} and the {other} have the same name, and one person can't be both",
                f"name somebody else as one of the two; if they are two people, make their names differ{last}",
                can_be_overridden,
            )


def has_one_in_two_roles(visit: Visit) -> bool:
    """Whether somebody holds two roles that one person may not hold: of all `conflicts`, names decide on this alone."""
    return next(_two_roles(visit), None) is not None


def _names(visit: Visit) -> dict[str, list[str]]:
    """Who holds each role. Whoever treats or supervises counts as a clinician."""
    people: dict[str, list[Named | None]] = {
        "patient": [visit.patient],
        "representative": [visit.representative],
        "interpreter": [visit.interpreter],
        "clinician": [visit.clinician, visit.trainee, visit.supervisor],
        "trainee": [visit.trainee],
        "supervisor": [visit.supervisor],
    }
    names = {role: [person.name for person in persons if person] for role, persons in people.items()}
    return {**names, "witness": [visit.witness] if visit.witness else []}
