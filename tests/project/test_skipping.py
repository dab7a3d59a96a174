"""What is skipped is reported at the end, and in CI only what this machine can't do may be."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit import skipping
from kit.running import PROJECT

MISSING = "pytest.mark.skipif(True, reason=skipping.DEBIAN + 'strace')"
IMPOSSIBLE = "skipping.needs(allowed=lambda: False, otherwise='no file system may be mounted')"
UNEXPLAINED = "pytest.mark.skip(reason='too slow for me')"


def run_tests(folder: Path, *marks: str, ci: str, workers: str = "0") -> tuple[int, str]:
    """Run tests of which each has one of the marks, under our own settings: the exit code and what was printed."""
    lines = ["import pytest", "from kit import skipping", "def test_that_runs(): pass"]
    lines += [
        "@pytest.fixture(scope='session')",
        "def parts_of_the_tests(): pass",
    ]  # no page engine: nothing is laid out
    for number, mark in enumerate(marks):
        lines += [f"@{mark}", f"def test_{number}(): raise AssertionError"]
    (folder / "test_marked.py").write_text("\n".join(lines) + "\n")
    settings = ["-c", str(PROJECT / "pyproject.toml"), "--rootdir", str(folder), "-p", "no:cacheprovider"]
    done = subprocess.run(
        [sys.executable, "-m", "pytest", *settings, "-p", "conftest", "-n", workers, str(folder / "test_marked.py")],
        env={**os.environ, "PYTHONPATH": str(PROJECT / "tests"), "CI": ci},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stdout


@pytest.mark.parametrize("workers", ["0", "2"])
def test_a_skip_that_set_up_could_spare_is_a_failure_in_ci(tmp_path: Path, workers: str) -> None:
    code, printed = run_tests(tmp_path, MISSING, IMPOSSIBLE, ci="true", workers=workers)
    assert code == 1
    assert "1 skipped: missing here, and a package of Debian: strace" in printed
    assert "This is a failure, since CI must run what it can; let tools/setup.sh install it." in printed
    assert "1 skipped: not possible on this machine: no file system may be mounted" in printed


def test_a_skip_that_nobody_has_classified_is_a_failure_in_ci(tmp_path: Path) -> None:
    code, printed = run_tests(tmp_path, UNEXPLAINED, ci="true")
    assert code == 1
    assert "1 skipped: too slow for me" in printed
    assert "use `needs` of tests/kit/skipping.py" in printed


def test_what_a_machine_can_not_do_is_reported_and_accepted(tmp_path: Path) -> None:
    code, printed = run_tests(tmp_path, IMPOSSIBLE, IMPOSSIBLE, ci="true")
    assert code == 0
    assert "2 skipped: not possible on this machine: no file system may be mounted" in printed


def test_outside_ci_skips_are_reported_only(tmp_path: Path) -> None:
    code, printed = run_tests(tmp_path, MISSING, UNEXPLAINED, ci="")
    assert code == 0
    assert "1 skipped: missing here, and a package of Debian: strace" in printed
    assert "1 skipped: too slow for me" in printed
    assert "failure" not in printed


def test_a_missing_program_names_the_package_that_set_up_installs(monkeypatch: pytest.MonkeyPatch) -> None:
    assert skipping.packages()["pdftoppm"] == "poppler-utils"
    monkeypatch.setattr(skipping, "_SEARCHED", "/nowhere")
    assert skipping.missing("qpdf", "strace") == ["qpdf", "strace"]
    assert skipping.needs("unshare", "mount").mark.kwargs["reason"].endswith(": mount util-linux")


def test_what_set_up_does_not_install_can_not_be_a_reason_to_skip() -> None:
    with pytest.raises(KeyError):
        skipping.needs("a-program-of-mine")
