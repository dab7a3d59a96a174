"""A page of HTML, as a document without approval has it."""

from __future__ import annotations

import datetime
from collections.abc import Sequence
from pathlib import Path

from consentkit.documents.page import Content, Page, compose
from consentkit.model.clinic import Clinic
from consentkit.model.procedure import Procedure
from consentkit.model.words import LanguagePack


def page_of(procedure: Procedure, clinic: Clinic, pack: LanguagePack, templates: Sequence[Path]) -> Page:
    """The page of a consent document."""
    today = datetime.date(2026, 11, 21)
    return compose(Content(procedure, clinic, pack), templates, lambda content_hash: None, today)
