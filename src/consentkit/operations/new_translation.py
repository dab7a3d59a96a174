"""The frame of a translation: each text of the original as a comment, with an empty place under it.

Guarantees: filled in, it has exactly the parts of the original, and fits it; as long as it is not filled in, it fails
the check at each empty place; what is no text (figures, sources, keys of risks, clauses) is copied. No existing file is
touched.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, UnknownCode, WrongUse
from consentkit.library.definitions import NAMED_BY, load_definition
from consentkit.library.snapshot import Snapshot
from consentkit.library.sought import kind_of, translation_of, translations_of
from consentkit.model.identity import ORIGINAL_LANGUAGE, DefinitionKind
from consentkit.model.paper import PaperText
from consentkit.model.procedure import ProcedureText
from consentkit.model.translation import text_hash
from consentkit.operations.scaffold import as_comment, as_item, copied_translations, folder_for, write_new_files
from consentkit.problems import listed, printable, quoted
from consentkit.reading.edits import in_quotation_marks
from consentkit.reading.paths import is_file, resolved

_TEXT_MODELS: dict[DefinitionKind, type[ProcedureText | PaperText]] = {"procedure": ProcedureText, "paper": PaperText}
_NO_TEXT = {"risk", "figure", "source", "clause", "file", "lines", "empty_rows"}
"""Keys below the first level whose values are copied."""
_TRUTH_VALUES = {"true", "false", "yes", "no"}

_HEAD = """\
# Write the translation of each text between the quotation marks below it, with real quotation marks (“ ”) inside. Then
# delete the comments, or leave them. What is not in quotation marks stays as it is.
"""


def write_new_translation(workspace: OpenWorkspace, code: str, language: str, source: str | None = None) -> list[Path]:
    """Write the frame of the translation of a definition, or start from that of `source`. Returns the written files.

    It belongs in the clinic's folder, also where the original is a shipped one; or beside an original from elsewhere.
    Raises UnknownCode, WrongUse for a language that no document can be made in, InvalidInput for an original with
    mistakes, FileAccess where there is such a translation.
    """
    _require_language(workspace, language)
    original = _original(workspace, code)
    kind = kind_of(workspace.library, original)
    target = _folder(workspace, original, kind) / f"{original.stem}.{language}.yaml"
    if source:
        text = _copy_of(workspace, source, original, language)
    else:
        _require_none_shipped(workspace, original, language, target)
        text = frame(workspace, original, kind, language)
    return write_new_files(workspace, {target: text})


def _require_language(workspace: OpenWorkspace, language: str) -> None:
    if language == ORIGINAL_LANGUAGE:
        raise WrongUse(f"{quoted(language)} is the language of the texts themselves; leave out `--lang`")
    known = [one for one in workspace.languages() if one != ORIGINAL_LANGUAGE]
    if language not in known:
        raise WrongUse(
            f"there is no language pack for {quoted(language)}, so no document can be made in it; there is "
            f"{listed(known)}. A pack of your own is the file templates/languages/{printable(language)}.yaml in the "
            "clinic's folder"
        )


def _original(workspace: OpenWorkspace, code: str) -> Path:
    """The file of a definition; without a clinic's folder, also one in the current folder, where `new` writes."""
    try:
        return workspace.locate(code)
    except UnknownCode:
        beside = Path(f"{code}.yaml")
        if workspace.folder.path is None and code and is_file(beside):
            return beside
        raise


def _folder(workspace: OpenWorkspace, original: Path, kind: DefinitionKind) -> Path:
    """Where the translation belongs: in the folder for new files where the library has the original, or beside it."""
    library = workspace.library
    is_known = library.has(original.stem) and resolved(library.path(original.stem)) == resolved(original)
    return folder_for(workspace, kind) if is_known else original.parent


def _require_none_shipped(workspace: OpenWorkspace, original: Path, language: str, target: Path) -> None:
    """Raise FileAccess where the library has the translation elsewhere: an empty frame would take its place."""
    there = translation_of(workspace.library, original, language)
    if there and is_file(there) and resolved(there) != resolved(target):
        code = original.stem
        raise FileAccess(
            f"{code} has a translation into {quoted(language)}, {printable(str(there))}; to change a copy of it, add "
            f"`--from {code}`"
        )


def _copy_of(workspace: OpenWorkspace, source: str, original: Path, language: str) -> str:
    """The translation of `source`, as one of `original`: it fits if it fits its own text, and both texts are the same.

    Where the clinic's own text has none, that of the shipped text is meant, which it replaces.
    """
    path = workspace.locate(source)
    texts = [path, *(one for one in workspace.library.paths(path.stem) if one != path)]
    for text in texts:
        if language in translations_of(workspace.library, text):
            return copied_translations(workspace, text, original.stem)[language]
    raise FileAccess(f"{printable(path.stem)} has no translation into {quoted(language)}; leave out `--from`")


def frame(workspace: OpenWorkspace, original: Path, kind: DefinitionKind, language: str) -> str:
    """The text of a translation that is still to be written."""
    snapshot = Snapshot(holds_parsed=True)
    definition = load_definition(original, kind, snapshot=snapshot, risk_files=workspace.library.risk_files(original))
    data: Mapping[str, Any] = snapshot.parsed(original).data
    named, texts = NAMED_BY[kind], _TEXT_MODELS[kind].model_fields
    lines = [
        f'{named}: "{data[named]}"',
        f"language: {language}",
        f"translates: {text_hash(definition)}",
        *(line for name in data if name in texts and name != named for line in _top(name, data)),
        "",
        "# The day on which the translation was written, and the one by which it must be reviewed again.",
        "review:",
        *(f'  {name}: ""' for name in ("issued", "next")),  # which are not those of the original
    ]
    return _HEAD + "\n".join(lines) + "\n"


def _top(name: str, data: Mapping[str, Any]) -> Iterator[str]:
    yield ""
    yield from _entry(name, data[name])


def _entry(name: str, value: Any) -> Iterator[str]:
    """A key with its value: places to write, under what is to be written there."""
    if name in _NO_TEXT or value in (*_TRUTH_VALUES, ""):
        yield from _copied_entry(name, value)
    elif isinstance(value, str):
        yield from as_comment(value)
        yield f'{name}: ""'
    else:
        yield f"{name}:"
        yield from (f"  {line}" for line in _inner(value))


def _inner(value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _entry(name, inner)
        return
    for item in value:
        yield from as_item(list(_place(item) if isinstance(item, str) else _inner(item)))


def _place(text: str) -> Iterator[str]:
    """Where a text is to be written, under it; an empty cell of a table stays empty."""
    if text:
        yield from as_comment(text)
        yield '""'
    else:
        yield "# This cell is filled in by pen."
        yield "''"


def _copied_entry(name: str, value: Any) -> Iterator[str]:
    if isinstance(value, dict):
        yield f"{name}:"
        yield from (f"  {line}" for key, inner in value.items() for line in _copied_entry(key, inner))
    elif isinstance(value, list):
        yield f"{name}:"
        yield from (f"  - {_copied_text(inner)}" for inner in value)
    else:
        yield f"{name}: {_copied_text(value)}"


def _copied_text(text: str) -> str:
    plain = " ".join(text.split())
    return plain if plain.isascii() and plain.isalnum() else in_quotation_marks(plain)
