"""The shape of a procedure definition, stated once: validation, JSON Schema and documents all come from here.

Guarantees: every instance is frozen and complete, no key is ignored, no text is empty, and every heading that a consent
document needs has its field. Text is kept as its author wrote it, with white space folded: typography is `html`'s work.
"""

import datetime
from collections.abc import Iterable
from typing import Annotated, Any, Literal, Self

from pydantic import (
    BeforeValidator,
    Field,
    ValidationInfo,
    field_validator,
    model_validator,
)

from consentkit.model.billing import Billing
from consentkit.model.clauses import NEVER_WITHOUT
from consentkit.model.on_form import OnForm
from consentkit.model.passages import Listing, Text, from_list
from consentkit.model.pictures import ShownPicture
from consentkit.model.risks import (
    RISK_GROUPS,
    AnyBenefit,
    CommonRisk,
    RareRisk,
    Risk,
    RiskGroup,
    Source,
    Statement,
    UncommonRisk,
)
from consentkit.model.tables import ProcedureTable
from consentkit.model.values import ClauseName, Code, Day, Line, PaperName, Prose, Record, without_repeats
from consentkit.problems import listed


class Summary(Record):
    """The "In short" box that heads the document: five answers of one to three short sentences."""

    what: Line
    """What it is."""
    why: Line
    """Why it is offered: what it may do for you."""
    how_long: Line
    """How long it takes, and how often."""
    main_risk: Line
    """The one risk that everybody should know."""
    your_choice: Line
    """What else you could do, and that you may say no or stop."""


class Term(Record):
    """A word that the reader may not know, and its meaning."""

    term: Line
    """The word or phrase as it appears in the text."""
    meaning: Line
    """Its meaning in everyday words."""


class Step(Record):
    """One step of what happens."""

    name: Line
    """Two to six words that name the step."""
    text: Line
    """What happens in this step, addressed to "you"."""


class Description(Record):
    """What happens, in order."""

    intro: Prose | None = None
    """Text before the first step."""
    steps: tuple[Step, ...] = Field(min_length=1)
    """The steps, in the order in which they happen."""
    note: Prose | None = None
    """Text after the last step."""


def _from_steps(value: Any) -> Any:
    return {"steps": value} if isinstance(value, list) else value


_MOST_ON_FORM: dict[RiskGroup, int] = {"common": 1, "uncommon": 1, "rare": 2}
"""How many risks of each group a form names: rare ones are the serious ones, so that two of them count."""


class Risks(Record):
    """What can go wrong, grouped by how likely it is. At least one group must be filled."""

    intro: Prose | None = None
    """Text before the groups."""
    common: tuple[CommonRisk, ...] = ()
    """Risks that many people meet."""
    uncommon: tuple[UncommonRisk, ...] = ()
    """Risks that some people meet."""
    rare: tuple[RareRisk, ...] = ()
    """Risks that few people meet, also those that are serious though unlikely."""
    what_helps: Text
    """What you and the clinic can do to lower or handle these risks."""
    get_help_now: Text | None = None
    """The signs that mean "call at once", and whom to call."""

    @model_validator(mode="after")
    def _names_a_risk(self) -> Self:
        if not self.each:
            raise ValueError("names no risk; fill in at least one of `common`, `uncommon` and `rare`")
        return self

    @property
    def groups(self) -> dict[RiskGroup, tuple[Risk, ...]]:
        """The risks of each group, the most likely first."""
        return {group: getattr(self, group) for group in RISK_GROUPS}

    @property
    def each(self) -> tuple[Risk, ...]:
        """All risks, the most likely first."""
        return self.common + self.uncommon + self.rare

    @property
    def every(self) -> tuple[str, ...]:
        """The texts of all risks, the most likely first."""
        return tuple(risk.text for risk in self.each)

    @property
    def main_risks(self) -> dict[RiskGroup, tuple[Risk, ...]]:
        """The risks that a form names, by group: the first common and uncommon one, and the first two rare ones.

        The order in a file is that of importance. `phrase` has each in a few words, where it has some.
        """
        return {group: risks[: _MOST_ON_FORM[group]] for group, risks in self.groups.items() if risks}


class Benefits(Record):
    """What good it may do: at least one benefit."""

    intro: Prose | None = None
    """Text before the list."""
    items: tuple[AnyBenefit, ...] = Field(min_length=1)
    """The benefits, one thought an item."""
    note: Prose | None = None
    """Text after the list."""

    @property
    def every(self) -> tuple[str, ...]:
        """The texts of all benefits."""
        return tuple(benefit.text for benefit in self.items)


class Alternative(Record):
    """Another way to get help, with its own good and less good sides."""

    name: Line
    """What it is called."""
    about: Line | None = None
    """What it is, where the name does not state it."""
    good: tuple[Line, ...] = Field(min_length=1)
    """The points in its favor."""
    less_good: tuple[Line, ...] = Field(min_length=1)
    """The points against it."""


class Alternatives(Record):
    """The other choices."""

    intro: Prose | None = None
    """Text before the choices."""
    items: tuple[Alternative, ...] = Field(min_length=1)
    """The choices."""
    note: Prose | None = None
    """Text after the choices."""


class PatientExperience(Record):
    """What it is like for you."""

    during: Text
    """What you may feel and notice while it happens."""
    after: Text
    """What you may feel in the hours and days afterwards."""
    comfort: Text
    """What helps you feel at ease."""


class Review(Record):
    """When the text was issued, who reviewed it, and when it must be reviewed again."""

    issued: Day
    """The day on which this text was written."""
    last: Day | None = None
    """The day on which a clinician last reviewed it; left out while nobody has."""
    by: Line | None = None
    """Who reviewed it, with credentials; goes with `last`."""
    next: Day
    """The day by which it must be reviewed again."""

    @field_validator("next")
    @classmethod
    def _lies_ahead(cls, value: datetime.date, info: ValidationInfo) -> datetime.date:
        earlier = [day for name in ("issued", "last") if (day := info.data.get(name))]
        if earlier and value <= max(earlier):
            raise ValueError("is not after `issued` and `last`; write a later day")
        return value

    @model_validator(mode="after")
    def _has_a_reviewer(self) -> Self:
        if (self.last is None) != (self.by is None):
            raise ValueError(
                "has only one of `last` and `by`; a review has a day and a reviewer, so write both or neither"
            )
        return self


class ProcedureText(Record):
    """What a procedure says: all that a translation puts into another language."""

    code: Code
    """The billing code, in quotation marks, equal to the file's name."""
    title: Annotated[Line, Field(max_length=90)]
    """The name of the procedure in plain words of your own, never the code owner's descriptor."""
    also_called: tuple[Line, ...] = ()
    """Other names that a patient may hear."""
    technical_terms: tuple[Term, ...] = ()
    """Words to know: terms that the text or the clinic uses, each explained."""
    summary: Summary
    """The "In short" box."""
    purpose: Text
    """What it is for, and its goals."""
    indications: Listing
    """Who it may help, and with what."""
    preparation: Text
    """What to do beforehand."""
    tables: tuple[ProcedureTable, ...] = Field(default=(), max_length=4)
    """Tables under what to do beforehand, such as when to stop eating, or which medicines to hold."""
    description: Annotated[Description, BeforeValidator(_from_steps, json_schema_input_type=list[Step] | Description)]
    """What happens, step by step."""
    pictures: tuple[ShownPicture, ...] = Field(default=(), max_length=4)
    """Pictures beside what happens: PNG or JPEG files in the folder `pictures` of the clinic's folder."""
    equipment: Text
    """Rooms, tools and devices that are used."""
    anesthesia: Text
    """Anesthesia or sedation, or that none is used."""
    duration: Text
    """How long one session takes, how often, for how long."""
    setting: Text
    """Where it takes place."""
    personnel: Text
    """Who provides it, and who else may be there."""
    risks: Risks
    """What can go wrong."""
    benefits: Annotated[Benefits, BeforeValidator(from_list, json_schema_input_type=list[AnyBenefit] | Benefits)]
    """What good it may do, and how soon."""
    recovery: Text
    """What happens afterwards, and what to do."""
    warning_signs: Text | None = None
    """The signs in the hours and days afterwards that mean "call", and whom to call. `risks.get_help_now` is for
    signs that mean so at any time."""
    alternatives: Annotated[
        Alternatives, BeforeValidator(from_list, json_schema_input_type=list[Alternative] | Alternatives)
    ]
    """The other choices."""
    no_treatment: Text
    """What may happen with no treatment at all."""
    patient_experience: PatientExperience
    """What it is like for the patient."""
    policies: tuple[Line, ...] = ()
    """Rules of payers and authorities that the clinic should look up."""
    teach_back: tuple[Line, ...] = Field(default=(), max_length=3)
    """Questions that show what the patient has understood; where left out, those of the language pack are asked."""
    on_form: OnForm | None = None
    """What the patient chooses, fills in or puts initials to on the form, where the name alone does not say it all."""

    @field_validator("also_called", "teach_back")
    @classmethod
    def _no_repeats(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    @property
    def statements(self) -> tuple[Statement, ...]:
        """All risks and benefits: what may have a figure."""
        return (*self.risks.each, *self.benefits.items)


class Procedure(ProcedureText):
    """One procedure, explained to the person who is asked to agree to it."""

    billing: Billing
    """Facts about the billing code."""
    clauses: tuple[ClauseName, ...] = ()
    """Clauses of the language pack that this procedure always needs, beside those that every document has."""
    without: tuple[ClauseName, ...] = ()
    """Clauses that every document has, but that do not fit this procedure, such as `course` for a single visit. A
    visit by video has `telehealth` all the same."""
    papers: tuple[PaperName, ...] = ()
    """Names of the papers that a packet for this procedure has, too, such as `medicine-consent`."""
    plan: Literal["crisis"] | None = None
    """The plan that is filled in with the patient, who takes it along: `crisis`, a page with six steps and 988."""
    covered_by: tuple[Code, ...] = ()
    """For an add-on code: the codes whose paper says enough. Beside one of them a visit has no paper of this code."""
    related: tuple[Code, ...] = ()
    """Codes of related procedures."""
    sources: tuple[Source, ...] = Field(min_length=1)
    """Where the facts come from."""
    review: Review
    """Edition and review dates."""

    @property
    def every_source(self) -> tuple[Source, ...]:
        """Where the facts and the figures come from, each once."""
        of_figures = (item.source for item in self.statements if item.source)
        named = (
            Source(title=one.title, publisher=one.publisher, year=one.year) for one in (*self.sources, *of_figures)
        )
        return tuple(dict.fromkeys(named))

    @field_validator("covered_by")
    @classmethod
    def _is_added_to_what_covers_it(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        billing = info.data.get("billing")
        if billing and (others := [code for code in values if code not in billing.add_on_to]):
            raise ValueError(
                f"names {others[0]}, which is not under `billing.add_on_to`; add it there, or delete it here"
            )
        return values

    @field_validator("without")
    @classmethod
    def _keeps_what_protects(cls, values: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if kept := [name for name in values if name in NEVER_WITHOUT]:
            raise ValueError(
                f"drops {listed(kept)}, which every patient must read; delete it here. To say it in other words, write "
                "the clause in clauses.LANGUAGE.yaml"
            )
        if both := [name for name in values if name in info.data.get("clauses", ())]:
            raise ValueError(f"drops `{both[0]}`, which is also under `clauses`; delete it in one of the two")
        return values

    @field_validator("clauses", "covered_by", "related", "without", "papers")
    @classmethod
    def _no_repeated_names(cls, values: tuple[str, ...]) -> tuple[str, ...]:
        return without_repeats(values)

    def is_covered_beside(self, codes: Iterable[str]) -> bool:
        """Whether a visit of these codes has no paper of this procedure, since that of another says enough."""
        return not set(self.covered_by).isdisjoint(codes)
