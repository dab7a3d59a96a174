"""Where the clinic can be reached, told from the text of a page, so that a new telephone number is not a new text.

Guarantees: what is left out of the text is exactly the address and the telephone number as the clinic gives them, where
a template prints them whole; whatever a template makes of them otherwise, be it a part of a number or a sentence that
it prints for some addresses only, belongs to the text. Name, logo and colour do, too: they say who asks for consent,
and a picture may say anything. Both come from one run of the templates, so what was hashed is what is printed.
"""

from __future__ import annotations

import hashlib
import json
import re

from markupsafe import escape

from consentkit.documents.filling import typeset
from consentkit.model.clinic import Clinic

# Noncharacters, which no input may hold, and which have no direction, as a filter asks for that of a text.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_ADDRESS, _PHONE = f"{_BEGIN}address{_END}", f"{_BEGIN}phone{_END}"
_BETWEEN_LINES = r'(?:\s|</?[a-z][a-z0-9]*(?: dir="(?:ltr|rtl)")?>)*'
"""What may be between the lines of an address: markup that says nothing."""
_LINES = re.compile(f"{_ADDRESS}(?:{_BETWEEN_LINES}{_ADDRESS})+")
_NO_MARKS = str.maketrans("", "", _BEGIN + _END)


def marked(clinic: Clinic) -> Clinic:
    """The clinic as templates see it: where it can be reached is marked."""
    return clinic.model_copy(
        update={
            "address": tuple(_marked(line) for line in clinic.address),
            "phone": _marked(clinic.phone) if clinic.phone else clinic.phone,
        }
    )


def printed(html: str) -> str:
    """A page that was written for a marked clinic, as it is printed."""
    return html.translate(_NO_MARKS)


def text_alone(html: str, clinic: Clinic) -> str:
    """A page that was written for a marked clinic without address and telephone number; that there are any stays."""
    for line in clinic.address:
        html = html.replace(_as_printed(line), _ADDRESS)
    if clinic.phone:
        html = html.replace(_as_printed(clinic.phone), _PHONE)
    return _LINES.sub(_ADDRESS, html)


def particulars_hash(clinic: Clinic) -> str:
    """SHA-256 of where the clinic can be reached."""
    return hashlib.sha256(json.dumps([clinic.address, clinic.phone]).encode()).hexdigest()


def _marked(text: str) -> str:
    return f"{_BEGIN}{text}{_END}"


def _as_printed(text: str) -> str:
    """What a template makes of a marked text that it prints as it is."""
    return str(escape(typeset(_marked(text))))
