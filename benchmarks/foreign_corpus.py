"""Judge a folder of PDF files as extra files, and say how many were accepted, and whether one lost a word.

    python -m benchmarks.foreign_corpus FOLDER

Guarantees: whether a word was lost is judged by poppler's pdftotext, which has no part in accepting a file. Files with
the same bytes count once. Prints a table of the kinds of refusals, and a line for each accepted file that lacks
letters: pdftotext also reads what is beyond the edges of a page, and draws fields anew that the file draws itself.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import tempfile
import time
import unicodedata
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

from consentkit.errors import InvalidInput
from consentkit.pdf.foreign.intake import ForeignPdf, accept

_SECONDS = 60


def main(folder: str) -> int:
    """Judge all files below a folder. Returns 1 where one lost a word."""
    os.nice(10)
    started, kinds, notices = time.monotonic(), Counter[str](), Counter[str]()
    accepted = refused = unjudged = 0
    lost: list[str] = []
    slowest = 0.0
    for path, data in _files(Path(folder)):
        before = time.monotonic()
        try:
            done = accept(path.name, data)
        except InvalidInput as error:
            refused += 1
            kinds.update({_kind(problem.message) for problem in error.problems})
            continue
        finally:
            slowest = max(slowest, time.monotonic() - before)
        accepted += 1
        notices.update({_kind(notice) for notice in done.notices})
        missing = _missing(data, done)
        if missing is None:
            unjudged += 1
        elif missing:
            lost.append(f"{path}: {sum(missing.values())} letters; {'; '.join(done.notices) or 'no notice'}")
    print(f"{accepted + refused} files: {accepted} accepted, {refused} refused (a file may have several reasons)")
    for kind, count in kinds.most_common():
        print(f"  {count:5}  {kind}")
    print("with a notice:")
    for kind, count in notices.most_common():
        print(f"  {count:5}  {kind}")
    print(f"accepted files with fewer letters than before: {len(lost)}; {unjudged} that pdftotext can't read")
    for line in lost:
        print(f"  {line}")
    print(f"{time.monotonic() - started:.0f} s in all, {slowest:.1f} s for the slowest")
    return 1 if lost else 0


def _files(folder: Path) -> Iterator[tuple[Path, bytes]]:
    """The PDF files below a folder, each content once."""
    seen: set[bytes] = set()
    for path in sorted(folder.rglob("*.pdf")):
        if not path.is_file():
            continue
        data = path.read_bytes()
        digest = hashlib.sha256(data).digest()
        if digest not in seen:
            seen.add(digest)
            yield path, data


def _kind(message: str) -> str:
    """A message without its numbers and its remedy."""
    return re.sub(r"\d[\d,]*", "N", message.partition(";")[0])


def _missing(before: bytes, after: ForeignPdf) -> Counter[str] | None:
    """The letters that a file has lost; None where pdftotext can't read it."""
    texts = [_text(pdf) for pdf in (before, after.pdf)]
    return None if None in texts else _letters(texts[0] or "") - _letters(texts[1] or "")


def _text(pdf: bytes) -> str | None:
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(pdf)
        file.flush()
        try:
            command = ["pdftotext", "-q", "-raw", file.name, "-"]
            done = subprocess.run(command, capture_output=True, check=False, timeout=_SECONDS)
        except subprocess.TimeoutExpired:
            return None
    return done.stdout.decode(errors="replace") if done.returncode == 0 else None


def _letters(text: str) -> Counter[str]:
    plain = unicodedata.normalize("NFKC", text)
    return Counter(char for char in plain if unicodedata.category(char)[0] not in "ZC")


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
