"""What the front desk should know about a document before handing it out.

Guarantees: a notice never stops a document and never changes it; it depends on the document's content alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from consentkit.problems import listed

if TYPE_CHECKING:
    from consentkit.documents.page import Content

_MOST_NAMED = 5


def standing_notices(content: Content) -> Iterator[str]:
    """Yield each notice that holds on any day, as a sentence that begins with the code."""
    code = content.definition.code
    if content.variant != "paper" and content.procedure.billing.role == "retired":
        billing = content.procedure.billing
        replacement = " or ".join(billing.replaced_by)
        yield f"{code} was retired in {billing.retired_in}; use {replacement} instead"
    if content.stale:
        differs = f", and differs in {listed(content.lost[:_MOST_NAMED])}" if content.lost else ""
        yield f"{code} has changed since it was translated; the translation counts as not approved{differs}"
