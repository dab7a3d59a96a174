"""The commands of `consentkit cache`. The imports of their work stand inside so that `--help` is quick.

Guarantees: none of them needs a clinic's folder or a library that can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from consentkit.cli.support import Commands, json_option

Command = TypeVar("Command", bound=Callable[..., Any])


def _store_options(command: Command) -> Command:
    """Give a command `--cache` and `--quiet`."""
    folder = click.option(
        "--cache",
        "folder",
        metavar="DIR",
        type=click.Path(path_type=Path),
        help="The cache's folder; else $CONSENTKIT_CACHE, else consentkit in your folder of caches.",
    )
    quiet = click.option("-q", "--quiet", is_flag=True, help="Say nothing but errors.")
    return folder(quiet(command))


@click.group(cls=Commands, short_help="Look after the cache of finished parts.")
def cache() -> None:
    """Look after the cache: finished documents without patient data, kept so that they need not be made twice.

    It may be deleted at any time. It keeps to its size by itself.
    """


@cache.command(short_help="Show where the cache is and how large.")
@json_option
@_store_options
def info(folder: Path | None, *, as_json: bool, quiet: bool) -> int:
    """Show where the cache is, how much it holds, and when that was used last."""
    from consentkit.cli.caching import print_info

    return print_info(folder, as_json=as_json)


@cache.command(short_help="Remove what is damaged or not used.")
@click.option("--largest", metavar="SIZE", help="How much may stay, such as 500MB; the cache's own limit if left out.")
@json_option
@_store_options
def prune(folder: Path | None, *, largest: str | None, as_json: bool, quiet: bool) -> int:
    """Remove damaged parts and leftovers, and then what was not used for longest, until the rest fits."""
    from consentkit.cli.caching import prune as prune_store

    return prune_store(folder, largest, as_json=as_json, quiet=quiet)


@cache.command(short_help="Remove everything from the cache.")
@json_option
@_store_options
def clear(folder: Path | None, *, as_json: bool, quiet: bool) -> int:
    """Remove every part. Files in the folder that consentkit did not make are left alone."""
    from consentkit.cli.caching import clear as clear_store

    return clear_store(folder, as_json=as_json, quiet=quiet)
