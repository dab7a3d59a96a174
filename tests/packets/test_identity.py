"""Whose papers these are, as read back from the finished file."""

from __future__ import annotations

import io
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.errors import RenderingFailed
from consentkit.library.languages import load_language
from consentkit.packets.lettering import Texts
from consentkit.packets.printed import printed_part
from consentkit.packets.read_back import FileMarks, PageMarks, own_texts, require_identity
from consentkit.packets.slots import particulars
from consentkit.pdf.file.seal import seal
from consentkit.pdf.file.xmp import Info
from consentkit.pdf.link.compile import compile_part
from consentkit.pdf.link.link import Linker
from consentkit.pdf.link.order import Insert, Stamp
from consentkit.pdf.render.engine import render
from consentkit.resources import shipped
from kit.packets import MOTHER, visit

FORM = "<html lang='en'><body><h1>Marcus Whitfield House</h1><p>You may ask Ann Other at any time.</p></body></html>"

STYLE = 'html { font-family: "consentkit body" }'


@pytest.fixture(scope="module")
def form() -> bytes:
    """A paper as it is before anything is written on it."""
    pdf: bytes = render(FORM, [STYLE], {}, Info("A form", "en", publisher="", tool="test")).pdf
    return pdf


def written(form: bytes, drawn: Sequence[str]) -> bytes:
    """The paper with texts drawn onto it, one below the other."""
    out = io.BytesIO()
    linker = Linker(out, "A form", "en")
    linker.expect_pages(1)
    texts = Texts(drawn)
    texts.put_into(linker)
    stamps: list[Stamp] = [texts.at(text, 50, 50 + 20 * place, 500) for place, text in enumerate(drawn)]
    linker.add(Insert(compile_part(form), "A form", "paper_1", {0: stamps}))
    linker.label_pages(0)
    linker.finish(Info("A form", "en", publisher="", tool="test"), "test", "0" * 32)
    return seal(out.getvalue())


def judge(form: bytes, drawn: Sequence[str], required: Sequence[str], allowed: Sequence[str] = ()) -> None:
    """Write on the paper, and have it read back."""
    printed = printed_part(form)
    marks = FileMarks("A form", frozenset({"A form", "en", "test", "paper_1"}), printed.said)
    require_identity(written(form, drawn), [PageMarks(required, allowed, printed.pages[0])], marks)


ALL = ("Ann Lee", "July 9, 1984", "MR-7")


def test_a_page_that_bears_what_is_required_passes(form: bytes) -> None:
    judge(form, ALL, ALL)
    judge(form, [*ALL, "Dr. Okonkwo"], ALL, ["Dr. Okonkwo", "nobody"])


@pytest.mark.parametrize("missing", range(3))
def test_a_particular_that_is_missing_is_noticed(missing: int, form: bytes) -> None:
    drawn = [text for place, text in enumerate(ALL) if place != missing]
    with pytest.raises(RenderingFailed, match="page 1 of the packet does not bear this patient's particulars"):
        judge(form, drawn, ALL)


@pytest.mark.parametrize("stranger", ["Marcus Whitfield", "Ann Lee Garcia", "Ann", "MR-71", "MR", "7"])
def test_whatever_belongs_to_somebody_else_is_noticed(stranger: str, form: bytes) -> None:
    with pytest.raises(RenderingFailed, match="page 1 of the packet contains something") as caught:
        judge(form, [*ALL, stranger], ALL)
    assert stranger not in str(caught.value).replace("MR", "").split()


def test_a_name_that_only_the_paper_itself_has_does_not_count(form: bytes) -> None:
    with pytest.raises(RenderingFailed, match="does not bear"):
        judge(form, ["July 9, 1984", "MR-7"], ("Ann Other", "July 9, 1984", "MR-7"))


def test_common_words_as_names_do_no_harm(form: bytes) -> None:
    for name in ("You May", "O", "Ask Ann", "An Other"):
        judge(form, (name, "July 9, 1984", "1984"), (name, "July 9, 1984", "1984"))


@pytest.mark.parametrize("name", ["عبد الرحمن الخطيب", "Nguyễn Thị Minh Khai", "Ǽsa Ólafsdóttir", "Ffion fflur"])
def test_letters_of_many_kinds_are_read_back(name: str, form: bytes) -> None:
    judge(form, (name, "July 9, 1984", "MR-7"), (name, "July 9, 1984", "MR-7"))


@pytest.mark.parametrize(
    ("meant", "drawn"),
    [
        ("محمد 1234", "محمد 4321"),
        ("محمد 1234", "محمد 12 34"),
        ("محمد MR-1234", "محمد MR-1243"),
        ("محمد 12.07.1984", "محمد 21.07.1984"),
        ("محمد 1-23", "محمد 12-3"),
        ("محمد 1-23", "محمد 1/23"),
        ("١٢ محمد", "٢١ محمد"),
        ("محمد حسن", "محمدحسن"),
        ("1-23", "12-3"),
        ("1-23", "123"),
        ("1-23", "1 23"),
        ("1-23", "1/23"),
        ("1.23", "12.3"),
        ("12 July 1984", "21 July 1984"),
        ("July 12, 1984", "12 July, 1984"),
        ("Ann Lee", "Lee Ann"),
        ("Ann Lee", "Annlee"),
    ],
)
def test_particulars_that_differ_in_their_order_only_are_told_apart(meant: str, drawn: str, form: bytes) -> None:
    judge(form, ["July 9, 1984", meant], ["July 9, 1984", meant])
    with pytest.raises(RenderingFailed, match="does not bear"):
        judge(form, ["July 9, 1984", drawn], ["July 9, 1984", meant])
    with pytest.raises(RenderingFailed, match="does not belong"):
        judge(form, ["July 9, 1984", meant, drawn], ["July 9, 1984", meant])


@pytest.mark.parametrize(
    "text",
    ["محمد 1-23", "1-23 محمد", "السجل: MR-7.1/2", "علی‌رضا ۱۲۳-۴", "إلاء 12 July 1984", "مُحَمَّد A-1", "Jo‐Ann – x", "٤-٣"],
)
def test_a_text_of_mixed_direction_is_found_again(text: str, form: bytes) -> None:
    judge(form, [text], [text])


WORDS = st.sampled_from(["محمد", "حسن", "إلاء", "Ann", "MR", "Núñez", "12", "21", "1234", "۱۲", "٤٣"])


@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", "-", "/", ".", ": "])), min_size=1, max_size=5))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_drawn_is_found_again(form: bytes, pieces: list[tuple[str, str]]) -> None:
    text = "".join(word + mark for word, mark in pieces).strip()
    judge(form, [text], [text])


def test_a_page_too_many_is_noticed(form: bytes) -> None:
    page = PageMarks(ALL, (), printed_part(form).pages[0])
    with pytest.raises(RenderingFailed, match="an unexpected number of pages"):
        require_identity(written(form, ALL), [page, page], FileMarks("A form", frozenset(), frozenset()))


def test_a_file_that_can_not_be_read_back_is_not_given_out() -> None:
    with pytest.raises(RenderingFailed, match="can't be read back"):
        require_identity(b"%PDF-1.7 and nothing else", [], FileMarks("", frozenset(), frozenset()))


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_is_written_is_what_may_be_written(language: str, form: bytes) -> None:
    pack = load_language((shipped("templates"),), language)
    everything = visit(
        representative=MOTHER,
        interpreter={"name": "Marisol Quintana", "is_a": "professional", "language": "Spanish", "number": "4471"},
        witness="Tomasz Lis",
        trainee={"name": "Jonah Feldman", "credentials": "MSW intern"},
        supervisor={"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
    )
    drawn = list(dict.fromkeys(particulars(everything, pack).values()))
    judge(form, drawn, [everything.patient.name], list(own_texts(everything, pack)))
