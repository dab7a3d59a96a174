"""The commands that the pages of the documentation show, and a folder in which they can be run as they are shown.

Guarantees: a line of a block of code that begins with the name of a program, and each command within a sentence that
has an argument or an option, is a command that is shown; what explains it beside it is no part of it.
"""

from __future__ import annotations

import io
import json
import re
import shlex
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import segno
import yaml
from PIL import Image

from consentkit.model.paper import Paper
from consentkit.model.procedure import Procedure
from consentkit.model.translation import text_hash
from consentkit.resources import shipped
from kit.running import PROJECT
from kit.small import NO_PAPERS_DUE, PAPERS_OF_VISITS, small_data, small_paper_data, write_procedure
from kit.translations import SPANISH

PAGES = sorted(
    [
        *PROJECT.glob("docs/*.md"),
        *(PROJECT / name for name in ("README.md", "CONTRIBUTING.md", "SECURITY.md")),
        *(PROJECT / "samples").rglob("README.md"),
        PROJECT / "benchmarks/README.md",
    ]
)
PROGRAMS = (
    *("apt-get", "apt", "brew", "cancel", "chgrp", "chmod", "chown", "consentkit", "cp", "crontab", "cupsaccept"),
    *("cupsenable", "curl", "docker", "git", "gzip", "lp", "lpadmin", "lpoptions", "lpr", "lpstat", "make", "mkdir"),
    *("mv", "npm", "openssl", "pip", "pipx", "podman", "pre-commit", "pytest", "python", "python3", "restic", "rsync"),
    *("scp", "sh", "ssh", "sudo", "systemctl", "tar", "twine"),
)
_COMMAND = rf"(?:\w+=\S+ +)*(?:{'|'.join(PROGRAMS)}) +\S.*"
_IN_BLOCK = re.compile(rf"^(?: {{4,}}|\t)(?:\$ )?({_COMMAND})$")
_IN_FENCE = re.compile(r"^(?:\$ )?(\S.*)$")
_IN_SENTENCE = re.compile(rf"`({_COMMAND}?)`")
_EXPLAINED = re.compile(r"  +(?! ).*$")
_PLACEHOLDER = re.compile(r"\||\[|…|\.\.\.|(?<![\w-])[A-Z]{2,}(?![\w-])")
"""What a reader has to fill in: `CODE`, `[--lang LANGUAGE]`, `check|guess`."""


@dataclass(frozen=True)
class Shown:
    """A command, and where it is shown."""

    page: str
    line: int
    text: str
    in_sentence: bool = False

    @property
    def program(self) -> str:
        """The program, without the variables that are set for it."""
        return next(word for word in self.text.split() if not re.match(r"\w+=", word))

    @property
    def has_placeholders(self) -> bool:
        """Whether a reader has to fill something in."""
        return bool(_PLACEHOLDER.search(self.text.partition(" | ")[0]))

    @property
    def words(self) -> list[str]:
        """The words of the command; what it is piped into is another one's."""
        return shlex.split(self.text.partition(" | ")[0])

    def __str__(self) -> str:
        return f"{self.page}:{self.line}: {self.text}"


def commands_of(path: Path) -> Iterator[Shown]:
    """The commands that a page shows, in their order."""
    page = path.relative_to(PROJECT).as_posix()
    lines = path.read_text(encoding="utf-8").splitlines()
    fence = ""
    for number, line in enumerate(lines, 1):
        if line.lstrip().startswith("```"):
            fence = "" if fence else line.strip(" `") or "text"
        elif match := (_IN_FENCE if fence in {"sh", "bash", "console", "shell"} else _IN_BLOCK).match(line):
            yield Shown(page, number, _EXPLAINED.sub("", _whole(match[1], lines[number:])))
        elif not line.startswith("#"):  # a heading names a command and all that it takes
            for text in _IN_SENTENCE.findall(line):
                yield Shown(page, number, text, in_sentence=True)


def _whole(text: str, following: list[str]) -> str:
    """A command with the lines on which it continues."""
    for line in following:
        if not text.endswith("\\"):
            break
        text = text.removesuffix("\\").rstrip() + " " + line.strip()
    return text


# --- the folder in which they are run ---

SERVICES = 'services: ["90837", "90834"]\n'
RECORD = "MR-20419"
"""The record number of V-1002 in the sample files."""
APPROVED = (("90837", "en"), ("90834", "en"), ("90834", "es"), ("90791", "es"))
"""What the visits of the sample files need."""


_SPANISH_SECTIONS = [{"heading": "Lo que pedimos", "text": "Por favor, venga a tiempo."}]
_TWO_SENTENCES = "Some problems get better by themselves in time. Others may stay, or get worse."
_REVIEW = {"issued": "2026-01-15", "next": "2027-12-15"}


def ship_small_texts(folder: Path) -> None:
    """Write what a program would ship whose texts have the codes that the pages name, and are made quickly."""
    more: dict[str, dict[str, Any]] = {
        "90839": {"plan": "crisis", "clauses": ["crisis_plan"]},
        "90853": {"clauses": ["group_confidentiality"]},
    }
    for number, code in enumerate(("90837", "90834", "90791", "90839", "90853"), 1):
        data = small_data(code=code, title=f"Small procedure {number}", review=_REVIEW, **more.get(code, {}))
        words = {"code": code, "title": f"Procedimiento número {number}", "review": _REVIEW, **SPANISH}
        _write_both(folder / "procedures", code, data, words, text_hash(Procedure.model_validate(data)))
    for name in PAPERS_OF_VISITS:
        paper = small_paper_data(name=name, title=f"The paper {name}", review=_REVIEW)
        words = {"name": name, "title": f"El papel {name}", "review": _REVIEW, "sections": _SPANISH_SECTIONS}
        _write_both(folder / "papers", name, paper, words, text_hash(Paper.model_validate(paper)))
    for name in ("templates", "docs", "samples"):
        (folder / name).symlink_to(shipped(name))


def write_world(folder: Path) -> None:
    """A clinic's folder with all files that the pages name, in which commands are run."""
    sample = yaml.safe_load((PROJECT / "samples/clinic/clinic.yaml").read_text(encoding="utf-8"))
    settings: dict[str, Any] = {
        "name": "Elm Street Counseling",
        "phone": "217-555-0142",
        **yaml.safe_load(NO_PAPERS_DUE),
        "mapping": sample["mapping"],
        "fhir": {"timezone": "America/Chicago"},
        "journal": {"keep_years": 6},
        "records": {"keep_years": 6},
    }
    samples = folder / "samples"
    shutil.copytree(PROJECT / "samples", samples, ignore=shutil.ignore_patterns("clinic", "other-fields"))
    _keep_rows(samples / "schedule.csv", 2)
    for clinic in (folder, folder / "our-clinic", samples / "clinic"):
        clinic.mkdir(exist_ok=True)
        (clinic / "clinic.yaml").write_text(yaml.safe_dump(settings), encoding="utf-8")
    data = small_data(code="45378", title="A small examination", review=_REVIEW)
    words = {"code": "45378", "title": "Un examen", "review": _REVIEW, **SPANISH}
    _write_both(samples / "other-fields/procedures", "45378", data, words, text_hash(Procedure.model_validate(data)))
    (samples / "other-fields/clinic.yaml").write_text("name: Alder Clinic\n")
    for services in (folder, samples):
        (services / "services.yaml").write_text(SERVICES)
    (folder / "procedures").mkdir()
    write_procedure(folder / "my", code="90837", title="My own text")
    shutil.copy(samples / "messages.hl7", folder / "day.hl7")
    for name in ("visit.yaml", "bundle.json", "export.csv", "schedule.csv"):
        shutil.copy(samples / name, folder)
    for schedule in (samples / "schedule.csv", folder / "schedule.csv"):
        schedule.write_text(schedule.read_text().replace("medicine-antidepressants", ""))
    shutil.copy(folder / "schedule.csv", folder / "day.csv")
    _keep_rows(folder / "export.csv", 5)  # three lines come before the first of its two complete visits
    mistaken = json.dumps(small_data(code="90837"), indent=2).replace('"common"', '"comon"')
    (folder / "90837.yaml").write_text(mistaken)
    (folder / "number.txt").write_text(RECORD + "\n")
    _write_scans(folder)


def _write_scans(folder: Path) -> None:
    """Write scans of a page of some packet, with nothing on it but its code."""
    page = Image.new("L", (850, 1100), 250)
    code = io.BytesIO()
    segno.make_qr("CK2/ZAVNXDW3HN/3", error="m", boost_error=False).save(code, kind="png", scale=5, border=4)
    with Image.open(code) as picture:
        page.paste(picture.convert("L"), (650, 900))
    (folder / "scans").mkdir()
    for path in (folder / "stack.pdf", folder / "scans/1.pdf"):
        page.resize((1700, 2200)).save(path, "PDF", resolution=200)


def fill_in(path: Path) -> None:
    """Write what a reader would into the file of a new procedure, or into the frame of its translation."""
    code, *language = path.stem.split(".")
    data = small_data(code=code, title=f"New procedure {code}", no_treatment=_TWO_SENTENCES, review=_REVIEW)
    if language:
        original = text_hash(Procedure.model_validate(data))
        words = {"code": code, "title": "Un procedimiento nuevo", "review": _REVIEW, **SPANISH}
        data = {**words, "language": language[0], "translates": original}
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")


def _write_both(folder: Path, name: str, original: dict[str, Any], words: dict[str, Any], translates: str) -> None:
    """Write a text and its translation."""
    folder.mkdir(parents=True, exist_ok=True)
    for suffix, data in (("", original), (".es", {**words, "language": "es", "translates": translates})):
        (folder / f"{name}{suffix}.yaml").write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")


def _keep_rows(path: Path, rows: int) -> None:
    lines = path.read_text(encoding="utf-8").splitlines(keepends=True)
    path.write_text("".join(lines[: rows + 1]), encoding="utf-8")
