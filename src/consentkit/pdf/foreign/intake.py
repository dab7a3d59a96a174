"""Other people's PDF files, judged and made harmless before they go into a packet.

Guarantees: what `accept` returns has pages to look at and to read out, and nothing that acts, prompts, fetches, hides
or was damaged; each page has the words and the appearance that it had before, or a notice states what it lacks; the
judging can neither run forever nor fill the memory. What could be lost is refused, with advice on what to do instead;
a file's claims about itself are kept only if they are true of the rewritten file, and no other metadata is kept at all:
its title may name somebody.
"""

from __future__ import annotations

import logging
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING

from consentkit.errors import ConsentkitError, InvalidInput, RenderingFailed
from consentkit.model.identity import PaperSize
from consentkit.problems import Problem
from consentkit.processes.limits import Limits, run_limited

if TYPE_CHECKING:
    from consentkit.pdf.foreign.accepting import Accepted

MOST_BYTES = 20 * 1024**2
_LIMITS = Limits(seconds=60, memory=2 * 1024**3)
_REMEDY = "print it to a new PDF file and use that"


@dataclass(frozen=True)
class ForeignPdf:
    """Somebody else's PDF file, rewritten."""

    name: str
    """The file as the user named it."""
    pdf: bytes
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in points."""
    is_tagged: bool
    """Whether it has a structure tree, which agrees with its pages."""
    claims_accessibility: bool
    """Whether it claimed to conform to PDF/UA-1, and no evidence to the contrary was found."""
    claims_archive: bool
    """Whether it claimed to conform to PDF/A-1a or PDF/A-2a, for colours that a packet can have."""
    notices: tuple[str, ...] = ()
    """What the front desk should know, such as fields that appear on the screen but not on paper."""
    may_be_kept: bool = True
    """Whether it may be kept for later visits: a file with filled-in fields may be one patient's."""

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(self.sizes)


def accept(name: str, data: bytes, paper: PaperSize | None = None) -> ForeignPdf:
    """Judge and rewrite a file, for a paper size if one is given. Raises InvalidInput with all findings."""
    if not data:
        raise _invalid(name, ["is empty; use a PDF file"])
    if len(data) > MOST_BYTES:
        raise _invalid(name, [f"has more than {MOST_BYTES // 1024**2} MB; reduce its size or split it"])
    if not data.startswith(b"%PDF-"):
        raise _invalid(name, ["is not a PDF file; print or export it as PDF and use that"])
    try:
        accepted = run_limited(_accepted, name, data, paper, limits=_LIMITS)
    except RenderingFailed as error:
        finding = f"could not be read within {_LIMITS.seconds} seconds and 2 GB of memory; {_REMEDY}"
        raise _invalid(name, [finding]) from error
    return ForeignPdf(
        name,
        accepted.pdf,
        accepted.sizes,
        accepted.is_tagged,
        accepted.claims_accessibility,
        accepted.claims_archive,
        accepted.notices,
        accepted.may_be_kept,
    )


def _accepted(name: str, data: bytes, paper: PaperSize | None) -> Accepted:
    """Run in a separate process, which alone loads the libraries that read PDF files."""
    logging.disable(logging.CRITICAL)  # the log messages and warnings of these libraries may quote the document
    warnings.simplefilter("ignore")
    from consentkit.pdf.foreign.accepting import accepted
    from consentkit.pdf.foreign.judging import DAMAGED, Refused

    try:
        return accepted(data, paper)
    except Refused as error:
        raise _invalid(name, error.findings) from error
    except (ConsentkitError, MemoryError):
        raise
    except Exception as error:  # a damaged file may make the libraries raise anything
        raise _invalid(name, [DAMAGED]) from error


def _invalid(name: str, findings: list[str]) -> InvalidInput:
    return InvalidInput([Problem(name, None, None, "", finding) for finding in findings])
