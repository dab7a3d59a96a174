"""A kind of document is asked for by its name of today; who writes the one of old is told what replaces it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.documents.opening import open_workspace
from consentkit.errors import WrongUse
from consentkit.library.approvals import load_approvals
from kit.packets import visit_data, write_schedule
from kit.running import Outcome
from kit.small import CODE, make_clinic

Call = Callable[..., Outcome]

TOLD = "`handout` is now called `information`; write `information`"


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    return make_clinic(tmp_path / "clinic")


@pytest.mark.parametrize(
    "command", [("render",), ("approve", "--yes", "--by", "A"), ("diff",)], ids=lambda command: command[0]
)
def test_an_option_is_refused(command: tuple[str, ...], clinic: Path, call: Call) -> None:
    done = call(*command, CODE, "--variant", "handout", "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert TOLD in done.stderr


def test_the_service_list_is_refused_with_its_place(clinic: Path, call: Call) -> None:
    (clinic / "services.yaml").write_text(f"services:\n  - code: {CODE}\n    variants: [consent, handout]\n")
    done = call("batch", "-o", "out", "--clinic", clinic)
    assert done.code == 3
    assert f"services.yaml:3:25: services[1].variants[2]: {TOLD}" in done.stderr
    assert not Path("out").exists()


def test_the_particulars_of_a_clinic_are_refused_with_their_place(clinic: Path, call: Call) -> None:
    (clinic / "clinic.yaml").write_text("name: Alder Clinic\npacket: {documents: [handout]}\n")
    done = call("render", CODE, "--clinic", clinic)
    assert done.code == 3
    assert f"clinic.yaml:2:22: packet.documents[1]: {TOLD}" in done.stderr


def test_a_visit_is_refused_with_its_place(clinic: Path, call: Call) -> None:
    lines = [f"{key}: {value}" for key, value in visit_data().items()]
    Path("visit.yaml").write_text("\n".join([*lines, "documents: [handout]", ""]))
    done = call("packet", "visit.yaml", "--clinic", clinic)
    assert done.code == 3
    assert f"visit.yaml:{len(lines) + 1}:13: visit V-1: documents[1]: {TOLD}" in done.stderr


def test_a_cell_of_a_schedule_is_refused_with_its_place(clinic: Path, call: Call) -> None:
    write_schedule(Path("schedule.csv"), {"documents": "Handout"})
    done = call("packet", "schedule.csv", "-o", "out", "--clinic", clinic)
    assert done.code == 7
    assert f"schedule.csv:2:8: visit V-1: documents: {TOLD}" in done.stderr


def test_a_program_is_refused(clinic: Path) -> None:
    with pytest.raises(WrongUse, match=TOLD):
        open_workspace(clinic).render(CODE, variant="handout")  # type: ignore[arg-type]


def test_what_an_earlier_version_recorded_is_read_under_the_name_of_today(clinic: Path) -> None:
    entry = f"code: {CODE}, language: en, variant: handout, edition: 1, content: {'0' * 64}, by: A, on: 2026-01-01"
    (clinic / "approvals.yaml").write_text(f"approvals:\n- {{{entry}}}\n")
    (approval,) = load_approvals(clinic).approvals
    assert approval.variant == "information"
