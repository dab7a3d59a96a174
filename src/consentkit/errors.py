"""Every failure that consentkit reports on purpose. Each class carries the exit code of the command line.

Guarantees: the codes are stable (docs/command-line.md lists them), and a message names what is wrong and the way out.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar

from consentkit.problems import Problem, listed, report_lines


class ConsentkitError(Exception):
    """The root of all failures that are not bugs."""

    exit_code: ClassVar[int] = 1

    def __init__(self, *texts: str, arguments: Sequence[str] = ()) -> None:
        super().__init__(*texts)
        self.arguments = tuple(arguments)
        """The names of the arguments that the message is about; it has each in backquotes."""


class WrongUse(ConsentkitError):
    """The call does not make sense: options that exclude each other, an unknown language or paper size."""

    exit_code = 2


class InvalidInput(ConsentkitError):
    """Files that people wrote contain mistakes: all those of one run."""

    exit_code = 3

    def __init__(self, problems: Sequence[Problem]) -> None:
        super().__init__("\n".join(report_lines(problems)))
        self.problems = tuple(problems)

    def __reduce__(self) -> tuple[type[InvalidInput], tuple[tuple[Problem, ...]]]:
        """Let the exception cross from one process to another with its problems."""
        return type(self), (self.problems,)


class UnknownCode(ConsentkitError):
    """No procedure of that code is in the library."""

    exit_code = 4


class FileAccess(ConsentkitError):
    """A file can't be read or written, or would be overwritten without permission."""

    exit_code = 5


class RenderingFailed(ConsentkitError):
    """No document could be made, or the one that was made must not be handed out."""

    exit_code = 6


class UnprintableText(RenderingFailed):
    """A document contains characters that none of our fonts can print."""

    def __init__(self, message: str, characters: Sequence[str]) -> None:
        super().__init__(message)
        self.characters = tuple(characters)

    def __reduce__(self) -> tuple[type[UnprintableText], tuple[str, tuple[str, ...]]]:
        """Let the exception cross from one process to another with its characters."""
        return type(self), (str(self), self.characters)


class TemplateFault(RenderingFailed):
    """A page requests something that a template or a style sheet may not request.

    `fragments` are pieces of what was requested, by which its place can be found in the files (`template_places`).
    """

    def __init__(self, message: str, fragments: Sequence[str] = ()) -> None:
        super().__init__(message)
        self.fragments = tuple(fragments)

    def __reduce__(self) -> tuple[type[TemplateFault], tuple[str, tuple[str, ...]]]:
        """Let the exception cross from one process to another with its fragments."""
        return type(self), (str(self), self.fragments)


class OutOfTime(BaseException):
    """The time that a document may take is over. No `except Exception` on the way catches it."""


class EverythingOnFile(ConsentkitError):
    """A visit needs no papers: consent to each of its procedures is on file, and it requests no other papers.

    Nothing is wrong with it, so the command line reports it as a result.
    """

    exit_code = 0

    def __init__(self, codes: Sequence[str]) -> None:
        super().__init__(f"nothing to print: the consent to {listed(codes)} is on file")
        self.codes = tuple(codes)


class RunFailed(ConsentkitError):
    """A run of many documents or visits finished, and some of them failed; each has been reported."""

    exit_code = 7


def reason(error: OSError) -> str:
    """Why the system refused, in its own words but without paths."""
    return (error.strerror or type(error).__name__).lower()
