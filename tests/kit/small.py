"""The smallest procedure and paper that are valid, with a clinic folder: quick to render, and easy to vary."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

from consentkit.model.paper import Paper
from consentkit.model.procedure import Procedure
from consentkit.model.translation import text_hash
from consentkit.resources import shipped

CODE = "SMALL-1"

_SMALL: dict[str, Any] = {
    "code": CODE,
    "title": "A small procedure",
    "billing": {"role": "primary"},
    "summary": {
        "what": "A talk.",
        "why": "It may help.",
        "how_long": "One hour.",
        "main_risk": "You may feel sad.",
        "your_choice": "You may say no.",
    },
    "purpose": "To feel better.",
    "indications": ["Low mood"],
    "preparation": "Nothing.",
    "description": [{"name": "We talk", "text": "We talk with you."}],
    "equipment": "Two chairs.",
    "anesthesia": "None.",
    "duration": "One hour.",
    "setting": "In a room.",
    "personnel": "One therapist.",
    "risks": {"common": ["You may feel worse for a day."], "what_helps": "Tell us."},
    "benefits": ["You may feel better."],
    "recovery": "Take a walk.",
    "alternatives": [{"name": "Waiting", "good": ["It costs nothing."], "less_good": ["It may take long."]}],
    "no_treatment": "Things may stay as they are.",
    "patient_experience": {"during": "Calm.", "after": "Tired.", "comfort": "Breathe."},
    "sources": [{"title": "A book", "publisher": "A house"}],
    "review": {"issued": "2026-01-15", "next": "2099-01-15"},
}


def small_data(**changes: Any) -> dict[str, Any]:
    """The procedure as plain data; `changes` replace whole keys."""
    return {**copy.deepcopy(_SMALL), **changes}


def small_procedure(**changes: Any) -> Procedure:
    """The procedure as a model."""
    return Procedure.model_validate(small_data(**changes))


def write_translation(folder: Path, language: str, **changes: Any) -> Path:
    """Write a translation of the procedure beside it, as CODE.LANGUAGE.yaml; `changes` replace whole keys."""
    facts = {"billing", "clauses", "related", "sources"}
    text = {key: value for key, value in small_data().items() if key not in facts}
    data = {**text, "language": language, "translates": text_hash(small_procedure()), **changes}
    path = folder / f"{CODE}.{language}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def write_procedure(folder: Path, **changes: Any) -> Path:
    """Write the procedure into a folder, as CODE.yaml. (JSON is YAML too, and every string in it is quoted.)"""
    data = small_data(**changes)
    path = folder / f"{data['code']}.yaml"
    folder.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


PAPERS_OF_VISITS = ("practice-agreement", "telehealth", "minors-and-custody", "group-rules", "family-rules")
"""The shipped papers that are due at visits."""
NO_PAPERS_DUE = f"packet:\n  without_papers: [{', '.join(PAPERS_OF_VISITS)}]\n"
"""Particulars by which none of them is due at a visit."""
WITH_JOURNAL = f"name: Alder Clinic\n{NO_PAPERS_DUE}journal:\n  keep_years: 6\n"
"""The particulars of a clinic that keeps a journal."""


def make_clinic(
    folder: Path, particulars: str = f"name: Alder Clinic\n{NO_PAPERS_DUE}", templates: dict[str, str] | None = None
) -> Path:
    """Make a clinic folder with the small procedure and templates of its own."""
    write_procedure(folder / "procedures")
    (folder / "clinic.yaml").write_text(particulars, encoding="utf-8")
    for name, text in (templates or {}).items():
        path = folder / "templates" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder


PAPER = "small-rules"

_SMALL_PAPER: dict[str, Any] = {
    "name": PAPER,
    "title": "A few small rules",
    "sections": [{"heading": "What we ask", "text": "Please come on time."}],
    "sources": [{"title": "A book", "publisher": "A house", "year": "2020"}],
    "review": {"issued": "2026-01-15", "next": "2099-01-15"},
}
SIGNED = {
    "signers": ["patient", "clinician"],
    "statements": ["I read these rules.", "I could ask my questions."],
    "agreement": "I agree to keep these rules.",
}
"""What a paper has that is signed."""


def small_paper_data(**changes: Any) -> dict[str, Any]:
    """The smallest paper that is valid, as plain data: nobody signs it. `changes` replace whole keys."""
    return {**copy.deepcopy(_SMALL_PAPER), **changes}


def write_paper(folder: Path, **changes: Any) -> Path:
    """Write the paper into a folder, as NAME.yaml."""
    data = small_paper_data(**changes)
    return _write(folder / f"{data['name']}.yaml", data)


def write_paper_translation(folder: Path, original: dict[str, Any], language: str, **changes: Any) -> Path:
    """Write a translation of a paper beside it; `original` is the paper's data, `changes` replace whole keys."""
    facts = {"signers", "participants", "due", "sources"}
    text = {key: value for key, value in original.items() if key not in facts}
    translates = text_hash(Paper.model_validate(original))
    data = {**text, "language": language, "translates": translates, **changes}
    return _write(folder / f"{data['name']}.{language}.yaml", data)


def ship_few_texts(folder: Path) -> Path:
    """Write what a program would ship that has a few small texts: one procedure, and papers of the usual names."""
    write_procedure(folder / "procedures", code="SHIPPED-1", title="A shipped procedure")
    for name in PAPERS_OF_VISITS:
        write_paper(folder / "papers", name=name, title=f"The paper {name}")
    for name in ("templates", "docs"):
        (folder / name).symlink_to(shipped(name))
    return folder


def _write(path: Path, data: dict[str, Any]) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(data, ensure_ascii=False, indent=2), encoding="utf-8")
    return path


def lengthen_form(clinic: Path) -> Path:
    """Give a clinic's forms a clause because of which the clinician signs on a second page."""
    sentences = "You may ask us whatever you would like to know. " * 2
    clause = {"heading": "Questions", "text": sentences.strip(), "always": True, "form": True, "source": "A book"}
    (clinic / "clauses.en.yaml").write_text(json.dumps({"clauses": {"questions": clause}}), encoding="utf-8")
    return clinic
