"""Finished parts as objects at a URL, such as `s3://BUCKET/PREFIX`, reached through fsspec.

Guarantees: what is read is what was put under that key, to the bit, or nothing; an object is put only where there is
none, which the store itself decides, so two writers never mix; no message holds credentials or a word of the server; a
store that does not answer is asked again only after a while, so it costs seconds in all, and not a wait for each part.

An object is called `PREFIX/ab/ab12…`, as the file in a folder would be.
"""

from __future__ import annotations

import datetime
import errno
import importlib.util
import os
import re
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from consentkit.cache.part_file import KEY, LARGEST_PART, OVERHEAD, SUBFOLDER, name_of_file, pack_file, unpack_file
from consentkit.cache.survey import Counting, File, ignore_count
from consentkit.errors import WrongUse
from consentkit.problems import printable

Result = TypeVar("Result")

SECONDS = 10.0
"""How long an answer may take, in seconds; for a connection, half of that."""

_SECONDS_UNTIL_ASKED_AGAIN = 60.0
_REMOVED_AT_A_TIME = 500
"""Objects; S3 takes a thousand in one request, but whoever waits sees sooner how many are gone with fewer."""
_NEEDED = {"s3": "s3fs", "memory": "fsspec"}
_URL = re.compile(r"(?P<scheme>[a-z0-9]+)://(?P<path>[A-Za-z0-9][A-Za-z0-9._-]{0,62}(/[A-Za-z0-9._=-]{1,200}){0,16})/?")
_INSTALL = "pip install 'consentkit[objects]'"
_CODE = re.compile(r"[A-Za-z0-9]{1,40}", re.ASCII)
_EMPTY = {"InvalidRange", "416"}
"""What S3 says where the bytes of an empty object are requested."""


class DamagedObject(OSError):
    """What is kept under a key is not what was put there."""


@dataclass(frozen=True)
class ObjectURL:
    """Where objects are kept."""

    scheme: str
    path: str
    """The bucket with the prefix, without a slash at its end."""

    def __str__(self) -> str:
        return f"{self.scheme}://{self.path}"


def parse_url(text: str) -> ObjectURL:
    """Read the URL of a store. Raises WrongUse where there can be none, and then quotes nothing that may be secret."""
    scheme, _, rest = text.partition("://")
    if "@" in rest or "?" in rest or "#" in rest:
        raise WrongUse(
            "credentials and options don't belong into the URL of a cache, since others see them; the store takes them "
            "from its own settings, such as AWS_PROFILE"
        )
    match = _URL.fullmatch(text)
    if match is None or scheme not in _NEEDED or ".." in rest.split("/"):
        raise WrongUse(
            f"{printable(text)}: there is no cache at such a URL; name s3://BUCKET/PREFIX, file:///FOLDER or memory://NAME"
        )
    if importlib.util.find_spec(_NEEDED[scheme]) is None:
        raise WrongUse(f"a cache at a URL needs libraries: {_INSTALL}")
    return ObjectURL(scheme, match["path"])


class ObjectStore:
    """Objects at a URL. Any number of machines may use one at once; none of them sees half an object."""

    def __init__(self, url: ObjectURL, seconds: float = SECONDS) -> None:
        self.url = url
        self._seconds = seconds
        self._files: Any = None
        self._process = 0
        self._damaged: set[str] = set()
        self._failure: OSError | None = None
        self._asked_again = 0.0

    @property
    def shown(self) -> str:
        """The URL, as messages name it."""
        return str(self.url)

    @property
    def complaint(self) -> str:
        """What it means that parts can't be kept here, before the reason."""
        return f"{self.shown}: the cache at this URL has a fault"

    def read(self, key: str) -> bytes | None:
        """Return the part with this key; None where there is none. Raises DamagedObject, and other OSErrors."""
        file = self.read_object(name_of_file(key), OVERHEAD + LARGEST_PART)
        if file is None:
            return None
        data = unpack_file(key, file)
        if data is None:
            self._damaged.add(key)
            raise DamagedObject(errno.EIO, "an object is not what was put there, so find out who can write to it")
        self._damaged.discard(key)
        return data

    def write(self, key: str, data: bytes) -> None:
        """Put a part where there is none, or a damaged one. Raises OSError, and then leaves nothing behind."""
        name, file = name_of_file(key), pack_file(key, data)
        if key in self._damaged:
            self._call(lambda: self._opened().pipe_file(self._path(name), file))
            self._damaged.discard(key)
        else:
            self.create_object(name, file)

    def read_object(self, name: str, largest: int) -> bytes | None:
        """Return the bytes of an object below the prefix, at most one more than `largest`; None where there is none."""
        try:
            return self._call(lambda: self._first_bytes(name, largest + 1))
        except FileNotFoundError:
            return None

    def create_object(self, name: str, data: bytes) -> bool:
        """Put an object below the prefix, unless there is one. Returns whether it was put. Raises OSError."""
        return self._call(lambda: self._created(name, data))

    def names(self, folder: str) -> list[str]:
        """The names of the objects in a folder below the prefix. Raises OSError."""

        def listing() -> list[str]:
            files, path = self._opened(), self._path(folder)
            files.invalidate_cache()
            return sorted(str(one).rpartition("/")[2] for one in files.find(path))

        return self._call(listing)

    def survey(self, *, thorough: bool) -> list[File]:
        """List the parts; when they were used, no store knows, so the time at which they were put counts."""

        def listing() -> dict[str, dict[str, Any]]:
            files = self._opened()
            files.invalidate_cache()
            details: dict[str, dict[str, Any]] = files.find(self._path(""), detail=True)
            return details

        objects = (_as_file(path, about) for path, about in self._call(listing).items())
        return [file for file in objects if file is not None]

    def remove(self, files: Sequence[File], removed: Counting = ignore_count) -> list[File]:
        """Remove parts, many at a time. Returns those that are gone. Raises OSError."""
        for start in range(0, len(files), _REMOVED_AT_A_TIME):
            some = files[start : start + _REMOVED_AT_A_TIME]
            self._remove_paths([self._path(f"{file.subfolder}/{file.name}") for file in some])
            removed(len(some))
        return list(files)

    def _remove_paths(self, paths: list[str]) -> None:
        self._call(lambda: self._opened().rm(paths))

    # --- the library ---

    def _opened(self) -> Any:
        """The library's own object: one for each process, since none of its threads survives a fork."""
        if self._files is None or self._process != os.getpid():
            import fsspec

            self._process, options = os.getpid(), {}
            if self.url.scheme == "s3":
                limits = {"connect_timeout": self._seconds / 2, "read_timeout": self._seconds}
                options = {"config_kwargs": {**limits, "retries": {"total_max_attempts": 2}}}
            self._files = fsspec.filesystem(self.url.scheme, skip_instance_cache=True, **options)
            if self.url.scheme == "s3":
                self._files.retries = 1  # of its own, and so each wait would be multiplied
        return self._files

    def _first_bytes(self, name: str, length: int) -> bytes:
        try:
            data: bytes = self._opened().cat_file(self._path(name), start=0, end=length)
        except OSError as error:
            if _code(error) in _EMPTY:
                return b""
            raise
        return data

    def _created(self, name: str, data: bytes) -> bool:
        files, path = self._opened(), self._path(name)
        try:
            files.pipe_file(path, data, mode="create")
        except FileExistsError:
            return False
        except OSError:
            # Servers answer a condition that is not met in several ways. Who was earlier has put the same.
            files.invalidate_cache()
            if files.exists(path):
                return False
            raise
        return True

    def _call(self, function: Callable[[], Result]) -> Result:
        """Call the library. Raises OSError alone, with a reason in our own words: the library's may hold anything."""
        if self._failure and time.monotonic() < self._asked_again:
            raise self._failure
        try:
            return function()
        except FileNotFoundError:
            raise FileNotFoundError(errno.ENOENT, "there is no such bucket or object") from None
        except Exception as error:  # noqa: BLE001 - the library raises what its own libraries raise, of any kind
            self._failure = OSError(errno.EIO, _reason(error))
        self._asked_again = time.monotonic() + _SECONDS_UNTIL_ASKED_AGAIN
        raise self._failure

    def _path(self, name: str) -> str:
        return f"{self.url.path}/{name}".rstrip("/")


def _as_file(path: str, about: dict[str, Any]) -> File | None:
    """What a listing says of an object; None where no store has made it."""
    *_, subfolder, name = ["", *path.split("/")]
    if not (SUBFOLDER.fullmatch(subfolder) and KEY.fullmatch(name) and name.startswith(subfolder)):
        return None
    size, put = about.get("size") or 0, about.get("LastModified") or about.get("created")
    used = put.timestamp() if isinstance(put, datetime.datetime) else 0.0
    return File(subfolder, name, size, used, is_entry=True, is_sound=size >= OVERHEAD)


def _code(error: BaseException) -> str:
    """What S3 calls an error; empty where it did not answer."""
    response = getattr(error.__cause__, "response", None)
    code = response.get("Error", {}).get("Code") if isinstance(response, dict) else ""
    return code if isinstance(code, str) and _CODE.fullmatch(code) else ""


_NO_ANSWER = ("Timeout", "Connect", "Connection", "HTTPClientError", "ServerDisconnected")


def _reason(error: Exception) -> str:
    kind = type(error).__name__
    if isinstance(error, PermissionError) or _code(error) in {"AccessDenied", "403"}:
        return "access is denied; check the credentials, and what the store allows them"
    if "Credentials" in kind:
        return "there are no credentials; set them as for any program that uses the store, such as by AWS_PROFILE"
    if isinstance(error, TimeoutError | ConnectionError) or any(word in kind for word in _NO_ANSWER):
        return "there is no answer; check the network, and the address of the store"
    return f"the store refuses or fails ({_code(error) or kind})"
