"""The clinic's own folder: its particulars, and files that are not read.

Guarantees: a blank that is filled in by pen is no error.
"""

from __future__ import annotations

from collections.abc import Iterator

from consentkit.checks.citations import CMS_FORMS, COMPLAINTS
from consentkit.checks.inputs import ClinicFile, OrphanFile
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, breach, value
from consentkit.checks.rules.leftovers import placeholder_of_clinic
from consentkit.model.identity import kind_of_name
from consentkit.problems import quoted


def _missing(rule: Rule, file: ClinicFile, name: str) -> Iterator[RuleFinding]:
    if not getattr(file.clinic, name):
        yield breach(rule, file, value(), f"has no `{name}`")


CLINIC_NAME = Rule(
    id="clinic-name",
    severity="warning",
    title="Clinic without a name",
    reason="The facility must be named on the paper. Without it there is a line to fill in by pen on each.",
    remedy="write `name`",
    source=CMS_FORMS,
    bad="paper: letter",
    good="name: Willow Street Counseling",
)


def clinic_name(file: ClinicFile) -> Iterator[RuleFinding]:
    """Look for a name."""
    return _missing(CLINIC_NAME, file, "name")


CLINIC_PHONE = Rule(
    id="clinic-phone",
    severity="warning",
    title="Clinic without a telephone number",
    reason="The texts tell people to call the clinic. The number must be on the paper that they take home.",
    remedy="write `phone`",
    source=COMPLAINTS,
    bad="name: Willow Street Counseling",
    good="name: Willow Street Counseling\nphone: 217-555-0142",
)


def clinic_phone(file: ClinicFile) -> Iterator[RuleFinding]:
    """Look for a telephone number."""
    return _missing(CLINIC_PHONE, file, "phone")


CLINIC_ADDRESS = Rule(
    id="clinic-address",
    severity="notice",
    title="Clinic without an address",
    reason="Without it the paper has lines to fill in by pen.",
    remedy="write `address`",
    source=COMPLAINTS,
    bad="name: Willow Street Counseling",
    good="address:\n  - 118 Willow Street, Suite 2",
)


def clinic_address(file: ClinicFile) -> Iterator[RuleFinding]:
    """Look for an address."""
    return _missing(CLINIC_ADDRESS, file, "address")


CLINIC_LOGO = Rule(
    id="clinic-logo",
    severity="notice",
    title="Clinic without a logo",
    reason="Patients trust a paper less that looks unofficial.",
    remedy="put a PNG or JPEG picture into the folder and name it under `logo`",
    source=COMPLAINTS,
    bad="name: Willow Street Counseling",
    good="logo: logo.png",
)


def clinic_logo(file: ClinicFile) -> Iterator[RuleFinding]:
    """Look for a logo."""
    return _missing(CLINIC_LOGO, file, "logo")


IGNORED_FILE = Rule(
    id="ignored-file",
    severity="warning",
    title="File that is not read",
    reason="A procedure file must be named CODE.yaml, a paper NAME.yaml, a translation of either CODE.LANGUAGE.yaml or "
    "NAME.LANGUAGE.yaml. Anything else in their folders is ignored, and the shipped text is printed instead.",
    remedy="rename it, or move it out of the folder",
    source="`consentkit guide clinic-folder`",
    bad="procedures/90837.yml",
    good="procedures/90837.yaml",
)


def ignored_file(file: ClinicFile) -> Iterator[RuleFinding]:
    """Report each file that was ignored when the folder was read."""
    for name in file.passed_over:
        message = f"has {quoted(name)} beside it, which is not read"
        yield breach(IGNORED_FILE, file, value(), message)


def ignored_translation(file: OrphanFile) -> Iterator[RuleFinding]:
    """Report a translation of a procedure or paper that doesn't exist."""
    kind = kind_of_name(file.code)
    message = f"is {file.code}, which no {kind} here has, so this file is not read"
    yield breach(IGNORED_FILE, file, value("code" if kind == "procedure" else "name"), message)


CHECKS = (clinic_name, clinic_phone, clinic_address, clinic_logo, ignored_file, placeholder_of_clinic)
"""What a clinic's particulars are checked for, besides their wording."""
