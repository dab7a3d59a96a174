"""Where rules come from, for the sources that several of them share.

Guarantees: data only.
"""

from __future__ import annotations

CDC_INDEX = "CDC Clear Communication Index"
PLAIN_LANGUAGE = "Federal Plain Language Guidelines (plainlanguage.gov)"
CLEAR_PRINT = "RNIB Clear Print guidelines; plain-language checklists"
CMS_FORMS = "CMS interpretive guidelines for 42 CFR 482.51(b)(2)"
AMA_CONSENT = "AMA Code of Medical Ethics, opinion 2.1.1"
SECTION_1557 = "Section 1557 of the Affordable Care Act, 45 CFR 92.201: translations must be accurate"
REVIEW_ON_PAPER = "EIDO and the CMS toolkit: edition, review date and reviewer appear on the paper"
PAIRING_TABLE = "the pairing table of the library; the payer’s own rules take precedence"
COMPLAINTS = (
    "complaints collected for the project: wrong labels, missing logo (“looks unofficial”), forms half filled in"
)
