"""What a visit calls for on its form.

Guarantees: nothing says who anybody is; no heavy module is loaded to describe a situation.
"""

from __future__ import annotations

from dataclasses import dataclass


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


LOOSE = Situation(loose=True)
"""A form that no visit is known for."""

EVERYTHING = Situation(telehealth=True, trainee=True, represented=True, assent=True, interpreter=True, witness=True)
"""A visit that calls for everything there is."""
