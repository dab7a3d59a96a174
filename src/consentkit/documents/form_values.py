"""What the form to sign says, as plain values for its template: the same for one procedure and for several.

Guarantees: what is asked, weighed and signed is here as it is printed, so that it can be looked for in the finished
file; nothing of a patient is among it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from consentkit.documents.form_request import OnPaper, Situation
from consentkit.model.clauses import Clause
from consentkit.model.on_form import AlsoSigner, OnForm
from consentkit.model.passages import Passage
from consentkit.model.placeholders import fill
from consentkit.model.procedure import Procedure
from consentkit.model.risks import Risk
from consentkit.model.words import LanguagePack

_UNBROKEN = "\u00a0"
_NONE: Mapping[str, OnPaper] = {}

SUMMARY_ROWS = ("what", "why", "how_long", "main_risk", "your_choice")


@dataclass(frozen=True)
class AskedText:
    """One procedure in one language, as the form names it."""

    procedure: Procedure
    pack: LanguagePack
    fingerprint: str
    """That of its information, in the form in which it is printed."""
    covered: tuple[str, ...] = ()
    """The codes of the visit that its consent covers."""


@dataclass(frozen=True)
class SaidText:
    """What the form says of a procedure in one language."""

    pack: LanguagePack
    title: str
    name: str
    """The title with the code, and with those that its consent covers."""
    summary: Mapping[str, str]
    """The rows of "In short", by name."""
    risks: Mapping[str, str]
    """The main risks of each group that has any."""
    choices: str
    """The names of the other choices, with that of doing nothing."""
    on_form: OnForm | None
    """What is chosen, filled in or initialled."""
    paper: str
    """The information paper that the patient was given: code, title, edition, fingerprint."""


@dataclass(frozen=True)
class AskedItem:
    """A procedure for which consent is asked."""

    code: str
    edition: str
    """The day on which the text in the first language was issued, in words."""
    fingerprint: str
    """That of the information in the first language."""
    said: tuple[SaidText, ...]
    """What is said of it in each language."""

    @property
    def field(self) -> str:
        """What the names of its fields begin with."""
        return f"code_{self.code.lower().replace('-', '_')}"


@dataclass(frozen=True)
class FormValues:
    """Everything that the template of a form can see of its procedures, words and situation."""

    second: LanguagePack | None
    """The words of the second language, where there is one."""
    situation: Situation
    items: tuple[AskedItem, ...]
    clauses: Mapping[str, tuple[Clause, ...]]
    """The clauses that hold for every visit by name, each in the languages that have it."""
    visit_clauses: Mapping[str, tuple[Clause, ...]]
    """Those that depend on the visit."""
    also_sign: tuple[tuple[AlsoSigner, ...], ...]
    """The second clinicians who sign, each in the languages that have them."""
    teach_back: tuple[tuple[str, ...], ...]
    """The questions for teach-back, each in the languages that have it."""
    on_file: tuple[str, ...] = ()
    """That consent to other procedures of the visit is on file, in each language; nothing where there are none."""
    calls: tuple[tuple[str, str], ...] = ()
    """Whom to call in a crisis, and whom if life is in danger, in each language; only where a procedure is for one."""
    is_urgent: bool = False
    """Whether every procedure is for a crisis."""

    @property
    def in_one_flow(self) -> bool:
        """Whether the form is set so that everything that is read and signed is on one page."""
        return self.is_urgent and not self.situation.loose and self.second is None

    @property
    def is_crowded(self) -> bool:
        """Whether that page has more than patient, or whoever decides, and clinician need."""
        return self.in_one_flow and (len(self.situation.signers) > 2 or bool(self.visit_clauses or self.also_sign))

    @property
    def is_packed(self) -> bool:
        """Whether that page has so much that its rows to sign are no higher than those of a refusal."""
        signers = len(self.situation.signers) + len(self.also_sign)
        return self.in_one_flow and signers > (2 if self.visit_clauses else 4)

    @property
    def is_close(self) -> bool:
        """Whether the rows are in two columns: where there are many, or where one page must do."""
        return self.second is None and (self.is_urgent or len(self.items) > 1)


def form_values(
    asked: Sequence[Sequence[AskedText]],
    situation: Situation,
    on_file: Sequence[str] = (),
    on_papers: Mapping[str, OnPaper] = _NONE,
) -> FormValues:
    """What a form says. `asked` has the texts of each procedure, one in each language, the patient's language first.

    `on_file` are the codes to which consent is on file, `on_papers` the clauses that a signed paper has.
    """
    packs = [text.pack for text in asked[0]]
    procedures = [texts[0].procedure for texts in asked]
    # A clause that one language lacks is printed in the other.
    clauses = [name for pack in packs for name in clauses_of_form(procedures, pack, situation)]
    said = {
        name: tuple(_clause(pack, name, on_papers) for pack in packs if name in pack.clauses)
        for name in dict.fromkeys(clauses)
    }
    plans = [texts[0].procedure.plan is not None for texts in asked]
    return FormValues(
        second=packs[1] if len(packs) > 1 else None,
        situation=situation,
        items=tuple(_item(texts) for texts in asked),
        clauses={name: clause for name, clause in said.items() if not clause[0].visit},
        visit_clauses={name: clause for name, clause in said.items() if clause[0].visit},
        also_sign=tuple(_also_sign(asked)),
        teach_back=tuple(_teach_back(asked)),
        on_file=tuple(_on_file(pack, on_file) for pack in packs) if on_file else (),
        calls=tuple((pack.plan.call, pack.plan.call_note) for pack in packs) if any(plans) else (),
        is_urgent=all(plans),
    )


def _clause(words: LanguagePack, name: str, on_papers: Mapping[str, OnPaper]) -> Clause:
    """A clause as a form has it: of one that a signed paper has, only that it has it.

    Where the paper is on file, the lines of the clause are on the form: what is written there may differ at each visit.
    """
    clause = words.clauses[name]
    where = on_papers.get(name) if clause.visit else None
    if where is None:
        return clause
    said = words.form.clause_on_paper if where == "visit" else words.form.clause_on_file
    blanks = () if where == "visit" else clause.blanks
    return clause.model_copy(update={"text": Passage(intro=said), "blanks": blanks})


def _item(texts: Sequence[AskedText]) -> AskedItem:
    first = texts[0]
    review, write_day = first.procedure.review, first.pack.dates.write
    return AskedItem(
        code=first.procedure.code,
        edition=write_day(review.issued),
        fingerprint=first.fingerprint,
        said=tuple(map(_said, texts)),
    )


def _on_file(words: LanguagePack, codes: Sequence[str]) -> str:
    return fill(words.form.on_file, codes=f"{words.document.comma} ".join(codes))


def _said(text: AskedText) -> SaidText:
    procedure, words = text.procedure, text.pack
    names = {"title": procedure.title, "code": procedure.code}
    choices = [choice.name for choice in procedure.alternatives.items]
    separator = f"{words.document.comma} "
    return SaidText(
        pack=words,
        title=procedure.title,
        name=fill(words.form.item, title=procedure.title, code=separator.join((procedure.code, *text.covered))),
        summary={row: getattr(procedure.summary, row) for row in SUMMARY_ROWS},
        risks={
            group: _listed([_phrase(risk, words) for risk in risks])
            for group, risks in procedure.risks.main_risks.items()
        },
        choices=_listed([*choices, words.form.nothing]),
        on_form=procedure.on_form,
        # In a crisis the information may follow when there is time to read it.
        paper=fill(
            words.form.given_paper_later if procedure.plan else words.form.given_paper,
            **names,
            date=words.dates.write(procedure.review.issued),
            fingerprint=text.fingerprint.replace(" ", _UNBROKEN),  # whoever compares it reads one number
        ),
    )


def _phrase(risk: Risk, words: LanguagePack) -> str:
    """A risk in a few words, behind its figure if it has one."""
    phrase = risk.phrase.rstrip(".")
    return f"{words.figures.write(risk.figure)} {phrase}" if risk.figure else phrase


def _listed(phrases: Sequence[str]) -> str:
    """Phrases in one row, which begins with a capital letter like the sentences of the other rows."""
    row = "; ".join(phrases)
    return row[:1].upper() + row[1:]


def clauses_of_form(procedures: Sequence[Procedure], pack: LanguagePack, situation: Situation) -> dict[str, str]:
    """The names of the clauses that a form has, each with why: `always`, `procedure` or `visit`."""
    asked = {name for procedure in procedures for name in procedure.clauses}
    dropped = set.intersection(*(set(procedure.without) for procedure in procedures)) - asked
    called = {"telehealth": situation.telehealth, "trainee": situation.trainee}
    reasons: dict[str, str] = {}
    for name, clause in pack.clauses.items():
        if clause.visit:
            if called[clause.visit] or (situation.loose and name not in dropped):
                reasons[name] = "visit"
        elif clause.is_on_form and (clause.always or name in asked) and name not in dropped:
            reasons[name] = "always" if clause.always else "procedure"
    return reasons


def _also_sign(asked: Sequence[Sequence[AskedText]]) -> Iterator[tuple[AlsoSigner, ...]]:
    """The second clinicians of all procedures, each once; those of one name have their codes behind it."""
    signers: dict[AlsoSigner, tuple[str, tuple[AlsoSigner, ...]]] = {}
    for texts in asked:
        of_languages = [text.procedure.on_form.signers if text.procedure.on_form else () for text in texts]
        for index, signer in enumerate(of_languages[0]):
            said = tuple(others[index] for others in of_languages if index < len(others))
            signers.setdefault(signer, (texts[0].procedure.code, said))
    names = Counter(signer.who for signer in signers)
    # A place of the form that every visit has keeps its name for itself.
    names.update(block.who for block in asked[0][0].pack.signatures.blocks)
    names.update([asked[0][0].pack.form.assent.who])
    for signer, (code, said) in signers.items():
        is_alone = names[signer.who] == 1
        yield said if is_alone else tuple(_with_code(one, code) for one in said)


def _with_code(signer: AlsoSigner, code: str) -> AlsoSigner:
    return signer.model_copy(update={"who": f"{signer.who} ({code})"})


def _teach_back(asked: Sequence[Sequence[AskedText]]) -> Iterator[tuple[str, ...]]:
    """The questions of all procedures, each once."""
    seen: set[str] = set()
    for texts in asked:
        questions = [text.procedure.teach_back or text.pack.teach_back.questions for text in texts]
        for index in range(max(map(len, questions))):
            said = tuple(others[index] for others in questions if index < len(others))
            if said[0] not in seen:
                seen.add(said[0])
                yield said
