"""The source distribution is the project: whoever has it alone can build, set up, render and test."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from kit.running import PROJECT
from kit.skipping import needs

pytestmark = pytest.mark.xdist_group("sdist")  # it is built once

MADE = {"PKG-INFO"}
"""What the build adds to the files of the project."""


def build(source: Path, kind: str, folder: Path) -> Path:
    """Build an sdist or a wheel of a source tree."""
    command = [sys.executable, "-m", "build", f"--{kind}", "--no-isolation", "--outdir", str(folder), str(source)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    (file,) = folder.iterdir()
    return file


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with what an sdist of this project holds."""
    folder = tmp_path_factory.mktemp("sdist")
    archive = build(PROJECT, "sdist", folder / "built")
    subprocess.run(["tar", "--extract", "--file", archive, "--directory", folder], check=True)
    (top,) = (path for path in folder.iterdir() if path.name != "built")
    return top


def run(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run Python in a source tree, with the packages of this environment but the source of that tree."""
    environment = {**os.environ, "PYTHONPATH": os.pathsep.join([str(folder / "src"), str(folder / "tests")]), "CI": ""}
    environment.pop("PYTEST_ADDOPTS", None)
    return subprocess.run(
        [sys.executable, *arguments], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@needs("git", allowed=(PROJECT / ".git").exists, otherwise="these are the files of an sdist, not a clone")
def test_an_sdist_holds_every_file_of_the_project_and_no_other(unpacked: Path) -> None:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True).stdout
    committed = {name for name in listed.decode().split("\0") if name and (PROJECT / name).exists()}
    held = {str(path.relative_to(unpacked)) for path in unpacked.rglob("*") if path.is_file()} - MADE
    assert committed - held == set(), "name them in pyproject.toml, under tool.hatch.build.targets.sdist"
    assert held - committed == set(), "commit them, or name them in .gitignore"


def test_what_an_sdist_holds_keeps_its_permissions(unpacked: Path) -> None:
    for name in ("tools/setup.sh", "tools/lock.sh", ".ci/run"):
        assert os.access(unpacked / name, os.X_OK), name


def test_from_an_sdist_a_wheel_can_be_built(unpacked: Path, tmp_path: Path) -> None:
    assert build(unpacked, "wheel", tmp_path / "built").name.endswith(".whl")


def test_from_an_sdist_a_document_can_be_rendered(unpacked: Path, tmp_path: Path) -> None:
    target = tmp_path / "90837.pdf"
    done = run(unpacked, "-m", "consentkit", "render", "90837", "-o", str(target), "--clinic", "samples/clinic")
    assert done.returncode == 0, done.stderr
    assert target.read_bytes().startswith(b"%PDF-")


def test_an_sdist_tests_itself(unpacked: Path) -> None:
    """The files of tests that read most of the project: examples, documentation, schemas, samples, set-up."""
    files = [
        f"tests/{place}.py"
        for place in (
            "project/test_docs",
            "cli/test_examples",
            "model/test_schema",
            "library/test_library",
            "project/test_lock",
            "project/test_rooms",
        )
    ]
    done = run(unpacked, "-m", "pytest", "-n0", "-p", "no:cacheprovider", *files)
    assert done.returncode == 0, done.stdout[-5000:]
