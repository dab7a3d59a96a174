"""What is checked: files that were read and are valid, each with its raw text for the places.

Guarantees: plain values; nothing here reads a file.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace

from consentkit.checks.readability import PlacedText, texts_in
from consentkit.model.clauses import ClauseChanges
from consentkit.model.clinic import Clinic
from consentkit.model.identity import Identity
from consentkit.model.paper import Paper
from consentkit.model.procedure import Procedure
from consentkit.model.risks import RiskTable
from consentkit.model.services import ServiceList, requests_of
from consentkit.model.words import LanguagePack
from consentkit.reading.places import SourceText
from consentkit.reading.yaml_file import DataPath

_PARTICULARS = ("name", "address", "phone")


@dataclass(frozen=True)
class ProcedureFile:
    """A procedure in the language in which it was written first."""

    source: SourceText
    procedure: Procedure
    language: str = "en"

    @property
    def code(self) -> str:
        """The code."""
        return self.procedure.code

    @property
    def definition(self) -> Procedure:
        """The procedure."""
        return self.procedure


@dataclass(frozen=True)
class TranslationFile:
    """A procedure in another language. Its facts are those of the original."""

    source: SourceText
    procedure: Procedure
    """Texts of the translation and facts of the original, together."""
    language: str
    translates: str
    """The hash of the text that it states it translates; empty where it states none."""
    original_hash: str
    """The hash of today's original."""

    @property
    def code(self) -> str:
        """The code."""
        return self.procedure.code

    @property
    def definition(self) -> Procedure:
        """The procedure."""
        return self.procedure


@dataclass(frozen=True)
class _NamedPaper:
    """A file of a paper, by the name of the paper."""

    source: SourceText
    definition: Paper
    """Of a translation, its texts and the facts of the original, together."""

    @property
    def code(self) -> str:
        """The name."""
        return self.definition.name


@dataclass(frozen=True)
class PaperFile(_NamedPaper):
    """A paper in the language in which it was written first."""

    language: str = "en"


@dataclass(frozen=True)
class PaperTranslationFile(_NamedPaper):
    """A paper in another language. Its facts are those of the original."""

    language: str
    translates: str
    """The hash of the text that it states it translates; empty where it states none."""
    original_hash: str
    """The hash of today's original."""


@dataclass(frozen=True)
class OrphanFile:
    """A translation of a definition that doesn't exist."""

    source: SourceText
    code: str
    language: str


AnyProcedure = ProcedureFile | TranslationFile
AnyOriginal = ProcedureFile | PaperFile
TranslatedFile = TranslationFile | PaperTranslationFile
AnyDefinition = AnyOriginal | TranslatedFile


@dataclass(frozen=True)
class PackFile:
    """A language pack."""

    source: SourceText
    pack: LanguagePack
    code: str = ""

    @property
    def language(self) -> str:
        """The language."""
        return self.pack.language


@dataclass(frozen=True)
class ClinicFile:
    """The clinic's particulars."""

    source: SourceText
    clinic: Clinic
    passed_over: tuple[str, ...] = ()
    """Files in the clinic's folders of definitions that are not read, each by its folder and name."""
    code: str = ""

    @property
    def language(self) -> str:
        """The clinic's default language."""
        return self.clinic.language

    def texts(self) -> list[PlacedText]:
        """The particulars that are printed, each with its place."""
        return [placed for name in _PARTICULARS for placed in texts_in(getattr(self.clinic, name), (name,))]


@dataclass(frozen=True)
class RiskFile:
    """A table of risks that procedures share, in one of its languages."""

    source: SourceText
    table: RiskTable
    language: str = "en"
    code: str = ""

    def each_language(self) -> tuple[RiskFile, ...]:
        """The same in each language that the table has."""
        languages = {language: None for risk in self.table.risks.values() for language in risk.wording}
        return tuple(replace(self, language=language) for language in languages)

    def texts(self) -> list[PlacedText]:
        """What patients read of the table in the language, each text with its place."""
        return [
            placed
            for name, risk in self.table.risks.items()
            if self.language in risk.wording
            for placed in texts_in(risk.wording[self.language], ("risks", name, "wording", self.language))
        ]


@dataclass(frozen=True)
class ServiceFile:
    """A clinic's list of services."""

    source: SourceText
    services: ServiceList
    code: str = ""
    language: str = "en"

    @property
    def codes(self) -> Iterator[tuple[DataPath, str]]:
        """Each code, those of groups and the names of papers too, with its place in the data."""
        for path, service, _ in self.services.each_service():
            yield self._place(path), service.code

    @property
    def documents(self) -> Iterator[tuple[DataPath, Identity]]:
        """Each document, once for each service that requests it, with the place of the service."""
        for path, service, choices in self.services.each_service():
            for identity in dict.fromkeys(identity for identity, _ in requests_of(service, choices)):
                yield self._place(path), identity

    def _place(self, service: DataPath) -> DataPath:
        """The place of a service's code: the service may be the code itself."""
        full = (*service, "code")
        return full if full in self.source.yaml.values else service


@dataclass(frozen=True)
class PrintedFile:
    """A clinic's own clauses, or anything else that need only be printable."""

    source: SourceText
    code: str = ""
    language: str = "en"


@dataclass(frozen=True)
class ClauseFile:
    """What a clinic changes in the clauses of a language."""

    source: SourceText
    changes: ClauseChanges
    language: str
    code: str = ""


@dataclass(frozen=True)
class LibraryFiles:
    """All that a clinic works with."""

    procedures: tuple[ProcedureFile, ...]
    translations: tuple[TranslatedFile, ...] = ()
    """Those of procedures, and of papers."""
    papers: tuple[PaperFile, ...] = ()
    packs: tuple[PackFile, ...] = ()
    clauses: tuple[ClauseFile, ...] = ()
    """The clinic's own, one file for each language that has some."""
    clinic: ClinicFile | None = None
    services: tuple[ServiceFile, ...] = ()
    risks: tuple[RiskFile, ...] = ()
    """The tables of risks, that of the clinic before the shipped one."""
    printed: tuple[PrintedFile, ...] = ()
    orphans: tuple[OrphanFile, ...] = ()
    """Translations of definitions that don't exist."""
    unread: frozenset[str] = frozenset()
    """Definitions, translations and languages that are there but have mistakes, by the names of their files, without
    the ending: what is said of them elsewhere is no mistake of those who say it."""
    fixed: frozenset[str] = frozenset()
    """The files that nobody can edit, since they come with consentkit."""
    lost: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """For each code or name of which the clinic has its own text: the languages of the shipped text that this lacks."""
    shipped: Mapping[str, datetime.date] = field(default_factory=dict)
    """For each code or name of which the clinic has its own text: when the shipped text was issued."""

    def by_code(self) -> dict[str, ProcedureFile]:
        """The procedures by their codes."""
        return {file.code: file for file in self.procedures}

    @property
    def originals(self) -> tuple[AnyOriginal, ...]:
        """The procedures and papers."""
        return (*self.procedures, *self.papers)

    @property
    def languages(self) -> frozenset[str]:
        """The languages in which documents can be made, once all mistakes are corrected."""
        return frozenset(file.language for file in self.packs) | self.unread

    @property
    def known_names(self) -> frozenset[str]:
        """All codes and names, also of definitions that have mistakes."""
        return frozenset(file.code for file in self.originals) | self.unread

    def is_fixed(self, file: AnyDefinition) -> bool:
        """Whether a file comes with consentkit, so that a clinic must not be sent there to correct it."""
        return file.source.name in self.fixed

    def by_name(self) -> dict[str, AnyOriginal]:
        """The procedures by their codes, and the papers by their names."""
        return {file.code: file for file in self.originals}
