"""What the page engine works out once, compared with what it gives where it works everything out again."""

from __future__ import annotations

import sys
from collections.abc import Iterator

import pytest
from weasyprint.css import ComputedStyle
from weasyprint.text import line_break

from consentkit.pdf.render import repeated, styles
from kit.engine_pages import render

WORDS = "Your therapist and you look for words, and for what is behind them. " * 3
STYLE = """
    .row { display: flex; align-items: flex-end } .row .row { flex: 1; padding-inline-start: 4mm }
    .wrap { flex-wrap: wrap; justify-content: space-between } .wrap > * { width: 45%; margin-inline-end: 1mm }
    .name { flex: none; width: 30% } .rule { flex: 1; height: 8mm; border-bottom: 1px solid }
    .down { display: flex; flex-direction: column; height: 20mm } .down > p { border: 1px solid }
    .least { min-height: 30mm } .border { box-sizing: border-box; padding: 3mm; height: 20mm; width: 50% }
    .two { columns: 2 } .two p { break-inside: avoid }
    .float { float: left; width: 20% } .justified { text-align: justify; text-indent: 2em }
    .first::first-line { font-weight: 700 } .first::first-letter { font-size: 30pt }
    .share { padding-left: 10%; text-indent: 5% }
    .cut { width: 40mm; white-space: nowrap; overflow: hidden; text-overflow: ellipsis }
    table { border-collapse: collapse } td { border: 2px solid; padding: 1mm }
    .spaced { letter-spacing: 1px; line-height: 1.9; text-decoration: underline } .out { position: absolute; top: 9mm }
"""
BODIES = {
    "rows in rows": f'<div class="row"><p class="name">{WORDS}<p class="row"><b>Date</b><i class="rule"></i></p></div>'
    * 3,
    "rows that wrap": f'<div class="row wrap"><p>{WORDS}</p><p class="least">2</p><p class="border">3</p></div>',
    "a row over two pages": f'<p style="height: 230mm">x</p><div class="row"><p>{WORDS * 9}</p><p>Beside it</p></div>',
    "a row from right to left": f'<div class="row" dir="rtl"><p class="name">{WORDS}</p><p>1 (2)</p></div>',
    "pages of two widths": f'<style>@page :first {{ margin-right: 60mm }}</style><p class="share">{WORDS * 60}</p>',
    "lines that are cut off": f'<p class="cut">{WORDS}</p>' * 3,
    "a column of items": f'<div class="down"><p class="least">{WORDS}</p><p>{WORDS}</p></div>',
    "columns": f'<div class="two">{f"<p>{WORDS}</p>" * 5}<div class="row"><p>{WORDS}</p><p>b</p></div></div>',
    "beside a float": f'<p class="float">{WORDS}</p><p class="justified">{WORDS * 4}</p><p class="first">{WORDS}</p>',
    "a table": f"<table><thead><tr><th>Risk</th></tr></thead>{f'<tr><td>{WORDS}</td><td>b</td></tr>' * 40}</table>",
    "other lines": f'<p class="spaced">{WORDS}<b>{WORDS}</b></p><p class="out">{WORDS}</p><p class="cut">{WORDS}</p>',
}


@pytest.fixture
def stock(monkeypatch: pytest.MonkeyPatch) -> Iterator[pytest.MonkeyPatch]:
    """Lets the engine work everything out again, until it is undone."""
    modules = [module for name, module in sys.modules.items() if name.partition(".")[0] == "weasyprint"]
    with monkeypatch.context() as patch:
        for name, (as_shipped, own) in repeated.REPLACED.items():
            imported = [module for module in modules if vars(module).get(name) is own]
            assert imported, f"{name} is nowhere replaced"
            for module in imported:
                patch.setattr(module, name, as_shipped)
        patch.setattr(ComputedStyle, "__missing__", styles.stock_value)
        yield patch


@pytest.mark.parametrize("body", BODIES.values(), ids=BODIES)
def test_a_page_is_the_same_as_where_everything_is_worked_out_again(body: str, stock: pytest.MonkeyPatch) -> None:
    expected = render(body, STYLE)
    stock.undo()
    assert render(body, STYLE) == expected


def test_a_line_is_broken_once_however_often_its_row_is_laid_out(monkeypatch: pytest.MonkeyPatch) -> None:
    made = list[str]()
    create_layout = line_break.create_layout

    def counting(text: str, *more: object) -> object:
        made.append(text)
        return create_layout(text, *more)

    monkeypatch.setattr(line_break, "create_layout", counting)
    render(BODIES["rows in rows"], STYLE)
    dates = [text for text in made if text == "Date"]
    assert 3 <= len(dates) <= 9
