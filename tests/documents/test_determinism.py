"""The same input gives the same bytes, whatever is different around it."""

from __future__ import annotations

import json
import time
from pathlib import Path

from consentkit.documents.opening import open_workspace
from kit.running import PROJECT, SAMPLE_CLINIC, environment, run_consentkit
from kit.small import small_procedure, write_procedure

# Four hash seeds, two time zones (a day apart), three languages and two folders, in four runs.
SURROUNDINGS = (
    {"PYTHONHASHSEED": "0", "TZ": "Pacific/Kiritimati", "LANG": "C"},
    {"PYTHONHASHSEED": "1", "TZ": "Pacific/Pago_Pago", "LANG": "de_DE.UTF-8", "LC_ALL": "de_DE.UTF-8"},
    {"PYTHONHASHSEED": "2", "TZ": "Pacific/Kiritimati", "LANG": "tr_TR.UTF-8", "SOURCE_DATE_EPOCH": "1"},
    {
        "PYTHONHASHSEED": "3",
        "TZ": "Pacific/Pago_Pago",
        "LANG": "C.UTF-8",
        "PYTHONOPTIMIZE": "2",
        "PYTHONDONTWRITEBYTECODE": "1",
    },
)


def test_hash_seed_time_zone_language_and_folder_do_not_change_a_byte(tmp_path: Path) -> None:
    versions = set()
    for index, surroundings in enumerate(SURROUNDINGS):
        folder = tmp_path / ("here" if index % 2 else "another/folder")
        folder.mkdir(parents=True, exist_ok=True)
        out = folder / f"out{index}"
        env = environment(**surroundings)
        done = run_consentkit("render", "90853", "-o", f"{out}/", "--clinic", SAMPLE_CLINIC, folder=folder, env=env)
        assert done.code == 0, done.stderr
        versions.add((out / "90853.pdf").read_bytes())
    assert len(versions) == 1


IN_A_VARIABLE_FONT = ("V-1006", "V-1010", "V-1012")
"""The sample visits of patients whose names are Vietnamese, Greek and Russian."""


def wait_for_the_next_second() -> None:
    """Wait until a clock that counts seconds, as the dates of fonts do, shows another time."""
    second = int(time.time())
    while int(time.time()) == second:
        time.sleep(0.02)


def test_the_time_of_the_run_does_not_change_a_byte_of_letters_from_a_variable_font(tmp_path: Path) -> None:
    document = write_procedure(tmp_path, title="Việt, ελληνικά, русский")
    visits = [word for visit in IN_A_VARIABLE_FONT for word in ("--visit", visit)]
    packets = ("packet", PROJECT / "samples" / "schedule.csv", *visits, "--clinic", SAMPLE_CLINIC, "--allow-drafts")
    alone = ("render", document, "--variant", "refusal", "--no-cache", "--clinic", SAMPLE_CLINIC)
    versions = []
    for env in (environment(), environment(SOURCE_DATE_EPOCH="1")):
        out = tmp_path / f"out{len(versions)}"
        for arguments in (packets, alone):
            done = run_consentkit(*arguments, "-o", f"{out}/", folder=tmp_path, env=env)
            assert done.code == 0, done.stderr
        versions.append({path.name: path.read_bytes() for path in out.glob("*.pdf")})
        wait_for_the_next_second()
    assert len(versions[0]) == len(IN_A_VARIABLE_FONT) + 1
    assert versions[0] == versions[1]


def test_documents_made_before_in_the_same_process_do_not_change_a_byte(tmp_path: Path) -> None:
    workspace = open_workspace()
    path = write_procedure(tmp_path)
    first = workspace.render(path).pdf
    workspace.render(small_procedure(title="Việt, ελληνικά"), paper="a4")
    assert workspace.render(path).pdf == first


def test_order_of_keys_in_a_file_does_not_change_a_byte(tmp_path: Path) -> None:
    workspace = open_workspace()
    path = write_procedure(tmp_path)
    first = workspace.render(path).pdf
    turned = dict(reversed(json.loads(path.read_text(encoding="utf-8")).items()))
    path.write_text(json.dumps(turned), encoding="utf-8")
    assert workspace.render(path).pdf == first
