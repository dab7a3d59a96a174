"""What a program can do with approvals, and with what was printed: record, compare, look up, make again.

Guarantees: what is recorded is what the texts say at that moment.
"""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.interface.place import PlaceOfClinic
from consentkit.model.identity import Variant
from consentkit.operations.given import require_names, require_source

if TYPE_CHECKING:
    from consentkit.approval.identify import DocumentVerdict
    from consentkit.approval.review_copy import ReviewCopy
    from consentkit.documents.document import Document
    from consentkit.library.approvals import Approval, Withdrawal
    from consentkit.operations.diff import Difference
    from consentkit.operations.status import DocumentState
    from consentkit.operations.trace import Traced, TracedScan
    from consentkit.operations.verify import GivenPdf, PacketVerdict


@dataclass(frozen=True, slots=True, eq=False)
class WithApprovals(PlaceOfClinic):
    """The approvals of a clinic's texts, and what is known of what was printed."""

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

    def status(self, *, progress: Callable[[int, int], None] | None = None) -> Sequence[DocumentState]:
        """The state of every document of the service list, and of every other one that was ever approved.

        `progress` is called after each, with how many are done, and of how many.
        """
        from consentkit.operations.progress import CountedSteps, ignore_progress
        from consentkit.operations.status import status

        return status(self._open(), CountedSteps(progress or ignore_progress))

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

    def trace(self, printed: str | Path, *, progress: Callable[[int, int], None] | None = None) -> Traced:
        """What is known of a paper, by its fingerprint, its packet, what a scanner read, or the path of a picture.

        `progress` is called now and then with how many texts were looked at for a fingerprint, and of how many that is
        known so far.

        Raises UnknownCode where nothing is known, WrongUse for what is printed on no paper, for a PDF file, which
        `trace_scan` looks up, or where there is no journal to look it up, and FileAccess or InvalidInput for a picture
        that can't be read.
        """
        from consentkit.operations.progress import CountedSteps, ignore_progress
        from consentkit.operations.trace import trace

        require_names(printed)
        return trace(self._open(), str(printed), CountedSteps(progress or ignore_progress))

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
