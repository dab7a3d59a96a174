"""Which clauses belong on which paper.

Guarantees: what a procedure must request, a language pack must offer, by the same two tables.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.inputs import LibraryFiles, PackFile, ProcedureFile
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key, value
from consentkit.model.clauses import NEVER_WITHOUT
from consentkit.problems import listed, quoted

MISSING_CLAUSE = Rule(
    id="missing-clause",
    severity="error",
    title="Clause missing",
    reason="Some codes call for a statement of their own: a crisis plan (90839, 90840), privacy in a group (90849, "
    "90853), who the client is (90846, 90847, 90849). Others belong on every paper: right to refuse, course, fees, "
    "third parties, limits of privacy, language help.",
    remedy="add its name to `clauses`; in a language pack, add the clause and mark it `always: true`",
    source="APA Ethical Principles, standards 10.01 to 10.03; 45 CFR 92.11; crisis care practice",
    bad='code: "90839"\nclauses: []',
    good='code: "90839"\nclauses: [crisis_plan]',
)
CLAUSES_BY_CODE: dict[str, tuple[str, ...]] = {
    "90839": ("crisis_plan",),
    "90840": ("crisis_plan",),
    "90846": ("family_roles",),
    "90847": ("family_roles",),
    "90849": ("group_confidentiality", "family_roles"),
    "90853": ("group_confidentiality",),
}
"""The clauses that a code calls for, beside those of every paper."""

CLAUSES_ALWAYS = (*NEVER_WITHOUT, "course")
"""The clauses of every paper, unless a procedure is `without` one that it may be without."""


_NOT_ALWAYS = "belongs on every paper, but is not marked `always: true`"


def clause_of_code(file: ProcedureFile) -> Iterator[RuleFinding]:
    """Look for the clauses that a procedure's code calls for."""
    for name in CLAUSES_BY_CODE.get(file.code, ()):
        if name not in file.procedure.clauses:
            yield breach(MISSING_CLAUSE, file, key("clauses"), f"lacks `{name}`, which {file.code} calls for")


def clause_of_every_paper(file: PackFile) -> Iterator[RuleFinding]:
    """Look in a language pack for the clauses of every paper."""
    for name in CLAUSES_ALWAYS:
        clause = file.pack.clauses.get(name)
        if clause is None:
            yield breach(MISSING_CLAUSE, file, key("clauses"), f"lacks `{name}`, which belongs on every paper")
        elif not clause.always:
            yield breach(MISSING_CLAUSE, file, key("clauses", name), _NOT_ALWAYS)


def clause_of_every_paper_replaced(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look at the clauses of every paper that a clinic words otherwise: unmarked, they would be on none."""
    for file in library.clauses:
        for name, clause in file.changes.clauses.items():
            if name in CLAUSES_ALWAYS and not clause.always:
                yield breach(MISSING_CLAUSE, file, key("clauses", name), _NOT_ALWAYS, remedy="add that line to it")


def clause_of_some_codes(file: PackFile) -> Iterator[RuleFinding]:
    """Look in a language pack for the clauses that some codes call for."""
    for name in sorted({name for names in CLAUSES_BY_CODE.values() for name in names}):
        if name not in file.pack.clauses:
            codes = [code for code, names in CLAUSES_BY_CODE.items() if name in names]
            yield breach(MISSING_CLAUSE, file, key("clauses"), f"lacks `{name}`, which {', '.join(codes)} call for")


CLAUSE_NEEDED = Rule(
    id="clause-needed",
    severity="error",
    title="Clause dropped that a shipped text needs",
    reason="A text names the clauses that it needs. Without one of them no document can be made of it, and a text that "
    "comes with consentkit can’t be edited.",
    remedy="keep the clause, or copy that text with `consentkit new CODE --from CODE` and delete its name there",
    source="house rule",
    bad="drop: [crisis_plan], while the shipped 90839 has `clauses: [crisis_plan]`.",
    good="drop: [course]",
)


def clause_needed(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look in the shipped texts for each clause that the clinic drops."""
    for file in library.clauses:
        for index, name in enumerate(file.changes.drop):
            texts = [
                text.code for text in library.originals if library.is_fixed(text) and name in text.definition.clauses
            ]
            if texts:
                message = f"drops {quoted(name)}, which {listed(texts)} need{'s' if len(texts) == 1 else ''}"
                yield breach(CLAUSE_NEEDED, file, value("drop", index), message)
