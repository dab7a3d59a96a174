"""Service lists: many documents in one run, in how much memory, and again when nothing has changed."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from pathlib import Path

from benchmarks.content import CLINIC, shipped_codes
from benchmarks.inspecting import Expected
from benchmarks.large_clinic import code, file_of, keep_documents, make_large_clinic
from benchmarks.measuring import Contender, Target
from benchmarks.peers.peer import run_python
from benchmarks.scenarios.bench import Bench, emptied, expected_document, run_consentkit, scenario
from benchmarks.scenarios.documents import answered_before, python

LANGUAGES = ("en", "es")
TWO_WORKERS = "consentkit batch --jobs 2"
ONE_WORKER = "consentkit batch --jobs 1"
FEW, MANY = 20, 100
_PARSED = 20
PARSING = f"Parsing {_PARSED} of the same files"
_TWO_ARE_FASTER = Target("wall", 1.7, at_least=True)
_MEMORY_STAYS = Target("peak", 1.10)
_RECOGNISED = Target("cpu", 0.060, is_whole=True)


@scenario("batch", "All shipped documents in two languages", TWO_WORKERS, unit="document", rounds=1, warms_up=False)
def batch(bench: Bench) -> list[Contender]:
    """A list made from nothing, by one worker and by two."""
    return [
        _batch(bench, TWO_WORKERS, 2),
        _batch(bench, ONE_WORKER, 1, _TWO_ARE_FASTER),
    ]


@scenario("memory", "Memory for longer lists", f"{FEW} documents", unit="document", rounds=1, warms_up=False)
def memory(bench: Bench) -> list[Contender]:
    """What the largest process holds, for a list and for one that is five times as long."""
    return [_in_memory(bench, FEW), _in_memory(bench, MANY, _MEMORY_STAYS)]


@scenario("unchanged", "A long list that has not changed", PARSING, rounds=7)
def unchanged(bench: Bench) -> list[Contender]:
    """A list of thousands of documents, all made before; beside it what only parsing some of their texts would take."""
    clinic, output, cache = (bench.own_folder("large clinic") / name for name in ("clinic", "out", "cache"))
    make_large_clinic(clinic, bench.documents)
    keep_documents(clinic, bench.documents, cache)
    arguments = ("batch", "-o", output, "--clinic", clinic, "--cache", cache, "--quiet")
    run_consentkit(*arguments)
    answered_before(lambda: _run(*arguments))
    parsed = [file_of(clinic, number) for number in range(1, min(_PARSED, bench.documents) + 1)]
    results = tuple(Expected(output / f"{code(number)}.pdf") for number in (1, bench.documents))
    name = f"consentkit batch, {bench.documents:,} unchanged"
    return [
        Contender(PARSING, lambda: _parse(parsed)),
        Contender(name, lambda: _run(*arguments), results, targets=(_RECOGNISED,)),
        python(),
    ]


def _batch(bench: Bench, name: str, jobs: int, *targets: Target) -> Contender:
    folder, output = bench.own_folder(f"{name} list"), bench.own_folder(name)
    services = _write_list(folder, [f"  - {_quoted(code)}" for code in shipped_codes()])
    results = tuple(
        expected_document(output / _file_name(code, language), bench.paper(code, language))
        for code, language in itertools.product(shipped_codes(), LANGUAGES)
    )
    return Contender(
        name,
        lambda: _run(*_making(services, output), "--jobs", str(jobs)),
        results,
        prepare=lambda: emptied(output),
        units=len(results),
        targets=targets,
    )


def _in_memory(bench: Bench, documents: int, *targets: Target) -> Contender:
    name = f"{documents} documents"
    folder, output = bench.own_folder(f"{name} list"), bench.own_folder(name)
    services = _write_list(folder, list(itertools.islice(_requests(), documents)))
    peaks: list[float] = []
    return Contender(
        name,
        lambda: peaks.append(run_consentkit(*_making(services, output), "--jobs", "2")),
        prepare=lambda: emptied(output),
        units=documents,
        peak=lambda: peaks[-1],
        targets=targets,
    )


def _requests() -> Iterator[str]:
    """Lines of a list, each of which asks for one document; in every 48 of them, one of each kind and layout."""
    variants, papers, answers = ("consent", "information", "refusal"), ("letter", "a4"), ("yes", "no")
    kinds = list(itertools.product(LANGUAGES, variants, papers, answers, answers))
    codes = shipped_codes()
    for number in range(len(kinds) * len(codes)):
        language, variant, paper, large, fillable = kinds[number % len(kinds)]
        of_code = codes[(number + number // len(kinds)) % len(codes)]
        yield (
            f"  - {{code: {_quoted(of_code)}, languages: [{language}], variants: [{variant}], paper: [{paper}], "
            f"large_print: {large}, fillable: {fillable}}}"
        )


def _write_list(folder: Path, services: Sequence[str]) -> Path:
    path = folder / "services.yaml"
    lines = (f"defaults: {{languages: [{', '.join(LANGUAGES)}]}}", "services:", *services, "")
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def _making(services: Path, output: Path) -> tuple[str | Path, ...]:
    """A run that makes a list from nothing."""
    return ("batch", services, "-o", output, "--clinic", CLINIC, "--no-cache", "--quiet")


def _file_name(of_code: str, language: str) -> str:
    return f"{of_code}.pdf" if language == "en" else f"{of_code}.{language}.pdf"


def _quoted(of_code: str) -> str:
    return f'"{of_code}"'


def _parse(files: Sequence[Path]) -> None:
    run_python(Path(__file__).parents[1] / "parse_yaml.py", *files)


def _run(*arguments: str | Path) -> None:
    run_consentkit(*arguments)
