"""Pages look as their references do, and the comparison sees what a reader would see."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageChops

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from kit import pictures
from kit.pictures import CASES, DOTS_PER_INCH, Case, Unlike, compare, compare_page, photograph
from kit.small import small_procedure

pytestmark = pytest.mark.xdist_group("pictures")

SENTENCE = "You may feel sad, angry, ashamed or anxious during the hour."


@pytest.fixture
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where pictures of a failure stay after the run."""
    return tmp_path_factory.mktemp("pictures")


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_every_page_looks_like_its_reference(case: Case, folder: Path) -> None:
    pdf = open_workspace(case.clinic, open_store()).render(case.code, paper=case.paper, variant=case.variant).pdf
    compare(case.name, photograph(pdf), case.references(), folder)


def test_every_reference_belongs_to_a_case() -> None:
    names = {path.name.rsplit("-", 1)[0] for path in pictures.REFERENCES.iterdir()}
    assert names == {case.name for case in CASES}


# --- the comparison itself ---


def document_with(**changes: object) -> bytes:
    """A small document of two pages that holds the sentence among its risks."""
    risks = {"common": [SENTENCE], "what_helps": "Tell us."}
    return open_workspace().render(small_procedure(**{"risks": risks, **changes}), variant="information").pdf


def page_with(**changes: object) -> Image.Image:
    """The page of that document that holds the sentence."""
    return photograph(document_with(**changes))[0]


@pytest.fixture(scope="module")
def page() -> Image.Image:
    return page_with()


def without_footer(picture: Image.Image) -> Image.Image:
    """The page without its fingerprint, which changes with any word."""
    return picture.crop((0, 0, picture.width, round(picture.height * 0.9)))


@pytest.mark.parametrize(
    "changed",
    [
        SENTENCE.replace(" angry,", ""),
        SENTENCE.replace("or", "nor"),
        SENTENCE.replace("may", "will"),
    ],
)
def test_a_missing_or_changed_word_is_seen_even_without_the_fingerprint(
    changed: str, page: Image.Image, folder: Path
) -> None:
    other = page_with(risks={"common": [changed], "what_helps": "Tell us."})
    with pytest.raises(Unlike):
        compare_page("planted", 1, without_footer(other), without_footer(page), folder)


def test_a_word_that_is_wiped_out_is_seen(page: Image.Image, folder: Path) -> None:
    left, top, _right, _bottom = ImageChops.invert(page).getbbox() or (0, 0, 0, 0)
    wiped = page.copy()
    wiped.paste(255, (left, top, left + 12, top + 8))
    with pytest.raises(Unlike):
        compare_page("planted", 1, wiped, page, folder)


@pytest.mark.parametrize("distance", [(0, 2), (0, -2), (2, 0), (5, 5)])
def test_a_moved_block_is_seen(distance: tuple[int, int], page: Image.Image, folder: Path) -> None:
    moved = ImageChops.offset(page, *distance)
    with pytest.raises(Unlike):
        compare_page("planted", 1, moved, page, folder)


@pytest.mark.parametrize("distance", [(0, 0), (0, 1), (-1, 0), (1, 1)])
def test_a_page_that_another_pango_moved_by_a_pixel_is_taken_as_equal(
    distance: tuple[int, int], page: Image.Image, folder: Path
) -> None:
    compare_page("moved", 1, ImageChops.offset(page, *distance), page, folder)


def test_a_page_that_is_moved_by_half_a_pixel_is_taken_as_equal(folder: Path) -> None:
    large = photograph(document_with(), dots_per_inch=4 * DOTS_PER_INCH)[1]
    size = (large.width // 4, large.height // 4)
    plain, moved = (ImageChops.offset(large, way, 0).resize(size, Image.Resampling.BOX) for way in (0, 2))
    compare_page("moved", 1, moved, plain, folder)


def test_a_page_with_other_edges_of_letters_is_taken_as_equal(page: Image.Image, folder: Path) -> None:
    bolder = page.point([max(0, round(shade * 1.12 - 30)) for shade in range(256)])
    compare_page("bolder", 1, bolder, page, folder)


def test_another_paper_size_is_seen(page: Image.Image, folder: Path) -> None:
    with pytest.raises(Unlike, match="its reference"):
        compare_page("planted", 1, page.crop((0, 0, page.width, page.height - 1)), page, folder)


def test_a_failure_names_document_page_and_place_and_leaves_three_pictures(page: Image.Image, folder: Path) -> None:
    spoilt = page.copy()
    spoilt.paste(0, (100, 200, 120, 210))
    with pytest.raises(Unlike, match=r"90837-letter, page 3: \d+ pixels differ, from \d+,\d+ to \d+,\d+") as caught:
        compare_page("90837-letter", 3, spoilt, page, folder)
    assert str(folder) in str(caught.value)
    assert sorted(path.name for path in folder.iterdir()) == [
        f"90837-letter-03-{kind}.png" for kind in ("actual", "difference", "expected")
    ]


def test_a_missing_reference_and_a_missing_page_fail(page: Image.Image, folder: Path) -> None:
    with pytest.raises(Unlike, match="1 pages, and 0 references"):
        compare("planted", [page], [], folder)
    with pytest.raises(Unlike, match="1 pages, and 2 references"):
        compare("planted", [page], [page, page], folder)


def test_a_machine_without_pdftoppm_is_told_which_package_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    with pytest.raises(RuntimeError, match="apt-get install poppler-utils"):
        photograph(b"")
