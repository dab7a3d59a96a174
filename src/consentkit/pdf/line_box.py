"""The box of a line that is drawn onto finished pages, whoever draws it.

Guarantees: nothing is loaded for these numbers: the page engine, which every paper needs, does without what shapes
lines.
"""

from __future__ import annotations

LINE_SIZE = 12.0
"""The size, in points, in which lines are drawn."""
LINE_HEIGHT = 20.0
"""The height, in points, of the box of a line."""
BESIDE_LINE = LINE_SIZE / 2
"""Points behind a line into which a letter may reach that is wider than its place, as a gaf that begins a name is."""
BASELINE = 6.0
"""Points from the bottom of its box to the baseline of a line."""
