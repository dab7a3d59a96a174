"""`consentkit new --lang` and `new --from`: translations to fill in, and copies of translations."""

from __future__ import annotations

import errno
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from consentkit.documents.opening import open_workspace
from consentkit.library.definitions import load_definition, load_translation
from consentkit.model.comparison import differences
from consentkit.model.identity import kind_of_name
from consentkit.operations.new_translation import frame
from consentkit.output import write
from consentkit.reading.yaml_file import parse
from kit.folders import as_written
from kit.running import PROJECT, Outcome, as_nobody
from kit.small import CODE, make_clinic, small_data, write_paper, write_procedure, write_translation

Call = Callable[..., Outcome]

SHIPPED = sorted(
    path
    for folder in ("procedures", "papers", "samples/other-fields/procedures")
    for path in (PROJECT / folder).glob("*.yaml")
    if path.name != "risks.yaml" and path.name.count(".") == 1
)
RISKS = (PROJECT / "procedures" / "risks.yaml",)


def names(done: Outcome) -> list[str]:
    """The names of the files that a run has written."""
    return [Path(line).name for line in done.lines]


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_frame_that_is_filled_in_has_the_parts_of_the_original_and_fits_it(path: Path, tmp_path: Path) -> None:
    kind = kind_of_name(path.stem)
    text = frame(open_workspace(), path, kind, "es")
    text = text.replace('issued: ""', "issued: 2026-01-02").replace('next: ""', "next: 2027-01-02")
    numbers = iter(range(10_000))
    filled = re.sub(r'(?m)^(\s*(?:- )*(?:\w+: )?)""$', lambda match: f'{match[1]}"texto {next(numbers)}"', text)
    target = tmp_path / f"{path.stem}.es.yaml"
    for picture in PROJECT.glob("samples/other-fields/pictures/*"):
        (tmp_path / "pictures").mkdir(exist_ok=True)
        (tmp_path / "pictures" / picture.name).write_bytes(picture.read_bytes())
    target.write_text(filled, encoding="utf-8")
    (tmp_path / "procedures").mkdir()
    translation = load_translation(target.rename(tmp_path / "procedures" / target.name), kind=kind, risk_files=RISKS)
    original = load_definition(path, kind, risk_files=RISKS)
    assert translation.fits(original)
    assert differences(translation, original) == []


def test_each_text_of_the_original_is_above_the_place_of_its_translation(call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    done = call("new", CODE, "--lang", "es")
    assert names(done) == ["SMALL-1.es.yaml", "translation.schema.json"], done.stderr
    text = (tmp_path / "procedures/SMALL-1.es.yaml").read_text(encoding="utf-8")
    assert '  # You may feel sad.\n  main_risk: ""\n' in text
    assert '    # It costs nothing.\n    - ""\n' in text.replace("      ", "    ")
    assert "sources" not in text
    checked = call("check", "procedures/SMALL-1.es.yaml")
    assert (checked.code, "procedures/SMALL-1.es.yaml:9:8: title: is empty" in checked.stdout.decode()) == (3, True)
    for day in ("issued", "next"):  # which are not those of the original
        assert f"review.{day}: is not a date" in checked.stdout.decode()


def test_what_is_no_text_is_copied_into_the_frame(tmp_path: Path) -> None:
    figure, source = {"number": "4", "out_of": "10"}, {"title": 'A "book"', "publisher": "A house", "year": "2021"}
    benefit = {"text": "You may feel better.", "figure": figure, "source": source}
    path = write_procedure(tmp_path, benefits=[benefit])
    text = frame(open_workspace(), path, "procedure", "es")
    assert '  - text: ""\n    figure:\n      number: 4\n      out_of: 10\n' in text
    assert 'title: "A \\"book\\""' in text


@pytest.mark.parametrize(
    ("arguments", "code", "message"),
    [
        (("NONE-1", "--lang", "es"), 4, "no procedure has the code `NONE-1`"),
        ((CODE, "--lang", "fr"), 2, "there is no language pack for `fr`"),
        ((CODE, "--lang", "en"), 2, "is the language of the texts themselves"),
        ((CODE, "--lang", "../x"), 2, "there is no language pack for"),
        ((CODE, "--lang", "es", "--from", "SHIPPED-1"), 5, "SHIPPED-1 has no translation into `es`"),
    ],
)
@pytest.mark.usefixtures("few_texts")
def test_a_translation_that_cannot_be_is_refused(
    arguments: tuple[str, ...], code: int, message: str, call: Call, tmp_path: Path
) -> None:
    make_clinic(tmp_path)
    before = as_written(tmp_path)
    done = call("new", *arguments)
    assert (done.code, message in done.stderr) == (code, True), done.stderr
    assert as_written(tmp_path) == before


def test_a_translation_that_is_there_is_not_touched(call: Call, tmp_path: Path) -> None:
    write_translation(make_clinic(tmp_path) / "procedures", "es")
    before = as_written(tmp_path)
    done = call("new", CODE, "--lang", "es")
    assert (done.code, "already exists; edit it, or delete it first" in done.stderr) == (5, True)
    done = call("new", "90837", "--lang", "es")
    assert (done.code, "to change a copy of it, add `--from 90837`" in done.stderr) == (5, True)
    assert as_written(tmp_path) == before


def test_an_original_with_mistakes_has_no_frame(call: Call, tmp_path: Path) -> None:
    folder = make_clinic(tmp_path) / "procedures"
    (folder / f"{CODE}.yaml").write_text(json.dumps(small_data(title="")), encoding="utf-8")
    done = call("new", CODE, "--lang", "es")
    assert (done.code, "title: is empty" in done.stderr) == (3, True)
    assert [path.name for path in folder.iterdir()] == [f"{CODE}.yaml"]


def test_where_nobody_may_write_no_frame_is_left(call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    (tmp_path / "procedures").chmod(0o555)
    with as_nobody():
        done = call("new", CODE, "--lang", "es")
    assert (done.code, "permission denied" in done.stderr) == (5, True), done.stderr
    assert [path.name for path in (tmp_path / "procedures").iterdir()] == [f"{CODE}.yaml"]


def test_without_a_clinic_a_frame_is_written_beside_the_new_file(call: Call, tmp_path: Path) -> None:
    write_procedure(tmp_path)
    assert call("new", CODE, "--lang", "es").lines == ["SMALL-1.es.yaml", "translation.schema.json"]


@pytest.mark.parametrize("code", ["90853", "90899"])
def test_a_copy_brings_its_translations_which_fit_it(code: str, call: Call, tmp_path: Path) -> None:
    (tmp_path / "clinic.yaml").write_text("name: Small Clinic\n")
    done = call("new", code, "--from", "90853")
    assert names(done)[:2] == [f"{code}.yaml", f"{code}.es.yaml"]
    original = load_definition(tmp_path / f"procedures/{code}.yaml", "procedure", risk_files=RISKS)
    translation = load_translation(tmp_path / f"procedures/{code}.es.yaml", kind="procedure", risk_files=RISKS)
    assert translation.fits(original)
    assert (translation.code, translation.title) == (code, "Terapia de conversación en grupo")


REVIEWS = {
    "indented by four": "review:\n    issued: 2026-01-02\n    last: 2026-02-03\n    by: Dr. Old\n"
    "    next: 2027-01-02\n",
    "with question marks": "review:\n  issued: 2026-01-02\n  ? by\n  : Dr. Old\n  last: 2026-02-03\n"
    "  next: 2027-01-02\n",
    "in braces": 'review: {issued: 2026-01-02, last: 2026-02-03, by: "Dr. Old, PhD", next: 2027-01-02}\n',
    "last in braces": 'review: {issued: 2026-01-02, next: 2027-01-02, "by": Dr. Old, last: 2026-02-03}\n',
    "in folded text": "review:\n  by: >-\n    Dr.\n    Old\n  last: '2026-02-03' # in spring\n"
    "  issued: 2026-01-02\n  next: 2027-01-02\n",
    "at the end": "review:\r\n  issued: 2026-01-02\r\n  next: 2027-01-02\r\n  last: 2026-02-03\r\n  'by': Dr. Old",
    "in quotation marks": '"review":\n  issued: 2026-01-02\n  last: 2026-02-03\n  by: "Dr.\n    Old"\n'
    "  next: 2027-01-02\n",
}


@pytest.mark.parametrize("style", REVIEWS)
def test_a_copy_does_not_say_that_somebody_has_reviewed_it(style: str, call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    original, translation = tmp_path / f"procedures/{CODE}.yaml", write_translation(tmp_path / "procedures", "es")
    for path in (original, translation):
        data = json.loads(path.read_text())
        del data["review"]
        lines = (f"{key}: {json.dumps(value, ensure_ascii=False)}\n" for key, value in data.items())
        path.write_bytes(("".join(lines) + "# a comment\n" + REVIEWS[style]).encode())
    assert call("new", "SMALL-2", "--from", CODE).code == 0
    for name in ("SMALL-2.yaml", "SMALL-2.es.yaml"):
        text = (tmp_path / "procedures" / name).read_bytes().decode()
        review = parse(text, name).data["review"]
        assert review == {"issued": "2026-01-02", "next": "2027-01-02"}
        assert ("Old" in text, "# a comment" in text) == (False, True)


def test_a_text_of_which_nobody_knows_what_it_says_is_not_copied(call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    path = tmp_path / f"procedures/{CODE}.yaml"
    path.write_text(path.read_text().replace('"review": {', '"review": {"by": @Old,', 1))
    before = as_written(tmp_path)
    done = call("new", "SMALL-2", "--from", CODE)
    assert (done.code, f"{CODE}.yaml:" in done.stderr, as_written(tmp_path) == before) == (3, True, True), done.stderr


def test_the_copy_of_an_outdated_translation_stays_outdated(call: Call, tmp_path: Path) -> None:
    write_translation(make_clinic(tmp_path) / "procedures", "es", translates="0" * 64)
    assert call("new", "SMALL-2", "--from", CODE).code == 0
    copy = load_translation(tmp_path / "procedures/SMALL-2.es.yaml", kind="procedure", risk_files=())
    assert copy.translates == "0" * 64


def test_a_copy_whose_translation_is_in_the_way_is_not_written(call: Call, tmp_path: Path) -> None:
    write_translation(make_clinic(tmp_path) / "procedures", "es")
    (tmp_path / "procedures/SMALL-2.es.yaml").write_text("precious")
    before = as_written(tmp_path)
    done = call("new", "SMALL-2", "--from", CODE)
    assert (done.code, "SMALL-2.es.yaml: already exists" in done.stderr) == (5, True)
    assert as_written(tmp_path) == before


def test_of_a_copy_that_cannot_be_written_whole_nothing_stays(
    call: Call, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = write_translation(make_clinic(tmp_path) / "procedures", "es").parent
    before = sorted(folder.iterdir())
    write_whole = write.write_whole

    def on_a_full_disk(target: Path, data: bytes, **options: Any) -> None:
        if target.name == "SMALL-2.es.yaml":
            raise OSError(errno.ENOSPC, "no space")
        write_whole(target, data, **options)

    monkeypatch.setattr(write, "write_whole", on_a_full_disk)
    assert call("new", "SMALL-2", "--from", CODE).code == 5
    assert sorted(folder.iterdir()) == before


def test_of_a_text_that_replaces_a_shipped_one_the_shipped_translation_can_be_copied(
    call: Call, tmp_path: Path
) -> None:
    (tmp_path / "clinic.yaml").write_text("name: Small Clinic\n")
    assert call("new", "90853", "--from", "90853").code == 0
    (tmp_path / "procedures/90853.es.yaml").unlink()
    assert call("new", "90853", "--lang", "es", "--from", "90853").code == 0
    assert (tmp_path / "procedures/90853.es.yaml").is_file()


def test_the_frame_of_a_paper_is_that_of_its_sections(call: Call, tmp_path: Path) -> None:
    make_clinic(tmp_path)
    write_paper(tmp_path / "papers")
    assert call("new", "small-rules", "--lang", "es").code == 0
    text = (tmp_path / "papers/small-rules.es.yaml").read_text(encoding="utf-8")
    assert 'sections:\n  # What we ask\n  - heading: ""\n    # Please come on time.\n    text: ""\n' in text
