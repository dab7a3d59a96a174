"""What a procedure adds to the form that is signed: choices, blanks, yes or no, initials, a second clinician.

Guarantees: each field has a label of its own.
"""

from typing import Annotated, Self

from pydantic import Field, field_validator, model_validator

from consentkit.model.values import Line, Record, without_repeats


class FormChoice(Record):
    """A choice that the patient marks on the form."""

    label: Line
    """What there is to choose, such as "Which side"."""
    options: Annotated[tuple[Line, ...], Field(min_length=2, max_length=6)]
    """What can be chosen, each with a box to tick."""

    @field_validator("options")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)


class AlsoSigner(Record):
    """A second clinician who signs the form."""

    who: Annotated[Line, Field(max_length=60)]
    """Who it is, such as "Anesthesia clinician"."""
    statement: Line
    """What the signature says, such as "I explained the sedation and its risks."."""


class OnForm(Record):
    """What is filled in beside the procedure's name on the form to sign."""

    also_agree: tuple[Line, ...] = Field(default=(), max_length=6)
    """What else may be done or not, each agreed to or refused with a yes or a no, such as "Taking out a growth"."""
    choices: tuple[FormChoice, ...] = Field(default=(), max_length=4)
    """Choices, each with boxes to tick."""
    blanks: tuple[Line, ...] = Field(default=(), max_length=4)
    """Labels of lines to write on, such as "Tooth" or "Drug and dose"."""
    initials: tuple[Line, ...] = Field(default=(), max_length=4)
    """Statements of their own, each with room for the patient's initials."""
    signers: tuple[AlsoSigner, ...] = Field(default=(), max_length=2)
    """Who signs beside the clinician, such as who gives the anesthesia."""

    @model_validator(mode="after")
    def _asks_for_something(self) -> Self:
        if not (self.also_agree or self.choices or self.blanks or self.initials or self.signers):
            raise ValueError(
                "requests nothing; write `also_agree`, `choices`, `blanks`, `initials` or `signers`, or delete the line"
            )
        labels = [*self.also_agree, *(choice.label for choice in self.choices), *self.blanks, *self.initials]
        without_repeats(tuple(labels))  # a screen reader could not tell two fields apart
        without_repeats(tuple(signer.who for signer in self.signers))
        return self
