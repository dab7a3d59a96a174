"""Recording the approval of documents.

Guarantees: what is approved is the document as it was shown, and it could be made; no document is approved while
`check` finds an error in a file that it is made from, unless its rule was named with a reason, which is recorded; a
translation of a text that has changed since is never approved, and no approval ends before it begins or after the text
is due for review. Nothing is approved while the clinic keeps a journal that can't be written to; of several documents,
all are approved or none.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from consentkit.approval.changes import Change
from consentkit.approval.whole_text import changes_of
from consentkit.checks.registry import find_rule
from consentkit.documents.page import Content
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.library.approvals import (
    Approval,
    ApprovedText,
    Withdrawal,
    approved_text,
    load_approvals,
    record_all,
)
from consentkit.library.edition_files import edition_files
from consentkit.library.languages import pack_file
from consentkit.library.snapshot import Snapshot
from consentkit.model.approval import LONGEST_PERSON, ApprovedException
from consentkit.model.identity import APPROVALS, PARTICULARS, Layout, Variant, approved_kind, clause_file
from consentkit.operations.approval_entry import clinic_folder, entry_of, journal_entries, note_in_journal
from consentkit.operations.check import check
from consentkit.operations.journal import Who, require_journal, who_asks
from consentkit.operations.journal_place import is_for_group
from consentkit.operations.text_of_today import text_of_today
from consentkit.problems import Problem
from consentkit.reading.paths import is_there

_TYPED = ("role", "reviewed_by", "translated_by")


@dataclass(frozen=True)
class Approved:
    """An approval that has been recorded."""

    approval: Approval
    asked: Variant
    """The kind of document that was named: information and form are approved with the consent, as its parts."""
    record: Path
    """The file of the clinic that holds all approvals."""


@dataclass(frozen=True)
class ApprovalTerms:
    """Who approves, and on which terms: the same for all documents of one act."""

    by: str
    role: str | None = None
    until: datetime.date | None = None
    """The last day on which the approval holds; the day on which the text is due for review, if left out."""
    reviewed_by: str | None = None
    """Who has reviewed it; whom the text names, or else whoever approves it, if left out."""
    translated_by: str | None = None
    """Who has translated it, where it is a translation."""
    exceptions: Mapping[str, str] = field(default_factory=dict)
    """Rules whose errors are allowed, each with the reason."""


@dataclass(frozen=True)
class ApprovalRequest:
    """What is to be approved, by whom."""

    procedure: str | Path
    by: str
    role: str | None = None
    until: datetime.date | None = None
    """The last day on which the approval holds; the day on which the text is due for review, if left out."""
    language: str | None = None
    """The clinic's if left out."""
    variant: Variant = "consent"
    who: Who | None = None
    """Whom the journal names: the account of this process if left out."""


@dataclass(frozen=True)
class PreparedApproval:
    """A document that is ready to be approved, for whoever approves it to see what it is."""

    approval: Approval
    """What will be recorded."""
    asked: Variant
    """The kind of document that was named."""
    pages: int
    latest: Approval | None
    """The latest approval before, whatever its content."""
    changes: tuple[Change, ...] | None
    """What has changed since; None where that is not known."""
    withdrawal: Withdrawal | None
    """The withdrawal that this approval would end."""
    text: ApprovedText = field(repr=False)


def approve(
    workspace: OpenWorkspace,
    procedure: str | Path,
    *,
    by: str,
    role: str | None = None,
    until: datetime.date | None = None,
    language: str | None = None,
    variant: Variant = "consent",
) -> Approved:
    """Record that a document may be used as it is today. The language is the clinic's unless another is given.

    Information, form and consent are one text with one approval, which is recorded for the consent, whichever is named.
    `until` is the last day on which the approval holds. Raises what `approve_as_requested` raises.
    """
    request = ApprovalRequest(procedure, by, role, until, language, variant)
    return approve_as_requested(workspace, request)


def approve_as_requested(workspace: OpenWorkspace, request: ApprovalRequest) -> Approved:
    """Record that a document may be used as it is today. Raises what `prepare` and `record_prepared` raise."""
    workspace = workspace if workspace.snapshot else workspace.for_one_run()
    terms = ApprovalTerms(request.by, request.role, request.until)
    prepared = prepare(workspace, terms, request.procedure, language=request.language, variant=request.variant)
    return record_prepared(workspace, [prepared], request.who)[0]


def prepare(
    workspace: OpenWorkspace,
    terms: ApprovalTerms,
    procedure: str | Path,
    *,
    language: str | None = None,
    variant: Variant = "consent",
) -> PreparedApproval:
    """Look at everything that must be so before a document is approved, and make it. The workspace is that of one run.

    Raises WrongUse for a day that has passed or is too late, a name that can't be recorded or a translation of a text
    that has changed since; InvalidInput with the errors of `check`; FileAccess where there is no clinic's folder, or a
    journal that can't be written to; and what `Workspace.render` raises for a document that can't be made.
    """
    folder, today = require_terms(workspace, terms), datetime.date.today()
    asked = workspace.content(procedure, language=language, variant=variant)
    content = replace(asked, variant=approved_kind(asked.variant))
    if content.stale:
        message = f"{content.identity} translates a text that has changed since; bring the translation up to date first"
        raise WrongUse(message)
    until = _end(content, terms.until, today)
    exceptions = _exceptions(workspace, procedure, content, terms.exceptions)
    today_text = text_of_today(workspace, procedure, content)
    document, words = today_text.document, today_text.words
    approvals = load_approvals(folder, workspace.snapshot)
    approval = _entry(
        terms,
        **vars(content.identity),
        edition=approvals.next_edition(content.identity, document.content_hash),
        content=document.content_hash,
        on=today,
        until=until,
        reviewed_by=_reviewer(content, terms),
        translated_by=terms.translated_by if content.translated else None,
        exceptions=exceptions,
    )
    sought = workspace.find(procedure, Layout(), language=language, variant=content.variant)
    logo = workspace.folder.clinic.logo
    files = edition_files(folder, logo, workspace.templates, sought, workspace.snapshot or Snapshot())
    latest = approvals.latest(content.identity)
    changed = _changes(folder, latest, words)
    return PreparedApproval(
        approval,
        asked.variant,
        document.pages,
        latest,
        changed,
        approvals.withdrawal(content.identity),
        ApprovedText(approval, words, files),
    )


def require_terms(workspace: OpenWorkspace, terms: ApprovalTerms) -> Path:
    """The clinic's folder. Raises what `prepare` raises for that and for the terms, whatever the document is."""
    folder, today = clinic_folder(workspace), datetime.date.today()
    require_journal(workspace)
    _require_day(terms.until, today)
    _require_names(terms, today)
    return folder


def record_prepared(
    workspace: OpenWorkspace, prepared: Sequence[PreparedApproval], who: Who | None = None
) -> list[Approved]:
    """Record approvals in one step. Raises FileAccess where that can't be, and then none of them counts.

    Raises WrongUse where somebody has withdrawn one of the documents since it was prepared.
    """
    folder, who = clinic_folder(workspace), who or who_asks()
    journal_entries("approved", [one.approval for one in prepared], who)  # raises before anything is recorded
    texts, seen = [one.text for one in prepared], {one.approval.identity: one.withdrawal for one in prepared}
    recorded = record_all(folder, texts, seen=seen, for_group=is_for_group(workspace))
    note_in_journal(workspace, "approved", recorded, who)
    asked = (one.asked for one in prepared)
    return [Approved(approval, variant, folder / APPROVALS) for approval, variant in zip(recorded, asked, strict=True)]


def require_exceptions_needed(terms: ApprovalTerms, prepared: Sequence[PreparedApproval]) -> None:
    """Raise WrongUse for an exception that no document needs: it would stand in the record for nothing."""
    needed = {one.rule for each in prepared for one in each.approval.exceptions}
    if idle := [rule for rule in terms.exceptions if rule not in needed]:
        raise WrongUse(f"nothing that is to be approved breaks `{idle[0]}`; leave this exception out")


def _entry(terms: ApprovalTerms, **values: Any) -> Approval:
    """An approval on these terms. Raises WrongUse where a name that was typed can't be recorded."""
    typed = {"by": "by", **{name: name for name in _TYPED if getattr(terms, name) is not None}}
    return entry_of(Approval, typed, by=terms.by, role=terms.role, **values)


def _require_names(terms: ApprovalTerms, today: datetime.date) -> None:
    """Raise WrongUse where a name or reason can't be recorded, before anything is read or made."""
    names = {"reviewed_by": terms.reviewed_by, "translated_by": terms.translated_by}
    some = {"code": "X", "language": "en", "variant": "consent", "edition": 1, "content": "0" * 64}
    _entry(terms, **some, on=today, **names)
    for rule, reason in terms.exceptions.items():
        find_rule(rule)
        entry_of(ApprovedException, {"reason": "reason"}, rule=rule, reason=reason)


def _reviewer(content: Content, terms: ApprovalTerms) -> str:
    """Who has reviewed a text. Raises WrongUse where the text names somebody whom the record can't hold."""
    named = content.definition.review.by
    if terms.reviewed_by or not named:
        return terms.reviewed_by or terms.by
    if len(named) > LONGEST_PERSON:
        message = f"{content.identity}: `by` of `review` has more than {LONGEST_PERSON} characters; shorten it"
        raise WrongUse(message)
    return named


def _require_day(until: datetime.date | None, today: datetime.date) -> None:
    if until is not None and (not isinstance(until, datetime.date) or isinstance(until, datetime.datetime)):
        raise WrongUse("`until` must be a day, as a datetime.date", arguments=["until"])
    if until and until < today:
        raise WrongUse("the day of `until` has already passed; name a later one", arguments=["until"])


def _end(content: Content, until: datetime.date | None, today: datetime.date) -> datetime.date:
    """The last day of an approval. Raises WrongUse where the text is due for review before."""
    due = content.definition.review.next
    if due < today:
        raise WrongUse(
            f"{content.identity} was due for review on {due}; have it reviewed, then set `last`, `by` and `next` of "
            "`review` in its file"
        )
    if until and until > due:
        message = f"{content.identity} is due for review on {due}, so no approval holds longer; name an earlier `until`"
        raise WrongUse(message, arguments=["until"])
    return until or due


def _exceptions(
    workspace: OpenWorkspace, procedure: str | Path, content: Content, allowed: Mapping[str, str]
) -> tuple[ApprovedException, ...]:
    """The exceptions that a document needs. Raises InvalidInput with all errors that are not allowed."""
    errors = errors_of(workspace, procedure, content.pack.language, content.variant)
    if forbidden := [problem for problem in errors if problem.rule not in allowed]:
        raise InvalidInput(forbidden)
    broken = sorted({problem.rule for problem in errors})
    return tuple(ApprovedException(rule=rule, reason=allowed[rule]) for rule in broken)


def errors_of(
    workspace: OpenWorkspace, procedure: str | Path, language: str, variant: Variant = "consent"
) -> list[Problem]:
    """The errors that `check` finds in the files that a text is made from: its own, and those that it shares.

    These are the original, its translation if it is one, the tables of risks, the language pack, and the clinic's
    particulars and clauses of this language. What is wrong with other files, such as a translation of the text that is
    outdated, is no error of the text.
    """
    sought = workspace.find(procedure, Layout(), language=language, variant=variant)
    shared = [*sought.risks, pack_file(workspace.templates, language)]
    if folder := workspace.folder.path:
        shared += [folder / PARTICULARS, clause_file(folder, language)]
    own = [path for path in (sought.original, sought.translation) if path]
    names = [str(path) for path in (*own, *shared) if is_there(path)]
    problems = check(workspace, names).problems
    return [problem for problem in problems if problem.severity == "error" and problem.file in names]


def _changes(folder: Path, latest: Approval | None, words: str) -> tuple[Change, ...] | None:
    if latest is None:
        return None
    try:
        return changes_of(approved_text(folder, latest), words)
    except FileAccess:  # somebody has removed it
        return None
