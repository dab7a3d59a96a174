"""What the pages of docs/ say of commands, options and modules is what there is."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

from consentkit.cli.commands import consentkit as commands

PROJECT = Path(__file__).parents[2]
DOCS = PROJECT / "docs"
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
    assert every - having("--quiet") == {"schema", "guide"}
    assert every - having("--clinic") == {"schema", "guide", "init"}
    assert "`init` and `cache` but for `cache publish` take no `--clinic`" in SHARED


def test_no_option_is_on_the_page_that_there_is_not() -> None:
    known = {
        option
        for command in COMMANDS.values()
        for parameter in command.params
        for option in (*parameter.opts, *parameter.secondary_opts)
    }
    assert set(re.findall(r"(?<![\w-])--[a-z][a-z-]*", COMMAND_LINE)) <= known | {"--help", "--version"}


DEVELOPMENT = (DOCS / "development.md").read_text(encoding="utf-8")


def test_the_page_on_the_code_leads_to_files_that_are_there() -> None:
    table = DEVELOPMENT.split("## Where do I change")[1].split("\n## ")[0]
    assert table.count("\n|") >= 20
    missing = []
    for row in table.splitlines():
        folder = PROJECT
        for name in re.findall(r"`([\w./-]+(?:\.\w+|/\w+))`", row):
            path = PROJECT / name if "/" in name else folder / name  # a mere name is beside the file before it
            folder = path.parent
            missing += [] if path.exists() else [name]
    assert missing == []
