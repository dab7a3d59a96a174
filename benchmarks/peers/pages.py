"""consentkit's HTML made fit for other programs: files in place of named assets, and a packet as one page of HTML.

Guarantees: text and markup are consentkit's own, so every section is there; only what a program does not support is
told to it in another way.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator, Sequence
from html import escape
from pathlib import Path

from benchmarks.content import Paper, Visit, font_files, font_style, logo, paper_style

_LABEL = {"patient_name": "name", "patient_born": "born", "patient_record": "record"}
_FILLED_LABEL = ".small-label .rule, .label .rule { font-size: 10pt; white-space: nowrap; }\n"
_BLANK = re.compile(r'(<span class="rule[^"]*" data-field="(patient_\w+)"[^>]*>)(</span>)')


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
    sheets = (write_assets(folder), paper.page.style, paper_style(), more)
    (folder / name).write_text("\n".join(sheets), encoding="utf-8")


def document_page(paper: Paper, style_sheet: str, style: str = "") -> str:
    """One document as HTML that reads its style sheet and its pictures from files beside it."""
    head = f'<link rel="stylesheet" href="{style_sheet}">\n<style>{style}</style>\n</head>'
    return paper.page.html.replace("</head>", head, 1).replace("asset:logo", "logo.png")


def packet_page(papers: Sequence[Paper], visit: Visit, style_sheet: str, style: str) -> str:
    """A cover and documents as one HTML page. Each document is an `article` on pages named as `page_name` says."""
    language = papers[0].content.pack.language
    return "\n".join(
        (
            f'<!doctype html>\n<html lang="{language}">\n<head>\n<meta charset="utf-8">',
            "<title>Papers for a visit</title>",
            f'<link rel="stylesheet" href="{style_sheet}">\n<style>{_FILLED_LABEL}{style}</style>\n</head>\n<body>',
            _cover(papers, visit),
            *(_part(paper, visit) for paper in papers),
            "</body>\n</html>",
        )
    )


def page_name(paper: Paper) -> str:
    """What style sheets call the pages of a document within a packet."""
    return f"part-{paper.code.lower()}"


def _body(paper: Paper) -> str:
    html = paper.page.html.replace("asset:logo", "logo.png")
    return html[html.index("<body>") + len("<body>") : html.rindex("</body>")]


def _labelled(html: str, visit: Visit) -> str:
    """Put the patient's particulars on the blanks of the label."""
    return _BLANK.sub(lambda match: f"{match[1]}{escape(getattr(visit, _LABEL[match[2]]))}{match[3]}", html)


def _part(paper: Paper, visit: Visit) -> str:
    name = page_name(paper)
    return f'<article id="{name}" class="part" style="page: {name}">{_labelled(_body(paper), visit)}</article>'


def _cover(papers: Sequence[Paper], visit: Visit) -> str:
    masthead = re.search(r'<header class="masthead">.*?</header>', _body(papers[0]), re.DOTALL)
    assert masthead
    facts = "".join(f"<div><dt>{name}</dt><dd><p>{escape(text)}</p></dd></div>\n" for name, text in cover_facts(visit))
    listed = "".join(
        f'<li><p>{escape(paper.head)} <a class="to-page" href="#{page_name(paper)}"></a></p></li>\n' for paper in papers
    )
    return f"""<section class="cover">
<div id="running-foot" data-running><p class="foot-line"><span>Visit {escape(visit.visit)}</span>
<span class="page-of">Page <span class="number-page"></span> of <span class="number-pages"></span></span></p></div>
{_labelled(masthead[0], visit)}
<main><p class="kind">Your visit</p><h1>Papers for your visit</h1>
<section><h2>The visit</h2><dl class="facts">{facts}</dl></section>
<section><h2>What is in this packet</h2><div class="body"><ul>{listed}</ul></div></section></main>
</section>"""


def cover_facts(visit: Visit) -> Iterator[tuple[str, str]]:
    """What the cover says of the visit."""
    yield "When", f"{visit.day}, {visit.time}"
    yield "With whom", visit.clinician
    yield "Where", visit.place
