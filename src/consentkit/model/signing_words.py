"""The words of what is signed: the form, the refusal, and the places to sign on both.

Guarantees: a signer is known to programs by a role, each role has one place, and the patient's comes first.
"""

from typing import Annotated, Literal

from pydantic import Field, field_validator

from consentkit.model.placeholders import takes
from consentkit.model.values import Line, Prose, Record


class Consent(Record):
    """The statement that is signed."""

    heading: Line
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)


class OpenDoor(Record):
    """That a refusal can be taken back."""

    heading: Line
    text: Prose


class Refusal(Record):
    """The statement by which care is refused, and headings that differ in its document."""

    title: Line
    """What heads the paper, above the name of the procedure."""
    heading: Line
    offered: Line
    choices: Line
    may_follow: Line
    open_door: OpenDoor
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)
    agreement: Annotated[Line, takes("title", "code")]
    reason: Line


class Assent(Record):
    """What a patient for whom somebody else decides is asked to agree to."""

    who: Line
    intro: Line
    statements: tuple[Line, ...] = Field(min_length=1)
    statement: Line
    """What the signature says."""


class FormWords(Record):
    """Words of the form to sign."""

    asked: Line
    """What heads the procedures for which consent is asked."""
    item: Annotated[Line, takes("title", "code")]
    """How a procedure is named."""
    yes: Line
    no: Line
    on_file: Annotated[Line, takes("codes")]
    """That consent to further procedures of the visit is signed already and still holds."""
    choices: Line
    also_agree: Line
    """What heads further acts, each agreed to or refused by itself."""
    nothing: Line
    """The choice of doing nothing, at the end of the other choices."""
    initials: Line
    clause_on_paper: Line
    """What a form says of a clause that a paper has which is signed at the same visit."""
    clause_on_file: Line
    """The same where such a paper is on file."""
    clauses_on_form: Annotated[Line, takes("clauses")]
    """What the information says of the clauses that are on the form, by their headings."""
    given_paper: Annotated[Line, takes("code", "date", "fingerprint", optional=("title",))]
    """The statement that the patient was given an information paper."""
    given_paper_later: Annotated[Line, takes("code", "date", "fingerprint", optional=("title",))]
    """The same where the paper may follow, as in a crisis."""
    agreement: Line
    """The statement by which the signer agrees, where the form is about one procedure."""
    agreement_by_row: Line
    """The same for several procedures, each with a box for yes and one for no."""
    only_if_needed: Line
    """What heads what only some visits call for, on a form that no visit is known for."""
    teach_back: Line
    """What the clinician says by ticking the questions for teach-back."""
    assent: Assent
    approved: Line
    """The mark of a form that several texts are on, each of them approved."""
    approved_until: Annotated[Line, takes("until")]
    """The same where an approval runs out; the first day on which one does."""


Role = Literal["patient", "representative", "interpreter", "witness", "clinician"]


class SignatureBlock(Record):
    """One place to sign."""

    role: Role
    """Who signs there, for programs: packets print names by it."""
    who: Line
    """The signer's part in this."""
    statement: Line
    """What the signature confirms."""
    blank: Line | None = None
    """The label of one more line to fill in."""
    blank_in_full: Line | None = None
    """What a screen reader says instead of that label, where it holds an abbreviation."""


class Signatures(Record):
    """The places to sign, and the labels under their lines."""

    signature: Line
    printed_name: Line
    date: Line
    time: Line
    blocks: tuple[SignatureBlock, ...] = Field(min_length=1)

    @field_validator("blocks")
    @classmethod
    def _the_patient_comes_first(cls, blocks: tuple[SignatureBlock, ...]) -> tuple[SignatureBlock, ...]:
        roles = [block.role for block in blocks]
        if roles[0] != "patient" or len(set(roles)) < len(roles):
            raise ValueError("must begin with the role `patient`, and have each role once; correct the roles")
        return blocks
