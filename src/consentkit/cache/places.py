"""Where finished parts are kept, and under which keys.

Guarantees: different inputs give different keys; little is loaded, since the quick lanes (`consentkit.lanes`) look here
before anything else is.
"""

from __future__ import annotations

import hashlib
import os

FOLDER_VARIABLE = "CONSENTKIT_CACHE"
"""The environment variable that names the folder."""


def default_place() -> str:
    """$CONSENTKIT_CACHE, else consentkit in $XDG_CACHE_HOME, else ~/.cache/consentkit.

    Raises RuntimeError where the user has no home folder. As its specification requires, XDG_CACHE_HOME counts only if
    it is an absolute path.
    """
    if named := os.environ.get(FOLDER_VARIABLE):
        return named
    caches = os.environ.get("XDG_CACHE_HOME", "")
    if not os.path.isabs(caches):
        home = os.path.expanduser("~")
        if not os.path.isabs(home):
            raise RuntimeError("no absolute path of a home folder is known")
        caches = os.path.join(home, ".cache")
    return os.path.join(caches, "consentkit")


def key_of(*parts: str | bytes) -> str:
    """Return the key for what is made from these parts: different parts, or the same cut differently, differ."""
    digest = hashlib.sha256()
    for part in parts:
        data = part.encode(errors="surrogatepass") if isinstance(part, str) else part
        digest.update((b"t" if isinstance(part, str) else b"b") + len(data).to_bytes(8, "big"))
        digest.update(data)
    return digest.hexdigest()
