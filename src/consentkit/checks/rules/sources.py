"""Where the figures of a text come from.

Guarantees: a figure is excused by the source of its own risk or benefit, or by a source with a year that names the
part of the procedure; the rule stays silent in languages whose ways of giving figures it does not know.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from consentkit.checks.as_read import as_read
from consentkit.checks.citations import CMS_FORMS
from consentkit.checks.inputs import AnyDefinition
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import PlacedText, primary
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach
from consentkit.checks.unwanted_wording import spot_of
from consentkit.model.paper import Paper
from consentkit.model.translation import Definition
from consentkit.problems import quoted

UNSOURCED_FIGURE = Rule(
    id="unsourced-figure",
    severity="warning",
    title="Figure without a source",
    reason="A reviewer can check how many people something happened to, or after how many visits it helped, only where "
    "the source and its year are named for that part of the text. Looked at are shares of people everywhere, spans "
    "of visits, weeks or months under `benefits`, and how long a whole course takes under `duration`.",
    remedy="name the part under `supports` of a source that has a `year`; for a risk or benefit, write a `figure` with "
    "its `source`",
    source=f"{CMS_FORMS}; house rule",
    bad="About 4 in 100 people think of suicide.",
    good="The same, with `supports: [risks]` at the source of the figure.",
)
_NUMBER = r"\d+(?:[.,]\d+)?"
_EN_NUMBER = (
    rf"(?:{_NUMBER}|an?|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|forty|fifty"
    r"|a hundred|one hundred|a thousand)"
)
_ES_NUMBER = (
    rf"(?:{_NUMBER}|un[ao]?|dos|tres|cuatro|cinco|seis|siete|ocho|nueve|diez|doce|quince|veinte|treinta|cuarenta|cincuenta"
    r"|cien|mil)"
)
_EN_ROUND = rf"(?:{_NUMBER}|three|four|five|six|eight|ten|twelve|twenty|fifty|a hundred|one hundred|a thousand)"
"""Out of how many."""
_EN_PEOPLE = (
    r"(?:people|persons?|adults?|child|children|teens?|teenagers?|women|woman|men|man|patients?|clients?"
    r"|families|couples)"
)
_ES_PEOPLE = (
    r"(?:personas?|adult[oa]s?|niñ[oa]s|menores|adolescentes|mujer(?:es)?|hombres?|pacientes?|familias|parejas"
    r"|clientes)"
)
_NO_UNIT = (
    r"(?! (?:[\w-]+ ){0,1}(?:minutes?|hours?|days?|nights?|weeks?|months?|years?|visits?|sessions?"
    r"|meetings|steps?|pages?|parts?)\b)"
)
_NO_ES_UNIT = (
    r"(?! (?:\w+ )?(?:minutos?|horas?|días?|noches?|semanas?|meses|mes|años?|visitas?|sesiones|reuniones|pasos|páginas"
    r"|partes)\b)"
)
_SHARES: dict[str, re.Pattern[str]] = {
    "en": any_of(
        rf"\b{_NUMBER}(?: |-)(?:in|out of)(?: |-)(?:every )?{_NUMBER}\b{_NO_UNIT}",
        rf"\b{_EN_NUMBER} (?:in|out of) (?:every )?{_EN_ROUND}(?: |-){_EN_PEOPLE}\b",
        rf"\b{_EN_NUMBER} out of (?:every )?{_EN_ROUND}\b{_NO_UNIT}",
        rf"\b(?:one|two|three|four|six|seven|eight|nine) in (?:every )?(?:three|four|five|six|ten|twenty)\b{_NO_UNIT}",
        rf"\b{_EN_NUMBER} {_EN_PEOPLE} (?:in|out of) (?:every )?{_EN_ROUND}\b{_NO_UNIT}",
        rf"\b{_NUMBER} of (?:every )?{_NUMBER} (?:{_EN_PEOPLE}|who)\b|\b{_NUMBER} of every {_NUMBER}\b{_NO_UNIT}",
        rf"\b{_NUMBER} per 1[0,.]*0\b|\b{_NUMBER} in a (?:hundred|thousand)\b",
        rf"\b(?:{_EN_NUMBER}|sixty|seventy|eighty|ninety) ?(?:%|percent\b|per cent\b)|\b{_NUMBER} ?%",
        rf"\b(?:half|(?:a|one)(?: |-)(?:third|quarter|fifth|tenth)|(?:two|three|four)(?: |-)(?:thirds|quarters"
        r"|fifths)) "
        rf"of (?:(?:all |all the |the |these )?{_EN_PEOPLE}\b|those\b|them\b)",
        rf"\bhalf (?:the |all )?{_EN_PEOPLE}\b"
        r"|\b(?:about|nearly|almost|over|more than|around) half (?:get|got|feel|felt|were)\b",
    ),
    "es": any_of(
        rf"\b{_ES_NUMBER} (?:{_ES_PEOPLE} )?de cada {_ES_NUMBER}\b{_NO_ES_UNIT}",
        rf"\b{_NUMBER} (?:de|en|entre) (?:las |los )?{_NUMBER} {_ES_PEOPLE}\b",
        rf"\b(?:{_ES_NUMBER}|sesenta|setenta|ochenta|noventa) ?(?:%|por ?ciento\b|por cien\b|por 100\b)|\b{_NUMBER} ?%",
        r"\b(?:la mitad|un tercio|un cuarto|un quinto|dos tercios|tres cuartos"
        r"|(?:la|una) (?:tercera|cuarta|quinta|décima) parte|(?:dos|tres) (?:terceras|cuartas|quintas) partes) "
        rf"de (?:(?:las|los|estas|estos|todas las|todos los) (?:{_ES_PEOPLE}\b|que\b)|quienes\b|ellas\b|ellos\b)",
    ),
}
"""How a language says how many people, out of how many."""
_EN_SEVERAL, _ES_SEVERAL = rf"(?!an? |one ){_EN_NUMBER}", rf"(?!un[ao]? ){_ES_NUMBER}"
_EN_TERM = r"(?:visits?|sessions?|meetings|weeks?|months?)\b"
_ES_TERM = r"(?:visitas?|sesiones|reuniones|semanas?|mes(?:es)?)\b"
_SPANS: dict[str, re.Pattern[str]] = {
    "en": any_of(
        rf"\b{_EN_NUMBER}(?: to | or | and |–|-){_EN_SEVERAL} (?:\w+ )?{_EN_TERM}",
        rf"\b(?:after|within|in|by) {_EN_SEVERAL} (?:\w+ )?{_EN_TERM}",
    ),
    "es": any_of(
        rf"\b{_ES_NUMBER}(?: a | o | y |–|-){_ES_SEVERAL} {_ES_TERM}",
        rf"\b(?:después de|tras|dentro de|en|a) (?:las |los )?{_ES_SEVERAL} {_ES_TERM}",
    ),
}
"""After how many visits or weeks something helps."""
_EN_LENGTH, _ES_LENGTH = r"(?:weeks|months|years)", r"(?:semanas|meses|años)"
_COURSES: dict[str, re.Pattern[str]] = {
    "en": any_of(
        rf"(?<!within )(?<!every )\b{_EN_NUMBER}(?: to | or |–|-){_EN_SEVERAL} (?:\w+ )?"
        rf"(?:visits|sessions|meetings|times|{_EN_LENGTH})\b(?! (?:a|per|each) )",
        rf"\b{_EN_NUMBER} {_EN_LENGTH} to {_EN_SEVERAL} {_EN_LENGTH}\b",
    ),
    "es": any_of(
        rf"(?<!cada )(?<!\ben )(?<!dentro de )\b{_ES_NUMBER}(?: a | o |–|-){_ES_SEVERAL} "
        rf"(?:visitas|sesiones|reuniones|veces|{_ES_LENGTH})\b(?! (?:por|al|a la|cada) )",
        rf"\b{_ES_NUMBER} {_ES_LENGTH} a {_ES_SEVERAL} {_ES_LENGTH}\b",
    ),
}
"""How long a whole course takes. How often somebody comes is the clinic’s own plan, and no claim."""
_OF_SECTIONS = {"benefits": _SPANS, "duration": _COURSES}
"""What is looked for in one part of a procedure alone."""


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
            yield breach(UNSOURCED_FIGURE, file, spot_of(placed, match), message)


def _figure_in(placed: PlacedText, language: str) -> re.Match[str] | None:
    patterns = [_SHARES.get(language), _OF_SECTIONS.get(placed.section, {}).get(language)]
    return next(
        (match for pattern in patterns if pattern and (match := pattern.search(as_read(placed.text).text))), None
    )


def _has_own_source(definition: Definition, placed: PlacedText) -> bool:
    """Whether the text is that of a risk or benefit with a source."""
    statements = () if isinstance(definition, Paper) else definition.statements
    own = (statement.text for statement in statements if statement.source)
    return placed.text in own
