"""The rules about what a procedure must hold, and how its parts fit each other.

Guarantees: data only.
"""

from __future__ import annotations

from consentkit.checks.rule import Rule

_CDC = "CDC Clear Communication Index"
_CMS = "CMS interpretive guidelines for 42 CFR 482.51(b)(2)"
_AMA = "AMA Code of Medical Ethics, opinion 2.1.1"
_REVIEW = "EIDO and the CMS toolkit: edition, review date and reviewer stand on the paper"
_BILLING = "the pairing table of the library; the payer’s own rules go before it"

READING_GRADE = Rule(
    id="reading-grade",
    severity="error",
    title="Too hard to read as a whole",
    reason="Many adults read below ninth grade. The worse of SMOG and Flesch-Kincaid is at most 8; up to 9.5 is "
    "a warning, since such formulas err by a grade and a half; above is an error. Spanish: Fernández Huerta at least "
    "60 and Szigriszt at least 55, up to 5 points less is a warning. Everything that the patient reads in the "
    "procedure is measured together, and a list item counts as a sentence.",
    remedy="shorten these sentences and say these words more simply",
    source="NIH and AHRQ plain-language advice; McLaughlin 1969; Kincaid 1975; Fernández Huerta 1959; Szigriszt 1993",
    bad="Psychotherapeutic intervention facilitates amelioration of symptomatology.",
    good="Talk therapy can ease your symptoms.",
)
SECTION_GRADE = Rule(
    id="section-grade",
    severity="warning",
    title="Section too hard to read",
    reason="A simple text can hide a hard section. Sections of at least 10 sentences are measured on their own, and "
    "warned of where the figures would fail a whole text. Figures of shorter ones mean little: SMOG was made for 30 "
    "sentences.",
    remedy="shorten its sentences and say its words more simply",
    source="McLaughlin 1969, on the length of samples",
    bad="A list of risks in the words of a textbook.",
    good="The same risks in the words of a conversation.",
)
IN_SHORT_LONG = Rule(
    id="in-short-long",
    severity="warning",
    title="“In short” is not short",
    reason="The box at the head is what most people read and remember. Each of its answers has at most 3 sentences.",
    remedy="keep what everybody must know, and move the rest to its section",
    source=_CDC,
    bad="An answer of five sentences.",
    good="About 60 minutes each time, at first often once a week.",
)
CHOICE_UNSAID = Rule(
    id="choice-unsaid",
    severity="warning",
    title="“Your choice” does not say that the reader may say no",
    reason="That one may refuse and may stop must stand at the head of the paper, not only in the small print.",
    remedy="add that the reader may say no, and may stop at any time",
    source=f"{_AMA}; 38 CFR 17.32 as a model",
    bad="There are other kinds of therapy.",
    good="You can choose another kind of help, or none. You can stop at any time.",
)
LONG_TITLE = Rule(
    id="long-title",
    severity="warning",
    title="Title too long",
    reason="The title stands on every page, in lists and in the sentence that is signed. At most 70 characters fit.",
    remedy="shorten it; other names belong in `also_called`",
    source="house rule",
    bad="Individual talk therapy with a licensed therapist in the office or by secure video, long session",
    good="Long talk therapy, about an hour",
)
REPEATED_TEXT = Rule(
    id="repeated-text",
    severity="warning",
    title="The same text twice in one list",
    reason="A copy in a list is a slip, and often the trace of an item that was overwritten.",
    remedy="delete one of them, or write what it was meant to say",
    source="house rule",
    bad="- You may feel sad.\n- You may feel sad.",
    good="- You may feel sad.",
)
RISK_LIKELIHOOD = Rule(
    id="risk-likelihood",
    severity="warning",
    title="Risks without their likelihood",
    reason="A reader cannot weigh a risk without knowing how likely it is. Three risks or more under a single heading "
    "have not been sorted.",
    remedy="sort them under `common`, `uncommon` and `rare`",
    source=_CMS,
    bad="Feeling sad, losing sleep and suicide, all under `common`.",
    good="Feeling sad under `common`, losing sleep under `uncommon`, suicide under `rare`.",
)
GET_HELP_MISSING = Rule(
    id="get-help-missing",
    severity="error",
    title="Danger to life without a way to get help",
    reason="Where the risks name suicide, self-harm or overdose, the paper must say when to call and which number.",
    remedy="fill in `get_help_now`, with numbers such as 988 and 911",
    source="crisis care practice; 988 Suicide and Crisis Lifeline",
    bad="A rare risk is suicide, and there is no `get_help_now`.",
    good="Call or text 988 at any hour if you think of ending your life.",
)
NO_TREATMENT_THIN = Rule(
    id="no-treatment-thin",
    severity="warning",
    title="Too little on doing nothing",
    reason="What may happen without treatment is a choice like the others. One sentence cannot tell its two sides.",
    remedy="say what may get better by itself, and what may get worse",
    source=_AMA,
    bad="Symptoms may get worse.",
    good="Some troubles fade with time. Others last or grow worse, and may harm your work or home life.",
)
ALTERNATIVE_ONE_SIDED = Rule(
    id="alternative-one-sided",
    severity="warning",
    title="Alternative without a fair share",
    reason="Each alternative has its own good and less good sides. One that has three points more on one side, or the "
    "same text on both, steers the reader.",
    remedy="give both sides their due",
    source=f"{_CMS}; Joint Commission RI.01.03.01",
    bad="Medicine: one good point, five less good ones.",
    good="Medicine: two good points, two less good ones.",
)
TRAINEE_WITHOUT_SUPERVISOR = Rule(
    id="trainee-without-supervisor",
    severity="warning",
    title="Trainee without a supervisor",
    reason="A patient must know that somebody is in training, and who answers for the work.",
    remedy="say that the supervisor is named",
    source="APA Ethical Principles, standard 10.01(c)",
    bad="A trainee may see you.",
    good="A trainee may see you only if you agree. We name the supervisor.",
)
MISSING_CLAUSE = Rule(
    id="missing-clause",
    severity="error",
    title="Clause missing",
    reason="Some codes call for a statement of their own: a crisis plan (90839, 90840), privacy in a group (90849, "
    "90853), who the client is (90846, 90847, 90849). Others belong on every paper: right to refuse, course, fees, "
    "third parties, limits of privacy, language help.",
    remedy="add its name to `clauses`; in a language pack, add the clause and mark it `always: true`",
    source="APA Ethical Principles, standards 10.01 to 10.03; 45 CFR 92.11; crisis care practice",
    bad='code: "90839"\nclauses: []',
    good='code: "90839"\nclauses: [crisis_plan]',
)
MINUTES_MISMATCH = Rule(
    id="minutes-mismatch",
    severity="warning",
    title="Text and billing facts differ in minutes",
    reason="The patient is told a length, and the clinic bills one. Where the text names minutes, one of the figures "
    "must fit `billing.minutes`.",
    remedy="correct the text, or the facts",
    source=_BILLING,
    bad="minutes: {usual: 60} and “about 30 minutes”",
    good="minutes: {usual: 60} and “about 60 minutes”",
)
BILLING_CONTRADICTION = Rule(
    id="billing-contradiction",
    severity="error",
    title="Billing facts contradict each other",
    reason="The facts decide which papers may stand together. A code cannot go with itself, nor both go with another "
    "code and be barred from it.",
    remedy="keep the one that is right",
    source=_BILLING,
    bad='goes_with: ["90785"]\nnot_with: ["90785"]',
    good='goes_with: ["90785"]',
)
REVIEW_OVERDUE = Rule(
    id="review-overdue",
    severity="error",
    title="Review overdue",
    reason="Old versions in drawers are the most common complaint about consent forms. A text that was not looked at "
    "by the day that it names itself must not be handed out.",
    remedy="have it reviewed, then set `last`, `by` and `next`",
    source=_REVIEW,
    bad="next: 2025-01-31",
    good="next: 2027-01-31",
)
REVIEW_SOON = Rule(
    id="review-soon",
    severity="notice",
    title="Review due within 30 days",
    reason="A reminder, so that the text is not overdue one day in the middle of a clinic week.",
    remedy="plan the review",
    source=_REVIEW,
    bad="next: in a week",
    good="next: in a year",
)
REVIEW_MISSING = Rule(
    id="review-missing",
    severity="notice",
    title="Reviewed by nobody yet",
    reason="The texts that come with consentkit are drafts, and so is every text that no clinician has read. The "
    "paper says so.",
    remedy="have a clinician read it, then fill in `last` and `by`",
    source=_REVIEW,
    bad="review: {issued: 2026-11-21, next: 2027-11-21}",
    good="review: {issued: 2026-11-21, last: 2026-12-01, by: 'A. Rivera, PhD', next: 2027-11-21}",
)
REVIEW_INTERVAL = Rule(
    id="review-interval",
    severity="warning",
    title="Next review too far away",
    reason="A review each year is the custom, and knowledge and phone numbers change. More than two years is none.",
    remedy="set `next` to at most two years after the last review",
    source=_REVIEW,
    bad="issued: 2026-11-21, next: 2036-11-21",
    good="issued: 2026-11-21, next: 2027-11-21",
)
DATE_AHEAD = Rule(
    id="date-ahead",
    severity="error",
    title="Date lies in the future",
    reason="A text cannot have been written or reviewed, nor a source published, on a day to come: a slip of typing, "
    "or a review that did not take place.",
    remedy="correct the date",
    source="house rule",
    bad="last: 2062-12-01",
    good="last: 2026-12-01",
)
