"""Parses procedure files and nothing else, not even checking them: parse_yaml.py FILE.yaml ..."""

from __future__ import annotations

import sys
from pathlib import Path

from consentkit.reading import yaml_file


def main() -> None:
    for name in sys.argv[1:]:
        yaml_file.parse(Path(name).read_text(encoding="utf-8"), name)


if __name__ == "__main__":
    main()
