"""The lines of a visit, whichever way they were drawn."""

from __future__ import annotations

import io
import re
from pathlib import Path

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.packets.visit_lines import VisitLines
from consentkit.pdf.fonts.font_files import ARABIC_FAMILY
from consentkit.pdf.line_box import LINE_SIZE
from consentkit.pdf.lines.faces import REGULAR, face_of
from consentkit.pdf.link.link import Linker
from consentkit.pdf.render import engine
from kit.drawn_two_ways import drawn_by_page_engine, open_small_clinic, try_visits
from kit.packets import packet, visit
from kit.small import make_clinic


def test_a_packet_is_the_same_whether_its_lines_are_shaped_here_or_drawn_by_the_page_engine(tmp_path: Path) -> None:
    try_visits(open_small_clinic(tmp_path), 3)


def test_only_lines_that_are_used_are_in_a_packet() -> None:
    drawn = VisitLines(["Ann Lee", "Ann", "Lee", "محمد 12"])
    out = io.BytesIO()
    linker = Linker(out, "A title", "en")
    drawn.put_into(linker)
    before = linker.file.new_number()
    assert drawn.drawing("Ann") == before + 1
    assert drawn.drawing("Ann") == before + 1
    assert drawn.drawing("محمد 12") == before + 2
    assert "Bob" not in drawn


def test_lines_that_are_in_no_packet_can_not_be_drawn() -> None:
    with pytest.raises(ValueError, match="in no packet"):
        VisitLines(["Ann"]).drawing("Ann")


def test_a_line_is_as_wide_whichever_way_it_is_drawn() -> None:
    names = ["Ann Lee", "Nguyễn Thị Minh Khai", "محمد علي"]
    shaped = VisitLines(names)
    with drawn_by_page_engine():
        drawn = VisitLines(names)
    assert [shaped[name].width for name in names] == pytest.approx([drawn[name].width for name in names], abs=0.05)
    common, own, engine = 0, 2, 3
    assert [shaped[name].sheet for name in names] == [common, own, own]
    assert [drawn[name].sheet for name in names] == [engine] * 3


def test_the_page_engine_draws_nothing_of_an_ordinary_visit(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[object] = []
    monkeypatch.setattr(engine, "draw_lines", lambda *given: asked.append(given))
    packet(open_workspace(make_clinic(tmp_path), open_store()), visit())
    assert asked == []


def test_a_letter_that_is_wider_than_its_place_is_not_cut_off_at_the_end_of_a_line() -> None:
    name, face = "\u06af\u0644", face_of(ARABIC_FAMILY, REGULAR)
    *others, gaf = face.shape(name, "Arab", is_turned=True) or ()
    extents = face.font.get_glyph_extents(gaf.number)
    end = sum(glyph.advance for glyph in others) + extents.x_bearing + extents.width
    linker, drawn = Linker(io.BytesIO(), "A title", "en"), VisitLines([name])
    drawn.put_into(linker)
    drawn.drawing(name)
    (right,) = re.findall(rb"/BBox \[0 0 ([0-9.]+) ", linker.file.closed().data)
    assert drawn[name].width + 1 < end * LINE_SIZE / 1000 < float(right)
