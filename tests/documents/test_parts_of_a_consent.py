"""Information and form are the parts of a consent: one text, with one fingerprint and one approval."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.library.approvals import load_approvals
from consentkit.model.identity import Identity, Variant
from consentkit.pdf.read.structure_text import readable_text
from kit.running import Outcome
from kit.small import CODE, make_clinic, write_procedure

Call = Callable[..., Outcome]
PARTS: tuple[Variant, ...] = ("information", "form")
BY = ("--by", "Ann Ray")


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    (folder / "services.yaml").write_text(
        f"defaults: {{variants: [information, form, refusal]}}\nservices: [{CODE}]\n", encoding="utf-8"
    )
    return folder


def test_the_parts_of_a_consent_have_one_fingerprint(clinic: Path) -> None:
    made = {
        variant: open_workspace(clinic, open_store()).render(CODE, variant=variant) for variant in ("consent", *PARTS)
    }
    assert len({document.content_hash for document in made.values()}) == 1
    assert open_workspace(clinic).render(CODE, variant="refusal").content_hash != made["consent"].content_hash
    assert made["consent"].pages == made["information"].pages + made["form"].pages
    words = open_workspace().language("en")
    texts = {variant: readable_text(document.pdf) for variant, document in made.items()}
    for variant, text in texts.items():
        assert (words.chapters.before_and_after in text) == (variant != "form")
        assert (words.form.asked in text) == (variant != "information")
    assert texts["consent"].index(words.chapters.before_and_after) < texts["consent"].index(words.form.asked)


@pytest.mark.parametrize(
    ("template", "old", "new"),
    [
        ("information/what_it_is.html", '<section class="chapter">', '<section class="chapter"><p>No refunds.</p>'),
        ("form/pages.html", '<section class="form-clauses">', '<section class="form-clauses"><p>No refunds.</p>'),
        (
            "form/signers.html",
            "{% if situation.assent %}",
            "{% if not situation.loose %}<p>No refunds.</p>{% endif %}{% if situation.assent %}",
        ),
        (
            "form/signers.html",
            "{% if situation.assent %}",
            "{% if situation.witness %}<p>No refunds.</p>{% endif %}{% if situation.assent %}",
        ),
    ],
)
def test_a_change_of_one_part_is_one_of_all_and_of_what_visits_alone_read(
    template: str, old: str, new: str, clinic: Path
) -> None:
    before = open_workspace(clinic, open_store()).render(CODE, variant="information").content_hash
    original = (Path("templates") / template).read_text(encoding="utf-8")
    path = clinic / "templates" / template
    path.parent.mkdir(parents=True)
    path.write_text(original.replace(old, new, 1), encoding="utf-8")
    after = {
        open_workspace(clinic).compose(open_workspace(clinic).content(CODE, variant=variant)).content_hash
        for variant in PARTS
    }
    assert len(after) == 1
    assert before not in after


def test_words_of_the_form_that_only_visits_read_void_the_approval(clinic: Path) -> None:
    before = open_workspace(clinic, open_store()).render(CODE, variant="form").content_hash
    words = (Path("templates/languages") / "en.yaml").read_text(encoding="utf-8")
    (clinic / "templates/languages").mkdir(parents=True)
    changed = words.replace("I agree to each line of this form", "I agree to any line of this form")
    assert changed != words
    (clinic / "templates/languages/en.yaml").write_text(changed, encoding="utf-8")
    assert open_workspace(clinic).render(CODE, variant="form").content_hash != before


@pytest.mark.parametrize("variant", PARTS)
def test_an_approval_of_a_part_is_recorded_for_the_consent_and_says_so(variant: str, clinic: Path, call: Call) -> None:
    done = call("approve", "--yes", CODE, "--variant", variant, *BY, "--clinic", clinic)
    assert done.code == 0
    assert done.lines[0].startswith(f"{CODE} (en, consent): edition 1")
    assert f"The {variant} is approved with the consent" in done.stderr
    (approval,) = load_approvals(clinic).approvals
    assert approval.identity == Identity(CODE, "en", "consent")
    for each in ("consent", *PARTS):
        (told,) = json.loads(call("render", CODE, "--json", "--variant", each, "--clinic", clinic).stdout)["documents"]
        assert told["approved"]
    assert call("diff", CODE, "--variant", variant, "--clinic", clinic).code == 0


def test_the_status_lists_the_consent_and_not_its_parts(clinic: Path, call: Call) -> None:
    rows = [line.split()[:4] for line in call("status", "--clinic", clinic).lines]
    assert rows == [[CODE, "en", "consent", "draft"], [CODE, "en", "refusal", "draft"]]


@pytest.mark.parametrize("variant", PARTS)
def test_verify_says_of_a_part_whether_it_is_current_and_in_which_edition_it_was_approved(
    variant: str, clinic: Path, tmp_path: Path, call: Call
) -> None:
    assert call("approve", "--yes", CODE, *BY, "--clinic", clinic).code == 0
    pdf = tmp_path / "part.pdf"
    assert call("render", CODE, "--variant", variant, "-o", pdf, "--clinic", clinic).code == 0
    done = call("verify", pdf, "--clinic", clinic)
    assert done.code == 0
    assert done.lines[0].startswith("current")
    assert f"{CODE} (en, {variant})" in done.lines[1]
    assert "approved as edition 1" in done.lines[3]
    write_procedure(clinic / "procedures", equipment="Three chairs.")  # which the form does not say
    done = call("verify", pdf, "--clinic", clinic)
    assert (done.code, done.lines[0]) == (3, "superseded: the content has changed since")
    assert "approved as edition 1" in done.lines[3]
