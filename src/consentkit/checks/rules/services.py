"""A clinic's list of services beside the library.

Guarantees: each entry is checked, also those in groups.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from consentkit.checks.citations import PAIRING_TABLE
from consentkit.checks.inputs import AnyOriginal, ProcedureFile, ServiceFile
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, value
from consentkit.problems import did_you_mean, quoted
from consentkit.reading.yaml_file import DataPath

Definitions = Mapping[str, AnyOriginal]

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


def service_unknown(services: ServiceFile, known: Definitions) -> Iterator[RuleFinding]:
    """Look for the procedure of each entry."""
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


def service_retired(services: ServiceFile, known: Definitions) -> Iterator[RuleFinding]:
    """See whether an entry's code is retired."""
    for path, code in services.codes:
        file = known.get(code)
        if isinstance(file, ProcedureFile) and file.procedure.billing.role == "retired":
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


def service_repeated(services: ServiceFile, known: Definitions) -> Iterator[RuleFinding]:
    """Look for equal codes."""
    first: dict[str, DataPath] = {}
    for path, code in services.codes:
        if first.setdefault(code, path) != path:
            line = services.source.at_value(first[code])[0]
            yield breach(SERVICE_REPEATED, services, value(*path), f"is {code}, which is already on line {line}")


CHECKS = (service_unknown, service_retired, service_repeated)
"""What a list of services is checked for."""
