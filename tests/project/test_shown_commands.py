"""Every command that the documentation shows is run, or it is said here which test runs it, or why none can.

The commands of a page are run one after the other, in a folder that has the files that they name. Its texts are small;
everything else is as it is shown.
"""

from __future__ import annotations

import importlib.util
import json
import re
import shutil
import signal
import subprocess
import tomllib
from collections.abc import Callable, Iterator
from pathlib import Path

import click
import pytest

from consentkit import resources
from consentkit.cli import run
from consentkit.cli.commands import consentkit as commands
from kit.previews import new_preview
from kit.running import PROJECT, Outcome, command, environment
from kit.shown_commands import APPROVED, PAGES, Shown, commands_of, fill_in, ship_small_texts, write_world

Call = Callable[..., Outcome]
pytestmark = pytest.mark.xdist_group("shown commands")  # what they are run with is made once

SHOWN = {path.relative_to(PROJECT).as_posix(): list(commands_of(path)) for path in PAGES}
OURS = {page: [one for one in shown if one.program == "consentkit"] for page, shown in SHOWN.items()}

_FILE_BY_IT = 'consentkit file scans/*.pdf -o "filed/$(date +%F)/" --json > report.json'
FILLED_IN = {
    "consentkit new CODE": "consentkit new 90847",
    "consentkit new CODE --from CODE": "consentkit new 90837 --from 90837",
    "consentkit new CODE --lang es": "consentkit new 90899 --lang es",
    'consentkit init my-clinic --name "Willow Street Counseling" --phone 217-555-0142': (
        'consentkit init another --name "Willow Street Counseling" --phone 217-555-0142'
    ),
    "consentkit init --samples samples": "consentkit init --samples more-samples",
    "consentkit withdraw 90837 --by … --reason …": "consentkit withdraw 90837 --by X --reason Y",
    "consentkit preview CODE": "consentkit preview 90837",
    "consentkit render CODE --json": "consentkit render 90837 --json",
    "consentkit render CODE --variant plan": "consentkit render 90839 --variant plan",
    "consentkit visits bundle.json -o day.csv --on 2026-11-23": (
        "consentkit visits bundle.json -o new.csv --on 2026-11-23"
    ),
    "consentkit visits -o visit.yaml": "consentkit visits visit.yaml -o one.yaml",
    "consentkit desk --listen 10.0.0.5": "consentkit desk --listen 127.0.0.1",
    "consentkit verify FILE.pdf": "consentkit verify 90837.pdf",
    "consentkit journal show --pdf FILE.pdf": "consentkit journal show --pdf packet.pdf",
    "consentkit journal export --csv FILE": "consentkit journal export --csv entries.csv",
    "consentkit journal verify [--head HASH]": "consentkit journal verify --head HEAD",
    "consentkit journal verify --head 9f2c…": "consentkit journal verify --head HEAD",
    _FILE_BY_IT: "consentkit file scans/1.pdf -o other/ --json",
    "consentkit COMMAND --help": "consentkit render --help",
    "consentkit batch services.yaml -o out/ --cache s3://BUCKET/PREFIX": (
        "consentkit batch services.yaml -o out/ --cache memory://shared"
    ),
    "consentkit batch services.yaml -o out/ --executor dask://HOST:8786": "consentkit batch services.yaml -o out/",
    "consentkit cache publish s3://BUCKET/SITE services.yaml --key network.key": (
        "consentkit cache publish memory://site services.yaml --key network.key"
    ),
    "consentkit cache pull s3://BUCKET/SITE --key network.pub": (
        "consentkit cache pull memory://site --key network.pub"
    ),
}
"""What has to be filled in, filled in."""
ONLY_NAMED = {
    "_CONSENTKIT_COMPLETE=fish_source consentkit \\| source": "cli/test_cli_other.py has the scripts of shells",
    "consentkit packet ... --fhir FILE": "docs/fhir.md shows it with its file",
    "consentkit visits -o": "the name of an option",
    "consentkit journal show [--visit NUMBER \\| --packet PACKET \\| --day DATE \\| --pdf FILE.pdf \\| --unfinished]": (
        "docs/auditor.md shows each of them"
    ),
}
"""Within sentences: what says too little to be run, and why."""
PREPARED = {
    "docs/auditor.md": ["render 90837"],
    "docs/clinic-folder.md": ["new 90899"],
    "docs/journal.md": ["packet visit.yaml -o packet.pdf"],
}
"""What the reader of a page has done before."""
ENDINGS = {
    "consentkit check 90837.yaml": 3,  # it is shown with its mistakes
    "consentkit schedule check --clinic samples/clinic samples/export.csv": 3,  # a visit of it lacks its record number
    "consentkit packet --clinic samples/clinic samples/export.csv --allow-drafts -o out/": 7,
    "consentkit file stack.pdf -o filed/ --fhir": 7,
    "consentkit file stack.pdf -o filed/": 7,  # there is no record of its packet
    _FILE_BY_IT: 7,
}
"""The exit codes of those that do not end with 0."""
ASKING = {"approve": ("--yes",)}
"""Commands that ask somebody, and what they are run with instead of an answer."""
UNTIL_ENDED = {"desk": ("--no-browser", "--port", "0"), "preview": ("--no-browser", "--port", "0")}
"""Commands that run until Ctrl-C, and what they are run with so that they open no browser and take no port."""
RUN_ONCE = (
    "diff 90837",
    "doctor",
    "packet bundle.json -o out/",
    "remake 90837 --edition 1",
    "review 90837 -o 90837.docx",
)
"""Commands that take long and change nothing for those after them: only the first page that shows one runs it."""
PACKET = "2WQXHUFUYM"
"""The number of a packet that pages show."""
PREVIEWED = "consentkit preview 90837 --lang es"
"""The preview that is started. Of the others, what they request is looked up, as a preview does before it starts."""
TESTED = {
    "make test": "what continuous integration runs, so that these tests run by it",
    "make quick": "a part of make test",
    "make thorough": "runs these tests, too",
    "make render": "a part of project/test_sdist.py: the same document",
    "make desk": "the desk of docs/desk.md, with the sample clinic",
    "make docs": "project/test_site.py builds the site",
    "python -m build": "project/test_sdist.py and project/test_wheel.py build both",
    "pip install": "project/test_wheel.py installs what was built; the lock has the extras, and all tests run with it",
}
"""Commands of developers that tests run in another way, by how they begin, and how."""
UNTESTED = {
    "make test-latest": "installs other versions, from the network",
    "make test-lowest": "installs other versions, from the network",
    "make lock": "asks package indexes, over the network",
    "make coverage": "runs all tests once more",
    "make guards": "takes ten minutes",
    "make bench": "takes a quarter of an hour",
    "make format": "changes the files of the project",
    "make schemas": "changes the files of the project; tests compare what it writes",
    "make grades": "changes the files of the project; tests compare what it writes",
    "make references": "changes the files of the project",
    "make trees": "changes the files of the project",
    "make pages": "changes the files of the project",
    "make pictures": "changes the files of the project",
    "make help": "prints the head of the Makefile",
    "python -m benchmarks": "measures for minutes",
    "python -m kit": "made for people who look at what it prints",
    "git diff": "a program of others",
    "pipx install": "asks package indexes, over the network",
    "pre-commit install": "a program of others",
    "twine check": "a program of others",
    "apt-get install": "changes the machine; tools/setup.sh installs what the tests need",
    "sudo apt-get install": "changes the machine; tools/setup.sh installs what the tests need",
    "podman": "a program of others; docs/desk.md says what of it was tried",
    "chgrp": "changes the owners of files; output/test_files_for_a_group.py has a folder like that",
    "lpadmin": "a program of others",
    "lpstat": "a program of others",
    "lpoptions": "a program of others",
    "cancel": "a program of others",
    "cupsaccept": "a program of others",
    "cupsenable": "a program of others",
    "systemctl": "a program of others",
}
"""Commands that no test runs, by how they begin, and why."""


@pytest.fixture(scope="module")
def prepared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A folder with everything that pages name, in which a clinician has approved the texts."""
    package = tmp_path_factory.mktemp("package")
    ship_small_texts(package / "_shipped")
    folder = tmp_path_factory.mktemp("world")
    write_world(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(resources, "_PACKAGE", package)
        patch.setattr("getpass.getpass", lambda *_, **__: "correct horse battery")
        patch.chdir(folder)
        for name, language in APPROVED:
            assert run(["approve", name, "--lang", language, "--by", "Dr. Amara Okonkwo", "--yes"]) == 0
        shutil.copy("approvals.yaml", "samples/clinic")
        shutil.copytree("approved", "samples/clinic/approved")
        yield folder


@pytest.fixture
def call(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsysbinary: pytest.CaptureFixture[bytes]) -> Call:
    """Run the command line within this process; unlike that of other tests, it takes a PDF on stdout."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.delenv("CONSENTKIT_CLINIC", raising=False)
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))

    def call_consentkit(*arguments: str) -> Outcome:
        capsysbinary.readouterr()
        code = run(list(arguments))
        stdout, stderr = capsysbinary.readouterr()
        return Outcome(code, stdout, stderr.decode())

    return call_consentkit


IN_EVERY_RUN = frozenset({"docs/author.md", "docs/clerk.md", "docs/desk.md"})
"""Pages whose commands `make test` runs, and `make thorough` those of all."""


@pytest.mark.parametrize(
    "page",
    [
        pytest.param(page, marks=[] if page in IN_EVERY_RUN else pytest.mark.thorough)
        for page, shown in OURS.items()
        if shown
    ],
)
def test_the_commands_that_a_page_shows_work(page: str, prepared: Path, call: Call) -> None:
    shutil.copytree(prepared, Path.cwd(), dirs_exist_ok=True)
    for line in PREPARED.get(page, []):
        assert run_and_fill_in(line.split(), call).code == 0
    for shown in OURS[page]:
        if not is_run_before(shown):
            run_shown(shown, call)


def is_run_before(shown: Shown) -> bool:
    """Whether an earlier page, or an earlier line of the same page, has run exactly this."""
    if shown.text.removeprefix("consentkit ") not in RUN_ONCE:
        return False
    return shown is not next(one for page in OURS.values() for one in page if one.text == shown.text)


def run_shown(shown: Shown, call: Call) -> None:
    """Run a command as it is shown, unless it is a mere name."""
    text = FILLED_IN.get(shown.text, shown.text)
    if shown.in_sentence and (shown.text in ONLY_NAMED or is_mere_name(shown)):
        return
    words = Shown(shown.page, shown.line, text).words
    words += ASKING.get(words[1], ())
    assert shown.text in FILLED_IN or not shown.has_placeholders, f"{shown}: say in FILLED_IN what to run"
    if words[1] == "preview" and shown.text != PREVIEWED:
        look_up_preview(words[2:])
        return
    if words[1] in UNTIL_ENDED:
        begin_and_end(shown, [*words[1:], *UNTIL_ENDED[words[1]]])
        return
    done = run_and_fill_in([what_is_made(word, call) for word in words[1:]], call)
    assert done.code == ENDINGS.get(shown.text, 0), f"{shown}\n{done.stdout[:2000]}\n{done.stderr}"


def run_and_fill_in(words: list[str], call: Call) -> Outcome:
    """Run a command, and fill in the procedure or the translation that it has written to be filled in."""
    done = call(*words)
    if words[0] == "new" and "--from" not in words:
        for path in map(Path, done.lines):
            if path.parent.name == "procedures" and path.suffix == ".yaml":
                fill_in(path)
    return done


def look_up_preview(words: list[str]) -> None:
    """Refuse what `preview` does not take, and what can't be previewed."""
    given = commands.commands["preview"].make_context("preview", words).params
    options = {name: given[name] for name in ("language", "variant", "paper", "large_print")}
    new_preview(given["clinic"], given["source"], **options)


def is_mere_name(shown: Shown) -> bool:
    """Whether a sentence names a command, and nothing that it is to be run with."""
    named = commands
    for word in shown.words[1:]:
        if not isinstance(named, click.Group) or word not in named.commands:
            return False
        named = named.commands[word]  # type: ignore[assignment]
    return True


def what_is_made(word: str, call: Call) -> str:
    """A word of a command; for what is made of other things, such as the number of a packet, what is there."""
    if word == "HEAD":
        return call("journal", "head").lines[0].split()[1]
    if word == "b9a0 bc7b 3f34":
        documents = json.loads(call("status", "--json").stdout)["documents"]
        return str(documents[0]["content_hash"])[:12]
    if PACKET in word or word in ("page.png", "scan.pdf"):
        packet = ("packet", "bundle.json", "--visit", "V-1002", "-o", "page.pdf", "--json")
        made = json.loads(call(*packet).stdout)
        if word == "page.png":
            page = ("-f", "2", "-singlefile", "page.pdf", "page")
            subprocess.run(["pdftoppm", "-r", "150", "-png", *page], check=True)
        if word == "scan.pdf":
            Path("page.pdf").replace(word)
        return word.replace(PACKET, str(made["packets"][0]["packet"]))
    return word


def begin_and_end(shown: Shown, words: list[str]) -> None:
    """Start a command, wait for the link that it prints, and end it as with Ctrl-C."""
    process = subprocess.Popen(
        command(*words),
        env=environment(),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    assert process.stdout is not None
    link = process.stdout.readline()
    process.send_signal(signal.SIGINT)
    _, messages = process.communicate(timeout=60)
    assert link.startswith("http://"), f"{shown}\n{messages}"
    assert process.returncode in {0, 130}, f"{shown}\n{messages}"


def test_every_other_command_is_tested_or_it_is_said_why_not() -> None:
    others = [shown for page in SHOWN.values() for shown in page if shown.program != "consentkit"]
    assert len(others) > 50
    known = (*TESTED, *UNTESTED)
    strange = [str(shown) for shown in others if not is_known(shown, known)]
    assert strange == [], "run them in a test, and name it in TESTED; or say in UNTESTED why none can"
    texts = [without_variables(shown) for shown in others]
    unused = [known_one for known_one in known if not any(text.startswith(known_one) for text in texts)]
    assert unused == []


def without_variables(shown: Shown) -> str:
    return shown.text[shown.text.index(shown.program) :]


def is_known(shown: Shown, known: tuple[str, ...]) -> bool:
    return any(re.match(rf"{re.escape(begin)}(?![\w-])", without_variables(shown)) for begin in known)


def test_every_make_target_that_is_shown_is_there() -> None:
    targets = {
        word
        for page in SHOWN.values()
        for shown in page
        if shown.program == "make"
        for word in shown.words[1:]
        if "=" not in word
    }
    makefile = (PROJECT / "Makefile").read_text(encoding="utf-8")
    assert len(targets) > 12
    assert [name for name in sorted(targets) if not re.search(rf"(?m)^{re.escape(name)}:", makefile)] == []


def test_every_module_that_is_shown_is_there(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(PROJECT)
    modules = {
        match[1] for page in SHOWN.values() for shown in page if (match := re.search(r"python -m ([\w.]+)", shown.text))
    }
    assert len(modules) > 8
    assert [name for name in sorted(modules) if importlib.util.find_spec(name) is None] == []


def test_every_extra_that_is_to_be_installed_is_there() -> None:
    project = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    lists = [re.findall(r"consentkit\[([\w,]+)\]", shown.text) for page in SHOWN.values() for shown in page]
    extras = {extra for one in lists for text in one for extra in text.split(",")}
    assert extras and extras - {*project["optional-dependencies"]} == set()


def test_what_is_listed_here_is_shown() -> None:
    texts = {shown.text for page in SHOWN.values() for shown in page}
    once = {f"consentkit {one}" for one in RUN_ONCE}
    assert {*FILLED_IN, *ONLY_NAMED, *ENDINGS, PREVIEWED, *once} - texts == set()
    assert {*PREPARED} - {*SHOWN} == set()
    reasons = " ".join([*TESTED.values(), *UNTESTED.values(), *ONLY_NAMED.values()])
    named = re.findall(r"[\w-]+/[\w/-]+\.(?:py|md|sh)", reasons)
    assert [name for name in named if not any((root / name).exists() for root in (PROJECT, PROJECT / "tests"))] == []
