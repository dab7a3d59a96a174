"""Every document of a service list, made again only where something that it is made from has changed."""

from __future__ import annotations

import datetime
import errno
import hashlib
import os
import shutil
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from consentkit.batches.batch import started
from consentkit.batches.folder import LOCK, exclusive
from consentkit.batches.manifest import MANIFEST, TABLE, load_manifest
from consentkit.batches.merge import merge
from consentkit.batches.plan import Choice, make_plan
from consentkit.batches.service_list import RequestedDocument, requests_of, shard_of
from consentkit.cache.store import no_store, open_store
from consentkit.documents.kept import digests_of
from consentkit.documents.opening import open_workspace
from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.library.approvals import Approval
from consentkit.library.keys import Inputs
from consentkit.library.procedures import Library
from consentkit.model.identity import Identity, Layout
from consentkit.pdf.file.xmp import read_properties
from consentkit.pdf.read.structure_text import readable_text
from consentkit.processes.pool import Pool
from consentkit.reading import yaml_file
from kit.batching import OTHER, SERVICES, Place, counted, make_place
from kit.recording import record
from kit.small import CODE, make_clinic, write_procedure, write_translation

FILES = [f"{CODE}.pdf", f"{OTHER}.pdf"]
BROKEN = "services: [SMALL-1, GONE-1, SMALL-2]\n"


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path)


def reasons(place: Place, choice: Choice | None = None) -> dict[str, tuple[str, ...]]:
    """Why each document would be made."""
    workspace = place.workspace()
    plan = make_plan(workspace, requests_of(workspace, None), place.out, choice or Choice())
    return {step.request.file: step.reasons for step in plan.steps}


# --- making ---


def test_each_document_of_the_list_is_made_and_recorded(tmp_path: Path) -> None:
    place = make_place(tmp_path, store=no_store())
    assert counted(place.run()) == {"made": 2}
    assert sorted(path.name for path in place.out.iterdir()) == sorted([LOCK, *FILES, TABLE, MANIFEST])
    for name, entry in place.entries().items():
        pdf = place.files()[name]
        own = read_properties(pdf) or {}
        assert (entry.file_hash, entry.bytes) == (hashlib.sha256(pdf).hexdigest(), len(pdf))
        assert (entry.content_hash, entry.edition, entry.code) == (own["contentHash"], own["edition"], own["code"])
        assert (entry.approval, entry.outcome, entry.title != "", entry.pages > 0) == ("draft", "made", True, True)
        assert (place.out / name).stat().st_mode & 0o777 == 0o600


def test_a_batch_makes_the_same_bytes_as_a_single_document(place: Place) -> None:
    place.run()
    alone = replace(place.workspace(), store=no_store()).render(CODE)
    assert place.files()[f"{CODE}.pdf"] == alone.pdf


def test_a_document_that_fails_names_its_problem_and_the_others_are_made(place: Place) -> None:
    place.services.write_text(BROKEN)
    write_procedure(place.clinic / "procedures", code=OTHER, purpose="ก")
    results = {result.entry.file: result for result in place.run()}
    assert {name: result.ending for name, result in results.items() if name != FILES[0]} == {
        "GONE-1.pdf": "failed",
        FILES[1]: "failed",
    }
    assert results[FILES[0]].ending in {"made", "copied"}
    assert "no procedure has the code `GONE-1`" in place.entries()["GONE-1.pdf"].problem
    assert "ก" in place.entries()[FILES[1]].problem
    assert list(place.files()) == FILES[:1]


def test_a_failure_leaves_the_earlier_file_where_it_is_and_says_so(place: Place) -> None:
    place.run()
    before = place.files()
    good = place.entries()[FILES[1]]
    write_procedure(place.clinic / "procedures", code=OTHER, purpose="")
    assert place.endings() == {FILES[0]: "unchanged", FILES[1]: "failed"}
    assert place.files() == before
    after = place.entries()[FILES[1]]
    assert (after.outcome, after.file_hash, after.key) == ("failed", good.file_hash, good.key)
    assert "purpose" in after.problem
    assert place.endings()[FILES[1]] == "failed"
    write_procedure(place.clinic / "procedures", code=OTHER, title="Another small procedure")
    assert place.endings() == dict.fromkeys(FILES, "unchanged")
    assert place.entries()[FILES[1]].problem == ""


def test_the_first_failure_ends_a_run_that_is_to_fail_fast_and_the_next_one_finishes(place: Place) -> None:
    place.services.write_text(BROKEN)
    assert [result.ending for result in place.run(Choice(fail_fast=True))][-1] == "failed"
    assert place.entries()[FILES[1]].outcome == "pending"
    place.services.write_text("services: [SMALL-1, SMALL-2]\n")
    assert "failed" not in place.endings().values()
    assert list(place.files()) == FILES


def test_a_document_that_is_asked_for_twice_is_made_once_and_that_is_noted(place: Place) -> None:
    place.services.write_text(f"services: [{CODE}, {OTHER}, {CODE}]\n")
    workspace = place.workspace()
    plan = make_plan(workspace, requests_of(workspace, None), place.out, Choice())
    assert [step.request.file for step in plan.steps] == FILES
    assert plan.repeated == (FILES[0],)


def test_without_a_list_every_procedure_is_asked_for(place: Place) -> None:
    place.services.unlink()
    codes = {request.identity.code for request in requests_of(place.workspace(), None)}
    assert {CODE, OTHER, "90837"} <= codes


# --- again ---


def test_what_has_not_changed_is_neither_made_nor_fetched_nor_written_again(place: Place) -> None:
    place.run()
    before = {path.name: path.stat().st_mtime_ns for path in place.out.glob("*.pdf")}
    store = place.store
    assert Place(place.clinic, place.out, no_store()).endings() == dict.fromkeys(FILES, "unchanged")
    assert {path.name: path.stat().st_mtime_ns for path in place.out.glob("*.pdf")} == before
    assert store.trouble is None
    (place.out / FILES[0]).unlink()
    assert place.endings() == {FILES[0]: "copied", FILES[1]: "unchanged"}


def add_template(clinic: Path) -> None:
    (clinic / "templates").mkdir()
    (clinic / "templates/x.css").write_text("p { color: black }")


CHANGES: dict[str, Callable[[Path], object]] = {
    "text": lambda clinic: write_procedure(clinic / "procedures", purpose="To feel much better."),
    "clinic": lambda clinic: (clinic / "clinic.yaml").write_text("name: Other Clinic\n"),
    "clauses": lambda clinic: (clinic / "clauses.en.yaml").write_text("drop: [course]\n"),
    "templates": add_template,
    "approval": lambda clinic: record(clinic, approval(), "text"),
}


def approval(until: datetime.date | None = None) -> Approval:
    return Approval(
        code=CODE,
        language="en",
        variant="consent",
        edition=1,
        content="0" * 64,
        by="Dr. A",
        on=datetime.date(2026, 1, 1),
        until=until,
    )


@pytest.mark.parametrize("name", CHANGES)
def test_a_change_of_anything_is_noticed_and_named(name: str, place: Place) -> None:
    place.run()
    CHANGES[name](place.clinic)
    found = reasons(place)
    assert found[FILES[0]] == (f"changed {name}",)
    alone = name in {"text", "approval"}
    assert found[FILES[1]] == (() if alone else (f"changed {name}",))


def test_a_change_of_a_translation_is_noticed_in_its_language_alone(place: Place) -> None:
    place.services.write_text(f"defaults: {{languages: [en, es]}}\nservices: [{CODE}]\n")
    write_translation(place.clinic / "procedures", "es")
    assert "failed" not in place.endings().values()
    write_translation(place.clinic / "procedures", "es", purpose="Para sentirse mejor.")
    assert reasons(place) == {f"{CODE}.pdf": (), f"{CODE}.es.pdf": ("changed translation",)}


@pytest.mark.parametrize(
    ("until", "review"), [("2026-06-30", "2099-01-15"), ("2027-06-30", "2026-06-30"), (None, "2026-06-30")]
)
def test_the_day_on_which_an_approval_runs_out_is_a_change(until: str | None, review: str, place: Place) -> None:
    write_procedure(place.clinic / "procedures", review={"issued": "2026-01-15", "next": review})
    record(place.clinic, approval(until=datetime.date.fromisoformat(until) if until else None), "text")
    workspace = place.workspace()

    def digests(today: datetime.date) -> dict[str, str]:
        inputs = Inputs(place.clinic, workspace.templates, workspace.store, today)
        return digests_of(workspace.find(CODE, Layout()), inputs)

    last, after = digests(datetime.date(2026, 6, 30)), digests(datetime.date(2026, 7, 1))
    assert {name for name in last if last[name] != after[name]} == {"approval"}
    assert digests(datetime.date(2026, 6, 1)) == last


def test_another_program_is_a_change(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.run()
    monkeypatch.setattr("consentkit.library.keys.versions", lambda: ("another",))
    assert reasons(place) == dict.fromkeys(FILES, ("changed program",))


def test_a_file_that_was_altered_or_is_missing_is_noticed(place: Place) -> None:
    place.run()
    (place.out / FILES[0]).unlink()
    with (place.out / FILES[1]).open("ab") as file:
        file.write(b"%")
    assert reasons(place) == {FILES[0]: ("its file is missing",), FILES[1]: ("its file was altered",)}
    altered = (place.out / FILES[1]).read_bytes()
    results = {result.entry.file: result for result in place.run()}
    assert results[FILES[0]].ending == "copied"
    assert results[FILES[1]].ending == "failed"
    assert "consentkit did not make it" in results[FILES[1]].entry.problem
    assert (place.out / FILES[1]).read_bytes() == altered
    assert place.endings(Choice(force=True)) == {FILES[0]: "unchanged", FILES[1]: "copied"}


def test_a_long_list_that_has_not_changed_is_recognised_without_parsing_any_yaml(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.run()

    def parse(*_: object, **__: object) -> None:
        raise AssertionError("a file was parsed")

    monkeypatch.setattr(yaml_file, "parse", parse)
    assert place.endings() == dict.fromkeys(FILES, "unchanged")
    place.services.write_text(f"services: [{CODE}]  # {place.clinic}\n")
    with pytest.raises(AssertionError, match="a file was parsed"):
        requests_of(place.workspace(), None)


def test_a_procedure_that_is_edited_while_its_document_is_made_is_made_again_the_next_time(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    place = make_place(tmp_path, f"services: [{CODE}]\n", no_store())
    from consentkit.documents import making

    real = making.make_document

    def edited(*arguments: object) -> object:
        made = real(*arguments)  # type: ignore[arg-type]
        write_procedure(place.clinic / "procedures", purpose="Edited meanwhile.")
        return made

    monkeypatch.setattr(making, "make_document", edited)
    assert place.endings() == {FILES[0]: "made"}
    monkeypatch.undo()
    assert place.entries()[FILES[0]].key == ""
    assert reasons(place) == {FILES[0]: ("edited while it was made",)}


def test_a_document_is_made_from_the_files_that_count_when_its_turn_comes(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    own = write_translation(clinic / "procedures", "es", purpose="Own words.")
    (tmp_path / "base").mkdir()
    for path in (own, clinic / "procedures" / f"{CODE}.yaml"):
        path.rename(tmp_path / "base" / path.name)
    write_translation(tmp_path / "base", "es")
    library = Library((clinic / "procedures", tmp_path / "base"))
    workspace = replace(open_workspace(clinic, open_store(tmp_path / "cache")), library=library)
    (tmp_path / "services.yaml").write_text(f"services: [{CODE}]\ndefaults: {{languages: [es]}}\n")
    requests = requests_of(workspace, tmp_path / "services.yaml")

    def reasons_of_run(edit: Callable[[], object]) -> list[tuple[str, ...]]:
        """Plan, edit, and make. Returns why each document was made."""
        with started(workspace, requests, tmp_path / "out", Choice(), Pool(1)) as run:
            edit()
            return [result.reasons for result in run.results()]

    assert reasons_of_run(lambda: write_translation(own.parent, "es", purpose="Own words.")) == [("new",)]
    (made,) = (tmp_path / "out").glob("*.pdf")
    assert "Own words." in readable_text(made.read_bytes())
    assert reasons_of_run(lambda: None) == [()]
    own.unlink()
    assert reasons_of_run(lambda: None) == [("changed translation",)]
    assert "Own words." not in readable_text(made.read_bytes())


def test_the_library_is_listed_once_for_all_codes_that_it_does_not_have(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    unknown = [f"GONE-{number}" for number in range(20)]
    place = make_place(tmp_path, f"services: {[CODE, *unknown]}\n".replace("'", ""))
    workspace = place.workspace()
    requests = requests_of(workspace, None)
    listed: Counter[Path] = Counter()
    honest = Path.iterdir
    monkeypatch.setattr(Path, "iterdir", lambda path: listed.update([path]) or honest(path))
    plan = make_plan(workspace, requests, place.out, Choice())
    assert [step.request.identity.code for step in plan.steps if step.error] == unknown
    assert all("no procedure has the code" in str(step.error) for step in plan.steps if step.error)
    assert {path: count for path, count in listed.items() if count > 1} == {}
    assert listed


# --- a part of the list ---


def test_documents_that_are_filtered_out_stay_as_they_are(place: Place) -> None:
    place.run()
    before = place.entries()[FILES[1]]
    CHANGES["clinic"](place.clinic)
    assert list(place.endings(Choice(only=[CODE]))) == [FILES[0]]
    assert place.entries()[FILES[1]] == before
    assert list(place.endings(Choice(without=["*-1"]))) == [FILES[1]]
    assert set(place.endings().values()) == {"unchanged"}
    with pytest.raises(WrongUse, match="no document of the list matches"):
        place.run(Choice(only=["9*"]))


def test_a_document_that_left_the_list_is_removed_only_where_that_is_asked_for(place: Place) -> None:
    place.run()
    place.services.write_text(f"services: [{CODE}]\n")
    assert place.endings() == {FILES[0]: "unchanged"}
    assert not place.entries()[FILES[1]].listed
    assert place.endings(Choice(prune=True)) == {FILES[0]: "unchanged", FILES[1]: "removed"}
    assert list(place.entries()) == list(place.files()) == FILES[:1]


def test_a_misspelt_code_that_has_left_the_list_leaves_no_trace(place: Place) -> None:
    place.services.write_text(BROKEN)
    assert counted(place.run())["failed"] == 1
    assert "GONE-1.pdf" in place.entries()
    place.services.write_text(SERVICES)
    assert counted(place.run(Choice(prune=True))) == {"unchanged": 2}
    assert sorted(place.entries()) == FILES


def test_a_file_that_a_killed_run_has_left_is_still_known_after_a_failure_and_a_shorter_list(place: Place) -> None:
    place.services.write_text(BROKEN)
    place.run()
    (place.out / "GONE-1.pdf").write_bytes((place.out / FILES[0]).read_bytes())
    place.services.write_text(SERVICES)
    place.run()
    assert "GONE-1.pdf" in place.entries()
    assert counted(place.run(Choice(prune=True)))["removed"] == 1
    assert not (place.out / "GONE-1.pdf").exists()


def test_what_consentkit_did_not_make_is_never_removed(place: Place) -> None:
    place.run()
    (place.out / "notes.txt").write_text("mine")
    with (place.out / FILES[1]).open("ab") as file:
        file.write(b"% filled in by hand")
    place.services.write_text(f"services: [{CODE}]\n")
    assert place.endings(Choice(prune=True))[FILES[1]] == "altered"
    assert sorted(place.files()) == FILES
    assert (place.out / "notes.txt").read_text() == "mine"
    assert FILES[1] in place.entries()


# --- several machines ---


def request(number: int) -> RequestedDocument:
    return RequestedDocument(Identity(f"C-{number}", "en", "consent"), Layout(), f"C-{number}.pdf")


def test_every_document_is_in_one_part_and_the_parts_are_of_like_size() -> None:
    for shards in (1, 2, 3, 7):
        sizes = [0] * shards
        for number in range(700):
            sizes[shard_of(request(number), shards) - 1] += 1
        assert sum(sizes) == 700
        assert min(sizes) > 700 / shards / 2


def test_the_part_of_a_document_is_the_same_for_ever_and_on_every_machine() -> None:
    assert [shard_of(request(number), 3) for number in range(8)] == [3, 2, 1, 3, 1, 2, 2, 2]


@pytest.fixture
def shards(tmp_path: Path) -> list[Place]:
    """Two machines that share nothing, each with its part of a list of six documents."""
    services = f"defaults: {{variants: [consent, information, refusal]}}\nservices: [{CODE}, {OTHER}]\n"
    places = [make_place(tmp_path / name, services) for name in ("a", "b")]
    for number, place in enumerate(places, 1):
        place.run(Choice(shard=(number, 2)))
    return places


def test_parts_joined_are_what_one_machine_would_have_made(shards: list[Place], tmp_path: Path) -> None:
    names = [set(place.files()) for place in shards]
    assert not names[0] & names[1]
    assert all(names)
    joined = merge([place.out for place in shards], tmp_path / "joined")
    whole = Place(shards[0].clinic, tmp_path / "whole", shards[0].store)
    whole.run()
    assert Place(whole.clinic, tmp_path / "joined", whole.store).files() == whole.files()
    as_one = load_manifest(whole.out)
    assert [replace(entry, outcome="made") for entry in sorted(joined.documents, key=lambda entry: entry.file)] == [
        replace(entry, outcome="made") for entry in as_one.documents
    ]
    assert (joined.list_hash, joined.list_size) == (as_one.list_hash, 6)
    assert set(Place(whole.clinic, tmp_path / "joined", whole.store).endings().values()) == {"unchanged"}


def test_what_is_missing_double_or_in_conflict_is_told_and_nothing_is_joined(
    shards: list[Place], tmp_path: Path
) -> None:
    a, b, target = shards[0].out, shards[1].out, tmp_path / "joined"

    def told(*folders: Path) -> str:
        with pytest.raises(InvalidInput) as caught:
            merge(folders, target)
        assert not target.exists()
        return str(caught.value)

    assert "is one of 2 parts; missing: 2" in told(a)
    assert "is part 1, as" in told(a, a)
    assert "is in" in told(a, a)
    name = next(iter(shards[1].files()))
    kept = (b / name).read_bytes()
    (b / name).write_bytes(kept + b"%")
    assert f"{name} is missing, or not as it was made" in told(a, b)
    (b / name).write_bytes(kept)
    text = (b / MANIFEST).read_text()
    for old, new, message in [
        ('"program": "', '"program": "0', "was made with another version of consentkit"),
        ('"outcome": "made"', '"outcome": "pending"', "was not made yet"),
        ('"outcome": "copied"', '"outcome": "pending"', "was not made yet"),
        ('"listed": true', '"listed": false', "the list has 6 documents, and the parts have"),
        ('"list": {"documents": 6, "hash": "', '"list": {"documents": 6, "hash": "', ""),
    ]:
        if message and old in text:
            (b / MANIFEST).write_text(text.replace(old, new, 1))
            assert message in told(a, b)
    (b / MANIFEST).write_text(text)
    shards[1].services.write_text(f"services: [{CODE}]\n")
    shards[1].run(Choice(shard=(2, 2)))
    assert "was made from a different service list" in told(a, b)


def test_parts_that_were_made_for_other_particulars_or_with_other_clauses_are_not_joined(
    shards: list[Place], tmp_path: Path
) -> None:
    def told() -> str:
        with pytest.raises(InvalidInput) as caught:
            merge([place.out for place in shards], tmp_path / "joined")
        return str(caught.value)

    clinic, other = shards[1].clinic / "clinic.yaml", Choice(shard=(2, 2))
    before = clinic.read_bytes()
    CHANGES["clinic"](shards[1].clinic)
    shards[1].run(other)
    head = f"{shards[1].out / MANIFEST}: was made with"
    assert told() == f"{head} other particulars than {shards[0].out}; make all parts the same way"
    clinic.write_bytes(before)
    CHANGES["clauses"](shards[1].clinic)
    shards[1].run(other)
    assert told() == f"{head} other clauses (en) than {shards[0].out}; make all parts the same way"
    CHANGES["clauses"](shards[0].clinic)
    shards[0].run(Choice(shard=(1, 2)))
    merge([place.out for place in shards], tmp_path / "joined")


def test_documents_in_different_languages_may_have_different_clauses(tmp_path: Path) -> None:
    services = f"defaults: {{languages: [en, es], variants: [consent, information]}}\nservices: [{CODE}]\n"
    places = [make_place(tmp_path / name, services) for name in ("a", "b")]
    for number, place in enumerate(places, 1):
        write_translation(place.clinic / "procedures", "es")
        (place.clinic / "clauses.es.yaml").write_text("drop: [course]\n")
        place.run(Choice(shard=(number, 2)))
    assert len(merge([place.out for place in places], tmp_path / "joined").documents) == 4


def test_a_folder_that_holds_no_part_is_told_and_nothing_that_follows_from_it(
    shards: list[Place], tmp_path: Path
) -> None:
    (tmp_path / "empty").mkdir()
    a, empty, nowhere = shards[0].out, tmp_path / "empty", tmp_path / "nowhere"
    advice = "name the folders that `consentkit batch` has filled"
    without = f"{empty / MANIFEST}: contains no manifest of a batch; {advice}"
    missing = f"{nowhere}: there is no such folder; {advice}"
    for folders, message in [
        ([nowhere, empty], [missing, without]),
        ([empty, a], [without, f"{a / MANIFEST}: is one of 2 parts; missing: 2"]),
    ]:
        with pytest.raises(InvalidInput) as caught:
            merge(folders, tmp_path / "joined")
        assert str(caught.value).splitlines() == message


def test_a_list_that_grows_moves_no_document_to_another_machine(shards: list[Place]) -> None:
    before = [set(place.files()) for place in shards]
    for number, place in enumerate(shards, 1):
        place.services.write_text(
            f"defaults: {{variants: [consent, information, refusal]}}\nservices: [NEW-1, {CODE}, {OTHER}]\n"
        )
        endings = place.endings(Choice(shard=(number, 2)))
        assert before[number - 1] == {name for name, ending in endings.items() if ending == "unchanged"}


# --- the folder ---


def test_where_nothing_can_be_written_any_more_nothing_is_made_for_it(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    codes = [f"MANY-{number}" for number in range(5)]
    for code in codes:
        write_procedure(place.clinic / "procedures", code=code)
    place.services.write_text(f"services: [{', '.join(codes)}]\n")
    begun = []

    def full(*_: object, **__: object) -> None:
        begun.append(1)
        raise FileAccess("x.pdf: can't be written: no space left on device") from OSError(errno.ENOSPC, "full")

    monkeypatch.setattr("consentkit.batches.batch.write_file", full)
    results = Place(place.clinic, place.out, no_store()).run(pool=Pool(1))
    assert counted(results) == {"failed": 5}
    assert len(begun) == 1
    assert {result.entry.problem for result in results} == {"x.pdf: can't be written: no space left on device"}


def test_two_runs_do_not_work_in_one_folder_at_once(place: Place) -> None:
    with exclusive(place.out), pytest.raises(FileAccess, match="another run is working in this folder"):
        place.run()
    assert len(place.run()) == 2


@pytest.mark.parametrize("name", [".consentkit-0123456789abcdef.tmp", ".consentkit-ab1_x9zq.tmp"])
def test_what_killed_runs_have_left_is_tidied_up_and_nothing_else(name: str, place: Place) -> None:
    place.out.mkdir()
    old, young, other = (place.out / each for each in (name, ".consentkit-fedcba9876543210.tmp", ".mine.tmp"))
    for path in (old, young, other):
        path.write_bytes(b"half")
    for path in (old, other):
        os.utime(path, (time.time() - 4000,) * 2)
    place.run()
    assert not old.exists()
    assert young.exists()
    assert other.exists()


def test_a_damaged_record_is_told_and_once_it_is_deleted_all_is_well(place: Place) -> None:
    place.run()
    (place.out / MANIFEST).write_text((place.out / MANIFEST).read_text()[:-30])
    with pytest.raises(InvalidInput, match="is damaged; delete it, and the next run makes it again"):
        place.run()
    (place.out / MANIFEST).unlink()
    assert place.endings() == dict.fromkeys(FILES, "copied")


def test_a_run_without_a_store_makes_the_same_files(place: Place, tmp_path: Path) -> None:
    place.run()
    other = Place(place.clinic, tmp_path / "other", no_store())
    assert other.endings(pool=Pool(1)) == dict.fromkeys(FILES, "made")
    assert other.files() == place.files()
    shutil.rmtree(other.out)
    fresh = Place(place.clinic, other.out, open_store(tmp_path / "cache"))
    assert fresh.endings() == dict.fromkeys(FILES, "made")
    shutil.rmtree(other.out)
    assert fresh.endings() == dict.fromkeys(FILES, "copied")
