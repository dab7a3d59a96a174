"""The work of `consentkit cache key`, `publish` and `pull`.

Guarantees: nothing of a key is printed but the name of its files.
"""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from consentkit.cli import pace, report
from consentkit.cli.caching import size_as_text
from consentkit.cli.support import say
from consentkit.operations.editions import make_edition_key, publish_edition, pull_edition
from consentkit.operations.opening import open_cache_to_look_after
from consentkit.problems import printable

if TYPE_CHECKING:
    from consentkit.cache.editions import SignedEdition
    from consentkit.documents.workspace import OpenWorkspace


def print_keys(path: Path, *, as_json: bool, quiet: bool) -> int:
    """Make a key, and print its files. Returns the exit code."""
    private, public = make_edition_key(path)
    if as_json:
        click.echo(report.as_json({"private": str(private), "public": str(public)}))
    else:
        click.echo(f"{printable(str(private))}\n{printable(str(public))}")
    say("Keep the first one secret, where editions are published; give the second one to each site.", quiet=quiet)
    return 0


def print_published(
    workspace: OpenWorkspace, url: str, *, key_file: Path, service_list: Path | None, as_json: bool, quiet: bool
) -> int:
    """Publish an edition, and print which. Returns the exit code."""
    with pace.long_work("Publishing", quiet=quiet) as progress:
        published = publish_edition(workspace, url, key_file, service_list, progress)
    edition = published.edition
    if as_json:
        more = {"is_new": published.is_new, "put": published.put, "drafts": published.drafts}
        click.echo(report.as_json({**_entry(edition), **more}))
    what = (
        "published" if published.is_new else f"has the same documents since {edition.published}; nothing was published"
    )
    documents = report.counted(len(edition.documents), "document")
    say(f"Edition {edition.number} with {documents} {what}, {published.put} put", quiet=quiet)
    if published.drafts:
        say(f"Warning: {report.counted(published.drafts, 'document')} of it nobody has approved", quiet=quiet)
    return 0


def print_pulled(url: str, *, key_file: Path, place: str | Path | None, as_json: bool, quiet: bool) -> int:
    """Fetch an edition, and print which. Returns the exit code."""
    store = open_cache_to_look_after(place)
    with pace.long_work("Fetching", quiet=quiet) as progress:
        pulled = pull_edition(store, url, key_file, progress)
    edition = pulled.edition
    if as_json:
        click.echo(report.as_json({**_entry(edition), "fetched": pulled.fetched, "bytes": pulled.size}))
    documents = report.counted(len(edition.documents), "document")
    fetched = f"{pulled.fetched} fetched, {size_as_text(pulled.size)}"
    say(f"Edition {edition.number} of {edition.published} with {documents}: {fetched}", quiet=quiet)
    return 0


def _entry(edition: SignedEdition) -> dict[str, object]:
    return {
        "edition": edition.number,
        "published": edition.published,
        "documents": [asdict(document) for document in edition.documents],
    }
