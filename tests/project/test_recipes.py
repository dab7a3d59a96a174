"""The recipes for engines of others make the parts of a list, each once, and the parts can be joined."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
import yaml

from kit.running import PROJECT, environment
from kit.small import CODE, make_clinic

KUBERNETES = PROJECT / "deploy/kubernetes-job.yaml"
SLURM = PROJECT / "deploy/slurm-array.sh"
AIRFLOW = PROJECT / "deploy/airflow_dag.py"


def pod() -> dict[str, Any]:
    job = yaml.safe_load(KUBERNETES.read_text(encoding="utf-8"))
    assert (job["kind"], job["spec"]["completionMode"]) == ("Job", "Indexed")
    (container,) = job["spec"]["template"]["spec"]["containers"]
    assert {one["name"]: one["value"] for one in container["env"]}["PARTS"] == str(job["spec"]["completions"])
    return container  # type: ignore[no-any-return]


def test_the_recipe_for_kubernetes_has_as_many_parts_as_pods() -> None:
    assert "--shard" in pod()["args"][0]


def test_the_recipe_for_airflow_is_python_and_makes_every_part() -> None:
    text = AIRFLOW.read_text(encoding="utf-8")
    compile(text, AIRFLOW, "exec")
    assert "--shard" in text
    assert "--merge-manifests" in text


def commands(engine: str, folder: Path) -> list[tuple[list[str], dict[str, str]]]:
    """What each of two parts runs, with the variables that the engine sets."""
    if engine == "Slurm":
        shared = {"CLINIC": f"{folder}/clinic", "OUT": f"{folder}/out", "SLURM_ARRAY_TASK_COUNT": "2"}
        return [(["sh", str(SLURM)], {**shared, "SLURM_ARRAY_TASK_ID": str(part)}) for part in (1, 2)]
    script = pod()["args"][0]
    for place in ("/clinic", "/out"):
        script = script.replace(f" {place}", f" {folder}{place}").replace(f'"{place}', f'"{folder}{place}')
    return [([*pod()["command"], script], {"PARTS": "2", "JOB_COMPLETION_INDEX": str(part)}) for part in (0, 1)]


@pytest.mark.parametrize("engine", ["Kubernetes", "Slurm"])
def test_two_parts_of_a_list_are_made_as_the_recipe_has_it_and_joined(engine: str, tmp_path: Path) -> None:
    (make_clinic(tmp_path / "clinic") / "services.yaml").write_text(f"services: [{CODE}]\n")
    path = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    for words, variables in commands(engine, tmp_path):
        subprocess.run(words, env=environment(PATH=path, **variables), check=True, capture_output=True, timeout=120)
    join = ["consentkit", "batch", "--merge-manifests", "out/1", "out/2", "-o", "all"]
    subprocess.run(join, env=environment(PATH=path), cwd=tmp_path, check=True, capture_output=True, timeout=120)
    assert [file.name for file in (tmp_path / "all").glob("*.pdf")] == [f"{CODE}.pdf"]
