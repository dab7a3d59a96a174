"""What whoever looks after a front desk sees of it: people, and what in the clinic's settings can't work.

Guarantees: nothing is changed, and nothing here knows of a visit; each problem is a code, with what it is about.
"""

from __future__ import annotations

import datetime
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from consentkit.model.clinic import Clinic
from consentkit.operations.desk.users import DeskUser
from consentkit.operations.journal import Journal


@dataclass(frozen=True)
class PersonSeen:
    """Somebody who may sign in, and when that happened last."""

    account: str
    user: DeskUser
    last: datetime.datetime | None
    """None where the journal knows of no time, or there is none."""


@dataclass(frozen=True)
class SettingProblem:
    """Something in the settings that can't work as it is."""

    kind: str
    about: str = ""
    """The account, the queue or the role that it is about."""


def people_seen(users: Mapping[str, DeskUser], journal: Journal | None) -> list[PersonSeen]:
    """Those who may sign in, by account."""
    last = journal.last_sign_ins() if journal else {}
    return [PersonSeen(account, user, last.get(account)) for account, user in sorted(users.items())]


def setting_problems(
    clinic: Clinic, users: Mapping[str, DeskUser], queues: Collection[str], *, is_shared: bool
) -> Iterator[SettingProblem]:
    """What in the settings and among the users can't work."""
    printer = clinic.printing.printer
    if printer and printer not in queues:
        yield SettingProblem("no-such-queue", printer)
    elif not queues:
        yield SettingProblem("no-queue")
    if clinic.journal is None:
        yield SettingProblem("no-journal")
    if is_shared and clinic.desk and not clinic.desk.proxy:
        yield SettingProblem("no-tls")
    by_proxy = bool(clinic.desk and clinic.desk.user_header)
    for account, user in sorted(users.items()):
        if user.password is None and not by_proxy:
            yield SettingProblem("no-password", account)
    held = {role for user in users.values() for role in user.roles}
    yield from (SettingProblem("nobody-is", role) for role in ("desk", "clinician") if users and role not in held)
