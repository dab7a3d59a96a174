"""The lock is complete: what pyproject.toml asks for, by version and hash, on every platform that we name."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from functools import cache

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from kit.running import PROJECT

FILES = ("runtime", "dev")
PYTHONS = ("3.11", "3.12", "3.13")
PLATFORMS = {
    "Linux": {"sys_platform": "linux", "platform_system": "Linux", "os_name": "posix"},
    "macOS": {"sys_platform": "darwin", "platform_system": "Darwin", "os_name": "posix"},
    "Windows": {"sys_platform": "win32", "platform_system": "Windows", "os_name": "nt"},
}


def text_of(name: str) -> str:
    return (PROJECT / "requirements" / f"{name}.txt").read_text(encoding="utf-8")


@cache
def locked(name: str) -> Mapping[str, tuple[Requirement, frozenset[str]]]:
    """Each locked package: its requirement and its hashes."""
    entries = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", text_of(name), flags=re.MULTILINE)).splitlines()
    parted = [entry.partition(" --hash=") for entry in entries]
    requirements = [(Requirement(start), rest) for start, _, rest in parted]
    return {
        canonicalize_name(requirement.name): (requirement, frozenset(re.findall(r"sha256:[0-9a-f]{64}", rest)))
        for requirement, rest in requirements
    }


def asked_for(name: str) -> list[Requirement]:
    """What pyproject.toml asks for."""
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    extras = project["project"]["optional-dependencies"]
    lines = [*project["build-system"]["requires"], *project["project"]["dependencies"]]
    lines += [line for extra in ("desk", "hl7", "xlsx") for line in extras[extra]]
    if name == "dev":
        lines += extras["dev"]
    return [Requirement(line) for line in lines]


@pytest.mark.parametrize("name", FILES)
def test_whatever_is_asked_for_is_locked_at_a_version_that_is_allowed(name: str) -> None:
    for requirement in asked_for(name):
        assert canonicalize_name(requirement.name) in locked(name), f"run make lock: {requirement} is not locked"
        (pin,) = locked(name)[canonicalize_name(requirement.name)][0].specifier
        assert pin.operator == "=="
        assert requirement.specifier.contains(pin.version), f"run make lock: {pin} for {requirement}"


@pytest.mark.parametrize("python", PYTHONS)
@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("name", FILES)
def test_whatever_is_asked_for_is_locked_on_each_platform(name: str, platform: str, python: str) -> None:
    machine = {**PLATFORMS[platform], "python_version": python, "python_full_version": f"{python}.1"}
    for requirement in asked_for(name):
        marker = locked(name)[canonicalize_name(requirement.name)][0].marker
        assert marker is None or marker.evaluate(machine), requirement


@pytest.mark.parametrize("name", FILES)
def test_every_entry_has_hashes(name: str) -> None:
    assert len(locked(name)) >= len(asked_for(name))
    assert [str(requirement) for requirement, hashes in locked(name).values() if not hashes] == []


def test_documents_are_tested_with_what_they_are_made_with() -> None:
    for package, entry in locked("runtime").items():
        assert locked("dev")[package] == entry


@pytest.mark.parametrize("name", FILES)
def test_the_lock_names_no_place_to_load_from(name: str) -> None:
    assert re.findall(r"\S*(?:://|index-url|find-links)\S*", text_of(name)) == []
