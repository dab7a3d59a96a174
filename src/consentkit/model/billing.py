"""Facts about a billing code, which decide which documents go together.

Guarantees: what a code goes with fits its role.
"""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, field_validator, model_validator

from consentkit.model.values import Code, Line, Minutes, Record, digits_only, without_repeats


class MinuteRange(Record):
    """How long a code's service lasts, in minutes."""

    usual: Minutes
    """The usual length."""
    at_least: Minutes | None = None
    """The shortest length for which the code is used."""
    at_most: Minutes | None = None
    """The longest length for which the code is used."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        low, high = self.at_least or self.usual, self.at_most or self.usual
        if not low <= self.usual <= high:
            raise ValueError("is out of order; `at_least` can't be above `usual`, nor `usual` above `at_most`")
        return self


class Billing(Record):
    """Facts about the billing code. They decide which documents go together; a translation never contains them."""

    role: Literal["primary", "add_on", "retired"]
    """`primary` can be used alone, `add_on` needs another code on the same day, `retired` is no longer in use."""
    minutes: MinuteRange | None = None
    """How long the service lasts, where the code states it."""
    goes_with: tuple[Code, ...] = ()
    """For a primary code: the add-on codes that may be added to it."""
    add_on_to: tuple[Code, ...] = ()
    """For an add-on code: the codes that it adds to, one of which must be used with it."""
    add_on_to_medical_visit: bool = False
    """For an add-on code: whether it needs a medical (evaluation and management) visit."""
    not_with: tuple[Code, ...] = ()
    """Codes that may not be used at the same visit."""
    not_with_unless_separate: tuple[Code, ...] = ()
    """Codes that may be used on the same day only as a service of its own."""
    not_with_medical_visit: bool = False
    """Whether the code may not be used beside a medical (evaluation and management) visit."""
    once_a_day: bool = False
    """Whether the code may be used only once a day."""
    retired_in: Annotated[int, Field(ge=1966, le=2100), BeforeValidator(digits_only)] | None = None
    """The year from which a retired code is no longer used."""
    replaced_by: tuple[Code, ...] = ()
    """The codes to use instead of a retired one."""
    note: Line | None = None
    """Anything else that the front desk must know about the code."""

    @field_validator("goes_with", "add_on_to", "not_with", "not_with_unless_separate", "replaced_by")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    @model_validator(mode="after")
    def _fits_the_role(self) -> Self:
        if self.role == "retired" and not (self.retired_in and self.replaced_by):
            raise ValueError("is retired, so it needs `retired_in` and `replaced_by`")
        if self.role != "retired" and (self.retired_in or self.replaced_by):
            raise ValueError("has `retired_in` or `replaced_by`, so its `role` must be `retired`")
        if self.role == "add_on" and not (self.add_on_to or self.add_on_to_medical_visit):
            raise ValueError("is an add-on, so it needs `add_on_to` or `add_on_to_medical_visit`")
        if self.add_on_to_medical_visit and self.not_with_medical_visit:
            raise ValueError("has `add_on_to_medical_visit` and `not_with_medical_visit`; delete one of the two")
        if self.role != "add_on" and (self.add_on_to or self.add_on_to_medical_visit):
            raise ValueError("states what it is added to, so its `role` must be `add_on`")
        return self
