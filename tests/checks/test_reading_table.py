"""The table of reading grades."""

from __future__ import annotations

from dataclasses import replace

from consentkit.checks.readability import measure, passages_of
from consentkit.checks.table import reading_table
from kit.planting import clean_files, read_folder


def test_the_table_has_a_line_for_each_document_and_the_figures_of_the_formulas() -> None:
    library = read_folder(clean_files()).library
    page = reading_table([*library.procedures, *library.translations])
    rows = [line for line in page.splitlines() if line.startswith("| TALK")]
    assert len(rows) == 6
    reading = measure(text for _, text in passages_of(library.procedures[0].procedure))
    assert f"| {reading.smog:.1f} | {reading.flesch_kincaid:.1f} |" in rows[0]
    assert "## Language `en`" in page
    assert "## Language `es`" in page
    assert "Fernández Huerta at least 60" in page


def test_the_table_does_not_depend_on_the_order_of_the_files() -> None:
    files = read_folder(clean_files()).library.procedures
    assert reading_table(files) == reading_table(reversed(files))


def test_a_bar_in_a_title_does_not_break_the_table() -> None:
    (file, *_) = read_folder(clean_files()).library.procedures
    barred = replace(file, procedure=file.procedure.model_copy(update={"title": "A | B"}))
    assert "| A \\| B |" in reading_table([barred])
