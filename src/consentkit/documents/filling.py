"""Templates are filled in here, and nowhere else.

Guarantees: every value is printed as typed, whatever markup or template syntax it holds; a template can reach nothing
but the values it is given, and fails where it names one that does not exist; no template can switch escaping off.
"""

from __future__ import annotations

import traceback
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import CodeType
from typing import Any

from jinja2 import (
    BytecodeCache,
    ChoiceLoader,
    FunctionLoader,
    StrictUndefined,
    TemplateError,
    TemplateNotFound,
    TemplateSyntaxError,
    nodes,
)
from jinja2.bccache import Bucket
from jinja2.loaders import split_template_path
from jinja2.sandbox import ImmutableSandboxedEnvironment
from markupsafe import Markup
from pydantic import BaseModel

from consentkit.documents.dots import dots
from consentkit.documents.template_places import OUT_OF_MEMORY
from consentkit.documents.typesetting import typeset
from consentkit.errors import OutOfTime, RenderingFailed
from consentkit.library.snapshot import Snapshot
from consentkit.model.bidi import direction_of
from consentkit.model.identity import TEMPLATE_ENDINGS, is_template
from consentkit.model.placeholders import fill, pieces
from consentkit.problems import printable, quoted, shortened
from consentkit.reading.paths import is_there, resolved
from consentkit.resources import shipped

_UNSAFE_FILTERS = ("safe", "tojson", "urlize", "xmlattr")  # their results are printed without escaping
_UNSTEADY_FILTERS = ("random",)  # the same input must give the same page
_MOST_COMPILED = 500
"""Compiled templates that a process keeps: several times what a clinic and the shipped folder have."""
_NEEDLESS_GLOBALS = ("lipsum", "cycler", "joiner", "namespace", "dict", "range")


class _Compiled(BytecodeCache):
    """Templates that this process has compiled before, by their file and text.

    Compiling takes as long as setting two pages. Nothing is kept on disk, where another program could change what runs.
    """

    def __init__(self) -> None:
        self._compiled: dict[str, tuple[str, CodeType]] = {}

    def load_bytecode(self, bucket: Bucket) -> None:
        checksum, code = self._compiled.get(bucket.key, ("", None))
        if checksum == bucket.checksum:
            bucket.code = code

    def dump_bytecode(self, bucket: Bucket) -> None:
        if len(self._compiled) >= _MOST_COMPILED:
            self._compiled.clear()
        assert bucket.code is not None, "Jinja hands over what it has compiled"
        self._compiled[bucket.key] = bucket.checksum, bucket.code


_compiled = _Compiled()
"""For all environments of the process, which differ only in where they look for templates."""


class _Environment(ImmutableSandboxedEnvironment):
    """A sandbox in which escaping is always on, and in which a record is nothing but its fields.

    The second matters since pydantic's classes have methods that read files (`parse_file`).
    """

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        if isinstance(obj, BaseModel):
            return attr in type(obj).model_fields
        if isinstance(obj, Markup) and attr == "translate":  # it changes characters after they were escaped
            return False
        return super().is_safe_attribute(obj, attr, value)

    def _parse(self, source: str, name: str | None, filename: str | None) -> nodes.Template:
        template = super()._parse(source, name, filename)
        for node in template.find_all((nodes.EvalContextModifier, nodes.ScopedEvalContextModifier)):
            raise TemplateSyntaxError("`autoescape` may not be changed; delete the block", node.lineno, name, filename)
        return template


def environment(
    templates: Sequence[Path], loaded: list[Path] | None = None, files: Snapshot | None = None
) -> ImmutableSandboxedEnvironment:
    """The one Jinja environment. Templates are looked for in the folders in the order given; links are not followed.

    The paths of the templates that it loads are added to `loaded`; `files` reads them.
    """
    noted: list[Path] = [] if loaded is None else loaded
    files = files or Snapshot()
    made = _Environment(
        loader=ChoiceLoader([_loader(folder, noted, files) for folder in templates]),
        bytecode_cache=_compiled,
        autoescape=True,
        undefined=StrictUndefined,
        finalize=typeset,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=False,
    )
    for name in (*_UNSAFE_FILTERS, *_UNSTEADY_FILTERS):
        del made.filters[name]
    for name in _NEEDLESS_GLOBALS:
        made.globals.pop(name, None)
    made.globals.update(fill=fill, pieces=pieces, dots=dots)
    made.filters.update(direction=direction_of, paragraphs=_paragraphs)
    return made


def _loader(folder: Path, loaded: list[Path], files: Snapshot) -> FunctionLoader:
    """A loader that does not leave its folder: neither by `..` nor through a link, and it waits for no pipe."""

    def load(name: str) -> tuple[str, str, Callable[[], bool]] | None:
        steps = split_template_path(name)
        path = folder.joinpath(*steps)
        if not is_there(path):
            return None
        if not is_template(steps):  # it would not count for what is kept
            raise TemplateError(f"{name} is not a template; these end in {', '.join(TEMPLATE_ENDINGS)}")
        loaded.append(path)
        if resolved(path) != resolved(folder).joinpath(*steps):
            raise TemplateError(f"{name} is reached through a symbolic link; put the file itself into the folder")
        return files.text(path), str(path), lambda: True

    return FunctionLoader(load)


def _paragraphs(text: str) -> list[str]:
    return text.split("\n\n")


class Templates:
    """The templates of a clinic with the shipped ones behind them, each read and compiled once.

    Templates are looked for in the folders in the order given; links are not followed. `files` reads them.
    """

    def __init__(self, folders: Sequence[Path], files: Snapshot | None = None) -> None:
        self.loaded: list[Path] = []
        """The files of those that have been used, in the order in which they were read."""
        self._environment = environment(folders, self.loaded, files)

    def fill_in(self, name: str, values: Mapping[str, Any]) -> str:
        """The finished page. Raises RenderingFailed, with file and line, where a template is faulty."""
        try:
            return self._environment.get_template(name).render(values)
        except (Exception, OutOfTime) as error:
            # What can't be compiled leaves no line of a template behind; it was read last.
            last = str(self.loaded[-1]) if self.loaded else name
            raise RenderingFailed(_template_message(error, last)) from error


def _template_message(error: BaseException, last: str) -> str:
    name, line = _template_place(error, last)
    place = f"{printable(name)}:{line}" if line else printable(name)
    if isinstance(error, TemplateNotFound):
        return f"{place}: there is no template {quoted(str(error.name))}"
    if isinstance(error, OutOfTime):
        return f"{place}: {error}"
    if isinstance(error, MemoryError):
        return f"{place}: {OUT_OF_MEMORY}"
    detail = error.message if isinstance(error, TemplateError) and error.message else f"{type(error).__name__}: {error}"
    return f"{place}: the template can't be used: {printable(shortened(detail, 500))}"


def _template_place(error: BaseException, last: str) -> tuple[str, int | None]:
    """The template and line at which an error arose, from the error or its traceback: Jinja puts templates there.

    A shipped macro that gets what it can't use is not at fault: the clinic's template that calls it is.
    """
    if isinstance(error, TemplateSyntaxError):
        return error.filename or error.name or last, error.lineno
    if isinstance(error, OutOfTime):
        return _place_of_signal(error) or (last, None)
    frames = [frame for frame in traceback.extract_tb(error.__traceback__) if frame.filename.endswith(TEMPLATE_ENDINGS)]
    own = [frame for frame in frames if not Path(frame.filename).is_relative_to(shipped("templates"))]
    place = next(iter(reversed(own or frames)), None)
    return (place.filename, place.lineno) if place else (last, None)


def _place_of_signal(error: OutOfTime) -> tuple[str, int | None] | None:
    """The same for what a signal has raised: Jinja turns lines of its code into those of templates for errors only."""
    place: tuple[str, int | None] | None = None
    for frame, line in traceback.walk_tb(error.__traceback__):
        if template := frame.f_globals.get("__jinja_template__"):
            place = template.filename or template.name, template.get_corresponding_lineno(line)
    return place
