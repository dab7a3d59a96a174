"""The JSON Schemas of files: those that people write, with the help of editors, and reports for other programs.

Guarantees: each schema is generated from the model that also validates or writes, so the two never differ; no model is
loaded before its schema is requested.
"""

from __future__ import annotations

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

REPORTS = {"filing-report": "consentkit.model.filing_report:FilingReport"}
"""The kinds of reports that programs read, each with the name of its model."""

SCHEMA_FOLDER = "schemas"
"""The folder of a clinic in which its editors find the schemas."""


def schema_text(kind: str) -> str:
    """The schema of a kind of file or report, as it is committed under docs/."""
    import json
    import pkgutil

    from consentkit.model.descriptions import DescribedSchema
    from consentkit.model.schema_for_editors import as_editors_read

    schema = pkgutil.resolve_name({**MODELS, **REPORTS}[kind]).model_json_schema(schema_generator=DescribedSchema)
    schema = schema if kind in REPORTS else as_editors_read(schema)
    described = {"$schema": "https://json-schema.org/draft/2020-12/schema", **schema}
    return json.dumps(described, ensure_ascii=False, indent=2) + "\n"


def schema_file(kind: str) -> str:
    """The name of the file with the schema of a kind."""
    return f"{kind}.schema.json"
