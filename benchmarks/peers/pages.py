"""consentkit's HTML made fit for other programs: files in place of named assets, and a packet as one page of HTML.

Guarantees: text and markup are consentkit's own, so every section is there; only what a program does not support is
told to it in another way.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Mapping, Sequence
from html import escape
from pathlib import Path

from benchmarks.content import Paper, font_files, font_style, logo, paper_style

_BLANK = re.compile(r'(<span class="[^"]*" data-field="(\w+)"[^>]*>)(</span>)')
_FILLED = "[data-field] { font-size: 10pt; white-space: nowrap; }\n"


def write_assets(folder: Path) -> str:
    """Copy fonts and logo into a folder and return the style rules that name the fonts."""
    rules = font_style()
    for number, (address, path) in enumerate(font_files().items()):
        file = f"font-{number}.ttf"
        shutil.copyfile(path, folder / file)
        rules = rules.replace(f'"{address}"', f'"{file}"')
    shutil.copyfile(logo(), folder / "logo.png")
    return rules


def write_style(folder: Path, name: str, paper: Paper, more: str = "") -> None:
    """Write a style sheet: the fonts, consentkit's own style, the size of the paper, and what the peer needs beside."""
    sheets = (write_assets(folder), paper.style, paper_style(), more)
    (folder / name).write_text("\n".join(sheets), encoding="utf-8")


def document_page(paper: Paper, style_sheet: str, style: str = "") -> str:
    """One document as HTML that reads its style sheet and its pictures from files beside it."""
    head = f'<link rel="stylesheet" href="{style_sheet}">\n<style>{style}</style>\n</head>'
    return paper.html.replace("</head>", head, 1).replace("asset:logo", "logo.png")


def packet_page(papers: Sequence[Paper], style_sheet: str, style: str) -> str:
    """The papers of a visit as one HTML page, each an `article`."""
    opening = re.search(r"<html[^>]*>", papers[0].html)
    assert opening
    return "\n".join(
        (
            f'<!doctype html>\n{opening[0]}\n<head>\n<meta charset="utf-8">',
            f"<title>{escape(papers[0].title)}</title>",
            f'<link rel="stylesheet" href="{style_sheet}">\n<style>{_FILLED}{style}</style>\n</head>\n<body>',
            *(f'<article class="part" id="{paper.name}">{_body(paper)}</article>' for paper in papers),
            "</body>\n</html>",
        )
    )


def _body(paper: Paper) -> str:
    html = paper.html.replace("asset:logo", "logo.png")
    return _filled(html[html.index("<body>") + len("<body>") : html.rindex("</body>")], paper.values)


def _filled(html: str, values: Mapping[str, str]) -> str:
    """Put what a visit writes into its places."""
    return _BLANK.sub(lambda match: f"{match[1]}{escape(values.get(match[2], ''))}{match[3]}", html)
