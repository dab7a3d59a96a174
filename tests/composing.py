"""A page of HTML, as a document without approval has it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from consentkit.clinic import Clinic
from consentkit.html import Content, Page, compose
from consentkit.language import LanguagePack
from consentkit.model import Procedure


def page_of(procedure: Procedure, clinic: Clinic, pack: LanguagePack, templates: Sequence[Path]) -> Page:
    """The page of a consent document."""
    today = datetime.date(2026, 11, 21)
    return compose(Content(procedure, clinic, pack), templates, lambda content_hash: None, today)
