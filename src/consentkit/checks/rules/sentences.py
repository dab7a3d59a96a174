"""How long sentences and paragraphs are.

Guarantees: each finding is at the sentence or paragraph that it is about.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.citations import CDC_INDEX, PLAIN_LANGUAGE
from consentkit.checks.readability import PlacedText, count_words, longest_sentence, split_sentences
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, Subject, breach
from consentkit.checks.unwanted_wording import spot_in
from consentkit.problems import quoted

LONG_SENTENCE = Rule(
    id="long-sentence",
    severity="warning",
    title="Sentence too long",
    reason="A reader who is afraid or tired loses the thread of a long sentence. Aim at 10 to 20 words; Spanish may "
    "have 22. Numbers are not counted.",
    remedy="cut it in two, or leave out what is not needed",
    source=f"{CDC_INDEX}; {PLAIN_LANGUAGE}",
    bad="You may feel sad, angry or ashamed when you talk about what has happened to you, and this can last for some "
    "days after the visit.",
    good="You may feel sad, angry or ashamed when you talk about what has happened. This can last for some days.",
)


def long_sentence(subject: Subject, placed: PlacedText) -> Iterator[RuleFinding]:
    """Count the words of each sentence."""
    most = longest_sentence(subject.language)
    start = 0
    for sentence in split_sentences(placed.text):
        start = placed.text.index(sentence, start)
        if (length := count_words(sentence)) > most:
            message = f"has a sentence of {length} words; at most {most} are easy to follow: {quoted(sentence)}"
            yield breach(LONG_SENTENCE, subject, spot_in(placed, sentence, start), message)


LONG_PARAGRAPH = Rule(
    id="long-paragraph",
    severity="warning",
    title="Paragraph too long",
    reason="A block of text looks like work and is skipped. A paragraph has at most 7 sentences.",
    remedy="leave an empty line where a new thought begins, or turn it into a list",
    source=PLAIN_LANGUAGE,
    bad="Eight sentences in one block.",
    good="Two paragraphs of four sentences.",
)
MOST_SENTENCES = 7
"""Sentences in a paragraph."""


def long_paragraph(subject: Subject, placed: PlacedText) -> Iterator[RuleFinding]:
    """Count the sentences of each paragraph."""
    for paragraph in placed.text.split("\n\n"):
        if (length := len(split_sentences(paragraph))) > MOST_SENTENCES:
            message = f"has a paragraph of {length} sentences; at most {MOST_SENTENCES} are easy to take in"
            yield breach(LONG_PARAGRAPH, subject, Spot(placed.path, paragraph), message)


CHECKS = (long_sentence, long_paragraph)
"""What a text for patients is checked for."""
