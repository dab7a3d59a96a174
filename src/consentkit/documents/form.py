"""The form to sign: one for a visit, whatever the visit is for.

Guarantees: a form holds nothing of a patient, so that it can be kept: by what each of its procedures is made from, by
its languages and by the situation. It counts as approved where the text of each of its procedures is approved today in
each language. What must never be missing from it has been found again in the finished file, where it can be seen.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Sequence
from dataclasses import asdict

from consentkit.cache.store import key_of
from consentkit.documents.form_request import Form, FormRequest, FormText
from consentkit.documents.kept import digests_of, keep_unless_edited
from consentkit.documents.packing import pack_part, unpack_part
from consentkit.documents.workspace import OpenWorkspace
from consentkit.library.keys import Inputs, key_from
from consentkit.library.sought import Sought


def get_or_make_form(workspace: OpenWorkspace, request: FormRequest, inputs: Inputs | None = None) -> Form:
    """Find a form, or make and keep it. `inputs` are those of a run of several documents.

    Raises what `Workspace.render` raises, for any of its procedures in any of its languages.
    """
    inputs = inputs or workspace.inputs()
    sought = _sought(workspace, request)
    key = _key(request, sought, inputs)
    if form := _unpacked(workspace.store.get(key)):
        return form
    from consentkit.documents.form_making import make_form  # which a form that is kept does without

    contents = [[workspace.content_of(one, inputs.snapshot) for one in texts] for texts in sought]
    with workspace.naming_files(request.languages[0], snapshot=inputs.snapshot):
        form = workspace.guarded(make_form, contents, request, workspace.source(inputs.snapshot))
    keep_unless_edited(workspace, key, _packed(form), lambda now: form_key(workspace, request, now))
    return form


def form_key(workspace: OpenWorkspace, request: FormRequest, inputs: Inputs) -> str:
    """The key under which a form is kept: it changes with everything that the form is made from."""
    return inputs.once(("form", request), lambda: _key(request, _sought(workspace, request), inputs))


def _sought(workspace: OpenWorkspace, request: FormRequest) -> list[list[Sought]]:
    """The texts of each procedure, one in each language."""
    return [
        [workspace.find(code, request.layout, language=language, variant="form") for language in request.languages]
        for code in request.codes
    ]


def _key(request: FormRequest, sought: Sequence[Sequence[Sought]], inputs: Inputs) -> str:
    digests = [key_from(digests_of(one, inputs)) for texts in sought for one in texts]
    rest = [request.languages, asdict(request.situation), request.on_file, request.covered, request.on_papers]
    return key_of("form", *digests, json.dumps([rest, request.only_lines], sort_keys=True))


def _packed(form: Form) -> bytes:
    about = {
        "languages": list(form.languages),
        "texts": [{**asdict(text), "edition": text.edition.isoformat()} for text in form.texts],
        "is_approved": form.is_approved,
        "mark": form.mark,
        "also_sign": list(form.also_sign),
        "title": form.title,
    }
    return pack_part(form.part, about)


def _unpacked(data: bytes | None) -> Form | None:
    """What `_packed` wrote; None for anything else, so that the form is made again."""
    kept = unpack_part(data)
    if kept is None:
        return None
    part, about = kept
    try:
        texts = [{**text, "edition": datetime.date.fromisoformat(text["edition"])} for text in about.pop("texts")]
        languages, also_sign = tuple(about.pop("languages")), tuple(about.pop("also_sign"))
        return Form(part, languages, tuple(FormText(**text) for text in texts), also_sign=also_sign, **about)
    except (ValueError, KeyError, TypeError):
        return None
