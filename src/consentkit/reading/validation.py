"""The errors of a validation, explained to the person who wrote the file.

Guarantees: every problem has the line and column of the key or value that it is about, or of the nearest thing around
it that is in the file; the words are plain and state what to do; the value itself is quoted only where it is a key
or a choice, and never where the file was read discreetly.
"""

from __future__ import annotations

import types
from collections.abc import Callable, Iterator
from typing import Any, TypeVar, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from consentkit.errors import InvalidInput
from consentkit.problems import Problem, did_you_mean, listed, quoted
from consentkit.reading.yaml_file import DataPath, Position, YamlFile, dotted

ModelType = TypeVar("ModelType", bound=BaseModel)

MISSING = "is missing; add it"
"""The message about a required key that is missing."""


def validated(
    model: type[ModelType], source: YamlFile, context: object = None
) -> tuple[ModelType | None, list[Problem]]:
    """Validate the data of a file. Returns the instance, or None, and all problems in the order of their lines.

    `context` is what the model needs to know beside the file.
    """
    problems = list(source.problems)
    instance = None
    if source.data or not problems:
        try:
            instance = model.model_validate(source.data, context=context)
        except ValidationError as error:
            problems += problems_of(error, source, model)
    problems.sort(key=Problem.place)
    return (None if problems else instance), problems


def require(model: type[ModelType], source: YamlFile) -> ModelType:
    """Validate the data of a file, or raise InvalidInput with all problems."""
    instance, problems = validated(model, source)
    if instance is None:
        raise InvalidInput(problems)
    return instance


def problems_of(error: ValidationError, source: YamlFile, model: type[BaseModel]) -> list[Problem]:
    """Turn each error of a validation into a Problem with its place in the file."""
    details = error.errors(include_url=False)
    return [_problem(detail, source, model) for detail in details if not _is_echo(detail, source)]


def _is_echo(detail: ErrorDetails, source: YamlFile) -> bool:
    """Whether an error only follows from another problem, which has already been reported."""
    kind, given = detail["type"], detail["input"]
    if kind == "too_short":  # pydantic counts the faulty items of a list as missing
        return isinstance(given, list) and len(given) >= detail["ctx"]["min_length"]
    return kind != "extra_forbidden" and _place(tuple(detail["loc"]), source)[0] in source.unread


def _problem(detail: ErrorDetails, source: YamlFile, model: type[BaseModel]) -> Problem:
    location = tuple(detail["loc"])
    path, position = _place(location, source, at_key=_is_about_the_key(detail))
    message = _message(detail, model, discreet=source.discreet)
    if detail["type"] == "missing" and path != location:
        path = (*path, location[-1])
    line, column = position
    return Problem(source.name, line, column, dotted(path, discreet=source.discreet), message)


def _is_about_the_key(detail: ErrorDetails) -> bool:
    """Whether the key of a value is the place to look at, rather than the start of the value."""
    if detail["type"] == "value_error":
        return isinstance(detail["input"], dict)
    return detail["type"] in {"extra_forbidden", "missing"} or detail["loc"][-1:] == ("[key]",)


def _place(location: DataPath, source: YamlFile, *, at_key: bool = False) -> tuple[DataPath, Position]:
    """Find the longest part of a location that is in the file.

    A location may contain steps that the author left out by a short form (`items` of a plain list): they are skipped.
    """
    written: DataPath = ()
    for step in location:
        if (*written, step) in source.values:
            written = (*written, step)
    positions = source.keys if at_key and written in source.keys else source.values
    return written, positions.get(written, (1, 1))


def _message(detail: ErrorDetails, model: type[BaseModel], *, discreet: bool) -> str:
    kind = detail["type"]
    if kind == "extra_forbidden":
        return _unknown_key(str(detail["loc"][-1]), _fields_at(model, tuple(detail["loc"][:-1])))
    if kind == "value_error":
        return str(detail["ctx"]["error"])
    if kind == "model_type":
        return _not_a_record(detail, model)
    if message := (discreet and _DISCREET_MESSAGES.get(kind)) or _MESSAGES.get(kind):
        return message(detail)
    if discreet:
        return "can't be read; write it another way"
    return detail["msg"][:1].lower() + detail["msg"][1:]


def _unknown_key(name: str, known: list[str]) -> str:
    if near := did_you_mean(name, known):
        return f"is not a known key here{near}"
    if len(known) > _MOST_KEYS_LISTED:
        return "is not a known key here; correct or delete it"
    return f"is not a known key here; {_keys(known)}"


def _not_a_record(detail: ErrorDetails, model: type[BaseModel]) -> str:
    """Something else is where a model belongs; for models that may be written as a plain list, suggest one."""
    known = _fields_at(model, tuple(detail["loc"]))
    if any(name in known for name in _LIST_KEYS):
        return f"must be a list, with `- ` before each item, {_given(detail)}"
    return f"must consist of keys and values, {_given(detail)}; {_keys(known)}"


def _given(detail: ErrorDetails) -> str:
    """What is there instead, as the end of `must be ..., `."""
    value = detail["input"]
    if value == "":
        return "but is empty"
    names: dict[type, str] = {dict: "keys and values", list: "a list", str: "text"}
    return f"but is {names.get(type(value), 'something else')}"


def _keys(known: list[str]) -> str:
    return f"the key here is {listed(known)}" if len(known) == 1 else f"the keys here are {listed(known)}"


def _not_a_text(detail: ErrorDetails) -> str:
    if isinstance(detail["input"], list):
        return "must be text, but is a list; remove the `-` or the brackets, or put the text in quotation marks"
    return f"must be text, {_given(detail)}; put text that contains a colon in quotation marks"


def _expected(detail: ErrorDetails) -> list[str]:
    return [choice.strip(" '") for choice in str(detail["ctx"]["expected"]).replace(" or ", ", ").split(",")]


def _choices(detail: ErrorDetails) -> str:
    expected = _expected(detail)
    given = detail["input"]
    if not given or not isinstance(given, str):
        return f"must be one of {listed(expected)}, {_given(detail)}"
    return f"is {quoted(given)}; write one of {listed(expected)}{did_you_mean(given, expected)}"


def _too_few(detail: ErrorDetails) -> str:
    if not detail["input"]:
        return "is an empty list; write at least one item"
    length = detail["ctx"]["actual_length"]
    return f"has {length} {'item' if length == 1 else 'items'}; it needs at least {detail['ctx']['min_length']}"


def _too_long(detail: ErrorDetails) -> str:
    length, most = detail["ctx"].get("actual_length", len(detail["input"])), detail["ctx"]["max_length"]
    if isinstance(detail["input"], str):
        return f"has {length:,} characters; at most {most:,} fit, so shorten it"
    return f"has {length} items; at most {most} fit"


def _discreet_choices(detail: ErrorDetails) -> str:
    if detail["input"] and isinstance(detail["input"], str):
        return f"is not one of the words allowed here; write one of {listed(_expected(detail))}"
    return _choices(detail)


def _advice(detail: ErrorDetails) -> str:
    pattern = str(detail["ctx"]["pattern"])
    return next((advice for fragment, advice in _PATTERNS.items() if fragment in pattern), "write it another way")


def _discreet_mismatch(detail: ErrorDetails) -> str:
    given = str(detail["input"])
    return f"does not have the required form; {_advice(detail)}" if given.strip() == given != "" else _mismatch(detail)


def _mismatch(detail: ErrorDetails) -> str:
    given, advice = str(detail["input"]), _advice(detail)
    if not given:
        return f"is empty; {advice}"
    if given != given.strip():
        return "has a space or an empty line at its start or end; delete it"
    return f"is {quoted(given)}; {advice}"


_MOST_KEYS_LISTED = 9
_LIST_KEYS = {"items", "steps"}
_PATTERNS = {
    "[A-Za-z0-9-]{0,31}": "a visit's number has at most 32 letters from A to Z, digits and hyphens, such as V-1001",
    "[A-Za-z0-9 ./-]": (
        "a record number has at most 24 letters from A to Z, digits, spaces, dots, hyphens and slashes, "
        "such as MR-20417"
    ),
    "[A-Z0-9-]": "a code has 1 to 16 capital letters, digits and hyphens, such as 90837",
    "^[a-z][a-z0-9]*(-[a-z0-9]+)*$": (
        "the name of a paper has words in small letters, joined by hyphens, such as group-rules"
    ),
    "[a-z0-9_]": "use lowercase letters, digits and underscores",
    "[A-Za-z0-9._-]": "name a file in the clinic folder by letters, digits, dots, hyphens and underscores",
    "#[0-9A-Fa-f]": 'write # and six digits or letters from a to f in quotation marks, such as "#1f4e79"',
    "[a-z]{2,3}": "write the short form of a language, such as en, es or zh-Hant",
}
_MESSAGES: dict[str, Callable[[ErrorDetails], str]] = {
    "missing": lambda detail: MISSING,
    "string_type": _not_a_text,
    "tuple_type": lambda detail: f"must be a list, with `- ` before each item, {_given(detail)}",
    "dict_type": lambda detail: f"must consist of keys and values, {_given(detail)}",
    "too_short": _too_few,
    "string_too_short": lambda detail: "is empty; write the text or delete the line",
    "string_too_long": _too_long,
    "too_long": _too_long,
    "string_pattern_mismatch": _mismatch,
    "literal_error": _choices,
    "int_parsing": lambda detail: "is not a whole number; write digits only",
    "int_parsing_size": lambda detail: "is too large a number",
    "int_type": lambda detail: f"must be a whole number, {_given(detail)}",
    "bool_parsing": lambda detail: "is neither `true` nor `false`; write one of them or delete the line",
    "bool_type": lambda detail: f"must be `true` or `false`, {_given(detail)}",
    "date_type": lambda detail: f"must be a date such as 2026-11-21, {_given(detail)}",
    "time_type": lambda detail: f"must be a time of day such as 14:00, {_given(detail)}",
    "greater_than_equal": lambda detail: f"is too small; write at least {detail['ctx']['ge']}",
    "less_than_equal": lambda detail: f"is too large; write at most {detail['ctx']['le']}",
}

_DISCREET_MESSAGES: dict[str, Callable[[ErrorDetails], str]] = {
    "literal_error": _discreet_choices,
    "string_pattern_mismatch": _discreet_mismatch,
}


def _fields_at(model: type[BaseModel], location: DataPath) -> list[str]:
    """The keys that are allowed at a location of the model, in its order."""
    models = [model]
    for step in location:
        fields = [at_step.model_fields[step] for at_step in models if step in at_step.model_fields]
        if fields:  # else an index, or the key of an entry that the author names
            models = [inner for field in fields for inner in models_in(field.annotation)]
    return list(dict.fromkeys(name for at_end in models for name in at_end.model_fields))


def models_in(annotation: Any) -> Iterator[type[BaseModel]]:
    """The models that an annotation is made of."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        yield annotation
    elif get_origin(annotation) in (tuple, list, Union, types.UnionType, dict) or hasattr(annotation, "__metadata__"):
        for inner in get_args(annotation):
            yield from models_in(inner)
