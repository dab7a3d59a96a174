"""Compiles data files with Typst and nothing else: compile.py TEMPLATE FONTS DATA.json FILE.pdf ...

Several pairs of files share one compiler, with its fonts and what it remembers.
"""

from __future__ import annotations

import sys
from pathlib import Path

import typst


def main() -> None:
    template, fonts, *files = sys.argv[1:]
    compiler = typst.Compiler(template, root=Path(template).parent, font_paths=[fonts], ignore_system_fonts=True)
    for source, target in zip(files[::2], files[1::2], strict=True):
        compiler.compile(output=target, sys_inputs={"data": Path(source).name}, pdf_standards=["ua-1"])


if __name__ == "__main__":
    main()
