"""What a file says, parsed once for each content that it has ever had.

Guarantees: what is kept under a digest was parsed from the very bytes that have it, also where the file is edited
meanwhile, since both come from one snapshot; what can't be read or used is kept nowhere.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from consentkit.cache.store import Store, key_of
from consentkit.cache.versions import versions
from consentkit.library.snapshot import Snapshot

PlainData = Any
"""What JSON can hold. Tuples become lists."""


def parsed_once(
    store: Store, subject: str, path: Path, snapshot: Snapshot, parse: Callable[[Path, Snapshot], PlainData]
) -> PlainData:
    """What `parse` makes of a file, from the store if it has been parsed before. Raises what `parse` raises.

    `subject` says what is made of it, with everything else that this depends on.
    """
    key = key_of(f"parsed: {subject}", *versions(), snapshot.digest(path))
    store = store.near
    known = store.get(key)
    if known is not None:
        return json.loads(known)
    data = json.dumps(parse(path, snapshot))
    store.put(key, data.encode())
    return json.loads(data)
