"""Passwords, and how often somebody may try one.

Guarantees: a wrong name takes as long as a wrong password; after a few failures each further try has to wait, twice as
long each time, and what comes too early is not even looked at; one password is checked at a time, so that trying many
takes no more than one core.
"""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property

from werkzeug.security import check_password_hash, generate_password_hash

FREE_TRIES = 5
LONGEST_WAIT = 300.0
"""Seconds."""
_MOST_REMEMBERED = 1000
_MOST_AT_ONCE = 2
_METHOD = "scrypt"


def hashed(password: str) -> str:
    """What is kept of a password."""
    return generate_password_hash(password, method=_METHOD)


@dataclass
class PasswordDoor:
    """Checks passwords, for names that are tried from addresses."""

    clock: Callable[[], float] = time.monotonic
    _tries: OrderedDict[tuple[str, str], tuple[int, float]] = field(default_factory=OrderedDict, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _places: threading.BoundedSemaphore = field(default_factory=lambda: threading.BoundedSemaphore(_MOST_AT_ONCE))

    @cached_property
    def _nobody(self) -> str:
        """What is kept of a password that nobody has: making it takes as long as checking one."""
        return hashed("nobody has this password")

    def wait_of(self, account: str, address: str) -> float:
        """For how many seconds no further try of a name from an address is looked at."""
        return self._wait_of((account, address))

    def waits(self) -> dict[str, float]:
        """The accounts that have to wait, with the seconds that are left."""
        with self._lock:
            left: dict[str, float] = {}
            for account, address in self._tries:
                if (wait := self._wait_of((account, address))) > 0:
                    left[account] = max(wait, left.get(account, 0.0))
            return left

    def forgive(self, account: str) -> None:
        """Let an account be tried again at once."""
        with self._lock:
            for key in [key for key in self._tries if key[0] == account]:
                del self._tries[key]

    def opens(self, account: str, address: str, kept: str | None, password: str) -> bool | None:
        """Whether a password is right; None where it was not looked at, since it came too early or too many came.

        `kept` is what is kept of the password; None for an account that has none.
        """
        if not self._places.acquire(blocking=False):  # else a flood of tries would hold all threads of the server
            return None
        try:
            return self._opens((account, address), kept, password)
        finally:
            self._places.release()

    def _opens(self, key: tuple[str, str], kept: str | None, password: str) -> bool | None:
        with self._lock:
            if self._wait_of(key) > 0:
                return None
            is_right = check_password_hash(kept or self._nobody, password) and kept is not None
            if is_right:
                self._tries.pop(key, None)
            else:
                failures = self._tries.pop(key, (0, 0.0))[0] + 1
                wait = min(2.0 ** (failures - FREE_TRIES), LONGEST_WAIT) if failures >= FREE_TRIES else 0.0
                self._tries[key] = failures, self.clock() + wait
                while len(self._tries) > _MOST_REMEMBERED:
                    self._tries.popitem(last=False)
            return is_right

    def _wait_of(self, key: tuple[str, str]) -> float:
        return max(self._tries.get(key, (0, 0.0))[1] - self.clock(), 0.0)
