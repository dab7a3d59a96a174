"""What a rule is.

Guarantees: an id never changes its meaning once it is published, since clinics name it in their settings.
"""

from __future__ import annotations

from dataclasses import dataclass

from consentkit.problems import Severity


@dataclass(frozen=True)
class Rule:
    """A rule about the content of a file. All texts are for the person who edits that file."""

    id: str
    """The stable name, in lowercase letters and hyphens."""
    severity: Severity
    """How much a breach matters, unless the finding or the clinic sets another severity."""
    title: str
    """The rule in a few words."""
    reason: str
    """Why there is such a rule, and what exactly it looks at."""
    remedy: str
    """What to do, as the last part of a sentence."""
    source: str
    """Where the rule comes from."""
    bad: str
    """An example that breaks it."""
    good: str
    """The same, corrected."""
