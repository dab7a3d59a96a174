"""In which of a clinic's own templates a fault lies that only the finished page shows.

Guarantees: a message about a page that was made with a clinic's own templates names them, with the line where what is
complained of can be found in one of them. The shipped templates are never blamed.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from html import unescape
from pathlib import Path

from consentkit.errors import ConsentkitError, OutOfTime, RenderingFailed, TemplateFault
from consentkit.model.identity import template_files
from consentkit.problems import printable
from consentkit.reading.files import read_text
from consentkit.resources import shipped

OUT_OF_MEMORY = "the page needs more memory than a document is allowed; make the template simpler"
_MOST_NAMED = 3


def own(templates: Sequence[Path]) -> tuple[Path, ...]:
    """Those of a page's templates that are not the shipped ones, each once."""
    return tuple(dict.fromkeys(path for path in templates if not path.is_relative_to(shipped("templates"))))


def own_files(folders: Sequence[Path]) -> tuple[Path, ...]:
    """Every file of a clinic's own folders that may be part of a page."""
    return tuple(path for folder in folders if folder != shipped("templates") for path in template_files(folder))


@contextmanager
def naming_templates(used: Sequence[Path]) -> Iterator[None]:
    """Give failures that a template has caused the place of that template; others go through as they are."""
    try:
        yield
    except TemplateFault as error:
        raise RenderingFailed(f"{place_of(own(used), error.fragments)}{error}") from error
    except MemoryError as error:
        raise RenderingFailed(f"{place_of(own(used))}{OUT_OF_MEMORY}") from error
    except OutOfTime as error:
        raise RenderingFailed(f"{place_of(own(used))}{error}") from error


def place_of(files: Sequence[Path], fragments: Sequence[str] = ()) -> str:
    """The beginning of a message: the file and line that hold a fragment, or all files; nothing where there is none."""
    for fragment in filter(None, fragments):
        for path in files:
            if line := _line_with(fragment, path):
                return f"{printable(str(path))}:{line}: "
    if not files:
        return ""
    names = ", ".join(printable(str(path)) for path in files[:_MOST_NAMED])
    more = f" and {len(files) - _MOST_NAMED} more" if len(files) > _MOST_NAMED else ""
    return f"{names}{more}: "


def _line_with(fragment: str, path: Path) -> int | None:
    """The first line of a file that holds a fragment, however its spaces and entities are written."""
    sought = _folded(fragment)
    with suppress(ConsentkitError):
        for number, line in enumerate(read_text(path, str(path)).split("\n"), 1):
            if sought in _folded(line):
                return number
    return None


def _folded(text: str) -> str:
    return "".join(unescape(text).split()).casefold()
