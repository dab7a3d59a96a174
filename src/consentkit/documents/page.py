"""From a procedure, a language pack and a clinic to one HTML page: the only place where templates run.

Guarantees: every value is printed as typed, whatever markup or template syntax it holds; a template can reach nothing
but the values it is given, and fails where it names one that does not exist; no template can switch escaping off.
"""

from __future__ import annotations

import datetime
import hashlib
import re
import traceback
from collections.abc import Callable, Mapping, Sequence
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
from markupsafe import Markup, escape
from pydantic import BaseModel

from consentkit.documents.template_places import OUT_OF_MEMORY
from consentkit.errors import OutOfTime, RenderingFailed
from consentkit.library.approvals import Approval, Identity, Variant
from consentkit.library.snapshot import Snapshot
from consentkit.model.bidi import direction_of, keep_numbers_in_order
from consentkit.model.clinic import Clinic
from consentkit.model.identity import PAPER_SIZES, TEMPLATE_ENDINGS, is_template, printed_fingerprint
from consentkit.model.procedure import Procedure
from consentkit.model.words import LanguagePack, fill, pieces
from consentkit.problems import printable, quoted, shortened
from consentkit.reading.paths import is_file, is_there, resolved
from consentkit.resources import shipped

STYLE_SHEET = "print.css"
LARGE_STYLE_SHEET = "large.css"
LOGO_ASSET = "asset:logo"

FindApproval = Callable[[str], Approval | None]
"""Finds the current approval for a content hash."""

LAYOUT_STYLE_SHEETS = (*(f"paper-{paper}.css" for paper in PAPER_SIZES), LARGE_STYLE_SHEET)
"""The style sheets of which each layout has some."""

# Private characters, which no input may hold (`characters`), so that nothing but a template can put these there.
_MARK_PLACE = "\ue000mark\ue001"
_FINGERPRINT_PLACE = "\ue000fingerprint\ue001"

_NUMBER_AND_UNIT = re.compile(r"(?<=\d) (?=[^\W\d])")
_NON_BREAKING_SPACE = "\u00a0"
_UNSAFE_FILTERS = ("safe", "tojson", "urlize", "xmlattr")  # their results are printed without escaping
_UNSTEADY_FILTERS = ("random",)  # the same input must give the same page
_NEEDLESS_GLOBALS = ("lipsum", "cycler", "joiner", "namespace", "dict", "range")


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
    made.globals.update(fill=fill, pieces=pieces)
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


def typeset(value: Any) -> Any:
    """Keep a number and its unit on one line, and telephone numbers in order. Markup of the template is left alone."""
    if isinstance(value, str) and not isinstance(value, Markup):
        return keep_numbers_in_order(_NUMBER_AND_UNIT.sub(_NON_BREAKING_SPACE, value))
    return value


def _paragraphs(text: str) -> list[str]:
    return text.split("\n\n")


@dataclass(frozen=True)
class Page:
    """A page of HTML with its style sheet, and the hash of everything on it that a patient reads."""

    html: str
    style: str
    content_hash: str
    approval: Approval | None
    mark: str
    """What is at the head of each page: that it is a draft, or who approved it."""
    templates: tuple[Path, ...] = ()
    """The templates and style sheets that it was made with."""


@dataclass(frozen=True)
class Content:
    """What a document is about: a procedure's text in one language, as one kind of document."""

    procedure: Procedure
    clinic: Clinic
    pack: LanguagePack
    variant: Variant = "consent"
    translated: bool = False
    """Whether the text is a translation."""
    stale: bool = False
    """Whether it translates a text that has changed since. Such a document counts as not approved."""

    @property
    def title(self) -> str:
        """What the document is called: a plan is the patient's own, and not about the procedure."""
        return self.pack.plan.heading if self.variant == "plan" else self.procedure.title

    @property
    def clauses(self) -> dict[str, str]:
        """The clauses that this document prints, in the order of the pack, each with why it is there."""
        if self.variant in {"refusal", "plan"}:  # they are short, and what a refusal says of rights is in its own words
            return {}
        asked = dict.fromkeys(self.procedure.clauses, "procedure")
        reasons = {name: "always" if clause.always else asked.get(name) for name, clause in self.pack.clauses.items()}
        return {name: reason for name, reason in reasons.items() if reason}

    @property
    def identity(self) -> Identity:
        """Which document it is, for approvals."""
        return Identity(self.procedure.code, self.pack.language, self.variant)


def compose(
    content: Content,
    templates: Sequence[Path],
    find_approval: FindApproval,
    today: datetime.date,
    pictures: str = "",
    files: Snapshot | None = None,
) -> Page:
    """Write the page. `pictures` is a digest of the pictures that it shows; `files` reads templates and style sheets.

    The hash covers the page without mark and fingerprint, the pictures, and all style sheets, those of every paper size
    and of large print too: everything that decides what a patient reads. It is the same for each layout.

    Raises RenderingFailed, with file and line, where a template is faulty.
    """
    files = files or Snapshot()
    style = read_style(STYLE_SHEET, templates, files) + _accent_rule(content.clinic)
    html, used = _filled_in(f"{content.variant}.html", _values(content), templates, files)
    layouts = [read_style(name, templates, files) for name in LAYOUT_STYLE_SHEETS]
    content_hash = hashlib.sha256("\0".join([html, style, *layouts, pictures]).encode()).hexdigest()
    approval = find_approval(content_hash)
    mark = _mark(content.pack, approval, today)
    for place, text in ((_MARK_PLACE, mark), (_FINGERPRINT_PLACE, printed_fingerprint(content_hash))):
        html = html.replace(place, str(escape(typeset(text))))
    return Page(html, style, content_hash, approval, mark, (*used, style_path(STYLE_SHEET, templates)))


@dataclass(frozen=True)
class Sheet:
    """A page of a packet that is not about a procedure."""

    html: str
    style: str
    content_hash: str
    templates: tuple[Path, ...]
    """The templates and style sheets that it was made with."""


def compose_sheet(
    name: str,
    values: Mapping[str, Any],
    clinic: Clinic,
    pack: LanguagePack,
    templates: Sequence[Path],
    files: Snapshot | None = None,
) -> Sheet:
    """Write a page of a packet: `cover`, `statements` or `blank`. Raises RenderingFailed where a template is faulty."""
    files = files or Snapshot()
    style = read_style(STYLE_SHEET, templates, files) + _accent_rule(clinic)
    given = {"clinic": clinic, "words": pack, "fingerprint": _FINGERPRINT_PLACE, "write_day": pack.dates.write}
    html, used = _filled_in(f"{name}.html", {**given, **values}, templates, files)
    content_hash = hashlib.sha256("\0".join([html, style]).encode()).hexdigest()
    finished = html.replace(_FINGERPRINT_PLACE, printed_fingerprint(content_hash))
    return Sheet(finished, style, content_hash, (*used, style_path(STYLE_SHEET, templates)))


def _filled_in(
    name: str, values: Mapping[str, Any], templates: Sequence[Path], files: Snapshot
) -> tuple[str, tuple[Path, ...]]:
    """The finished page, and the templates that it was made with."""
    loaded: list[Path] = []
    try:
        return environment(templates, loaded, files).get_template(name).render(values), tuple(loaded)
    except (Exception, OutOfTime) as error:
        # What can't be compiled leaves no line of a template behind; it was read last.
        raise RenderingFailed(_template_message(error, str(loaded[-1]) if loaded else name)) from error


def _values(content: Content) -> dict[str, Any]:
    """Everything that a template can see.

    Mark and fingerprint follow from the finished page, so it has placeholders for them. Were the template run again
    with the values, it could print something else than what was approved.
    """
    return {
        "procedure": content.procedure,
        "title": content.title,
        "clinic": content.clinic,
        "words": content.pack,
        "clauses": {name: content.pack.clauses[name] for name in content.clauses},
        "variant": content.variant,
        "translated": content.translated,
        "mark": _MARK_PLACE,
        "fingerprint": _FINGERPRINT_PLACE,
        "write_day": content.pack.dates.write,
    }


def _mark(pack: LanguagePack, approval: Approval | None, today: datetime.date) -> str:
    """What is at the head of each page: that it is a draft, or who approved it."""
    if approval is None:
        return pack.page.draft
    if approval.until and approval.is_overdue(today):
        return fill(pack.page.overdue, until=pack.dates.write(approval.until))
    words = {"by": approval.signed, "date": pack.dates.write(approval.on), "edition": str(approval.edition)}
    if approval.until is None:
        return fill(pack.page.approved, **words)
    return fill(pack.page.approved_until, **words, until=pack.dates.write(approval.until))


def style_path(name: str, templates: Sequence[Path]) -> Path:
    """The style sheet of that name, in the first folder that holds it."""
    return next((folder / name for folder in templates if is_file(folder / name)), templates[-1] / name)


def read_style(name: str, templates: Sequence[Path], files: Snapshot | None = None) -> str:
    """The text of the style sheet of that name."""
    return (files or Snapshot()).text(style_path(name, templates))


def _accent_rule(clinic: Clinic) -> str:
    return f"\nhtml {{ --accent: {clinic.accent}; }}\n" if clinic.accent else ""


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
