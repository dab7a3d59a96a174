"""What a finished file says is kept for the run of the tests, whichever of them read that file back again.

Guarantees: it comes back only for the very bytes of a file, and as a list of its own; while a test has put anything in
the place of what reads or makes files, each file is read, and so it is for the tests in AROUND of `laid_out_once`.
Nothing outlives the run. A file that can't be read is read by each that wants to know why.

Every document is read back before it is handed out, which takes a fifth as long as its layout; where that has been
kept, it would be most of what is left.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Callable
from contextlib import suppress
from functools import wraps
from pathlib import Path

from consentkit.pdf.read import structure_text
from consentkit.pdf.read.structure_text import TaggedText
from kit.laid_out_once import AROUND, are_there, definitions, digest_of_modules, write

_Read = Callable[..., list[TaggedText]]


def keep_texts(folder: Path) -> None:
    """Keep in a folder what files say from now on, in this process and in those that it forks."""
    structure_text.tagged_text = keeping(structure_text.tagged_text, folder)


def keeping(read: _Read, folder: Path) -> _Read:
    """`tagged_text`, which takes up what it has read before, while all else is as it is now."""
    as_shipped, modules = list(definitions("consentkit.pdf")), digest_of_modules()

    @wraps(read)
    def kept_or_read(pdf: bytes, *, only_visible: bool = False) -> list[TaggedText]:
        if os.environ.get("PYTEST_CURRENT_TEST", "").startswith(AROUND) or not are_there(as_shipped):
            return read(pdf, only_visible=only_visible)
        given = (hashlib.sha256(pdf).hexdigest(), only_visible, modules)
        path = folder / hashlib.sha256(repr(given).encode()).hexdigest()
        with suppress(OSError):  # not read yet, or not for this user to read
            kept: list[TaggedText] = pickle.loads(path.read_bytes())
            return kept
        texts = read(pdf, only_visible=only_visible)
        with suppress(OSError):  # a child process under limits may not be able to write
            write(path, pickle.dumps(texts))
        return texts

    return kept_or_read
