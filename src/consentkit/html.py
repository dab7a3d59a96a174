"""From a procedure, a language pack and a clinic to one HTML page: the only place where templates run.

Guarantees: every value is printed as typed, whatever markup or template syntax it holds; a template can reach nothing
but the values it is given, and fails where it names one that does not exist; no template can switch escaping off.
"""

from __future__ import annotations

import hashlib
import re
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jinja2 import (
    ChoiceLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from pydantic import BaseModel

from consentkit.clinic import Clinic
from consentkit.errors import RenderingFailed
from consentkit.files import read_text
from consentkit.language import LanguagePack, fill, pieces
from consentkit.model import Procedure
from consentkit.problems import printable, quoted

TEMPLATE = "consent.html"
STYLE_SHEET = "print.css"
LOGO_ASSET = "asset:logo"

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=[^\W\d])")
_NON_BREAKING_SPACE = "\u00a0"
_UNSAFE_FILTERS = ("safe", "tojson", "urlize", "xmlattr")  # their results are printed without escaping
_NEEDLESS_GLOBALS = ("lipsum", "cycler", "joiner", "namespace", "dict", "range")


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which escaping is always on, and in which a record is nothing but its fields.

    The second matters since pydantic's classes have methods that read files (`parse_file`).
    """

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, BaseModel):
            return attr in type(obj).model_fields
        return super().is_safe_attribute(obj, attr, value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for node in template.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
            raise TemplateSyntaxError("`autoescape` may not be changed; delete the block", node.lineno, name, filename)
        return template


def environment(templates: Sequence[Path]) -> ImmutableSandboxedEnvironment:
    """The one Jinja environment. Templates are looked for in the folders in the order given; links are not followed."""
    made = _Environment(
        loader=ChoiceLoader([_loader(folder) for folder in templates]),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=typeset,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    for name in _UNSAFE_FILTERS:
        del made.filters[name]
    for name in _NEEDLESS_GLOBALS:
        made.globals.pop(name, None)
    made.globals.update(fill=fill, pieces=pieces)
    made.filters["paragraphs"] = _paragraphs
    return made


def _loader(folder: Path) -> FunctionLoader:
    """A loader that does not leave its folder: neither by `..` nor through a link, and it waits for no pipe."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        steps = split_template_path(name)
        path = folder.joinpath(*steps)
        if not path.exists() and not path.is_symlink():
            return None
        if path.resolve() != folder.resolve().joinpath(*steps):
            raise TemplateError(f"{name} is reached through a symbolic link; put the file itself into the folder")
        return read_text(path, str(path)), str(path), lambda: True

    return FunctionLoader(load)


def typeset(value: Any) -> Any:
    """Keep a number and its unit on one line. Markup that the template itself wrote is left alone."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return _NUMBER_AND_UNIT.sub(_NON_BREAKING_SPACE, value)
    return value


def _paragraphs(text: str) -> list[str]:
    return text.split("\n\n")


@dataclass(frozen=True)
class Page:
    """A page of HTML with its style sheet, and the hash of everything on it that a patient reads."""

    html: str
    style: str
    content_hash: str


def printed_fingerprint(content_hash: str) -> str:
    """The first 48 bits of a content hash in three groups: short enough to read out over the telephone."""
    return " ".join(content_hash[index : index + 4] for index in (0, 4, 8))


def compose(procedure: Procedure, clinic: Clinic, pack: LanguagePack, templates: Sequence[Path]) -> Page:
    """Write the page. The hash covers the page without its own fingerprint, the style sheet, and the paper size not.

    Raises RenderingFailed, with file and line, where a template is faulty.
    """
    style = read_style(STYLE_SHEET, templates) + _accent_rule(clinic)
    values = {
        "procedure": procedure,
        "clinic": clinic,
        "words": pack,
        "clauses": clauses_of(procedure, pack),
        "write_day": pack.dates.write,
    }
    try:
        template = environment(templates).get_template(TEMPLATE)
        unsigned = template.render(values, fingerprint="")
        content_hash = hashlib.sha256(f"{unsigned}\0{style}".encode()).hexdigest()
        html = template.render(values, fingerprint=printed_fingerprint(content_hash))
    except Exception as error:
        raise RenderingFailed(_template_message(error)) from error
    return Page(html, style, content_hash)


def read_style(name: str, templates: Sequence[Path]) -> str:
    """The style sheet of that name, from the first folder that holds it."""
    path = next((folder / name for folder in templates if (folder / name).is_file()), templates[-1] / name)
    return read_text(path, str(path))


def _accent_rule(clinic: Clinic) -> str:
    return f"\nhtml {{ --accent: {clinic.accent}; }}\n" if clinic.accent else ""


def clauses_of(procedure: Procedure, pack: LanguagePack) -> dict[str, Any]:
    """The clauses of the pack that this document prints, in the order of the pack."""
    return {name: clause for name, clause in pack.clauses.items() if clause.always or name in procedure.clauses}


def _template_message(error: Exception) -> str:
    name, line = _template_place(error)
    place = f"{printable(name)}:{line}" if line else printable(name)
    if isinstance(error, TemplateNotFound):
        return f"{place}: there is no template {quoted(str(error.name))}"
    detail = error.message if isinstance(error, TemplateError) and error.message else f"{type(error).__name__}: {error}"
    return f"{place}: the template can't be used: {printable(detail)}"


def _template_place(error: Exception) -> tuple[str, int | None]:
    """The template and line at which an error arose, from the error or its traceback: Jinja puts templates there."""
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or TEMPLATE, error.lineno
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(".html")]
    return (frames[-1].filename, frames[-1].lineno) if frames else (TEMPLATE, None)
