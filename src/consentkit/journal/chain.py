"""The chain of a journal: each entry holds the hash of the one before it.

Guarantees: an entry that is altered, removed from the middle or put in between is noticed. Entries that are missing at
the end, and a journal that was written again from its start, are noticed only with a head that was noted elsewhere;
entries that are missing at the start only where no entry `pruned` accounts for them.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

FIRST = "0" * 64
"""What the first entry of a journal holds instead of the hash of the one before it."""

COLUMNS = (
    "seq",
    "at",
    "action",
    "actor",
    "role",
    "station",
    "visit",
    "packet",
    "print_number",
    "papers",
    "pages",
    "copies",
    "printer",
    "jobs",
    "refers",
    "rule",
    "reason",
    "subject",
    "count",
    "seal",
    "carried",
    "prev",
    "hash",
)
"""The columns of the table, in their order. All but the last one are hashed."""

_MOST_PROBLEMS = 20


@dataclass(frozen=True)
class JournalHead:
    """The end of a journal: note it elsewhere, and nobody can take entries away unnoticed."""

    seq: int
    hash: str


@dataclass(frozen=True)
class JournalVerdict:
    """Whether a journal is whole."""

    entries: int
    first: int | None
    """The number of the first entry that is kept."""
    head: JournalHead | None
    problems: tuple[str, ...]
    """What is wrong with it, as sentences; empty where it is whole."""

    @property
    def is_whole(self) -> bool:
        """Whether nothing is wrong with it."""
        return not self.problems


def hash_of(row: Mapping[str, Any]) -> str:
    """The hash of a row: of every column but the hash itself, in a form that can't be read in two ways."""
    values = [row[column] for column in COLUMNS[:-1]]
    return hashlib.sha256(json.dumps(values, separators=(",", ":"), ensure_ascii=True).encode()).hexdigest()


@dataclass
class _ChainWalk:
    """What has been seen of a chain."""

    head: str | None
    count: int = 0
    first: Mapping[str, Any] | None = None
    last: Mapping[str, Any] | None = None
    pruned: Mapping[str, Any] | None = None
    has_head: bool = False
    problems: list[str] = field(default_factory=list)

    def see(self, row: Mapping[str, Any]) -> None:
        for problem in self._problems(row):
            if len(self.problems) < _MOST_PROBLEMS:
                self.problems.append(problem)
        self.count += 1
        self.first = self.first or row
        self.last = row
        if row["action"] == "pruned":
            self.pruned = row
        self.has_head = self.has_head or row["hash"] == self.head

    def _problems(self, row: Mapping[str, Any]) -> Iterator[str]:
        if row["hash"] != hash_of(row):
            yield f"entry {row['seq']} is not as it was written"
        if self.last is None:
            return
        if row["seq"] != self.last["seq"] + 1:
            yield f"between the entries {self.last['seq']} and {row['seq']} some are missing"
        elif row["prev"] != self.last["hash"]:
            yield f"entry {row['seq']} does not continue entry {self.last['seq']}"

    def end(self) -> Iterator[str]:
        """What is wrong with the journal as a whole."""
        if self.first is None:
            yield "there is no entry in it, not even the one with which a journal begins"
            return
        if not self._is_start_accounted_for():
            yield f"entries before number {self.first['seq']} are missing, and no entry states that they were pruned"
        if self.head and not self.has_head and not (self.pruned and self.pruned["carried"] == self.head):
            older = ", or that head is older than what was kept when it was pruned" if self.pruned else ""
            problem = "the head that was given is not in it: entries were removed at its end, or it was written again"
            yield f"{problem}{older}"

    def _is_start_accounted_for(self) -> bool:
        first, pruned = self.first, self.pruned
        if first is None or first["seq"] == 1:
            return first is not None and first["prev"] == FIRST and first["action"] == "begun"
        return pruned is not None and (pruned["refers"], pruned["carried"]) == (first["seq"] - 1, first["prev"])


def verified(rows: Iterable[Mapping[str, Any]], head: str | None = None) -> JournalVerdict:
    """Go through all rows in their order, one at a time. `head` is a hash that was noted earlier."""
    walk = _ChainWalk(head)
    for row in rows:
        walk.see(row)
    problems = (*walk.problems, *walk.end())
    first = walk.first["seq"] if walk.first else None
    last = JournalHead(walk.last["seq"], walk.last["hash"]) if walk.last else None
    return JournalVerdict(walk.count, first, last, problems)
