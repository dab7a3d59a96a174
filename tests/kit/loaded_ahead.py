"""What a process that reads one file loads for it is loaded before that process is forked, once for many tests.

The program forks a process for each file or stack that comes from elsewhere, and this alone loads the libraries that
read it, which takes longer than reading a small file. That nobody else loads them is seen by tests that start the
command as a process of its own.
"""

from __future__ import annotations

from contextlib import suppress
from importlib import import_module

_LIBRARIES = ("pikepdf", "pypdf", "pypdfium2", "pypdfium2.raw")
FOR_FILES = (
    *_LIBRARIES,
    *(f"consentkit.pdf.foreign.{name}" for name in ("accepting", "flattening", "inert", "placing", "tree")),
)
"""What is needed to accept a PDF file."""
FOR_SCANS = (
    *(*_LIBRARIES, "numpy", "cv2", "zxingcpp", "PIL.ImageFilter", "PIL.ImageOps", "PIL.ImageChops"),
    *(f"consentkit.scans.{name}" for name in ("blank", "checking", "copying", "faces", "filed_file", "jpeg")),
    *(f"consentkit.scans.{name}" for name in ("likeness", "page_pictures", "pages", "reading", "references")),
)
"""What is needed to read a stack of scans and to write it."""


def load_ahead(*modules: str) -> None:
    """Load modules; one that this machine lacks is not needed either."""
    for module in modules:
        with suppress(ImportError):
            import_module(module)
