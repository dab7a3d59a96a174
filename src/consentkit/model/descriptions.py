"""What the fields of records mean, in the words that stand behind them in the source.

Guarantees: each field has the docstring that follows it, also where the record got the field from the one that it
extends. Reading the source takes longer than all else that a record is made of, so it happens only for those who show
the words: editors, and new files.
"""

from __future__ import annotations

import ast
import inspect
import textwrap
from functools import cache
from itertools import pairwise
from typing import Any

from pydantic import BaseModel
from pydantic.json_schema import GenerateJsonSchema, JsonSchemaValue
from pydantic_core import core_schema


@cache
def descriptions_of(model: type[BaseModel]) -> dict[str, str]:
    """The description of each field that has one, by its name."""
    described: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if issubclass(base, BaseModel) and base is not BaseModel:
            described |= _own_descriptions(base)
    return described


def _own_descriptions(model: type[BaseModel]) -> dict[str, str]:
    (defined,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(defined, ast.ClassDef)
    described = {}
    for field, after in pairwise(defined.body):
        if isinstance(field, ast.AnnAssign) and isinstance(field.target, ast.Name) and (text := _text(after)):
            described[field.target.id] = inspect.cleandoc(text)
    return described


def _text(statement: ast.stmt) -> str | None:
    """The text of a statement that is nothing but one."""
    match statement:
        case ast.Expr(ast.Constant(str() as text)):
            return text
        case _:
            return None


class DescribedSchema(GenerateJsonSchema):
    """Makes JSON schemas in which each field has its description."""

    def model_schema(self, schema: core_schema.ModelSchema) -> JsonSchemaValue:
        """The schema of a record."""
        made = super().model_schema(schema)
        model: type[BaseModel] = schema["cls"]
        properties: dict[str, Any] = made.get("properties", {})
        for name, text in descriptions_of(model).items():
            field = model.model_fields.get(name)
            if field and (entry := properties.get(field.alias or name)) is not None:
                entry.setdefault("description", text)
        return made
