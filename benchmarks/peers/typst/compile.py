"""Compiles data files with Typst and nothing else: compile.py TEMPLATE FONTS DATA.json FILE.pdf ...

With --serve, the names come from stdin, two to a line. Several pairs of files share one compiler, with its fonts and
what it remembers.
"""

from __future__ import annotations

import sys
import time
from pathlib import Path

import typst


def main() -> None:
    template, fonts, *files = [argument for argument in sys.argv[1:] if not argument.startswith("--")]
    compiler = typst.Compiler(template, root=Path(template).parent, font_paths=[fonts], ignore_system_fonts=True)

    def make(source: str, target: str) -> None:
        compiler.compile(output=target, sys_inputs={"data": Path(source).name}, pdf_standards=["ua-1"])

    for source, target in zip(files[::2], files[1::2], strict=True):
        make(source, target)
    for line in sys.stdin if "--serve" in sys.argv else ():
        make(*line.rstrip("\n").split("\t"))
        print(time.process_time(), flush=True)


if __name__ == "__main__":
    main()
