"""The people of a message of HL7 v2: the particulars that papers bear, or why they can't be known.

Guarantees: the record number is one of the clinic, and the name is the legal one; of several, none is taken; a part
of a date is no date.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from consentkit.hl7v2.messages import Repetition, Segment
from consentkit.hl7v2.times import may_be_of_utc
from consentkit.packets.incoming import IncomingVisit
from consentkit.packets.other_systems import RECORD_TYPES

_NEVER_A_RECORD = {"DL", "PPN", "SS", "SB", "NI", "NNUSA", "TAX", "MC", "MA", "MB", "SN", "PN", "AN", "VN", "BC", "PEN"}
"""Types of identifiers by which others know a person, even where `hl7.record_authority` has assigned them."""
_ISO_639_2 = {
    "ara": "ar",
    "deu": "de",
    "ger": "de",
    "eng": "en",
    "spa": "es",
    "fra": "fr",
    "fre": "fr",
    "hat": "ht",
    "ita": "it",
    "jpn": "ja",
    "kor": "ko",
    "pol": "pl",
    "por": "pt",
    "rus": "ru",
    "vie": "vi",
    "zho": "zh",
}
"""Codes of three letters, with the tags that BCP 47 has for them."""
_HUMAN = {"HUM", "HUMAN", "337915000"}


def put_patient(visit: IncomingVisit, pid: Segment, sent: str, authority: str | None) -> None:
    """Fill in who comes, or say what is not known of this person. `sent` is the time of the message."""
    if pid.text(30).upper() == "Y" or pid.text(29):
        visit.refuse("PID-29" if pid.text(29) else "PID-30", "says that the patient has died; there are no papers")
    if pid.text(35) and pid.text(35).upper() not in _HUMAN:
        visit.refuse("PID-35", "is an animal; there are no papers")
    _put_name(visit, pid)
    _put_birth(visit, pid, sent)
    _put_record(visit, pid, authority)


def _put_name(visit: IncomingVisit, pid: Segment) -> None:
    names = pid.repetitions(5)
    legal = [one for one in names if one.text(7).upper() == "L"]
    plain = [one for one in names if one.text(7).upper() in ("", "U")]
    chosen = legal or plain
    written = {written_name(one) for one in chosen}
    if len(written) == 1 and "" not in written:
        visit.put("patient_name", written.pop(), "PID-5")
        return
    given = "; ".join(filter(None, (_all_of(one) for one in names)))
    if not names:
        visit.ask("patient_name", "PID-5", "is empty; papers need the whole name")
    elif len(chosen) == 1:
        visit.ask("patient_name", "PID-5", "is not a whole name: a family name and a given name", "unclear", given)
    else:
        message = "may mean several names, or none that papers may bear; mark the legal one as `L`"
        visit.ask("patient_name", "PID-5", message, "unclear", given)


def written_name(name: Repetition) -> str:
    """A name of the type XPN as it is written; empty where only a part of it is known."""
    family, given, further, suffix, prefix = (name.text(number) for number in range(1, 6))
    if not family or not given:
        return ""
    if name.text(11).upper() == "F":
        between = "" if _is_written_together(family + given) else " "
        return f"{family}{between}{given}"
    if _is_written_together(family + given):
        return ""  # these scripts write the family name first, and the message does not say so
    return " ".join(filter(None, (prefix, given, further, family, suffix)))


def written_clinician(name: Repetition) -> tuple[str, str]:
    """A name of the type XCN without credentials, and the credentials; empty where only a part of it is known."""
    family, given, further, suffix, prefix, degree = (name.text(number) for number in range(2, 8))
    if not family or not given or _is_written_together(family + given):
        return "", ""
    return " ".join(filter(None, (prefix, given, further, family, suffix))), degree


def _all_of(name: Repetition) -> str:
    return " ".join(filter(None, (name.text(number) for number in (5, 2, 3, 1, 4))))


def _is_written_together(text: str) -> bool:
    return any(unicodedata.name(char, "").startswith(("CJK", "HANGUL", "HIRAGANA", "KATAKANA")) for char in text)


def _put_birth(visit: IncomingVisit, pid: Segment, sent: str) -> None:
    text = pid.text(7)
    day = re.fullmatch(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[0-9]{2,6}(?:\.[0-9]{1,4})?)?(?:[+-][0-9]{4})?", text)
    timed = re.fullmatch(r"[0-9]{8}(?!00(?:00)*(?:\.0+)?(?:[+-]|\Z))[0-9.]+([+-][0-9]{4})?", text)
    if timed and (timed[1][1:] == "0000" if timed[1] else may_be_of_utc(sent)):
        message = "has a time in UTC, so the day of birth may be the one before or after; give the day alone"
        visit.ask("date_of_birth", "PID-7", message, "unclear", text)
    elif day:
        visit.put("date_of_birth", "-".join(day.groups()), "PID-7")
    elif text:
        visit.ask("date_of_birth", "PID-7", "is not a whole day of birth; complete it", "unclear", text)
    else:
        visit.ask("date_of_birth", "PID-7", "is empty; papers need the day of birth")


def _put_record(visit: IncomingVisit, pid: Segment, authority: str | None) -> None:
    records = list(_records(pid, authority))
    values = {one.text(1) for one in records}
    if len(values) == 1:
        visit.put("record_number", values.pop(), "PID-3")
    elif values:
        what = "has several record numbers of `hl7.record_authority`"
        if not authority:
            what = (
                "has several record numbers; name who assigns the clinic's own as `hl7.record_authority` in clinic.yaml"
            )
        visit.ask("record_number", "PID-3", what, "unclear", "; ".join(sorted(values)))
    else:
        what = "of `hl7.record_authority` in clinic.yaml" if authority else "of the type MR"
        visit.ask("record_number", "PID-3", f"has no record number {what}")


def _records(pid: Segment, authority: str | None) -> Iterator[Repetition]:
    """The identifiers that may be the record number."""
    numbers = [one for one in pid.repetitions(3) if one.text(1)]
    if authority:
        of_clinic = [one for one in numbers if one.text(4) == authority]
        yield from (one for one in of_clinic if one.text(5).upper() not in _NEVER_A_RECORD)
        return
    typed = [one for one in numbers if one.text(5).upper() == "MR"]
    yield from typed or (one for one in numbers if one.text(5).upper() in ("", *RECORD_TYPES))


def put_language(visit: IncomingVisit, pid: Segment, languages: Sequence[str]) -> None:
    """Fill in the language of the papers, where the message has a code that means one."""
    code = pid.text(15).replace("_", "-")
    if not code:
        return
    known = {one.casefold(): one for one in languages}
    tag = _ISO_639_2.get(code.casefold(), code.casefold())
    parts = tag.split("-")
    while parts and "-".join(parts) not in known:
        parts.pop()
    if parts:
        visit.put("language", known["-".join(parts)], "PID-15")
    else:
        message = "is no code of a language that consentkit has words for; choose the language of the papers"
        visit.ask("language", "PID-15", message, "unknown", pid.text(15))
