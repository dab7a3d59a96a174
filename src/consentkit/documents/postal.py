"""Whether what a clinic gives as its address or telephone number is one, and says nothing else.

Guarantees: a line has one of the forms below or is none, however much it looks like an address to a person: a street
with its number, a unit, a box, or a town with its postal code, at most two places and a town in a line. A word that
makes a claim, such as a pronoun, a negation or a verb of agreement, is in none of them. What is in doubt is none.
"""

from __future__ import annotations

import re
from functools import cache

_NUMBER = re.compile(r"(?:[0-9\s()+./#*,;:-]|\u2010|\u2011|\u2013|\bext(?:ension)?\b|x(?=[0-9\s]))+", re.IGNORECASE)
_FEWEST_DIGITS = 3  # as 911, 988 or 211

# Publication 28 of the United States Postal Service has these as suffixes of streets and as designators of units.
_SUFFIX = (
    "Alley|Aly|Avenue|Ave|Boulevard|Blvd|Broadway|Center|Centre|Ctr|Circle|Cir|Court|Ct|Crescent|Cres|Drive|Dr|"
    "Expressway|Expy|Freeway|Fwy|Highway|Hwy|Lane|Ln|Loop|Mall|Parkway|Pkwy|Path|Pike|Place|Pl|Plaza|Plz|Point|Pt|"
    "Road|Rd|Route|Rte|Row|Square|Sq|Street|St|Terrace|Ter|Trail|Trl|Turnpike|Tpke|Walk|Way"
)
_UNIT = "Apartment|Apt|Building|Bldg|Department|Dept|Floor|Fl|Office|Ofc|Piso|Room|Rm|Suite|Ste|Tower|Unit|Consultorio"
_SPANISH = r"Calle|C/|Avenida|Avda\.?|Av\.?|Bulevar|Camino|Carrera|Carretera|Paseo|Plaza"
_STATE = (
    "A[KLRSZ]|C[AOT]|D[CE]|FL|G[AU]|HI|I[ADLN]|K[SY]|LA|M[ADEINOPST]|N[CDEHJMVY]|O[HKR]|P[AR]|RI|S[CD]|T[NX]|UT|V[AIT]|"
    "W[AIVY]|AB|BC|MB|N[BLSTU]|ON|PE|QC|SK|YT"
)
_POSTAL_CODE = r"(?:[0-9]{5}(?:-[0-9]{4})?|[A-Z][0-9][A-Z] [0-9][A-Z][0-9])"

_HOUSE = r"(?:#\s?)?[0-9]{1,6}(?:[-/][0-9]{1,4})?[A-Za-z]?"
_CAPITAL = r"[A-Z\u00c0-\u00d6\u00d8-\u00de]"
_ORDINAL = "[0-9]{1,3}(?:st|nd|rd|th)"
_WORD = rf"(?:{_CAPITAL}[^\W\d_]*(?:['\u2019.-][^\W\d_]+)*\.?|{_ORDINAL})"
_WORDS = rf"{_WORD}(?: {_WORD}){{0,4}}"
_SPANISH_WORDS = rf"(?:(?:de|del|la|las|los|el|y) )*{_WORD}(?: (?:(?:de|del|la|las|los|el|y) )*{_WORD}){{0,3}}"
_SOME_UNIT = rf"(?:(?i:{_UNIT})\.? (?:{_HOUSE}|[A-Z][0-9]{{0,4}})|{_ORDINAL} (?i:Floor)|#\s?[0-9]{{1,6}})"
_STREET = rf"{_HOUSE} (?:{_WORDS} )?(?i:{_SUFFIX})\.?(?: (?:[NS]\.?)?[EW]\.?| [NS]\.?)?(?: {_SOME_UNIT})?"
_SPANISH_STREET = rf"(?i:{_SPANISH}) ?{_SPANISH_WORDS},? (?:[Nn][º°o]\.? ?)?{_HOUSE}"
_BOX = r"(?i:P\.? ?O\.? Box|Apartado(?: postal)?) [0-9]{1,6}"
_PLACE = f"(?:{_STREET}|{_SPANISH_STREET}|{_SOME_UNIT}|{_BOX})"
_TOWN = rf"{_WORD}(?: {_WORD}){{0,2}},? (?:{_STATE})\.? {_POSTAL_CODE}"

_CLAIMS = frozenset(
    """
    i you your yours we our us he she they their it its this that these who no not never none nobody nothing always
    all any every each only free zero without is are was be been being am do does did have has had may might must shall
    should will would can could agree accept approve consent sign pay owe waive sue give gives lose allow forbid refuse
    cancel cure cures heal heals help helps harm harms kill kills die dies work works guarantee guaranteed promise safe
    risk risks painless proven deaths dead fee fees refund refunds dollars percent rights right

    usted su sus nosotros nuestro nadie nada nunca siempre todo todos toda todas cada sin gratis es son ser está están
    debe puede acepta acepte aprueba consiente firma firme paga pague pagar renuncia renuncie cancela cura sana ayuda
    muere muertes seguro segura riesgo riesgos derecho derechos dólares tarifa cuota reembolso
    """.split()  # noqa: SIM905 - a list of words, and no line for each
)
"""Words of English and Spanish that state, demand or promise something, or about whom."""
_LETTERS = re.compile(r"[^\W\d_]+")


@cache
def _address() -> re.Pattern[str]:
    """The pattern of a line. It takes long to compile, and only pages that are made need it."""
    return re.compile(f"(?:{_PLACE}(?:, {_PLACE})?(?:, {_TOWN})?|{_TOWN})")


def is_address_line(line: str) -> bool:
    """Whether a line is part of a postal address, and nothing beside it."""
    words = (word.casefold() for word in _LETTERS.findall(line))
    return bool(_address().fullmatch(line)) and _CLAIMS.isdisjoint(words)


def is_telephone_number(text: str) -> bool:
    """Whether a text is a telephone number, and nothing beside one."""
    digits = sum(character.isdecimal() for character in text)
    return bool(_NUMBER.fullmatch(text)) and digits >= _FEWEST_DIGITS
