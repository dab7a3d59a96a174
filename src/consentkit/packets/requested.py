"""Which papers a visit requests: what is to sign, and which documents beside it, in which languages.

Guarantees: a visit gets one form, whatever it is for; what is signed already is not on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, NamedTuple

from consentkit.documents.form_request import Situation
from consentkit.model.identity import Identity, Variant
from consentkit.model.procedure import Procedure
from consentkit.model.visit import ASSENT_AGE, Visit
from consentkit.model.words import LanguagePack
from consentkit.packets.due import PapersOfVisit

if TYPE_CHECKING:
    from consentkit.pdf.foreign.intake import ForeignPdf

_LANGUAGES_OF_FORM = 2
"""Languages in which a form is printed at most; information papers are there in each language of a visit."""


_NO_PAPERS = PapersOfVisit()


def requests_form(kinds: Sequence[Variant]) -> bool:
    """Whether something is signed at a visit by its kinds of documents, other than a refusal."""
    return not {"consent", "form"}.isdisjoint(kinds)


class RequestedPapers(NamedTuple):
    """Which papers a visit requests: what is to sign, and the documents beside it."""

    languages: tuple[str, ...]
    codes_to_sign: tuple[str, ...]
    """The procedures of the form; none where there is nothing to sign."""
    codes_on_file: tuple[str, ...]
    """Those that are not on it, since their consent is on file."""
    codes_covered: tuple[tuple[str, str], ...]
    """Those that another one of the visit covers, each behind that one."""
    documents: tuple[Identity, ...]
    papers: PapersOfVisit = _NO_PAPERS
    """The papers among the documents that are not about one procedure."""

    @staticmethod
    def of(
        visit: Visit,
        kinds: Sequence[Variant],
        procedures: Sequence[Procedure],
        languages: Sequence[str],
        papers: PapersOfVisit = _NO_PAPERS,
    ) -> RequestedPapers:
        """What a visit requests by its kinds of documents, with its papers. `languages` has the patient's first.

        What is signed is there once, in the patient's language; what is read or kept, in each language. A paper that is
        signed, and a refusal, are there to read in each other language.
        """
        has_form = requests_form(kinds)
        offered = [one for one in procedures if not one.is_covered_beside(visit.procedures)]
        every = [one.code for one in offered]
        to_sign = tuple(code for code in every if code not in visit.on_file) if has_form else ()
        on_file = tuple(code for code in every if code in visit.on_file)
        to_read = every if "information" in kinds else to_sign if "consent" in kinds else ()
        to_refuse = every if "refusal" in kinds else ()
        to_plan = [one.code for one in offered if one.plan][:1] if has_form or "plan" in kinds else ()
        in_order: list[tuple[Variant, Sequence[str], Sequence[str]]] = [
            ("paper", papers.to_sign, languages[:1]),
            ("refusal", to_refuse, languages[:1]),
            ("plan", to_plan, languages[:1]),
            ("paper", papers.to_sign, languages[1:]),
            ("refusal", to_refuse, languages[1:]),
            ("paper", papers.to_keep, languages),
            ("information", to_read, languages),
        ]
        documents = [
            Identity(code, language, variant)
            for variant, codes, languages_of_kind in in_order
            for code in codes
            for language in languages_of_kind
        ]
        covered = tuple(
            (code, one.code) for one in procedures if one not in offered for code in to_sign if code in one.covered_by
        )
        return RequestedPapers(tuple(languages), to_sign, on_file, covered, tuple(documents), papers)

    @property
    def has_only_lines(self) -> bool:
        """Whether all that the form would ask is on file, but there are lines to fill in at each visit."""
        return self.papers.has_lines and bool(self.codes_on_file) and not self.codes_to_sign

    @property
    def to_approve(self) -> list[Identity]:
        """The documents whose approvals count, each once."""
        of_form = (
            Identity(code, language, "consent") for code in self.codes_to_sign for language in self.languages_of_form
        )
        return list(dict.fromkeys((*of_form, *(identity.approved_as for identity in self.documents))))

    @property
    def languages_of_form(self) -> tuple[str, ...]:
        """The languages in which the form is printed."""
        return self.languages[:_LANGUAGES_OF_FORM]

    def signers_of(self, identity: Identity, situation: Situation) -> tuple[str, ...] | None:
        """Who signs a document in a packet: a paper that is signed has a place for each who signs at the visit.

        In other languages than the patient's, it and a refusal have none, since nobody signs two texts. None for all
        else.
        """
        is_paper_to_sign = identity.variant == "paper" and identity.code in self.papers.to_sign
        if identity.language != self.languages[0] and (is_paper_to_sign or identity.variant == "refusal"):
            return ()
        return situation.signers if is_paper_to_sign else None


class JudgedVisit(NamedTuple):
    """What a visit calls for, if nothing speaks against it so far."""

    packs: Sequence[LanguagePack]
    procedures: Sequence[Procedure]
    extras: Sequence[ForeignPdf]
    requested: RequestedPapers


def situation_of(visit: Visit) -> Situation:
    """What a visit calls for beyond patient and clinician."""
    return Situation(
        telehealth=visit.place == "telehealth",
        trainee=visit.trainee is not None,
        represented=visit.representative is not None,
        assent=visit.representative is not None and visit.age >= ASSENT_AGE,
        interpreter=visit.interpreter is not None,
        witness=visit.witness is not None,
    )
