"""The work of `consentkit approve`, `status` and `diff`.

Guarantees: results go to stdout, one form for people and one for programs.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import click

from consentkit.cli import pace, report
from consentkit.cli.support import say
from consentkit.errors import InvalidInput, RunFailed, WrongUse
from consentkit.model.identity import Variant, printed_fingerprint
from consentkit.operations.approve import ApprovalTerms, Approved, PreparedApproval, record_prepared
from consentkit.operations.approve_many import PreparedAct, WhichDocuments, prepare_drafts, prepare_named
from consentkit.operations.diff import diff
from consentkit.operations.progress import CountedSteps
from consentkit.operations.status import DocumentState, due_within, status
from consentkit.problems import printable, quoted

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@dataclass(frozen=True)
class ApproveRequest:
    """What was requested on the command line."""

    names: Sequence[str]
    all_drafts: bool
    languages: Sequence[str]
    variants: Sequence[Variant]
    by: str
    role: str | None
    until: str | None
    reviewed_by: str | None
    translated_by: str | None
    allowed: Sequence[str]
    reasons: Sequence[str]
    yes: bool
    as_json: bool
    quiet: bool

    @property
    def terms(self) -> ApprovalTerms:
        """Who approves, and on which terms. Raises WrongUse where the words of an exception don't fit together."""
        if self.allowed and len(self.reasons) not in (1, len(self.allowed)):
            raise WrongUse("an exception needs a reason: add --reason TEXT, one for all or one for each --except")
        if self.reasons and not self.allowed:
            raise WrongUse("--reason is for an exception; name its rule with --except RULE, or leave it out")
        if twice := next((rule for number, rule in enumerate(self.allowed) if rule in self.allowed[:number]), None):
            raise WrongUse(f"--except names {quoted(twice)} twice; name each rule once, with one reason")
        reasons = self.reasons if len(self.reasons) == len(self.allowed) else [*self.reasons] * len(self.allowed)
        return ApprovalTerms(
            by=self.by,
            role=self.role,
            until=_day(self.until) if self.until else None,
            reviewed_by=self.reviewed_by,
            translated_by=self.translated_by,
            exceptions=dict(zip(self.allowed, reasons, strict=True)),
        )


def record_approval(workspace: OpenWorkspace, request: ApproveRequest) -> int:
    """Show documents, ask, and record their approval as they are today. Returns the exit code."""
    if bool(request.names) == request.all_drafts:
        raise WrongUse("name what is approved by its code or name, or all drafts with --all-drafts")
    is_asked = not request.yes
    if is_asked and not sys.stdin.isatty():
        raise WrongUse("nobody can be asked here whether to approve this; read it first, then add --yes")
    workspace, terms = workspace.for_one_run(), request.terms
    which = WhichDocuments(request.names, request.languages, request.variants)
    try:
        act = _prepared(workspace, which, terms, request)
    except InvalidInput as error:
        if any(problem.rule for problem in error.problems):
            say("To approve in spite of an error, name its rule: --except RULE --reason TEXT.", quiet=request.quiet)
        raise
    for one in act.left_out:
        click.echo(f"{one.identity} is left out: {str(one.error).removeprefix(f'{one.identity} ')}", err=True)
    for prepared in act.prepared:
        say("\n".join(_shown(prepared)), quiet=request.quiet and not is_asked)
    count = report.counted(len(act.prepared), "document")
    if act.prepared and is_asked and not click.confirm(f"Approve {count} as {printable(request.by)}?", err=True):
        say("Nothing was approved.", quiet=request.quiet)
        return RunFailed.exit_code
    recorded = record_prepared(workspace, act.prepared) if act.prepared else []
    _print_recorded(recorded, act, request)
    return RunFailed.exit_code if act.left_out else 0


def _prepared(
    workspace: OpenWorkspace, which: WhichDocuments, terms: ApprovalTerms, request: ApproveRequest
) -> PreparedAct:
    if not request.all_drafts:
        return prepare_named(workspace, which, terms)
    with pace.long_work("Preparing", quiet=request.quiet) as progress:
        return prepare_drafts(workspace, which, terms, progress)


def _shown(prepared: PreparedApproval) -> Iterator[str]:
    """What is about to be approved, for whoever approves it."""
    approval, latest = prepared.approval, prepared.latest
    yield f"{approval.identity}: {_since(prepared)}; {report.counted(prepared.pages, 'page')}, until {approval.until}"
    if prepared.withdrawal:
        yield f"    {report.withdrawal_line(prepared.withdrawal)}; this approval puts it in force again"
    if latest and prepared.changes is None:
        yield "    the words that were approved then are missing, so what has changed is not known"
    for change in prepared.changes or ():
        yield "\n".join(f"    {line}" for line in str(change).splitlines())
    for one in approval.exceptions:
        yield f"    in spite of {one.rule}: {printable(one.reason)}"


_NO_CHANGE_OF_TEXT = ", in an address or telephone number alone, which is no part of the approved text"


def _since(prepared: PreparedApproval) -> str:
    latest = prepared.latest
    if latest is None:
        return "never approved before"
    since = f"since edition {latest.edition}, approved on {latest.on} by {printable(latest.signed)}"
    if prepared.changes is None:
        return f"changed {since}"
    if not prepared.changes and latest.content != prepared.approval.content:
        return f"no word has changed, but the look of the page has, {since}"
    of_text = "" if latest.content != prepared.approval.content else _NO_CHANGE_OF_TEXT
    return f"{report.counted(len(prepared.changes), 'change')} {since}{of_text if prepared.changes else ''}"


def _print_recorded(recorded: Sequence[Approved], act: PreparedAct, request: ApproveRequest) -> None:
    if request.as_json:
        left_out = [{**vars(one.identity), "reason": str(one.error)} for one in act.left_out]
        entries = [report.entry(one.approval) for one in recorded]
        click.echo(report.as_json({"approved": entries, "left_out": left_out}))
    else:
        for one in recorded:
            approval = one.approval
            fingerprint = printed_fingerprint(approval.content)
            click.echo(
                f"{approval.identity}: edition {approval.edition}, fingerprint {fingerprint}, until {approval.until}"
            )
    for one in recorded:
        if one.asked != one.approval.variant:
            message = (
                f"The {one.asked} is approved with the {one.approval.variant}: they are one text, with one approval."
            )
            say(message, quiet=request.quiet)
    say(f"Recorded in {recorded[0].record}." if recorded else "Nothing was approved.", quiet=request.quiet)


def print_status(workspace: OpenWorkspace, *, due: str | None, as_json: bool, quiet: bool) -> int:
    """Print the state of every document of the service list. The exit code is 3 where one can't be made.

    `due` is a number of days, such as 60d: then only what must be approved again by then.
    """
    with pace.long_work("Documents", quiet=quiet) as progress:
        every = status(workspace, CountedSteps(progress))
    states = every if due is None else due_within(every, _days(due))
    if as_json:
        click.echo(report.as_json({"documents": [_state_entry(state) for state in states]}))
    elif states:
        click.echo(report.table(_state_row(state) for state in states))
    for state in states:
        if state.reason:
            click.echo(f"{state.identity}: {state.reason}", err=True)
    if due is not None:
        say(f"{report.counted(len(states), 'approval')} to renew within {_days(due)} days", quiet=quiet)
        return 0
    approved = sum(state.state == "approved" for state in states)
    say(f"{report.counted(len(states), 'document')}, {approved} approved", quiet=quiet)
    return InvalidInput.exit_code if any(state.state == "broken" for state in states) else 0


def print_changes(workspace: OpenWorkspace, code: str, *, language: str | None, variant: Variant, quiet: bool) -> int:
    """Print what has changed since the latest approval."""
    difference = diff(workspace, code, language=language, variant=variant)
    for change in difference.changes:
        click.echo(str(change))
    since = f"since edition {difference.approval.edition}, approved on {difference.approval.on}"
    if difference.has_other_content and not difference.changes:
        say(f"No word has changed {since}, but the look of the page has.", quiet=quiet)
    else:
        of_text = _NO_CHANGE_OF_TEXT if difference.changes and not difference.has_other_content else ""
        say(f"{report.counted(len(difference.changes), 'change')} {since}{of_text}", quiet=quiet)
    return 0


def _days(text: str) -> int:
    if not (match := re.fullmatch(r"([0-9]{1,4})d?", text)):
        raise WrongUse(f"{quoted(text)} is no number of days; write it as 60d")
    return int(match[1])


def _day(text: str) -> datetime.date:
    try:
        return datetime.date.fromisoformat(text)
    except ValueError:
        raise WrongUse(f"{quoted(text)} is not a date; write year-month-day, such as 2027-11-21") from None


def _state_row(state: DocumentState) -> tuple[str, ...]:
    identity, approval = state.identity, state.approval
    fingerprint = printed_fingerprint(state.content_hash)
    who = f"edition {approval.edition}, {approval.signed}, {approval.on}" if approval else ""
    if approval and approval.until:
        who += f", until {approval.until}"
    if state.withdrawal:
        who += f"; {report.withdrawal_line(state.withdrawal)}"
    return identity.code, identity.language, identity.variant, state.state, fingerprint, who


def _state_entry(state: DocumentState) -> dict[str, object]:
    identity = state.identity
    return {
        "code": identity.code,
        "language": identity.language,
        "variant": identity.variant,
        "state": state.state,
        "content_hash": state.content_hash,
        "approval": report.entry(state.approval),
        "withdrawal": report.entry(state.withdrawal),
        "reason": state.reason,
    }
