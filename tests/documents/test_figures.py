"""Figures on the paper: numbers before words, a dot for each person, and where the figure comes from.

The dots are counted in pictures of the page: neither the template nor the file is asked how many it has drawn.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pikepdf
import pypdfium2
import pytest
from PIL import Image

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.filling import environment
from consentkit.documents.opening import open_workspace
from consentkit.errors import RenderingFailed
from consentkit.pdf.read.structure_text import readable_text
from consentkit.resources import shipped
from kit.small import CODE, make_clinic, small_procedure, write_procedure

SOURCE = {"title": "A study of talks", "publisher": "A journal", "year": "2021"}
LINE = 0.75
"""Points: thinner lines are lost in a fax."""

Box = tuple[float, float, float, float]


def counted(number: int, out_of: int, text: str = "You may sleep badly.") -> dict[str, Any]:
    """A risk or benefit with a figure."""
    return {"text": text, "figure": {"number": str(number), "out_of": str(out_of)}, "source": SOURCE}


def made(tmp_path: Path, **changes: Any) -> Document:
    """The information about the small procedure; the form of a consent has no figures."""
    workspace = open_workspace(make_clinic(tmp_path / "clinic"), open_store())
    return workspace.render(small_procedure(**changes), variant="information")


def with_risk(tmp_path: Path, risk: Any) -> Document:
    return made(tmp_path, risks={"common": [risk], "what_helps": "Tell us."})


def figures(pdf: bytes) -> list[tuple[str, int, Box]]:
    """The description, the page and the place of each figure of a file."""
    with pikepdf.open(io.BytesIO(pdf)) as opened:
        pages = {page.objgen: index for index, page in enumerate(opened.pages)}
        return [
            (str(node.Alt), pages[node.Pg.objgen], tuple(float(side) for side in node.A.BBox))
            for node in _nodes(opened.Root.StructTreeRoot)
            if node.get("/S") == "/Figure"
        ]


def _nodes(node: Any) -> Iterator[Any]:
    yield node
    kids = node.get("/K", [])
    for kid in kids if isinstance(kids, pikepdf.Array) else [kids]:
        if isinstance(kid, pikepdf.Dictionary) and "/S" in kid:
            yield from _nodes(kid)


def picture(pdf: bytes, page: int, box: Box, *, fax: bool) -> Image.Image:
    """What is in a box of a page, in black and white; as a fax sends it, 204 by 98 dots an inch."""
    opened = pypdfium2.PdfDocument(pdf)
    scale = 204 / 72
    whole = opened[page].render(scale=scale).to_pil().convert("L")
    if fax:
        whole = whole.resize((whole.width, round(whole.height * 98 / 204)), Image.Resampling.BOX)
    left, low, right, high = box
    up = whole.height / opened[page].get_height()
    top = opened[page].get_height() - high
    part = whole.crop((round(left * scale), round(top * up), round(right * scale), round((top + high - low) * up)))
    return part.point(lambda shade: 255 if shade > 127 else 0)


def dots_in(image: Image.Image) -> list[bool]:
    """Each dot of a picture: whether it is filled. A dot is what is black and hangs together."""
    black = {(x, y) for x in range(image.width) for y in range(image.height) if not image.getpixel((x, y))}
    filled = []
    while black:
        start = min(black, key=lambda place: (place[1], place[0]))
        dot, edge = {start}, [start]
        black.discard(start)
        while edge:
            x, y = edge.pop()
            for place in [(x + right, y + down) for right in (-1, 0, 1) for down in (-1, 0, 1)]:
                if place in black:
                    black.discard(place)
                    dot.add(place)
                    edge.append(place)
        across, down = {x for x, _ in dot}, {y for _, y in dot}
        filled.append(len(dot) > 0.65 * len(across) * len(down))
    return filled


@pytest.mark.parametrize(("number", "out_of"), [(4, 10), (10, 10), (1, 20), (17, 50), (99, 100)])
def test_as_many_dots_are_filled_as_people_were_counted(number: int, out_of: int, tmp_path: Path) -> None:
    pdf = with_risk(tmp_path, counted(number, out_of)).pdf
    ((alternative, page, box),) = figures(pdf)
    for fax in (False, True):
        drawn = dots_in(picture(pdf, page, box, fax=fax))
        assert (sum(drawn), len(drawn)) == (number, out_of), "faxed" if fax else "printed"
    assert alternative == f"{number} of {out_of} people"


def test_the_dots_are_black_with_lines_that_a_fax_keeps(tmp_path: Path) -> None:
    pdf = with_risk(tmp_path, counted(4, 10)).pdf
    ((_, page, (left, low, right, high)),) = figures(pdf)
    assert right - left == pytest.approx(100, abs=1)
    assert high - low == pytest.approx(10, abs=1)
    opened = pypdfium2.PdfDocument(pdf)
    scale = 20  # a pixel is a twentieth of a point
    image = opened[page].render(
        scale=scale, crop=(left, low, opened[page].get_width() - right, opened[page].get_height() - high)
    )
    grey = image.to_pil().convert("L")
    middle = grey.height // 2
    ring = [grey.getpixel((x, middle)) for x in range(grey.width * 9 // 10, grey.width)]  # the last dot
    runs = "".join("#" if shade < 64 else "." for shade in ring).strip(".").split(".")
    assert min(len(run) for run in runs if run) >= LINE * scale - 1


@pytest.mark.parametrize("kind", ["risk", "benefit"])
def test_numbers_come_before_words(kind: str, tmp_path: Path) -> None:
    item = counted(4, 10, "You may feel it.")
    changes: dict[str, Any] = (
        {"benefits": [item]} if kind == "benefit" else {"risks": {"rare": [item], "what_helps": "Rest."}}
    )
    document = made(tmp_path, **changes)
    assert "About 4 in 10: You may feel it." in readable_text(document.pdf)
    assert [alternative for alternative, _, _ in figures(document.pdf)] == ["4 of 10 people"]


def test_more_than_a_hundred_people_are_a_number_without_dots(tmp_path: Path) -> None:
    document = with_risk(tmp_path, counted(3, 1000))
    assert "About 3 in 1000: You may sleep badly." in readable_text(document.pdf)
    assert figures(document.pdf) == []


def test_a_risk_without_a_figure_has_no_dots(tmp_path: Path) -> None:
    document = with_risk(tmp_path, {"text": "You may sleep badly.", "source": SOURCE})
    assert figures(document.pdf) == []


def test_where_a_figure_comes_from_is_among_the_sources_once(tmp_path: Path) -> None:
    risks = {"common": [counted(4, 10), counted(1, 10, "You may be tired.")], "what_helps": "Tell us."}
    text = readable_text(made(tmp_path, risks=risks).pdf)
    assert text.count("A study of talks – A journal, 2021") == 1


def test_another_figure_is_another_content(tmp_path: Path) -> None:
    hashes = {with_risk(tmp_path / str(number), counted(number, 10)).content_hash for number in (3, 4)}
    assert len(hashes) == 2


def test_large_print_draws_larger_dots(tmp_path: Path) -> None:
    workspace = open_workspace(make_clinic(tmp_path / "clinic"))
    procedure = small_procedure(risks={"common": [counted(4, 10)], "what_helps": "Tell us."})
    ((_, _, (left, _, right, _)),) = figures(workspace.render(procedure, variant="information", large_print=True).pdf)
    assert right - left == pytest.approx(150, abs=1)


def test_a_template_that_leaves_a_figure_out_makes_no_document(tmp_path: Path) -> None:
    section = (shipped("templates") / "information/figures.html").read_text(encoding="utf-8")
    start, end = section.index("{% if item.figure %}<strong>"), section.index("{{ item.text }}")
    clinic = make_clinic(tmp_path / "clinic", templates={"information/figures.html": section[:start] + section[end:]})
    write_procedure(clinic / "procedures", risks={"common": [counted(4, 10)], "what_helps": "Tell us."})
    with pytest.raises(RenderingFailed, match=r"the finished page lacks `About 4 in 10: You may sleep badly\.`"):
        open_workspace(clinic).render(CODE, variant="information")


def test_a_template_that_knows_of_no_figures_prints_texts(tmp_path: Path) -> None:
    section = '<ul>{% for risk in procedure.risks["common"] %}<li><p>{{ risk }}</p></li>{% endfor %}</ul>'
    clinic = make_clinic(
        tmp_path / "clinic", templates={"refusal.html": "<html lang='en'><body>" + section + "</body></html>"}
    )
    html = environment([clinic / "templates", shipped("templates")]).get_template("refusal.html")
    assert "<p>You may feel worse for a\u00a0day.</p>" in html.render(procedure=small_procedure())
