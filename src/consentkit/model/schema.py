"""The JSON Schemas with which editors help people write files.

Guarantees: each schema is generated from the model that also validates, so the two never differ; no model is loaded
before its schema is requested.
"""

from __future__ import annotations

import json
import pkgutil

from consentkit.model.schema_for_editors import as_editors_read

MODELS = {
    "procedure": "consentkit.model.procedure:Procedure",
    "translation": "consentkit.model.translation:Translation",
    "paper": "consentkit.model.paper:Paper",
    "paper-translation": "consentkit.model.translation:PaperTranslation",
    "risks": "consentkit.model.risks:RiskTable",
    "language": "consentkit.model.words:LanguagePack",
    "clauses": "consentkit.model.clauses:ClauseChanges",
    "clinic": "consentkit.model.clinic:Clinic",
    "services": "consentkit.model.services:ServiceList",
    "visit": "consentkit.model.visit:Visit",
}
"""The kinds of files that people write, each with the name of its model: loading them would slow `--help` down."""

SCHEMA_FOLDER = "schemas"
"""The folder of a clinic in which its editors find the schemas."""


def schema_text(kind: str) -> str:
    """The schema of a kind of file, as it is committed under docs/."""
    model = pkgutil.resolve_name(MODELS[kind])
    schema = {"$schema": "https://json-schema.org/draft/2020-12/schema", **as_editors_read(model.model_json_schema())}
    return json.dumps(schema, ensure_ascii=False, indent=2) + "\n"


def schema_file(kind: str) -> str:
    """The name of the file with the schema of a kind."""
    return f"{kind}.schema.json"
