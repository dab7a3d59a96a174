"""What a field of the journal may hold.

Guarantees: each field is a number, a code from a list, a hash, or a number or name of the form that is given here; none
takes free text, so nothing fits in that has a space, a comma or an accent; a refusal never quotes what was refused,
since that may be a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any, Literal, get_args

from consentkit.errors import WrongUse
from consentkit.model.identity import LANGUAGE_PATTERN, NAME_PATTERN, Variant
from consentkit.model.visit_limits import VISIT_PATTERN

JournalAction = Literal[
    "begun",
    "loaded",
    "made",
    "not-made",
    "to-print",
    "printed",
    "reprinted",
    "printed-partly",
    "not-printed",
    "voided",
    "overridden",
    "approved",
    "withdrawn",
    "signed-in",
    "failed-sign-in",
    "signed-out",
    "session-ended",
    "locked",
    "unlocked",
    "day-ended",
    "scan-decided",
    "signed-stated",
    "refusal-stated",
    "settings",
    "pruned",
]
"""What was done. The journal itself writes `begun`, `to-print`, the four ends of a print, and `pruned`."""

JournalRole = Literal["desk", "clinician", "admin", "auditor"]
"""As what somebody was signed in."""

JournalReason = Literal[
    "more-copies",
    "jammed",
    "spoiled",
    "lost",
    "wrong-particulars",
    "wrong-interpreter",
    "changed",
    "cancelled",
    "moved",
    "refused-by-printer",
    "not-written",
    "nothing-came-out",
    "state-law",
    "clinic-rules",
    "separate-services",
    "emergency",
    "clinician-decided",
    "out-of-date",
    "has-mistake",
    "hard-to-read",
    "replaced",
    "ink",
    "no-ink",
    "stated",
    "other",
]
"""Why. `stated` is a reason in words, which are not kept."""

OVERRIDE_REASONS: tuple[JournalReason, ...] = (
    "state-law",
    "clinic-rules",
    "separate-services",
    "emergency",
    "clinician-decided",
    "other",
)
"""The reasons for which a rule may be overridden, as codes."""

WITHDRAWAL_REASONS: tuple[JournalReason, ...] = (
    "out-of-date",
    "has-mistake",
    "hard-to-read",
    "replaced",
    "clinic-rules",
    "other",
)
"""The reasons for which an approval may be withdrawn, as codes."""

JournalSubject = Literal["users", "printing", "packet", "checks", "mapping", "journal", "files", "clinic"]
"""Which settings were changed."""

ENDS_OF_A_PRINT = ("printed", "reprinted", "printed-partly", "not-printed")
"""The actions that state what became of an intent to print."""
OWN_ACTIONS = ("begun", "to-print", *ENDS_OF_A_PRINT, "pruned")
"""The actions that only the journal itself writes."""

CODES: dict[str, tuple[str, ...]] = {
    "action": get_args(JournalAction),
    "role": get_args(JournalRole),
    "reason": get_args(JournalReason),
    "subject": get_args(JournalSubject),
    "rule": (
        "repeated-code",
        "retired-code",
        "not-together",
        "only-if-separate",
        "add-on-alone",
        "medical-visit-missing",
        "beside-medical-visit",
        "once-a-day",
        "untrained-interpreter",
        "minor-alone",
        "two-roles",
        "draft",
    ),
    "kind": (*get_args(Variant), "extra"),
}
"""The codes that a field may hold; `rule` has those of docs/pairing.md, and `draft`."""

UNKNOWN_ACTOR = "unknown"
"""Who it was where that is not known, such as at a failed sign-in with a name that no user has."""

_HASH = r"^[0-9a-f]{64}$"
_PRINTER = r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}$"
FORMS: dict[str, re.Pattern[str]] = {
    name: re.compile(form.removesuffix("$") + r"\Z")
    for name, form in {
        "actor": r"^[A-Za-z0-9_][A-Za-z0-9._@-]{0,63}$",
        "station": r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$",
        "visit": VISIT_PATTERN,
        "packet": r"^[A-Z2-7]{10}$",
        "printer": _PRINTER,
        "job": r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}-[0-9]{1,9}$",
        "code": NAME_PATTERN,
        "language": LANGUAGE_PATTERN,
        "content_hash": _HASH,
        "seal": _HASH,
        "carried": _HASH,
    }.items()
}
"""The form of each field that holds a number or a name. `actor` is the name of an account."""

LARGEST_NUMBER = 1_000_000_000


def require_code(field: str, value: Any) -> None:
    """Raise WrongUse for a value that is not one of the codes of its field; None is none."""
    if value is not None and (not isinstance(value, str) or value not in CODES[field]):
        raise _unfit(field, f"is not one of the codes that the journal knows: {', '.join(CODES[field])}")


def require_form(field: str, value: Any) -> None:
    """Raise WrongUse for a value that does not have the form of its field; None is none."""
    if value is not None and (not isinstance(value, str) or not FORMS[field].match(value)):
        raise _unfit(field, "does not have the form that the journal keeps; it takes no free text")


def require_number(field: str, value: Any, *, least: int = 1) -> None:
    """Raise WrongUse for a value that is not a whole number from `least` on; None is none."""
    if value is None:
        return
    if not isinstance(value, int) or isinstance(value, bool) or not least <= value <= LARGEST_NUMBER:
        raise _unfit(field, f"is not a whole number from {least} on")


def require_present(of: str, /, **fields: Any) -> None:
    """Raise WrongUse where an entry of an action, or a part of one, lacks what belongs to it."""
    if missing := [name for name, value in fields.items() if value is None or value == ()]:
        raise WrongUse(f"{of} of the journal needs {_named(missing)}", arguments=missing)


def _unfit(field: str, why: str) -> WrongUse:
    return WrongUse(f"`{field}` {why}", arguments=[field])


def _named(fields: Iterable[str]) -> str:
    return " and ".join(f"`{field}`" for field in fields)
