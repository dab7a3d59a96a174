"""How the files of a library fit each other: codes that name each other, titles, texts that are replaced.

Guarantees: the order of the files does not matter. A fact that two files must share is reported in the file that has
it, at the code, with the name of the file that lacks it: a reader can decide which of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consentkit.checks.citations import COMPLAINTS, PAIRING_TABLE
from consentkit.checks.inputs import AnyDefinition, AnyOriginal, LibraryFiles, PaperFile
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, key, value
from consentkit.checks.rules.services import replacement
from consentkit.checks.rules.translations import missing_translation
from consentkit.problems import did_you_mean, printable
from consentkit.reading.yaml_file import DataPath


def _one_sided(rule: Rule, library: LibraryFiles, keys: Mapping[str, str]) -> Iterator[RuleFinding]:
    """Report each code under a key that does not name this code under the key's mirror."""
    procedures = library.by_code()
    for file in library.procedures:
        for name, mirror in keys.items():
            for index, code in enumerate(getattr(file.procedure.billing, name)):
                other = procedures.get(code)
                if not other or file.code in getattr(other.procedure.billing, mirror):
                    continue
                if library.is_fixed(file) and not library.is_fixed(other):
                    message = (
                        f"lacks {file.code} under `{mirror}`, while the shipped text of that has {code} under `{name}`"
                    )
                    yield breach(rule, other, key("billing", mirror), message, severity="warning", remedy=_ADD_HERE)
                # A shipped file can't know of the codes that a clinic adds: one of the two is enough.
                elif library.is_fixed(file) or not library.is_fixed(other):
                    there = f"`{printable(other.source.name)}` does not have {file.code} under `{mirror}`"
                    yield breach(rule, file, value("billing", name, index), f"has {code}, but {there}")


_ADD_HERE = "add the code here; for visits it counts as it is"


PAIRING_ONE_SIDED = Rule(
    id="pairing-one-sided",
    severity="error",
    title="Only one of two codes says that they go together",
    reason="What one file says with `goes_with`, the add-on’s file says with `add_on_to`, and the other way round. "
    "Otherwise it depends on the order of the codes whether a visit is accepted.",
    remedy="add the code there, or delete it here",
    source=PAIRING_TABLE,
    bad="90837 goes with 90785, but 90785 is not added to 90837.",
    good="Both name each other.",
)


def pairing_one_sided(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for the other half of each pairing."""
    return _one_sided(PAIRING_ONE_SIDED, library, {"goes_with": "add_on_to", "add_on_to": "goes_with"})


EXCLUSION_ONE_SIDED = Rule(
    id="exclusion-one-sided",
    severity="error",
    title="Only one of two codes says that they exclude each other",
    reason="If two codes may not share a visit, that is true of both, and equally strictly.",
    remedy="add the code there under the same key, or delete it here",
    source=PAIRING_TABLE,
    bad="90837 has 90839 in `not_with`, but 90839 does not have 90837.",
    good="Both name each other in `not_with`.",
)


def exclusion_one_sided(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for the other half of each exclusion."""
    same = {name: name for name in ("not_with", "not_with_unless_separate")}
    return _one_sided(EXCLUSION_ONE_SIDED, library, same)


UNKNOWN_RELATED_CODE = Rule(
    id="unknown-related-code",
    severity="warning",
    title="Names a code or paper that is not in the library",
    reason="A code that is not there is usually a typing error, and an error in `not_with` lets a wrong pair through.",
    remedy="correct it, add the procedure, or delete it",
    source=PAIRING_TABLE,
    bad='related: ["90873"]',
    good='related: ["90837"]',
)
_PAPER_REMEDY = "correct it, add the paper, or delete it"


def unknown_related_code(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for each code that a file names."""
    known = library.known_names
    for file in library.originals:
        for path, code in _named_codes(file):
            if code not in known:
                message = f"is {code}, which is not in the library{did_you_mean(code, known)}"
                if path[0] == "papers":  # a visit for this procedure would have no packet
                    yield breach(
                        UNKNOWN_RELATED_CODE, file, value(*path), message, severity="error", remedy=_PAPER_REMEDY
                    )
                else:
                    yield breach(UNKNOWN_RELATED_CODE, file, value(*path), message)
    for index, name in enumerate(library.clinic.clinic.packet.without_papers if library.clinic else ()):
        if library.clinic and name not in known:
            message = f"is {name}, which is not in the library{did_you_mean(name, known)}"
            spot = value("packet", "without_papers", index)
            yield breach(UNKNOWN_RELATED_CODE, library.clinic, spot, message, remedy=_PAPER_REMEDY)


def _named_codes(file: AnyOriginal) -> Iterator[tuple[DataPath, str]]:
    if isinstance(file, PaperFile):
        codes = file.definition.due.codes if file.definition.due else ()
        yield from ((("due", "codes", index), code) for index, code in enumerate(codes))
        return
    billing = file.procedure.billing
    for name in ("goes_with", "add_on_to", "not_with", "not_with_unless_separate", "replaced_by"):
        for index, code in enumerate(getattr(billing, name)):
            yield ("billing", name, index), code
    for name in ("covered_by", "related", "papers"):
        for index, code in enumerate(getattr(file.procedure, name)):
            yield (name, index), code


RETIRED_REFERENCED = Rule(
    id="retired-referenced",
    severity="warning",
    title="Names a retired code",
    reason="A retired code can’t be billed, so no other file should name it.",
    remedy="name the code that replaced it",
    source=PAIRING_TABLE,
    bad='related: ["90806"]',
    good='related: ["90834"]',
)


def retired_referenced(library: LibraryFiles) -> Iterator[RuleFinding]:
    """See whether a code that a file names is retired."""
    procedures = library.by_code()
    for file in library.procedures:
        for path, code in _named_codes(file):
            named = procedures.get(code)
            is_blameless = (
                named and library.is_fixed(file) and not library.is_fixed(named)
            )  # the clinic retired the code
            if named and named.procedure.billing.role == "retired" and not is_blameless:
                yield breach(RETIRED_REFERENCED, file, value(*path), replacement(named))


SAME_TITLE = Rule(
    id="same-title",
    severity="error",
    title="Two procedures or papers with the same title",
    reason="The front desk picks a paper by its title. Two that look alike end up in the wrong hands.",
    remedy="state in the title how it differs",
    source=COMPLAINTS,
    bad="“Talk therapy” for 90832 and for 90837.",
    good="“Short talk therapy, about half an hour” and “Long talk therapy, about an hour”.",
)


def same_title(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Compare the titles in each language."""
    first: dict[tuple[str, str], AnyDefinition] = {}
    texts = (*library.originals, *library.translations)
    for file in sorted(texts, key=library.is_fixed, reverse=True):  # of two, a clinic can change its own
        other = first.setdefault((file.language, file.definition.title.casefold()), file)
        if other is not file:
            yield breach(SAME_TITLE, file, value("title"), f"is the title of {other.code} too")


OUTDATED_OVERRIDE = Rule(
    id="outdated-override",
    severity="warning",
    title="The shipped text is newer than the clinic’s own",
    reason="A file in the clinic’s folder replaces the shipped one. When that one is issued again, perhaps "
    "with a risk added, the clinic’s copy stays as it was.",
    remedy="compare the two, take over what is new, and set `issued`",
    source=COMPLAINTS,
    bad="Own text issued 2026-11-21, shipped text issued 2027-06-01.",
    good="Own text issued after it was compared with the shipped one.",
)


def outdated_override(library: LibraryFiles) -> Iterator[RuleFinding]:
    """Compare the dates of the clinic's own texts with those of the shipped ones."""
    own = library.by_name()
    for code, issued in sorted(library.shipped.items()):
        file = own.get(code)
        if file and issued > file.definition.review.issued:
            message = f"is older than the shipped text of {code}, which was issued on {issued.isoformat()}"
            yield breach(OUTDATED_OVERRIDE, file, value("review", "issued"), message)


CHECKS = (
    pairing_one_sided,
    exclusion_one_sided,
    unknown_related_code,
    retired_referenced,
    same_title,
    missing_translation,
    outdated_override,
)
"""What a library is checked for, besides each of its files."""
