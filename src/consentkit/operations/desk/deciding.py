"""What a clinician decides about one visit that the front desk may not decide.

Guarantees: a decision counts for the visit as it was when it was made, and ends with the next edit; it is about the
unapproved texts that the papers have then, in their wording of then, and about no other ones; where the clinic
keeps a journal, the decision is in it before any paper is; the reason is one of a few codes, so that no name gets in.
"""

from __future__ import annotations

from dataclasses import replace

from consentkit.operations.desk.day import DeskDay, DeskRefusal
from consentkit.operations.desk.maker import drafts_in
from consentkit.operations.desk.rows import DeskRow, Override
from consentkit.operations.journal import Journal, JournalEntry, JournalReason, Who
from consentkit.operations.packets import MadePacket, RefusedVisit

DRAFT = "draft"
"""The rule that no text is used that nobody has approved."""


def override(day: DeskDay, journal: Journal | None, key: str, revision: int, reason: JournalReason, who: Who) -> bool:
    """Let a visit have its papers in spite of what speaks against it. Returns whether nothing else does now.

    Raises DeskRefusal where that can't be decided, or the visit has changed meanwhile, and what the journal raises.
    """
    row = day.row(key)
    if row.check is None or not row.check.can_be_overridden:
        raise DeskRefusal("not-overridable")
    rules = frozenset(problem.rule for problem in row.check.problems)
    before = row.override or Override(reason, allows_drafts=False, rules=frozenset())
    is_about_drafts = DRAFT in rules
    decision = Override(
        reason,
        before.allows_drafts or is_about_drafts,
        before.rules | (rules - {DRAFT}),
        None if is_about_drafts else before.drafts,
    )
    result = day.maker.make(row.entry, override=decision)
    if isinstance(result, RefusedVisit) and rules & {problem.rule for problem in result.problems}:
        raise DeskRefusal("not-overridable")
    if is_about_drafts:
        decision = replace(decision, drafts=drafts_in(result) if isinstance(result, MadePacket) else frozenset())
    packet = result.packet.plan.packet if isinstance(result, MadePacket) else None
    entries = [
        JournalEntry("overridden", who, visit=row.number, packet=packet, rule=rule, reason=reason)
        for rule in sorted(rules)
    ]

    def decided(current: DeskRow) -> DeskRow:
        if current.revision != revision or current.check != row.check:
            raise DeskRefusal("changed-meanwhile")
        if journal is not None:
            journal.record_all(entries)
        return replace(current, override=decision, check=None, revision=current.revision + 1)

    day.update(key, decided)
    return not isinstance(result, RefusedVisit)
