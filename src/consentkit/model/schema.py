"""The JSON Schemas by which editors help people write files.

Guarantees: each schema is generated from the model that also validates, so the two never differ.
"""

from __future__ import annotations

import json

from pydantic import BaseModel

from consentkit.model.clinic import Clinic
from consentkit.model.procedure import Procedure
from consentkit.model.services import ServiceList
from consentkit.model.translation import Translation
from consentkit.model.visit import Visit
from consentkit.model.words import ClauseChanges, LanguagePack

MODELS: dict[str, type[BaseModel]] = {
    "procedure": Procedure,
    "translation": Translation,
    "language": LanguagePack,
    "clauses": ClauseChanges,
    "clinic": Clinic,
    "services": ServiceList,
    "visit": Visit,
}


def schema_text(kind: str) -> str:
    """The schema of a kind of file, as it is committed under docs/."""
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **MODELS[kind].model_json_schema()}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def schema_file(kind: str) -> str:
    """The name of the file that holds the schema of a kind."""
    return f"{kind}.schema.json"
