"""Kinds of documents, in both languages and in large print: as good as the consent on letter paper."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pikepdf
import pypdfium2
import pypdfium2.raw as pdfium
import pytest

from consentkit.cache.store import open_store
from consentkit.documents.document import Document
from consentkit.documents.opening import open_workspace
from consentkit.documents.page import Content
from consentkit.documents.safety import passage_texts, safety_texts
from consentkit.library.approvals import Variant
from consentkit.model.identity import VARIANTS
from consentkit.model.placeholders import fill
from consentkit.model.words import LanguagePack
from consentkit.pdf.file.xmp import read_properties
from consentkit.pdf.read.structure_text import TaggedText, tagged_text
from kit.running import SAMPLE_CLINIC, Outcome
from kit.small import CODE, make_clinic, write_procedure
from kit.source_comparison import compare
from kit.structure_lint import lint
from kit.thorough import marks_of_document
from kit.translations import write_translation
from kit.validation import BOTH_STANDARDS, faults

Call = Callable[..., Outcome]

RELEASES = {
    "en": r"releas|liab|waive|hold .{0,20}harmless|responsib|my own risk|against (medical )?advice|will not sue",
    "es": r"exim|liber[aoe] (a|de)|responsab|renunci|demand|bajo mi (propio )?riesgo|contra (el )?consejo",
}
"""Words by which a patient would give up rights."""


@dataclass(frozen=True)
class Case:
    """A document to look at."""

    code: str
    variant: Variant
    language: str
    large_print: bool
    in_every_run: bool = False
    """Whether `make test` makes it, and not `make thorough` alone."""

    def __str__(self) -> str:
        return f"{self.code}-{self.variant}-{self.language}{'-large' if self.large_print else ''}"


CASES = (  # every kind in every language and size, and with every two of kind, language, size and code together
    Case("90837", "consent", "en", True),
    Case("90853", "consent", "es", False, in_every_run=True),
    Case("90853", "consent", "es", True),
    Case("90853", "information", "en", True, in_every_run=True),
    Case("90837", "information", "es", False),
    Case("90853", "form", "en", False),
    Case("90837", "form", "es", True, in_every_run=True),
    Case("90853", "refusal", "en", False, in_every_run=True),
    Case("90837", "refusal", "es", True),
    Case("90839", "plan", "en", True),
    Case("90839", "plan", "es", False, in_every_run=True),
)

SIGNED_OR_READ = ("consent", "information", "form")
"""A consent and its two parts."""

TO_WEIGH = ("consent", "information")
"""The kinds that tell all there is to weigh."""


def cases(chosen: Callable[[Case], bool] = lambda case: True) -> pytest.MarkDecorator:
    """Run a test for each of the chosen documents, where they have been rendered already."""
    found = [case for case in CASES if chosen(case)]
    assert found
    return pytest.mark.parametrize(
        "case",
        [
            pytest.param(case, id=str(case), marks=marks_of_document(f"variant-{case}", in_every_run=case.in_every_run))
            for case in found
        ],
    )


@cache
def content_of(case: Case) -> Content:
    return open_workspace(SAMPLE_CLINIC).content(case.code, language=case.language, variant=case.variant)


@cache
def document_of(case: Case) -> Document:
    """The document, rendered once in this process."""
    return open_workspace(SAMPLE_CLINIC, open_store()).render(content_of(case), large_print=case.large_print)


@cache
def blocks_of(case: Case) -> list[TaggedText]:
    return tagged_text(document_of(case).pdf)


def texts_of(case: Case) -> list[str]:
    return [" ".join(block.text.split()) for block in blocks_of(case)]


def text_of(case: Case) -> str:
    return " ".join(texts_of(case))


def pack_of(case: Case) -> LanguagePack:
    return content_of(case).pack


def as_spoken(html: str, *, large_print: bool, tables: int = 1) -> str:
    """The page as it is read aloud: pictures by their descriptions, and in large print no table heads but a heading for
    each side of a choice, and once more what was agreed to, where the others sign."""
    spoken = re.sub(r'<img [^>]*alt="([^"]+)"[^>]*>', r"<p>\1</p>", html)
    if not large_print:
        return spoken
    without_heads, count = re.subn(r"<thead>.*?</thead>", "", spoken, flags=re.DOTALL)
    assert count == tables
    said_again = re.sub(r'<section class="signature" data-agreement="([^"]+)">', r"<p>\1</p>", without_heads)
    return re.sub(r'<td data-side="([^"]+)">', r"<td><p>\1</p>", said_again)


def test_the_documents_cover_every_kind_in_every_language_and_size() -> None:
    assert {(case.variant, case.language) for case in CASES} == {
        (variant, language) for variant in VARIANTS for language in ("en", "es")
    }
    assert {(case.variant, case.large_print) for case in CASES} == {
        (variant, large) for variant in VARIANTS for large in (False, True)
    }
    assert {(case.language, case.large_print) for case in CASES} == {
        (language, large) for language in ("en", "es") for large in (False, True)
    }


# --- as good as any other ---


@cases()
def test_validators_and_the_lint_find_no_fault(case: Case) -> None:
    assert [fault for profile in BOTH_STANDARDS for fault in faults(document_of(case).pdf, profile)] == []
    assert [str(finding) for finding in lint(document_of(case).pdf)] == []


@cases()
def test_every_text_of_the_page_is_read_aloud_once_and_in_order(case: Case) -> None:
    page = open_workspace(SAMPLE_CLINIC).compose(content_of(case))
    html = as_spoken(page.html, large_print=case.large_print, tables=case.variant in TO_WEIGH)
    assert compare(html, document_of(case).pdf) == []


@cases()
def test_the_file_says_what_it_is(case: Case) -> None:
    document = document_of(case)
    own = read_properties(document.pdf) or {}
    assert (own["code"], own["variant"], own["language"]) == (case.code, case.variant, case.language)
    assert own["contentHash"] == document.content_hash
    with pikepdf.open(io.BytesIO(document.pdf)) as pdf:
        assert str(pdf.Root.Lang) == case.language


@cases(lambda case: case.variant in SIGNED_OR_READ)
def test_its_kind_stands_above_the_title_and_that_of_each_part_where_it_begins(case: Case) -> None:
    texts, kinds = texts_of(case), pack_of(case).document.kinds
    title = content_of(case).procedure.title
    named = fill(pack_of(case).form.item, title=title, code=case.code)
    parts = ["information", "form"] if case.variant == "consent" else [case.variant]
    for part in parts:
        assert texts[texts.index(named if part == "form" else title) - 1] == getattr(kinds, part)
    others = {getattr(kinds, kind) for kind in ("consent", "information", "form", "refusal") if kind not in parts}
    assert others.isdisjoint(texts)


@cases(lambda case: case.language == "es" and case.variant not in {"form", "plan"})
def test_a_translation_says_that_nobody_has_reviewed_it_and_no_english_is_left(case: Case) -> None:
    assert pack_of(case).about.translated in text_of(case)
    if case.variant in TO_WEIGH:  # a refusal has its edition at the foot
        assert re.search(r"de (enero|febrero|marzo|noviembre|diciembre) de 20\d\d", text_of(case))
    shared = set(texts_of(case)) & set(texts_of(Case("90853", "information", "en", True, in_every_run=True)))
    facts = {f"{source.title} – {source.publisher}" for source in content_of(case).procedure.every_source}
    wordy = [text for text in shared if len(text.split()) > 3]
    clinic = content_of(case).clinic
    ours = {str(clinic.name), *clinic.address}
    assert [text for text in wordy if text not in ours and not any(text.startswith(fact) for fact in facts)] == []


# --- what each kind says ---


@cases(lambda case: case.variant in {"consent", "form"})
def test_every_signer_has_a_place(case: Case) -> None:
    pack = pack_of(case)
    words, asked = pack.signatures, pack.form.assent
    signers = [*(block.who for block in words.blocks), asked.who]  # the last for whom another decides
    headings = [block.text for block in blocks_of(case) if block.role == "H3"]
    assert sorted(heading for heading in headings if heading in signers) == sorted(signers)
    assert texts_of(case).count(words.signature) == len(signers)


@cases(lambda case: case.variant in {"information", "plan"})
def test_what_is_kept_has_nothing_to_sign(case: Case) -> None:
    pack, texts = pack_of(case), texts_of(case)
    signed = {pack.form.agreement, pack.consent.intro, pack.consent.heading, pack.refusal.intro}
    labels = {pack.signatures.signature, pack.signatures.printed_name, pack.signatures.time, pack.form.initials}
    places = {text for block in pack.signatures.blocks for text in (block.who, block.statement)}
    places -= {pack.label.heading}
    assert (signed | labels | places).isdisjoint(texts)
    assert 'data-kind="signature"' not in open_workspace(SAMPLE_CLINIC).compose(content_of(case)).html


@cases(lambda case: case.variant != "refusal")
def test_a_consent_and_its_parts_tell_what_they_must_and_the_clauses(case: Case) -> None:
    texts, content = texts_of(case), content_of(case)
    assert [text for text in safety_texts(content) if text not in texts] == []
    for name in document_of(case).clauses:
        assert content.pack.clauses[name].heading in texts


@cases(lambda case: case.variant == "refusal")
def test_a_refusal_tells_what_was_offered_what_may_follow_and_that_the_door_stays_open(case: Case) -> None:
    texts, words = texts_of(case), pack_of(case).refusal
    order = [words.offered, words.may_follow, words.choices, words.open_door.heading, words.heading]
    places = [texts.index(text) for text in (*order, words.intro, *words.statements)]
    assert places == sorted(places)
    headings = [block.text for block in blocks_of(case) if block.role == "H2"]
    assert [heading for heading in headings if heading in order] == order
    assert words.open_door.text in text_of(case)
    assert words.reason in texts


@cases(lambda case: case.variant == "refusal")
def test_a_refusal_is_headed_by_what_it_says(case: Case) -> None:
    (heading,) = [" ".join(block.text.split()) for block in blocks_of(case) if block.role == "H1"]
    assert heading == f"{pack_of(case).refusal.title} {content_of(case).procedure.title}"


@cases(lambda case: case.variant == "refusal")
def test_a_refusal_has_three_places_to_sign(case: Case) -> None:
    words = pack_of(case).signatures
    who = {block.role: block.who for block in words.blocks}
    headings = [block.text for block in blocks_of(case) if block.role == "H3"]
    assert headings == [who["patient"], who["representative"], who["clinician"]]
    assert texts_of(case).count(words.signature) == 3


@cases(lambda case: case.variant == "plan")
def test_a_plan_says_whom_to_call_before_its_six_steps(case: Case) -> None:
    texts, words = texts_of(case), pack_of(case).plan
    order = [words.heading, words.call, words.call_note, *(step.heading for step in words.steps)]
    places = [texts.index(text) for text in order]
    assert places == sorted(places)
    assert [block.text for block in blocks_of(case) if block.role == "H2"] == [step.heading for step in words.steps]
    assert "988" in words.call
    assert document_of(case).title == words.heading
    assert document_of(case).clauses == {}


@cases(lambda case: case.variant == "refusal")
def test_a_refusal_releases_nobody_and_does_not_consent(case: Case) -> None:
    pack, texts = pack_of(case), texts_of(case)
    assert re.findall(RELEASES[case.language], text_of(case), re.IGNORECASE) == []
    assert {*pack.consent.statements}.difference(pack.refusal.statements).isdisjoint(texts)
    refused = fill(pack.refusal.agreement, title=content_of(case).procedure.title, code=case.code)
    assert [text in texts for text in (pack.form.agreement, refused)] == [False, True]


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_pattern_for_words_of_release_finds_some(language: str) -> None:
    release = {"en": "I release the clinic from all liability.", "es": "Eximo a la clínica de toda responsabilidad."}
    assert re.search(RELEASES[language], release[language], re.IGNORECASE)


@pytest.mark.parametrize("variant", ["information", "refusal", "plan"])
@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("large_print", [False, True])
def test_a_paper_for_a_crisis_says_on_its_first_page_when_to_get_help(
    variant: Variant, language: str, large_print: bool
) -> None:
    case = Case("90839", variant, language, large_print)
    plan, help_now = pack_of(case).plan, content_of(case).procedure.risks.get_help_now
    assert help_now is not None
    wanted = [plan.call, plan.call_note] if variant == "plan" else list(passage_texts(help_now))
    with pypdfium2.PdfDocument(document_of(case).pdf) as document:
        first = "".join(document[0].get_textpage().get_text_range().split())
    assert wanted
    assert [text for text in wanted if "".join(text.split()) not in first] == []


# --- large print ---


def sizes_of(pdf: bytes) -> tuple[str, list[float]]:
    """Every letter that pdfium sees, without white space, and the size at which each one is set, in points."""
    letters: list[str] = []
    sizes: list[float] = []
    with pypdfium2.PdfDocument(pdf) as document:
        for page in document:
            text = page.get_textpage()
            for index in range(text.count_chars()):
                letter = chr(pdfium.FPDFText_GetUnicode(text, index))
                if letter.isspace() or letter < " ":
                    continue
                matrix = pdfium.FS_MATRIX()
                assert pdfium.FPDFText_GetMatrix(text, index, matrix)
                scale = abs(matrix.a * matrix.d - matrix.b * matrix.c) ** 0.5
                letters.append(letter)
                sizes.append(scale * pdfium.FPDFText_GetFontSize(text, index))
    return "".join(letters), sizes


def smallest(passage: str, letters: str, sizes: list[float]) -> float | None:
    """The smallest size of a passage, if it stands on one page."""
    wanted = "".join(passage.split())
    start = letters.find(wanted)
    return min(sizes[start : start + len(wanted)]) if start >= 0 else None


def body_texts(case: Case) -> Iterator[str]:
    """Texts that every kind has in its body, or those of its own."""
    procedure = content_of(case).procedure
    if case.variant == "form":
        yield from (procedure.summary.why, procedure.summary.your_choice, *pack_of(case).consent.statements)
        return
    yield from procedure.benefits.every
    yield from (text for choice in procedure.alternatives.items for text in choice.good)


def without_colophon(case: Case) -> list[TaggedText]:
    """All blocks but those after the questions of an information, and before the form where there is one."""
    blocks, texts, pack = blocks_of(case), texts_of(case), pack_of(case)
    if case.variant not in {"information", "consent"}:
        return blocks
    begins = texts.index(pack.teach_back.own_questions)
    ends = texts.index(pack.form.asked) if case.variant == "consent" else len(blocks)
    return [*blocks[:begins], *blocks[ends:]]


@cases(lambda case: case.large_print and case.variant in SIGNED_OR_READ)
def test_large_print_sets_text_in_18_points_and_headings_in_more(case: Case) -> None:
    letters, sizes = sizes_of(document_of(case).pdf)
    least = {"H1": 22, "H2": 22, "H3": 20, "P": 18, "LBody": 18}
    if (case.variant, case.language) == ("form", "es"):  # for nobody in particular: or else it takes five pages
        least |= {"H2": 20, "H3": 18}
    texts = list(body_texts(case))
    body = [size for text in texts if (size := smallest(text, letters, sizes)) is not None]
    assert len(body) > 0.8 * len(texts)
    assert min(body) >= 18 - 0.01
    long = [block for block in without_colophon(case) if block.role in least and len(block.text) > 50]
    found = [(least[block.role], size) for block in long if (size := smallest(block.text, letters, sizes)) is not None]
    assert len(found) > 0.5 * len(long)
    assert [pair for pair in found if pair[1] < pair[0] - 0.01] == []
    for block in (block for block in blocks_of(case) if block.role in {"H1", "H2"} and len(block.text) > 12):
        size = smallest(block.text, letters, sizes)
        assert size is None or size >= least[block.role] - 0.01 or letters.count("".join(block.text.split())) > 1, (
            block.text
        )


@cases(lambda case: case.variant in {"refusal", "plan"})
def test_papers_of_one_page_keep_the_size_of_print(case: Case) -> None:
    letters, sizes = sizes_of(document_of(case).pdf)
    least = 18 if case.large_print else 12
    texts = list(safety_texts(content_of(case)))
    found = [size for text in texts if (size := smallest(text, letters, sizes)) is not None]
    assert len(found) > 0.6 * len(texts)
    assert min(found) >= least - 0.01
    words = pack_of(case)
    first = words.refusal.title if case.variant == "refusal" else words.plan.call
    largest = smallest(first, letters, sizes)
    assert largest is not None
    assert largest >= 24 - 0.01


@cases(lambda case: not case.large_print and case.variant in TO_WEIGH)
def test_the_measure_of_sizes_sees_that_ordinary_print_is_smaller(case: Case) -> None:
    letters, sizes = sizes_of(document_of(case).pdf)
    measured = [smallest(text, letters, sizes) for text in body_texts(case)]
    assert {round(size, 1) for size in measured if size is not None} == {12.0}


@cases(lambda case: case.large_print)
def test_large_print_has_the_same_content_hash_and_no_table(case: Case) -> None:
    assert open_workspace(SAMPLE_CLINIC).compose(content_of(case)).content_hash == document_of(case).content_hash
    words = pack_of(case).headings
    choices = len(content_of(case).procedure.alternatives.items) if case.variant in TO_WEIGH else 0
    assert (texts_of(case).count(words.good), texts_of(case).count(words.less_good)) == (choices, choices)


# --- the command line ---


def test_a_file_is_named_after_the_code_and_what_is_out_of_the_ordinary(
    tmp_path_factory: pytest.TempPathFactory, call: Call
) -> None:
    clinic = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_translation(clinic / "procedures")

    def name(*options: str) -> list[str]:
        return call("render", "SMALL-1", *options, "-q", "--clinic", clinic).lines

    assert name("--lang", "es", "--variant", "refusal", "--large-print") == ["SMALL-1.es.refusal.large.pdf"]
    assert name("--variant", "information") == ["SMALL-1.information.pdf"]
    assert name("--large-print", "--lang", "en", "--variant", "consent") == ["SMALL-1.large.pdf"]


def test_a_language_without_a_translation_is_wrong_use(tmp_path_factory: pytest.TempPathFactory, call: Call) -> None:
    clinic = make_clinic(tmp_path_factory.mktemp("clinic"))
    done = call("render", "SMALL-1", "90837", "--lang", "es", "--clinic", clinic)
    assert (done.code, done.stdout) == (2, b"")
    assert "SMALL-1 has no translation for `es`; write SMALL-1.es.yaml beside it" in done.stderr


def test_an_unknown_kind_is_answered_with_those_there_are(call: Call) -> None:
    done = call("render", "90837", "--variant", "refusl")
    assert done.code == 2
    assert "'consent', 'information', 'form', 'refusal', 'plan'" in done.stderr


def test_a_plan_of_a_procedure_that_has_none_is_wrong_use(tmp_path: Path, call: Call) -> None:
    done = call("render", "90837", "--variant", "plan", "-o", tmp_path / "plan.pdf")
    assert (done.code, done.stdout) == (2, b"")
    assert "90837 has no plan for a crisis" in done.stderr
    assert "`plan: crisis`" in done.stderr
    assert list(tmp_path.iterdir()) == []


def test_a_plan_is_approved_by_itself(tmp_path: Path, call: Call) -> None:
    clinic = make_clinic(tmp_path / "clinic")
    write_procedure(clinic / "procedures", plan="crisis")
    assert call("approve", "--yes", CODE, "--variant", "plan", "--by", "Dr. Ruiz", "--clinic", clinic).code == 0
    made = {variant: open_workspace(clinic, open_store()).render(CODE, variant=variant) for variant in VARIANTS}
    assert [variant for variant, document in made.items() if document.is_approved] == ["plan"]
    assert made["plan"].mark.startswith("Approved by Dr. Ruiz")
    assert made["plan"].content_hash not in {made["consent"].content_hash, made["refusal"].content_hash}


def test_json_lists_every_clause_with_why_it_is_there(call: Call) -> None:
    (told,) = json.loads(call("render", "90853", "--json", "--variant", "information").stdout)["documents"]
    assert (told["variant"], told["large_print"], told["language"]) == ("information", False, "en")
    whys = {clause["name"]: clause["why"] for clause in told["clauses"]}
    assert whys["language_help"] == "always"
    assert whys["psychotherapy_notes"] == "procedure"
    assert not {"confidentiality", "group_confidentiality"} & set(whys), "the form has them"
    assert "crisis_plan" not in whys
    assert list(whys) == [name for name in open_workspace().language("en").clauses if name in whys]
