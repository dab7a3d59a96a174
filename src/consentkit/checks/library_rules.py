"""The rules across files: codes that name each other, titles, translations that are missing, texts that are replaced.

Guarantees: the order of the files does not matter. A fact that two files must share is reported in the file that has
it, at the code, with the name of the file that lacks it: a reader can decide which of the two is wrong.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consentkit.checks import rules_library as rules
from consentkit.checks.findings import Finding, Subject, found, key, value
from consentkit.checks.inputs import LibraryFiles, ProcedureFile, ServiceFile, TranslationFile
from consentkit.problems import did_you_mean, printable, quoted
from consentkit.reading.yaml_file import Path

Procedures = Mapping[str, ProcedureFile]

_MIRRORED = (
    (rules.PAIRING_ONE_SIDED, "goes_with", "add_on_to"),
    (rules.PAIRING_ONE_SIDED, "add_on_to", "goes_with"),
    (rules.EXCLUSION_ONE_SIDED, "not_with", "not_with"),
    (rules.EXCLUSION_ONE_SIDED, "not_with_unless_separate", "not_with_unless_separate"),
)
"""Each key of the billing facts, and the key under which the other code's file must name this code."""


def check_across(library: LibraryFiles) -> Iterator[Finding]:
    """Check how the files fit each other."""
    procedures = library.by_code()
    for file in library.procedures:
        yield from _mirrored(file, procedures)
        yield from _references(file, procedures)
    yield from _titles(library)
    yield from _missing_translations(library)
    yield from _outdated_overrides(library)
    for services in library.services:
        yield from check_services(services, procedures)


def _mirrored(file: ProcedureFile, procedures: Procedures) -> Iterator[Finding]:
    for rule, name, mirror in _MIRRORED:
        for index, code in enumerate(getattr(file.procedure.billing, name)):
            other = procedures.get(code)
            if other and file.code not in getattr(other.procedure.billing, mirror):
                message = f"has {code}, but `{printable(other.source.name)}` does not have {file.code} under `{mirror}`"
                yield found(rule, file, value("billing", name, index), message)


def _references(file: ProcedureFile, procedures: Procedures) -> Iterator[Finding]:
    for path, code in _named_codes(file):
        if code not in procedures:
            message = f"is {code}, which is not in the library{did_you_mean(code, procedures)}"
            yield found(rules.UNKNOWN_RELATED_CODE, file, value(*path), message)
        elif procedures[code].procedure.billing.role == "retired":
            yield found(rules.RETIRED_REFERENCED, file, value(*path), _retired(procedures[code]))


def _retired(file: ProcedureFile) -> str:
    billing = file.procedure.billing
    return f"is {file.code}, which {' or '.join(billing.replaced_by)} replaced in {billing.retired_in}"


def _named_codes(file: ProcedureFile) -> Iterator[tuple[Path, str]]:
    billing = file.procedure.billing
    for name in ("goes_with", "add_on_to", "not_with", "not_with_unless_separate", "replaced_by"):
        for index, code in enumerate(getattr(billing, name)):
            yield ("billing", name, index), code
    for index, code in enumerate(file.procedure.related):
        yield ("related", index), code


def _titles(library: LibraryFiles) -> Iterator[Finding]:
    first: dict[tuple[str, str], str] = {}
    files: list[ProcedureFile | TranslationFile] = [*library.procedures, *library.translations]
    for file in files:
        name = first.setdefault((file.language, file.procedure.title.casefold()), file.source.name)
        if name != file.source.name:
            yield found(rules.SAME_TITLE, file, value("title"), f"is the title of {quoted(name)} too")


def _missing_translations(library: LibraryFiles) -> Iterator[Finding]:
    there = {(file.code, file.language) for file in library.translations}
    for language in sorted({language for _, language in there}):
        for file in library.procedures:
            if language != file.language and (file.code, language) not in there:
                yield found(rules.MISSING_TRANSLATION, file, key("code"), f"has no translation into `{language}`")


def _outdated_overrides(library: LibraryFiles) -> Iterator[Finding]:
    for code, issued in sorted(library.shipped.items()):
        file = library.by_code().get(code)
        if file and issued > file.procedure.review.issued:
            message = f"is older than the shipped text of {code}, which was issued on {issued.isoformat()}"
            yield found(rules.OUTDATED_OVERRIDE, file, value("review", "issued"), message)


def check_services(services: ServiceFile, procedures: Procedures) -> Iterator[Finding]:
    """Check a list of services."""
    first: dict[str, Path] = {}
    for path, code in services.codes:
        file = procedures.get(code)
        if file is None:
            message = f"is {quoted(code)}, which is not in the library{did_you_mean(code, procedures)}"
            yield found(rules.SERVICE_UNKNOWN, services, value(*path), message)
        elif file.procedure.billing.role == "retired":
            yield found(rules.SERVICE_RETIRED, services, value(*path), _retired(file))
        if first.setdefault(code, path) != path:
            yield _repeated(services, path, first[code], code)


def _repeated(services: Subject, path: Path, first: Path, code: str) -> Finding:
    line = services.source.at_value(first)[0]
    return found(rules.SERVICE_REPEATED, services, value(*path), f"is {code}, which stands on line {line} already")
