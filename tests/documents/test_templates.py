"""Templates may come from anywhere: they reach nothing but their values, they end, and they lose nothing."""

from __future__ import annotations

import io
import os
import re
import tempfile
import time
from pathlib import Path
from typing import Any

import pikepdf
import pytest
from jinja2 import Environment

from consentkit.cache.store import key_of
from consentkit.documents.making import make_document
from consentkit.documents.opening import open_workspace
from consentkit.errors import InvalidInput, RenderingFailed, UnknownCode
from consentkit.library.approvals import Variant
from consentkit.library.languages import load_language
from consentkit.model.clinic import Clinic
from consentkit.model.identity import Layout
from consentkit.packets.sheets import SheetSpec, sheet
from consentkit.pdf.read.structure_text import readable_text
from consentkit.problems import Problem
from consentkit.processes.limits import Limits, run_limited
from consentkit.resources import shipped
from kit.composing import page_of
from kit.packets import CHILD, MOTHER, packet, visit
from kit.small import make_clinic, small_procedure, write_procedure

SECRET = "SECRET-OF-THE-MACHINE"
QUICK = Limits(seconds=1)


def compose_with(folder: Path, template: str, **values: Any) -> str:
    """Compose the page of the small procedure with a template in place of consent.html."""
    folder.mkdir(exist_ok=True)
    (folder / "consent.html").write_text(template, encoding="utf-8")
    templates = (folder, shipped("templates"))
    return page_of(small_procedure(**values), Clinic(), load_language(templates, "en"), templates).html


# --- the sandbox ---

ATTACKS = {
    "class": "{{ ''.__class__ }}",
    "class by index": "{{ ''['__class__'] }}",
    "class by filter": "{{ ''|attr('__class__') }}",
    "class by map": "{{ [procedure]|map(attribute='__class__')|first|string }}",
    "class by format": "{{ '{0.__class__}'.format(procedure) }}",
    "class by format_map": "{{ '{x.__class__}'.format_map({'x': procedure}) }}",
    "bases": "{{ procedure.__class__.__mro__ }}",
    "parse_file": "{{ procedure.parse_file('/etc/passwd') }}",
    "parse_file by index": "{{ procedure['parse_file'] }}",
    "parse_file by filter": "{{ (procedure|attr('parse_file'))('/etc/passwd') }}",
    "parse_file of a part": "{{ procedure.risks.parse_file('/etc/passwd') }}",
    "parse_file of the clinic": "{{ clinic.parse_file('/etc/passwd') }}",
    "parse_file of the words": "{{ words.page.parse_file('/etc/passwd') }}",
    "construct": "{{ procedure.model_construct() }}",
    "copy": "{{ procedure.model_copy(update={'title': 'x'}) }}",
    "configuration": "{{ procedure.model_config }}",
    "globals of a function": "{{ fill.__globals__ }}",
    "code of a function": "{{ fill.__code__ }}",
    "owner of a method": "{{ write_day.__self__ }}",
    "frame of a generator": "{{ pieces('x').gi_frame.f_globals }}",
    "globals of a macro": "{% macro m() %}{% endmacro %}{{ m.__init__.__globals__ }}",
    "template itself": "{{ self.__init__.__globals__ }}",
    "context": "{{ self._TemplateReference__context }}",
    "cycler": "{{ cycler.__init__.__globals__ }}",
    "joiner": "{{ joiner('x') }}",
    "namespace": "{% set x = namespace(a=1) %}",
    "lipsum": "{{ lipsum() }}",
    "range": "{% for _ in range(9) %}{% endfor %}",
    "dict": "{{ dict(a=1) }}",
    "changing a list": "{% set x = [] %}{{ x.append(1) }}",
    "changing the words": "{{ words.clauses.clear() }}",
    "safe": "{{ procedure.title|safe }}",
    "tojson": "{{ procedure.title|tojson }}",
    "urlize": "{{ procedure.title|urlize }}",
    "xmlattr": "{{ {'a': 1}|xmlattr }}",
    "autoescape off": "{% autoescape false %}{{ procedure.title }}{% endautoescape %}",
    "autoescape on": "{% autoescape true %}{% endautoescape %}",
    "extension": "{% do 1 %}",
    "unknown name": "{{ missing }}",
    "unknown name in a test": "{% if missing %}{% endif %}",
    "unknown name in a loop": "{% for x in missing %}{% endfor %}",
    "misspelt field": "{{ procedure.titel }}",
    "misspelt word": "{{ words.headings.riks }}",
    "folder above": "{% include '../clinic.yaml' %}",
    "folder above, hidden": "{% include 'languages/../../clinic.yaml' %}",
    "absolute": "{% include '/etc/passwd' %}",
    "import from above": "{% import '../secret.html' as x %}",
    "extends from above": "{% extends '../secret.html' %}",
    "list of names": "{% include ['../secret.html', '/etc/passwd'] %}",
    "folder": "{% include 'languages' %}",
    "NUL": r"{% include 'a\x00b' %}",
    "syntax": "{% if %}",
    "division": "{{ 1 / 0 }}",
}


@pytest.mark.parametrize("attack", ATTACKS.values(), ids=ATTACKS)
def test_a_hostile_or_faulty_template_is_refused_with_its_place(attack: str, tmp_path: Path) -> None:
    (tmp_path / "secret.html").write_text(SECRET)
    (tmp_path / "clinic.yaml").write_text(SECRET)
    with pytest.raises(RenderingFailed) as caught:
        compose_with(tmp_path / "templates", f"<p>\n{attack}")
    message = str(caught.value)
    assert "consent.html:2: " in message
    assert SECRET not in message
    assert "root:" not in message


@pytest.mark.parametrize(
    "attack", ["{{ procedure.title }}", "{{ procedure['title'] }}", "{{ words.page.draft|upper }}"]
)
def test_what_templates_are_for_still_works(attack: str, tmp_path: Path) -> None:
    assert compose_with(tmp_path, attack)


def test_a_template_that_has_changed_counts_although_templates_are_compiled_once(tmp_path: Path) -> None:
    folder = tmp_path / "templates"
    assert [compose_with(folder, text) for text in ("one", "one", "two", "one")] == ["one", "one", "two", "one"]


def test_a_template_that_was_compiled_before_is_not_compiled_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compose_with(tmp_path / "templates", "one")
    monkeypatch.setattr(Environment, "compile", lambda *_arguments, **_options: pytest.fail("compiled again"))
    assert compose_with(tmp_path / "templates", "one") == "one"


def test_values_are_escaped_in_text_attributes_and_macros(tmp_path: Path) -> None:
    template = (
        "{% macro m(x) %}<i>{{ x }}</i>{% endmacro %}{% set block %}{{ procedure.title }}{% endset %}"
        '<a title="{{ procedure.title }}">{{ m(procedure.title) }}{{ block }}</a>{{ procedure.title|upper }}'
    )
    html = compose_with(tmp_path, template, title="<b>'\"&amp;{{ 7 * 7 }}{% raw %}")
    assert "<b>" not in html.lower()
    assert "49" not in html
    assert html.count("&lt;b&gt;&#39;&#34;&amp;amp;{{ 7 * 7 }}{% raw %}") == 3


def test_a_missing_piece_is_named_with_the_template_that_asks_for_it(tmp_path: Path) -> None:
    with pytest.raises(RenderingFailed, match=r"consent\.html:3: there is no template `piece\.html`"):
        compose_with(tmp_path, "\n\n{% include 'piece.html' %}")


def test_a_fault_in_an_included_template_is_told_with_the_place_in_that_one(tmp_path: Path) -> None:
    (tmp_path / "clinic.html").write_text("\n{{ clinic.nmae }}")
    with pytest.raises(RenderingFailed, match=r"clinic\.html:2: .*nmae"):
        compose_with(tmp_path, "{% include 'clinic.html' %}")


# --- links, pipes and large files in a clinic's folder ---


def test_no_link_leads_out_of_the_folder_of_templates(tmp_path: Path) -> None:
    outside = tmp_path / "outside"
    outside.mkdir()
    (outside / "secret.html").write_text(SECRET)
    templates = tmp_path / "templates"
    templates.mkdir()
    (templates / "file.html").symlink_to(outside / "secret.html")
    (templates / "folder").symlink_to(outside)
    (templates / "dangling.html").symlink_to(outside / "nothing")
    for name in ("file.html", "folder/secret.html", "dangling.html"):
        for statement in ("include", "extends"):
            with pytest.raises(RenderingFailed, match="symbolic link"):
                compose_with(templates, f"{{% {statement} '{name}' %}}")


def test_a_folder_of_templates_may_itself_be_reached_through_a_link(tmp_path: Path) -> None:
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert compose_with(tmp_path / "link", "{{ procedure.code }}") == "SMALL-1"


def test_a_template_that_is_a_pipe_or_a_device_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.html")
    with pytest.raises(RenderingFailed, match="not a regular file"):
        compose_with(tmp_path, "{% include 'pipe.html' %}")


def test_a_template_of_unreasonable_size_is_refused(tmp_path: Path) -> None:
    (tmp_path / "large.html").write_text("x" * 300_000)
    with pytest.raises(RenderingFailed, match="at most"):
        compose_with(tmp_path, "{% include 'large.html' %}")


def test_a_style_sheet_that_is_a_link_is_refused(tmp_path: Path) -> None:
    (tmp_path / "secret.css").write_text("p { color: red; }")
    clinic = make_clinic(tmp_path / "clinic", templates={"note.html": ""})
    (clinic / "templates/print.css").symlink_to(tmp_path / "secret.css")
    with pytest.raises(InvalidInput, match="symbolic link"):
        open_workspace(clinic).render("SMALL-1")


# --- templates that cost too much ---


def render_within(limits: Limits, tmp_path: Path, templates: dict[str, str]) -> None:
    workspace = open_workspace(make_clinic(tmp_path / "clinic", templates=templates))
    run_limited(make_document, workspace.content("SMALL-1"), Layout(), workspace.source(), limits=limits)


LOOP = "{% for a in x %}" * 6 + "{% endfor %}" * 6
FLOOD = "<html lang=en><body>" + "<p>one<p>two" * 20_000
ENDLESS = {
    "loops": {"consent.html": "{% set x = 'x' * 9999 %}" + LOOP},
    "power": {"consent.html": "{% if 7 ** (10 ** 9) %}{% endif %}"},
    "pages": {"consent.html": FLOOD, "print.css": "", "paper-letter.css": "@page { size: 30mm; margin: 0; }"},
}


@pytest.mark.parametrize("templates", ENDLESS.values(), ids=ENDLESS)
def test_an_endless_template_is_ended_and_leaves_no_temporary_files(
    templates: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with pytest.raises(RenderingFailed, match="took more than 1 seconds"):
        render_within(QUICK, tmp_path, templates)
    assert list(temporary.iterdir()) == []


GREEDY = {
    "text": {"consent.html": "{{ ('x' * 10 ** 10)|length }}"},
    "doubling": {"consent.html": "{% set x = 'x' * 10 ** 8 %}{{ [x ~ x, x ~ x ~ x, x ~ x ~ x ~ x]|join|length }}"},
}


@pytest.mark.parametrize("templates", GREEDY.values(), ids=GREEDY)
def test_a_template_that_eats_memory_is_ended(templates: dict[str, str], tmp_path: Path) -> None:
    own = int(Path("/proc/self/statm").read_text().split()[0]) * os.sysconf("SC_PAGE_SIZE")
    with pytest.raises(RenderingFailed, match=r"memory|MemoryError"):
        render_within(Limits(seconds=20, memory=own + 256 * 1024**2), tmp_path, templates)


def fail_strangely(_number: int) -> int:
    raise LookupError(SECRET)


def fail_knowingly() -> None:
    raise InvalidInput([Problem("a.yaml", 1, 2, "title", "is empty")])


def fill_the_disk() -> int:
    with tempfile.TemporaryFile() as file:
        return file.write(b"x" * 200_000)


def test_a_function_under_limits_returns_its_result_however_large() -> None:
    assert run_limited(bytes, 5_000_000) == bytes(5_000_000)


def test_our_own_errors_come_back_whole() -> None:
    with pytest.raises(InvalidInput) as caught:
        run_limited(fail_knowingly)
    assert [str(problem) for problem in caught.value.problems] == ["a.yaml:1:2: title: is empty"]
    with pytest.raises(UnknownCode, match="did you mean"):
        run_limited(open_workspace().library.path, "90873")


def test_an_error_that_nobody_expects_is_told_without_its_text(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RenderingFailed, match="LookupError") as caught:
        run_limited(fail_strangely, 1)
    stdout, stderr = capfd.readouterr()
    assert SECRET not in str(caught.value) + stdout + stderr
    assert "Traceback" not in stderr


def test_a_process_that_dies_is_told_in_one_line() -> None:
    with pytest.raises(RenderingFailed, match="crashed") as caught:
        run_limited(os._exit, 11)
    assert "\n" not in str(caught.value)


def test_a_file_that_grows_too_large_is_stopped() -> None:
    with pytest.raises(RenderingFailed):
        run_limited(fill_the_disk, limits=Limits(file_size=100_000))
    assert run_limited(fill_the_disk) == 200_000


def test_a_sleeping_process_is_ended_too() -> None:
    with pytest.raises(RenderingFailed, match="no page after 1 seconds"):
        run_limited(time.sleep, 30, limits=Limits(elapsed=1))


ENDLESS_IN_A_CLINIC = {
    "loops": (ENDLESS["loops"], r"templates/consent\.html:1: .*took more than 1 seconds"),
    "pages": (ENDLESS["pages"], r"templates/consent\.html.*took more than 1 seconds"),
    "power": (ENDLESS["power"], r"templates/consent\.html: .*took more than 1 seconds"),
    "memory": ({"consent.html": "\n\n{{ ('x' * 10 ** 10)|length }}"}, r"templates/consent\.html:3: .*more memory"),
}


@pytest.mark.parametrize(("templates", "message"), ENDLESS_IN_A_CLINIC.values(), ids=ENDLESS_IN_A_CLINIC)
def test_what_costs_too_much_is_told_with_the_template(
    templates: dict[str, str], message: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consentkit.processes.limits.Limits", lambda: QUICK)
    workspace = open_workspace(make_clinic(tmp_path / "clinic", templates=templates))
    with pytest.raises(RenderingFailed, match=message):
        workspace.render("SMALL-1")


def test_a_template_gets_20_seconds_of_computing_time_however_long_these_take_and_800_megabytes() -> None:
    assert (Limits().seconds, Limits().memory) == (20, 800_000_000)
    assert Limits().elapsed >= 40 * Limits().seconds


# --- templates that lose what must be read ---

PAGE = """{% from "parts.html" import passage %}
<!doctype html><html lang="en"><head><title>x</title></head><body><h1>{{ procedure.title }}</h1>
{% for row in ("what", "why", "how_long", "main_risk", "your_choice") %}<p>{{ procedure.summary[row] }}</p>{% endfor %}
<ul>{% for risk in procedure.risks.common %}<li><p>{{ risk }}</p></li>{% endfor %}</ul>
<ul>{% for risk in procedure.risks.rare %}<li><p class="rare">{{ risk }}</p></li>{% endfor %}</ul>
{{ passage(procedure.risks.what_helps) }}
{% if procedure.risks.get_help_now %}<div class="help">{{ passage(procedure.risks.get_help_now) }}</div>{% endif %}
<ul>{% for benefit in procedure.benefits["items"] %}<li><p>{{ benefit }}</p></li>{% endfor %}</ul>
{% for choice in procedure.alternatives["items"] %}<p>{{ choice.name }}</p>
<ul>{% for side in choice.good + choice.less_good %}<li><p>{{ side }}</p></li>{% endfor %}</ul>{% endfor %}
{{ passage(procedure.no_treatment) }}
{% for clause in clauses.values() %}{{ passage(clause.text) }}{% endfor %}
</body></html>"""
CONSENT = PAGE.replace("</body>", '{% include "form/pages.html" %}</body>')
STYLE = 'html { font-family: "consentkit body"; } @page { margin: 20mm; }'
RISKS = {
    "common": ["You may feel worse.", "You may cry."],
    "rare": ["You may feel worse."],
    "what_helps": "Rest.",
    "get_help_now": {"intro": "Call for help.", "items": ["Call 988."], "note": "Call 911."},
}


def render_with(tmp_path: Path, page: str, style: str = STYLE, variant: Variant = "information") -> str:
    clinic = make_clinic(tmp_path / "clinic", templates={f"{variant}.html": page, "print.css": style})
    return readable_text(open_workspace(clinic).render(small_procedure(risks=RISKS), variant=variant).pdf)


def test_a_template_of_another_design_makes_a_document(tmp_path: Path) -> None:
    text = render_with(tmp_path, CONSENT, variant="consent")
    assert text.count("You may feel worse.") == 2
    assert text.count("You may feel worse") == 4  # two of them on the form, as phrases without a full stop


@pytest.mark.parametrize(
    ("whole", "part", "lost"),
    [
        ("procedure.risks.common", "procedure.risks.common[1:]", "You may feel worse."),
        ("procedure.risks.rare", "[]", "You may feel worse."),
        ('procedure.benefits["items"]', "[]", "You may feel better."),
        ("<p>{{ choice.name }}</p>", "", "Waiting"),
        ("choice.good + choice.less_good", "choice.good", "It may take long."),
        ("{{ risk }}", "{{ risk.text|truncate(12) }}", "You may feel worse."),
        ("{{ risk }}", "{{ risk|replace('may', 'will not') }}", "You may feel worse."),
        ('<p class="rare">', '<p class="rare" aria-hidden="true">', "You may feel worse."),
        ('"main_risk", ', "", "You may feel sad."),
        ("{{ passage(procedure.risks.what_helps) }}", "", "Rest."),
        ("{{ passage(procedure.risks.get_help_now) }}", "", "Call 988."),
        ("{{ passage(procedure.risks.get_help_now) }}", "<p>Call for help.</p><p>Call 988.</p>", "Call 911."),
        ("{{ passage(procedure.no_treatment) }}", "", "Things may stay as they are."),
        ("clauses.values()", "(clauses.values() | list)[1:]", "You can have a trained interpreter"),
    ],
)
def test_a_template_that_drops_or_changes_what_must_be_read_makes_no_document(
    whole: str, part: str, lost: str, tmp_path: Path
) -> None:
    assert PAGE.count(whole) in (1, 2)
    with pytest.raises(RenderingFailed, match="the finished page lacks") as caught:
        render_with(tmp_path, PAGE.replace(whole, part))
    assert lost in str(caught.value)


def test_what_an_information_must_say_is_required_of_a_consent_too(tmp_path: Path) -> None:
    page = CONSENT.replace("{{ passage(procedure.no_treatment) }}", "")
    with pytest.raises(RenderingFailed, match=r"the finished page lacks `Things may stay as they are\.`;"):
        render_with(tmp_path, page, variant="consent")


@pytest.mark.parametrize(
    "rule",
    [
        ".rare { display: none }",
        ".rare { opacity: 0 }",
        ".rare { color: #fff }",
        ".rare { height: 0; overflow: hidden }",
        ".rare { margin-left: -300mm }",
        ".rare { font-size: 0 }",
    ],
)
def test_a_style_sheet_that_hides_a_risk_makes_no_document(rule: str, tmp_path: Path) -> None:
    with pytest.raises(RenderingFailed, match=r"the finished page lacks `You may feel worse\.`|leaves out text"):
        render_with(tmp_path, PAGE, STYLE + rule)


@pytest.mark.parametrize("large_print", [False, True])
@pytest.mark.parametrize("variant", ["consent", "information", "refusal"])
def test_a_style_sheet_that_hides_where_to_get_help_makes_no_document(
    variant: Variant, large_print: bool, tmp_path: Path
) -> None:
    clinic = make_clinic(tmp_path / "clinic", templates={"large.css" if large_print else "print.css": ""})
    sheet = clinic / "templates" / ("large.css" if large_print else "print.css")
    sheet.write_text((shipped("templates") / sheet.name).read_text() + ".notice, .get-help { color: transparent }")
    with pytest.raises(
        RenderingFailed, match=r"the finished page lacks `Call for help\.`, `Call 911\.`, `Call 988\.`;"
    ):
        open_workspace(clinic).render(small_procedure(risks=RISKS), variant=variant, large_print=large_print)


@pytest.mark.parametrize(
    ("variant", "part", "lost"),
    [
        ("plan", "{{ words.plan.call }}", "Call or text 988 at any hour"),
        ("plan", "{{ words.plan.call_note }}", "call 911"),
        ("plan", "<h2>{{ step.heading }}</h2>", "Signs that a crisis is coming"),
        ("plan", "<p>{{ step.hint }}</p>", "Thoughts, moods or events"),
        ("refusal", "{{ procedure.summary.what }}", "A talk."),
        ("refusal", "{{ procedure.summary.why }}", "It may help."),
        ("refusal", "{{ passage(procedure.no_treatment) }}", "Things may stay as they are."),
        ("refusal", "{{ prose(words.refusal.open_door.text) }}", "You can change your mind at any time."),
        ("refusal", "{{ passage(procedure.risks.get_help_now) }}", "Call 911."),
    ],
)
def test_a_paper_of_one_page_that_lacks_what_must_be_read_is_not_made(
    variant: Variant, part: str, lost: str, tmp_path: Path
) -> None:
    template = (shipped("templates") / f"{variant}.html").read_text()
    assert template.count(part) == 1
    clinic = make_clinic(tmp_path / "clinic", templates={f"{variant}.html": template.replace(part, "Something else")})
    with pytest.raises(RenderingFailed, match="the finished page lacks") as caught:
        open_workspace(clinic).render(small_procedure(risks=RISKS, plan="crisis"), variant=variant)
    assert lost in str(caught.value)


@pytest.mark.parametrize(
    ("part", "lost"),
    [
        ('<p class="agreement">{{ agreement }}</p>', "I say no to “A small procedure” (code SMALL-1) for now."),
        ('{% for block in signatures.blocks if block.role == "clinician" %}', "`clinician_signature`"),
    ],
)
def test_a_refusal_that_lacks_what_is_signed_is_not_made(part: str, lost: str, tmp_path: Path) -> None:
    template = (shipped("templates") / "refusal/decision.html").read_text()
    assert template.count(part) == 1
    gone = template.replace(part, part.replace("signatures.blocks", "[]") if "for" in part else "")
    clinic = make_clinic(tmp_path / "clinic", templates={"refusal/decision.html": gone})
    with pytest.raises(RenderingFailed, match=r"the finished page (lacks|has no place for)") as caught:
        open_workspace(clinic).render(small_procedure(), variant="refusal")
    assert lost in str(caught.value)


def test_a_plan_of_five_steps_is_not_made(tmp_path: Path) -> None:
    template = (shipped("templates") / "plan.html").read_text()
    fewer = template.replace("in words.plan.steps %}", "in words.plan.steps[1:] %}")
    clinic = make_clinic(tmp_path / "clinic", templates={"plan.html": fewer})
    with pytest.raises(RenderingFailed, match="the finished page lacks `Signs that a crisis is coming`"):
        open_workspace(clinic).render(small_procedure(plan="crisis"), variant="plan")


@pytest.mark.parametrize(
    ("template", "part", "changes"),
    [
        ("form/clause.html", "{{ both_passage(clause.text, other and other.text) }}", {"place": "telehealth"}),
        ("form/signers.html", "{{ both_items(asked.statements, other and other.statements) }}", {}),
    ],
)
def test_a_form_that_lacks_what_its_visit_calls_for_makes_no_packet(
    template: str, part: str, changes: dict[str, Any], tmp_path: Path
) -> None:
    text = (shipped("templates") / template).read_text()
    assert text.count(part) == 1
    clinic = make_clinic(tmp_path / "clinic", templates={template: text.replace(part, "<p>Something else</p>")})
    child = visit(patient=CHILD, representative=MOTHER, **changes)
    with pytest.raises(RenderingFailed, match="the finished page lacks"):
        packet(open_workspace(clinic), child)


def test_one_paragraph_that_only_contains_the_text_of_a_risk_does_not_stand_for_it(tmp_path: Path) -> None:
    with pytest.raises(RenderingFailed, match="the finished page lacks"):
        render_with(tmp_path, PAGE.replace("{{ risk }}", "It is not true that {{ risk }}"))


# --- links, page sizes and faults that only the finished page shows ---


def refused(tmp_path: Path, page: str, style: str = STYLE, **more: str) -> str:
    """The message with which the document of a clinic's templates is refused."""
    templates = {"information.html": page, "print.css": style, **more}
    workspace = open_workspace(make_clinic(tmp_path / "clinic", templates=templates))
    with pytest.raises(RenderingFailed) as caught:
        workspace.render("SMALL-1", variant="information")
    return str(caught.value)


def with_body(markup: str, head: str = "") -> str:
    return PAGE.replace("</body>", f"\n{markup}\n</body>").replace("</head>", f"{head}</head>")


FORBIDDEN_LINKS = {
    "script": '<a href="javascript:alert(1)">x</a>',
    "capitals": '<a href="JaVaScRiPt:alert(1)">x</a>',
    "entity": '<a href="&#106;avascript&colon;alert(1)">x</a>',
    "line feed": '<a href="java&#10;script:alert(1)">x</a>',
    "spaces before": '<a href="  &#1; javascript:alert(1)">x</a>',
    "file": '<a href="file:///etc/passwd">x</a>',
    "data": '<a href="data:text/html,x">x</a>',
    "plain http": '<a href="http://example.org/">x</a>',
    "ftp": '<a href="ftp://example.org/">x</a>',
    "unknown": '<a href="x-evil:y">x</a>',
    "relative": '<a href="other.pdf">x</a>',
    "absolute path": '<a href="/etc/passwd">x</a>',
    "any scheme": '<a href="//example.org/x">x</a>',
    "https without a host": '<a href="https:evil">x</a>',
    "area": '<map name="m"><area href="javascript:x" shape="rect" coords="0,0,9,9"></map>',
    "drawing": '<svg width="9" height="9"><a xlink:href="javascript:x"><text>x</text></a></svg>',
    "drawing of today": '<svg width="9" height="9"><a href="javascript:x"><text>x</text></a></svg>',
    "unseen": '<a href="javascript:x" style="display: none">x</a>',
    "attachment": '<a rel="attachment" href="file:///etc/passwd">x</a>',
    "form": '<form action="javascript:x"><p>x</p></form>',
    "button": '<form><input type="submit" formaction="http://example.org/"></form>',
    "style": '<p style="link: url(javascript:x)">x</p>',
    "value": '{% set place = "java" %}<a href="{{ place }}script:x">x</a>',
}


@pytest.mark.parametrize("link", FORBIDDEN_LINKS.values(), ids=FORBIDDEN_LINKS)
def test_a_link_leads_to_the_web_a_telephone_or_a_mailbox_only(link: str, tmp_path: Path) -> None:
    assert "templates/information.html" in refused(tmp_path, with_body(link))


@pytest.mark.parametrize("base", ["javascript:x/", "file:///etc/", "http://example.org/"])
def test_no_base_address_leads_a_link_elsewhere(base: str, tmp_path: Path) -> None:
    assert "templates/" in refused(tmp_path, with_body('<a href="x">x</a>', f'<base href="{base}">'))


def test_a_link_of_a_style_sheet_is_refused_with_its_file_and_line(tmp_path: Path) -> None:
    style = STYLE + "\n\nh1 { link: url('javascript:alert(1)'); }"
    assert re.search(r"templates/print\.css:3: [^$]*javascript", refused(tmp_path, PAGE, style))


def test_a_link_is_refused_with_its_line(tmp_path: Path) -> None:
    line = PAGE.count("\n", 0, PAGE.index("</body>")) + 2
    message = refused(tmp_path, with_body('<a href="&#106;avascript:x">x</a>'))
    assert f"templates/information.html:{line}: the link `javascript:x`" in message


@pytest.mark.parametrize(
    "link", ["https://example.org/a?b#c", "HTTPS://example.org/", "tel:217-555-0142", "mailto:a@example.org", "#here"]
)
def test_a_link_that_leads_where_it_may_is_in_the_document(link: str, tmp_path: Path) -> None:
    page = with_body(f'<p id="here"><a href="{link}">x</a></p>')
    clinic = make_clinic(tmp_path / "clinic", templates={"information.html": page, "print.css": STYLE})
    with pikepdf.open(io.BytesIO(open_workspace(clinic).render("SMALL-1", variant="information").pdf)) as pdf:
        kinds = [str(annotation.Subtype) for page in pdf.pages for annotation in page.get("/Annots", [])]
    assert kinds == ["/Link"]


SIZES = {
    "other paper": "@page { size: A3; }",
    "turned": "@page { size: letter landscape; }",
    "one page": "@page :first { size: 100mm 200mm; }",
    "named page": "@page wide { size: A4; } h1 { page: wide; }",
    "almost": "@page { size: 8.5in 10.9in; }",
    "huge": "@page { size: 200in 200in; }",
    "bleed": "@page { bleed: 5mm; }",
    "crop marks": "@page { marks: crop; }",
}


@pytest.mark.parametrize("rule", SIZES.values(), ids=SIZES)
def test_a_page_of_another_size_than_the_paper_is_refused(rule: str, tmp_path: Path) -> None:
    marked = {"paper-letter.css": f"@page {{ size: letter; }}\n{rule}"}
    message = refused(tmp_path, PAGE, **marked)
    assert re.search(r"templates/paper-letter\.css.*points, and not letter", message)


def test_a_cover_of_another_size_is_refused(tmp_path: Path) -> None:
    templates = {"paper-letter.css": "@page { size: A5; }"}
    workspace = open_workspace(make_clinic(tmp_path / "clinic", templates=templates))
    spec = SheetSpec("blank", "Blank", "", workspace.language("en"), Layout(), "", {})
    with pytest.raises(RenderingFailed, match=r"paper-letter\.css:1: page 1 measures"):
        sheet(workspace, spec, key_of("a sheet"))


FAULTS_OF_A_FINISHED_PAGE = {
    "picture that is not there": (
        with_body('<img src="asset:none" alt="x">'),
        STYLE,
        r"information\.html:\d+: .*asset:none",
    ),
    "picture from the web": (with_body('<img src="https://x.org/a.png" alt="x">'), STYLE, r"information\.html:\d+: "),
    "unknown property": (PAGE, STYLE + "\np { colour: red }", r"print\.css:2: .*complains"),
    "unknown property of a page": (
        with_body('<p style="colour: red">x</p>'),
        STYLE,
        r"information\.html:\d+: .*complains",
    ),
    "broken rule": (PAGE, STYLE + "\n\n}}", r"print\.css.*complains"),
    "another style sheet": (PAGE, '@import "other.css";' + STYLE, r"templates/.*"),
    "font": (PAGE, STYLE + "\nh1 { font-family: serif }", r"print\.css:\d+: .*font"),
    "font of its own": (
        PAGE,
        STYLE + '\n@font-face { font-family: "x"; src: local("y") }',
        r"print\.css:2: .*@font-face",
    ),
    "risk left out": (PAGE.replace("procedure.risks.common", "[]"), STYLE, r"information\.html, .*print\.css: .*lacks"),
    "link to nowhere": (with_body('<a href="#nowhere">x</a>'), STYLE, r"information\.html:\d+: .*complains"),
    "nested too deep": (with_body("{% if x is defined %}" * 300 + "{% endif %}" * 300), STYLE, r"information\.html"),
    "endless inclusion": (with_body('{% include "information.html" %}'), STYLE, r"information\.html:\d+: "),
    "not UTF-8 in the end": (with_body("{{ '\\ud800' }}"), STYLE, r"templates/information\.html"),
}


@pytest.mark.parametrize(
    ("page", "style", "message"), FAULTS_OF_A_FINISHED_PAGE.values(), ids=FAULTS_OF_A_FINISHED_PAGE
)
def test_a_fault_that_only_the_finished_page_shows_names_the_template(
    page: str, style: str, message: str, tmp_path: Path
) -> None:
    told = refused(tmp_path, page, style)
    assert re.search(f"^.*/templates/.*{message.removeprefix('templates/')}", told, re.DOTALL), told


def test_templates_with_any_ending_are_named_where_no_line_is_known(tmp_path: Path) -> None:
    templates = {
        "information.html": with_body('{% include "parts/broken.jinja" %}'),
        ".information.html": "what an editor leaves",
        "notes.md": "no template",
        "parts/broken.jinja": "{{ '\\ud800' }}",
    }
    with pytest.raises(RenderingFailed) as caught:
        open_workspace(make_clinic(tmp_path / "clinic", templates=templates)).render("SMALL-1", variant="information")
    folder = tmp_path / "clinic" / "templates"
    assert str(caught.value).startswith(
        f"{folder}/information.html, {folder}/parts/broken.jinja: the page engine crashed"
    )


def test_a_failure_is_not_blamed_on_templates_where_all_are_shipped(tmp_path: Path) -> None:
    write_procedure(tmp_path, title="A 𐘀 title")
    with pytest.raises(RenderingFailed) as caught:
        open_workspace().render(tmp_path / "SMALL-1.yaml")
    assert ".html" not in str(caught.value)
