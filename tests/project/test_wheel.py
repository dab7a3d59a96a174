"""The wheel works in a bare environment, from any folder, with the network unavailable.

How the environment is made without a network: a virtual environment without packages; the wheel is installed into it by
pip with --no-deps --no-index; then a folder of links is put on its path by a .pth file. That folder links to exactly
those distributions of the running environment that the wheel's own metadata asks for, directly or through others. So
consentkit itself can come from the wheel only, and a dependency that pyproject.toml forgets to name is not there.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from email.parser import Parser
from importlib.metadata import Distribution, distribution
from pathlib import Path

import pikepdf
import pytest
from packaging.requirements import Requirement

from consentkit import __version__
from kit.running import PROJECT, SAMPLE_CLINIC, environment

pytestmark = pytest.mark.xdist_group("wheel")  # it is built once
FORBID_NETWORK = """
import socket


def refuse(*_arguments, **_options):
    raise OSError("the network is unavailable")


socket.socket.connect = socket.socket.connect_ex = socket.getaddrinfo = refuse
"""


@dataclass(frozen=True)
class Installed:
    """A wheel, and a bare environment that it is installed in."""

    wheel: Path
    python: Path

    def run(self, *arguments: str | Path, folder: Path) -> subprocess.CompletedProcess[str]:
        """Run a program of the environment with the network unavailable."""
        env = environment()
        del env["PYTHONPATH"]
        return subprocess.run(
            [*without_network(), *map(str, arguments)],
            cwd=folder,
            env=env,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )


def without_network() -> list[str]:
    """What to put before a command so that it has no network, not even loopback; nothing where that is not allowed."""
    unshare = shutil.which("unshare")
    if unshare and subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode == 0:
        return [unshare, "-rn"]
    return []


def required(wheel: Path) -> Iterator[Distribution]:
    """The distributions that a wheel asks for, directly or through others, as they are installed here."""
    with zipfile.ZipFile(wheel) as archive:
        name = next(name for name in archive.namelist() if name.endswith(".dist-info/METADATA"))
        metadata = Parser().parsestr(archive.read(name).decode())
    waiting = [Requirement(line) for line in metadata.get_all("Requires-Dist", [])]
    seen: set[tuple[str, str]] = set()
    while waiting:
        requirement = waiting.pop()
        extras = requirement.extras or {""}
        if requirement.marker and not requirement.marker.evaluate({"extra": ""}):
            continue
        found = distribution(requirement.name)
        assert requirement.specifier.contains(found.version, prereleases=True), (requirement, found.version)
        for extra in extras:
            if (found.name, extra) in seen:
                continue
            seen.add((found.name, extra))
            yield found
            for line in found.requires or []:
                inner = Requirement(line)
                if inner.marker is None or inner.marker.evaluate({"extra": extra}):
                    inner.marker = None
                    waiting.append(inner)


def link_distributions(wheel: Path, folder: Path) -> None:
    """Fill a folder with links to the files of all distributions that a wheel asks for."""
    folder.mkdir()
    for found in required(wheel):
        for top in {file.parts[0] for file in found.files or []} - {"..", "__pycache__"}:
            assert not top.startswith("consentkit")
            link = folder / top
            if not link.exists():
                link.symlink_to(Path(str(found.locate_file(top))))


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Installed:
    folder = tmp_path_factory.mktemp("wheel")
    build = [sys.executable, "-m", "build", "--wheel", "--no-isolation", "--outdir", str(folder), str(PROJECT)]
    built = subprocess.run(build, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    (wheel,) = folder.glob("*.whl")

    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder / "env"], check=True)
    python = folder / "env/bin/python"
    pip = [sys.executable, "-m", "pip", "--python", str(python), "install", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "--no-deps", "--no-index", str(wheel)], check=True, capture_output=True)

    link_distributions(wheel, folder / "dependencies")
    site = Path(sysconfig.get_path("purelib", vars={"base": str(folder / "env")}))
    (site / "dependencies.pth").write_text(f"{folder / 'dependencies'}\n")
    if not without_network():
        # Debian's Python has a sitecustomize of its own, which would come before ours.
        (site / "forbid_network.py").write_text(FORBID_NETWORK)
        (site / "forbid_network.pth").write_text("import forbid_network\n")
    return Installed(wheel, python)


def test_the_environment_holds_consentkit_from_the_wheel_and_nothing_that_it_did_not_ask_for(
    installed: Installed, tmp_path: Path
) -> None:
    script = "import consentkit, importlib.util as u; print(consentkit.__file__); print(u.find_spec('hypothesis'))"
    told = installed.run(installed.python, "-c", script, folder=tmp_path)
    assert told.stdout.splitlines() == [
        str(next(installed.python.parent.parent.glob("lib/*/site-packages/consentkit/__init__.py"))),
        "None",
    ]


def test_the_network_is_unavailable_in_it(installed: Installed, tmp_path: Path) -> None:
    script = "import socket; socket.create_connection(('127.0.0.1', 9), timeout=2)"
    told = installed.run(installed.python, "-c", script, folder=tmp_path)
    assert "unreachable" in told.stderr or "unavailable" in told.stderr


def test_the_command_renders_from_an_empty_folder(installed: Installed, tmp_path: Path) -> None:
    command = installed.python.parent / "consentkit"
    done = installed.run(command, "render", "90837", folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "90837.pdf\n"), done.stderr
    assert [path.name for path in tmp_path.iterdir()] == ["90837.pdf"]
    with pikepdf.open(tmp_path / "90837.pdf") as document:
        assert len(document.pages) >= 6


def test_the_module_renders_for_a_clinic_with_a_logo(installed: Installed, tmp_path: Path) -> None:
    arguments = ("render", "90853", "-o", "x.pdf", "--clinic", SAMPLE_CLINIC)
    done = installed.run(installed.python, "-m", "consentkit", *arguments, folder=tmp_path)
    assert (done.returncode, done.stdout) == (0, "x.pdf\n"), done.stderr


def test_new_finds_the_schema_and_the_shipped_files_name_one_that_is_there(
    installed: Installed, tmp_path: Path
) -> None:
    command = installed.python.parent / "consentkit"
    assert installed.run(command, "new", "X1", folder=tmp_path).returncode == 0
    assert (tmp_path / "procedure.schema.json").exists()
    listed = installed.run(command, "list", folder=tmp_path)
    assert (listed.returncode, len(listed.stdout.splitlines())) == (0, 18 + 19)
    assert installed.run(command, "check", folder=tmp_path).returncode == 0
    (shipped,) = installed.python.parent.parent.glob("lib/*/site-packages/consentkit/_shipped")
    for path in [*shipped.glob("procedures/*.yaml"), *shipped.glob("templates/languages/*.yaml")]:
        mode_line = path.read_text(encoding="utf-8").splitlines()[0]
        assert (path.parent / mode_line.split("$schema=")[1]).exists(), path


def test_a_clinic_is_made_checked_and_explained_without_a_checkout(installed: Installed, tmp_path: Path) -> None:
    command = installed.python.parent / "consentkit"
    named = ("--name", "Elm Hill Counseling", "--phone", "217-555-0142")
    assert installed.run(command, "init", "my-clinic", *named, folder=tmp_path).returncode == 0
    clinic = tmp_path / "my-clinic"
    checked = installed.run(command, "check", "--strict", folder=clinic)
    assert (checked.returncode, checked.stdout) == (0, ""), checked.stdout
    planned = installed.run(command, "batch", "-o", "out", "--dry-run", folder=clinic)
    assert (planned.returncode, "would be:" in planned.stderr) == (0, True), planned.stderr
    assert installed.run(command, "new", "90853", "--from", "90853", folder=clinic).returncode == 0
    assert (clinic / "procedures/90853.es.yaml").is_file()
    assert installed.run(command, "init", "--samples", "samples", folder=tmp_path).returncode == 0
    guide = installed.run(command, "guide", "visits", folder=tmp_path)
    assert guide.stdout.startswith("# Writing a visit\n")


def test_the_wheel_holds_what_it_needs_and_nothing_else(installed: Installed) -> None:
    with zipfile.ZipFile(installed.wheel) as archive:
        names = set(archive.namelist())
    for folder, pattern in (
        ("procedures", "*.yaml"),
        ("papers", "*.yaml"),
        ("templates", "**/*"),
        ("docs", "*.json"),
        ("docs", "*.md"),
        ("samples", "**/*"),
    ):
        there = [path for path in (PROJECT / folder).glob(pattern) if path.is_file()]
        assert there
        there = [path for path in there if path.name != "development.md"]  # the page about the source code
        assert {f"consentkit/_shipped/{path.relative_to(PROJECT)}" for path in there} <= names
    assert "consentkit/py.typed" in names
    assert f"consentkit-{__version__}.dist-info/licenses/LICENSE" in names
    modules = {str(path.relative_to(PROJECT / "src")) for path in (PROJECT / "src").rglob("*.py")}
    assert modules <= names
    assert {name.split("/")[0] for name in names} == {"consentkit", f"consentkit-{__version__}.dist-info"}
    strange = [name for name in names if "test" in name or "__pycache__" in name or name.endswith((".pyc", ".pdf"))]
    assert [name for name in strange if name not in modules] == []
