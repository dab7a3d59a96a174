"""Pages that are drawn before the rest of their document is laid out look as they do in the finished document."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from consentkit.documents.onlooker import Onlooker
from consentkit.documents.opening import open_workspace
from consentkit.pdf.foreign.rendering import Rendered
from consentkit.pdf.render.ahead import LaidOutPages
from consentkit.processes.aside import Aside, begin_aside

OF_TEXTS = {"in English": ("90837", "en", False), "in Spanish, large": ("90839", "es", True)}


def pictures(pdf: bytes) -> list[bytes]:
    with Rendered(pdf) as rendered:
        return [rendered.picture(index, 900).tobytes() for index in range(len(rendered))]


@pytest.mark.parametrize("text", OF_TEXTS)
def test_each_page_looks_as_in_the_document_which_is_the_same_as_if_nobody_had_looked(text: str) -> None:
    code, language, large_print = OF_TEXTS[text]
    workspace = open_workspace()
    plain = workspace.render(code, language=language, large_print=large_print)
    processes: list[Aside[bytes]] = []

    def draw(laid_out: LaidOutPages, number: int) -> Iterator[bytes]:
        yield laid_out.drawn([number], plain.pages)

    def watch(laid_out: LaidOutPages) -> None:
        processes.append(begin_aside(600, draw, laid_out, len(laid_out.pages)))

    watched = replace(workspace, onlooker=Onlooker(lambda drawn: None, watch))
    seen = watched.render(code, language=language, large_print=large_print)
    assert seen.pdf == plain.pdf
    ahead = [picture for process in processes for pdf in process.results() for picture in pictures(pdf)]
    assert ahead == pictures(plain.pdf)
