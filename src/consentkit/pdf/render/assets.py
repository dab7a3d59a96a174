"""What a page may use: named assets, our fonts, and style sheets.

Guarantees: an address that is no asset is refused and remembered; fonts are configured once in a process, and style
sheets parsed once in it and in those that it forks; what a page gets does not depend on the pages before it.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import weasyprint
from weasyprint.text.fonts import FontConfiguration
from weasyprint.urls import URLFetcher, URLFetcherResponse, URLFetchingError

from consentkit.errors import TemplateFault
from consentkit.pdf.fonts import font_files
from consentkit.pdf.render.attributes import OwnedFeatures
from consentkit.problems import printable, shortened

_MOST_NAMED = 20
_MOST_SHEETS = 50
"""Parsed style sheets that a process keeps."""


class _RefusedAddress(ValueError):
    """The page requested an address that is not an asset."""


class AssetFetcher(URLFetcher):  # type: ignore[misc]
    """Serves named assets from memory, and remembers every other address that was requested.

    WeasyPrint may swallow the exception (inside SVG it always does), so `refusals` raises it again at the end.
    """

    def __init__(self, assets: Mapping[str, bytes]) -> None:
        super().__init__(allowed_protocols=())
        self._assets = assets
        self._refused: list[str] = []
        self.requests = 0
        """How often anything was requested."""

    def fetch(self, url: str, headers: Mapping[str, str] | None = None) -> URLFetcherResponse:
        """Give an asset. Raises ValueError for any other address."""
        self.requests += 1
        if url in self._assets:
            return URLFetcherResponse(url, self._assets[url])
        self._refused.append(url)
        raise _RefusedAddress("only named assets may be used")

    @contextmanager
    def refusals(self) -> Iterator[None]:
        """Raise RenderingFailed if an address was refused, even if the engine swallowed the exception."""
        try:
            yield
        except (URLFetchingError, _RefusedAddress):  # not swallowed: a colour profile, a font
            self._require_none()
            raise
        self._require_none()

    def _require_none(self) -> None:
        if self._refused:
            addresses = ", ".join(sorted({printable(shortened(url, 200)) for url in self._refused})[:_MOST_NAMED])
            message = f"the page requests files or addresses that a document may not use: {addresses}"
            raise TemplateFault(message, self._refused)


class OwnFonts(FontConfiguration):  # type: ignore[misc]
    """Our fonts, as configured for the page engine. The files are used where they are installed, without copies."""

    _folder = None

    def __init__(self, faces: Sequence[font_files.FontFace]) -> None:
        super().__init__()
        self.font_features = OwnedFeatures()
        self._files = {face.asset: face.path for face in faces}
        self._known: set[str] = set()
        self._is_complete = False
        weasyprint.CSS(
            string=font_files.font_rules(faces),
            url_fetcher=AssetFetcher(font_files.font_assets(faces)),
            font_config=self,
        )
        self._is_complete = True

    def add_font_face(self, rule_descriptors: dict[str, Any], url_fetcher: URLFetcher) -> None:
        """Register a face, once. Raises RenderingFailed for a face of a template: the next document would have it."""
        key = str(rule_descriptors)
        if key in self._known:
            return
        if self._is_complete:
            for kind, address in rule_descriptors["src"]:
                if kind == "external":
                    url_fetcher.fetch(address)  # which refuses everything but assets
            raise TemplateFault(
                "a style sheet brings its own font; remove the `@font-face` rule from it", ["@font-face"]
            )
        self._folder = _Installed(self._files[rule_descriptors["src"][0][1]])
        try:
            super().add_font_face(rule_descriptors, url_fetcher)
        finally:
            self._folder = None
        self._known.add(key)

    def __del__(self) -> None:
        """There is nothing to remove."""


@dataclass(frozen=True)
class _Installed:
    """An installed file that replaces the temporary folder into which WeasyPrint copies a font, and the copy in it."""

    path: Path

    def __truediv__(self, name: str) -> _Installed:
        return self

    def exists(self) -> bool:
        return False  # like a font that is not registered yet

    def write_bytes(self, data: bytes) -> None:
        """Write nothing: the installed file has the same content."""

    def as_posix(self) -> str:
        return self.path.as_posix()


_sheets: dict[str, weasyprint.CSS] = {}
"""Parsed style sheets, by their text."""


def style_sheet(
    style: str, fetcher: AssetFetcher, complaints: Sequence[str], fonts: OwnFonts | None = None
) -> weasyprint.CSS:
    """A parsed style sheet. With `fonts`, it may not bring its own.

    It is kept for other pages, since parsing takes a tenth of the time of a page, whichever fonts they have. It is not
    kept where it requests an asset, which may be another one next time, or where the engine complains, as it must each
    time.
    """
    if style in _sheets:
        return _sheets[style]
    before = fetcher.requests, len(complaints)
    sheet = weasyprint.CSS(string=style, url_fetcher=fetcher, font_config=fonts)
    if (fetcher.requests, len(complaints)) == before:
        if len(_sheets) >= _MOST_SHEETS:
            _sheets.clear()
        _sheets[style] = sheet
    return sheet


_fonts_made: dict[tuple[int, tuple[font_files.FontFace, ...]], OwnFonts] = {}


def own_fonts(faces: tuple[font_files.FontFace, ...]) -> OwnFonts:
    """The fonts for pages that need these faces.

    fontconfig never frees the memory of a configuration (0.28 MB), so there is one for each of the four sets of faces,
    however many threads there are: they use it one after the other (`no_fork`). Pages with different sets can't share
    one: whether a character is printed must not depend on what was made before. A forked process makes its own, since a
    newer Pango looks for fonts in a thread, which the child does not have.
    """
    key = os.getpid(), faces
    if key not in _fonts_made:
        _fonts_made[key] = OwnFonts(faces)
    return _fonts_made[key]
