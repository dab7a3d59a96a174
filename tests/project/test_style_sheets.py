"""The shipped style sheets and templates hold nothing that no page uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.model.identity import VARIANTS
from consentkit.resources import shipped

TEMPLATES = shipped("templates")
PAGES = {
    str(path.relative_to(TEMPLATES)): re.sub(r"\{#.*?#\}", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for path in sorted(TEMPLATES.rglob("*.html"))
}
STYLES = {
    path.name: re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for path in sorted(TEMPLATES.glob("*.css"))
}
OF_THE_PROGRAM = {"translated"}
"""The class of the one paragraph that no template writes: that nobody has reviewed a text (`documents/page.py`)."""
CLASS = r"[a-z][\w-]*"


def classes_of(page: str) -> Iterator[str]:
    """The classes that a template may give: those in `class`, what macros are given as text, and the looks of pages.

    One that ends in a value, such as `lines-{{ number }}`, is there as `lines-`.
    """
    for attribute in re.findall(r'class="((?:\{\{.*?\}\}|\{%.*?%\}|[^"{])*)"', page):
        yield from re.findall(CLASS, attribute)
    for text in re.findall(rf'"({CLASS}(?: {CLASS})*)"', page):
        yield from text.split()
    yield from re.findall(rf"\{{% block look %\}}({CLASS})", page)


def unused_classes(style: str, given: set[str]) -> list[str]:
    """The classes of a style sheet that no page has."""
    selectors = " ".join(re.findall(r"([^{}]+)\{", style))
    prefixes = tuple(name for name in given if name.endswith("-"))
    named = set(re.findall(rf"\.({CLASS})", selectors))
    return sorted(name for name in named - given if not name.startswith(prefixes))


def test_each_class_of_a_style_sheet_is_that_of_some_element() -> None:
    given = {name for page in PAGES.values() for name in classes_of(page)} | set(VARIANTS) | OF_THE_PROGRAM
    unused = {name: classes for name, style in STYLES.items() if (classes := unused_classes(style, given))}
    assert unused == {}, "remove the rules of these classes, which no template gives to an element"


def test_a_class_that_no_page_has_would_be_seen() -> None:
    assert unused_classes("/* */ .kept p, .gone:first-child { margin: 0 } @page x { top: 1.5mm }", {"kept"}) == ["gone"]
    assert unused_classes(".lines-2 { margin: 0 }", set(classes_of('<p class="lines-{{ number }}">'))) == []


def uncalled(pages: dict[str, str]) -> list[str]:
    """The macros that neither their own template calls nor one that imports them from there."""
    found = []
    for path, page in pages.items():
        for name in re.findall(r"\{% macro (\w+)", page):
            imported = re.compile(rf'\{{% from "{re.escape(path)}" import [^%]*\b{name}\b')
            calls = len(re.findall(rf"\b{name}\(", page)) - 1
            calls += sum(len(re.findall(rf"\b{name}\(", other)) for other in pages.values() if imported.search(other))
            if not calls:
                found.append(f"{path}: {name}")
    return sorted(found)


def test_each_macro_of_a_template_is_called() -> None:
    assert sum(page.count("{% macro ") for page in PAGES.values()) > 9
    assert uncalled(PAGES) == []


def test_a_macro_whose_name_another_template_calls_would_be_seen() -> None:
    macro = "{% macro signer(block) %}{% endmacro %}"
    assert uncalled({"a.html": f"{macro}{{{{ signer(1) }}}}", "b.html": macro}) == ["b.html: signer"]
    assert uncalled({"a.html": macro, "b.html": '{% from "a.html" import rule, signer %}{{ signer(1) }}'}) == []
