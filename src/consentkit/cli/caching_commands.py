"""The commands of `consentkit cache`. What they need is imported inside them so that `--help` is quick.

Guarantees: none of them but `publish` needs a clinic's folder or a library that can be read.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from consentkit.cli.support import CachePlace, Commands, cache_options, json_option

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace

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


@cache.command(short_help="Make a key to sign editions with.")
@click.option(
    "-o", "--output", required=True, metavar="NAME", type=click.Path(path_type=Path), help="Its files, without ending."
)
@json_option
@click.option("-q", "--quiet", is_flag=True, help="Print nothing but errors.")
def key(output: Path, *, as_json: bool, quiet: bool) -> int:
    """Make a key: NAME.key, which stays with who publishes, and NAME.pub, by which sites recognize what was published.

    \b
    consentkit cache key -o network
    """
    from consentkit.cli.editions import print_keys

    return print_keys(output, as_json=as_json, quiet=quiet)


@cache.command(short_help="Publish a signed edition of a service list.")
@click.argument("url", metavar="URL")
@click.argument("service_list", required=False, metavar="[services.yaml]", type=click.Path(path_type=Path))
@click.option("--key", "key_file", required=True, metavar="FILE.key", type=click.Path(path_type=Path), help="The key.")
@json_option
@cache_options
def publish(workspace: OpenWorkspace, url: str, **options: Any) -> int:
    """Publish every document of a service list, which must be in the cache, and sign what belongs together.

    \b
    consentkit batch services.yaml -o out/
    consentkit cache publish s3://BUCKET/SITE services.yaml --key network.key

    Nothing is published where the newest edition has the same documents.
    """
    from consentkit.cli.editions import print_published

    return print_published(workspace, url, **options)


@cache.command(short_help="Fetch a signed edition.")
@click.argument("url", metavar="URL")
@click.option("--key", "key_file", required=True, metavar="FILE.pub", type=click.Path(path_type=Path), help="The key.")
@json_option
@_store_options
def pull(url: str, **options: Any) -> int:
    """Fetch the newest edition into the cache of this machine.

    \b
    consentkit cache pull s3://BUCKET/SITE --key network.pub

    An edition is refused (exit code 3) if it was altered or cut off, is older than one that was here before, or was
    signed by another key.
    """
    from consentkit.cli.editions import print_pulled

    return print_pulled(url, **options)
