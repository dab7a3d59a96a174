"""Which form is requested, what its visit calls for, and what a finished form is.

Guarantees: nothing says who anybody is; no heavy module is loaded to describe a form.
"""

from __future__ import annotations

import datetime
from dataclasses import dataclass
from typing import Literal, NamedTuple

from consentkit.errors import WrongUse
from consentkit.model.identity import Layout
from consentkit.pdf.part import Part


@dataclass(frozen=True)
class Situation:
    """What a visit calls for beyond patient and clinician. Nothing here says who anybody is."""

    telehealth: bool = False
    """Whether it is by video or telephone."""
    trainee: bool = False
    """Whether a trainee treats the patient."""
    represented: bool = False
    """Whether somebody else decides for the patient."""
    assent: bool = False
    """Whether the patient is asked though somebody else decides."""
    interpreter: bool = False
    witness: bool = False
    loose: bool = False
    """Whether no visit is known: whatever a visit may call for is there then, under "Only if needed"."""

    @property
    def signers(self) -> tuple[str, ...]:
        """The roles of those who sign at the visit."""
        sometimes = (role for role in ("assent", "interpreter", "witness") if getattr(self, role))
        return ("representative" if self.represented else "patient", "clinician", *sometimes)


LOOSE = Situation(loose=True)
"""A form that no visit is known for."""

EVERYTHING = Situation(telehealth=True, trainee=True, represented=True, assent=True, interpreter=True, witness=True)
"""A visit that calls for everything there is."""


OnPaper = Literal["visit", "file"]
"""Where a signed paper is that has a clause: among those of the visit, or on file."""


@dataclass(frozen=True)
class FormRequest:
    """Which form."""

    codes: tuple[str, ...]
    """The procedures for which consent is asked, in their order."""
    languages: tuple[str, ...]
    """The patient's language; then the one that is printed under it, if there is a second."""
    situation: Situation
    layout: Layout
    on_file: tuple[str, ...] = ()
    """The procedures of the visit that are left out, since consent to them is on file."""
    covered: tuple[tuple[str, str], ...] = ()
    """Procedures of the visit that are left out, each behind the one whose consent covers it."""
    on_papers: tuple[tuple[str, OnPaper], ...] = ()
    """Clauses for some visits that a signed paper has, so that the form only names them."""
    only_lines: bool = False
    """Whether consent to all of the procedures is on file, so that the form has nothing but lines of such clauses."""

    def __post_init__(self) -> None:
        """Raise WrongUse for a form without procedures, or in no language or more than two."""
        if not self.codes or len(set(self.codes)) < len(self.codes):
            raise WrongUse("a form is for one or more procedures, each of them once")
        if len(set(self.languages)) != len(self.languages) or not 1 <= len(self.languages) <= 2:
            raise WrongUse("a form is in one language, or in two different ones")


@dataclass(frozen=True)
class FormText:
    """A text that a form names: that of one procedure in one language."""

    code: str
    title: str
    language: str
    edition: datetime.date
    """The day on which the text was issued."""
    content_hash: str
    """That of its consent, of which the form is a part."""
    approved_edition: int | None
    """The number of the approved edition; None where the text is not approved today."""


class Form(NamedTuple):
    """A finished form."""

    part: Part
    """The file, with the places that wait for the particulars of a visit."""
    languages: tuple[str, ...]
    texts: tuple[FormText, ...]
    """The texts that it names: each procedure in the first language, then each in the second."""
    is_approved: bool
    """Whether each of them is approved today."""
    mark: str
    """What is at the head of each page: that it is a draft, or that it is approved."""
    also_sign: tuple[str, ...] = ()
    """Who signs it beside patient and clinician, such as who gives the anesthesia, in the first language."""
    title: str = ""
    """What the file says that it is."""

    @property
    def codes(self) -> tuple[str, ...]:
        """The procedures for which it asks consent, in their order."""
        return tuple(dict.fromkeys(text.code for text in self.texts))

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.part.pages
