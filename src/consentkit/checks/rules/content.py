"""What a procedure must say: each part of it has enough, and the parts agree with each other.

Guarantees: a rule looks at one original or translation, and stays silent where the facts do not decide, or where the
language has no list of the words that it looks for.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from consentkit.checks.citations import AMA_CONSENT, CDC_INDEX, CMS_FORMS
from consentkit.checks.inputs import AnyProcedure
from consentkit.checks.patterns import any_of
from consentkit.checks.readability import count_words, primary, split_sentences, texts_in
from consentkit.checks.rule import Rule
from consentkit.checks.rule_finding import RuleFinding, Spot, breach, key, value
from consentkit.problems import quoted

IN_SHORT_LONG = Rule(
    id="in-short-long",
    severity="warning",
    title="“In short” is not short",
    reason="The box at the top is what most people read and remember. Each of its answers has at most 3 sentences.",
    remedy="keep what everybody must know, and move the rest to its section",
    source=CDC_INDEX,
    bad="An answer of five sentences.",
    good="About 60 minutes each time, at first often once a week.",
)
MOST_ANSWER = 3
"""Sentences of an answer in the "In short" box."""


def in_short_long(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Count the sentences of each answer."""
    for placed in texts_in(file.procedure.summary, ("summary",)):
        if (length := len(split_sentences(placed.text))) > MOST_ANSWER:
            message = f"has {length} sentences; at most {MOST_ANSWER} are short"
            yield breach(IN_SHORT_LONG, file, value(*placed.path), message)


CHOICE_UNSAID = Rule(
    id="choice-unsaid",
    severity="warning",
    title="“Your choice” does not say that the reader may say no",
    reason="That one may refuse and may stop must be at the top of the paper, not only in the small print.",
    remedy="add that the reader may say no, and may stop at any time",
    source=f"{AMA_CONSENT}; 38 CFR 17.32 as a model",
    bad="There are other kinds of therapy.",
    good="You can choose another kind of help, or none. You can stop at any time.",
)
FREE_TO_REFUSE: dict[str, re.Pattern[str]] = {
    "en": any_of(r"\b(?:no|not|none|nothing|stop|refuse|decline|leave|quit|end|without|change your mind|turn down)\b"),
    "es": any_of(
        r"\b(?:no|nada|ningun[oa]|ningún|negarse|rechaz\w+|dej(?:ar|e|arl[oa])|deten\w+|parar|interrump\w+|suspend\w+"
        r"|termin\w+|salir\w*|retir\w+|cambi\w+ de (?:idea|opinión)|abandon\w+)\b"
    ),
}
"""Words of which one must be there where the text says that the reader may say no or stop."""


def choice_unsaid(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Look for any word of refusing or stopping."""
    free = FREE_TO_REFUSE.get(primary(file.language))
    if free and not free.search(file.procedure.summary.your_choice):
        message = "does not say that the reader may say no or stop"
        yield breach(CHOICE_UNSAID, file, value("summary", "your_choice"), message)


LONG_TITLE = Rule(
    id="long-title",
    severity="warning",
    title="Title too long",
    reason="The title appears on every page, in lists and in the sentence that is signed. At most 70 characters fit.",
    remedy="shorten it; other names belong in `also_called`",
    source="house rule",
    bad="Individual talk therapy with a licensed therapist in the office or by secure video, long session",
    good="Long talk therapy, about an hour",
)
LONGEST_TITLE = 70
"""Characters."""


def long_title(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Count the characters of the title."""
    if (length := len(file.procedure.title)) > LONGEST_TITLE:
        yield breach(LONG_TITLE, file, value("title"), f"has {length} characters; at most {LONGEST_TITLE} fit")


RISK_LIKELIHOOD = Rule(
    id="risk-likelihood",
    severity="warning",
    title="Risks without their likelihood",
    reason="A reader cannot weigh a risk without knowing how likely it is. Three risks or more under a single heading "
    "have not been sorted.",
    remedy="sort them under `common`, `uncommon` and `rare`",
    source=CMS_FORMS,
    bad="Feeling sad, losing sleep and suicide, all under `common`.",
    good="Feeling sad under `common`, losing sleep under `uncommon`, suicide under `rare`.",
)
FEWEST_RISKS_TO_SORT = 3


def risk_likelihood(file: AnyProcedure) -> Iterator[RuleFinding]:
    """See whether all risks have the same heading."""
    risks = file.procedure.risks
    filled = [group for group, each in risks.groups.items() if each]
    if len(filled) == 1 and len(risks.every) >= FEWEST_RISKS_TO_SORT:
        message = f"has all {len(risks.every)} risks under `{filled[0]}`"
        yield breach(RISK_LIKELIHOOD, file, key("risks", filled[0]), message)


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
DANGER: dict[str, re.Pattern[str]] = {
    "en": any_of(
        r"\bsuicid\w*",
        r"\bself-harm\w*",
        r"\b(?:harm|hurt|kill|cut)(?:ing)? (?:yourself|themselves)\b",
        r"\bend(?:ing)? your life\b",
        r"\boverdos\w+",
    ),
    "es": any_of(
        r"\bsuicid\w*",
        r"\bautolesi\w+",
        r"\b(?:hacerse|hacerte) daño\b|\blastimarse\b|\bmatarse\b",
        r"\bquitarse la vida\b",
        r"\bsobredosis\b",
    ),
}
"""Danger to the reader's life."""


def get_help_missing(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Where a risk names a danger to life, look for a number to call."""
    danger = DANGER.get(primary(file.language))
    risks = file.procedure.risks
    named = next((match[0] for risk in risks.every if danger and (match := danger.search(risk))), None)
    if named is None:
        return
    if risks.get_help_now is None:
        message = f"names {quoted(named)}, but has no `get_help_now`"
        yield breach(GET_HELP_MISSING, file, key("risks"), message)
    elif not any(char.isdigit() for placed in texts_in(risks.get_help_now) for char in placed.text):
        message = f"gives no number to call, though the risks name {quoted(named)}"
        yield breach(GET_HELP_MISSING, file, key("risks", "get_help_now"), message)


NO_TREATMENT_THIN = Rule(
    id="no-treatment-thin",
    severity="warning",
    title="Too little on doing nothing",
    reason="What may happen without treatment is a choice like the others. One sentence cannot give both sides.",
    remedy="say what may get better by itself, and what may get worse",
    source=AMA_CONSENT,
    bad="Symptoms may get worse.",
    good="Some troubles fade with time. Others last or grow worse, and may harm your work or home life.",
)
FEWEST_ON_NO_TREATMENT = 2
"""Sentences."""


def no_treatment_thin(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Count the sentences on doing nothing."""
    texts = [placed.text for placed in texts_in(file.procedure.no_treatment)]
    length = sum(len(split_sentences(text)) for text in texts)
    if length < FEWEST_ON_NO_TREATMENT:
        words = sum(map(count_words, texts))
        message = f"has {length} sentence of {words} words; at least {FEWEST_ON_NO_TREATMENT} sentences are needed"
        yield breach(NO_TREATMENT_THIN, file, key("no_treatment"), message)


ALTERNATIVE_ONE_SIDED = Rule(
    id="alternative-one-sided",
    severity="warning",
    title="Alternative without a fair share",
    reason="Each alternative has its own good and less good sides. One that has three points more on one side, or the "
    "same text on both, steers the reader.",
    remedy="give both sides their due",
    source=f"{CMS_FORMS}; Joint Commission RI.01.03.01",
    bad="Medicine: one good point, five less good ones.",
    good="Medicine: two good points, two less good ones.",
)
MOST_UNEVEN = 2
"""By how many points one side of an alternative may outweigh the other."""


def alternative_one_sided(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Compare the two sides of each alternative."""
    for index, choice in enumerate(file.procedure.alternatives.items):
        good, bad = len(choice.good), len(choice.less_good)
        if abs(good - bad) > MOST_UNEVEN:
            message = f"has {good} good and {bad} less good points"
            yield breach(ALTERNATIVE_ONE_SIDED, file, value("alternatives", "items", index, "name"), message)
        for at, text in enumerate(choice.less_good):
            if text in choice.good:
                spot = value("alternatives", "items", index, "less_good", at)
                yield breach(ALTERNATIVE_ONE_SIDED, file, spot, "is also under `good`")


TRAINEE_WITHOUT_SUPERVISOR = Rule(
    id="trainee-without-supervisor",
    severity="warning",
    title="Trainee without a supervisor",
    reason="A patient must know that somebody is in training, and who is responsible for the work.",
    remedy="delete it, since the clause on trainees names both",
    source="APA Ethical Principles, standard 10.01(c)",
    bad="A trainee may see you.",
    good="One licensed therapist sees you.",
)
TRAINEE: dict[str, re.Pattern[str]] = {
    "en": any_of(r"\btrainees?\b", r"\binterns?\b", r"\bstudents?\b", r"\bin training\b"),
    "es": any_of(r"\ben formación\b", r"\bpracticantes?\b", r"\bpasantes?\b", r"\bestudiantes?\b"),
}
SUPERVISOR = re.compile(r"\bsupervis", re.IGNORECASE)
"""The same stem in English and Spanish."""


def trainee_without_supervisor(file: AnyProcedure) -> Iterator[RuleFinding]:
    """Where somebody in training is named, look for a supervisor."""
    trainee = TRAINEE.get(primary(file.language))
    texts = list(texts_in(file.procedure.personnel, ("personnel",)))
    if trainee is None or any(SUPERVISOR.search(placed.text) for placed in texts):
        return
    for placed in texts:
        if match := trainee.search(placed.text):
            message = f"says {quoted(match[0])}, but does not mention a supervisor"
            yield breach(TRAINEE_WITHOUT_SUPERVISOR, file, Spot(placed.path, match[0]), message)
            return


CHECKS = (
    in_short_long,
    choice_unsaid,
    long_title,
    risk_likelihood,
    get_help_missing,
    no_treatment_thin,
    alternative_one_sided,
    trainee_without_supervisor,
)
"""What an original or a translation is checked for."""
