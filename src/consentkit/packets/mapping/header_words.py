"""What the columns of other programs are called: the words by which a mapping is proposed.

Guarantees: a name belongs to one column only.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from consentkit.problems import quoted

COLUMN_WORDS: Mapping[str, str] = {
    "visit": """
        appointment id, appt id, visit id, visit number, visit no, visit, encounter id, encounter number, event id,
        booking id, appointment number, appointment no, appt no, csn, wc apt id, session id, schedule id,
        confirmation number, appointment uid,
        termin, terminnummer, cita, folio
    """,
    "when": """
        start, start date time, startdatetime, appointment date time, appt date time, date time, datetime,
        appointment start, scheduled start, start at, startdate, start date and time, begins at, appointment
        datetime, scheduled for, visit date time
    """,
    "date": """
        date, appointment date, appt date, visit date, date of service, dos, service date, session date, start date,
        schedule date, encounter date, day, apt date, scheduled date, appointment day, fecha,
        datum, termindatum, fecha de la cita
    """,
    "time": """
        time, start time, appointment time, appt time, appt start time, apptstarttime, visit time, session time,
        begin time, time in, scheduled time, start time sortable, apt time, hora,
        uhrzeit, beginn, hora de inicio
    """,
    "patient_name": """
        patient, patient name, client, client name, name, full name, patient full name, client full name, legal
        name, patient legal name, customer, customer name, attendee, member name, person, paciente, invitee name,
        patientenname, nombre completo, nombre del paciente
    """,
    "first": """
        first name, patient first name, client first name, first, given name, fname, legal first name, patient
        first, patient given name, given names, client first,
        vorname, nombre
    """,
    "middle": """
        middle name, patient middle name, middle, middle initial, mi, mname, patient middle initial, patient middle
    """,
    "last": """
        last name, patient last name, client last name, last, family name, surname, lname, legal last name, patient
        last, patient family name, client last,
        nachname, familienname, apellido, apellidos
    """,
    "suffix": """
        suffix, name suffix, patient suffix
    """,
    "date_of_birth": """
        dob, date of birth, birth date, birthdate, patient dob, client dob, birthday, born, patient date of birth,
        patient birth date, client date of birth, pt dob, fecha de nacimiento, d o b,
        geburtsdatum, geb datum
    """,
    "record_number": """
        mrn, medical record number, medical record no, record number, record no, chart number, chart no, chart,
        chart id, patient id, client id, patient number, patient no, client number, patient account, patient account
        number, account number, acct no, pid, pat id, patient mrn, emr id, patient identifier, hospital number,
        record, identifier, member number, pt id,
        akte, patientennummer, aktenzeichen, expediente, historia clinica, numero de expediente
    """,
    "codes": """
        cpt, cpt code, cpt codes, procedure code, procedure codes, procedures, service code, service codes, billing
        code, billing codes, code, codes, hcpcs, cpts, procedure,
        ziffern, leistungsziffern, codigo, codigos
    """,
    "types": """
        appointment type, appt type, visit type, type, service, services, service type, session type, event type,
        apt type, appointment reason, reason, reason for visit, service name, appointment service, treatment,
        encounter type, service description, type of service, appointment kind, procedure description,
        terminart, leistung, tipo de cita, servicio, motivo
    """,
    "modifiers": """
        modifier, modifiers, mod, mod 1, mod 2, mod 3, mod 4, mod1, mod2, mod3, mod4, modifier 1, modifier 2,
        modifier 3, modifier 4
    """,
    "clinician": """
        clinician, provider, provider name, therapist, practitioner, practitioner name, doctor, rendering provider,
        physician, clinician name, staff, staff name, counselor, resource, rndrng prvdr, treating practitioner,
        treating provider, with, seen by, appointment provider, attending, therapist name, prvdr, scheduled
        provider, team member, doctor name,
        behandler, therapeut, arzt, profesional, terapeuta, medico
    """,
    "clinician_first": """
        provider first name, clinician first name, resource first name, practitioner first name, staff first name
    """,
    "clinician_last": """
        provider last name, clinician last name, resource last name, practitioner last name, staff last name
    """,
    "clinician_credentials": """
        credentials, provider credentials, clinician credentials, degree, provider credential
    """,
    "language": """
        language, preferred language, primary language, patient language, patient preferred language, spoken
        language, client language, written language, idioma,
        sprache
    """,
    "place": """
        place of service, location, service location, modality, appointment mode, telehealth, visit mode, pos,
        location name, appointment location, mode, setting, delivery method, place, facility, facility name, office,
        ort, lugar, modalidad
    """,
    "status": """
        status, appointment status, appt status, visit status, state, booking status, session status, attendance,
        apptstatus, appointment state,
        estado, terminstatus
    """,
    "preferred": """
        preferred name, nickname, goes by, name they go by, chosen name, name used, patient preferred name, aka,
        known as
    """,
}
"""What we look for, each with the names that programs have for it. `when` holds the day with the time of day."""

_BY_WORD = {" ".join(word.split()): kind for kind, words in COLUMN_WORDS.items() for word in words.split(",")}
_BY_LETTERS = {word.replace(" ", ""): kind for word, kind in _BY_WORD.items()}


_OURS = {
    "when": "date and time",
    "first": "part of patient_name",
    "middle": "part of patient_name",
    "last": "part of patient_name",
    "suffix": "part of patient_name",
    "codes": "procedures",
    "types": "procedures, once each type has its codes",
    "modifiers": "modifiers of procedures",
    "clinician_first": "part of clinician",
    "clinician_last": "part of clinician",
    "status": "what may be skipped",
    "preferred": "not printed",
}
"""What becomes of columns that have no column of ours with the name of their kind."""
_LEAST_MEANT = 4
"""The fewest kinds of columns that a line must name to count as one with names; no row of particulars does."""


def meanings(cells: Iterable[str]) -> str | None:
    """Which columns of ours the columns of a line may fill; None where it is not a line with names of columns.

    It holds no cell but those that are names of columns by the words above.
    """
    kinds = {cell.strip(): kind for cell in cells if (kind := kind_of(cell))}
    if len(set(kinds.values())) < _LEAST_MEANT:
        return None
    return ", ".join(f"{quoted(cell)} may be {_OURS.get(kind, kind)}" for cell, kind in kinds.items())


def kind_of(header: str) -> str | None:
    """What a column of another program holds, by its name alone; None for one that is not known."""
    split = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", header)
    plain = " ".join(re.findall(r"[^\W_]+", split.replace("#", " no ").casefold()))
    return _BY_WORD.get(plain) or _BY_LETTERS.get(plain.replace(" ", ""))
