"""The page on which a clinician decides about a visit, at whichever computer the clerk sits.

Guarantees: only a clinician decides, who signs that with the password; nothing is typed as a reason, so that no name
gets into the journal.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, abort, redirect, render_template, request, url_for

from consentkit.operations.desk.deciding import override
from consentkit.operations.journal import OVERRIDE_REASONS
from consentkit.web.guards import access, this_desk, this_session
from consentkit.web.sessions import DeskRole
from consentkit.web.shown import say, say_and_go, shown_rows
from consentkit.web.signing import NotSigned, signing_clinician
from consentkit.web.visit_pages import revision_of_form

pages = Blueprint("deciding", __name__, url_prefix="/visit/<key>/override")


@pages.get("")
@access(DeskRole.DESK, DeskRole.CLINICIAN)
def ask(key: str) -> str:
    """Ask a clinician whether a visit gets its papers in spite of what speaks against it."""
    desk = this_desk()
    (visit,) = shown_rows([desk.day.row(key)])
    clinicians = [account for account, user in desk.users().items() if DeskRole.CLINICIAN in user.roles]
    return render_template(
        "override.html",
        visit=visit,
        reasons=OVERRIDE_REASONS,
        has_clinicians=bool(clinicians),
        is_clinician=DeskRole.CLINICIAN in this_session().roles,
    )


@pages.post("")
@access(DeskRole.DESK, DeskRole.CLINICIAN)
def decide(key: str) -> Any:
    """Let a visit have its papers, by the decision of a clinician."""
    desk = this_desk()
    reason = next((one for one in OVERRIDE_REASONS if one == request.form.get("reason")), None)
    if reason is None:
        abort(400)
    clinician = signing_clinician()
    if isinstance(clinician, NotSigned):
        say("no_clinician" if clinician is NotSigned.NO_CLINICIAN else "override_not_you")
        return redirect(url_for("deciding.ask", key=key), 303)
    is_all = override(desk.day, desk.printer.journal, key, revision_of_form(), reason, clinician.who)
    return say_and_go("said.overridden" if is_all else "said.overridden-partly", visit=key)
