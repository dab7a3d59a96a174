"""What was left behind in a text: by a web page, a template, a chat program or an author who meant to come back.

Guarantees: a blank that is filled in by pen is no error; what looks filled in but is not, is one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks.inputs import ClinicFile
from consentkit.checks.patterns import any_of
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, breach
from consentkit.checks.unwanted_wording import UnwantedWording
from consentkit.problems import quoted

LEFTOVER = Rule(
    id="leftover",
    severity="error",
    title="Leftover of a web page, a template or a chat program",
    reason="Such words were found in the texts from which this library was made. They show the patient that nobody "
    "read the paper before it was handed out.",
    remedy="delete it, and read the text around it again",
    source="source texts of the library; CMS interpretive guidelines for 42 CFR 482.51(b)(2) require a proper form",
    bad="I hope you find this summary helpful!",
    good="",
)
_LEFTOVERS = (
    UnwantedWording(
        LEFTOVER,
        any_of(
            r"\{\{.*?\}\}|\{\{|\}\}|\{%.*?%\}|\{#.*?#\}",
            r"\blorem ipsum\b",
            r"(?-i:\bTODO\b(?=:|$| [a-z])|\bFIXME\b)",  # “todo” is a Spanish word
            r"\bsimilar codes\b|\bsearch all medical codes\b|\bCPT4? code\b|\bname of the procedure:",
            r"\brelated policies from health plans\b|\bmedical policies and guidelines for\b",
            r"\blist separately in addition to\b",
            r"\bI hope (?:you find|this helps|this)\b|\blet me know if you\b|\bfeel free to (?:ask|reach out)\b",
            r"\bas an? (?:AI|artificial intelligence|(?:large )?language model)\b|\bknowledge cut-?off\b",
            r"\bmarkdown\b|\bhere(?:’|')?s? (?:is )?(?:a|an|the) (?:summary|rewritten|revised|translated)\b",
            r"\bespero que (?:esto|este|le|te)\b|\bcomo (?:un )?modelo de lenguaje\b|\bavís(?:e|a)me si\b",
            r"\bturn\d+search\d+\b|\boaicite\b|\butm_source=",
            r"\bclick here\b|\bread more\b|\bhaga clic\b",
        ),
    ),
)

PLACEHOLDER = Rule(
    id="placeholder",
    severity="error",
    title="Placeholder that was not filled in",
    reason="A form with a blank left unfilled is not properly executed. Leave out what is unknown: the paper then has "
    "a line to fill in by pen where one is needed.",
    remedy="write what belongs there, or delete the line",
    source="CMS interpretive guidelines for 42 CFR 482.24(c)(4)(v) and 482.51(b)(2)",
    bad="Call us at [phone number].",
    good="Call us at 217-555-0142.",
)
_PLACEHOLDERS = (
    UnwantedWording(
        PLACEHOLDER,
        any_of(
            r"(?<!\{)\{[^{}%#]*\}(?!\})",
            r"\[[^\]]*\b(?:insert|name|clinic|phone|number|date|address|facility|hospital|doctor|provider|therapist"
            r"|your|here|nombre|teléfono|fecha|clínica)\b[^\]]*\]",
            r"<(?:insert|name|clinic|phone|date|your)[^>]*>",
            r"_{3,}|\bX{3,}\b|\.{5,}|…{2,}",
            r"(?-i:\b(?:TBD|TBC|TBA)\b|^NA\.?$)|\bN/A\b",
            r"^(?:not applicable|no aplica|see above|same as above|ver arriba|none yet|to be written|text|-+|\?+)\.?$",
        ),
    ),
)
_MODEL_CLINIC = re.compile(
    r"^(?:(?:your|my|our|the|example|sample|test|demo|small|new) )+(?:clinic|practice|counseling|hospital|center)\b"
    r"|\b(?:clinic|practice|hospital) name\b|\b(?:acme|foo|bar)\b|\b(?:123|1234) (?:main|any|example) (?:st|street)\b",
    re.IGNORECASE,
)
_MODEL_NUMBER = re.compile(r"\b(?:000|111|123|555|999)\D{0,2}(?:0000|1111|1234|4567|5555|9999)\b")
_RESERVED_NUMBER = re.compile(r"\b555\D{0,2}01\d\d\b")


def placeholder_of_clinic(file: ClinicFile) -> Iterator[RuleFinding]:
    """Look for particulars that were left as an example."""
    for placed in file.texts():
        for pattern in (_MODEL_CLINIC, _MODEL_NUMBER):
            if match := pattern.search(placed.text):
                spot = Spot(placed.path, match[0])
                yield breach(PLACEHOLDER, file, spot, f"contains {quoted(match[0])}, which looks like an example")
        if match := _RESERVED_NUMBER.search(placed.text):
            # The North American numbering plan keeps 555-0100 to 555-0199 for fiction: nobody answers there.
            message = f"contains {quoted(match[0])}, a number that is reserved for examples"
            yield breach(PLACEHOLDER, file, Spot(placed.path, match[0]), message, severity="notice")


MARKUP = Rule(
    id="markup",
    severity="error",
    title="Markup that will be printed as it is",
    reason="Texts are printed as typed. Stars, tags, links and entities of HTML or Markdown would appear on the paper.",
    remedy="delete the marks; a list is written as a YAML list",
    source="`consentkit guide writing-a-procedure`",
    bad="This is **very** important.",
    good="This is important.",
)
_MARKUP = (
    UnwantedWording(
        MARKUP,
        any_of(
            r"</?(?:a|b|i|u|p|br|em|strong|span|div|ul|ol|li|h[1-6]|table|tr|td|sup|sub|img)\b[^>]*>",
            r"&(?:amp|lt|gt|nbsp|quot|apos|[lr][sd]quo|[mn]dash|hellip|#x?[0-9a-f]+);",
            r"\*\*[^*]*\*\*|\*\*|(?<!\w)\*\w[^*]*\w\*(?!\w)|(?<!\w)__\w[^_]*__(?!\w)",
            r"`+[^`]*`*",
            r"^#{1,6} ",
            r"\[[^\]]+\]\([^)]*\)",
            r"\\[nt]\b",
            r"^[-*•·▪] ",
        ),
    ),
)

WORDINGS = (*_LEFTOVERS, *_PLACEHOLDERS, *_MARKUP)
"""What no text should contain."""
