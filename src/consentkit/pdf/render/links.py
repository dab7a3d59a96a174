"""Where the links of a page may lead: to https addresses, telephone numbers and mailboxes, and within the page itself.

Guarantees: a page with any other link fails, however the link is written and whether or not the page engine would have
followed it (capitals, entities, spaces, a base address, an area, a drawing, a style rule, a form).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

import pydyf

from consentkit.errors import TemplateFault
from consentkit.problems import quoted

_ALLOWED = re.compile(r"(?:https://|mailto:|tel:)[^\x00-\x1f\x7f]+", re.IGNORECASE)
_IGNORED = re.compile(r"[\t\r\n]|^[\x00- ]+|[\x00- ]+$")
"""What a browser removes from an address before it parses it (WHATWG URL, 4.4)."""
_FOLLOWED = {"a", "area"}
_SENT = ("action", "formaction")


def require_allowed_links(elements: Iterable[Any]) -> None:
    """Raise TemplateFault if an element of a page leads elsewhere."""
    for element in elements:
        if not isinstance(element.tag, str):  # a comment
            continue
        for name, value in element.attrib.items():
            local = name.rsplit("}", 1)[-1].rsplit(":", 1)[-1].lower()
            is_link = local == "href" and element.tag.rsplit("}", 1)[-1].lower() in _FOLLOWED
            if (is_link or local in _SENT) and value.strip():
                _require_allowed(value)


def require_allowed_actions(objects: Iterable[Any]) -> None:
    """Raise TemplateFault if an action in a finished file does anything but follow an allowed link."""
    for item in objects:
        action = item.get("A") if isinstance(item, dict) else None
        if not isinstance(action, dict) or "S" not in action:  # /A of a structure element holds attributes
            continue
        target = action.get("URI")
        _require_allowed(target.string if isinstance(target, pydyf.String) else str(action.get("S", "")))


def _require_allowed(target: str) -> None:
    address = _IGNORED.sub("", target)
    if not (address.startswith("#") or _ALLOWED.fullmatch(address)):
        raise TemplateFault(
            f"the link {quoted(target)} leads where a document may not lead; a link must begin with https://, mailto:, "
            "tel: or #",
            [target, address],
        )
