"""Where finished parts are kept, and under which keys.

Guarantees: different inputs give different keys; little is loaded, since the quick lanes (`consentkit.lanes`) look here
before anything else is.
"""

from __future__ import annotations

import hashlib
import os

FOLDER_VARIABLE = "CONSENTKIT_CACHE"
"""The environment variable that names the folder, or a URL."""

_FILE = "file://"


def is_url(text: object) -> bool:
    """Whether a place for parts is named as a URL, and not as a folder."""
    return isinstance(text, str) and "://" in text


def folder_of_url(url: str) -> str | None:
    """The folder that a URL names, as in file:///srv/consentkit; None for objects elsewhere."""
    from urllib.parse import unquote  # few name a URL, and it takes long to load

    return unquote(url.removeprefix(_FILE)) if url.startswith(_FILE) else None


def place_here(named: str | None = None) -> str:
    """The folder of this machine in which parts are kept, where a folder, a URL or nothing is named.

    Raises RuntimeError where the user has no home folder.
    """
    named = named or os.environ.get(FOLDER_VARIABLE) or ""
    if is_url(named):
        named = folder_of_url(named) or ""
    return named or default_place()


def default_place() -> str:
    """$CONSENTKIT_CACHE where that names a folder, else consentkit in $XDG_CACHE_HOME, else ~/.cache/consentkit.

    Raises RuntimeError where the user has no home folder. As its specification requires, XDG_CACHE_HOME counts only if
    it is an absolute path.
    """
    named = os.environ.get(FOLDER_VARIABLE)
    if named and not is_url(named):
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
