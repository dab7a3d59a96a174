"""From a definition, a language pack and a clinic to one HTML page, with the hash of what it says.

Guarantees: the hash covers everything on the page that a patient reads, whatever the layout; information, form and
consent of a procedure in one language have one hash, since they are one text.
"""

from __future__ import annotations

import datetime
import hashlib
import json
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from consentkit.documents import particulars
from consentkit.documents.approval_words import ApprovalMark, ReviewNote, mark_of, review_note
from consentkit.documents.form_request import EVERYTHING, LOOSE, Situation
from consentkit.documents.form_values import AskedText, FormValues, clauses_of_form, form_values
from consentkit.documents.paper_signing import paper_signing
from consentkit.documents.style_sheets import STYLE_SHEET, style_of, style_path, styles_of_all_layouts
from consentkit.documents.typesetting import typeset
from consentkit.library.approvals import Approval, Identity, Variant
from consentkit.library.snapshot import Snapshot
from consentkit.model.clinic import Clinic
from consentkit.model.identity import approved_kind, kinds_of_text, printed_fingerprint
from consentkit.model.paper import Paper
from consentkit.model.procedure import Procedure
from consentkit.model.translation import Definition
from consentkit.model.words import LanguagePack
from consentkit.reading.pictures import Picture

if TYPE_CHECKING:
    from consentkit.documents.filling import Templates

LOGO_ASSET = "asset:logo"
PICTURE_ASSET = "asset:picture-{number}"

FindApproval = Callable[[str], Approval | None]
"""Finds the current approval for a content hash."""

# Private characters, which no input may hold (`characters`), so that nothing but a template can put these there.
_MARK_PLACE = "\ue000mark\ue001"
_HEAD_PLACES = {size: f"\ue000mark in {size} print\ue001" for size in ("regular", "large")}
_FINGERPRINT_PLACE = "\ue000fingerprint\ue001"
_REVIEW_PLACE = "\ue000review\ue001"
_UNREVIEWED_PLACE = "\ue000unreviewed\ue001"
_NO_TEXT = re.compile(f"\ue000[^\ue001]*\ue001|{particulars.LEFT_OUT}")


@dataclass(frozen=True)
class Sheet:
    """HTML with its style sheet, ready to be printed: a document, the form of a visit, or a page of a packet."""

    html: str
    style: str
    content_hash: str
    """That of everything on it that a patient reads."""
    templates: tuple[Path, ...]
    """The templates and style sheets that it was made with."""


@dataclass(frozen=True)
class Page(Sheet):
    """The same for a document, which may be approved."""

    approval: Approval | None
    mark: ApprovalMark
    review: ReviewNote
    particulars: str
    """The hash of where the clinic can be reached, which is no part of the text."""
    texts: tuple[str, ...]
    """All pages that the hash covers, as HTML: the papers of the same text, and its form at visits, too. What is no
    part of the text, such as the mark, is an ellipsis in them."""
    further_words: tuple[str, ...]
    """What else it may say, once it is approved or at a visit."""


@dataclass(frozen=True)
class Content:
    """What a document is about: the text of a definition in one language, as one kind of document."""

    definition: Definition
    clinic: Clinic
    pack: LanguagePack
    variant: Variant = "consent"
    translated: bool = False
    """Whether the text is a translation."""
    signers: tuple[str, ...] | None = None
    """Of a paper, the roles of those who sign at its visit; of a paper or a refusal, none for a copy to read, and None
    where no visit is known."""
    stale: bool = False
    """Whether it translates a text that has changed since. Such a document counts as not approved."""
    lost: tuple[str, ...] = ()
    """What a stale translation has otherwise than the text has it now, by the names of the places."""
    pictures: tuple[Picture, ...] = ()
    """The pictures of its text, in their order."""

    @property
    def procedure(self) -> Procedure:
        """The procedure that it is about, where it is about one."""
        assert isinstance(self.definition, Procedure)
        return self.definition

    @property
    def paper(self) -> Paper:
        """The paper that it is, where it is one."""
        assert isinstance(self.definition, Paper)
        return self.definition

    @property
    def is_signed(self) -> bool:
        """Whether somebody signs it: it is no copy to read, nor a paper that nobody signs."""
        return self.signers != () and (self.variant != "paper" or bool(self.paper.signers))

    @property
    def title(self) -> str:
        """What the document is called: a plan is the patient's own, and not about the procedure."""
        return self.pack.plan.heading if self.variant == "plan" else self.definition.title

    @property
    def called(self) -> str:
        """What the file says that it is: the title, with the code of the procedure. A paper's name is for the desk."""
        return self.title if self.variant == "paper" else f"{self.title} ({self.definition.code})"

    @property
    def clauses(self) -> dict[str, str]:
        """The clauses that this document prints, in the order of the pack, each with why it is there."""
        if self.variant == "paper":
            return {name: "paper" for name in self.pack.clauses if name in self.paper.clauses}
        to_sign = self.variant in {"consent", "form"}
        printed = {**self.clauses_to_read, **(self._clauses_to_sign if to_sign else {})}
        return {name: printed[name] for name in self.pack.clauses if name in printed}

    @property
    def _clauses_to_sign(self) -> dict[str, str]:
        """Those of the form of this procedure alone."""
        return clauses_of_form([self.procedure], self.pack, LOOSE)

    @property
    def clauses_to_read(self) -> dict[str, str]:
        """Those of its information: for every patient, or requested by the procedure, and not on the form."""
        if self.variant not in {"consent", "information"}:
            return {}
        asked, on_form = dict.fromkeys(self.procedure.clauses, "procedure"), self._clauses_to_sign
        every = {name: clause for name, clause in self.pack.clauses.items() if name not in self.procedure.without}
        reasons = {name: "always" if clause.always else asked.get(name) for name, clause in every.items()}
        return {name: reason for name, reason in reasons.items() if reason and name not in on_form}

    @property
    def headings_on_form(self) -> str:
        """The headings of the clauses that every form of this procedure has, for its information to name."""
        every = clauses_of_form([self.procedure], self.pack, Situation())
        return "; ".join(self.pack.clauses[name].heading for name in every)

    @property
    def shown(self) -> tuple[Picture, ...]:
        """The pictures that this document shows, or the text that it is a part of."""
        return self.pictures if approved_kind(self.variant) == "consent" else ()

    @property
    def assets(self) -> dict[str, bytes]:
        """Its pictures, by the addresses that templates use for them."""
        return {PICTURE_ASSET.format(number=number): one.data for number, one in enumerate(self.shown, 1)}

    def form(self, fingerprint: str, situation: Situation = LOOSE) -> FormValues:
        """What the form of this procedure alone says, with the fingerprint of its information."""
        return form_values([[AskedText(self.procedure, self.pack, fingerprint)]], situation)

    @property
    def identity(self) -> Identity:
        """Which document it is, for approvals."""
        return Identity(self.definition.code, self.pack.language, self.variant)


@dataclass(frozen=True)
class _HashedText:
    """A text with everything that its hash covers, before anything is said of its approval."""

    pages: Mapping[Variant, str]
    """The pages of the document, and of those that are one text with it, as they are printed."""
    texts: Sequence[str]
    """All pages that the hash covers."""
    further: Sequence[Mapping[str, Any]]
    """What else the papers of this text may say."""
    style: str
    content_hash: str
    templates: tuple[Path, ...]
    """The templates and style sheets that it was made with."""


def compose(
    content: Content,
    templates: Sequence[Path],
    find_approval: FindApproval,
    today: datetime.date,
    pictures: str = "",
    files: Snapshot | None = None,
) -> Page:
    """Write the page. `pictures` is a digest of the pictures that it shows; `files` reads templates and style sheets.

    The hash covers the page without mark and fingerprint, the pictures, and all style sheets, those of every paper size
    and of large print too: everything that decides what a patient reads. It is the same for each layout. Address and
    telephone number of the clinic have a hash of their own; of who reviewed the text, it covers what the text says.

    Raises RenderingFailed, with file and line, where a template is faulty.
    """
    text = _hashed_text(content, templates, pictures, files or Snapshot())
    approval = find_approval(text.content_hash)
    mark = mark_of(content.pack, approval, today)
    review = review_note(content.definition.review, content.pack, approval, translated=content.translated)
    html = _with_unreviewed(particulars.printed(text.pages[content.variant]), "" if approval else review.unreviewed)
    places = {
        _MARK_PLACE: mark.full,
        **{place: mark.at_heads[size] for size, place in _HEAD_PLACES.items()},
        _REVIEW_PLACE: review.printed,
        _FINGERPRINT_PLACE: printed_fingerprint(text.content_hash),
    }
    for place, words in places.items():
        html = html.replace(place, str(escape(typeset(words))))
    return Page(
        html,
        text.style,
        text.content_hash,
        text.templates,
        approval,
        mark,
        review,
        particulars.particulars_hash(content.clinic),
        tuple(_NO_TEXT.sub("…", page) for page in text.texts),
        tuple(_every_text(text.further)),
    )


def _opened(folders: Sequence[Path], files: Snapshot) -> Templates:
    from consentkit.documents.filling import Templates  # loads Jinja, which a packet of kept papers does without

    return Templates(folders, files)


def _hashed_text(content: Content, templates: Sequence[Path], pictures: str, files: Snapshot) -> _HashedText:
    """Fill in the templates, and take the hash."""
    style = style_of(content.clinic, templates, files)
    filled = _opened(templates, files)
    hashed_pages = _pages(filled, replace(content, signers=None))  # with a place for everybody
    pages = hashed_pages if content.signers is None else _pages(filled, content)
    layouts = styles_of_all_layouts(templates, files)
    written = [*hashed_pages.values(), *_other_pages(filled, content)]
    texts = [particulars.text_alone(html, content.clinic) for html in written]
    further = _further_words(content)
    review = content.definition.review.model_dump_json()
    hashed = [*texts, json.dumps(further), review, style, *layouts, pictures]
    content_hash = hashlib.sha256("\0".join(hashed).encode()).hexdigest()
    loaded = (*filled.loaded, style_path(STYLE_SHEET, templates))
    return _HashedText(pages, texts, further, style, content_hash, loaded)


def _further_words(content: Content) -> list[dict[str, Any]]:
    """What papers of this text may say beside these pages. That nobody has reviewed it, an approved text never says."""
    words = [content.pack.about.model_dump(mode="json", exclude={"translated"})]
    return [*words, content.pack.form.model_dump(mode="json")] if approved_kind(content.variant) == "consent" else words


def _every_text(value: object) -> Iterator[str]:
    """All texts in plain data."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, Mapping):
        for one in value.values():
            yield from _every_text(one)
    elif isinstance(value, Sequence):
        for one in value:
            yield from _every_text(one)


def _with_unreviewed(html: str, sentence: str) -> str:
    """A page with the paragraph that nobody has reviewed a text, or without it: all that an approval takes away."""
    paragraph = f'<p class="translated">{escape(typeset(sentence))}</p>' if sentence else ""
    return html.replace(_UNREVIEWED_PLACE, paragraph)


def _pages(templates: Templates, content: Content) -> dict[Variant, str]:
    """The pages of a document and of those that are one text with it, by their kinds."""
    kinds = kinds_of_text(content.variant)
    return {kind: _filled_in(templates, replace(content, variant=kind)) for kind in kinds}


def _filled_in(templates: Templates, content: Content) -> str:
    return templates.fill_in(f"{content.variant}.html", _values(content))


def _other_pages(templates: Templates, content: Content) -> list[str]:
    """What the papers of visits say that the loose one does not: whoever approves a text approves these with it."""
    if content.variant == "refusal" or (content.variant == "paper" and content.paper.signers):
        return [_filled_in(templates, replace(content, signers=()))]
    if approved_kind(content.variant) != "consent":
        return []
    form = replace(content, variant="form")
    return [templates.fill_in("form.html", _values(form, situation)) for situation in (Situation(), EVERYTHING)]


def compose_sheet(
    name: str,
    values: Mapping[str, Any],
    clinic: Clinic,
    pack: LanguagePack,
    templates: Sequence[Path],
    files: Snapshot | None = None,
) -> Sheet:
    """Write a page of a packet: `cover` or `blank`. Raises RenderingFailed where a template is faulty."""
    given = {
        "clinic": particulars.marked(clinic),
        "words": pack,
        "fingerprint": _FINGERPRINT_PLACE,
        "write_day": pack.dates.write,
    }
    return _written(name, {**given, **values}, clinic, templates, files)


def compose_form(
    form: FormValues,
    mark: ApprovalMark,
    clinic: Clinic,
    words: LanguagePack,
    templates: Sequence[Path],
    files: Snapshot | None = None,
) -> Sheet:
    """Write the form of a visit, by the template that the form of a single procedure has too."""
    values = {**page_values(words, clinic, mark.full, mark.at_heads), "form": form}
    return _written("form", values, clinic, templates, files)


def _written(
    name: str, values: Mapping[str, Any], clinic: Clinic, templates: Sequence[Path], files: Snapshot | None
) -> Sheet:
    files = files or Snapshot()
    style = style_of(clinic, templates, files)
    filled = _opened(templates, files)
    html = particulars.printed(filled.fill_in(f"{name}.html", values))
    content_hash = hashlib.sha256("\0".join([html, style]).encode()).hexdigest()
    finished = html.replace(_FINGERPRINT_PLACE, printed_fingerprint(content_hash))
    return Sheet(finished, style, content_hash, (*filled.loaded, style_path(STYLE_SHEET, templates)))


def _values(content: Content, situation: Situation = LOOSE) -> dict[str, Any]:
    """Everything that a template can see.

    Mark, review and fingerprint follow from the finished page, so it has placeholders for them. Were the template run
    again with the values, it could print something else than what was approved.
    """
    shared = page_values(content.pack, content.clinic, _MARK_PLACE, _HEAD_PLACES)
    if content.variant == "form":
        return {**shared, "form": content.form(_FINGERPRINT_PLACE, situation)}
    shared |= {
        "definition": content.definition,
        "title": content.title,
        "called": content.called,
        "code": content.definition.code,
        "variant": content.variant,
        "sources": content.definition.every_source,
        "translated": content.translated,
        "fingerprint": _FINGERPRINT_PLACE,
        "reviewed": _REVIEW_PLACE,
        "unreviewed": _UNREVIEWED_PLACE,
    }
    if content.variant == "paper":
        signing = paper_signing(content.paper, content.signers) if content.is_signed else None
        as_form = {"second": None, "situation": LOOSE if content.signers is None else Situation()}  # for shared pieces
        return {**shared, "paper": content.paper, "signing": signing, "form": as_form}
    values = {
        **shared,
        "procedure": content.procedure,
        "signing": content.is_signed,
        "clauses": {name: content.pack.clauses[name] for name in content.clauses_to_read},
        "headings_on_form": content.headings_on_form,
    }
    return {**values, "form": content.form(_FINGERPRINT_PLACE)} if content.variant == "consent" else values


def page_values(pack: LanguagePack, clinic: Clinic, mark: str, heads: Mapping[str, str]) -> dict[str, Any]:
    """What every template of a document can see. `heads` has the mark of the pages after the first by size of print."""
    return {
        "clinic": particulars.marked(clinic),
        "words": pack,
        "mark": mark,
        "mark_at_heads": heads,
        "write_day": pack.dates.write,
    }
