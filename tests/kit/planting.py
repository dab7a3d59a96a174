"""The planted faults of tests/examples/content: a clean clinic folder, and for each rule a change that breaks it.

    PYTHONPATH=src:tests python tests/kit/planting.py FOLDER

writes them as whole folders, to try the command line on. The README in that folder says how a case is written.
"""

from __future__ import annotations

import datetime
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml

from consentkit import checks
from consentkit.model.clauses import ClauseChanges
from consentkit.model.clinic import Clinic
from consentkit.model.procedure import Procedure
from consentkit.model.risks import KnownRisks, RiskTable
from consentkit.model.services import ServiceList
from consentkit.model.words import LanguagePack
from consentkit.reading.validation import require, validated
from consentkit.resources import shipped

CONTENT = Path(__file__).parents[1] / "examples" / "content"
CLEAN = CONTENT / "clean"
CASES = sorted(path.name for path in CONTENT.iterdir() if path.is_dir() and path.name != CLEAN.name)
TODAY = datetime.date(2026, 11, 21)
RISKS = "procedures/risks.yaml"
CURRENT = "current"
"""What stands in for the hash of the original."""

_FACTS = ("billing", "clauses", "plan", "covered_by", "related", "sources")
_OF_TRANSLATIONS = ("language", "translates")
_PROCEDURE = re.compile(r"procedures/[A-Z0-9-]+\.yaml")
_TRANSLATION = re.compile(r"procedures/[A-Z0-9-]+\.([a-z-]+)\.yaml")

_read_source = cache(checks.read_source)

Files = dict[str, str]
"""The texts of a folder, by their names in it."""


@cache
def read_original(name: str, text: str, table: str = "") -> checks.ProcedureFile:
    """Read a procedure, with the text of the table of risks that is beside it."""
    source = checks.read_source(text, name)
    procedure, problems = validated(Procedure, source.yaml, _known_risks(table, "en"))
    assert procedure, problems
    return checks.ProcedureFile(source, procedure)


def _known_risks(table: str, language: str) -> KnownRisks:
    return KnownRisks(language, read_table(table).table.risks if table else {})


@cache
def read_table(text: str) -> checks.RiskFile:
    """Read a table of risks."""
    source = checks.read_source(text, RISKS)
    return checks.RiskFile(source, require(RiskTable, source.yaml))


@cache
def read_pack(name: str, text: str) -> checks.PackFile:
    """Read a language pack."""
    source = checks.read_source(text, name)
    return checks.PackFile(source, require(LanguagePack, source.yaml))


@dataclass(frozen=True)
class Folder:
    """A folder, read as the command line reads it."""

    library: checks.LibraryFiles
    settings: checks.CheckSettings

    def findings(self) -> list[checks.RuleFinding]:
        return checks.check_library(self.library, TODAY, self.settings)

    def findings_in(self, file: str) -> list[checks.RuleFinding]:
        """What is found in one procedure or translation by itself."""
        originals = self.library.by_code()
        for original in self.library.procedures:
            if original.source.name == file:
                return checks.check_procedure(original, TODAY, self.settings)
        (translation,) = [entry for entry in self.library.translations if entry.source.name == file]
        return checks.check_translation(translation, originals[translation.code], TODAY, self.settings)

    def lines(self) -> list[str]:
        return [str(finding.problem()) for finding in self.findings()]


def clean_files() -> Files:
    """The clean folder."""
    paths = sorted(path for path in CLEAN.rglob("*.yaml"))
    return {path.relative_to(CLEAN).as_posix(): path.read_text(encoding="utf-8") for path in paths}


def planted(case: str) -> Files:
    """The clean folder with the changes of a case."""
    files = clean_files()
    for change in yaml.safe_load((CONTENT / case / "change.yaml").read_text(encoding="utf-8")):
        name = change["file"]
        if "text" in change:
            files[name] = change["text"]
            continue
        text = files[change.get("from", name)]
        if "old" in change:
            assert text.count(change["old"]) == 1, f"{case}: {change['old']!r} must stand in {name} once"
            text = text.replace(change["old"], change["new"])
        files[name] = text
    return files


def read_folder(files: Mapping[str, str]) -> Folder:
    """Read a folder."""
    sources = {name: _read_source(text, name) for name, text in files.items()}
    table = files.get(RISKS, "")
    originals = {name: read_original(name, text, table) for name, text in files.items() if _PROCEDURE.fullmatch(name)}
    by_code = {file.code: file for file in originals.values()}
    translations = tuple(
        _translation(source, by_code[str(source.yaml.data["code"])], table)
        for name, source in sources.items()
        if _TRANSLATION.fullmatch(name)
    )
    library = checks.LibraryFiles(
        procedures=tuple(originals.values()),
        translations=translations,
        clauses=tuple(_clauses(source) for name, source in sources.items() if name.startswith("clauses.")),
        packs=tuple(read_pack(name, text) for name, text in files.items() if name.startswith("templates/languages/")),
        clinic=_clinic(sources["clinic.yaml"], files),
        services=tuple(_services(source) for name, source in sources.items() if name == "services.yaml"),
        risks=(read_table(table),) if table else (),
        fixed=frozenset(files.get("fixed.txt", "").split()),
        shipped={
            Path(name).stem: read_original(name, text).procedure.review.issued
            for name, text in files.items()
            if name.startswith("shipped/")
        },
    )
    return Folder(library, _settings(sources["clinic.yaml"]))


def translated(source: checks.SourceText, original: checks.ProcedureFile, table: str = "") -> Procedure:
    """The texts of a translation with the facts of its original."""
    facts = {key: value for key, value in original.source.yaml.data.items() if key in _FACTS}
    texts = {key: value for key, value in source.yaml.data.items() if key not in _OF_TRANSLATIONS}
    known = _known_risks(table, str(source.yaml.data["language"]))
    return Procedure.model_validate({**facts, **texts}, context=known)


def _translation(source: checks.SourceText, original: checks.ProcedureFile, table: str) -> checks.TranslationFile:
    data = source.yaml.data
    procedure = translated(source, original, table)
    return checks.TranslationFile(source, procedure, str(data["language"]), str(data["translates"]), CURRENT)


def _clinic(source: checks.SourceText, files: Mapping[str, str]) -> checks.ClinicFile:
    particulars = {key: value for key, value in source.yaml.data.items() if key != "checks"}
    read = [name for name in files if _PROCEDURE.fullmatch(name) or _TRANSLATION.fullmatch(name) or name == RISKS]
    passed_over = [name for name in files if name.startswith("procedures/") and name not in read]
    return checks.ClinicFile(source, Clinic.model_validate(particulars), tuple(passed_over))


def _settings(source: checks.SourceText) -> checks.CheckSettings:
    return checks.CheckSettings.model_validate(source.yaml.data.get("checks", {}))


def _clauses(source: checks.SourceText) -> checks.ClauseFile:
    return checks.ClauseFile(source, require(ClauseChanges, source.yaml), source.name.split(".")[1])


def _services(source: checks.SourceText) -> checks.ServiceFile:
    return checks.ServiceFile(source, require(ServiceList, source.yaml))


def write_all(folder: Path) -> None:
    """Write every case as a whole folder."""
    for case in CASES:
        for name, text in planted(case).items():
            path = folder / case / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")


TALK = "procedures/TALK-1.yaml"
SPANISH = "procedures/TALK-1.es.yaml"
PACK = "templates/languages/en.yaml"
SHIPPED_CODES = sorted(path.stem for path in shipped("procedures").glob("[A-Z0-9]*.yaml") if "." not in path.stem)
SHIPPED_TABLE = (shipped("procedures") / "risks.yaml").read_text(encoding="utf-8")

Found = list[tuple[str, str]]
"""Ids of rules, each with the words that stand at the place."""


def changed(old: str, new: str, file: str = TALK) -> Files:
    """The clean folder with a text replaced."""
    files = clean_files()
    assert files[file].count(old) == 1
    return {**files, file: files[file].replace(old, new)}


def found_in(files: Files, file: str = TALK) -> Found:
    """What is found in one file of a folder."""
    findings = read_folder(files).findings_in(file)
    lines = files[file].splitlines()
    return [(finding.rule.id, lines[finding.position[0] - 1][finding.position[1] - 1 :]) for finding in findings]


def found_in_text(text: str, language: str = "en") -> set[str]:
    """The rules that a sentence breaks where a patient reads it."""
    if language == "es":
        return ids(found_in(changed("Podemos ir más despacio.", text, SPANISH), SPANISH))
    return ids(found_in(changed("We can slow down.", text)))


def ids(found: Found) -> set[str]:
    """The rules that were broken."""
    return {rule for rule, _ in found}


def read_shipped(code: str) -> checks.ProcedureFile:
    """Read a shipped procedure."""
    path = shipped("procedures") / f"{code}.yaml"
    return read_original(path.name, path.read_text(encoding="utf-8"), SHIPPED_TABLE)


if __name__ == "__main__":
    write_all(Path(sys.argv[1]))
