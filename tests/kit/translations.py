"""A translation of the smallest procedure."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from consentkit.model.procedure import ProcedureText
from consentkit.model.translation import text_hash
from kit.small import small_data, small_procedure

TEXT_KEYS = set(ProcedureText.model_fields)


SMALL = small_procedure()
SPANISH: dict[str, Any] = {
    "summary": {
        "what": "Una charla.",
        "why": "Puede ayudar.",
        "how_long": "Una hora.",
        "main_risk": "Puede sentir tristeza.",
        "your_choice": "Puede decir que no.",
    },
    "purpose": "Para sentirse mejor.",
    "indications": ["Ánimo bajo"],
    "preparation": "Nada.",
    "description": [{"name": "Hablamos", "text": "Hablamos con usted."}],
    "equipment": "Dos sillas.",
    "anesthesia": "Ninguna.",
    "duration": "Una hora.",
    "setting": "En una sala.",
    "personnel": "Un terapeuta.",
    "risks": {"common": ["Puede sentirse peor un día."], "what_helps": "Díganos."},
    "benefits": ["Puede sentirse mejor."],
    "recovery": "Dé un paseo.",
    "alternatives": [{"name": "Esperar", "good": ["No cuesta nada."], "less_good": ["Puede tardar mucho."]}],
    "no_treatment": "Todo puede seguir como está.",
    "patient_experience": {"during": "Calma.", "after": "Cansancio.", "comfort": "Respire."},
}
"""The texts of the small procedure in Spanish, but for its title."""


def translation_data(**changes: Any) -> dict[str, Any]:
    """A translation of the small procedure, whose Spanish is not yet very good."""
    text = {key: value for key, value in small_data(title="Un procedimiento").items() if key in TEXT_KEYS}
    review = {"issued": "2026-05-05", "next": "2098-05-05"}
    return {"language": "es", "translates": text_hash(SMALL), **text, "review": review, **changes}


def write_translation(folder: Path, name: str = "SMALL-1.es.yaml", **changes: Any) -> Path:
    path = folder / name
    path.write_text(json.dumps(translation_data(**changes), ensure_ascii=False, indent=1), encoding="utf-8")
    return path
