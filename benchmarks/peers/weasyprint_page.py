"""Renders HTML files with WeasyPrint and nothing else: weasyprint_page.py [--tagged] FILE.html FILE.pdf ...

With --serve, the names come from stdin, two to a line. Fonts, style sheet and pictures are files beside the HTML.
Several pairs of files share one font configuration.
"""

from __future__ import annotations

import sys
import time

from weasyprint import HTML
from weasyprint.text.fonts import FontConfiguration


def main() -> None:
    files = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    variant = "pdf/ua-1" if "--tagged" in sys.argv else None
    fonts = FontConfiguration()
    for source, target in zip(files[::2], files[1::2], strict=True):
        HTML(source).write_pdf(target, font_config=fonts, pdf_variant=variant)
    for line in sys.stdin if "--serve" in sys.argv else ():
        source, target = line.rstrip("\n").split("\t")
        HTML(source).write_pdf(target, font_config=fonts, pdf_variant=variant)
        print(time.process_time(), flush=True)


if __name__ == "__main__":
    main()
