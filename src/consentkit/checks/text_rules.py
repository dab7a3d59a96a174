"""The rules that look at texts one by one: wording, length of sentences and paragraphs, unexplained terms.

Guarantees: each finding stands at the words that it is about; a language without a word list is spared the rules that
need one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence

from consentkit.checks import rules_wording as rules
from consentkit.checks.lexicon import JARGON, KNOWN_SHORT_FORMS
from consentkit.checks.readability import (
    PlacedText,
    count_words,
    longest_sentence,
    primary,
    split_sentences,
    split_words,
)
from consentkit.checks.rule_finding import RuleFinding, Spot, Subject, breach
from consentkit.checks.vocabulary import NAME_KEYS, Unwanted, unwanted
from consentkit.model.procedure import Term
from consentkit.problems import quoted

MOST_SENTENCES = 7
"""Sentences in a paragraph."""

_SENTENCE_END = re.compile(r"[.!?…][”\"’)]*\s|\n\n")
_SHORT_FORM = re.compile(r"(?<![\w/&.-])[A-Z]{2,6}(?=s?(?![\w/&-]))(?! (?:to|al?|en) \d{3})")
"""Capitals that stand for something, but for a word that is sent to a number."""
_ROMAN_NUMERAL = re.compile(r"[IVX]+")
_EXPLAINED_AFTER = (
    r"[”\"’]?(?: \("
    r"|, (?:which|that|the|an?|or|with|where|when|short for|una?|que|es decir|el|la|o)\b"
    r"| (?:is|are|means?|stands|es|son|significa)\b)"
)
_EXPLAINED_BEFORE = r"(?:\(|\b(?:called|known as|short for|llamad[oa]s?|se llaman?|o sea) [“\"]?)"
_PAIRS = (("“", "”"), ("(", ")"), ("«", "»"), ("[", "]"))
_PAIRS_OF = {"es": (("¿", "?"), ("¡", "!"))}


def check_wording(
    subject: Subject, texts: Iterable[PlacedText], is_for_patients: Callable[[PlacedText], bool]
) -> Iterator[RuleFinding]:
    """Check each text by itself."""
    for placed in texts:
        for_patients = is_for_patients(placed)
        yield from _unwanted_words(subject, placed, for_patients=for_patients)
        yield from _unpaired_marks(subject, placed)
        if for_patients:
            yield from _long_sentences(subject, placed)
            yield from _long_paragraphs(subject, placed)


def _unwanted_words(subject: Subject, placed: PlacedText, *, for_patients: bool) -> Iterator[RuleFinding]:
    for entry in unwanted(primary(subject.language)):
        if entry.for_patients_only and not for_patients:
            continue
        if entry.names_only and placed.section not in NAME_KEYS:
            continue
        for match in entry.pattern.finditer(placed.text):
            if not _is_excused(entry, placed.text, match.start()):
                message = entry.message.format(found=quoted(match[0]))
                yield breach(entry.rule, subject, _spot(placed, match[0], match.start()), message)


def _is_excused(entry: Unwanted, text: str, start: int) -> bool:
    """Whether the sentence takes the words back before it comes to them, as in "we cannot guarantee"."""
    before = _SENTENCE_END.split(text[:start])[-1]
    return entry.unless is not None and entry.unless.search(before) is not None


def _spot(placed: PlacedText, fragment: str, start: int) -> Spot:
    return Spot(placed.path, fragment, placed.text.count(fragment, 0, start))


def _unpaired_marks(subject: Subject, placed: PlacedText) -> Iterator[RuleFinding]:
    for opening, closing in (*_PAIRS, *_PAIRS_OF.get(primary(subject.language), ())):
        opened, closed = placed.text.count(opening), placed.text.count(closing)
        if opened != closed:
            mark = opening if opened > closed else closing
            message = f"has {opened} `{opening}` but {closed} `{closing}`"
            yield breach(rules.TYPOGRAPHY, subject, Spot(placed.path, mark), message)


def _long_sentences(subject: Subject, placed: PlacedText) -> Iterator[RuleFinding]:
    most = longest_sentence(subject.language)
    start = 0
    for sentence in split_sentences(placed.text):
        start = placed.text.index(sentence, start)
        if (length := count_words(sentence)) > most:
            message = f"has a sentence of {length} words, at most {most} are easy to follow: {quoted(sentence)}"
            yield breach(rules.LONG_SENTENCE, subject, _spot(placed, sentence, start), message)


def _long_paragraphs(subject: Subject, placed: PlacedText) -> Iterator[RuleFinding]:
    for paragraph in placed.text.split("\n\n"):
        if (length := len(split_sentences(paragraph))) > MOST_SENTENCES:
            message = f"has a paragraph of {length} sentences, at most {MOST_SENTENCES} are easy to take in"
            yield breach(rules.LONG_PARAGRAPH, subject, Spot(placed.path, paragraph), message)


def undefined_terms(subject: Subject, texts: Sequence[PlacedText], terms: Sequence[Term]) -> Iterator[RuleFinding]:
    """Report each short form and word of the trade that is explained nowhere, at its first use."""
    glossary = "\n".join(f"{term.term}\n{term.meaning}" for term in terms)
    whole = "\n".join(placed.text for placed in texts)
    jargon = JARGON.get(primary(subject.language), ())
    seen: set[str] = set()
    for placed in texts:
        for word, start, pattern in _terms_of(placed.text, jargon):
            if pattern.pattern in seen or word in _reported_words(subject, placed.text):
                continue
            seen.add(pattern.pattern)
            if not pattern.search(glossary) and not _is_explained(pattern, whole):
                spot = _spot(placed, word, start)
                yield breach(rules.UNDEFINED_TERM, subject, spot, f"uses {quoted(word)} without an explanation")


def _terms_of(text: str, jargon: Sequence[re.Pattern[str]]) -> Iterator[tuple[str, int, re.Pattern[str]]]:
    """Each term of a text, where it stands, and the pattern by which it is known again."""
    for match in _SHORT_FORM.finditer(text):
        if match[0] not in KNOWN_SHORT_FORMS and not _ROMAN_NUMERAL.fullmatch(match[0]):
            yield match[0], match.start(), re.compile(rf"\b{match[0]}\b")
    for pattern in jargon:
        for match in pattern.finditer(text):
            yield match[0], match.start(), pattern


def _reported_words(subject: Subject, text: str) -> set[str]:
    """Words that another rule reports already, such as plain words in capitals for emphasis."""
    patterns = (entry.pattern for entry in unwanted(primary(subject.language)))
    return {word for pattern in patterns for match in pattern.finditer(text) for word in split_words(match[0])}


def _is_explained(pattern: re.Pattern[str], text: str) -> bool:
    words = f"(?:{pattern.pattern})"
    return any(
        re.search(explained, text, pattern.flags) for explained in (words + _EXPLAINED_AFTER, _EXPLAINED_BEFORE + words)
    )
