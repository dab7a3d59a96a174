"""The commands of `consentkit cache`. What they need is imported inside them so that `--help` is quick.

Guarantees: none of them needs a clinic's folder or a library that can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from consentkit.cli.support import CachePlace, Commands, json_option

Command = TypeVar("Command", bound=Callable[..., Any])


def _store_options(command: Command) -> Command:
    """Give a command `--cache` and `--quiet`."""
    place = click.option(
        "--cache",
        "place",
        metavar="DIR|URL",
        type=CachePlace(),
        help="The cache; by default $CONSENTKIT_CACHE, else consentkit in your cache folder.",
    )
    quiet = click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
    return place(quiet(command))


@click.group(cls=Commands, short_help="Manage the cache of finished parts.")
def cache() -> None:
    """Manage the cache: finished documents without patient data, kept so that they need not be made twice.

    It can be deleted at any time. It limits its own size.
    """


@cache.command(short_help="Show where the cache is and how large it is.")
@json_option
@_store_options
def info(place: str | Path | None, *, as_json: bool, quiet: bool) -> int:
    """Show where the cache is, how much is in it, and when that was last used."""
    from consentkit.cli.caching import print_info

    return print_info(place, as_json=as_json)


@cache.command(short_help="Remove what is damaged or not used.")
@click.option("--largest", metavar="SIZE", help="How much to keep, such as 500MB; the cache's own limit if left out.")
@json_option
@_store_options
def prune(place: str | Path | None, *, largest: str | None, as_json: bool, quiet: bool) -> int:
    """Remove damaged parts and leftovers, and then the parts unused for longest, until the rest fits."""
    from consentkit.cli.caching import prune as prune_store

    return prune_store(place, largest, as_json=as_json, quiet=quiet)


@cache.command(short_help="Remove everything from the cache.")
@json_option
@_store_options
def clear(place: str | Path | None, *, as_json: bool, quiet: bool) -> int:
    """Remove every part. What consentkit did not make is left alone, and so are editions that were published."""
    from consentkit.cli.caching import clear as clear_store

    return clear_store(place, as_json=as_json, quiet=quiet)
