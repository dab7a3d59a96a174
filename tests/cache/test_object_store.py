"""The store of finished parts as objects that several machines share, on a server that answers as S3 does."""

from __future__ import annotations

import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from consentkit.cache.object_store import ObjectStore, parse_url
from consentkit.cache.part_file import pack_file
from consentkit.cache.store import Store, key_of, open_store
from consentkit.errors import FileAccess, WrongUse
from kit.batching import Place, counted, make_place
from kit.objects import SECRET, Bucket, new_bucket, refusing_server, running_server, settings
from kit.packets import page_texts, write_visit
from kit.running import Outcome
from kit.small import CODE, make_clinic

Call = Callable[..., Outcome]

pytestmark = pytest.mark.xdist_group("objects")
KEY = key_of("a part")
NAME = f"{KEY[:2]}/{KEY}"


@pytest.fixture(scope="module")
def server() -> Iterator[str]:
    with running_server() as endpoint:
        yield endpoint


@pytest.fixture
def bucket(server: str, monkeypatch: pytest.MonkeyPatch) -> Bucket:
    bucket = new_bucket(server)
    for name, value in bucket.environment().items():
        monkeypatch.setenv(name, value)
    return bucket


def objects_of(url: str, seconds: float = 20) -> Store:
    """A store of objects with nothing on this machine."""
    return Store(None, objects=ObjectStore(parse_url(url), seconds))


def machine(place: Place, url: str, name: str, monkeypatch: pytest.MonkeyPatch) -> Place:
    """The same clinic on another machine, with a folder of its own."""
    monkeypatch.setenv("CONSENTKIT_CACHE", str(place.out.parent / f"cache of {name}"))
    return Place(place.clinic, place.out.parent / name, open_store(url))


# --- what is kept ---


def test_what_one_machine_made_another_one_copies_to_the_byte(
    bucket: Bucket, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    place = make_place(tmp_path, f"services: [{CODE}]\n")
    one, other = (machine(place, bucket.url, name, monkeypatch) for name in ("one", "other"))
    assert counted(one.run()) == {"made": 1}
    assert one.store.trouble is None
    assert len(bucket.keys()) == 1  # the document, and nothing that only this machine needs
    assert counted(other.run()) == {"copied": 1}
    assert other.files() == one.files()
    bucket.clear()
    assert counted(Place(place.clinic, tmp_path / "third", other.store).run()) == {"copied": 1}  # from its own folder


@pytest.mark.parametrize("url", ["memory://parts/of/a/test", "file://{folder}/parts"])
def test_the_other_kinds_of_url_keep_parts_too(url: str, tmp_path: Path) -> None:
    store = open_store(url.format(folder=tmp_path))
    assert store.get(KEY) is None
    assert store.put(KEY, b"data")
    assert open_store(url.format(folder=tmp_path)).get(KEY) == b"data"
    assert store.info().entries == 1
    assert store.clear().entries == 1


def test_of_two_writers_one_is_first_and_neither_sees_a_mixture(bucket: Bucket) -> None:
    parts = [bytes([number]) * 300_000 for number in range(4)]
    stores = [objects_of(bucket.url) for _ in parts]
    with ThreadPoolExecutor(len(parts)) as pool:
        kept = list(pool.map(lambda store, part: store.put(KEY, part), stores, parts))
        created = list(pool.map(lambda store: store.objects and store.objects.create_object(NAME, b"late"), stores))
    assert (kept, created) == ([True] * 4, [False] * 4)
    assert stores[0].get(KEY) in parts
    assert stores[0].trouble is None


def test_objects_are_counted_and_removed_by_command_and_nothing_else_is(bucket: Bucket) -> None:
    store = objects_of(bucket.url)
    bucket.put("editions/1", b"an edition")
    for number in range(3):
        store.put(key_of(str(number)), b"x" * 100)
    info = store.info()
    assert (info.url, info.entries, info.bytes) == (bucket.url, 3, 3 * len(pack_file(KEY, b"x" * 100)))
    assert store.prune().entries == 0
    assert store.prune(info.bytes - 1).entries == 1
    assert store.clear().entries == 2
    assert bucket.keys() == ["editions/1"]


# --- what others do to it ---

ALTERED = {
    "one bit": lambda file: file[:-1] + bytes([file[-1] ^ 1]),
    "cut off": lambda file: file[:-1],
    "empty": lambda file: b"",
    "another part": lambda file: pack_file(key_of("another"), b"forged"),
}


@pytest.mark.parametrize("how", ALTERED)
def test_an_altered_object_is_never_used_and_is_replaced_with_a_warning(how: str, bucket: Bucket) -> None:
    store = objects_of(bucket.url)
    store.put(KEY, b"the part")
    bucket.put(NAME, ALTERED[how](bucket.get(NAME)))
    assert store.get(KEY) is None
    assert "not what was put there" in str(store.trouble)
    assert store.put(KEY, b"the part")
    assert objects_of(bucket.url).get(KEY) == b"the part"


@pytest.mark.parametrize(
    ("status", "code", "said"),
    [
        (403, "AccessDenied", "access is denied"),
        (403, "SignatureDoesNotMatch", "access is denied"),
        (500, "Odd", "odd"),
    ],
)
def test_a_store_that_refuses_costs_no_document_and_its_words_are_not_repeated(
    status: int, code: str, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with refusing_server(status, code, f"for {SECRET}") as endpoint:
        for name, value in settings(endpoint).items():
            monkeypatch.setenv(name, value)
        store = objects_of("s3://bucket/edition")
        assert store.get(KEY) is None
        assert store.put(KEY, b"data") is False
        assert said in str(store.trouble)
        assert SECRET not in str(store.trouble)
        with pytest.raises(FileAccess, match=said):
            store.info()


def test_a_bucket_that_is_missing_is_named(bucket: Bucket) -> None:
    store = objects_of("s3://no-such-bucket/edition")
    assert store.put(KEY, b"data") is False
    assert "no such bucket" in str(store.trouble)


def test_a_store_that_never_answers_is_waited_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for name, value in settings(f"http://127.0.0.1:{silent.getsockname()[1]}").items():
            monkeypatch.setenv(name, value)
        store = objects_of("s3://bucket/edition", seconds=0.2)
        assert store.get(KEY) is None
        silent.setblocking(False)
        for _ in range(10):  # those that waited
            try:
                silent.accept()[0].close()
            except BlockingIOError:
                break
        assert [store.get(key_of(str(number))) for number in range(50)] == [None] * 50
        with pytest.raises(BlockingIOError):  # nobody has asked again
            silent.accept()
        assert "no answer" in str(store.trouble)


def test_a_document_is_made_where_the_store_can_not_be_reached(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    for name, value in settings("http://127.0.0.1:9").items():
        monkeypatch.setenv(name, value)
    clinic = make_clinic(tmp_path / "clinic")
    done = call("render", CODE, "--clinic", clinic, "--cache", "s3://bucket/edition")
    assert (done.code, done.lines) == (0, [f"{CODE}.pdf"])
    assert "Note: s3://bucket/edition: the cache at this URL has a fault: there is no answer" in done.stderr
    assert call("cache", "info", "--cache", "s3://bucket/edition").code == FileAccess.exit_code


def test_nothing_of_a_patient_is_ever_in_an_object_or_its_name(
    call: Call, bucket: Bucket, tmp_path: Path, few_texts: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("CONSENTKIT_CACHE", str(tmp_path / "near"))  # what is there is not put into the bucket again
    clinic = make_clinic(tmp_path / "clinic")
    patient = {"name": "Quirrel Zywicki", "born": "1984-07-09", "record": "MR-55555"}
    visit = write_visit(tmp_path / "visit.yaml", patient=patient)
    done = call("packet", visit, "--clinic", clinic, "--allow-drafts", "--cache", bucket.url)
    assert done.code == 0, done.stderr
    assert "Zywicki" in page_texts((tmp_path / done.lines[0]).read_bytes())[0]
    files = {key: bucket.get(key) for key in sorted(bucket.keys())}
    assert len(files) >= 3  # the cover, the form and the information
    for key, file in files.items():
        pdf = file[file.index(b"%PDF") :]
        texts = [key, *page_texts(pdf), file.decode("latin-1")]
        assert not [text for text in texts for name in ("Zywicki", "Quirrel", "55555") if name in text]


# --- what is named ---


@pytest.mark.parametrize(
    "url",
    [
        f"s3://key:{SECRET}@bucket/edition",
        f"s3://bucket/edition?token={SECRET}",
        "s3://",
        "s3://bucket/../other",
        "s3://bucket//edition",
        "https://example.org/parts",
        "S3://bucket",
        "file://folder",
        "file://",
    ],
)
def test_a_url_at_which_there_can_be_no_cache_is_refused_and_no_secret_in_it_repeated(url: str) -> None:
    with pytest.raises(WrongUse) as raised:
        open_store(url)
    assert SECRET not in str(raised.value)


def test_without_the_libraries_the_command_says_how_to_get_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda name: None)
    with pytest.raises(WrongUse, match=r"consentkit\[objects\]"):
        open_store("s3://bucket/edition")


def test_without_a_url_nothing_of_it_is_loaded(tmp_path: Path) -> None:
    script = "import sys; from consentkit.cache.store import open_store; open_store(sys.argv[1]); print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script, tmp_path], capture_output=True, text=True, check=True)
    assert not {"fsspec", "s3fs", "consentkit.cache.object_store"} & set(done.stdout.split())
