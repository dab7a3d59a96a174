"""Whether the forms of visits keep within their pages, and break them well, where a visit is for more than one text.

Guarantees: of all texts that are checked, those forms are made that most easily break: of several procedures, and in
two languages, each with everybody who may sign; they are made as packets have them, kept like any other, and written
nowhere. A form that can't be made is an error among the problems.

The form of one procedure in one language is judged with the consent of its text.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from consentkit import checks
from consentkit.documents.budgets import form_notices, length_on_form
from consentkit.documents.form import get_or_make_form
from consentkit.documents.form_request import EVERYTHING, FormRequest
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError
from consentkit.library.keys import Inputs
from consentkit.model.identity import ORIGINAL_LANGUAGE, Layout
from consentkit.model.procedure import Procedure
from consentkit.problems import Problem

_MOST_TOGETHER = 3
"""Procedures of the form that is made of several."""


def form_problems(
    workspace: OpenWorkspace, files: Sequence[checks.ProcedureFile | checks.TranslationFile], *, only_own: bool
) -> Iterator[Problem]:
    """Yield a warning for each budget that such a form breaks, in regular and in large print.

    With `only_own`, texts of which the clinic itself wrote nothing are passed over: it can't shorten them.
    """
    files_by_code = {file.code: file for file in reversed(files) if _is_judged(workspace, file, only_own=only_own)}
    texts = {code: file.procedure for code, file in files_by_code.items()}
    inputs = workspace.inputs()
    for codes, languages in _forms(workspace, texts):
        for large_print in (False, True):
            request = FormRequest(codes, languages, EVERYTHING, Layout(workspace.default_paper, large_print))
            yield from _problems_of(workspace, request, files_by_code[codes[0]].source.name, inputs)


def _problems_of(workspace: OpenWorkspace, request: FormRequest, file: str, inputs: Inputs) -> Iterator[Problem]:
    try:
        form = get_or_make_form(workspace, request, inputs)
    except ConsentkitError as error:
        yield Problem(file, None, None, "", f"the form of a visit can't be made: {error}")
        return
    yield from (Problem(file, None, None, "", notice, "warning") for notice in form_notices(form, request.layout))


def _is_judged(
    workspace: OpenWorkspace, file: checks.ProcedureFile | checks.TranslationFile, *, only_own: bool
) -> bool:
    """Whether a text may be on a form: a file from elsewhere is on none of a visit."""
    if not workspace.library.has(file.code):
        return False
    sought = workspace.find(file.code, Layout(), language=file.language, variant="form")
    return workspace.is_own(sought) if only_own else True


def _forms(
    workspace: OpenWorkspace, texts: Mapping[str, Procedure]
) -> Iterator[tuple[tuple[str, ...], tuple[str, ...]]]:
    """The codes and the languages of each form that is made; of several texts, the longest on a form count."""
    longest = sorted(texts, key=lambda code: -length_on_form(texts[code]))
    groups = (_with_companions(workspace, code, texts) for code in longest)
    if together := next((codes for codes in groups if len(codes) > 1), None):
        yield together, (workspace.default_language,)
    if translated := next((code for code in longest if _other_languages(workspace, code)), None):
        yield (translated,), (_other_languages(workspace, translated)[0], workspace.default_language)


def _with_companions(workspace: OpenWorkspace, code: str, texts: Mapping[str, Procedure]) -> tuple[str, ...]:
    """A code with its add-ons, or with one that it is added to, as far as they have a text in the clinic's language."""
    billing, language = texts[code].billing, workspace.default_language
    codes = [code, *billing.goes_with, *billing.add_on_to[:1]]
    there = [one for one in dict.fromkeys(codes) if language in _languages(workspace, one)]
    return tuple(there[:_MOST_TOGETHER])


def _other_languages(workspace: OpenWorkspace, code: str) -> list[str]:
    """The languages beside that of the clinic in which a text may be on the same form."""
    languages = _languages(workspace, code)
    default = workspace.default_language
    return [language for language in languages if language != default] if default in languages else []


def _languages(workspace: OpenWorkspace, code: str) -> list[str]:
    """The languages that a procedure has, and in which documents can be made."""
    index = workspace.library.index()
    if code not in index.procedures:
        return []
    having = {ORIGINAL_LANGUAGE, *index.translations[code]}
    return [language for language in workspace.languages() if language in having]
