"""Every paper of the library keeps within its pages, in both languages, on both papers and in both sizes of print."""

from __future__ import annotations

from functools import cache

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.workspace import open_workspace
from consentkit.model.identity import PaperSize
from kit.page_fill import Filled

BUDGETS = {("en", False): 5, ("es", False): 6, ("en", True): 13, ("es", True): 15}
"""The most pages of an information, by its language and whether it is in large print."""


@cache
def filled(code: str, language: str, paper: PaperSize, large_print: bool) -> Filled:
    workspace = open_workspace(None, open_store())
    document = workspace.render(code, language=language, paper=paper, variant="information", large_print=large_print)
    return Filled(document.pdf)


@pytest.mark.parametrize("code", open_workspace().library.codes())
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("paper", ["letter", "a4"])
@pytest.mark.parametrize("large_print", [False, True], ids=["usual", "large"])
def test_an_information_keeps_within_its_pages(code: str, language: str, paper: PaperSize, large_print: bool) -> None:
    found = filled(code, language, paper, large_print)
    assert found.faults(BUDGETS[language, large_print], lists_tables=large_print) == []
