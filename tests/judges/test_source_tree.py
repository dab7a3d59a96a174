"""The tree that HTML asks for, and the tree that a file has, are made apart from each other and agree."""

from __future__ import annotations

import pytest

from kit.source_tree import source_tree
from kit.structure_tree import CUT, Node, differences, lines, tree_of
from kit.tagged_samples import IMAGE, TABLE, opened, render, whole_page

BODIES = {
    "headings": "<h1>One</h1><section><h2>Two <b>bold</b></h2><p>Text<br>more</p></section>",
    "languages": "<p>One <span lang=es>dos</span> three</p><section lang=es><h2>Cuatro</h2><p>Cinco</p></section>",
    "lists": "<ul><li>One<li><p>Two</p><p>three</p></ul><ol><li>Four<ul><li>Five</ul></ol>",
    "terms": "<dl><div><dt>One</dt><dd><p>Two</p></dd></div><div><dt>Three</dt><dd>Four</dd></div></dl>",
    "tables": TABLE,
    "links": "<h1 id=top>One</h1><p><a href='#top'>Up</a> and <a href='https://example.org' title='Far'>far</a></p>",
    "pictures": f"<p>One</p><img src='{IMAGE}' alt='A dot'><p>two <img src='{IMAGE}' alt=''></p>",
    "text in boxes": "<div>One<p>two</p>three <b>four</b><div>five</div></div>",
    "abbreviations": "<p>One <abbr title='Two'>2</abbr> <code>four</code></p>",
    "nothing": "<p>One</p><p></p><section><div></div></section><ul></ul>",
    "unread": "<p>One <span aria-hidden=true>x</span></p><p hidden>y</p>",
}


def printed(body: str) -> Node:
    return tree_of(opened(render(body, "ul { list-style: disc }")))


@pytest.mark.parametrize("name", BODIES)
def test_a_file_has_the_tree_that_its_html_asks_for(name: str) -> None:
    wanted = source_tree(whole_page(BODIES[name]))
    assert differences(lines(wanted), lines(printed(BODIES[name]))) == []


@pytest.mark.parametrize(
    ("meant", "printed_as", "difference"),
    [
        ("<h2>One</h2>", "<p>One</p>", ['- Document lang=en title="Sample" H2 "One"', 'P "One"']),
        ("<p lang=es>Uno</p>", "<p>Uno</p>", ["lang=es"]),
        ("<ul><li>One</ul>", "<ol><li>One</ol>", ['numbering="Disc"', 'numbering="Decimal"']),
        ("<ul><li>One</ul>", "<p>One</p>", ["L ", "P "]),
        ("<table><tr><th scope=row>A<td>B</table>", "<table><tr><th>A<td>B</table>", ["Row", "Column"]),
        ("<table><tr><th>A<td>B</table>", "<table><tr><td>A<td>B</table>", ["TH", "TD"]),
        ("<section><p>A</p></section>", "<p>A</p>", ["Sect", ""]),
        ("<p><a href='https://a.example'>A</a></p>", "<p><a href='https://b.example'>A</a></p>", ["a.exa", "b.exa"]),
        ("<p><a href='https://a.example'>A</a></p>", "<p>A</p>", ["Link", ""]),
        ("<p>One</p><p>two</p>", "<p>two</p><p>One</p>", ["- ", "+ "]),
        (f"<img src='{IMAGE}' alt='A dot'>", f"<img src='{IMAGE}' alt='a.png'>", ["A dot", "a.png"]),
    ],
)
def test_what_differs_is_reported_as_lines(meant: str, printed_as: str, difference: list[str]) -> None:
    changed = "\n".join(differences(lines(source_tree(whole_page(meant))), lines(printed(printed_as))))
    assert changed
    assert [part for part in difference if part not in changed] == []


def test_a_tree_for_people_is_cut_and_puts_an_only_child_behind_its_parent() -> None:
    long = "word " * 20
    shown = lines(printed(f"<section><h2>One</h2><p>{long}</p></section><ul><li><p>Two</p></ul>"), cut=CUT)
    assert shown == [
        'Document lang=en title="Sample"',
        "  Sect",
        '    H2 "One"',
        f'    P "{long[: CUT - 1]}…"',
        '  L numbering="Disc" LI "•" LBody P "Two"',
    ]


def test_a_long_difference_is_cut() -> None:
    many = [f"line {number}" for number in range(100)]
    assert differences(many, [])[-1] == "and 60 more"
