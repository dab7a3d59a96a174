"""How likely risks are said to be: alike in all texts, and as studies found.

Guarantees: texts are compared in the same language only; that one key of the shared table has one group needs no rule,
since a text that files it under another group can't be read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from consentkit.checks.citations import CMS_FORMS
from consentkit.checks.inputs import AnyProcedure, LibraryFiles, TranslationFile
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import Path, primary
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key, value
from consentkit.model.risks import RiskGroup
from consentkit.problems import printable, quoted

FAILURE_UNCOMMON = Rule(
    id="failure-uncommon",
    severity="warning",
    title="That it may not help, filed as uncommon",
    reason="No treatment helps everybody: in studies of depression, about 4 in 10 people got much better with talk "
    "therapy, and about half on a first medicine. A reader who finds this under “less common” expects too much.",
    remedy="move it to `common`",
    source=f"{CMS_FORMS}; Cuijpers 2021, Acta Psychiatrica Scandinavica; Trivedi 2006, American Journal of Psychiatry",
    bad="The therapy may not help, under `uncommon`.",
    good="The therapy may not help enough, under `common`.",
)
FAILURE: dict[str, re.Pattern[str]] = {
    "en": any_of(
        r"\b(?:may|might|can) not (?:help|work|get better)\b",
        r"\b(?:gain little|little or no gain|(?:may|might) change nothing)\b",
    ),
    "es": any_of(
        r"\b(?:puede|pueden|podría|quizá|quizás|tal vez) no (?:le )?(?:ayud|sirv|servir|funcion|mejor)\w*",
        r"\b(?:poca mejoría|mejorar poco|no cambi(?:e|ar) nada)\b",
    ),
}
"""That something does not help."""


def failure_uncommon(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Look for it among the risks that are filed as uncommon or rare."""
    pattern = FAILURE.get(primary(file.language))
    for group, risks in file.procedure.risks.groups.items():
        for index, risk in enumerate(risks if pattern and group != "common" else ()):
            if pattern and (match := pattern.search(risk.text)):
                spot = value("risks", group, index)
                yield breach(FAILURE_UNCOMMON, file, spot, f"says {quoted(match[0])} under `{group}`")


@dataclass(frozen=True)
class _Filed:
    """A risk, and how likely a file says that it is."""

    file: AnyProcedure
    path: Path
    group: RiskGroup
    text: str
    is_shared: bool


def _filed(library: LibraryFiles) -> Iterator[_Filed]:
    """Every risk of every text of a procedure, originals first."""
    translations = (file for file in library.translations if isinstance(file, TranslationFile))
    texts: tuple[AnyProcedure, ...] = (*library.procedures, *translations)
    for file in texts:
        for group, risks in file.procedure.risks.groups.items():
            for index, risk in enumerate(risks):
                yield _Filed(file, ("risks", group, index), group, _folded(risk.text), bool(risk.risk))


def _folded(text: str) -> str:
    return text.casefold().rstrip(".")


RISK_GROUPS_DIFFER = Rule(
    id="risk-groups-differ",
    severity="error",
    title="The same risk is likelier in another text",
    reason="How likely a risk is does not depend on the paper. Who reads two of them reads two truths.",
    remedy="file it alike in both, or put it into `risks.yaml` and refer to it",
    source=CMS_FORMS,
    bad="“You may feel sad.” under `common` for 90837 and under `uncommon` for 90834.",
    good="Under `common` in both.",
)


def risk_groups_differ(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Compare the groups of equal texts."""
    first: dict[tuple[str, str], _Filed] = {}
    for filed in sorted(_filed(library), key=lambda filed: library.is_fixed(filed.file), reverse=True):
        known = first.setdefault((filed.file.language, filed.text), filed)
        if known.group != filed.group and known.file is not filed.file:  # in one file, it is a repeated text
            name = printable(known.file.source.name)
            message = f"is under `{filed.group}`, but `{name}` has the same under `{known.group}`"
            yield breach(RISK_GROUPS_DIFFER, filed.file, value(*filed.path), message)


RISK_WRITTEN_OUT = Rule(
    id="risk-written-out",
    severity="warning",
    title="A risk of the shared table is written out",
    reason="A text that refers to the table follows when its wording, group or figure changes. A copy does not.",
    remedy="refer to it by `risk` and its key",
    source="house rule",
    bad="- You may have thoughts of suicide.",
    good="- risk: suicidal_thoughts",
)


def risk_written_out(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for texts of the table."""
    names: dict[tuple[str, str], str] = {}
    for table in library.risks:
        for name, risk in table.table.risks.items():
            for language, wording in risk.wording.items():
                names.setdefault((language, _folded(wording.text)), name)
    for filed in _filed(library):
        name = names.get((filed.file.language, filed.text), "")
        if name and not filed.is_shared:
            message = f"says what {quoted(name)} in `risks.yaml` says"
            yield breach(RISK_WRITTEN_OUT, filed.file, value(*filed.path), message)


RISK_UNUSED = Rule(
    id="risk-unused",
    severity="notice",
    title="A risk of the shared table that no text names",
    reason="It is on no paper. Perhaps a text should refer to it, or its key is misspelt in the table.",
    remedy="refer to it, or delete it",
    source="house rule",
    bad="`risks.yaml` has `false_memory`, and no text refers to it.",
    good="A text has `- risk: false_memory`.",
)


def risk_unused(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for texts that refer to each risk."""
    used = {risk.risk for file in library.procedures for risk in file.procedure.risks.each}
    for table in library.risks:
        for name in table.table.risks:
            if name not in used:
                yield breach(RISK_UNUSED, table, key("risks", name), "is named by no text")


CHECKS = (failure_uncommon,)
"""What an original or a translation is checked for."""

CHECKS_OF_LIBRARY = (risk_groups_differ, risk_written_out, risk_unused)
"""What a library is checked for, besides each of its files."""
