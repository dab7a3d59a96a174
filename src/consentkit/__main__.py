"""The command `consentkit`, and `python -m consentkit`, which does the same.

Guarantees: an interrupt while the program is being loaded ends it as later ones do, and in no traceback.
"""

from __future__ import annotations

import os
from typing import NoReturn

_INTERRUPTED = 130


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    try:
        from consentkit.cli import main as run
    except KeyboardInterrupt:  # nothing has begun
        os._exit(_INTERRUPTED)
    run()


if __name__ == "__main__":
    main()
