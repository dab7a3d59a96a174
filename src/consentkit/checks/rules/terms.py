"""Short forms and technical words without an explanation.

Guarantees: each term is reported once, at its first use; in a language without a list of such words, only short forms
are reported.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from typing import NamedTuple

from consentkit.checks.citations import CDC_INDEX
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import PlacedText, primary, split_words
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Subject, breach
from consentkit.checks.unwanted_wording import UnwantedWordings, spot_in
from consentkit.model.procedure import Term
from consentkit.problems import quoted

UNDEFINED_TERM = Rule(
    id="undefined-term",
    severity="warning",
    title="Term without an explanation",
    reason="A reader who does not know a word cannot agree to what it means. A short form in capitals, or a technical "
    "word, must be listed in `technical_terms`, or be explained beside its first use.",
    remedy="add it to `technical_terms`, explain it in brackets at its first use, or say it in plain words",
    source=CDC_INDEX,
    bad="You may have ECT.",
    good="You may have ECT (a short electric current through the brain, while you sleep).",
)
JARGON: dict[str, tuple[re.Pattern[str], ...]] = {
    "en": (
        any_of(r"\badverse\b"),
        any_of(r"\bpsychotropic\w*"),
        any_of(r"\bcontraindicat\w+"),
        any_of(r"\bcomorbid\w*"),
        any_of(r"\betiolog\w+"),
        any_of(r"\bprognos[ei]s\b"),
        any_of(r"\bmodalit(?:y|ies)\b"),
        any_of(r"\bpsychodynamic\b"),
        any_of(r"\b(?:counter)?transference\b"),
        any_of(r"\bdissociat\w+"),
        any_of(r"\bcognitive\b"),
        any_of(r"\bantidepressants?\b"),
        any_of(r"\bantipsychotics?\b"),
        any_of(r"\bbenzodiazepines?\b"),
        any_of(r"\btitrat\w+"),
        any_of(r"\bpsychopharmac\w+"),
        any_of(r"\bexacerbat\w+"),
        any_of(r"\bsomatic\b"),
        any_of(r"\bideation\b"),
        any_of(r"\bdecompensat\w+"),
        any_of(r"\bsequelae?\b"),
        any_of(r"\bpsychosis\b|\bpsychotic\b"),
        any_of(r"\bserotonin\b"),
        any_of(r"\befficacy\b"),
        any_of(r"\bprophyla\w+"),
        any_of(r"\bpsychoeducation\w*"),
        any_of(r"\bdialectical\b"),
        any_of(r"\bdelusion\w*|\bhallucinat\w+"),
    ),
    "es": (
        any_of(r"\badvers[oa]s?\b"),
        any_of(r"\bpsicotrópic\w+"),
        any_of(r"\bcontraindica\w+"),
        any_of(r"\bcomorbilidad\w*"),
        any_of(r"\betiolog\w+"),
        any_of(r"\bpronóstico\b"),
        any_of(r"\bpsicodinámic\w+"),
        any_of(r"\b(?:contra)?transferencia\b"),
        any_of(r"\bdisocia\w+"),
        any_of(r"\bcognitiv\w+"),
        any_of(r"\bantidepresiv\w+"),
        any_of(r"\bantipsicótic\w+"),
        any_of(r"\bbenzodiac\w+"),
        any_of(r"\bexacerba\w+"),
        any_of(r"\bsomátic\w+"),
        any_of(r"\bideación\b"),
        any_of(r"\bsecuelas?\b"),
        any_of(r"\bpsicosis\b|\bpsicótic\w+"),
        any_of(r"\bserotonina\b"),
        any_of(r"\bpsicoeducación\b"),
    ),
}
"""Technical words that few readers know, by language."""

KNOWN_SHORT_FORMS = frozenset({"AM", "PM", "TV", "ID", "OK", "US", "USA", "UK", "AYUDA", "HELP", "HOME", "TALK"})
"""Capitals that need no explanation: everyday ones, and words that are sent to a help line."""

_SHORT_FORM = re.compile(r"(?<![\w/&.-])[A-Z]{2,6}(?=s?(?![\w/&-]))(?! (?:to|al?|en) \d{3})")
"""Capitals that are short for something, except a word that is sent to a number."""
_ROMAN_NUMERAL = re.compile(r"[IVX]+")
_EXPLAINED_AFTER = (
    r"[”\"’]?(?: \("
    r"|, (?:which|that|the|an?|or|with|where|when|short for|una?|que|es decir|el|la|o)\b"
    r"| (?:is|are|means?|stands|es|son|significa)\b)"
)
_EXPLAINED_BEFORE = r"(?:\(|\b(?:called|known as|short for|llamad[oa]s?|se llaman?|o sea) [“\"]?)"


def undefined_term(
    subject: Subject, texts: Sequence[PlacedText], terms: Sequence[Term], others: UnwantedWordings
) -> Iterator[RuleFinding]:
    """Look for an explanation of each term. What `others` report, such as words in capitals, is left to them."""
    glossary = "\n".join(f"{term.term}\n{term.meaning}" for term in terms)
    whole = "\n".join(placed.text for placed in texts)
    language = primary(subject.language)
    seen: set[str] = set()
    for placed in texts:
        terms_of_text = [term for term in _terms_of(placed.text, language) if term.pattern.pattern not in seen]
        reported = _words_of(others.matched(placed.text)) if terms_of_text else set()
        for word, start, pattern in terms_of_text:
            if pattern.pattern in seen or word in reported:
                continue
            seen.add(pattern.pattern)
            if not pattern.search(glossary) and not _is_explained(pattern, whole):
                spot = spot_in(placed, word, start)
                yield breach(UNDEFINED_TERM, subject, spot, f"uses {quoted(word)} without an explanation")


class _UsedTerm(NamedTuple):
    word: str
    start: int
    """Where it is in its text."""
    pattern: re.Pattern[str]
    """By which it is recognized again."""


def _terms_of(text: str, language: str) -> Iterator[_UsedTerm]:
    """Each term of a text. Most texts have none, which one look shows."""
    for match in _SHORT_FORM.finditer(text):
        if match[0] not in KNOWN_SHORT_FORMS and not _ROMAN_NUMERAL.fullmatch(match[0]):
            yield _UsedTerm(match[0], match.start(), re.compile(rf"\b{match[0]}\b"))
    if language in JARGON and _any_jargon(language).search(text):
        for pattern in JARGON[language]:
            for match in pattern.finditer(text):
                yield _UsedTerm(match[0], match.start(), pattern)


@cache
def _any_jargon(language: str) -> re.Pattern[str]:
    return any_of(*(pattern.pattern for pattern in JARGON[language]))


def _words_of(texts: Iterable[str]) -> set[str]:
    return {word for text in texts for word in split_words(text)}


def _is_explained(pattern: re.Pattern[str], text: str) -> bool:
    words = f"(?:{pattern.pattern})"
    return any(
        re.search(explained, text, pattern.flags) for explained in (words + _EXPLAINED_AFTER, _EXPLAINED_BEFORE + words)
    )
