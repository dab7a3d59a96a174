"""How many pages each kind of paper may take, and what is said of one that breaks its budget.

Guarantees: a paper that is too long or breaks badly is made all the same, and whoever makes it learns where and what to
do; the same text has the same warnings, whether its paper is made or kept.

A patient who gets eight pages to sign for an hour's talk reads none of them: so what is signed fits on one sheet, and
what is read on two. Languages that need more room than English may take a quarter more.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Any

from consentkit.documents.form_request import Form
from consentkit.model.identity import ORIGINAL_LANGUAGE, Layout, Variant
from consentkit.model.procedure import Procedure, ProcedureText
from consentkit.pdf.part import Part
from consentkit.problems import listed, quoted, shortened

if TYPE_CHECKING:  # a packet of kept papers is judged without what composes pages
    from consentkit.documents.page import Content

_INFORMATION, _FORM = (4, 10), (2, 4)
"""Pages of the information and of the form in English, in regular and in large print."""
_PAPER = (3, 7)
"""The same for a paper that is not about one procedure."""
_ONE_PAGE = (1, 3)
"""The same for what must fit on one page in any language."""
_ANOTHER_ITEM = (1 / 2, 3 / 2)
"""Pages that each further procedure adds to the form of a visit."""
_MORE_ROOM = 5 / 4
_TWO_LANGUAGES = 2
_LONGEST_NAMED = 2
_QUOTED = 40

_SIZE = ("", " in large print")
_READ = tuple(name for name in ProcedureText.model_fields if name not in ("code", "title", "policies"))
"""The parts of a text that the information prints."""
_PRINTED: dict[str, tuple[str, ...]] = {
    "form": ("summary", "risks", "alternatives", "on_form", "teach_back"),
    "refusal": ("summary", "risks", "alternatives", "no_treatment"),
}
"""The same for what prints less."""
_FORM_REMEDY = "let whoever writes the texts shorten what the form prints of them, or the clauses on it"
_FLAWS = {
    "sparse": "page {page} is less than a third full",
    "few_lines": "page {page} has only {about}",
    "heading": "the heading {about} is at the foot of page {page}, and its text elsewhere",
    "table": "the table that begins with {about} is torn at the end of page {page}",
    "statement": "page {page} has a place to sign or initial ({about}) whose statement is not above it on that page",
}


def most_pages(variant: Variant, language: str, *, large_print: bool) -> int:
    """How many pages the document of one procedure or paper may take."""
    if variant in ("refusal", "plan"):
        return _ONE_PAGE[large_print]
    room = 1.0 if language == ORIGINAL_LANGUAGE else _MORE_ROOM
    information = math.ceil(_INFORMATION[large_print] * room)
    form = math.ceil(_FORM[large_print] * room)
    paper = math.ceil(_PAPER[large_print] * room)
    return {"information": information, "form": form, "paper": paper}.get(variant, information + form)


def most_pages_of_form(procedures: int, languages: Sequence[str], *, large_print: bool) -> int:
    """How many pages the form of a visit may take: it has every procedure for which consent is asked."""
    room = 1.0 if tuple(languages) == (ORIGINAL_LANGUAGE,) else _MORE_ROOM
    room = _TWO_LANGUAGES if len(languages) > 1 else room
    return math.ceil((_FORM[large_print] + (procedures - 1) * _ANOTHER_ITEM[large_print]) * room)


def form_notices(form: Form, layout: Layout) -> Iterator[str]:
    """Yield what of the form of a visit breaks its budget, as sentences that name its codes and languages."""
    named = f"the form of {listed(form.codes)} in {listed(form.languages)}{_SIZE[layout.large_print]}"
    most = most_pages_of_form(len(form.codes), form.languages, large_print=layout.large_print)
    if form.pages > most:
        yield f"{named} has {form.pages} pages, and its limit is {most}; {_FORM_REMEDY}"
    for flaw in _flaws(form.part, layout):
        yield f"{named}: {flaw}; {_FORM_REMEDY}"


def budget_notices(content: Content, layout: Layout, part: Part) -> Iterator[str]:
    """Yield what of a finished document breaks its budget, as sentences that begin with the code."""
    variant, language = content.variant, content.pack.language
    it = "the paper" if variant == "paper" else f"its {variant}"
    paper = f"{content.definition.code}: {it} in {language}{_SIZE[layout.large_print]}"
    most = most_pages(variant, language, large_print=layout.large_print)
    if part.pages > most:
        yield f"{paper} has {part.pages} pages, and its limit is {most}; shorten {_longest(content)}"
    for flaw in _flaws(part, layout):
        yield f"{paper}: {flaw}; shorten or lengthen what comes before it in {_file(content)}"


def _file(content: Content) -> str:
    """The file that has the text of a document."""
    code, language = content.definition.code, content.pack.language
    if content.variant == "plan":
        return f"languages/{language}.yaml"
    return f"{code}.{language}.yaml" if content.translated else f"{code}.yaml"


def _flaws(part: Part, layout: Layout) -> Iterator[str]:
    """How the pages of a paper break badly. In large print, where a table is printed as a list, it may run on."""
    for flaw in part.flaws:
        if flaw.kind == "table" and layout.large_print:
            continue
        named = _lines(flaw.about) if flaw.kind == "few_lines" else quoted(shortened(flaw.about, _QUOTED))
        yield _FLAWS[flaw.kind].format(page=flaw.page, about=named)


def _lines(number: str) -> str:
    return "one line" if number == "1" else f"{number} lines"


def _longest(content: Content) -> str:
    """What to shorten: which of the printed parts of a text are the longest, with their lengths, and in which file."""
    if content.variant == "plan":
        return f"`plan` in {_file(content)}"
    text = content.definition.model_dump(mode="json")
    if content.variant == "paper":
        lengths = {f"sections[{number}]": _length(section) for number, section in enumerate(text["sections"], 1)}
    else:
        lengths = {name: _length(text[name]) for name in _PRINTED.get(content.variant, _READ)}
    longest = sorted(lengths, key=lambda name: -lengths[name])[:_LONGEST_NAMED]
    named = " or ".join(f"`{name}` ({lengths[name]:,} characters)" for name in longest)
    return f"{named}, the longest parts of {_file(content)}"


def length_on_form(procedure: Procedure) -> int:
    """How many characters a form prints of a text."""
    text = procedure.model_dump(mode="json")
    return sum(_length(text[name]) for name in _PRINTED["form"])


def _length(value: Any) -> int:
    if isinstance(value, str):
        return len(value)
    inner: Sequence[Any] = list(value.values()) if isinstance(value, dict) else value if isinstance(value, list) else []
    return sum(map(_length, inner))
