"""Everything that a document is made from, as one key: the same key means the same bytes.

Guarantees: a change of any input gives another key, be it the text, a translation, a clause, a template, a style sheet,
a font, the clinic's particulars or logo, an approval or the day on which it runs out, a program or an option; files are
read as bytes and not parsed, so that thousands of unchanged documents are recognised in seconds.
"""

from __future__ import annotations

import datetime
import json
import os
import re
from collections.abc import Callable, Hashable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar, cast

from consentkit.cache.store import Store, key_of
from consentkit.cache.versions import versions
from consentkit.errors import ConsentkitError
from consentkit.library.known_files import ABSENT, KnownFiles
from consentkit.library.parsed_once import parsed_once
from consentkit.library.pictures import PICTURES, mentions_pictures, named_pictures, picture_folder
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import Sought
from consentkit.model.identity import APPROVALS, PARTICULARS, Variant, approved_kind, clause_file

_PLAIN_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_LOGO = re.compile(rb"logo")
_MOST_DERIVED = 512
"""Things that are kept of what was worked out from the same files."""


Result = TypeVar("Result")


@dataclass(eq=False, repr=False)
class Derived:
    """What was worked out from the files of a clinic."""

    shared: dict[str, str] = field(default_factory=dict)
    """A digest for each group of what all documents share."""
    approvals: dict[tuple[str, str, str], dict[str, Any]] | None = None
    """The latest entry of each document."""
    others: dict[Hashable, Any] = field(default_factory=dict)
    since: object | None = None
    """An object for these files as they are: the same object for as long as it is known that none has changed; None
    where a change of one of them might not be noticed."""

    def copy(self) -> Derived:
        """The same, to which other things may be added."""
        return Derived(self.shared, self.approvals, dict(self.others), self.since)


@dataclass(eq=False, repr=False)
class Inputs:
    """Digests of the files of a clinic and of what is shipped, as one snapshot has them, so it serves one run."""

    clinic: Path | None
    templates: Sequence[Path]
    store: Store
    today: datetime.date = field(default_factory=datetime.date.today)
    snapshot: Snapshot = field(default_factory=Snapshot)
    derived: Derived = field(default_factory=Derived)

    def once(self, key: Hashable, work_out: Callable[[], Result]) -> Result:
        """What follows from the files, and from nothing else but the key, worked out once."""
        others = self.derived.others
        if key not in others:
            if len(others) >= _MOST_DERIVED:
                others.clear()
            others[key] = work_out()
        return cast("Result", others[key])

    def adopt(self, digests: Mapping[Path, str], derived: Derived) -> None:
        """Take over what was worked out from the same files. Raises FileAccess where one of them is another."""
        self.snapshot.adopt(digests)
        self.derived = derived

    def document_digests(self, sought: Sought) -> dict[str, str]:
        """A digest for each group of what a document is made from, by its name: enough to show why it is made again."""
        original, translation = sought.original, sought.translation
        language, variant = sought.identity.language, sought.identity.variant
        return {
            **self.shared_digests(),
            "clauses": self.clauses(language),
            "risks": self.risks(sought.risks),
            "text": key_of(original.name, self.snapshot.digest(original)),
            "translation": self.snapshot.digest(translation) if translation else ABSENT,
            "pictures": self.pictures(translation or original),
            "options": _key_of_texts(
                language, variant, json.dumps([vars(sought.layout), sought.signers], sort_keys=True)
            ),
            "approval": _key_of_texts(self._approval(original.stem, language, variant, original, translation)),
        }

    def clauses(self, language: str) -> str:
        """The digest of the clinic's own clauses in a language."""
        if self.clinic is None:
            return ABSENT
        clinic = self.clinic
        return self.once(("clauses", language), lambda: self.snapshot.digest(clause_file(clinic, language)))

    def risks(self, tables: Sequence[Path]) -> str:
        """The digest of the tables of risks to which a procedure may refer."""
        return key_of(*map(self.snapshot.digest, tables))

    def pictures(self, definition: Path) -> str:
        """The digest of the pictures that a definition, or its translation, names."""
        folder, names = picture_folder(definition.parent), self._names_of_pictures(definition)
        return key_of(*(f"{name} {self.snapshot.digest(folder / name)}" for name in names)) if names else ABSENT

    def _names_of_pictures(self, definition: Path) -> list[str]:
        """The files that a definition names as pictures. Which ones, is parsed once for each text of the definition.

        Where it can't be read, no document is made, so nothing else can count.
        """
        with suppress(ConsentkitError):
            if mentions_pictures(self.snapshot.data(definition)):
                names: list[str] = parsed_once(self.store, PICTURES, definition, self.snapshot, _recorded_pictures)
                return names
        return []

    def surroundings(self) -> str:
        """One digest of what all documents share."""
        return self.once("surroundings", lambda: key_from(self.shared_digests()))

    def shared_digests(self) -> dict[str, str]:
        """What all documents share: programs, templates with the language packs, and the clinic's particulars."""
        if not self.derived.shared:
            self.derived.shared = {
                "program": key_of(*versions()),
                "templates": self._templates(),
                "clinic": self.particulars_digest(),
            }
        return self.derived.shared

    def _templates(self) -> str:
        known = self.snapshot.known or KnownFiles()
        files = [file for folder in self.templates for file in known.templates(folder)]

        def digest(digests: list[str]) -> str:
            return key_of(*(f"{file.name} {digest}" for file, digest in zip(files, digests, strict=True)))

        return known.group("templates", [file.path for file in files], self.snapshot, digest)

    def particulars_digest(self) -> str:
        """A digest of the clinic's particulars, with its logo."""
        return key_of(
            self.snapshot.digest(self.clinic / PARTICULARS) if self.clinic else ABSENT,
            *(f"{path.name} {self.snapshot.digest(path)}" for path in self._logos()),
        )

    def _logos(self) -> list[Path]:
        """The file that the particulars name as the logo. Which one, is parsed once for each text of the particulars.

        Where they can't be read, no document is made, so nothing else can count.
        """
        if self.clinic is None:
            return []
        path = self.clinic / PARTICULARS
        with suppress(ConsentkitError):
            text = self.snapshot.data(path)
            if not _LOGO.search(text) and b"\\" not in text:  # an escape could spell the key in another way
                return []
            name = parsed_once(self.store, "logo", path, self.snapshot, _named_logo)
            return [self.clinic / name] if name else []
        return []

    def _approval(self, code: str, language: str, variant: Variant, original: Path, translation: Path | None) -> str:
        """The latest entry of the record that counts for a document, and whether an approval has run out by today."""
        if self.derived.approvals is None:
            self.derived.approvals = self._load_approvals()
        approval = self.derived.approvals.get((code, language, approved_kind(variant)))
        if approval is None:
            return ABSENT
        texts = [original, translation] if translation else [original]
        ends = [approval.get("until"), *map(self._review_due, texts)]
        end = min((day for day in ends if day), default=None)
        today = self.today.isoformat()
        # Of a text that can't be read, it is not known when it ends, so it counts for a day.
        return json.dumps([approval, end < today if end else today], sort_keys=True)

    def _review_due(self, definition: Path) -> str | None:
        """The day on which a text is due for review, when its approval ends, too. Parsed once for each text."""
        with suppress(ConsentkitError):
            day: str | None = parsed_once(self.store, "review", definition, self.snapshot, _recorded_review)
            return day
        return None

    def _load_approvals(self) -> dict[tuple[str, str, str], dict[str, Any]]:
        """The latest entry of each document. Parsing a long record takes seconds, so what it says is kept."""
        if self.clinic is None or not os.path.lexists(self.clinic / APPROVALS):
            return {}
        entries = parsed_once(self.store, "approvals", self.clinic / APPROVALS, self.snapshot, _recorded_approvals)
        return {(entry["code"], entry["language"], entry["variant"]): entry for entry in entries}


@lru_cache(maxsize=1024)
def _key_of_texts(*texts: str) -> str:
    """The key of texts that thousands of documents share."""
    return key_of(*texts)


def key_from(digests: Mapping[str, str]) -> str:
    """The key of what is made from inputs with these digests."""
    return key_of("document", *(f"{name} {digest}" for name, digest in sorted(digests.items())))


def _recorded_approvals(path: Path, snapshot: Snapshot) -> list[dict[str, Any]]:
    from consentkit.library.approvals import load_approvals

    return [entry.model_dump(mode="json") for entry in load_approvals(path.parent, snapshot).approvals]


def _recorded_review(path: Path, snapshot: Snapshot) -> str | None:
    data = snapshot.parsed(path).data
    review = data.get("review") if isinstance(data, dict) else None
    day = review.get("next") if isinstance(review, dict) else None
    return str(day) if day else None


def _recorded_pictures(path: Path, snapshot: Snapshot) -> list[str]:
    return named_pictures(snapshot.parsed(path).data)


def _named_logo(path: Path, snapshot: Snapshot) -> str:
    """The name of the logo in the particulars; empty where there is none, or none that can be used."""
    try:
        data = snapshot.parsed(path).data
    except ConsentkitError:
        return ""
    name = data.get("logo") if isinstance(data, dict) else None
    return name if isinstance(name, str) and _PLAIN_NAME.fullmatch(name) else ""
