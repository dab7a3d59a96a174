"""The command `consentkit file`. What it needs is imported only when it runs."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from consentkit.cli.support import common_options, json_option

if TYPE_CHECKING:
    from consentkit.documents.workspace import OpenWorkspace


@click.command("file", short_help="File scans of signed papers, and see what is missing.")
@click.argument("scans", nargs=-1, required=True, metavar="SCAN.pdf|PICTURE...", type=click.Path(path_type=Path))
@click.option("-o", "--output", "folder", metavar="DIR", required=True, type=click.Path(path_type=Path),
              help="The folder to write into.")  # fmt: skip
@click.option("--force", is_flag=True, help="Replace files that are there already.")
@click.option("--fhir", is_flag=True, help="Write a DocumentReference of FHIR R4 beside each file of a packet.")
@json_option
@common_options
def file_command(workspace: OpenWorkspace, scans: tuple[Path, ...], **options: Any) -> int:
    """Sort the pages of scans into their packets, a file each, and say what is missing.

    \b
    consentkit file stack.pdf -o filed/
    consentkit file page-1.jpg page-2.jpg -o filed/

    The stack may be in any order, upside down or askew, of many packets at once. Each packet becomes one PDF/A file of
    its pages, upright and in their order, named after the day and number of the visit. Where the clinic keeps records
    of its packets, each place to sign is looked at: ink found, no ink seen, or unsure. Ink is no proof of who signed.
    The exit code is 7 where something is missing or a person must look. `consentkit guide filing` describes
    which scans can be read.
    """
    from consentkit.cli.filing import FilingRequest, file_stack

    return file_stack(workspace, FilingRequest(scans, **options))
