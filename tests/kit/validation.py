"""What a validator says of a PDF, less what it gets wrong."""

from __future__ import annotations

import re

import page

STREAM_LENGTH = "PDFA2A-STREAM-LENGTH-001"
"""The validator misreads the length of a stream whose last byte happens to be a line feed or a carriage return."""

BOTH_STANDARDS = (page.ValidationProfile.PDF_UA_1, page.ValidationProfile.PDF_A_2A)

_STREAM = re.compile(rb"/Length (\d+)>>\nstream\n")


def faults(pdf: bytes, profile: page.ValidationProfile) -> list[str]:
    """Every failure that the validator reports; one about lengths counts only if the file bears it out."""
    failures = page.validate_pdf_bytes(pdf, profile=profile).failures
    lengths_are_right = _lengths_are_right(pdf)
    return [
        f"{failure.rule_id}: {failure.message}"
        for failure in failures
        if not (failure.rule_id == STREAM_LENGTH and lengths_are_right)
    ]


def _lengths_are_right(pdf: bytes) -> bool:
    """Whether every stream is followed by its end just where its length says."""
    return all(
        pdf[match.end() + int(match[1]) :].startswith((b"\nendstream", b"\r\nendstream"))
        for match in _STREAM.finditer(pdf)
    )
