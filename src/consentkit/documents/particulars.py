"""Where the clinic can be reached, apart from the text of a page, so that a new telephone number is not a new text.

Guarantees: what is left out of the text is exactly the address and the telephone number as the clinic gives them, where
a template prints them whole; whatever a template makes of them otherwise, be it a part of a number or a sentence that
it prints for some addresses only, belongs to the text. Conditions and filters see their plain value, on the page that
is hashed as on every other; they are marked only as they are printed. Name, logo and colour belong to the text, too:
they state who requests consent, and a picture may say anything. So does what was typed as an address or a number and
has not the form of one (`postal`). What was hashed is what is printed, from one run.
"""

from __future__ import annotations

import hashlib
import json
import re

from markupsafe import escape

from consentkit.documents.postal import is_address_line, is_telephone_number
from consentkit.documents.typesetting import Printed, typeset
from consentkit.model.clinic import Clinic

# Noncharacters, which no input may hold, and which have no direction, as a filter asks for that of a text.
_BEGIN, _END = "\ufdd0", "\ufdd1"
_ADDRESS, _PHONE = f"{_BEGIN}address{_END}", f"{_BEGIN}phone{_END}"
LEFT_OUT = f"{_BEGIN}[^{_END}]*{_END}"
"""The pattern of what a text has instead of an address or a number."""
_BETWEEN_LINES = r'(?:\s|</?[a-z][a-z0-9]*(?: dir="(?:ltr|rtl)")?>)*'
"""What may be between the lines of an address: markup that says nothing."""
_LINES = re.compile(f"{_ADDRESS}(?:{_BETWEEN_LINES}{_ADDRESS})+")
_NO_MARKS = str.maketrans("", "", _BEGIN + _END)


class _Particular(Printed):
    """Part of where the clinic can be reached. Whatever a filter makes of it is plain, so it belongs to the text."""

    @property
    def printed(self) -> str:
        """It with the marks, as only a page that prints it whole has it."""
        return f"{_BEGIN}{typeset(str(self))}{_END}"


def marked(clinic: Clinic) -> Clinic:
    """The clinic as templates see it: where it can be reached is marked once it is printed."""
    return clinic.model_copy(
        update={
            "address": tuple(_Particular(line) if is_address_line(line) else line for line in clinic.address),
            "phone": _Particular(clinic.phone) if clinic.phone and is_telephone_number(clinic.phone) else clinic.phone,
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


def _as_printed(text: str) -> str:
    """What a template makes of such a text that it prints as it is."""
    return str(escape(_Particular(text).printed))
