"""What a program can do with the texts of a clinic: list, read and check them, and make their documents.

Guarantees: each call reads the files as they are at that moment.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.interface.place import PlaceOfClinic
from consentkit.model.identity import PaperSize, Variant
from consentkit.operations.given import require_names, require_source
from consentkit.operations.progress import ignore_progress

if TYPE_CHECKING:
    from consentkit.batches.batch import BatchResult
    from consentkit.documents.document import Document
    from consentkit.documents.page import Content, Page
    from consentkit.library.procedures import Library
    from consentkit.model.procedure import Procedure
    from consentkit.model.words import LanguagePack
    from consentkit.operations.check import CheckResult
    from consentkit.operations.listing import LibraryListing


@dataclass(frozen=True, slots=True, eq=False)
class WithTexts(PlaceOfClinic):
    """The texts of a clinic."""

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

    def batch(  # noqa: PLR0913 - those of the command, each with a name
        self,
        folder: str | Path,
        service_list: str | Path | None = None,
        *,
        jobs: int | None = None,
        only: Sequence[str] = (),
        without: Sequence[str] = (),
        prune: bool = False,
        force: bool = False,
        progress: Callable[[int, int], None] | None = None,
    ) -> Iterator[BatchResult]:
        """Make every document of a service list in a folder, in several processes; yields what became of each.

        What is there already as it should be stays. The list is the clinic's own by default, and where it has none,
        there is every procedure. `jobs` is how many processes work, one for each core by default; `only` and `without`
        are patterns of codes or file names; `prune` removes files of documents that are no longer listed; with `force`,
        files may be overwritten that consentkit did not make. `progress` is called after each document, with how many
        are done, and of how many. Whoever stops asking ends the run.

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
        return results_of(self._open(), request, progress or ignore_progress)

    def check(
        self, *names: str | Path, pages: bool = False, progress: Callable[[int, int], None] | None = None
    ) -> CheckResult:
        """Check codes, files and folders; without any, everything that the documents of the clinic are made from.

        With `pages`, the papers of each text that is named, or else of each of the clinic's own, are made too, to warn
        of those that break the budget of their pages.

        `progress` is called now and then with how much is done, and of how much that is known so far; what it raises
        ends the check.

        A fault of the clinic's particulars is one of the problems then, and keeps no other file from being checked.
        """
        from consentkit.operations.check import check

        require_names(*names)
        return check(
            self._open(despite_faults=True),
            [str(name) for name in names],
            pages=pages,
            progress=progress or ignore_progress,
        )

    def explain(self, rule: str) -> str:
        """What a rule of `check` requires, why, and how a clinic changes it. Raises WrongUse for an unknown rule."""
        from consentkit.operations.check import explain

        return explain(rule)
