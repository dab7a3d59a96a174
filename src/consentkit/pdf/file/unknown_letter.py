"""How a letter reads of which a file does not say what it is.

Guarantees: nothing is loaded for it.
"""

from __future__ import annotations

UNKNOWN = "\ufffd"
