"""How many pages each kind of paper may take, and what the front desk learns of one that breaks its budget.

Guarantees: a paper that is too long or breaks badly is made all the same, and whoever makes it learns where and what to
do; the same text has the same warnings, whether its paper is made or kept.

A patient who gets eight pages to sign for an hour's talk reads none of them: so what is signed fits on one sheet, and
what is read on two. Languages that need more room than English may take a quarter more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import Any

from consentkit.documents.page import Content
from consentkit.model.identity import ORIGINAL_LANGUAGE, Layout, Variant
from consentkit.pdf.part import Part
from consentkit.problems import quoted, shortened

_INFORMATION, _FORM = (4, 10), (2, 4)
"""Pages of an information and of a form in English, in usual and in large print."""
_ONE_PAGE = (1, 3)
"""The same for what must fit on one page in any language."""
_MORE_ROOM = 5 / 4
_MORE_PROCEDURES = 2
"""Further procedures of a form for which it may have one more page."""
_LONGEST_NAMED = 2
_QUOTED = 40

_SIZE = ("", " in large print")
_NOT_PRINTED = ("code", "title", "also_called", "sources", "review", "billing", "clauses", "related", "covered_by")
_FLAWS = {
    "sparse": "page {page} is less than a third full",
    "few_lines": "page {page} has only {about} lines",
    "heading": "the heading {about} is at the foot of page {page}, and its text elsewhere",
    "table": "the table that begins with {about} is torn at the end of page {page}",
    "statement": "page {page} has a place to sign or initial ({about}) whose statement is not above it on that page",
}


def most_pages(variant: Variant, language: str, *, large_print: bool, procedures: int = 1) -> int:
    """How many pages a paper may take; `procedures` is how many a form is about."""
    if variant in ("refusal", "plan"):
        return _ONE_PAGE[large_print]
    room = 1.0 if language == ORIGINAL_LANGUAGE else _MORE_ROOM
    information = math.ceil(_INFORMATION[large_print] * room)
    form = math.ceil(_FORM[large_print] * room) + (procedures - 1) // _MORE_PROCEDURES
    return {"information": information, "form": form}.get(variant, information + form)


def budget_notices(content: Content, layout: Layout, part: Part) -> Iterator[str]:
    """Yield what of a finished document breaks its budget, as sentences that begin with the code."""
    code, variant, language = content.procedure.code, content.variant, content.pack.language
    paper = f"{code}: its {variant} in {language}{_SIZE[layout.large_print]}"
    most = most_pages(variant, language, large_print=layout.large_print)
    file = f"{code}.{language}.yaml" if content.translated else f"{code}.yaml"
    if part.pages > most:
        pages = "page" if most == 1 else "pages"
        yield f"{paper} has {part.pages} pages, and {most} {pages} are the limit; shorten {file}, {_longest(content)}"
    for flaw in flaw_sentences(part, layout):
        yield f"{paper}: {flaw}; shorten or lengthen what comes before it in {file}"


def form_notices(codes: Sequence[str], languages: Sequence[str], layout: Layout, part: Part) -> Iterator[str]:
    """Yield what of the form of a visit breaks its budget. One in two languages may have a page more."""
    paper = f"{', '.join(codes)}: the form in {' and '.join(languages)}{_SIZE[layout.large_print]}"
    longest = max(most_pages("form", one, large_print=layout.large_print, procedures=len(codes)) for one in languages)
    most = longest + len(languages) - 1
    what = "`summary`, `on_form`, the phrases of the main risks and the names of the choices"
    if part.pages > most:
        yield f"{paper} has {part.pages} pages, and {most} pages are the limit; shorten {what}"
    yield from (f"{paper}: {flaw}; shorten {what}" for flaw in flaw_sentences(part, layout))


def flaw_sentences(part: Part, layout: Layout) -> Iterator[str]:
    """How the pages of a paper break badly. In large print, where a table is printed as a list, it may run on."""
    for flaw in part.flaws:
        if flaw.kind == "table" and layout.large_print:
            continue
        named = flaw.about if flaw.kind == "few_lines" else quoted(shortened(flaw.about, _QUOTED))
        yield _FLAWS[flaw.kind].format(page=flaw.page, about=named)


def _longest(content: Content) -> str:
    """Which parts of a text are the longest, with their lengths: there is most to be gained there."""
    lengths = {
        name: _length(value)
        for name, value in content.procedure.model_dump(mode="json").items()
        if name not in _NOT_PRINTED
    }
    longest = sorted(lengths, key=lambda name: -lengths[name])[:_LONGEST_NAMED]
    named = " and ".join(f"`{name}` ({lengths[name]:,} characters)" for name in longest)
    return f"of which {named} are the longest parts"


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    inner: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return sum(map(_length, inner))
