"""What a procedure may add, in any field: tables, pictures, signs to call, further acts, a second clinician."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from PIL import Image

from consentkit.cache.store import open_store
from consentkit.documents.form import get_or_make_form
from consentkit.documents.form_request import FormRequest, Situation
from consentkit.documents.kept import get_or_make
from consentkit.documents.opening import open_workspace
from consentkit.errors import InvalidInput, RenderingFailed
from consentkit.model.identity import Layout, Variant
from consentkit.model.translation import text_hash
from consentkit.packets.work_order import work_order
from consentkit.pdf.read.structure_text import readable_text, tagged_text
from consentkit.resources import shipped
from kit.packets import packet, page_texts, visit
from kit.running import Outcome
from kit.small import CODE, make_clinic, small_procedure, write_procedure
from kit.tagged_file import File
from kit.translations import write_translation
from kit.validation import BOTH_STANDARDS, faults

Call = Callable[..., Outcome]

TABLE = {
    "heading": "What you eat and drink",
    "columns": ["When", "Eat", "Drink"],
    "rows": [["The day before", "Rice, eggs", "Anything but milk"], ["Two hours before", "Nothing", ""]],
    "empty_rows": "1",
    "note": "Broth counts as a drink.",
}
SIGNS = {"intro": "Call us at once if:", "items": ["it bleeds for an hour", "you have a fever"]}
SHOWN = {"file": "bowel.png", "alternative": "A tube goes through the large bowel.", "caption": "The way of the tube."}
ON_FORM = {
    "also_agree": ["Taking out growths", "Blood from donors"],
    "signers": [{"who": "Anesthesia clinician", "statement": "I explained the sedation."}],
}
ADDED: dict[str, Any] = {"tables": [TABLE], "warning_signs": SIGNS, "pictures": [SHOWN], "on_form": ON_FORM}


def png(shade: int = 200) -> bytes:
    data = io.BytesIO()
    Image.new("L", (90, 60), shade).save(data, "PNG")
    return data.getvalue()


def with_picture(clinic: Path, name: str = "bowel.png", data: bytes | None = None) -> Path:
    (clinic / "pictures").mkdir(exist_ok=True)
    (clinic / "pictures" / name).write_bytes(png() if data is None else data)
    return clinic


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    """A clinic whose small procedure has everything that may be added."""
    folder = with_picture(make_clinic(tmp_path / "clinic"))
    write_procedure(folder / "procedures", **ADDED)
    return folder


def with_template(clinic: Path, name: str, whole: str, part: str) -> Path:
    """The clinic with a shipped template of which a piece is another one."""
    text = (shipped("templates") / name).read_text(encoding="utf-8")
    assert text.count(whole) == 1, name
    path = clinic / "templates" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text.replace(whole, part), encoding="utf-8")
    return clinic


def form_of(clinic: Path, *codes: str, languages: tuple[str, ...] = ("en",), **situation: bool) -> Any:
    request = FormRequest(codes or (CODE,), languages, Situation(**situation), Layout())
    return get_or_make_form(open_workspace(clinic), request)


def paragraphs(pdf: bytes) -> list[str]:
    return [" ".join(block.text.split()) for block in tagged_text(pdf)]


# --- on paper ---


@pytest.mark.parametrize("large_print", [False, True])
def test_what_is_added_is_printed_where_it_belongs_and_the_file_is_valid(large_print: bool, clinic: Path) -> None:
    made = open_workspace(clinic).render(CODE, fillable=not large_print, large_print=large_print)
    text = paragraphs(made.pdf)
    words = open_workspace().language("en")
    prepare, afterwards = text.index(words.headings.preparation), text.index(words.headings.recovery)
    assert (
        prepare < text.index(TABLE["heading"]) < text.index("The day before") < text.index(TABLE["note"]) < afterwards
    )
    assert afterwards < text.index(words.headings.warning_signs) < text.index("you have a fever")
    assert text.index(words.form.also_agree) < text.index("Taking out growths") < text.index("Blood from donors")
    assert "I explained the sedation." in text
    assert [fault for standard in BOTH_STANDARDS for fault in faults(made.pdf, standard)] == []


def test_a_picture_is_a_figure_with_its_words(clinic: Path) -> None:
    made = open_workspace(clinic).render(CODE, variant="information")
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        figures = [element for element in File(pdf).elements if element.role == "Figure"]
        assert [str(figure.dictionary.Alt) for figure in figures] == [SHOWN["alternative"]]
    assert SHOWN["caption"] in paragraphs(made.pdf)


def test_empty_cells_and_rows_of_a_table_are_filled_in(clinic: Path) -> None:
    made = open_workspace(clinic).render(CODE, variant="information", fillable=True)
    cells = {slot.name for slot in made.part.slots if slot.name.startswith("table_")}
    assert cells == {"table_1_row_2_3", *(f"table_1_row_3_{column}" for column in (1, 2, 3))}


def test_each_further_act_is_agreed_to_or_not_and_a_second_clinician_signs(clinic: Path) -> None:
    names = {slot.name for slot in form_of(clinic).part.slots}
    assert {f"code_small_1_also_{act}_{answer}" for act in (1, 2) for answer in ("yes", "no")} <= names
    places = ("signature", "signed_on", "signed_at", "printed_name")
    assert {f"second_clinician_1_{place}" for place in places} <= names


def test_a_second_clinician_of_two_procedures_signs_once(clinic: Path) -> None:
    other = {"who": "Radiologist", "statement": "I explained the X-rays."}
    on_form = {"signers": [*ON_FORM["signers"], other]}
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another", on_form=on_form)
    form = form_of(clinic, CODE, "SMALL-2")
    assert form.also_sign == ("Anesthesia clinician", "Radiologist")
    text = paragraphs(form.part.pdf)
    assert text.count("I explained the sedation.") == 1
    assert text.count("I explained the X-rays.") == 1


def test_second_clinicians_of_one_name_are_told_apart_on_a_fillable_form(clinic: Path) -> None:
    signers = [
        {"who": "Anesthesia clinician", "statement": "I explained the shot."},
        {"who": "Clinician", "statement": "I explained the tooth."},
    ]
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another", on_form={"signers": signers})
    request = FormRequest((CODE, "SMALL-2"), ("en",), Situation(), Layout(fillable=True))
    form = get_or_make_form(open_workspace(clinic), request)
    assert form.also_sign == (
        f"Anesthesia clinician ({CODE})",
        "Anesthesia clinician (SMALL-2)",
        "Clinician (SMALL-2)",
    )


def test_the_cover_counts_the_second_clinician(clinic: Path) -> None:
    workspace = open_workspace(clinic, open_store(clinic / "cache"))
    for _ in ("made", "kept"):
        made = packet(workspace, visit())
        order = work_order(made.papers[1:], made.plan.situation, made.plan.pack)
        who = [who for place in order["groups"][0]["papers"][0]["places"] for who in place["who"]]
        assert who == ["Patient", "Clinician", "Anesthesia clinician"]
        assert (order["signatures"], order["dates"]) == (3, 3)
        assert "Anesthesia clinician" in page_texts(made.pdf)[0]


def test_a_clause_may_be_answered_with_yes_or_no(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", clauses=["sensitive_exams"])
    heading = open_workspace().language("en").clauses["sensitive_exams"].heading
    form = form_of(clinic)
    assert {"sensitive_exams_yes", "sensitive_exams_no"} <= {slot.name for slot in form.part.slots}
    assert heading in paragraphs(form.part.pdf)
    assert heading not in paragraphs(open_workspace(clinic).render(CODE, variant="information").pdf)


VARIANT_OF: dict[str, Variant] = {
    **dict.fromkeys(("form/on_form.html", "form/signers.html"), "form"),
    **dict.fromkeys(("information/before_and_after.html", "information/what_it_is.html"), "information"),
    "table.html": "consent",
}
"""The part of a consent that a template is for: half as long, and as strict."""
LEFT_OUT = {
    "a table": (
        "information/before_and_after.html",
        '{{ table(one, "table_" ~ loop.index, one.heading) }}',
        "Rice, eggs",
    ),
    "signs to call": (
        "information/before_and_after.html",
        "{{ passage(procedure.warning_signs) }}",
        "you have a fever",
    ),
    "a further act": ("form/on_form.html", "{{ both(act, ", "Taking out growths"),
    "a second clinician": ("form/signers.html", "{{ both(said[0].statement, ", "I explained the sedation."),
}


@pytest.mark.parametrize(("template", "whole", "lost"), LEFT_OUT.values(), ids=LEFT_OUT)
def test_a_template_that_leaves_out_what_was_added_makes_no_paper(
    template: str, whole: str, lost: str, clinic: Path
) -> None:
    put = "" if whole.endswith("}}") else '{{ both("Yes.", '
    with pytest.raises(RenderingFailed, match=f"the finished page lacks .*{lost}"):
        open_workspace(with_template(clinic, template, whole, put)).render(CODE, variant=VARIANT_OF[template])


FILLED_IN = {
    **ON_FORM,
    "choices": [{"label": "Which side", "options": ["Left", "Right"]}],
    "blanks": ["Number of the tooth"],
    "initials": ["Put your initials here."],
}
OF_FORM, OF_INFORMATION = "form/on_form.html", "information/before_and_after.html"
LOST_PARTS: dict[str, tuple[str, str, str]] = {
    "the heading of a table": (OF_INFORMATION, "<h4>{{ one.heading }}</h4>", "lacks `What you eat and drink`"),
    "the note of a table": (OF_INFORMATION, "{% if one.note %}<p>{{ one.note }}</p>{% endif %}", "lacks `Broth counts"),
    "cells": (
        "table.html",
        "<td>{{ cell(name, heading, column, number, loop.index) }}</td>",
        "no place for `table_1_row_3_1`",
    ),
    "a caption": (
        "information/what_it_is.html",
        '<p class="picture-caption">{{ picture.caption }}</p>',
        "lacks `The way of the tube.`",
    ),
    "a picture": (
        "information/what_it_is.html",
        '<img src="asset:picture-{{ loop.index }}" alt="{{ picture.alternative }}">',
        "lacks the picture of `A tube goes through the large bowel.`",
    ),
    "the label of a choice": (
        OF_FORM,
        "<strong>{{ both_inline(choice.label, in_other and in_other.label) }}</strong>",
        "lacks `Which side`",
    ),
    "an option": (OF_FORM, "{% for option in choice.options %}", "no place for `code_small_1_choice_1_1`"),
    "a label of a line": (OF_FORM, "both_inline(blank, ", "lacks `Number of the tooth`"),
    "a line": (OF_FORM, 'rule(item.field ~ "_blank_"', "no place for `code_small_1_blank_1`"),
    "initials": (OF_FORM, 'rule(item.field ~ "_initials_"', "no place for `code_small_1_initials_1`"),
    "the name of a second clinician": ("form/signers.html", "both_inline(said[0].who,", "lacks `Anesthesia clinician`"),
    "the place of a second clinician": (
        "form/signers.html",
        '{{ sign_row("second_clinician_" ~ number, said[0].who) }}',
        "no place for `second_clinician_1_signature`",
    ),
}
PUT_INSTEAD = {
    "{% for option in choice.options %}": "{% for option in choice.options[:0] %}",
    "both_inline(blank, ": 'both_inline("Number", ',
    'rule(item.field ~ "_blank_"': 'rule("another_" ~ item.field',
    'rule(item.field ~ "_initials_"': 'rule("another_" ~ item.field',
    "both_inline(said[0].who,": 'both_inline("Another",',
}


@pytest.mark.parametrize(("template", "whole", "message"), LOST_PARTS.values(), ids=LOST_PARTS)
def test_a_template_that_loses_a_part_or_a_place_of_what_was_added_makes_no_paper(
    template: str, whole: str, message: str, clinic: Path
) -> None:
    write_procedure(clinic / "procedures", **{**ADDED, "on_form": FILLED_IN})
    with_template(clinic, template, whole, PUT_INSTEAD.get(whole, ""))
    with pytest.raises(RenderingFailed, match=message):
        open_workspace(clinic).render(CODE, variant=VARIANT_OF[template])


@pytest.mark.parametrize("languages", [("en",), ("es", "en")], ids="-".join)
def test_the_form_of_a_visit_has_each_place_and_label_in_each_language(
    languages: tuple[str, ...], clinic: Path
) -> None:
    write_procedure(clinic / "procedures", **{**ADDED, "on_form": FILLED_IN})
    spanish = {
        "also_agree": ["Sacar bultos", "Sangre"],
        "signers": [{"who": "Anestesia", "statement": "Sí."}],
        "choices": [{"label": "Qué lado", "options": ["Izquierdo", "Derecho"]}],
        "blanks": ["Número del diente"],
        "initials": ["Ponga sus iniciales."],
    }
    translates = text_hash(small_procedure(**{**ADDED, "on_form": FILLED_IN}))
    write_translation(clinic / "procedures", translates=translates, **{**ADDED, "on_form": spanish})
    assert form_of(clinic, languages=languages).pages
    with_template(clinic, OF_FORM, 'tick(item.field ~ "_choice_"', 'tick("another_" ~ loop.index ~ "_" ~ number')
    with pytest.raises(RenderingFailed, match="no place for `code_small_1_choice_1_1`"):
        form_of(clinic, languages=languages)


# --- pictures ---

BAD_PICTURES = {
    "absent": (None, {}, "bowel.png”, which is not in "),
    "no picture": (b"GIF89a", {}, "is not a PNG or JPEG picture"),
    "no words": (png(), {"alternative": None}, "alternative: is missing"),
    "empty words": (png(), {"alternative": ""}, "alternative: "),
    "in another folder": (png(), {"file": "../bowel.png"}, "file: "),
}


@pytest.mark.parametrize(("data", "changes", "message"), BAD_PICTURES.values(), ids=BAD_PICTURES)
@pytest.mark.parametrize("command", ["check", "render"])
def test_a_picture_that_can_not_be_used_is_named_with_file_and_line(
    command: str, data: bytes | None, changes: dict[str, Any], message: str, call: Call, tmp_path: Path
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    if data is not None:
        with_picture(clinic, data=data)
    shown = {key: value for key, value in {**SHOWN, **changes}.items() if value is not None}
    path = write_procedure(clinic / "procedures", pictures=[shown])
    done = call(command, path if command == "check" else CODE, "--clinic", clinic)
    assert done.code != 0
    said = done.stderr + done.stdout.decode()
    assert message in said.replace('"', "”").replace("`", "”") or message in said, said
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if '"pictures"' in text)
    assert any(f"{path}:{number}:" in said for number in range(line, line + 6)), said
    assert not (Path.cwd() / f"{CODE}.pdf").exists()


def test_another_picture_is_another_text_and_another_document(clinic: Path) -> None:
    workspace = open_workspace(clinic, open_store(clinic / "cache"))
    sought = workspace.find(CODE, Layout(), variant="information")
    refusal = workspace.render(CODE, variant="refusal").content_hash
    first = get_or_make(workspace, sought)
    assert get_or_make(workspace, sought).document.pdf == first.document.pdf
    with_picture(clinic, data=png(90))
    second = get_or_make(workspace, sought)
    assert second.document.content_hash != first.document.content_hash
    assert second.document.pdf != first.document.pdf
    assert [name for name in first.digests if first.digests[name] != second.digests[name]] == ["pictures"]
    assert workspace.render(CODE, variant="refusal").content_hash == refusal


def test_a_picture_counts_though_its_key_is_written_with_an_escape(clinic: Path) -> None:
    path = clinic / "procedures" / f"{CODE}.yaml"
    path.write_text(path.read_text().replace('"pictures"', '"pict\\u0075res"'))
    workspace = open_workspace(clinic, open_store(clinic / "cache"))
    sought = workspace.find(CODE, Layout(), variant="information")
    first = get_or_make(workspace, sought).document
    with_picture(clinic, data=png(90))
    assert get_or_make(workspace, sought).document.content_hash != first.content_hash


def test_a_translation_may_show_a_picture_of_its_own(clinic: Path) -> None:
    text = {**ADDED, "pictures": [{**SHOWN, "file": "intestino.png", "alternative": "Un tubo pasa por el intestino."}]}
    with_picture(clinic, "intestino.png", png(120))
    write_translation(clinic / "procedures", translates=text_hash(small_procedure(**ADDED)), **text)
    workspace = open_workspace(clinic, open_store(clinic / "cache"))
    made = workspace.render(CODE, language="es", variant="information")
    with pikepdf.open(io.BytesIO(made.pdf)) as pdf:
        figures = [element for element in File(pdf).elements if element.role == "Figure"]
        assert [str(figure.dictionary.Alt) for figure in figures] == ["Un tubo pasa por el intestino."]
    with_picture(clinic, "intestino.png", png(30))
    assert workspace.render(CODE, language="es", variant="information").content_hash != made.content_hash


def test_a_file_from_elsewhere_has_its_pictures_beside_it(tmp_path: Path) -> None:
    path = write_procedure(with_picture(tmp_path), pictures=[SHOWN])
    assert SHOWN["caption"] in readable_text(open_workspace().render(path, variant="information").pdf)


# --- translations ---


@pytest.mark.parametrize("key", ADDED)
def test_a_translation_that_lacks_what_was_added_is_refused(key: str, call: Call, clinic: Path) -> None:
    text = {name: value for name, value in ADDED.items() if name != key}
    path = write_translation(clinic / "procedures", translates=text_hash(small_procedure(**ADDED)), **text)
    with pytest.raises(InvalidInput, match=key) as caught:
        open_workspace(clinic).render(CODE, language="es")
    assert path.name in str(caught.value)
    reported = call("check", "--clinic", clinic, path).stdout.decode()
    assert f"lacks `{key}`, which the original has" in reported, reported


LOST_INSIDE: dict[str, tuple[dict[str, Any], str]] = {
    "a row": (
        {"tables": [{**TABLE, "rows": TABLE["rows"][:1]}]},
        "tables[1].rows: has one entry, but the original has 2",
    ),
    "the note of a table": (
        {"tables": [{key: value for key, value in TABLE.items() if key != "note"}]},
        "tables[1]: lacks `note`, which the original has",
    ),
    "a caption": (
        {"pictures": [{key: value for key, value in SHOWN.items() if key != "caption"}]},
        "pictures[1]: lacks `caption`, which the original has",
    ),
    "an option": (
        {"on_form": {**ON_FORM, "choices": [{"label": "Qué tan profundo", "options": ["Profundo", "Ligero"]}]}},
        "on_form.choices[1].options: has 2 entries, but the original has 3 entries",
    ),
}


@pytest.mark.parametrize(("changes", "message"), LOST_INSIDE.values(), ids=LOST_INSIDE)
def test_a_translation_that_lacks_something_inside_of_what_was_added_is_refused(
    changes: dict[str, Any], message: str, call: Call, clinic: Path
) -> None:
    on_form = {**ON_FORM, "choices": [{"label": "How deep", "options": ["Full", "Light", "None"]}]}
    original = {**ADDED, "on_form": on_form}
    write_procedure(clinic / "procedures", **original)
    path = write_translation(
        clinic / "procedures", translates=text_hash(small_procedure(**original)), **{**original, **changes}
    )
    with pytest.raises(InvalidInput) as caught:
        open_workspace(clinic).render(CODE, language="es")
    assert message in str(caught.value)
    assert message in call("check", "--clinic", clinic, path).stdout.decode()


@pytest.mark.parametrize("command", [("render",), ("approve", "--yes", "--by", "Ann Ray")])
def test_a_translation_that_loses_a_risk_is_neither_made_nor_approved(
    command: tuple[str, ...], call: Call, tmp_path: Path
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    risks = {"common": ["You may feel worse for a day.", "You may bleed."], "what_helps": "Tell us."}
    path = write_procedure(clinic / "procedures", risks=risks).with_name(f"{CODE}.es.yaml")
    write_translation(clinic / "procedures", translates=text_hash(small_procedure(risks=risks)))
    refused = call(*command, CODE, "--lang", "es", "--clinic", clinic)
    assert refused.code == 3, refused
    assert f"{path.name}:" in refused.stderr
    assert "risks.common: has one entry, but the original has 2 entries" in refused.stderr
    assert not (clinic / "approvals.yaml").exists()


def test_two_languages_on_one_form_have_what_was_added_in_both(clinic: Path) -> None:
    on_form = {
        "also_agree": ["Sacar bultos", "Sangre de donantes"],
        "signers": [{"who": "Anestesia", "statement": "Sí."}],
    }
    translates = text_hash(small_procedure(**ADDED))
    write_translation(clinic / "procedures", translates=translates, **{**ADDED, "on_form": on_form})
    text = paragraphs(form_of(clinic, languages=("es", "en")).part.pdf)
    assert {"Sacar bultos", "Taking out growths", "Sí.", "I explained the sedation."} <= set(text)


# --- clauses that do not fit ---


def test_a_procedure_is_without_a_clause_that_does_not_fit_it_and_others_keep_it(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", code="SMALL-2", title="Another", without=["course"])
    heading = open_workspace().language("en").clauses["course"].heading
    texts = [readable_text(open_workspace(clinic).render(code).pdf) for code in (CODE, "SMALL-2")]
    assert [heading in text for text in texts] == [True, False]


def test_a_form_of_several_procedures_has_a_clause_unless_all_are_without_it(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    for code in ("SMALL-2", "SMALL-3"):
        write_procedure(clinic / "procedures", code=code, title=f"Number {code[-1]}", without=["parking"])
    (clinic / "clauses.en.yaml").write_text(
        "clauses: {parking: {heading: Where to park, text: Park here., always: true, form: true, source: house rule}}"
    )
    forms = [form_of(clinic, *codes) for codes in ((CODE, "SMALL-2"), ("SMALL-2", "SMALL-3"))]
    assert ["Park here." in paragraphs(form.part.pdf) for form in forms] == [True, False]


def test_the_clause_on_video_is_left_out_but_not_at_a_visit_by_video(tmp_path: Path) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", without=["telehealth"])
    heading = open_workspace().language("en").clauses["telehealth"].heading
    forms = [form_of(clinic, loose=True), form_of(clinic, telehealth=True)]
    assert [heading in paragraphs(form.part.pdf) for form in forms] == [False, True]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        *(({"without": [name]}, f"drops `{name}`") for name in ("rights", "confidentiality", "fees", "language_help")),
        ({"without": ["third_parties"]}, "clauses.LANGUAGE.yaml"),
        ({"without": ["no_such_clause"]}, "which the language pack has no clause for"),
        ({"without": ["crisis_plan"], "clauses": ["crisis_plan"]}, "which is also under `clauses`"),
    ],
)
def test_what_no_procedure_may_be_without_is_named(
    changes: dict[str, Any], message: str, call: Call, tmp_path: Path
) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    path = write_procedure(clinic / "procedures", **changes)
    line = next(number for number, text in enumerate(path.read_text().splitlines(), 1) if '"without"' in text)
    for done in (call("check", "--clinic", clinic, path), call("render", CODE, "--clinic", clinic)):
        said = done.stderr + done.stdout.decode()
        assert done.code != 0
        assert message in said, said
        assert f"{path}:{line}:" in said or f"{path}:{line + 1}:" in said, said
