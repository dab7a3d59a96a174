"""`consentkit batch` and the cache, as clinic IT meets them."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.batches.folder import LOCK, exclusive
from consentkit.batches.manifest import MANIFEST, TABLE
from consentkit.cache.store import Store
from kit.batching import OTHER, Place, json_lines, make_place
from kit.running import Outcome, command, environment
from kit.small import CODE, PAPER, small_paper_data, write_paper, write_paper_translation, write_procedure

Call = Callable[..., Outcome]
FILES = [f"{CODE}.pdf", f"{OTHER}.pdf"]


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return make_place(tmp_path)


@pytest.fixture
def batch(call: Call, place: Place) -> Callable[..., Outcome]:
    """Run `consentkit batch` on the small clinic."""
    return lambda *arguments: call("batch", "-o", place.out, "--clinic", place.clinic, *arguments)


def test_each_document_is_a_line_and_the_summary_is_a_message(batch: Call, place: Place) -> None:
    done = batch(place.services)
    assert done.code == 0
    assert sorted(re.sub(r" \(.*", "", line).split(maxsplit=1)[1] for line in done.lines) == [
        f"{name}: new" for name in FILES
    ]
    assert re.fullmatch(r"2 documents in \d+\.\d s: .*0 unchanged, 0 failed\n", done.stderr)
    again = batch()
    assert again.lines == [f"unchanged  {name}" for name in FILES]
    assert "0 made, 2 unchanged, 0 failed" in again.stderr


def test_a_failed_document_is_told_even_quietly_and_makes_the_exit_code_7(batch: Call, place: Place) -> None:
    place.services.write_text(f"services: [{CODE}, GONE-1]\n")
    done = batch("-q")
    assert (done.code, done.stdout) == (7, b"")
    assert done.stderr == "Error: GONE-1.pdf: no procedure has the code `GONE-1`; `consentkit list` shows all of them\n"
    assert list(place.files()) == FILES[:1]


def test_papers_are_made_too_and_known_again(batch: Call, place: Place) -> None:
    write_paper(place.clinic / "papers")
    original = small_paper_data()
    write_paper_translation(place.clinic / "papers", original, "es", title="Unas reglas")
    place.services.write_text(f"services: [{{code: {PAPER}, languages: [en, es]}}]\npapers: [{PAPER}]\n")
    made = batch()
    assert (made.code, sorted(place.files())) == (0, [f"{PAPER}.es.pdf", f"{PAPER}.pdf"])
    assert batch().lines == [f"unchanged  {PAPER}.pdf", f"unchanged  {PAPER}.es.pdf"]
    place.services.write_text("papers: [smal-rules]\n")
    assert "smal-rules.pdf: no paper has the name `smal-rules`; did you mean `small-rules`?" in batch().stderr
    assert batch().code == 7  # and what is recorded of the failure can be read


def test_a_document_that_cannot_be_written_is_named_once(batch: Call, place: Place) -> None:
    (place.out / FILES[0]).mkdir(parents=True)
    (told,) = [line for line in batch("-q").stderr.splitlines() if FILES[0] in line]
    assert told.count(FILES[0]) == 1


def test_every_mistake_of_a_file_is_told_beneath_the_first(batch: Call, place: Place) -> None:
    write_procedure(place.clinic / "procedures", code=OTHER, purpose="", summary="")
    done = batch()
    assert done.code == 7
    first, second = (line for line in done.stderr.splitlines() if "SMALL-2.yaml" in line)
    assert first.startswith(f"Error: {OTHER}.pdf: ")
    assert second.startswith("  ")


def test_json_is_one_document_a_line_and_a_summary_at_the_end(batch: Call, place: Place) -> None:
    place.services.write_text(f"services: [{CODE}, GONE-1]\n")
    done = batch("--json")
    *results, summary = json_lines(done.stdout)
    by_file = {result["file"]: result for result in results}
    assert set(by_file) == {FILES[0], "GONE-1.pdf"}
    assert by_file["GONE-1.pdf"]["outcome"] == "failed"
    assert by_file[FILES[0]]["reasons"] == ["new"]
    assert summary["summary"]["failed"] == 1  # type: ignore[index]
    assert done.code == 7


def test_results_come_one_by_one_while_the_run_goes_on(place: Place, tmp_path: Path) -> None:
    codes = [f"MANY-{number}" for number in range(4)]
    for code in codes:
        write_procedure(place.clinic / "procedures", code=code)
    place.services.write_text(f"services: [{', '.join(codes)}]\n")
    process = subprocess.Popen(
        command("batch", "-o", place.out, "--clinic", place.clinic, "--json", "--no-cache"),
        cwd=tmp_path,
        env=environment(),
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout
    json.loads(process.stdout.readline())
    assert process.poll() is None
    assert len(place.files()) < 4
    assert len(process.communicate(timeout=60)[0].splitlines()) == 4


def test_a_dry_run_tells_what_would_be_made_and_why_and_writes_nothing(batch: Call, place: Place) -> None:
    place.services.write_text(f"services: [{CODE}, {OTHER}, GONE-1]\n")
    done = batch("--dry-run")
    assert (done.code, place.out.exists()) == (0, False)
    assert [line.split(maxsplit=1)[1] for line in done.lines] == [
        *(f"{name}: new" for name in FILES),
        "GONE-1.pdf: no procedure has the code `GONE-1`; `consentkit list` shows all of them",
    ]
    batch()
    before = {path.name: path.read_bytes() for path in place.out.iterdir()}
    write_procedure(place.clinic / "procedures", purpose="To feel much better.")
    (place.clinic / "clauses.en.yaml").write_text("drop: [course]\n")
    place.services.write_text(f"services: [{CODE}]\n")
    done = batch("--dry-run", "--prune")
    assert done.lines == [
        f"made       {FILES[0]}: changed clauses, text",
        f"removed    {FILES[1]}: left the list",
    ]
    told = json_lines(batch("--dry-run", "--json").stdout)
    assert [(entry["file"], entry["would_be"], entry["reasons"]) for entry in told] == [
        (FILES[0], "made", ["changed clauses", "changed text"])
    ]
    assert {path.name: path.read_bytes() for path in place.out.iterdir()} == before


def test_a_dry_run_promises_no_removal_that_there_will_not_be(batch: Call, place: Place) -> None:
    batch()
    with (place.out / FILES[1]).open("ab") as file:
        file.write(b"% filled in by hand")
    place.services.write_text(f"services: [{CODE}]\n")
    done = batch("--dry-run", "--prune")
    assert done.lines == [f"altered    {FILES[1]}: left the list; its file was altered, so it stays"]
    assert done.stderr == "1 document, would be: 1 unchanged, 1 altered\n"
    told = json_lines(batch("--dry-run", "--prune", "--json").stdout)[-1]
    assert told == {"file": FILES[1], "would_be": "altered", "reasons": ["left the list"], "problem": ""}
    assert f"altered    {FILES[1]}" in batch("--prune").lines
    (place.out / FILES[1]).unlink()
    assert batch("--dry-run", "--prune").lines == [f"removed    {FILES[1]}: left the list"]


def test_what_left_the_list_and_what_is_not_ours_is_mentioned(batch: Call, place: Place) -> None:
    batch()
    (place.out / "notes.txt").write_text("mine")
    place.services.write_text(f"services: [{CODE}]\n")
    done = batch()
    assert f"Note: {FILES[1]} left the list; --prune removes what consentkit made" in done.stderr
    assert "it is left alone: notes.txt" in done.stderr
    pruned = batch("--prune")
    assert f"removed    {FILES[1]}" in pruned.lines
    assert sorted(path.name for path in place.out.iterdir()) == sorted([LOCK, FILES[0], TABLE, MANIFEST, "notes.txt"])


@pytest.mark.parametrize("output", ["out", "."])
def test_a_failure_names_its_file_once(output: str, call: Call, place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    place.out.mkdir(exist_ok=True)
    folder = place.out if output == "." else place.out.parent
    (folder / output / FILES[0]).mkdir()
    monkeypatch.chdir(folder)
    done = call("batch", place.services, "-o", output, "--jobs", "1", "--clinic", place.clinic)
    (error,) = [line for line in done.stderr.splitlines() if line.startswith("Error: ")]
    assert done.code == 7
    assert error.count(FILES[0]) == 1


def test_a_list_that_names_a_document_twice_is_mentioned(batch: Call, place: Place) -> None:
    place.services.write_text(f"services: [{CODE}, {CODE}]\n")
    assert f"{FILES[0]} is listed more than once; each is made once" in batch("--dry-run").stderr


def test_a_mistake_in_the_list_is_told_with_its_place_before_any_work(batch: Call, place: Place) -> None:
    place.services.write_text("servces: []\n")
    done = batch()
    assert (done.code, place.out.exists()) == (3, False)
    assert "services.yaml:1:1: servces: is not a known key here; did you mean `services`?" in done.stderr


def test_a_second_run_in_the_same_folder_is_turned_away(batch: Call, place: Place) -> None:
    with exclusive(place.out):
        done = batch()
    assert done.code == 5
    assert "another run is working in this folder" in done.stderr


def test_machines_share_a_list_and_the_parts_are_joined(call: Call, place: Place, tmp_path: Path) -> None:
    for part in ("1/2", "2/2"):
        assert call("batch", "-o", f"out{part[0]}", "--clinic", place.clinic, "--shard", part).code == 0
    done = call("batch", "--merge-manifests", "out1", "out2", "-o", "joined", "--clinic", place.clinic)
    assert (done.code, done.stderr) == (0, "2 documents joined, 0 failed\n")
    assert sorted(path.name for path in (tmp_path / "joined").glob("*.pdf")) == FILES
    again = call("batch", "-o", "joined", "--clinic", place.clinic)
    assert again.lines == [f"unchanged  {name}" for name in FILES]
    broken = call("batch", "--merge-manifests", "out1", "-o", "other")
    assert broken.code == 3
    assert "missing: 2" in broken.stderr


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["a.yaml", "b.yaml"], "name one service list"),
        (["--shard", "3/2"], "is not a part of a list"),
        (["--merge-manifests"], "name the folders to join"),
        (["--merge-manifests", "a", "--dry-run"], "joins whole folders"),
        (["--only", "nothing*"], "no document of the list matches"),
        (["--jobs", "0"], "--jobs"),
        (["--time-limit", "nan"], "nan is not a number of seconds"),
        (["--time-limit", "inf"], "--time-limit"),
        (["--cache", "x", "--no-cache"], "exclude each other"),
    ],
)
def test_wrong_use_is_answered_with_the_way_out(arguments: list[str], message: str, batch: Call) -> None:
    done = batch(*arguments)
    assert done.code == 2
    assert message in done.stderr


def test_on_a_terminal_there_is_a_bar_and_failures_are_told_after_it(place: Place, tmp_path: Path) -> None:
    place.services.write_text(f"services: [GONE-1, {CODE}]\n")
    reading, writing = pty.openpty()
    process = subprocess.Popen(
        command("batch", "-o", place.out, "--clinic", place.clinic),
        cwd=tmp_path,
        env=environment(TERM="xterm"),
        stdout=writing,
        stderr=writing,
    )
    os.close(writing)
    shown = b""
    while True:
        try:
            shown += os.read(reading, 4096)
        except OSError:
            break
    os.close(reading)
    assert process.wait(60) == 7
    text = shown.decode()
    assert "2/2" in text
    assert text.index("2/2") < text.index("Error: GONE-1.pdf: no procedure")
    assert "made  " not in text


# --- the cache ---


def test_a_document_that_is_kept_is_the_same_and_is_found_without_the_engine_and_the_model(
    place: Place, tmp_path: Path
) -> None:
    script = "import sys, consentkit.cli as c; print(c.run(sys.argv[1:]), *sys.modules, file=sys.stderr)"
    arguments = ["render", CODE, "--clinic", str(place.clinic), "-q", "--cache", str(tmp_path / "cache")]

    def run() -> tuple[bytes, list[str]]:
        done = subprocess.run(
            [sys.executable, "-c", script, *arguments],
            cwd=tmp_path,
            env=environment(),
            capture_output=True,
            text=True,
            check=True,
        )
        code, *modules = done.stderr.split()
        assert code == "0"
        return (tmp_path / FILES[0]).read_bytes(), modules

    first, loaded = run()
    assert {"weasyprint", "pydantic", "jinja2", "yaml"} <= set(loaded)
    second, loaded = run()
    assert second == first
    assert not {"weasyprint", "pydantic", "jinja2", "yaml", "consentkit.model.procedure"} & set(loaded)


def test_a_warning_of_a_document_is_told_when_it_is_kept_too(call: Call, tmp_path: Path) -> None:
    source = write_procedure(tmp_path, review={"issued": "2020-01-15", "next": "2021-01-15"})
    for _ in range(2):
        assert "Warning: SMALL-1 was due for review on 2021-01-15" in call("render", source).stderr


def test_no_cache_keeps_nothing_and_a_cache_that_fails_is_told_once(call: Call, tmp_path: Path) -> None:
    source = write_procedure(tmp_path)
    assert call("render", source, "--no-cache").stderr.count("Note:") == 0
    (tmp_path / "file").write_text("")
    done = call("render", source, "--cache", tmp_path / "file")
    assert (done.code, done.stderr.count("Note: ")) == (0, 1)
    assert "finished parts can't be kept here" in done.stderr
    assert call("render", source, "--cache", tmp_path / "file", "-q").stderr == ""
    cache = tmp_path / "cache"
    call("render", source, "--cache", cache)
    assert Store(cache).info().entries > 0


def test_the_cache_is_looked_after_with_commands(call: Call, tmp_path: Path) -> None:
    cache = tmp_path / "cache"
    call("render", write_procedure(tmp_path), "--cache", cache)
    assert json.loads(call("cache", "info", "--cache", cache, "--json").stdout)["entries"] > 0
    assert call("cache", "clear", "--cache", cache).code == 0
    assert json.loads(call("cache", "info", "--cache", cache, "--json").stdout)["entries"] == 0
