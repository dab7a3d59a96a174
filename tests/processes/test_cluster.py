"""Work on a real Dask cluster on the loopback: each task ends once, whatever becomes of the machines."""

from __future__ import annotations

import logging
import signal
import threading
from collections.abc import Callable
from typing import Any

import pytest

from consentkit.errors import FileAccess, WrongUse
from consentkit.processes import cluster as engine
from consentkit.processes.cluster import address_of, work_on_cluster
from consentkit.processes.workers import Ended
from kit.cluster import Cluster, break_down, die, double, double_where_allowed, refuse, running_cluster

pytestmark = [
    pytest.mark.xdist_group("cluster"),
    # The library leaves what it had open to the collector when its other end is gone.
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]


def results(cluster: Cluster, function: Callable[[Any], int], given: list[Any], seconds: float = 60) -> list[Any]:
    """What became of each task, in the order of the tasks: its result, or the problem."""
    ends: list[Ended[int, int]] = list(work_on_cluster(function, enumerate(given), cluster.executor, seconds))
    assert sorted(end.task for end in ends) == list(range(len(given)))  # each once
    return [str(end.error) if end.error else end.value for end in sorted(ends, key=lambda end: end.task)]


def test_every_task_ends_once_with_its_result(cluster: Cluster) -> None:
    assert results(cluster, double, [(0, number) for number in range(20)]) == list(range(0, 40, 2))


def test_what_a_document_fails_with_is_its_problem_and_what_the_program_fails_with_is_not_quoted(
    cluster: Cluster,
) -> None:
    assert results(cluster, refuse, [0]) == ["this one can't be made"]
    (problem,) = results(cluster, break_down, [0])
    assert "ValueError" in problem
    assert "Nora" not in problem


def test_a_worker_that_is_killed_costs_no_task(cluster: Cluster) -> None:
    victim = cluster.start()
    killer = threading.Timer(1, cluster.stop, [victim])
    killer.start()
    assert results(cluster, double, [(0.3, number) for number in range(15)]) == list(range(0, 30, 2))
    killer.join()
    assert victim.returncode == -signal.SIGKILL


def test_a_worker_that_stands_still_is_passed_over(cluster: Cluster) -> None:
    slow = cluster.start()
    slow.send_signal(signal.SIGSTOP)
    try:
        assert results(cluster, double, [(0, number) for number in range(12)], seconds=3) == list(range(0, 24, 2))
    finally:
        cluster.stop(slow)


def test_a_worker_that_is_not_fit_gets_nothing_more(cluster: Cluster) -> None:
    given = [("worker 0", number) for number in range(12)]
    assert results(cluster, double_where_allowed, given) == list(range(0, 24, 2))


def test_a_task_that_kills_its_workers_ends_with_that(cluster: Cluster) -> None:
    given: list[Any] = [0]
    extra = [cluster.start() for _ in range(2)]
    (problem,) = results(cluster, die, given, seconds=20)
    assert "died" in problem or "no workers" in problem
    for worker in extra:
        cluster.stop(worker)


def test_a_lost_scheduler_ends_what_is_left(
    tmp_path_factory: pytest.TempPathFactory,
) -> None:
    with running_cluster(tmp_path_factory.mktemp("lost")) as own:
        own.start()
        killer = threading.Timer(2, own.stop, [own.scheduler])
        killer.start()
        ended = results(own, double, [(0.5, number) for number in range(30)])
        killer.join()
    assert ended[0] == 0
    assert ended[-1] == "the scheduler of the cluster was lost; start it again, then run this again"


def test_the_library_prints_no_traceback_of_what_is_said_in_a_sentence(cluster: Cluster) -> None:
    assert results(cluster, double, [(0, 1)]) == [2]
    loggers = [name for name in logging.root.manager.loggerDict if name.split(".")[0] in {"distributed", "tornado"}]
    assert [name for name in loggers if logging.getLogger(name).isEnabledFor(logging.ERROR)] == []


def test_a_cluster_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(engine, "_SECONDS_TO_CONNECT", 0.5)
    with pytest.raises(FileAccess, match="no scheduler of a Dask cluster answers"):
        list(work_on_cluster(double, [(1, (0, 1))], "dask://127.0.0.1:9", 1))


@pytest.mark.parametrize(
    "executor", ["ray://host:1", "dask://host", "dask://:8786", "dask://a@b:1", "dask://h/x:1", ""]
)
def test_what_names_no_cluster_is_refused(executor: str) -> None:
    with pytest.raises(WrongUse, match="dask://HOST:8786"):
        address_of(executor)
