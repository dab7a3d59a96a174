"""PDF files of other people, judged and made harmless before they go into a packet.

Guarantees: what `accept` returns holds pages to be looked at and read out, and nothing that acts, asks, fetches, hides
or was damaged; each page has the words and the look that it had before, or there is a notice of what it has not; the
judging can neither hang nor fill the memory. What could be lost on the way is refused, with what to do instead; what a
file claims of itself is passed on only where the rewritten file bears it out, and nothing else that it says of itself
is passed on at all: its title may name somebody.
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
    """A PDF file of somebody else, rewritten."""

    name: str
    """The file as the user named it."""
    pdf: bytes
    sizes: tuple[tuple[float, float], ...]
    """Width and height of each page in points."""
    is_tagged: bool
    """Whether it has a structure tree, which agrees with its pages."""
    claims_accessibility: bool
    """Whether it said of itself that it conforms to PDF/UA-1, and nothing that was seen speaks against it."""
    claims_archive: bool
    """Whether it said that it conforms to PDF/A-1a or PDF/A-2a, for colours that a packet can have."""
    notices: tuple[str, ...] = ()
    """What the front desk should know, such as fields that show on the screen but not on paper."""
    may_be_kept: bool = True
    """Whether it may be kept for later visits: a file with filled-in fields may be one patient's."""

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return len(self.sizes)


def accept(name: str, data: bytes, paper: PaperSize | None = None) -> ForeignPdf:
    """Judge and rewrite a file, for a size of paper if one is named. Raises InvalidInput with everything found."""
    if not data:
        raise _invalid(name, ["is empty; use a PDF file"])
    if len(data) > MOST_BYTES:
        raise _invalid(name, [f"has more than {MOST_BYTES // 1024**2} MB; save it in a smaller size or split it"])
    if not data.startswith(b"%PDF-"):
        raise _invalid(name, ["is no PDF file; print or export it as PDF and use that"])
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
    """What happens in a process of its own, which alone loads the libraries that read PDF files."""
    logging.disable(logging.CRITICAL)  # what these libraries log or warn of may quote the document
    warnings.simplefilter("ignore")
    from consentkit.pdf.foreign.accepting import accepted
    from consentkit.pdf.foreign.judging import DAMAGED, Refused

    try:
        return accepted(data, paper)
    except Refused as error:
        raise _invalid(name, error.findings) from error
    except (ConsentkitError, MemoryError):
        raise
    except Exception as error:  # the libraries raise whatever a damaged file makes them stumble over
        raise _invalid(name, [DAMAGED]) from error


def _invalid(name: str, findings: list[str]) -> InvalidInput:
    return InvalidInput([Problem(name, None, None, "", finding) for finding in findings])
