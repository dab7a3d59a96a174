"""What a clinic states about itself and its settings in clinic.yaml.

Guarantees: everything may be left out. A colour too light to copy well is refused, and so are a rule that does not
exist, and an exception to a rule without a reason or without a limit.
"""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from consentkit.model.identity import PaperSize
from consentkit.model.mapping import MappingSettings
from consentkit.model.pictures import PictureName
from consentkit.model.rule_ids import RULE_IDS
from consentkit.model.systems import FhirSettings, Hl7Settings
from consentkit.model.values import (
    AskedVariant,
    CodeOrName,
    LanguageTag,
    Line,
    PaperName,
    Record,
    digits_only,
    without_repeats,
)
from consentkit.problems import did_you_mean, quoted

LOWEST_CONTRAST = 4.5
"""The contrast with white paper that an accent colour needs (WCAG 2, success criterion 1.4.3)."""


_HOST = r"^[a-z0-9](?:[a-z0-9.-]{0,100}[a-z0-9])?(?::[0-9]{1,5})?$"
_ADDRESS = r"^(?:[0-9]{1,3}(?:\.[0-9]{1,3}){3}|[0-9a-f:]{2,39})$"


def contrast_with_white(colour: str) -> float:
    """Contrast ratio of a colour such as #1f4e79 with white (WCAG 2, relative luminance)."""
    channels = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    red, green, blue = (value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in channels)
    return 1.05 / (0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05)


def _dark_enough(colour: str) -> str:
    if contrast_with_white(colour) < LOWEST_CONTRAST:
        raise ValueError("is too light to print and copy well; choose a darker colour")
    return colour.lower()


class PacketSettings(Record):
    """What packets contain."""

    documents: Annotated[tuple[AskedVariant, ...], Field(min_length=1), AfterValidator(without_repeats)] = ("consent",)
    """The kinds of documents for each procedure, in their order."""
    without_papers: Annotated[tuple[PaperName, ...], AfterValidator(without_repeats)] = ()
    """Papers that a packet has only if its visit or a procedure requests them by name, whenever they would be due."""


class PrintSettings(Record):
    """How the clinic prints."""

    duplex: bool = False
    """Whether both sides of a sheet are printed, to be turned like a book."""
    copies: Annotated[int, Field(ge=1, le=20), BeforeValidator(digits_only)] = 1
    """How many copies of each set are printed."""
    staple: bool = False
    """Whether each set is stapled, where the printer can do that."""
    sets: bool = False
    """Whether the front desk prints each paper of a packet as a set of its own, instead of all as one."""
    printer: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.@-]{0,127}$")] | None = None
    """The print queue that the front desk uses, unless somebody chooses another one."""
    tray: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9_.-]{0,63}$")] | None = None
    """The tray that holds the paper, by the printer's own name for it, such as tray-2."""


def _known_rule(name: str) -> str:
    if name not in RULE_IDS:
        near = did_you_mean(name, RULE_IDS) or "; `consentkit check --explain all` shows all rules"
        raise ValueError(f"is {quoted(name)}, which is not a rule{near}")
    return name


RuleId = Annotated[str, AfterValidator(_known_rule), Field(json_schema_extra={"enum": list(RULE_IDS)})]
"""The id of a rule."""

Level = Literal["off", "notice", "warning", "error"]
"""How much a rule matters to this clinic."""


class RuleException(Record):
    """One rule that does not apply to one procedure, or to one language."""

    rule: RuleId
    """The id of the rule."""
    code: CodeOrName | None = None
    """The procedure or paper that it does not apply to, by its code or name."""
    language: LanguageTag | None = None
    """The language that it does not apply to."""
    reason: Line
    """Why, for anybody who asks later."""

    @model_validator(mode="after")
    def _has_a_limit(self) -> Self:
        if self.code is None and self.language is None:
            raise ValueError("names no `code` and no `language`; to switch a rule off, set it to `off` under `rules`")
        return self


class CheckSettings(Record):
    """What the clinic changes about the content checks."""

    rules: dict[RuleId, Level] = Field(default_factory=dict)
    """Rules by id: `off`, or how much each one matters."""
    exceptions: tuple[RuleException, ...] = ()
    """Rules that do not apply to one procedure or language, each with the reason."""


class JournalSettings(Record):
    """The journal: who printed, approved or overrode what, and when (`consentkit guide journal`)."""

    keep_years: Annotated[int, Field(ge=1, le=100), BeforeValidator(digits_only)]
    """For how many years entries are kept; `consentkit journal prune` removes older ones."""
    folder: Annotated[Line, Field(max_length=200)] = "journal"
    """Where it is: beside clinic.yaml by default. It must be on a disk of the machine, not of a network."""


class RecordSettings(Record):
    """What is kept of each packet, to check its signed pages once they are scanned (`consentkit guide filing`)."""

    keep_years: Annotated[int, Field(ge=1, le=100), BeforeValidator(digits_only)]
    """For how many years after the visit it is kept; `consentkit records prune` removes what is older."""
    folder: Annotated[Line, Field(max_length=200)] = "records"
    """Where it is: beside clinic.yaml by default."""


class DeskSettings(Record):
    """The page of the front desk for several computers (`consentkit guide desk`). One computer needs none of this."""

    hosts: Annotated[tuple[Annotated[str, StringConstraints(pattern=_HOST)], ...], Field(min_length=1, max_length=10)]
    """The names by which browsers call the page, such as desk.willow.example; with the port where it is not 443."""
    proxy: Annotated[str, StringConstraints(pattern=_ADDRESS)] | None = None
    """The address of the proxy that ends TLS: nobody else may connect then."""
    user_header: Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9-]{0,40}$")] | None = None
    """The header in which the proxy names who has signed in there, such as X-Remote-User."""

    @model_validator(mode="after")
    def _trusts_only_a_proxy(self) -> Self:
        if self.user_header and not self.proxy:
            raise ValueError("has a `user_header` and no `proxy`; name the address that may send the header")
        return self


class Clinic(Record):
    """Who hands out the document. Everything may be left out: the paper then has blanks."""

    name: Annotated[Line, Field(max_length=80)] | None = None
    """The clinic's name."""
    address: Annotated[tuple[Annotated[Line, Field(max_length=60)], ...], Field(max_length=3)] = ()
    """The address, line by line."""
    phone: Annotated[Line, Field(max_length=40)] | None = None
    """The telephone number that a patient should call."""
    logo: PictureName | None = None
    """The file name of a PNG or JPEG picture in the clinic folder."""
    accent: Annotated[str, StringConstraints(pattern=r"^#[0-9A-Fa-f]{6}$"), AfterValidator(_dark_enough)] | None = None
    """A colour for headings, such as "#1f4e79"; dark enough to print well in black and white."""
    paper: PaperSize = "letter"
    """The default paper size."""
    language: LanguageTag = "en"
    """The default language."""
    # What is left out needs no check: its validator is built where a file states something.
    packet: PacketSettings = PacketSettings.model_construct()
    """What the packet of a visit contains, unless the visit itself states it."""
    printing: PrintSettings = PrintSettings.model_construct()
    """How packets are printed with `--print`, and at the front desk."""
    mapping: MappingSettings = MappingSettings.model_construct()
    """How the clinic's schedules are written: the exports of its practice system, and its own spreadsheets."""
    files: Literal["owner", "group"] = "owner"
    """Who can read packets, approvals and the journal: whoever made them, or also the group of their folder."""
    desk: DeskSettings | None = None
    """The page of the front desk for several computers."""
    journal: JournalSettings | None = None
    """Whether there is a journal, and for how long entries are kept; there is none if left out."""
    records: RecordSettings | None = None
    """Whether it is kept where people write on each packet, and for how long; it is not if left out."""
    checks: CheckSettings = CheckSettings.model_construct()
    """How strictly `consentkit check` checks the texts."""
    fhir: FhirSettings = FhirSettings.model_construct()
    """How Bundles of FHIR become visits."""
    hl7: Hl7Settings = Hl7Settings.model_construct()
    """How messages of HL7 v2 become visits."""
