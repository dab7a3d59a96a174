"""Language packs: complete or refused."""

from __future__ import annotations

import datetime
import re
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import BaseModel

from consentkit.errors import FileAccess, InvalidInput, WrongUse
from consentkit.library.languages import languages, load_language
from consentkit.model.identity import VARIANTS
from consentkit.model.placeholders import fill, pieces
from consentkit.model.words import Dates, Kinds, LanguagePack
from consentkit.reading.validation import models_in
from consentkit.resources import shipped

ENGLISH = (shipped("templates") / "languages" / "en.yaml").read_text(encoding="utf-8")
Write = Callable[..., Path]


@pytest.fixture
def write(tmp_path: Path) -> Write:
    """Write a language pack: English, with changes. Returns the folder of templates."""

    def write_pack(*changes: tuple[str, str], name: str = "en", folder: str = "templates") -> Path:
        text = ENGLISH
        for old, new in changes:
            assert text.count(old) == 1, old
            text = text.replace(old, new)
        path = tmp_path / folder / "languages" / f"{name}.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
        return tmp_path / folder

    return write_pack


def told(folder: Path, language: str = "en") -> list[str]:
    with pytest.raises(InvalidInput) as caught:
        load_language((folder,), language)
    prefix = str(folder / "languages" / f"{language}.yaml")
    lines = [str(problem) for problem in caught.value.problems]
    assert all(line.startswith(prefix) for line in lines)
    return [re.sub(r"^:\d+:\d+: ", "", line.removeprefix(prefix)) for line in lines]


def test_the_shipped_pack_is_complete() -> None:
    pack = load_language((shipped("templates"),), "en")
    assert pack.language == "en"
    assert pack.direction == "ltr"
    assert list(pack.clauses)[:2] == ["rights", "language_help"]


def test_clauses_keep_the_order_of_the_file(write: Write) -> None:
    folder = write(("  rights:\n", "  zebra: {heading: A, text: B, source: C}\n  rights:\n"))
    assert list(load_language((folder,), "en").clauses)[:2] == ["zebra", "rights"]


def test_a_missing_word_is_told_by_its_place(write: Write) -> None:
    folder = write(("  common_means: many people notice these\n", ""), ("direction: ltr\n", ""))
    assert told(folder) == ["direction: is missing; add it", "headings.common_means: is missing; add it"]


def optional_keys(model: type[BaseModel]) -> set[str]:
    """The keys that may be left out, in a model or in one that it is made of."""
    inner = {found for field in model.model_fields.values() for found in models_in(field.annotation)}
    own = {name for name, field in model.model_fields.items() if not field.is_required()}
    return own.union(*(optional_keys(found) for found in inner))


def test_every_word_of_a_pack_is_needed(write: Write) -> None:
    """Take out each line `key: value` in turn: no word has a default in English."""
    optional = optional_keys(LanguagePack)
    lines = ENGLISH.split("\n")
    tried = 0
    for index, line in enumerate(lines):
        key = re.match(r" {0,2}([a-z_]+): [^>]", line)
        if key and key[1] not in optional:
            tried += 1
            path = write() / "languages" / "en.yaml"
            path.write_text("\n".join(lines[:index] + lines[index + 1 :]), encoding="utf-8")
            with pytest.raises(InvalidInput, match="is missing; add it"):
                load_language((path.parent.parent,), "en")
    assert tried > 60


def test_an_unknown_word_is_told_with_the_nearest_one(write: Write) -> None:
    assert told(write(("  purpose: What it is for\n", "  purpose: What it is for\n  purpse: Twice\n"))) == [
        "headings.purpse: is not a known key here; did you mean `purpose`?"
    ]


def test_an_unknown_key_of_a_clause_is_told_with_the_keys_of_a_clause(write: Write) -> None:
    lines = told(write(("    heading: You decide\n", "    heading: You decide\n    hedding: You\n    colour: red\n")))
    assert lines == [
        "clauses.rights.hedding: is not a known key here; did you mean `heading`?",
        "clauses.rights.colour: is not a known key here; the keys here are `heading`, `text`, `blanks`, "
        "`initials`, `yes_or_no`, `always`, `visit`, `form` and `source`",
    ]


def test_the_name_of_a_clause_is_told_where_it_stands(write: Write) -> None:
    folder = write(("  rights:\n", "  Your Rights:\n"))
    with pytest.raises(InvalidInput) as caught:
        load_language((folder,), "en")
    (problem,) = caught.value.problems
    line = 1 + ENGLISH[: ENGLISH.index("  rights:\n")].count("\n")
    assert (problem.line, problem.column) == (line, 3)
    assert problem.message == "is `Your Rights`; use lowercase letters, digits and underscores"


PAGES, CODE, EDITION, SOURCE = (
    "Paper: page {page} of {pages}",
    "Code {code}\n",
    "Text of {date}",
    '"{title} – {publisher}"',
)


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (PAGES, "Page {page}", "page.page_of: lacks the placeholder `{pages}`; put it where the value belongs"),
        (EDITION, "Text", "page.edition: lacks the placeholder `{date}`; put it where the value belongs"),
        (SOURCE, '"{publisher}"', "about.source: lacks the placeholder `{title}`; put it where the value belongs"),
        (
            PAGES,
            "Page {page} of {all}",
            "page.page_of: contains `{all}`, which is no placeholder here; use `{page}` and",
        ),
        (CODE, "Code {CODE}\n", "page.code: contains `{CODE}`, which is no placeholder here; use `{code}`"),
        (CODE, "Code { code }\n", "page.code: contains `{ code }`, which is no placeholder here; use `{code}`"),
        (CODE, "Code {}\n", "page.code: contains `{}`, which is no placeholder here; use `{code}`"),
    ],
)
def test_a_placeholder_must_be_one_that_is_filled_in(old: str, new: str, problem: str, write: Write) -> None:
    (line,) = told(write((old, new)))
    assert line.startswith(problem)


def test_a_placeholder_may_stand_twice_and_in_any_order(write: Write) -> None:
    folder = write((PAGES, "Of {pages} – {page}, {page}"))
    assert load_language((folder,), "en").page.page_of == "Of {pages} – {page}, {page}"


@pytest.mark.parametrize("months", ["[A, B]", "[A, B, C, D, E, F, G, H, I, J, K, L, M]"])
def test_a_year_has_twelve_months(months: str, write: Write) -> None:
    line = next(line for line in ENGLISH.split("\n") if "months: [" in line)
    (problem,) = told(write((line, f"  months: {months}")))
    assert re.match(r"dates\.months: has (2 items; it needs at least 12|13 items; at most 12 fit)$", problem)


@pytest.mark.parametrize("tag", ["EN", "english", "en_US", "e", "en-us", "../en", ""])
def test_a_language_is_written_as_bcp_47_writes_it(tag: str, write: Write) -> None:
    (problem, *_) = told(write(("language: en\n", f'language: "{tag}"\n')))
    assert problem.startswith("language: is ")
    assert problem.endswith("write the short form of a language, such as en, es or zh-Hant")


def test_a_pack_whose_language_differs_from_its_file_name_is_refused(write: Write) -> None:
    """Else a screen reader would read Spanish with an English voice."""
    assert told(write(name="es"), "es") == [
        "language: is `en`, but the file is named `es.yaml`; correct one of them",
    ]


def test_the_clinics_own_pack_comes_before_the_shipped_one(write: Write) -> None:
    own = write(("consent:\n  heading: Your decision", "consent:\n  heading: You decide now"), folder="own")
    packs = (own, shipped("templates"))
    assert load_language(packs, "en").consent.heading == "You decide now"
    assert load_language((shipped("templates"), own), "en").consent.heading == "Your decision"


def test_the_languages_of_all_folders_are_listed_once_and_sorted(write: Write) -> None:
    folders = (write(name="uk", folder="a"), write(name="en", folder="b"), write(name="es", folder="b"))
    assert languages(folders) == ["en", "es", "uk"]
    assert languages(()) == []


def test_an_unknown_language_is_answered_with_those_that_there_are(write: Write) -> None:
    folders = (write(name="en"), write(name="es"))
    with pytest.raises(WrongUse) as caught:
        load_language(folders, "ess")
    assert str(caught.value) == "there is no language pack for `ess`; there is `en` and `es`; did you mean `es`?"


@pytest.mark.parametrize("language", ["../en", "en/../en", "/etc/passwd", "en.yaml", "en\x00", "*"])
def test_a_language_cannot_be_a_path(language: str, write: Write) -> None:
    with pytest.raises(WrongUse):
        load_language((write(),), language)


@pytest.mark.parametrize("target", ["en.yaml", "missing"])
def test_a_linked_pack_is_told_and_never_replaced_by_another_folders(target: str, write: Write) -> None:
    own = write(folder="own")
    (own / "languages" / "es.yaml").symlink_to(target)
    with pytest.raises(InvalidInput, match=r"own/languages/es\.yaml: is a symbolic link"):
        load_language((own, write(name="es", folder="shipped")), "es")


def test_a_folder_in_the_place_of_a_pack_is_told(write: Write) -> None:
    own = write(folder="own")
    (own / "languages" / "es.yaml").mkdir()
    with pytest.raises((InvalidInput, FileAccess), match="is not a regular file"):
        load_language((own,), "es")


def test_dates_are_written_as_the_language_writes_them() -> None:
    names = "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre"
    months = tuple(re.findall(r"\w+", names))
    dates = Dates(pattern="{day} de {month} de {year}", months=months)
    assert dates.write(datetime.date(2026, 1, 1)) == "1 de enero de 2026"
    assert dates.write(datetime.date(2026, 12, 31)) == "31 de diciembre de 2026"


def test_what_is_put_into_a_placeholder_is_never_searched_again() -> None:
    assert fill("{a} and {b}", a="{b}", b="{a}") == "{b} and {a}"
    assert fill("{a}", a=r"\1 \g<0>") == r"\1 \g<0>"


def test_a_text_is_cut_at_its_placeholders() -> None:
    assert list(pieces("I agree to {title} (code {code}).")) == [
        ("text", "I agree to "),
        ("title", ""),
        ("text", " (code "),
        ("code", ""),
        ("text", ")."),
    ]
    assert list(pieces("{title}")) == [("title", "")]
    assert list(pieces("none")) == [("text", "none")]


def test_a_pack_names_every_kind_of_document() -> None:
    assert tuple(Kinds.model_fields) == (*VARIANTS, "paper")
