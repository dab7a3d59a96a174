"""The form to sign: one for a visit, whatever the visit is for.

Guarantees: a form holds nothing of a patient, so that it can be kept: by what each of its procedures is made from, by
its languages and by the situation. It counts as approved where the text of each of its procedures is approved today in
each language. What must never be missing from it has been found again in the finished file, where it can be seen.
"""

from __future__ import annotations

import datetime
import json
from dataclasses import asdict, dataclass

from consentkit.cache.store import key_of
from consentkit.documents.kept import digests_of, keep_unless_edited
from consentkit.documents.packing import pack_part, unpack_part
from consentkit.documents.situation import LOOSE as LOOSE  # noqa: PLC0414 - a form is asked for by these
from consentkit.documents.situation import Situation as Situation  # noqa: PLC0414
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import WrongUse
from consentkit.library.keys import Inputs, key_from
from consentkit.model.identity import Layout
from consentkit.pdf.part import Part


@dataclass(frozen=True)
class FormRequest:
    """Which form."""

    codes: tuple[str, ...]
    """The procedures for which consent is asked, in their order."""
    languages: tuple[str, ...]
    """The patient's language; then the one that is printed under it, if there is a second."""
    situation: Situation
    layout: Layout

    def __post_init__(self) -> None:
        """Raise WrongUse for a form without procedures, or in no language or more than two."""
        if not self.codes or len(set(self.codes)) < len(self.codes):
            raise WrongUse("a form is for one or more procedures, each of them once")
        if len(set(self.languages)) != len(self.languages) or not 1 <= len(self.languages) <= 2:
            raise WrongUse("a form is in one language, or in two different ones")


@dataclass(frozen=True)
class FormText:
    """A text that a form names: that of one procedure in one language."""

    code: str
    title: str
    language: str
    edition: datetime.date
    """The day on which the text was issued."""
    content_hash: str
    """That of its consent, of which the form is a part."""
    approved_edition: int | None
    """The number of the approved edition; None where the text is not approved today."""


@dataclass(frozen=True)
class Form:
    """A finished form."""

    part: Part
    """The file, with the places that wait for the particulars of a visit."""
    languages: tuple[str, ...]
    texts: tuple[FormText, ...]
    """The texts that it names: each procedure in the first language, then each in the second."""
    is_approved: bool
    """Whether each of them is approved today."""
    mark: str
    """What stands at the head of each page: that it is a draft, or that it is approved."""

    @property
    def pages(self) -> int:
        """How many pages it has."""
        return self.part.pages


def get_or_make_form(workspace: OpenWorkspace, request: FormRequest, inputs: Inputs | None = None) -> Form:
    """Find a form, or make and keep it. `inputs` are those of a run of several documents.

    Raises what `Workspace.render` raises, for any of its procedures in any of its languages.
    """
    inputs = inputs or workspace.inputs()
    key = form_key(workspace, request, inputs)
    if form := _unpacked(workspace.store.get(key)):
        return form
    from consentkit.documents.form_making import make_form  # which a form that is kept does without

    contents = [
        [
            workspace.content(code, language=language, variant="form", snapshot=inputs.snapshot)
            for language in request.languages
        ]
        for code in request.codes
    ]
    with workspace.naming_files(request.languages[0], snapshot=inputs.snapshot):
        form = workspace.guarded(make_form, contents, request, workspace.source(inputs.snapshot))
    keep_unless_edited(workspace, key, _packed(form), lambda now: form_key(workspace, request, now))
    return form


def form_key(workspace: OpenWorkspace, request: FormRequest, inputs: Inputs) -> str:
    """The key under which a form is kept: it changes with everything that the form is made from."""
    sought = [
        workspace.find(code, request.layout, language=language, variant="form")
        for code in request.codes
        for language in request.languages
    ]
    digests = [key_from(digests_of(one, inputs)) for one in sought]
    return key_of("form", *digests, json.dumps([request.languages, asdict(request.situation)], sort_keys=True))


def _packed(form: Form) -> bytes:
    about = {
        "languages": list(form.languages),
        "texts": [{**asdict(text), "edition": text.edition.isoformat()} for text in form.texts],
        "is_approved": form.is_approved,
        "mark": form.mark,
    }
    return pack_part(form.part, about)


def _unpacked(data: bytes | None) -> Form | None:
    """What `_packed` wrote; None for anything else, so that the form is made anew."""
    kept = unpack_part(data)
    if kept is None:
        return None
    part, about = kept
    try:
        texts = [{**text, "edition": datetime.date.fromisoformat(text["edition"])} for text in about.pop("texts")]
        return Form(part, tuple(about.pop("languages")), tuple(FormText(**text) for text in texts), **about)
    except (ValueError, KeyError, TypeError):
        return None
