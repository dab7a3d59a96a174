"""The clinic's service list: which documents it hands out.

Guarantees: a list of many services stays short, since languages, kinds and layouts are stated once, for all or for a
group, and changed only where they differ; where there is no list, all procedures and papers of the library are
services.
"""

from collections.abc import Iterator
from typing import Annotated, Any, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, model_validator

from consentkit.model.identity import Identity, Layout, PaperSize, Variant, kind_of_name
from consentkit.model.values import (
    AskedVariant,
    CodeOrName,
    LanguageTag,
    Line,
    PaperName,
    Record,
    TextPath,
    without_repeats,
)

MOST_NODES_OF_LIST = 100_000
"""The most values in a list: those of several thousand services that all differ."""

Which = Literal["no", "yes", "both"]
"""Whether documents have a layout: none of them, all of them, or each once with it and once without."""

_WITH_OR_WITHOUT: dict[Which, tuple[bool, ...]] = {"no": (False,), "yes": (True,), "both": (False, True)}

Languages = Annotated[tuple[LanguageTag, ...], Field(min_length=1), AfterValidator(without_repeats)]
Variants = Annotated[tuple[AskedVariant, ...], Field(min_length=1), AfterValidator(without_repeats)]
Papers = Annotated[tuple[PaperSize, ...], Field(min_length=1), AfterValidator(without_repeats)]


class Choices(Record):
    """What may be stated for one service, a group, or all: which documents it has."""

    languages: Languages | None = None
    """Languages in which documents are made; `en` by default."""
    variants: Variants | None = None
    """Kinds of documents that are made; `consent` by default."""
    paper: Papers | None = None
    """Sizes of paper; the clinic's own by default."""
    large_print: Which | None = None
    """Whether they are set in large print: `no`, `yes`, or `both` for one of each; `no` by default."""
    fillable: Which | None = None
    """Whether they have form fields: `no`, `yes`, or `both` for one of each; `no` by default."""


class Defaults(Choices):
    """What applies to a service unless it, or its group, states something else."""


class Service(Choices):
    """One service of the clinic."""

    code: CodeOrName
    """The code of its procedure; or the name of a paper, which has one kind of document."""


def _from_code(value: Any) -> Any:
    return {"code": value} if isinstance(value, str) else value


Services = tuple[Annotated[Service, BeforeValidator(_from_code, json_schema_input_type=CodeOrName | Service)], ...]


class Group(Choices):
    """Services that have something in common."""

    name: Line
    """What the group is called in messages, such as `Group therapy`."""
    services: Annotated[Services, Field(min_length=1)]
    """The services: a code, or a code with what differs from the group."""


class ServiceList(Record):
    """All services of a clinic."""

    defaults: Defaults = Defaults.model_construct()
    """What applies to every service that does not state something else."""
    groups: tuple[Group, ...] = ()
    """Services that have something in common, which is stated once for each group."""
    services: Services = ()
    """The services that are in no group: a code, or a code with what differs."""
    papers: Annotated[tuple[PaperName, ...], AfterValidator(without_repeats)] = ()
    """Papers that are not about one procedure, by name, made as `defaults` says."""

    @model_validator(mode="after")
    def _is_not_empty(self) -> Self:
        if not self.model_fields_set & {"services", "groups", "papers"}:
            raise ValueError("names no services; add `services:` with a list of codes, or `groups:`")
        return self

    def each_service(self) -> Iterator[tuple[TextPath, Service, tuple[Choices, ...]]]:
        """Every service and paper: where it is, what it states, and what counts for it, the nearest first."""
        for number, group in enumerate(self.groups):
            for index, service in enumerate(group.services):
                yield ("groups", number, "services", index), service, (service, group, self.defaults)
        for index, service in enumerate(self.services):
            yield ("services", index), service, (service, self.defaults)
        for index, name in enumerate(self.papers):
            yield ("papers", index), (paper := Service(code=name)), (paper, self.defaults)

    def documents(self) -> Iterator[Identity]:
        """Every document of the list, once, in its order; another layout does not make another document."""
        yield from dict.fromkeys(identity for identity, _ in self.requests("letter"))

    def requests(self, paper: PaperSize) -> Iterator[tuple[Identity, Layout]]:
        """Every document with every requested layout; those requested twice come twice.

        `paper` is the clinic's default, for services without one.
        """
        for _, service, choices in self.each_service():
            yield from requests_of(service, choices, paper)


def requests_of(
    service: Service, choices: tuple[Choices, ...], default_paper: PaperSize = "letter"
) -> Iterator[tuple[Identity, Layout]]:
    """The documents of a service of `each_service`, with their layouts."""
    return _requests(service.code, choices, default_paper)


def _requests(code: str, choices: tuple[Choices, ...], default_paper: PaperSize) -> Iterator[tuple[Identity, Layout]]:
    """The documents of a service, with their layouts. The first of the choices with a value counts."""

    def chosen(name: str, default: Any) -> Any:
        return next((value for choice in choices if (value := getattr(choice, name)) is not None), default)

    variants: tuple[Variant, ...] = chosen("variants", ("consent",))
    for language in chosen("languages", ("en",)):
        for variant in variants if kind_of_name(code) == "procedure" else ("paper",):
            for paper in chosen("paper", (default_paper,)):
                for large_print in _WITH_OR_WITHOUT[chosen("large_print", "no")]:
                    for fillable in _WITH_OR_WITHOUT[chosen("fillable", "no")]:
                        yield Identity(code, language, variant), Layout(paper, large_print, fillable)


def every_definition(codes: list[str], language: str) -> ServiceList:
    """The list of a clinic that has none: every procedure and every paper in its language."""
    return ServiceList(defaults=Defaults(languages=(language,)), services=tuple(Service(code=code) for code in codes))
