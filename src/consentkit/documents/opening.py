"""Which folder is the clinic's, and how it is opened.

Guarantees: the same folder is opened by every face: the one that is named, or that of the environment, or the current
one or the nearest parent that is a clinic's; particulars that are the same as the last time are not read again.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from consentkit.cache.store import Store, no_store
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, reason
from consentkit.library.defaults import ClinicDefaults, find_clinic_folder, known_defaults, remember_defaults
from consentkit.library.keys import Inputs
from consentkit.library.procedures import Library
from consentkit.library.snapshot import Snapshot
from consentkit.model.identity import DEFINITION_FOLDERS, PARTICULARS, DefinitionKind
from consentkit.problems import printable
from consentkit.reading.paths import is_folder, is_there
from consentkit.resources import shipped

if TYPE_CHECKING:
    from consentkit.library.clinic import ClinicFolder

CLINIC_VARIABLE = "CONSENTKIT_CLINIC"


def open_workspace(
    clinic: str | Path | None = None,
    store: Store | None = None,
    *,
    despite_faults: bool = False,
    snapshot: Snapshot | None = None,
) -> OpenWorkspace:
    """Open a clinic's folder: the one given, or that of CONSENTKIT_CLINIC, or the current folder or a parent of it.

    Raises what `open_folder` raises.
    """
    return open_folder(find_folder(clinic), store, despite_faults=despite_faults, snapshot=snapshot)


def open_folder(
    folder: Path | None, store: Store | None = None, *, despite_faults: bool = False, snapshot: Snapshot | None = None
) -> OpenWorkspace:
    """Open a clinic's folder, or none: then the shipped library serves, and the paper has blanks for its particulars.

    Finished documents are kept in the store, if one is given.

    Raises InvalidInput or FileAccess where the particulars can't be used. `despite_faults` opens the folder all the
    same, to look at the other files in it: `folder.fault` is what would have been raised. `snapshot` has the files of
    the one run that the workspace is for.
    """
    own = [folder] if folder else []
    store = store or no_store()
    templates = tuple(filter(is_folder, (*(path / "templates" for path in own), shipped("templates"))))
    inputs = Inputs(folder, templates, store, snapshot=snapshot or Snapshot())
    particulars = inputs.particulars_digest()
    return OpenWorkspace(
        opened=_opened(folder, inputs, despite_faults=despite_faults),
        particulars=particulars,
        library=Library(_folders("procedure", own), _folders("paper", own)),
        templates=templates,
        store=store,
        snapshot=snapshot,
    )


def _folders(kind: DefinitionKind, own: Sequence[Path]) -> tuple[Path, ...]:
    """Where definitions of a kind are: in the clinic's folder, if there is one, and as they are shipped."""
    name = DEFINITION_FOLDERS[kind]
    return (*(path / name for path in own), shipped(name))


def _opened(folder: Path | None, inputs: Inputs, *, despite_faults: bool) -> ClinicFolder | ClinicDefaults:
    """Read the particulars, unless they are the same as when they were last read."""
    if folder is None:
        return ClinicDefaults(None)
    if known := known_defaults(folder, inputs):
        return known
    from consentkit.library.clinic import load_clinic, read_clinic

    if despite_faults:
        return read_clinic(folder, inputs.snapshot, inputs.store)
    opened = load_clinic(folder, inputs.snapshot, inputs.store)
    clinic = opened.clinic
    defaults = ClinicDefaults(folder, clinic.language, clinic.paper, keeps_journal=clinic.journal is not None)
    remember_defaults(defaults, inputs)
    return opened


def find_folder(named: str | Path | None = None) -> Path | None:
    """The folder of a clinic, found as `open_workspace` says; None where there is none. Raises FileAccess."""
    named = named or os.environ.get(CLINIC_VARIABLE)
    if not named:
        return find_clinic_folder(_current_folder())
    folder = Path(named)
    if not is_folder(folder):
        raise FileAccess(f"{printable(str(folder))}: is not a folder")
    if not is_there(folder / PARTICULARS):
        raise FileAccess(f"{printable(str(folder))}: contains no clinic.yaml; name the clinic's own folder")
    return folder


def _current_folder() -> Path:
    try:
        return Path.cwd()
    except OSError as error:  # it was deleted, or can't be reached
        raise FileAccess(f"the current folder can't be found: {reason(error)}; change to another one") from error
