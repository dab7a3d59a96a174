"""The pages that explain consentkit, wherever it is installed.

Guarantees: each page that a help text or a message names is there, in a wheel as in a checkout. What is printed leads
to nothing that is not there: no picture, and no file beside a page.
"""

from __future__ import annotations

import re
from collections.abc import Container

from consentkit.errors import WrongUse
from consentkit.problems import did_you_mean, listed, quoted
from consentkit.resources import shipped

_OF_THE_CODE = "development"
"""The page about the source code, which is not installed."""
_PICTURE = re.compile(r"^ *!\[[^]]*\]\([^)]*\)\n+", re.MULTILINE)
_LINK = re.compile(r"(?<!!)\[([^]]+)\]\((?!https?:)(?:docs/)?([^)\s#]*)(?:#[^)\s]*)?\)")
_USES_SAMPLES = "samples/"
SAMPLES_NOTE = "The samples that this page uses: `consentkit init --samples samples` writes them.\n"


def pages() -> dict[str, str]:
    """The names of all pages, each with its heading."""
    files = {path.stem: path for path in shipped("docs").glob("*.md") if path.stem != _OF_THE_CODE}
    return {
        stem: path.read_text(encoding="utf-8").partition("\n")[0].lstrip("# ") for stem, path in sorted(files.items())
    }


def page(name: str) -> str:
    """The Markdown of a page, without its pictures. Raises WrongUse where there is no such page."""
    known = pages()
    stem = name.removeprefix("docs/").removesuffix(".md")
    if stem not in known:
        near = did_you_mean(stem, known) or f"; there is {listed(tuple(known))}"
        raise WrongUse(f"there is no page {quoted(name)}{near}")
    text = (shipped("docs") / f"{stem}.md").read_text(encoding="utf-8")
    text = _LINK.sub(lambda match: _reference(match, known), _PICTURE.sub("", text))
    return f"{text}\n{SAMPLES_NOTE}" if _USES_SAMPLES in text else text


def _reference(link: re.Match[str], known: Container[str]) -> str:
    """What is printed for a link: its words, and the command that prints the page to which it leads."""
    words, file = link.groups()
    stem = file.removesuffix(".md")
    if stem not in known:
        return words
    command = f"`consentkit guide {stem}`"
    return command if words.strip("`") in (file, f"docs/{file}") else f"{words} ({command})"
