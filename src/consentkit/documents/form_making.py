"""How a form is made: each of its texts composed for hash and approval, one page for all, read back.

Guarantees: the result is a complete tagged PDF, or an exception says what is wrong.
"""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from functools import partial

from consentkit._version import __version__
from consentkit.documents.approval_words import ApprovalMark, unapproved
from consentkit.documents.filled_in import places_of_form
from consentkit.documents.form_request import Form, FormRequest, FormText
from consentkit.documents.form_values import AskedText, FormValues, form_values
from consentkit.documents.making import DocumentSource, compose_page, require_clauses
from consentkit.documents.page import Content, Page, compose_form
from consentkit.documents.printing import Overseer, assets_of, print_page
from consentkit.documents.safety import Required, clause_texts, form_texts, papers_given, require
from consentkit.model.identity import printed_fingerprint
from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.pdf.file.xmp import Info


def make_form(contents: Sequence[Sequence[Content]], request: FormRequest, source: DocumentSource) -> Form:
    """Make a form. `contents` has the texts of each procedure, one in each language.

    Raises RenderingFailed where a template is faulty, a character can't be printed, or something is missing from the
    finished form.
    """
    for content in (content for texts in contents for content in texts):
        require_clauses(content.procedure, content.pack)
    composed = [[(content, compose_page(content, source)) for content in texts] for texts in contents]
    named = [one for number in range(len(request.languages)) for one in (texts[number] for texts in composed)]
    named_texts = tuple(_named(content, page, source.today) for content, page in named)
    words, clinic, layout = contents[0][0].pack, contents[0][0].clinic, request.layout
    mark = _mark(words, [page for _, page in named], source.today)
    form = form_values(
        [[_asked(*one, request) for one in texts_of_one] for texts_of_one in composed],
        request.situation,
        request.on_file,
        dict(request.on_papers),
    )
    if request.only_lines:
        form, mark, named_texts = _only_lines(form), ApprovalMark("", ""), ()
    page = compose_form(form, mark, clinic, words, source.templates, source.files)
    info = Info(_title(form, words), words.language, publisher=clinic.name or "", tool=f"consentkit {__version__}")
    required = _required(form, words)
    judge, assets = partial(require, required), assets_of(source.folder)
    part = print_page(page, layout, info, assets, source.templates, source.files, overseer=Overseer(judge))
    is_approved = all(text.approved_edition for text in named_texts)
    also_sign = tuple(said[0].who for said in form.also_sign)
    return Form(part, request.languages, named_texts, is_approved, mark.full, also_sign, _title(form, words))


def _only_lines(form: FormValues) -> FormValues:
    """Of a form, what there is to fill in at each visit though all that it says is signed and on file."""
    lines = {name: said for name, said in form.visit_clauses.items() if said[0].has_lines}
    return FormValues(form.second, form.situation, (), {}, lines, also_sign=(), teach_back=())


def _required(form: FormValues, words: LanguagePack) -> Required:
    """What must be on the finished form."""
    places = [*places_of_form(form, words)]
    if form.items:
        return Required([*form_texts(form, words), *papers_given(form)], places)
    return Required([text for said in form.visit_clauses.values() for text in clause_texts(said)], places)


def _asked(content: Content, page: Page, request: FormRequest) -> AskedText:
    covered = tuple(code for by, code in request.covered if by == content.procedure.code)
    return AskedText(content.procedure, content.pack, printed_fingerprint(page.content_hash), covered)


def _named(content: Content, page: Page, today: datetime.date) -> FormText:
    approval = page.approval
    return FormText(
        code=content.procedure.code,
        title=content.procedure.title,
        language=content.pack.language,
        edition=content.procedure.review.issued,
        content_hash=page.content_hash,
        approved_edition=approval.edition if approval and not approval.is_overdue(today) else None,
    )


def _mark(words: LanguagePack, pages: Sequence[Page], today: datetime.date) -> ApprovalMark:
    """What is at the head of each page: that of its one text, or that each of several is approved, or the worst.

    A text that was never approved makes a draft; else one whose approval has run out makes it void.
    """
    if len(pages) == 1:
        return pages[0].mark
    approvals = [page.approval for page in pages if page.approval]
    if len(approvals) < len(pages):
        return unapproved(words.page.draft, words)
    ends = sorted(approval.until for approval in approvals if approval.until)
    if not ends:
        return ApprovalMark(words.form.approved, words.form.approved)
    until = words.dates.write(ends[0])
    if ends[0] < today:
        return unapproved(fill(words.page.overdue, until=until), words)
    mark = fill(words.form.approved_until, until=until)
    return ApprovalMark(mark, mark)


def _title(form: FormValues, words: LanguagePack) -> str:
    separator = f"{words.document.comma} "
    if not form.items:
        return separator.join(said[0].heading for said in form.visit_clauses.values())
    return f"{words.document.kinds.form} ({separator.join(item.code for item in form.items)})"
