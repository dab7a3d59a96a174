"""A clinic's list of services beside the library.

Guarantees: each entry is checked, also those in groups.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.citations import PAIRING_TABLE
from consentkit.checks.inputs import LibraryFiles, ProcedureFile, ServiceFile
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, value
from consentkit.problems import did_you_mean, quoted
from consentkit.reading.yaml_file import DataPath

SERVICE_UNKNOWN = Rule(
    id="service-unknown",
    severity="error",
    title="Service without a procedure",
    reason="No document can be made for a code that the library does not have.",
    remedy="correct the code, or add the procedure",
    source="house rule",
    bad="90873",
    good="90837",
)


def service_unknown(services: ServiceFile, files: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for the procedure of each entry."""
    known = files.known_names
    for path, code in services.codes:
        if code not in known:
            message = f"is {quoted(code)}, which is not in the library{did_you_mean(code, known)}"
            yield breach(SERVICE_UNKNOWN, services, value(*path), message)


SERVICE_RETIRED = Rule(
    id="service-retired",
    severity="warning",
    title="Service with a retired code",
    reason="The code can no longer be billed.",
    remedy="use the code that replaced it",
    source=PAIRING_TABLE,
    bad="90806",
    good="90834",
)


def service_retired(services: ServiceFile, files: LibraryFiles) -> Iterator[RuleFinding]:
    """See whether an entry's code is retired."""
    known = files.by_code()
    for path, code in services.codes:
        file = known.get(code)
        if file and file.procedure.billing.role == "retired":
            yield breach(SERVICE_RETIRED, services, value(*path), replacement(file))


def replacement(file: ProcedureFile) -> str:
    """What replaced a retired code, as a message."""
    billing = file.procedure.billing
    return f"is {file.code}, which {' or '.join(billing.replaced_by)} replaced in {billing.retired_in}"


SERVICE_REPEATED = Rule(
    id="service-repeated",
    severity="warning",
    title="Service listed twice",
    reason="A second entry would make the same document again.",
    remedy="delete one of them",
    source="house rule",
    bad="90837 twice",
    good="90837 once",
)


def service_repeated(services: ServiceFile, files: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for equal codes."""
    first: dict[str, DataPath] = {}
    for path, code in services.codes:
        if first.setdefault(code, path) != path:
            line = services.source.at_value(first[code])[0]
            yield breach(SERVICE_REPEATED, services, value(*path), f"is {code}, which is already on line {line}")


SERVICE_IMPOSSIBLE = Rule(
    id="service-impossible",
    severity="error",
    title="Service of which a document can’t be made",
    reason="`consentkit batch` makes a document for each language and kind of a service. Without a translation, a "
    "language pack or a plan, it makes all others and fails at this one.",
    remedy="write what is missing, or take it from the list",
    source="house rule",
    bad="languages: [en, es], and no 90837.es.yaml",
    good="languages: [en]",
)


def service_impossible(services: ServiceFile, files: LibraryFiles) -> Iterator[RuleFinding]:
    """Look for what each document of the list needs."""
    procedures, known, seen = files.by_code(), files.by_name(), set()
    translated = {(file.code, file.language) for file in files.translations}
    for path, identity in services.documents:
        code, language = identity.code, identity.language
        if code not in known or (path, code, language, identity.variant == "plan") in seen:
            continue
        seen.add((path, code, language, identity.variant == "plan"))
        if language not in files.languages:
            message = f"is in {quoted(language)}, for which there is no language pack"
            yield breach(SERVICE_IMPOSSIBLE, services, value(*path), message)
        elif language != known[code].language and not (
            (code, language) in translated or f"{code}.{language}" in files.unread
        ):
            yield breach(
                SERVICE_IMPOSSIBLE,
                services,
                value(*path),
                f"is {code}, which has no translation into {quoted(language)}",
                remedy=f"write it, beginning with `{translation_command(files, code, language)}`, or give the service "
                "other `languages`",
            )
        elif identity.variant == "plan" and code in procedures and procedures[code].procedure.plan is None:
            message = f"is {code}, which has no plan for a crisis"
            remedy = "take `plan` from its `variants`, or write `plan: crisis` in its file"
            yield breach(SERVICE_IMPOSSIBLE, services, value(*path), message, remedy=remedy)


def translation_command(files: LibraryFiles, code: str, language: str) -> str:
    """The command that begins a translation: from that of the shipped text, where there is one."""
    copy = f" --from {code}" if language in files.lost.get(code, ()) else ""
    return f"consentkit new {code} --lang {language}{copy}"


CHECKS = (service_unknown, service_retired, service_repeated, service_impossible)
"""What a list of services is checked for."""
