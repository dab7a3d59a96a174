"""Paths that lead to nothing, in a circle, or where the user may not look: each ends in a message and its exit code."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from kit.packets import write_visit
from kit.running import Outcome, as_mere_owner
from kit.small import make_clinic

Call = Callable[..., Outcome]

TOO_LONG = 300 * "a"
IMPOSSIBLE = {
    "a name longer than the file system allows": f"./{TOO_LONG}",
    "a file in a folder of such a name": f"{TOO_LONG}/A.yaml",
    "a link to itself": "./loop",
    "a file behind a link to itself": "loop/A.yaml",
    "a file that is used as a folder": "file/A.yaml",
}
COMMANDS = {
    "check": ("check", "{}"),
    "render": ("render", "{}"),
    "a translation to render": ("render", "{}", "--lang", "es"),
    "a clinic": ("list", "--clinic", "{}"),
    "a file to write": ("render", "SMALL-1", "-o", "{}", "--clinic", "clinic"),
    "a folder to write to": ("render", "SMALL-1", "-o", "{}/", "--clinic", "clinic"),
    "verify": ("verify", "{}"),
    "approve": ("approve", "--yes", "{}", "--by", "Ann Ray", "--clinic", "clinic"),
    "diff": ("diff", "{}", "--clinic", "clinic"),
    "the source of a new procedure": ("new", "NEW-1", "--from", "{}"),
    "a service list": ("batch", "{}", "-o", "out"),
    "the folder of a batch": ("batch", "-o", "{}/out", "--clinic", "clinic"),
    "a batch into a file": ("batch", "-o", "{}.pdf", "--clinic", "clinic"),
    "a batch to merge": ("batch", "--merge-manifests", "{}", "-o", "out"),
    "a visit": ("packet", "{}"),
    "the file of a packet": ("packet", "visit.yaml", "-o", "{}", "--allow-drafts", "--clinic", "clinic"),
    "the file of all packets": ("packet", "visit.yaml", "--combined", "{}", "--allow-drafts", "--clinic", "clinic"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with a file, a clinic, and a link that leads to itself."""
    (tmp_path / "loop").symlink_to("loop")
    (tmp_path / "file").write_text("", encoding="utf-8")
    clinic = make_clinic(tmp_path / "clinic")
    write_visit(tmp_path / "visit.yaml")
    (clinic / "services.yaml").write_text("services: [SMALL-1]\n", encoding="utf-8")
    return tmp_path


@pytest.mark.parametrize("path", IMPOSSIBLE.values(), ids=IMPOSSIBLE)
@pytest.mark.parametrize("command", COMMANDS.values(), ids=COMMANDS)
def test_a_path_that_leads_nowhere_is_an_error_with_a_message(
    command: tuple[str, ...], path: str, folder: Path, call: Call
) -> None:
    before = sorted(folder.rglob("*"))
    done = call(*(argument.replace("{}", path) for argument in command))
    assert done.code in (2, 3, 4, 5)
    assert done.lines or done.stderr
    assert [name for name in sorted(folder.rglob("*")) if name not in before and name.name != "out"] == []


# --- folders that are closed to the user ---


@pytest.fixture
def closed(tmp_path: Path) -> Iterator[Path]:
    """A folder into which nobody may look, with a clinic in it; the current folder is the open one around it."""
    folder = tmp_path / "closed"
    make_clinic(folder / "clinic")
    folder.chmod(0)
    yield folder
    folder.chmod(0o700)


@pytest.mark.parametrize("command", [words for words in COMMANDS.values() if "clinic" not in words], ids=" ".join)
def test_a_path_in_a_closed_folder_is_an_error_that_names_it(
    command: tuple[str, ...], closed: Path, call: Call
) -> None:
    with as_mere_owner():
        done = call(*(argument.replace("{}", "closed/clinic/A.yaml") for argument in command))
    assert "closed/clinic" in done.stderr and "permission denied" in done.stderr
    assert done.code == 5


@pytest.mark.parametrize("command", [("list",), ("check",), ("render", "90837"), ("doctor",)], ids=" ".join)
def test_a_closed_folder_above_the_current_one_may_hold_the_clinic_and_is_not_passed_over(
    command: tuple[str, ...], closed: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed.chmod(0o700)
    monkeypatch.chdir(closed / "clinic")
    closed.chmod(0)
    with as_mere_owner():
        done = call(*command)
    assert (done.code, done.stdout) == (5, b"")
    assert "clinic.yaml: can't be read: permission denied" in done.stderr


def test_a_current_folder_that_is_gone_is_an_error_with_a_remedy(
    tmp_path: Path, call: Call, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "gone").mkdir()
    monkeypatch.chdir(tmp_path / "gone")
    (tmp_path / "gone").rmdir()
    done = call("list")
    assert (done.code, done.stdout) == (5, b"")
    assert done.stderr == "Error: the current folder can't be found: no such file or directory; change to another one\n"
    assert call("list", "--clinic", tmp_path).code == 5
    assert call("list", "--clinic", make_clinic(tmp_path / "clinic")).code == 0
