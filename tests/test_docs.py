"""What the pages of docs/ say of commands, options and modules is what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import consentkit
from consentkit.cli.commands import consentkit as commands

DOCS = Path(__file__).parents[1] / "docs"
PACKAGE = Path(consentkit.__file__).parent
COMMAND_LINE = (DOCS / "command-line.md").read_text(encoding="utf-8")
SHARED = COMMAND_LINE.split("## What commands share")[1].split("\n## ")[0]


def leaves(command: click.Command, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Each command with its whole name, such as `cache info`."""
    if isinstance(command, click.Group):
        for word, inner in command.commands.items():
            yield from leaves(inner, f"{name} {word}".strip())
    else:
        yield name, command


COMMANDS = dict(leaves(commands))


def section(name: str) -> str:
    """What the page says of a command, with the heading."""
    first, *rest = name.split()
    found = [part for part in COMMAND_LINE.split("\n## ") if re.match(rf"`consentkit {first}\b", part)]
    assert len(found) == 1, f"docs/command-line.md has {len(found)} sections on `{name}`"
    assert all(re.search(rf"\b{word}\b", found[0].splitlines()[0]) for word in rest)
    return found[0]


def holds(text: str, word: str) -> bool:
    """Whether a text holds a word that is not part of a longer one: `--print` is not `--printer`."""
    return bool(re.search(rf"(?<![\w-]){re.escape(word)}(?![\w-])", text))


@pytest.mark.parametrize("name", COMMANDS)
def test_each_command_and_option_is_on_the_page_of_the_command_line(name: str) -> None:
    own = section(name)
    for parameter in COMMANDS[name].params:
        if isinstance(parameter, click.Option):
            missing = [
                option
                for option in (*parameter.opts, *parameter.secondary_opts)
                if not holds(own, option) and not holds(SHARED, option)
            ]
            assert not missing
        if isinstance(parameter.type, click.Choice):
            assert [choice for choice in parameter.type.choices if not holds(own, choice)] == []


def test_the_page_says_which_commands_have_which_of_the_shared_options() -> None:
    def having(option: str) -> set[str]:
        return {
            name.split()[0]
            for name, command in COMMANDS.items()
            if any(option in parameter.opts for parameter in command.params)
        }

    rows = dict(re.findall(r"^\| `(?:-q`, `)?(--\w+)[^|]*\| (.*) \|$", SHARED, re.MULTILINE))
    assert set(re.findall(r"`(\w+)`", rows["--json"].split(";")[0])) == having("--json")
    every = {name.split()[0] for name in COMMANDS}
    assert every - having("--quiet") == {"schema"}
    assert every - having("--clinic") == {"schema", "cache"}
    assert "`cache` takes no `--clinic`" in SHARED


def test_no_option_is_on_the_page_that_there_is_not() -> None:
    known = {
        option
        for command in COMMANDS.values()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", COMMAND_LINE)) <= known | {"--help", "--version"}


def modules() -> set[str]:
    """Every module and package of ours, as the page on the code calls them: `pdf.engine`."""
    paths = (path.relative_to(PACKAGE).with_suffix("") for path in PACKAGE.rglob("*.py"))
    return {".".join(path.parts).removesuffix(".__init__") for path in paths} - {"__init__", "__main__"}


def test_the_table_of_modules_names_what_there_is() -> None:
    page = (DOCS / "development.md").read_text(encoding="utf-8")
    cells = re.findall(r"^\| (`[^|]*) \|", page.split("## Commands")[0], re.MULTILINE)
    named = {name for cell in cells for name in re.findall(r"`([\w.]+)`", cell)}
    there = modules()
    assert named <= there
    # Of some packages the page names what matters most; others it names module by module.
    in_part, by_module = {"checks", "cli", "pdf"}, {"batches", "packets", "storage"}
    assert {name for name in there if name.split(".")[0] not in in_part} - named == by_module
