"""What a document is made from, and the key under which it is kept: one without the other would hand out old papers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from consentkit.cache.store import Store
from consentkit.documents.kept import key
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import FileAccess, RenderingFailed
from consentkit.model.identity import Layout
from consentkit.pdf.read.structure_text import readable_text
from consentkit.resources import shipped
from kit.small import CODE, make_clinic, write_procedure


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    (folder / "procedures").mkdir(exist_ok=True)
    write_procedure(folder / "procedures")
    return folder


def opened(clinic: Path) -> OpenWorkspace:
    return open_workspace(clinic, Store(clinic.parent / "kept"))


def key_now(clinic: Path, layout: Layout) -> str:
    """The key of the document as the files are now."""
    workspace = opened(clinic)
    return key(workspace.find(CODE, layout), workspace.inputs())


def test_a_document_made_with_old_particulars_is_not_kept_under_the_key_of_the_new_ones(clinic: Path) -> None:
    (clinic / "clinic.yaml").write_text("name: Old Name\n")
    workspace = opened(clinic)
    assert "Old Name" in readable_text(workspace.render(CODE).pdf)
    (clinic / "clinic.yaml").write_text("name: New Name\n")
    workspace.render(CODE)  # the workspace has read the old ones
    assert "New Name" in readable_text(opened(clinic).render(CODE).pdf)


def test_a_linked_folder_of_language_packs_is_refused_since_an_edit_behind_it_would_not_be_noticed(
    clinic: Path,
) -> None:
    before = key_now(clinic, Layout())
    elsewhere = clinic.parent / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "en.yaml").write_bytes((shipped("templates") / "languages/en.yaml").read_bytes())
    (clinic / "templates").mkdir(exist_ok=True)
    (clinic / "templates/languages").symlink_to(elsewhere)
    for use in (lambda: key_now(clinic, Layout()), lambda: opened(clinic).languages()):
        with pytest.raises(FileAccess, match="languages: is a symbolic link; put the folder itself here"):
            use()
    (clinic / "templates/languages").unlink()
    elsewhere.rename(clinic / "templates/languages")
    assert key_now(clinic, Layout()) != before


@pytest.mark.parametrize("name", ["logo.png", "brand.jfif", "brand"])
def test_another_picture_gives_another_document_whatever_its_name(clinic: Path, name: str) -> None:
    (clinic / "clinic.yaml").write_text(f"name: A Clinic\nlogo: {name}\n")
    pdfs = []
    for shade in ("black", "white"):
        data = io.BytesIO()
        Image.new("RGB", (8, 8), shade).save(data, "PNG")
        (clinic / name).write_bytes(data.getvalue())
        pdfs.append(opened(clinic).render(CODE).pdf)
    assert pdfs[0] != pdfs[1]


def test_a_file_that_a_template_includes_counts_whatever_its_name(clinic: Path) -> None:
    templates = clinic / "templates"
    templates.mkdir()
    (templates / "information.html").write_text(
        '{% extends "base.html" %}{% block content %}{% include "information/pages.html" %}'
        '<p>{% include "note.txt" %}</p>{% endblock %}'
    )
    for words in ("The first words.", "The second words."):
        (templates / "note.txt").write_text(words)
        assert words in readable_text(opened(clinic).render(CODE, variant="information").pdf)


def test_what_has_nothing_to_do_with_a_document_leaves_its_key(clinic: Path) -> None:
    layout = opened(clinic).render(CODE).layout
    before = key_now(clinic, layout)
    (clinic / "schedule.csv").write_text("visit,date\n")
    (clinic / "notes.pdf").write_bytes(b"%PDF-1.7")
    assert key_now(clinic, layout) == before


LEFT_BY_PROGRAMS = [
    "schedule.xlsx", "letter.docx", ".~lock.schedule.xlsx#", "~$letter.docx", "notes.txt", "photo.png", "logo.png.bak",
    "clinic.yaml~", ".clinic.yaml.swp", ".DS_Store", "Thumbs.db", "backup.zip", "no-ending", "templates/.print.css.swp",
    "templates/print.css~", "templates/.~lock.notes.html#", "templates/~$base.html", "templates/notes.docx",
    "templates/.git/x.html", "templates/#base.html#", "templates/.DS_Store",
]  # fmt: skip


@pytest.mark.parametrize("particulars", ["name: A Clinic\n", "name: A Clinic\nlogo: logo.png\n"])
@pytest.mark.parametrize("name", LEFT_BY_PROGRAMS)
def test_a_file_that_no_paper_is_made_from_leaves_every_paper_kept(name: str, particulars: str, clinic: Path) -> None:
    (clinic / "clinic.yaml").write_text(particulars)
    Image.new("RGB", (8, 8)).save(clinic / "logo.png")
    (clinic / "templates").mkdir()
    (clinic / "templates/print.css").write_bytes((shipped("templates") / "print.css").read_bytes())
    before = key_now(clinic, Layout())
    (clinic / name).parent.mkdir(parents=True, exist_ok=True)
    (clinic / name).write_bytes(b"something")
    assert key_now(clinic, Layout()) == before


@pytest.mark.parametrize(
    "particulars",
    ["logo: logo.png\n", "{logo: logo.png}\n", '"logo": "logo.png"\n', '"l\\x6fgo": logo.png\n', "logo:\n  logo.png\n"],
)
def test_the_logo_counts_however_it_is_named(particulars: str, clinic: Path) -> None:
    (clinic / "clinic.yaml").write_text(particulars)
    keys = set()
    for shade in ("black", "white"):
        Image.new("RGB", (8, 8), shade).save(clinic / "logo.png")
        keys |= {key_now(clinic, Layout()) for _ in range(2)}
    assert len(keys) == 2


def test_another_logo_of_the_same_content_or_none_gives_another_key(clinic: Path) -> None:
    Image.new("RGB", (8, 8)).save(clinic / "a.png")
    (clinic / "b.png").write_bytes((clinic / "a.png").read_bytes())
    keys = set()
    for particulars in ("name: A\n", "name: A\nlogo: a.png\n", "name: A\nlogo: b.png\n"):
        (clinic / "clinic.yaml").write_text(particulars)
        keys.add(key_now(clinic, Layout()))
    assert len(keys) == 3


@pytest.mark.parametrize("name", ["note.docx", "note.html~", "~$note.html", ".note.html", "note.html.bak", "note"])
def test_what_does_not_count_for_what_is_kept_can_not_be_included(name: str, clinic: Path) -> None:
    (clinic / "templates").mkdir()
    (clinic / "templates" / name).write_text("words")
    (clinic / "templates/information.html").write_text(f'{{% include "{name}" %}}')
    with pytest.raises(RenderingFailed, match=r"information\.html:1: .*is not a template"):
        opened(clinic).render(CODE, variant="information")
