"""The rules about how a text is worded: each can be broken by a single sentence, in any kind of file.

Guarantees: data only.
"""

from __future__ import annotations

from consentkit.checks.rule import Rule

_CDC = "CDC Clear Communication Index"
_PLAIN = "Federal Plain Language Guidelines (plainlanguage.gov)"
_PRINT = "RNIB Clear Print guidelines; plain-language checklists"

LONG_SENTENCE = Rule(
    id="long-sentence",
    severity="warning",
    title="Sentence too long",
    reason="A reader who is afraid or tired loses the thread of a long sentence. Aim at 10 to 20 words; Spanish may "
    "have 22. Numbers are not counted.",
    remedy="cut it in two, or leave out what is not needed",
    source=f"{_CDC}; {_PLAIN}",
    bad="You may feel sad, angry or ashamed when you talk about what has happened to you, and this can last for some "
    "days after the visit.",
    good="You may feel sad, angry or ashamed when you talk about what has happened. This can last for some days.",
)
LONG_PARAGRAPH = Rule(
    id="long-paragraph",
    severity="warning",
    title="Paragraph too long",
    reason="A block of text looks like work and is skipped. A paragraph has at most 7 sentences.",
    remedy="leave an empty line where a new thought begins, or make a list of it",
    source=_PLAIN,
    bad="Eight sentences in one block.",
    good="Two paragraphs of four sentences.",
)
LONG_LIST = Rule(
    id="long-list",
    severity="warning",
    title="List too long",
    reason="People do not keep more than about 7 points in mind. A list has at most 7 items without a subheading.",
    remedy="join or drop items, or move some to another place",
    source=_CDC,
    bad="Nine common risks.",
    good="The six that many people notice under `common`, the other three under `uncommon`.",
)
UNEVEN_LIST = Rule(
    id="uneven-list",
    severity="warning",
    title="List items end in different ways",
    reason="Items that finish a sentence have no full stop; items that are sentences have one. A mix reads as if "
    "something had been lost.",
    remedy="end all items with a full stop, or none",
    source=_PLAIN,
    bad="- bring your medicines\n- Bring a friend.",
    good="- bring your medicines\n- bring a friend",
)
ADDRESS = Rule(
    id="address",
    severity="warning",
    title="Talks about the reader, not to the reader",
    reason="A text that says “you” is easier to read and to take to heart than one about “the patient”.",
    remedy="say `you`",
    source=f"{_PLAIN}; {_CDC}",
    bad="The patient may feel tired.",
    good="You may feel tired.",
)
UNDEFINED_TERM = Rule(
    id="undefined-term",
    severity="warning",
    title="Term without an explanation",
    reason="A reader who does not know a word cannot agree to what it stands for. A short form in capitals, or a word "
    "of the trade, must stand in `technical_terms`, or be explained beside its first use.",
    remedy="add it to `technical_terms`, explain it in brackets at its first use, or say it in plain words",
    source=_CDC,
    bad="You may have ECT.",
    good="You may have ECT (a short electric current through the brain, while you sleep).",
)
ABBREVIATION = Rule(
    id="abbreviation",
    severity="warning",
    title="Latin abbreviation or office shorthand",
    reason="Forms such as e.g., i.e., etc., and/or, (s) are misread by many, and screen readers spell them out.",
    remedy="write it out in plain words",
    source=_PLAIN,
    bad="Bring your medicine(s), e.g. pills and/or drops.",
    good="Bring your medicines, such as pills or drops.",
)
CAPITALS = Rule(
    id="capitals",
    severity="warning",
    title="Capitals for emphasis",
    reason="Words in capitals are harder to read and look like shouting; some screen readers spell them.",
    remedy="write it in small letters; if it matters, let it stand first in the sentence",
    source=_PRINT,
    bad="Do NOT stop your medicine.",
    good="Do not stop your medicine before you have talked with us.",
)
TYPOGRAPHY = Rule(
    id="typography",
    severity="warning",
    title="Sign of a typewriter, or a slip in spacing",
    reason="Straight quotation marks, double hyphens, three full stops and missing or stray spaces look careless, and "
    "a paper that looks careless is trusted less. Marks that open must close.",
    remedy="use “ ” ’ – … and one space, as in a book",
    source="house rule; docs/writing-a-procedure.md",
    bad='It\'s "only" a talk -- no needles .',
    good="It’s “only” a talk – no needles.",
)
DOUBLED_WORD = Rule(
    id="doubled-word",
    severity="warning",
    title="Word written twice",
    reason="A word that stands twice in a row is nearly always a slip of editing.",
    remedy="delete one of the two",
    source="house rule",
    bad="You may stop at any any time.",
    good="You may stop at any time.",
)
MARKUP = Rule(
    id="markup",
    severity="error",
    title="Markup that will be printed as it stands",
    reason="Texts are printed as typed. Stars, tags, links and entities of HTML or Markdown would stand on the paper.",
    remedy="delete the marks; a list is written as a YAML list",
    source="docs/writing-a-procedure.md",
    bad="This is **very** important.",
    good="This is important.",
)
LEFTOVER = Rule(
    id="leftover",
    severity="error",
    title="Leftover of a web page, a template or a chat program",
    reason="Such words were seen in the texts that this library began with. They tell the patient that nobody read "
    "the paper before it was handed out.",
    remedy="delete it, and read the text around it again",
    source="source texts of the library; CMS interpretive guidelines for 42 CFR 482.51(b)(2) ask for a proper form",
    bad="I hope you find this summary helpful!",
    good="",
)
PLACEHOLDER = Rule(
    id="placeholder",
    severity="error",
    title="Place that was meant to be filled in",
    reason="A form with an unfilled place is not properly executed. What is unknown stays out: the paper then has a "
    "line to fill in by pen where one is needed.",
    remedy="write what belongs there, or delete the line",
    source="CMS interpretive guidelines for 42 CFR 482.24(c)(4)(v) and 482.51(b)(2)",
    bad="Call us at [phone number].",
    good="Call us at 217-555-0142.",
)
PROMISE = Rule(
    id="promise",
    severity="error",
    title="Promise that nobody can keep",
    reason="Consent rests on an honest picture. Words such as guarantee, always works or completely safe take it "
    "away, and are held against the clinic later. “We cannot guarantee” is fine.",
    remedy="say what is known: how many people it helps, and that it may not help you",
    source="AMA Code of Medical Ethics, opinion 2.1.1; APA Ethical Principles, standard 5.01",
    bad="This therapy is completely safe and always works.",
    good="In studies, many people felt better. It may not help you.",
)
WAIVER = Rule(
    id="waiver",
    severity="error",
    title="Asks the reader to give up rights",
    reason="A consent informs. Words by which the reader frees the clinic from liability or waives rights are void in "
    "some states, and turn the paper into something that a patient should not sign.",
    remedy="delete it",
    source="45 CFR 46.116(a)(6), which forbids such words in research, as a model",
    bad="I release the clinic from all liability.",
    good="",
)
COMPLIANCE_CLAIM = Rule(
    id="compliance-claim",
    severity="error",
    title="Claims approval or compliance",
    reason="No program and no clinic can certify its own form, and figures computed here are no ratings. Say what was "
    "done, not what it amounts to.",
    remedy="delete the claim",
    source="AHRQ and CDC: PEMAT and the Clear Communication Index are rated by people; state law differs",
    bad="This form is HIPAA compliant and legally valid.",
    good="",
)
DESCRIPTOR = Rule(
    id="descriptor",
    severity="warning",
    title="Name that sounds like the code set’s own descriptor",
    reason="The descriptors of billing codes belong to their owner and are no words for patients.",
    remedy="name it in plain words of your own",
    source="copyright of the code set; README",
    bad="Psychotherapy, 60 minutes with patient",
    good="Long talk therapy, about an hour",
)
UNPRINTABLE = Rule(
    id="unprintable",
    severity="error",
    title="Character that can’t be printed",
    reason="A character that our fonts lack would print as an empty box, and a mark without a place in them would "
    "stand at the wrong letter, so no document is made. Latin, Greek, Cyrillic and Arabic letters can be printed, "
    "Chinese, Japanese and Korean ones with the package fonts-noto-cjk; emoji, most symbols and other scripts can’t.",
    remedy="write the same in letters, digits and common signs",
    source="house rule",
    bad="Drink water ★ Below 38 ℃ all is well ① Rest",
    good="Drink water. Below 38 °C all is well. 1. Rest",
)
