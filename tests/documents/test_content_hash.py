"""The hash that approvals belong to covers everything that decides what a patient reads."""

from __future__ import annotations

import shutil
from pathlib import Path

import pikepdf
import pytest
from PIL import Image

from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.errors import FileAccess
from consentkit.model.identity import printed_fingerprint
from consentkit.output.write import write_file
from consentkit.resources import shipped
from kit.small import make_clinic

SHEETS = ("print.css", "large.css", "regular.css", "paper-letter.css", "paper-a4.css")


def hash_with(folder: Path, templates: dict[str, str], variant: str = "consent") -> str:
    workspace = open_workspace(make_clinic(folder, templates=templates))
    return workspace.compose(workspace.content("SMALL-1", variant=variant)).content_hash  # type: ignore[arg-type]


@pytest.mark.parametrize("name", SHEETS)
def test_a_rule_in_any_style_sheet_changes_the_hash(name: str, tmp_path: Path) -> None:
    style = (shipped("templates") / name).read_text(encoding="utf-8")
    before = hash_with(tmp_path / "before", {name: style})
    assert hash_with(tmp_path / "after", {name: f"{style}\n.clause {{ display: none; }}\n"}) != before


def test_a_template_cannot_print_what_the_hash_has_not_seen(tmp_path: Path) -> None:
    base = (shipped("templates") / "base.html").read_text(encoding="utf-8")
    trick = "{% if fingerprint and mark %}<p>There are no risks.</p>{% endif %}\n{% block content %}"
    workspace = open_workspace(
        make_clinic(tmp_path / "trick", templates={"base.html": base.replace("{% block content %}", trick)})
    )
    page = workspace.compose(workspace.content("SMALL-1"))
    assert "There are no risks." in page.html
    assert page.content_hash != hash_with(tmp_path / "plain", {"base.html": base})


def test_mark_and_fingerprint_stand_on_the_page_and_no_placeholder_is_left(tmp_path: Path) -> None:
    workspace = open_workspace(make_clinic(tmp_path / "clinic"))
    page = workspace.compose(workspace.content("SMALL-1"))
    html = page.html.replace("\u00a0", " ")
    assert printed_fingerprint(page.content_hash) in html
    assert html.count(page.mark.full) == 3, "once in the text, and at the head of pages of each size of print"
    assert not [char for char in page.html if "\ue000" <= char <= "\uf8ff"]


def test_another_logo_is_another_content(tmp_path: Path) -> None:
    sample = Path(__file__).parents[2] / "samples" / "clinic"
    shutil.copytree(sample, tmp_path / "clinic")
    hashes = []
    for size in (40, 41):
        Image.new("RGB", (size, size)).save(tmp_path / "clinic" / "logo.png")
        workspace = open_workspace(tmp_path / "clinic")
        hashes.append(workspace.compose(workspace.content("90853")).content_hash)
    assert hashes[0] != hashes[1]


def test_a_form_that_was_filled_in_is_not_overwritten_without_leave(tmp_path: Path) -> None:
    workspace = open_workspace(make_clinic(tmp_path / "clinic"))
    document: Document = workspace.render("SMALL-1", fillable=True)
    target = tmp_path / "form.pdf"
    write_file(target, document.pdf)
    write_file(target, document.pdf)  # as consentkit made it, it can be made again
    with pikepdf.open(target, allow_overwriting_input=True) as pdf:
        pdf.Root.AcroForm.Fields[0].V = pikepdf.String("Jane Roe")
        pdf.save(target)
    with pytest.raises(FileAccess, match="--force"):
        write_file(target, document.pdf)
    write_file(target, document.pdf, force=True)
