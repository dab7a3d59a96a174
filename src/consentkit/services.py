"""The clinic's service list: which documents it hands out.

Guarantees: a list of many services stays short, since languages and kinds are stated once and changed only where they
differ; where there is no list, every procedure of the library is a service.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import BeforeValidator, Field

from consentkit import yamlfile
from consentkit.approvals import Identity, Variant
from consentkit.explain import require
from consentkit.files import read_text
from consentkit.language import LanguageTag
from consentkit.model import Code, Record

SERVICES = "services.yaml"


class Defaults(Record):
    """Languages and kinds of documents that a service has unless it names its own."""

    languages: tuple[LanguageTag, ...] = Field(default=("en",), min_length=1)
    """Languages in which documents are made."""
    variants: tuple[Variant, ...] = Field(default=("consent",), min_length=1)
    """Kinds of documents that are made."""


class Service(Record):
    """One service of the clinic."""

    code: Code
    """The code of its procedure."""
    languages: tuple[LanguageTag, ...] | None = None
    """Languages, where they differ from the defaults."""
    variants: tuple[Variant, ...] | None = None
    """Kinds of documents, where they differ from the defaults."""


def _from_code(value: Any) -> Any:
    return {"code": value} if isinstance(value, str) else value


class ServiceList(Record):
    """All services of a clinic."""

    defaults: Defaults = Defaults()
    """What holds for every service that does not say otherwise."""
    services: tuple[Annotated[Service, BeforeValidator(_from_code, json_schema_input_type=Code | Service)], ...]
    """The services: a code, or a code with what differs."""

    def documents(self) -> Iterator[Identity]:
        """Every document of the list, in its order."""
        for service in self.services:
            for language in service.languages or self.defaults.languages:
                for variant in service.variants or self.defaults.variants:
                    yield Identity(service.code, language, variant)


def load_services(folder: Path | None, codes: list[str], language: str) -> ServiceList:
    """Read the list of a clinic folder; without one, every code is a service. Raises InvalidInput with all mistakes."""
    path = folder / SERVICES if folder else None
    if path is None or not path.exists():
        return ServiceList(
            defaults=Defaults(languages=(language,)), services=tuple(Service(code=code) for code in codes)
        )
    return require(ServiceList, yamlfile.parse(read_text(path, str(path)), str(path)))
