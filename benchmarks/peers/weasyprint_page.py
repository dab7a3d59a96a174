"""Renders HTML files with WeasyPrint and nothing else: weasyprint_page.py [--tagged] FILE.html FILE.pdf ...

Fonts, style sheet and pictures are files beside the HTML. Several pairs of files share one font configuration.
"""

from __future__ import annotations

import sys

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration


def main() -> None:
    tagged = "--tagged" in sys.argv
    files = [argument for argument in sys.argv[1:] if argument != "--tagged"]
    fonts = FontConfiguration()
    for source, target in zip(files[::2], files[1::2], strict=True):
        HTML(source).write_pdf(target, font_config=fonts, pdf_variant="pdf/ua-1" if tagged else None)


if __name__ == "__main__":
    main()
