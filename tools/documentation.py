"""Builds the site of the documentation: .venv/bin/python tools/documentation.py FOLDER

Guarantees: the site is made from the pages of the repository as they are, each in its own folder, without the network.
Any warning, such as a link that leads nowhere, fails the build. The site is FOLDER/html, and nothing else is written
outside of FOLDER.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "CONTRIBUTING.md",
    "SECURITY.md",
    "LICENSE",
    "benchmarks/README.md",
    "deploy",
    "docs",
    "samples",
)
"""What the pages consist of, and what they lead to."""
SETTINGS = "mkdocs.yml"


def collect(folder: Path) -> None:
    """Lay out the pages, and what they lead to, as they are in the repository."""
    shutil.rmtree(folder, ignore_errors=True)
    for name in PAGES:
        source, target = ROOT / name, folder / "pages" / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=shutil.ignore_patterns(SETTINGS))
        else:
            shutil.copy(source, target)
    shutil.copy(ROOT / "docs" / SETTINGS, folder)


def build(folder: Path) -> int:
    """Build the site of what is laid out. Returns the exit code of the builder."""
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "--config-file", SETTINGS]
    return subprocess.run(command, cwd=folder, check=False).returncode


def main(folder: Path) -> int:
    """Lay out the pages and build the site. Returns the exit code of the builder."""
    collect(folder)
    return build(folder)


if __name__ == "__main__":
    if len(sys.argv) != 2:
        sys.exit((__doc__ or "").splitlines()[0])
    sys.exit(main(Path(sys.argv[1])))
