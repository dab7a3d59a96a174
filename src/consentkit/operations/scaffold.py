"""A new file of a procedure or paper to fill in.

Guarantees: every key of the model is there with its description, so nothing must be looked up; a file that has not
been filled in fails the check; no existing file is touched.
"""

from __future__ import annotations

import os
import re
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.library.definitions import NAMED_BY, check_definition, check_translation_file
from consentkit.library.sought import kind_of, translations_of
from consentkit.model.descriptions import descriptions_of
from consentkit.model.identity import CODE_PATTERN, DEFINITION_FOLDERS, NO_PAPER_NAMES, DefinitionKind, kind_of_name
from consentkit.model.paper import Paper, PaperSection
from consentkit.model.passages import ItemList, Passage
from consentkit.model.procedure import Benefits, Procedure
from consentkit.model.risks import Statement
from consentkit.model.schema import SCHEMA_FOLDER, schema_file, schema_text
from consentkit.model.translation import text_hash
from consentkit.output.new_files import new_files
from consentkit.problems import Problem, printable, quoted
from consentkit.reading import yaml_file
from consentkit.reading.edits import with_value, without_keys
from consentkit.reading.files import read_text
from consentkit.reading.paths import is_folder
from consentkit.reading.validation import models_in

_MODE_LINE = re.compile(r"\A# yaml-language-server:.*\n")
_REVIEW, _OF_REVIEWER = "review", ("last", "by")
"""Where a definition says who has reviewed it, and when."""
_WIDTH = 110
_WRITTEN_AS_TEXT = (Passage, Statement, Benefits)
"""Models that may be written as a text or as a list of texts."""

_MOST_USED: dict[type[BaseModel], tuple[str, ...]] = {PaperSection: ("heading", "text")}
"""Keys that are shown though none of them is always needed."""

_HEAD = """\
# Write plain sentences of 10 to 20 words, and say "you". Keys after a # can be left out; to use one, delete its #.
# Instead of a text you can write a list, or `intro`, `items` and `note` together.\
"""


_MODELS: dict[DefinitionKind, type[BaseModel]] = {"procedure": Procedure, "paper": Paper}


def write_new_definition(workspace: OpenWorkspace, code: str, source: str | None) -> list[Path]:
    """Write CODE.yaml or NAME.yaml, and the schema beside it. Returns the files that were written.

    A copy of `source` brings its translations along. Raises WrongUse for what is neither a code nor a name, FileAccess
    where one of the files exists already.
    """
    kind = kind_of_name(code)
    if (kind == "procedure" and not re.fullmatch(CODE_PATTERN, code)) or code in NO_PAPER_NAMES:
        raise WrongUse(
            f"{quoted(code)} is not a code: write 1 to 16 capital letters, digits and hyphens, such as 90837; "
            "or name a paper by words in small letters joined by hyphens, such as group-rules"
        )
    original = workspace.locate(source) if source else None
    if original and kind_of(workspace.library, original) != kind:
        raise WrongUse(f"{quoted(code)} would be a {kind}, but {quoted(str(source))} is none; name one of its kind")
    folder = folder_for(workspace, kind)
    texts = {folder / f"{code}.yaml": copied(original, NAMED_BY[kind], code) if original else blank(code)}
    translations = copied_translations(workspace, original, code) if original else {}
    texts |= {folder / f"{code}.{language}.yaml": text for language, text in translations.items()}
    return write_new_files(workspace, texts)


def folder_for(workspace: OpenWorkspace, kind: DefinitionKind) -> Path:
    """Where new files of a kind belong: in the clinic's folder of the kind, or in the current folder."""
    return workspace.folder.path / DEFINITION_FOLDERS[kind] if workspace.folder.path else Path()


def write_new_files(workspace: OpenWorkspace, texts: Mapping[Path, str]) -> list[Path]:
    """Write new definitions and translations, all in one folder, and the schemas that they name where they are missing.

    Raises FileAccess where one of them exists already, or can't be written; then none is left.
    """
    for target in texts:
        if os.path.lexists(target):
            raise FileAccess(f"{printable(str(target))}: already exists; edit it, or delete it first")
    folder = next(iter(texts)).parent
    written: list[Path] = []
    schemas: list[Path] = []
    with new_files() as new:
        new.make_folder(folder)
        for target, text in texts.items():
            schema = _schema_for(workspace, target)
            if not os.path.lexists(schema):
                new.write(schema, schema_text(schema.name.partition(".")[0]).encode())
                schemas.append(schema)
            name = os.path.relpath(schema, folder).replace(os.sep, "/")
            new.write(target, f"# yaml-language-server: $schema={name}\n{text}".encode())
            written.append(target)
    return written + schemas


def _schema_for(workspace: OpenWorkspace, target: Path) -> Path:
    """Where the schema of a file is: in the clinic's folder of schemas, where it has one for the file; or beside it."""
    code, _, language = target.stem.partition(".")
    name: str = kind_of_name(code)
    if language:
        name = "paper-translation" if name == "paper" else "translation"
    clinic = workspace.folder.path
    shared = clinic / SCHEMA_FOLDER if clinic and target.parent.parent == clinic else None
    folder = shared if shared and is_folder(shared) else target.parent
    return folder / schema_file(name)


def copied(path: Path, named_by: str, code: str, translates: str = "") -> str:
    """The text of a definition or translation under another code or name. Nobody has reviewed the copy.

    Raises InvalidInput for a file that can't be read, or from which the review can't be left out.
    """
    text = read_text(path, str(path))
    parsed = yaml_file.parse(text, str(path))
    if parsed.problems:  # what it says of its review is not known
        raise InvalidInput(parsed.problems)
    unreviewed = without_keys(text, parsed, _REVIEW, _OF_REVIEWER)
    if unreviewed is None:
        message = "is written in a way that can't be left out of the copy; write each key under it on a line of its own"
        raise InvalidInput([Problem(str(path), *parsed.keys[_REVIEW,], _REVIEW, message)])
    for key, value in {named_by: code, "translates": translates}.items():
        if value:
            unreviewed = with_value(unreviewed, yaml_file.parse(unreviewed, str(path)), (key,), value) or unreviewed
    return _MODE_LINE.sub("", unreviewed)


def copied_translations(workspace: OpenWorkspace, original: Path, code: str) -> dict[str, str]:
    """The translations of a definition under another code or name, by language.

    One that fits the original fits the copy; one that does not, remains outdated.
    """
    library = workspace.library
    kind, risk_files, files = (
        kind_of(library, original),
        library.risk_files(original),
        translations_of(library, original),
    )
    definition = check_definition(original, kind, risk_files=risk_files)[0] if files else None
    named = NAMED_BY[kind]
    texts: dict[str, str] = {}
    for language, path in files.items():
        translation, _ = check_translation_file(path, kind=kind, risk_files=library.risk_files(path))
        fits = definition is not None and translation is not None and translation.fits(definition)
        of_copy = text_hash(definition.model_copy(update={named: code})) if definition and fits else ""
        texts[language] = copied(path, named, code, of_copy)
    return texts


def blank(code: str) -> str:
    """A file without content: every key with its description, optional ones commented out."""
    lines = list(_lines(_MODELS[kind_of_name(code)]))
    text = "\n".join([_HEAD, *lines]) + "\n"
    return re.sub(r'\n(code|name): ""', rf'\n\1: "{code}"', text, count=1)


def _lines(model: type[BaseModel], *, top: bool = True) -> Iterator[str]:
    """Each key of a model, with its description above it. Within an optional key that needs none, each is shown."""
    most_used = _MOST_USED.get(model, ())
    needs_some = bool(most_used) or any(field.is_required() for field in model.model_fields.values())
    described = descriptions_of(model)
    for name, field in model.model_fields.items():
        if top:
            yield ""
        yield from as_comment(described.get(name, ""))
        mark = "" if field.is_required() or name in most_used or not needs_some else "# "
        yield from (mark + line for line in _entry(name, field, in_use=not mark))


def as_comment(text: str) -> Iterator[str]:
    """A text as comments in a file."""
    for paragraph in text.split("\n\n"):
        yield from (f"# {line}" for line in textwrap.wrap(" ".join(paragraph.split()), _WIDTH))


def as_item(lines: Sequence[str]) -> Iterator[str]:
    """Lines as an item of a list. Comments on what comes first are above it."""
    first = next(index for index, line in enumerate(lines) if not line.startswith("#"))
    yield from lines[:first]
    yield f"- {lines[first]}"
    yield from (f"  {line}" for line in lines[first + 1 :])


def _value(field: FieldInfo, *, in_use: bool) -> str:
    """The value of a key on one line: empty where something must be written; else one that is valid.

    It changes something if the key is to be used by deleting its #, and nothing if the key is in use from the start.
    """
    if field.is_required():
        return '""'
    if field.annotation is bool:
        return "false" if in_use else "true"
    if field.annotation is int:
        return "0" if in_use else "1"
    return '""'


def _entry(name: str, field: FieldInfo, *, in_use: bool) -> Iterator[str]:
    """A key with an empty value of the simplest form that it takes; a number, or true or false, has a valid one."""
    models = list(models_in(field.annotation))
    inner = next((model for model in models if not issubclass(model, _WRITTEN_AS_TEXT)), None)
    is_list = "tuple" in str(field.annotation) or bool({ItemList, Benefits} & {*models})
    if inner is None:
        of_lists = str(field.annotation).startswith("tuple[tuple[")
        item = '["", ""]' if of_lists else '""'
        yield from (f"{name}:", f"  - {item}") if is_list else (f"{name}: {_value(field, in_use=in_use)}",)
        return
    yield f"{name}:"
    if not is_list:
        yield from (f"  {line}" for line in _lines(inner, top=False))
        return
    yield from (f"  {line}" for line in as_item(list(_lines(inner, top=False))))
