"""The documents of a list, made by the machines of a cluster: the same bytes, or what keeps a machine from it."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.batches.remote import RemoteDocument, make_here
from consentkit.cache.store import no_store, open_store
from consentkit.documents.kept import digests_of
from consentkit.errors import FileAccess
from consentkit.model.identity import Layout
from consentkit.processes.cluster import WorkerRefuses
from consentkit.processes.pool import Pool
from kit.batching import Place, counted, json_lines, make_place
from kit.cluster import Cluster, running_cluster
from kit.running import Outcome
from kit.small import CODE, make_clinic, write_procedure

pytestmark = [
    pytest.mark.xdist_group("cluster"),
    # The library leaves what it had open to the collector when its other end is gone.
    pytest.mark.filterwarnings("ignore:.*:ResourceWarning"),
    pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning"),
]
Call = Callable[..., Outcome]
OTHER_DIGESTS = (
    "import dataclasses, consentkit.batches.remote as remote; made = remote._made; "
    "remote._made = lambda requested: dataclasses.replace(made(requested), digests={'text': '0' * 64})"
)
ANOTHER_VERSION = "import consentkit.library.keys as keys; keys.versions = lambda: ('another version',)"


def test_a_cluster_makes_the_same_bytes_as_this_machine(call: Call, cluster: Cluster, tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    (clinic / "services.yaml").write_text(f"services: [{CODE}, NONE-1]\n")
    batch = ("batch", "--clinic", clinic, "--cache", "cache", "-o", "out")
    done = call(*batch, "--json", "--executor", cluster.executor)
    assert done.code == 7, done.stderr
    assert {line["file"]: line["outcome"] for line in json_lines(done.stdout) if "file" in line} == {
        f"{CODE}.pdf": "made",
        "NONE-1.pdf": "failed",
    }
    assert call("render", CODE, "--clinic", clinic, "--no-cache").code == 0
    assert (tmp_path / f"out/{CODE}.pdf").read_bytes() == (tmp_path / f"{CODE}.pdf").read_bytes()
    (tmp_path / f"out/{CODE}.pdf").unlink()
    assert call(*batch, "--except", "NONE-1").lines == [f"copied     {CODE}.pdf: its file is missing"]  # kept here, too


def test_a_cluster_and_a_number_of_processes_exclude_each_other(call: Call, tmp_path: Path) -> None:
    make_place(tmp_path)
    done = call("batch", "--clinic", "clinic", "-o", "out", "--executor", "dask://127.0.0.1:9", "--jobs", "2")
    assert (done.code, (tmp_path / "out").exists()) == (2, False)
    assert call("batch", "--clinic", "clinic", "-o", "out", "--executor", "ray://host:1").code == 2


@pytest.fixture
def requested(tmp_path: Path) -> RemoteDocument:
    """A document, as it is requested of a worker."""
    workspace = make_place(tmp_path, store=no_store()).workspace()
    sought = workspace.find(CODE, Layout())
    return RemoteDocument(sought, digests_of(sought, workspace.inputs()), tmp_path / "clinic", None)


@pytest.mark.parametrize(
    ("name", "said"),
    [("program", "another version"), ("templates", "other templates"), ("clinic", "other particulars")],
)
def test_a_worker_on_which_all_documents_would_differ_makes_none(
    name: str, said: str, requested: RemoteDocument
) -> None:
    other = RemoteDocument(requested.sought, {**requested.digests, name: "0" * 64}, requested.clinic, None)
    with pytest.raises(WorkerRefuses, match=f"{said}.* than this machine"):
        make_here(other)


def test_a_worker_that_reads_another_text_says_so_of_that_document(requested: RemoteDocument) -> None:
    assert requested.clinic
    write_procedure(requested.clinic / "procedures", title="Edited meanwhile")
    with pytest.raises(FileAccess, match="text"):
        make_here(requested)


def test_a_worker_without_the_folder_of_the_clinic_makes_nothing(requested: RemoteDocument) -> None:
    with pytest.raises(WorkerRefuses, match="folder"):
        make_here(RemoteDocument(requested.sought, requested.digests, Path("/nowhere"), None))


def test_what_a_worker_says_that_it_was_made_from_decides_nothing_here(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = make_place(tmp_path, store=open_store(tmp_path / "cache"))
    with running_cluster(tmp_path_factory.mktemp("own cluster")) as own:
        own.start(OTHER_DIGESTS)
        assert counted(place.run(pool=Pool(1, 120, executor=own.executor))) == {"made": 2}
    assert place.store.info().bytes < 10_000, "a document is larger"
    assert {(entry.key, bool(entry.file_hash)) for entry in place.entries().values()} == {("", True)}


def test_a_list_ends_right_though_one_worker_dies_and_one_has_other_versions(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    place = make_place(tmp_path, "services: [SMALL-1, SMALL-2, SMALL-3, SMALL-4]\n", no_store())
    for number in (3, 4):
        write_procedure(place.clinic / "procedures", code=f"SMALL-{number}", title=f"Procedure {number}")
    assert counted(place.run()) == {"made": 4}
    with running_cluster(tmp_path_factory.mktemp("own cluster")) as own:
        own.start(ANOTHER_VERSION)
        victim = own.start()
        own.start()
        killer = threading.Timer(3, own.stop, [victim])
        killer.start()
        remote = Place(place.clinic, tmp_path / "out of the cluster", no_store())
        assert counted(remote.run(pool=Pool(1, 120, executor=own.executor))) == {"made": 4}
        killer.join()
        assert remote.files() == place.files()
        for worker in own.workers[2:]:
            own.stop(worker)
        alone = Place(place.clinic, tmp_path / "out of the worker that is left", no_store())
        results = alone.run(pool=Pool(1, 120, executor=own.executor))
    assert {result.entry.problem for result in results} == {
        "no worker of the cluster can make it: a worker has another version of consentkit, of a library or of a font "
        "than this machine"
    }
