"""Approving several documents in one act: those that are named, or all drafts of the service list.

Guarantees: of documents that are named, one that can't be approved stops all; of all drafts, it is left out and
reported. What somebody has withdrawn is no draft like any other: it is approved only where it is named.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, InvalidInput, WrongUse
from consentkit.library.services import load_services
from consentkit.model.identity import Identity, Layout, Variant
from consentkit.operations.approve import (
    ApprovalTerms,
    PreparedApproval,
    prepare,
    require_exceptions_needed,
    require_terms,
)
from consentkit.operations.progress import CountedSteps, Progress, ignore_progress
from consentkit.operations.status import DocumentState, status
from consentkit.problems import Problem


@dataclass(frozen=True)
class DraftLeftOut:
    """A draft that can't be approved."""

    identity: Identity
    error: ConsentkitError


@dataclass(frozen=True)
class PreparedAct:
    """Documents that are ready to be approved together."""

    prepared: tuple[PreparedApproval, ...]
    left_out: tuple[DraftLeftOut, ...] = ()


@dataclass(frozen=True)
class WhichDocuments:
    """The documents that are meant."""

    names: Sequence[str | Path] = ()
    """Codes, names or paths of files; none where all drafts are meant."""
    languages: Sequence[str] = ()
    """The clinic's if left out; of all drafts, every language."""
    variants: Sequence[Variant] = ()
    """The consent if left out; of all drafts, every kind. Among others, a paper is meant whatever kinds are named."""


def prepare_named(workspace: OpenWorkspace, which: WhichDocuments, terms: ApprovalTerms) -> PreparedAct:
    """Prepare documents that are named. The workspace is that of one run.

    Raises InvalidInput with the errors of all of them, or the first other error that `prepare` raises.
    """
    problems, errors = list[Problem](), list[ConsentkitError]()
    prepared: dict[Identity, PreparedApproval] = {}
    for name in which.names:
        for language in which.languages or (workspace.default_language,):
            for variant in which.variants or ("consent",):
                try:
                    identity = _identity(workspace, name, language, variant)
                    if identity not in prepared:
                        is_among_others = identity.variant == "paper" and len(which.names) > 1
                        own: Variant = "consent" if is_among_others else variant
                        prepared[identity] = prepare(workspace, terms, name, language=language, variant=own)
                except InvalidInput as error:
                    problems += error.problems
                except ConsentkitError as error:
                    errors.append(error)
    if errors:
        raise errors[0]
    if problems:
        raise InvalidInput(list(dict.fromkeys(problems)))
    return _act(terms, prepared, ())


def prepare_drafts(
    workspace: OpenWorkspace, which: WhichDocuments, terms: ApprovalTerms, progress: Progress = ignore_progress
) -> PreparedAct:
    """Prepare every draft of the service list, in the languages and kinds that are named, or in all.

    Raises what `status` raises, what `prepare` raises for mistakes in the terms, whatever the document is, and
    WrongUse for a language that there is not.
    """
    folder = require_terms(workspace, terms)
    for language in which.languages:
        workspace.language(language)
    services = load_services(folder, workspace.library.names(), workspace.folder.clinic.language)
    listed = {identity.approved_as for identity in services.documents()}
    prepared: dict[Identity, PreparedApproval] = {}
    left_out = []
    steps = CountedSteps(progress)
    steps.expect(len(listed))  # once a document's state is known, it is made, or was not meant
    for state in status(workspace, steps):
        identity = state.identity
        if identity in listed:
            steps.step()
        if state.state == "approved" or identity not in listed or not _is_meant(identity, which):
            continue
        try:
            _require_ordinary(state)
            own: Variant = "consent" if identity.variant == "paper" else identity.variant
            prepared[identity] = prepare(workspace, terms, identity.code, language=identity.language, variant=own)
        except ConsentkitError as error:
            left_out.append(DraftLeftOut(identity, error))
    return _act(terms, prepared, left_out)


def _act(
    terms: ApprovalTerms, prepared: dict[Identity, PreparedApproval], left_out: Sequence[DraftLeftOut]
) -> PreparedAct:
    act = PreparedAct(tuple(prepared.values()), tuple(left_out))
    if act.prepared:
        require_exceptions_needed(terms, act.prepared)
    return act


def _identity(workspace: OpenWorkspace, name: str | Path, language: str, variant: Variant) -> Identity:
    """The document whose approval counts for one that is named."""
    try:
        sought = workspace.find(name, Layout(), language=language, variant=variant)
    except WrongUse:  # a paper, among kinds of procedures
        sought = workspace.find(name, Layout(), language=language)
    return sought.identity.approved_as


def _is_meant(identity: Identity, which: WhichDocuments) -> bool:
    kinds = {Identity("", "", variant).approved_as.variant for variant in which.variants}
    return (not which.languages or identity.language in which.languages) and (
        not kinds or identity.variant in kinds or identity.variant == "paper"
    )


def _require_ordinary(state: DocumentState) -> None:
    """Raise WrongUse for what was withdrawn, and for what can't be made."""
    if taken := state.withdrawal:
        raise WrongUse(
            f"{state.identity} was withdrawn on {taken.on} by {taken.signed}: {taken.reason}; to approve it again, "
            "name it"
        )
    if state.state == "broken":
        raise WrongUse(f"{state.identity} can't be made: {state.reason}")
