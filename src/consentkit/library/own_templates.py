"""Which files among a clinic's own templates no page is made with.

Guarantees: a file at a place that a shipped one has counts as used, and so does each whose name is written in quotation
marks in such a file, or in one that is used because of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from consentkit.model.identity import template_files
from consentkit.reading.files import read_text

_SUCCESSORS: Mapping[str, str] = {
    "about.html": "information/colophon.html",
    "clauses.html": "information/clauses.html",
    "decision.html": "form/signers.html",
    "figures.html": "information/figures.html",
    "handout.html": "information.html",
    "signing.html": "form/signers.html",
    "statements.html": "form/clauses.html",
    "teach_back.html": "form/signers.html",
    "information/rights.html": "information/clauses.html",
    "sections/about.html": "information/colophon.html",
    "sections/benefits.html": "information/what_to_weigh.html",
    "sections/choices.html": "information/what_to_weigh.html",
    "sections/clauses.html": "information/clauses.html",
    "sections/decision.html": "form/signers.html",
    "sections/explanation.html": "information/what_it_is.html",
    "sections/form_body.html": "form/pages.html",
    "sections/get_help.html": "information/get_help.html",
    "sections/information.html": "information/pages.html",
    "sections/no_treatment.html": "information/what_to_weigh.html",
    "sections/notes.html": "information/questions.html",
    "sections/open_door.html": "refusal.html",
    "sections/purpose.html": "information/what_it_is.html",
    "sections/recovery.html": "information/before_and_after.html",
    "sections/refusal_decision.html": "refusal/decision.html",
    "sections/risks.html": "information/what_to_weigh.html",
    "sections/summary.html": "information/summary.html",
    "sections/teach_back.html": "form/signers.html",
    "sections/terms.html": "information/before_and_after.html",
}
"""Places that shipped templates had in earlier versions, each with the one where its text is now."""


@dataclass(frozen=True)
class UnusedTemplate:
    """A file among a clinic's own templates that no page is made with."""

    path: Path
    successor: str | None
    """The shipped template that took its place, where that is known."""

    def __str__(self) -> str:
        has_no_effect = "has no effect: no shipped template is at this place, and none of your own names it"
        if self.successor:
            return (
                f"{has_no_effect}; copy `{self.successor}`, which took its place, and change that, or remove this file"
            )
        return f"{has_no_effect}; include it in one of yours, give it the name of a shipped one, or remove it"


def unused_templates(own: Path, shipped: Path) -> Iterator[UnusedTemplate]:
    """Yield each of a clinic's templates that has no effect.

    Raises InvalidInput or FileAccess for a template that can't be read.
    """
    files = {path.relative_to(own).as_posix(): path for path in template_files(own)}
    there = {path.relative_to(shipped).as_posix() for path in template_files(shipped)}
    used = {name for name in files if name in there or name.startswith("languages/")}
    others = sorted(files.keys() - used)
    if not others:
        return
    new = used
    while new:
        texts = [read_text(files[name], str(files[name])) for name in new]
        new = {name for name in others if name not in used and any(_names(text, name) for text in texts)}
        used = used | new
    yield from (UnusedTemplate(files[name], _SUCCESSORS.get(name)) for name in others if name not in used)


def _names(text: str, name: str) -> bool:
    return any(f"{mark}{name}{mark}" in text for mark in "\"'")
