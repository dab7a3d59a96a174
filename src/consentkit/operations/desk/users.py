"""Who may sign in at a front desk that several computers share.

Guarantees: nobody may sign in who is not in the clinic's users.yaml; a file that others could read or write is refused;
a password is never in it, only what scrypt makes of one.
"""

from __future__ import annotations

import stat
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

import yaml
from pydantic import AfterValidator, Field, StringConstraints, ValidationError

from consentkit.errors import FileAccess, WrongUse, reason
from consentkit.journal.values import FORMS
from consentkit.model.values import Line, Record, without_repeats
from consentkit.output.write import write_file
from consentkit.problems import printable
from consentkit.reading import yaml_file
from consentkit.reading.files import read_text
from consentkit.reading.paths import is_there, mark_of
from consentkit.reading.validation import require

USERS = "users.yaml"
"""The file of a clinic that names its users."""
SHORTEST_PASSWORD = 10
RoleName = Literal["desk", "clinician", "admin", "auditor"]
_HEAD = "# Who may sign in at the front desk (`consentkit guide desk`). `consentkit user` adds somebody.\n"

Account = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_][a-z0-9._-]{0,63}$")]
"""The name that somebody types to sign in; it is in the journal."""


class DeskUser(Record):
    """Somebody who may sign in."""

    name: Annotated[Line, Field(max_length=80)]
    """The whole name, as an approval states it."""
    roles: Annotated[tuple[RoleName, ...], Field(min_length=1), AfterValidator(without_repeats)]
    """What this person may do."""
    password: Annotated[str, StringConstraints(pattern=r"^scrypt:[0-9:]+\$[A-Za-z0-9]+\$[0-9a-f]+$")] | None = None
    """What scrypt makes of the password; none for those whom the proxy signs in."""


class DeskUsers(Record):
    """The users of a clinic's front desk."""

    users: dict[Account, DeskUser]
    """The users by the names that they type."""


def user_of(name: str, roles: Sequence[str], password: str | None) -> DeskUser:
    """Somebody with such a name and roles. Raises WrongUse where these can't be."""
    try:
        return DeskUser.model_validate({"name": name, "roles": list(roles), "password": password})
    except ValidationError as error:
        fields = sorted({str(mistake["loc"][0]) for mistake in error.errors()})
        message = f"{' and '.join(f'`{field}`' for field in fields)}: can't be recorded; write it another way"
        raise WrongUse(message, arguments=fields) from None


def load_users(folder: Path | None) -> Mapping[str, DeskUser]:
    """Read the users of a clinic, by account; none where there is no such file.

    Raises InvalidInput with all mistakes in it, and FileAccess where others could read it.
    """
    path = folder / USERS if folder else None
    if path is None or not is_there(path):
        return {}
    try:
        mode = path.stat().st_mode
    except OSError as error:
        raise FileAccess(f"{printable(str(path))}: can't be read: {reason(error)}") from None
    if stat.S_IMODE(mode) & 0o077:
        raise FileAccess(f"{printable(str(path))}: others may read or change it; run `chmod 600 {USERS}` there")
    source = yaml_file.parse(
        read_text(path, str(path)), str(path), discreet=True
    )  # no message quotes what is kept of a password
    return require(DeskUsers, source).users


@dataclass
class UsersFile:
    """The file of users, read again whenever it has changed, so that it can be asked at each request."""

    _read: tuple[object, Mapping[str, DeskUser]] | None = None

    def current(self, folder: Path | None) -> Mapping[str, DeskUser]:
        """The users by account, as the file has them now. Raises what `load_users` raises."""
        mark = mark_of(folder / USERS) if folder else None
        if mark is None or self._read is None or self._read[0] != mark:
            self._read = mark, load_users(folder)
        return self._read[1]


def add_user(folder: Path | None, account: str, user: DeskUser) -> Path:
    """Add somebody, or replace what is said of the same account. Returns the file.

    Raises FileAccess where there is no clinic's folder, WrongUse for an account that can't be, and what `load_users`
    raises.
    """
    if folder is None:
        raise FileAccess("users are kept in the clinic's folder; name it with `clinic`", arguments=["clinic"])
    if not FORMS["actor"].match(account) or account != account.lower():
        raise WrongUse("an account has small letters, digits and any of `._-`, such as rosa")
    users = {**load_users(folder), account: user}
    data = {"users": {name: one.model_dump(mode="json", exclude_none=True) for name, one in sorted(users.items())}}
    text = _HEAD + yaml.safe_dump(data, allow_unicode=True, sort_keys=False)
    write_file(folder / USERS, text.encode(), force=True)
    return folder / USERS
