"""Tables: printed, or with cells to fill in by pen; the same in papers and in procedures.

Guarantees: each row has a cell for each column, and the columns have different names, so that a screen reader can tell
the cells apart.
"""

from typing import Annotated, Self

from pydantic import AfterValidator, BeforeValidator, Field, field_validator, model_validator

from consentkit.model.values import Line, Record, digits_only, fold, without_repeats

Cell = Annotated[str, AfterValidator(fold), Field(max_length=300)]
"""What is printed in a cell of a table; an empty text leaves the cell to be filled in."""

Count = Annotated[int, BeforeValidator(digits_only)]
"""A number of things, written in digits only."""


class Table(Record):
    """A table, printed or to be filled in by pen."""

    columns: tuple[Line, ...] = Field(min_length=2, max_length=6)
    """What heads each column."""
    rows: tuple[tuple[Cell, ...], ...] = Field(default=(), max_length=40)
    """Rows that are printed, with a text for each column; an empty text leaves a cell to fill in."""
    empty_rows: Annotated[Count, Field(ge=0, le=20)] = 0
    """How many rows there are to fill in."""

    @field_validator("columns")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if not self.rows and not self.empty_rows:
            raise ValueError("has no row; write `rows`, or how many `empty_rows` there are to fill in")
        for number, row in enumerate(self.rows, 1):
            if len(row) != len(self.columns):
                raise ValueError(
                    f"has {len(self.columns)} columns, but row {number} has {len(row)} cells; write one for each column"
                )
        return self


class ProcedureTable(Table):
    """A table of a procedure, such as when to stop eating and drinking."""

    heading: Annotated[Line, Field(max_length=90)]
    """What the table is about."""
    note: Line | None = None
    """A sentence under the table."""
