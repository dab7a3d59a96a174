"""Where the figures of a text come from.

Guarantees: a figure is excused by the source of its own risk or benefit, or by a source with a year that names the
part of the procedure; the rule stays silent in languages whose ways of giving figures it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentkit.checks.citations import CMS_FORMS
from consentkit.checks.inputs import AnyDefinition
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import PlacedText, primary
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach
from consentkit.checks.unwanted_wording import spot_in
from consentkit.model.paper import Paper
from consentkit.model.translation import Definition
from consentkit.problems import quoted

UNSOURCED_FIGURE = Rule(
    id="unsourced-figure",
    severity="warning",
    title="Figure without a source",
    reason="A reviewer can check how many people something happened to, or after how many visits it helped, only where "
    "the source and its year are named for that part of the text. Looked at are shares of people everywhere, and spans "
    "of visits, weeks or months under `benefits`.",
    remedy="name the part under `supports` of a source that has a `year`; for a risk or benefit, write a `figure` with "
    "its `source`",
    source=f"{CMS_FORMS}; house rule",
    bad="About 4 in 100 people think of suicide.",
    good="The same, with `supports: [risks]` at the source of the figure.",
)
_UNIT = r"(?: \w+){0,1} (?:minutes?|hours?|days?|weeks?|months?|years?|visits?|sessions?)\b"
_PEOPLE = r"(?:people|persons|adults|children|teens|teenagers|women|men|patients)"
_SHARES: dict[str, re.Pattern[str]] = {
    "en": any_of(
        rf"\b\d+ (?:in|out of) (?:every )?\d+\b(?!{_UNIT})",
        rf"\b\d+ of (?:every )?\d+ {_PEOPLE}\b",
        r"\b\d+(?:\.\d+)? ?(?:%|percent\b|per cent\b)",
        r"\b(?:one|two|three|four|six|nine) (?:in|out of) (?:every )?(?:two|three|four|five|six|ten|twenty|\d+)\b(?! )",
        rf"\b(?:one|two|three|four|six|nine) (?:in|out of) (?:every )?(?:three|four|five|six|ten|twenty) {_PEOPLE}\b",
        rf"\b(?:half|a third|two thirds|a quarter) of (?:all |the |these )?{_PEOPLE}\b",
    ),
    "es": any_of(
        r"\b\d+ de cada \d+\b",
        r"\b\d+(?:[.,]\d+)? ?(?:%|por ciento\b)",
        r"\b(?:una?|dos|tres|cuatro) de cada (?:dos|tres|cuatro|cinco|seis|diez|veinte)\b",
        r"\b(?:la mitad|un tercio|dos tercios|una cuarta parte) de (?:las|los|estas|estos) "
        r"(?:personas|adultos|niños|adolescentes|mujeres|hombres|pacientes)\b",
    ),
}
"""How a language says how many people, out of how many."""
_SPANS: dict[str, re.Pattern[str]] = {
    "en": any_of(r"\b\d+ (?:to|or) \d+ (?:\w+ )?(?:visits|sessions|weeks|months)\b"),
    "es": any_of(r"\b\d+ (?:a|o) \d+ (?:visitas|sesiones|semanas|meses)\b"),
}
"""After how many visits or weeks something helps."""


def unsourced_figure(file: AnyDefinition, texts: Iterable[PlacedText]) -> Iterator[RuleFinding]:
    """Look for figures in parts that no dated source supports. A source of a paper supports all of it."""
    dated = [source for source in file.definition.sources if source.year]
    if dated and isinstance(file.definition, Paper):
        return
    supported = {part for source in dated for part in source.supports}
    for placed in texts:
        match = _figure_in(placed, primary(file.language))
        if match and placed.section not in supported and not _has_own_source(file.definition, placed):
            message = f"says {quoted(match[0])}, and no source supports {quoted(placed.section)}"
            yield breach(UNSOURCED_FIGURE, file, spot_in(placed, match[0], match.start()), message)


def _figure_in(placed: PlacedText, language: str) -> re.Match[str] | None:
    patterns = [_SHARES.get(language), _SPANS.get(language) if placed.section == "benefits" else None]
    return next((match for pattern in patterns if pattern and (match := pattern.search(placed.text))), None)


def _has_own_source(definition: Definition, placed: PlacedText) -> bool:
    """Whether the text is that of a risk or benefit with a source."""
    statements = () if isinstance(definition, Paper) else definition.statements
    own = (statement.text for statement in statements if statement.source)
    return placed.text in own
