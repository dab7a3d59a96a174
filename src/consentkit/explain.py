"""What a validation found, told to the person who wrote the file.

Guarantees: every finding has the line and column of the key or value that it is about, or of the nearest thing around
it that stands in the file; the words are plain and say what to do; the value itself is quoted only where it is a key
or a choice.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consentkit.errors import InvalidInput
from consentkit.problems import Problem, did_you_mean, listed, quoted
from consentkit.yamlfile import Path, Position, YamlFile, dotted

ModelType = TypeVar("ModelType", bound=BaseModel)


def validated(model: type[ModelType], source: YamlFile) -> tuple[ModelType | None, list[Problem]]:
    """Validate the data of a file. Returns the instance, or None, and all problems in the order of their lines."""
    problems = list(source.problems)
    instance = None
    if source.data or not problems:
        try:
            instance = model.model_validate(source.data)
        except ValidationError as error:
            problems += explain(error, source, model)
    problems.sort(key=Problem.place)
    return (None if problems else instance), problems


def require(model: type[ModelType], source: YamlFile) -> ModelType:
    """Validate the data of a file, or raise InvalidInput with all problems."""
    instance, problems = validated(model, source)
    if instance is None:
        raise InvalidInput(problems)
    return instance


def explain(error: ValidationError, source: YamlFile, model: type[BaseModel]) -> list[Problem]:
    """Turn each finding of a validation into a Problem with its place in the file."""
    return [_problem(detail, source, model) for detail in error.errors(include_url=False)]


def _problem(detail: ErrorDetails, source: YamlFile, model: type[BaseModel]) -> Problem:
    path, position = _place(tuple(detail["loc"]), source, at_key=detail["type"] == "extra_forbidden")
    message = _message(detail, model)
    if detail["type"] == "missing":
        path = (*path, str(detail["loc"][-1])) if path != detail["loc"] else path
    line, column = position
    return Problem(source.name, line, column, dotted(path), message)


def _place(location: Path, source: YamlFile, *, at_key: bool) -> tuple[Path, Position]:
    """Find the longest part of a location that stands in the file.

    A location may hold steps that the author left out by a short form (`items` of a plain list): they are skipped.
    """
    written: Path = ()
    for step in location:
        if (*written, step) in source.values:
            written = (*written, step)
    positions = source.keys if at_key and written in source.keys else source.values
    return written, positions.get(written, (1, 1))


def _message(detail: ErrorDetails, model: type[BaseModel]) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        known = sorted(_fields_at(model, tuple(detail["loc"][:-1])))
        return f"is not a key that is known here{did_you_mean(str(detail['loc'][-1]), known)}"
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if tell := _MESSAGES.get(kind):
        return tell(detail)
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _kind_of(value: object) -> str:
    names: dict[type, str] = {dict: "keys and values", list: "a list", str: "text"}
    return names.get(type(value), "something else")


def _choices(detail: ErrorDetails) -> str:
    expected = [choice.strip(" '") for choice in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(",")]
    given = str(detail["input"])
    return f"is {quoted(given)}; write one of {listed(expected)}{did_you_mean(given, expected)}"


_MESSAGES: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda detail: "is missing; every document needs it",
    "string_type": lambda detail: f"must be text, but is {_kind_of(detail['input'])}; check the indentation",
    "tuple_type": lambda detail: f"must be a list, each line with a `-`, but is {_kind_of(detail['input'])}",
    "model_type": lambda detail: f"must consist of keys and values, but is {_kind_of(detail['input'])}",
    "too_short": lambda detail: "is an empty list; write at least one item",
    "string_too_short": lambda detail: "is empty; write the text or delete the line",
    "string_too_long": lambda detail: (
        f"has {len(str(detail['input'])):,} characters; at most {detail['ctx']['max_length']:,} fit"
    ),
    "too_long": lambda detail: f"has {detail['ctx']['actual_length']} items; at most {detail['ctx']['max_length']} fit",
    "string_pattern_mismatch": lambda detail: f"is {quoted(str(detail['input']))}; {_pattern_advice(detail)}",
    "literal_error": _choices,
    "int_parsing": lambda detail: "is not a whole number",
    "int_type": lambda detail: f"must be a whole number, but is {_kind_of(detail['input'])}",
    "bool_parsing": lambda detail: "is neither `yes` nor `no`",
    "bool_type": lambda detail: f"must be `yes` or `no`, but is {_kind_of(detail['input'])}",
    "date_type": lambda detail: f"must be a date such as 2026-11-21, but is {_kind_of(detail['input'])}",
    "greater_than_equal": lambda detail: f"is too small; at least {detail['ctx']['ge']}",
    "less_than_equal": lambda detail: f"is too large; at most {detail['ctx']['le']}",
}


def _pattern_advice(detail: ErrorDetails) -> str:
    pattern = str(detail["ctx"]["pattern"])
    if "A-Z0-9-" in pattern:
        return "a code has 1 to 16 capitals, digits and hyphens, such as 90837"
    return "use small letters, digits and underscores"


def _fields_at(model: type[BaseModel], location: Path) -> set[str]:
    """The keys that may stand at a location of the model."""
    models = {model}
    for step in location:
        if isinstance(step, str):
            annotations = [found.model_fields[step].annotation for found in models if step in found.model_fields]
            models = {inner for annotation in annotations for inner in models_in(annotation)}
    return {name for found in models for name in found.model_fields}


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, list, Union, types.UnionType, dict) or hasattr(annotation, "__metadata__"):
        for inner in get_args(annotation):
            yield from models_in(inner)
