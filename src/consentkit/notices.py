"""What the front desk should know about a document before handing it out.

Guarantees: a notice never stops a document and never changes it; it depends on the document's content and on the day
alone.
"""

from __future__ import annotations

import datetime
from collections.abc import Iterator

from consentkit.html import Content


def notices(content: Content, today: datetime.date) -> Iterator[str]:
    """Yield each notice as a sentence that begins with the code."""
    procedure = content.procedure
    billing = procedure.billing
    if billing.role == "retired":
        replacement = " or ".join(billing.replaced_by)
        yield f"{procedure.code} was retired in {billing.retired_in}; use {replacement} in its place"
    if procedure.review.next < today:
        yield f"{procedure.code} was due for review on {procedure.review.next.isoformat()}"
    if content.stale:
        yield f"{procedure.code} has changed since it was translated; the translation counts as not approved"
