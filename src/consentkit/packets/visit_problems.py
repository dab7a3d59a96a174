"""What is wrong with a visit, collected and named as its own, in whichever file the mistake is.

Guarantees: each problem says which visit it stops, by the file and the row that it is in and by its number; where a
message may not hold the number, since it may reveal who comes, none is given.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TypeVar

from consentkit.errors import ConsentkitError, InvalidInput, UnknownCode
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem, Severity, printable

Result = TypeVar("Result")


class UnknownCodeOfVisit(UnknownCode):
    """A visit names a code that no procedure has."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.message)
        self.problem = problem
        """The code and its place."""


@dataclass(eq=False, repr=False)
class VisitProblems:
    """Collects what speaks against a visit."""

    file: str
    """The file that the visit is in, as messages name it."""
    row: int | None
    visit: str
    """The number of the visit."""
    problems: list[Problem] = field(default_factory=list)
    failures: list[ConsentkitError] = field(default_factory=list)

    @property
    def field(self) -> str:
        """How problems name the visit."""
        return field_of(self.visit, self.file)

    def add(self, message: str, rule: str) -> None:
        """Report something that no file says."""
        self.problems.append(self.problem_of(message, rule))

    def problem_of(self, message: object, rule: str, severity: Severity = "error") -> Problem:
        """Something that no file says, as a problem of the visit."""
        return Problem(self.file, self.row, None, self.field, str(message), severity, rule=rule)

    def try_to(self, function: Callable[..., Result], *arguments: object) -> Result | None:
        """Call a function. Whatever it raises on purpose is collected, and there is no result then."""
        try:
            return function(*arguments)
        except InvalidInput as error:
            problems = [_problem_of(problem, self.file, self.row, self.visit) for problem in error.problems]
            self.problems += [problem for problem in problems if problem not in self.problems]
        except ConsentkitError as error:
            self.failures.append(error)
        return None

    def require_none(self) -> None:
        """Raise the one failure that there is, or InvalidInput with everything that was collected."""
        if len(self.failures) == 1 and not self.problems:
            raise self.failures[0]
        if problems := self.every_problem():
            raise InvalidInput(problems)

    def every_problem(self) -> list[Problem]:
        """Everything that was collected, as problems of the visit."""
        failures = (_failure_of(failure, self.file, self.row, self.visit) for failure in self.failures)
        return [*self.problems, *failures]


def named_visit(visit: str) -> str:
    """How a problem names the visit that it is about: by its number, which reveals nobody's name."""
    return f"visit {visit}"


def field_of(visit: str, file: str) -> str:
    """The visit as the field of a problem; nothing where the visit is named instead of its file."""
    return "" if file == named_visit(visit) else named_visit(visit)


def unread_problems(entry: VisitEntry) -> list[Problem]:
    """The mistakes of a visit that can't be read, each with the number of the visit where messages may hold it."""
    name = field_of(entry.number, entry.file) if entry.number else ""
    if not name:
        return list(entry.problems)
    return [replace(problem, field=f"{name}: {problem.field}" if problem.field else name) for problem in entry.problems]


def problems_of(error: ConsentkitError, entry: VisitEntry) -> list[Problem]:
    """Why a visit has no packet, as problems of this visit."""
    if isinstance(error, InvalidInput):
        return [_own_problem(problem, entry) for problem in error.problems]
    if entry.number is None:
        return [Problem(entry.file, entry.row, None, "", str(error))]
    return [_failure_of(error, entry.file, entry.row, entry.number)]


def _own_problem(problem: Problem, entry: VisitEntry) -> Problem:
    """A problem of another file, such as the clauses of the clinic, as one of the visit that needs that file."""
    if printable(problem.file) == entry.file:
        return problem
    if entry.number is None:
        return Problem(entry.file, entry.row, None, "", str(problem))
    return _problem_of(problem, entry.file, entry.row, entry.number)


def _problem_of(problem: Problem, file: str, row: int | None, visit: str) -> Problem:
    """A problem of a file that a visit needs, such as an extra PDF, as a problem of that visit."""
    return Problem(file, row, None, field_of(visit, file), str(problem))


def _failure_of(error: ConsentkitError, file: str, row: int | None, visit: str) -> Problem:
    """Why a visit can't be served, as a problem of it."""
    if isinstance(error, UnknownCodeOfVisit):
        return error.problem
    return Problem(file, row, None, field_of(visit, file), str(error))
