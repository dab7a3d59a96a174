"""Which clauses belong on which paper, and what a language pack must bring, as data.

Guarantees: data only; the sources stand beside the rules in `rules_content` and `rules_library`.
"""

from __future__ import annotations

CLAUSES_BY_CODE: dict[str, tuple[str, ...]] = {
    "90839": ("crisis_plan",),
    "90840": ("crisis_plan",),
    "90846": ("family_roles",),
    "90847": ("family_roles",),
    "90849": ("group_confidentiality", "family_roles"),
    "90853": ("group_confidentiality",),
}
"""The clauses that a code calls for, beside those of every paper."""

CLAUSES_ALWAYS = ("rights", "language_help", "course", "fees", "third_parties", "confidentiality")
"""The clauses of every paper."""

FEWEST_QUESTIONS = 3
"""Questions of the teach-back section."""
FEWEST_SIGNATURES = 5
"""Patient, representative, interpreter, witness, clinician."""
FEWEST_SIGNATURE_BLANKS = 2
"""The representative's relationship; the interpreter's language and ID."""
