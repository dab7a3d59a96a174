"""The people of a FHIR Bundle: the particulars that papers bear, or why they can't be known.

Guarantees: of several names, numbers or languages one is taken only where FHIR says which; a part of a date is no date;
a number that the state or an insurer gave is never a record number; a name that somebody had, or is called by, is never
printed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from consentkit.fhir.bundle import Bundle, Resource
from consentkit.fhir.element import FhirElement, has_code, is_current
from consentkit.packets.incoming import IncomingVisit, Unreadable
from consentkit.packets.other_systems import RECORD_TYPES

IDENTIFIER_TYPE = "http://terminology.hl7.org/CodeSystem/v2-0203"
"""The types of identifiers."""
_TYPES = (IDENTIFIER_TYPE, "http://hl7.org/fhir/v2/0203")
_SYSTEMS_OF_OTHERS = re.compile(
    r"ssn|npi|bsn|kvid|nhs-number|medicare|medicaid|insur|citizen|national|passport|driver|licen[cs]e"
    r"|2\.16\.840\.1\.113883\.(2\.4\.6\.3|4\.(1|3|6|572|642))(\.|$)",
    re.IGNORECASE,
)
"""How systems end by whose numbers others than the clinic know a person."""
_NAME_USES = ("official", "usual", "")
"""The uses of names that papers may bear, the best first."""
_ABSENT = "http://hl7.org/fhir/StructureDefinition/data-absent-reason"
_ANIMAL = "http://hl7.org/fhir/StructureDefinition/patient-animal"
_INTERPRETER = "http://hl7.org/fhir/StructureDefinition/patient-interpreterRequired"
_TAGS = "urn:ietf:bcp:47"
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")


def current_patient(bundle: Bundle, patient: Resource) -> Resource:
    """The patient that a record leads to in the end: one that was merged into another is followed there."""
    seen = [patient.place]
    while link := next((one for one in patient.elements("link") if one.text("type") == "replaced-by"), None):
        other = link.element("other")
        if other is None:
            raise Unreadable(link.place, "says that another record replaces this one, and not which")
        patient = bundle.resolve(other, patient)
        if patient.type != "Patient" or patient.place in seen:
            raise Unreadable(other.place, "says that another record replaces this one, and leads to none")
        seen.append(patient.place)
    return patient


def put_patient(visit: IncomingVisit, patient: Resource, record_system: str | None) -> None:
    """Fill in who comes, or say what is not known of this person."""
    day = str(visit.data.get("date", ""))
    _refuse_others_than_the_living(visit, patient)
    _put_name(visit, patient, day)
    born = patient.text("birthDate")
    if _DAY.fullmatch(born):
        visit.put("date_of_birth", born, patient.at("birthDate"))
    elif born:
        message = "is not a whole day of birth; complete it there, or at the desk"
        visit.ask("date_of_birth", patient.at("birthDate"), message, "unclear", born)
    else:
        hidden = "is hidden by the source" if patient.has("_birthDate") else "is missing"
        visit.ask("date_of_birth", patient.at("birthDate"), f"{hidden}; papers need the day of birth")
    _put_record(visit, patient, record_system, day)


def _refuse_others_than_the_living(visit: IncomingVisit, patient: Resource) -> None:
    if patient.flag("deceasedBoolean") or patient.has("deceasedDateTime"):
        key = "deceasedDateTime" if patient.has("deceasedDateTime") else "deceasedBoolean"
        visit.refuse(patient.at(key), "says that the patient has died; there are no papers for this visit")
    if patient.extension(_ANIMAL) or patient.has("animal"):
        visit.refuse(patient.place, "is an animal; there are no papers for this visit")
    if patient.flag("active") is False:
        visit.warn(patient.at("active"), "says that this record is not in use; see whether the patient has another one")


def _put_name(visit: IncomingVisit, patient: Resource, day: str) -> None:
    name = name_in_use(patient, day)
    if name is None:
        several = [one for one in patient.elements("name") if is_current(one, day)]
        if several:
            message = "may mean several names, or none that papers may bear; mark one as `official`"
            given = "; ".join(filter(None, (_any_text(one) for one in several)))
            visit.ask("patient_name", patient.at("name"), message, "unclear", given)
        else:
            visit.ask("patient_name", patient.at("name"), "is missing; papers need the whole name")
        return
    text = written_name(name)
    if text:
        visit.put("patient_name", text, name.place)
    else:
        message = "is not a whole name: it needs a given and a family name, or a text that is the name as it is written"
        visit.ask("patient_name", name.place, message, "unclear", _any_text(name))


def name_in_use(person: Resource, day: str) -> FhirElement | None:
    """The one name of a person that papers may bear; None where there are several, or none."""
    names = [one for one in person.elements("name") if is_current(one, day)]
    for use in _NAME_USES:
        of_use = [one for one in names if one.text("use") == use]
        if of_use:
            written = {written_name(one) or _any_text(one) for one in of_use}
            return of_use[0] if len(written) == 1 else None
    return None


def written_name(name: FhirElement, *, with_suffix: bool = True) -> str:
    """A name as it is written; empty where only a part of it is known.

    A text may have any order, so it counts where there are no parts; and where nothing separates the parts of a name,
    as in Chinese, since their order can't be known then.
    """
    given, family, text = name.texts("given"), name.text("family"), name.text("text")
    suffix = name.texts("suffix") if with_suffix else []
    if not given and not family:
        return _spaced(text)
    if given and family and not _is_written_together("".join([*given, family])):
        return _spaced(" ".join([*name.texts("prefix"), *given, family, *suffix]))
    words, parts = _letters(text), _letters("".join([*given, family]))
    return _spaced(text) if text and sorted(words) == sorted(parts) else ""


def _any_text(name: FhirElement) -> str:
    """What there is of a name, for a person to complete."""
    parts = [*name.texts("prefix"), *name.texts("given"), name.text("family"), *name.texts("suffix")]
    return name.text("text") or _spaced(" ".join(parts))


def _spaced(text: str) -> str:
    return " ".join(text.split())


def _letters(text: str) -> str:
    return "".join(char for char in text if char.isalpha())


def _is_written_together(text: str) -> bool:
    """Whether a name is in a script that writes the family name first, and nothing between the parts."""
    return any(unicodedata.name(char, "").startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA")) for char in text)


def _put_record(visit: IncomingVisit, patient: Resource, record_system: str | None, day: str) -> None:
    place = patient.at("identifier")
    records = list(_records(patient, record_system, day))
    values = {one.text("value") for one in records}
    if len(values) == 1:
        visit.put("record_number", records[0].text("value"), records[0].at("value"))
    elif values:
        message = (
            "has several record numbers; name the system of the clinic's own as `fhir.record_system` in clinic.yaml"
        )
        if record_system:
            message = "has several record numbers of the system `fhir.record_system`; mark the others as `old`"
        visit.ask("record_number", place, message, "unclear", "; ".join(sorted(values)))
    else:
        what = (
            "of the system that clinic.yaml names as `fhir.record_system`"
            if record_system
            else "that is one of a clinic"
        )
        visit.ask("record_number", place, f"has no record number {what}")


def _records(patient: Resource, record_system: str | None, day: str) -> Iterator[FhirElement]:
    """The identifiers that may be the record number."""
    current = [one for one in patient.elements("identifier") if one.text("value") and is_current(one, day)]
    if record_system:
        yield from (one for one in current if one.text("system") == record_system)
        return
    typed = [one for one in current if _has_type(one, "MR")]
    yield from typed or (one for one in current if not _is_of_others(one))


def _has_type(identifier: FhirElement, *codes: str) -> bool:
    kind = identifier.element("type")
    return kind is not None and any(has_code(kind, system, *codes) for system in _TYPES)


def _is_of_others(identifier: FhirElement) -> bool:
    kind, system = identifier.element("type"), identifier.text("system").rstrip("/")
    is_typed = kind is not None and any(one.text("system") in _TYPES for one in kind.elements("coding"))
    end = system.partition("/sid/")[2] or re.split("[/:#]", system)[-1]  # a host's name says nothing of the number
    is_theirs = (is_typed and not _has_type(identifier, *RECORD_TYPES)) or bool(_SYSTEMS_OF_OTHERS.search(end))
    return is_theirs or identifier.text("use") in ("temp", "secondary")


def put_language(visit: IncomingVisit, patient: Resource, languages: Sequence[str]) -> None:
    """Fill in the language of the papers, where the source says which it is."""
    spoken = patient.elements("communication")
    preferred = [one for one in spoken if one.flag("preferred")] or spoken
    if not preferred:
        return
    place = patient.at("communication")
    tags = {_tag_of(one) for one in preferred}
    if len(tags) > 1:
        visit.ask("language", place, "has several languages, and which is preferred is not said", "unclear")
        return
    place, tag = preferred[0].at("language"), tags.pop()
    if not tag:
        visit.ask("language", place, f"has no code of the system {_TAGS}", "unclear")
    elif language := looked_up(tag, languages):
        visit.put("language", language, place)
    else:
        message = (
            "is a language that consentkit has no words for; choose another for the papers, and call an interpreter"
        )
        visit.ask("language", place, message, "unknown", tag)


def _tag_of(communication: FhirElement) -> str:
    concept = communication.element("language")
    codings = concept.elements("coding") if concept else []
    tags = {one.text("code") for one in codings if one.text("system") == _TAGS and one.text("code")}
    return tags.pop() if len(tags) == 1 else ""


def looked_up(tag: str, languages: Sequence[str]) -> str | None:
    """The language that serves a tag, by the lookup of RFC 4647: es-MX is served by es."""
    known = {one.casefold(): one for one in languages}
    parts = tag.replace("_", "-").split("-")
    while parts:
        if language := known.get("-".join(parts).casefold()):
            return language
        parts.pop()
        if parts and len(parts[-1]) == 1:
            parts.pop()
    return None


def needs_interpreter(patient: Resource) -> FhirElement | None:
    """Where a record says that the patient needs an interpreter."""
    extension = patient.extension(_INTERPRETER)
    return extension if extension and extension.flag("valueBoolean") else None
