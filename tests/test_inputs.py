"""What a document is made from, and the key under which it is kept: one without the other would hand out old papers."""

from __future__ import annotations

import io
from pathlib import Path

import pytest
from PIL import Image

from consentkit.pdf.reading import readable_text
from consentkit.storage.store import Store
from consentkit.workspace import Workspace, open_workspace
from small import CODE, make_clinic, write_procedure


@pytest.fixture
def clinic(tmp_path: Path) -> Path:
    folder = make_clinic(tmp_path / "clinic")
    (folder / "procedures").mkdir(exist_ok=True)
    write_procedure(folder / "procedures")
    return folder


def opened(clinic: Path) -> Workspace:
    return open_workspace(clinic, Store(clinic.parent / "kept"))


def test_a_document_made_with_old_particulars_is_not_kept_under_the_key_of_the_new_ones(clinic: Path) -> None:
    (clinic / "clinic.yaml").write_text("name: Old Name\n")
    workspace = opened(clinic)
    assert "Old Name" in readable_text(workspace.render(CODE).pdf)
    (clinic / "clinic.yaml").write_text("name: New Name\n")
    workspace.render(CODE)  # the workspace has read the old ones
    assert "New Name" in readable_text(opened(clinic).render(CODE).pdf)


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
    (templates / "handout.html").write_text(
        '{% extends "base.html" %}{% block content %}{% include "sections/information.html" %}'
        '<p>{% include "note.txt" %}</p>{% endblock %}'
    )
    for words in ("The first words.", "The second words."):
        (templates / "note.txt").write_text(words)
        assert words in readable_text(opened(clinic).render(CODE, variant="handout").pdf)


def test_what_has_nothing_to_do_with_a_document_leaves_its_key(clinic: Path) -> None:
    layout = opened(clinic).render(CODE).layout
    before = opened(clinic).key(CODE, layout)
    (clinic / "schedule.csv").write_text("visit,date\n")
    (clinic / "notes.pdf").write_bytes(b"%PDF-1.7")
    assert opened(clinic).key(CODE, layout) == before
