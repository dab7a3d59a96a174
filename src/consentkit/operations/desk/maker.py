"""Makes the papers of the day's visits, one at a time.

Guarantees: any number of threads may call, and one packet is made at a time; the clinic's settings are read again when
their file has changed; a packet that is made twice of the same visit has the same digest.
"""

from __future__ import annotations

import datetime
import hashlib
import threading
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, assert_never

from consentkit.documents.workspace import OpenWorkspace
from consentkit.model.clinic import Clinic
from consentkit.model.identity import PARTICULARS
from consentkit.model.visit import Visit
from consentkit.operations.desk.judging import VisitJudge
from consentkit.operations.desk.remedies import codes_of, remedies_of
from consentkit.operations.desk.rows import Check, DeskRow, DraftText, Override, Remedy
from consentkit.operations.listing import list_procedures, titles_in
from consentkit.operations.opening import ClinicPlace, open_for_a_call
from consentkit.operations.packets import (
    OVERRIDE_HINT,
    MadePacket,
    NothingToPrint,
    PacketOptions,
    PacketsInTurn,
    RefusedVisit,
    ResultOfVisit,
)
from consentkit.operations.visits import single_entry_of
from consentkit.packets.plan import PrintSerial
from consentkit.packets.visits import VisitEntry
from consentkit.problems import Problem

_DECIDED = "overridden"
"""The reason by which rules are overridden here: the real one is a code, words of which may be somebody's name."""


@dataclass(frozen=True)
class _Opened:
    """A clinic's folder, opened, with what belongs to it."""

    mark: object
    workspace: OpenWorkspace
    packets: PacketsInTurn
    previews: PacketsInTurn
    together: PacketsInTurn
    titles: dict[str, str]
    translated: dict[str, dict[str, str]] = field(default_factory=dict)
    """The titles in other languages, once somebody has looked at them."""


@dataclass
class DeskMaker:
    """The papers of a clinic's visits. Nothing but making itself lets its caller wait."""

    place: ClinicPlace
    options: PacketOptions = field(default_factory=PacketOptions)
    _making: threading.RLock = field(default_factory=threading.RLock)
    _opening: threading.Lock = field(default_factory=threading.Lock)
    _opened: _Opened | None = None
    _to_forget: deque[Visit] = field(default_factory=deque, repr=False)

    @property
    def workspace(self) -> OpenWorkspace:
        """The clinic's folder, with the settings as they are now."""
        return self._open().workspace

    @property
    def clinic(self) -> Clinic:
        """What the clinic states about itself."""
        return self.workspace.folder.clinic

    @property
    def titles(self) -> Mapping[str, str]:
        """What each procedure is called, by its code; retired ones are left out."""
        return self._open().titles

    def titles_in(self, language: str) -> Mapping[str, str]:
        """What each procedure is called in a language; one that is not translated, as in English."""
        opened = self._open()
        if language not in opened.translated:
            own = titles_in(opened.workspace, language)
            opened.translated[language] = {code: own.get(code, title) for code, title in opened.titles.items()}
        return opened.translated[language]

    def make(
        self, entry: VisitEntry, serial: PrintSerial | None = None, override: Override | None = None
    ) -> ResultOfVisit:
        """Make the packet of a visit, or say why it has none.

        `serial` is printed on each sheet; `override` is what a clinician has decided about the visit.
        """
        with self._making:
            packets = self._open().packets
            while self._to_forget:
                packets.forget(self._to_forget.popleft())
            if override is None:
                return packets.make(entry, serial)
            result = packets.make(entry, serial, options=self._options(override))
            if isinstance(result, MadePacket) and not self._is_covered(result, override):
                return packets.make(entry, serial)
            return result

    def warm_up(self) -> None:
        """Make a packet of nobody, so that what the first one needs is loaded before somebody waits for it."""
        today = datetime.date.today().isoformat()
        nobody = {
            "visit": "0",
            "date": today,
            "patient": {"name": "Nobody", "born": "2000-01-01", "record": "1"},
            "clinician": {"name": "Somebody"},
        }
        options = replace(self.options, allow_drafts=True)
        for code in self.titles:  # until one can be used by itself
            entry = single_entry_of({**nobody, "procedures": [code]})
            with self._making:
                if isinstance(self._open().previews.apart().make(entry, options=options), MadePacket):
                    return

    def forget(self, visit: Visit | None) -> None:
        """Let a visit count for no other one: it is no longer part of the day, or is about to be another one."""
        if visit:
            self._to_forget.append(visit)

    def forget_all(self) -> None:
        """Drop everything that was made or remembered."""
        self._to_forget.clear()
        self._opened = None

    def preview(self, row: DeskRow) -> ResultOfVisit:
        """Make the packet of an edit that is not saved. The other visits are not compared with it."""
        with self._making:
            previews = self._open().previews
            try:
                return previews.make(row.entry)
            finally:
                if row.visit:
                    previews.forget(row.visit)

    def make_together(self, requested: Sequence[tuple[DeskRow, PrintSerial, str]]) -> bytes | None:
        """Make the packets of visits, with their serials, as one file.

        None where the papers of one have another number now than the one that is given. The other visits are not
        compared with these.
        """
        with self._making:
            packets, made = self._open().together, []
            for row, serial, number in requested:
                options = self._options(row.override) if row.override else None
                result = packets.make(row.entry, serial, options=options)
                if row.visit:
                    packets.forget(row.visit)
                if not isinstance(result, MadePacket) or result.packet.plan.packet != number:
                    return None
                if row.override and not self._is_covered(result, row.override):
                    return None
                made.append(result.packet)
            return packets.combine(made)

    def check(self, row: DeskRow) -> Check:
        """Make the papers of a row to see whether it has any, and what would help where it has none."""
        return self.judged(row, self.make(row.entry, override=row.override))

    def judged(self, row: DeskRow, result: ResultOfVisit) -> Check:
        """What came of making the papers of a row."""
        match result:
            case RefusedVisit():
                return Check(
                    result.problems,
                    result.warnings,
                    remedies=self._remedies(row.data),
                    can_be_overridden=all(map(_may_be_overridden, result.problems)),
                )
            case NothingToPrint():
                return Check(warnings=result.warnings, on_file=result.codes)
            case MadePacket():
                return check_of(result)
            case _:
                assert_never(result)

    def _is_covered(self, made: MadePacket, override: Override) -> bool:
        """Whether a decision was about all the rules that it would override now, and all the drafts it would use."""
        if not {conflict.rule for conflict in made.packet.plan.overridden} <= override.rules:
            return False
        return self.options.allow_drafts or override.drafts is None or drafts_in(made) <= override.drafts

    def _options(self, override: Override) -> PacketOptions:
        return replace(
            self.options,
            allow_drafts=self.options.allow_drafts or override.allows_drafts,
            override=_DECIDED if override.rules else None,
        )

    def _open(self) -> _Opened:
        with self._opening:
            opened, mark = self._opened, self._mark()
            if opened is None or opened.mark != mark:
                workspace = open_for_a_call(self.place)
                options = replace(self.options, duplex=workspace.folder.clinic.printing.duplex)
                titles = {
                    entry["code"]: entry["title"]
                    for entry in list_procedures(workspace).procedures
                    if entry["role"] != "retired"
                }
                packets = PacketsInTurn(workspace, options)
                opened = self._opened = _Opened(
                    mark,
                    workspace,
                    packets=packets,
                    previews=packets.apart(),
                    together=packets.apart(ends_on_even_page=options.duplex),
                    titles=titles,
                )
            return opened

    def _mark(self) -> object:
        """What changes with the file of the clinic's settings."""
        if self.place.folder is None:
            return None
        try:
            now = (self.place.folder / PARTICULARS).stat()
        except OSError:
            return None
        return now.st_mtime_ns, now.st_size, now.st_ino

    def _remedies(self, data: Mapping[str, Any]) -> tuple[Remedy, ...]:
        workspace, judge = self.workspace, VisitJudge(self.workspace)
        languages = dict.fromkeys([workspace.default_language, *workspace.languages()])
        return remedies_of(data, judge.reasons_against, _partners(data, judge), languages)


def _partners(data: Mapping[str, Any], judge: VisitJudge) -> Iterator[tuple[str, str]]:
    codes = codes_of(data)
    for procedure in judge.procedures(codes):
        yield from ((procedure.code, code) for code in procedure.billing.replaced_by)
        yield from (("", code) for code in procedure.billing.add_on_to if code not in codes)


def _may_be_overridden(problem: Problem) -> bool:
    """Whether a clinician may decide that a visit gets its papers in spite of a problem."""
    return problem.rule == "draft" or problem.message.endswith(OVERRIDE_HINT)


def drafts_in(made: MadePacket) -> frozenset[DraftText]:
    """The texts of a packet that nobody has approved."""
    plan = made.packet.plan
    read = (
        DraftText(one.code, one.language, one.variant, one.content_hash)
        for one in plan.documents
        if not one.is_approved
    )
    signed = (
        DraftText(one.code, one.language, "form", one.content_hash)
        for one in (plan.form.texts if plan.form else ())
        if one.approved_edition is None
    )
    return frozenset((*read, *signed))


def check_of(made: MadePacket) -> Check:
    """What came of making papers, for a packet."""
    packet = made.packet
    return Check(
        warnings=made.warnings,
        notices=made.notices,
        packet=packet.plan.packet,
        pages=packet.pages,
        digest=hashlib.sha256(packet.pdf).digest(),
    )
