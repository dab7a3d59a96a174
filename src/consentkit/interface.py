"""The Python interface: a clinic's folder, opened for as long as a program runs.

Guarantees: each call reads what it needs as it is at that moment, so an edit of the clinic's folder counts from the
next call on; between calls nothing is held but where the folder and the cache are, so nothing grows, and nothing of a
patient stays; any number of threads may call at once, and no call sees anything of another.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from consentkit.model.identity import PaperSize, Variant
from consentkit.operations.given import require_names, require_source
from consentkit.operations.opening import ClinicPlace, open_for_a_call, settle

if TYPE_CHECKING:
    from consentkit.approval.identify import DocumentVerdict
    from consentkit.approval.review_copy import ReviewCopy
    from consentkit.batches.batch import BatchResult
    from consentkit.documents.document import Document
    from consentkit.documents.page import Content, Page
    from consentkit.documents.workspace import OpenWorkspace
    from consentkit.library.approvals import Approval, Withdrawal
    from consentkit.library.procedures import Library
    from consentkit.model.procedure import Procedure
    from consentkit.model.words import LanguagePack
    from consentkit.operations.check import CheckResult
    from consentkit.operations.diff import Difference
    from consentkit.operations.listing import LibraryListing
    from consentkit.operations.packets import MadePacket, ResultOfVisit
    from consentkit.operations.status import DocumentState
    from consentkit.operations.trace import Traced, TracedScan
    from consentkit.operations.verify import GivenPdf, PacketVerdict
    from consentkit.operations.visits import GivenVisit, VisitFile
    from consentkit.packets.visits import VisitEntry


def open_workspace(clinic: str | Path | None = None, *, cache: str | Path | Literal[False] | None = None) -> Workspace:
    """Open a clinic's folder: the one given, or that of CONSENTKIT_CLINIC, or the current folder or a parent of it.

    Where none of these holds a clinic.yaml, the shipped library serves, and the paper has blanks for the clinic's
    particulars. Which folder it is, is settled here once: a program may go to another folder later.

    Finished documents are kept in `cache`: a folder, or, where none is named, that of the command line
    ($CONSENTKIT_CACHE, else consentkit in your folder of caches). With False, nothing is kept, and every document is
    made again.

    Raises FileAccess or InvalidInput where the folder or its particulars can't be used.
    """
    require_names(clinic, None if cache is False else cache)
    return Workspace(settle(clinic, cache or None, is_cached=cache is not False))


@dataclass(frozen=True, slots=True, eq=False)
class Workspace:
    """A clinic's folder, or none, together with what consentkit ships. `open_workspace` makes it."""

    _place: ClinicPlace

    def __repr__(self) -> str:
        return f"<Workspace of {self.folder or 'no clinic'}>"

    @property
    def folder(self) -> Path | None:
        """The clinic's folder; None where there is none."""
        return self._place.folder

    @property
    def cache(self) -> Path | None:
        """The folder in which finished documents are kept; None where they are not kept."""
        return self._place.cache.folder

    @property
    def cache_trouble(self) -> str | None:
        """Why documents could not be kept, the first time that they couldn't be: a sentence for a person."""
        return self._place.cache.trouble

    # --- what is there ---

    @property
    def library(self) -> Library:
        """The procedures of the clinic and those that are shipped: `codes()`, `path(code)`, `procedure(code)`."""
        return self._open().library

    def procedures(self) -> LibraryListing:
        """What the library holds: a few facts of each procedure, and why the other files can't be used."""
        from consentkit.operations.listing import list_procedures

        return list_procedures(self._open())

    def procedure(self, code_or_path: str | Path) -> Procedure:
        """Load a procedure by its code, or by the path of its file. Raises UnknownCode, InvalidInput or FileAccess."""
        require_names(code_or_path)
        return self._open().procedure(code_or_path)

    def languages(self) -> list[str]:
        """The languages in which documents can be made."""
        return self._open().languages()

    def language(self, language: str | None = None) -> LanguagePack:
        """The words of a language, or of the clinic's. Raises WrongUse where there is no such language."""
        return self._open().language(language)

    # --- documents ---

    def render(
        self,
        procedure: str | Path | Procedure | Content,
        *,
        language: str | None = None,
        paper: PaperSize | None = None,
        variant: Variant = "consent",
        large_print: bool = False,
        fillable: bool = False,
    ) -> Document:
        """Make the document of a procedure, or take it from the cache. Language and paper are the clinic's by default.

        Raises UnknownCode, InvalidInput, FileAccess, WrongUse or RenderingFailed.
        """
        require_source(procedure)
        return self._open().render(
            procedure,
            language=language,
            paper=paper,
            variant=variant,
            large_print=large_print,
            fillable=fillable,
        )

    def content(
        self, procedure: str | Path | Procedure, *, language: str | None = None, variant: Variant = "consent"
    ) -> Content:
        """What a document is about, without making it. Raises what `render` raises."""
        require_source(procedure)
        return self._open().content(procedure, language=language, variant=variant)

    def compose(self, content: Content) -> Page:
        """The page of a document as HTML: enough to know its content hash and its approval."""
        return self._open().compose(content)

    def batch(
        self,
        folder: str | Path,
        service_list: str | Path | None = None,
        *,
        jobs: int | None = None,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        prune: bool = False,
        force: bool = False,
    ) -> Iterator[BatchResult]:
        """Make every document of a service list in a folder, in several processes; yields what became of each.

        What is there already as it should be stays. The list is the clinic's own by default, and where it has none,
        there is every procedure. `jobs` is how many processes work, one for each core by default; `only` and `without`
        are patterns of codes or file names; `prune` removes files of documents that are no longer listed; with `force`,
        files may be overwritten that consentkit did not make. Whoever stops asking ends the run.

        Before the first result, raises WrongUse, InvalidInput or FileAccess where the list can't be read or the folder
        can't be used. What goes wrong with one document is in its result.
        """
        from consentkit.operations.batch import BatchRequest, results_of

        require_names(folder, service_list)
        request = BatchRequest(
            Path(folder).absolute(),
            Path(service_list).absolute() if service_list else None,
            jobs=jobs,
            only=only,
            without=without,
            prune=prune,
            force=force,
        )
        return results_of(self._open(), request)

    # --- packets ---

    def visits(
        self, source: VisitFile, *, name: str = "visits", format_name: str | None = None
    ) -> Iterator[VisitEntry]:
        """Read the visits of a file, one by one: a visit in YAML, a schedule in CSV or .xlsx, a Bundle of
        FHIR R4 (.json), or messages of HL7 v2 (.hl7).

        `source` is a path, or an open file of bytes, which is read from its beginning, and which messages call by
        `name`. Schedules may be in a format that clinic.yaml has under `mapping`: the one of `format_name`, or the one
        that they are recognised as. Raises WrongUse for what is neither a path nor such a file, and for a format that
        clinic.yaml lacks; before the first visit InvalidInput for what is wrong with the file as a whole, and
        FileAccess where it can't be read. What is wrong with one visit is in its entry, and what it lacks in its
        `needs`.
        """
        from consentkit.operations.other_systems import read_any
        from consentkit.operations.schedule import reading_of

        workspace = self._open()
        return read_any(workspace, source, name, reading_of(workspace, format_name))

    def packet(
        self,
        visit: GivenVisit,
        *,
        others: VisitFile | Iterable[GivenVisit] = (),
        duplex: bool = False,
        fillable: bool = False,
        allow_drafts: bool = False,
        override: str | None = None,
    ) -> MadePacket:
        """Make the packet of one visit: a Visit, a dictionary with the keys of a visit in YAML, or a file.

        `others` are visits that it is compared with, such as all those of its day; it may be among them, and one that
        can't be read is among the `warnings` of the packet. `duplex` lets
        each paper start on a fresh sheet, `fillable` gives the papers form fields, `allow_drafts` uses documents that
        nobody has approved, and `override` is the reason why conflicts that may be overridden are.

        Raises ConsentkitError where the visit is refused: InvalidInput has every reason as a problem; EverythingOnFile
        where it needs no papers, which is nothing wrong; and what `visits` raises for a file of others.
        """
        from consentkit.operations.packets import PacketOptions, packet_of
        from consentkit.operations.schedule import reading_of
        from consentkit.operations.visits import others_of, single_entry_of

        options = PacketOptions(duplex=duplex, fillable=fillable, allow_drafts=allow_drafts, override=override)
        workspace = self._open()
        reading = reading_of(workspace)
        return packet_of(workspace, single_entry_of(visit, reading), options, others=others_of(others, reading))

    def packets(
        self,
        visits: VisitFile | Iterable[GivenVisit],
        folder: str | Path | None = None,
        *,
        duplex: bool = False,
        fillable: bool = False,
        allow_drafts: bool = False,
        override: str | None = None,
        force: bool = False,
    ) -> Iterator[ResultOfVisit]:
        """Make the packets of visits, such as those of a day, one after the other, each when it is requested.

        `visits` are the path of a file, an open file of bytes, or visits as `packet` takes them. Each is compared with
        those before it; one that comes again, by its number, replaces what it was before. A visit that is refused stops
        no other, and one that needs no papers is a NothingToPrint. The other options are those of `packet`.

        Where a folder is named, each packet is written into it as it is made, for its owner only, and an earlier packet
        of a visit that is refused, or has another day now, is removed; with `force`, files may be overwritten that
        consentkit did not make.

        Before the first packet, raises InvalidInput or FileAccess for a file of visits that can't be read, and
        FileAccess for a folder that can't be written to.
        """
        from consentkit.operations.packet_files import packets_into
        from consentkit.operations.packets import PacketOptions, packets_of
        from consentkit.operations.schedule import reading_of
        from consentkit.operations.visits import entries_of

        options = PacketOptions(duplex=duplex, fillable=fillable, allow_drafts=allow_drafts, override=override)
        workspace = self._open()
        entries = entries_of(visits, reading_of(workspace))
        require_names(folder)
        if folder is None:
            return packets_of(workspace, entries, options)
        return packets_into(workspace, entries, Path(folder).absolute(), options, force=force)

    # --- approvals ---

    def approve(
        self,
        procedure: str | Path,
        *,
        by: str,
        role: str | None = None,
        until: datetime.date | None = None,
        language: str | None = None,
        variant: Variant = "consent",
    ) -> Approval:
        """Record that a document may be used as it is today, until the last day that is given, or that of its review.

        Raises WrongUse where the names or the day can't be recorded, the text is due for review, or a translation is
        out of date; InvalidInput with the errors that `check` finds in it; FileAccess where there is no clinic's folder
        or it can't be written to; and what `render` raises.
        """
        from consentkit.operations.approve import approve

        require_source(procedure)
        run = self._open()
        done = approve(run, procedure, by=by, role=role, until=until, language=language, variant=variant)
        return done.approval

    def withdraw(
        self,
        procedure: str | Path,
        *,
        by: str,
        reason: str,
        role: str | None = None,
        language: str | None = None,
        variant: Variant = "consent",
    ) -> Withdrawal:
        """Record that a document may no longer be used as it was approved: it is a draft until it is approved again.

        Raises UnknownCode for a document that is not in the library and was never approved, WrongUse where it was never
        approved, is withdrawn already, or where a name or the reason can't be recorded, and FileAccess where there is
        no clinic's folder or it can't be written to.
        """
        from consentkit.operations.withdraw import WithdrawalRequest, withdraw

        require_source(procedure)
        request = WithdrawalRequest(procedure, by, reason, role, language, variant)
        return withdraw(self._open(), request).withdrawal

    def status(self) -> Sequence[DocumentState]:
        """The state of every document of the service list, and of every other one that was ever approved."""
        from consentkit.operations.status import status

        return status(self._open())

    def diff(self, procedure: str | Path, *, language: str | None = None, variant: Variant = "consent") -> Difference:
        """What has changed in a document since its latest approval. Raises WrongUse where it never had one."""
        from consentkit.operations.diff import diff

        require_source(procedure)
        return diff(self._open(), procedure, language=language, variant=variant)

    def verify(self, pdf: GivenPdf) -> DocumentVerdict | PacketVerdict:
        """What a PDF file is, by its bytes or its path, and whether consentkit would make the same today.

        An open file of bytes is read from its beginning. Raises FileAccess or InvalidInput where the file can't be read
        or is too large.
        """
        from consentkit.operations.verify import verify

        return verify(self._open(), pdf)

    def trace(self, printed: str) -> Traced:
        """What is known of a paper, by its fingerprint, its packet, what a scanner read, or the path of a picture.

        Raises UnknownCode where nothing is known, WrongUse for what is printed on no paper or where there is no journal
        to look it up, and FileAccess or InvalidInput for a picture that can't be read.
        """
        from consentkit.operations.trace import trace

        return trace(self._open(), printed)

    def trace_scan(self, pdf: str | Path) -> TracedScan:
        """What is known of each page of a PDF that a scanner made, by its path. Raises what `trace` raises."""
        from consentkit.operations.trace import trace_scan

        require_names(pdf)
        return trace_scan(self._open(), Path(pdf))

    def remake(
        self, procedure: str | Path, edition: int, *, language: str | None = None, variant: Variant = "consent"
    ) -> Document:
        """Make an approved edition of a document again, as a draft.

        Raises WrongUse where there was no such edition, FileAccess where its files were not kept or were altered, and
        RenderingFailed where this version of consentkit makes another text from them.
        """
        from consentkit.operations.remake import remake

        require_source(procedure)
        return remake(self._open(), procedure, edition, language=language, variant=variant)

    def review(
        self,
        procedure: str | Path,
        output: str | Path,
        *,
        language: str | None = None,
        variant: Variant = "consent",
        force: bool = False,
    ) -> ReviewCopy:
        """Write a copy of a text for its reviewers, with numbered lines, into a file that ends in .docx or .html.

        Raises WrongUse for another file, FileAccess where it may have remarks of reviewers or can't be written, and
        what `render` raises.
        """
        from consentkit.operations.review import ReviewRequest, write_review_copy

        require_source(procedure)
        require_names(output)
        request = ReviewRequest(procedure, Path(output).absolute(), language, variant, force)
        return write_review_copy(self._open(), request)

    def check(self, *names: str | Path, pages: bool = False) -> CheckResult:
        """Check codes, files and folders; without any, everything that the documents of the clinic are made from.

        With `pages`, the papers of each text that is named, or else of each of the clinic's own, are made too, to warn
        of those that break the budget of their pages.

        A fault of the clinic's particulars is one of the problems then, and keeps no other file from being checked.
        """
        from consentkit.operations.check import check

        require_names(*names)
        return check(self._open(despite_faults=True), [str(name) for name in names], pages=pages)

    def explain(self, rule: str) -> str:
        """What a rule of `check` requires, why, and how a clinic changes it. Raises WrongUse for an unknown rule."""
        from consentkit.operations.check import explain

        return explain(rule)

    def _open(self, *, despite_faults: bool = False) -> OpenWorkspace:
        """The folder, for one call."""
        return open_for_a_call(self._place, despite_faults=despite_faults)
