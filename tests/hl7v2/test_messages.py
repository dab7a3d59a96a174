"""Messages of HL7 v2 about appointments become visits, or say why not and which field."""

from __future__ import annotations

import contextlib
import datetime
import logging
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.errors import InvalidInput
from consentkit.hl7v2.visits import read_hl7
from consentkit.packets.other_systems import SystemsReading
from kit.bundles import needed
from kit.siu import message, only, read
from kit.small import CODE


def fields(entry: Any) -> list[str]:
    return [problem.field for problem in entry.problems]


def test_a_booking_becomes_a_visit_with_all_that_the_message_says_of_it() -> None:
    entry = only(message())
    assert entry.visit is not None
    assert entry.visit.model_dump(mode="json", exclude_defaults=True) == {
        "visit": "V-1",
        "date": "2026-11-23",
        "time": "09:00:00",
        "patient": {"name": "Siobhán O’Keeffe", "born": "1984-07-09", "record": "MR-20417"},
        "language": "en",
        "procedures": [CODE],
        "clinician": {"name": "Dr. Amara Okonkwo", "credentials": "PhD"},
    }
    assert entry.label == "day.hl7:1"


# Which messages.


def test_the_last_message_about_an_appointment_counts() -> None:
    moved = message("S13", MSH_7="20261121080000", SCH_11="^^60^20261124100000")
    result = read(message(), moved)
    assert [entry.visit.date.isoformat() for entry in result.entries if entry.visit] == ["2026-11-24"]
    assert result.notes == ("left out 1 message: a later one replaces it",)
    changed = message("S14", MSH_7="20261121080000", AIP_3="9^Lee^Ann")
    assert [entry.visit.clinician.name for entry in read(message(), changed).entries if entry.visit] == ["Ann Lee"]


@pytest.mark.parametrize(
    ("event", "why"), [("S15", "cancelled"), ("S26", "missed by the patient"), ("S17", "deleted"), ("S16", "cancelled")]
)
def test_an_appointment_that_does_not_take_place_has_no_visit(event: str, why: str) -> None:
    result = read(message(), message(event, MSH_7="20261121080000", RGS=None, AIS=None, AIP=None))
    assert not result.entries
    assert f"left out 1 message: the appointment is {why}" in result.notes


@pytest.mark.parametrize(
    "state",
    [
        "Cancelled",
        "CANCELED",
        "Noshow",
        "No-Show",
        "Deleted",
        "Waitlist",
        "DC",
        "Complete",
        "Canc by pt",
        "No Show - called",
        "^Cancelled late",
    ],
)
def test_a_state_that_ends_an_appointment_ends_it_whatever_the_event(state: str) -> None:
    assert not read(message(SCH_25=state)).entries


def test_what_is_complete_is_read_where_its_day_is_named() -> None:
    assert only(message(SCH_25="Complete"), day=datetime.date(2026, 11, 23)).visit is not None
    assert not read(message(), day=datetime.date(2026, 11, 24)).entries


def test_a_state_that_is_not_certain_is_a_warning() -> None:
    entry = only(message(SCH_25="Pending"))
    assert entry.visit is not None
    assert [warning.field for warning in entry.warnings] == ["SCH-25"]


@pytest.mark.parametrize("state", ["Arrived", "confirmed", "Scheduled"])
def test_states_of_many_systems_are_known(state: str) -> None:
    entry = only(message(SCH_25=state))
    assert entry.visit is not None
    assert not entry.warnings


@pytest.mark.parametrize("state", ["Bumped", "5", "Not confirmed"])
def test_a_state_that_is_not_known_is_asked_about(state: str) -> None:
    entry = only(message(SCH_25=state))
    assert (fields(entry), needed(entry)) == (["SCH-25"], ["date"])


def test_messages_out_of_order_leave_no_visit_standing() -> None:
    earlier = message("S15", MSH_7="20261119080000")
    assert [fields(entry) for entry in read(message(), earlier).entries] == [["MSH-7"]]


def test_seconds_decide_the_order_and_equal_times_decide_nothing_where_one_message_ends_the_visit() -> None:
    ended = message("S15", MSH_7="20261120090030")
    assert not read(message(MSH_7="20261120090005"), ended).entries
    for time in ("20261120090005", "20261120090030", "202611200900", "202611200900-0600"):
        assert [fields(entry) for entry in read(ended, message(MSH_7=time)).entries] == [["MSH-7"]]
    assert read(message(), message("S14")).entries[0].visit is not None


def test_each_occurrence_of_a_series_is_a_visit_of_its_own() -> None:
    weeks = [message(SCH_3="1"), message(SCH_3="2", SCH_11="^^60^20261130090000")]
    entries = read(*weeks).entries
    assert [entry.visit.date.day for entry in entries if entry.visit] == [23, 30]
    assert len({entry.name.visit for entry in entries} - {"V-1"}) == 2
    ended = message("S15", MSH_7="20261121080000", SCH_3="2")
    assert [entry.visit.date.day for entry in read(*weeks, ended).entries if entry.visit] == [23]
    of_all = message("S15", MSH_7="20261121080000")
    assert [fields(entry) for entry in read(*weeks, of_all).entries] == [["SCH-3"]] * 3


def test_a_change_of_a_kind_that_is_not_read_leaves_no_visit_standing() -> None:
    assert fields(only(message(), message("S18", MSH_7="20261121080000"))) == ["MSH-9"]


def test_an_appointment_of_two_patients_is_refused_and_a_group_is_one_visit_each() -> None:
    other = message("S14", MSH_7="20261121080000", PID_3="MR-2^^^WILLOW^MR", PID_5="Lee^Ann")
    assert fields(only(message(), other)) == ["PID-3"]
    result = read(message("S12", "PID|2||MR-2^^^WILLOW^MR||Lee^Ann||19900101"))
    assert [entry.visit.patient.record for entry in result.entries if entry.visit] == ["MR-20417", "MR-2"]
    assert len({entry.name.visit for entry in result.entries}) == 2


@pytest.mark.parametrize("kind", ["JHN", "HC", "SR", "XX", "PI", "PT", ""])
def test_a_number_of_a_type_that_is_none_of_a_clinic_is_no_record_number(kind: str) -> None:
    expected = [] if kind in ("PI", "PT", "") else ["record_number"]
    assert needed(only(message(PID_3=f"N1^^^WILLOW^{kind}"))) == expected


def test_other_messages_are_left_out_and_told() -> None:
    result = read(message(), message(MSH_9="ADT^A01", SCH_2="V-2").replace("SIU^S12^SIU_S12", "ADT^A01"))
    assert len(result.entries) == 1
    assert result.notes == ("left out 1 message: it is about something else than an appointment",)


def test_the_number_of_the_placer_serves_where_the_filler_has_none() -> None:
    assert only(message(SCH_2="")).name.visit == "P-1"
    assert fields(only(message(SCH_1="", SCH_2=""))) == ["SCH-2"]
    made = only(message(SCH_2="okeeffe-1"))
    assert made.visit is not None
    assert made.visit.visit.startswith("F-")


def test_a_cancellation_finds_its_appointment_whoever_states_who_assigned_the_number() -> None:
    later = {"MSH_7": "20261121080000"}
    assert not read(message(SCH_2="V-1^SCHED"), message("S15", SCH_2="V-1", **later)).entries
    assert not read(message(SCH_2="V-1"), message("S15", SCH_2="V-1^SCHED", **later)).entries
    assert not read(message(), message("S15", SCH_2="", **later)).entries
    both = [message(SCH_1="", SCH_2="V-1^A"), message(SCH_1="", SCH_2="V-1^B")]
    entries = read(*both, message("S15", SCH_1="", SCH_2="V-1", **later)).entries
    assert [entry.visit for entry in entries] == [None, None, None]


# The particulars.


@pytest.mark.parametrize(
    ("changes", "field", "need"),
    [
        ({"PID_3": ""}, "PID-3", "record_number"),
        ({"PID_3": "1^^^A^MR~2^^^B^MR"}, "PID-3", "record_number"),
        ({"PID_3": "123-45-6789^^^SSA^SS"}, "PID-3", "record_number"),
        ({"PID_5": ""}, "PID-5", "patient_name"),
        ({"PID_5": '""'}, "PID-5", "patient_name"),
        ({"PID_5": "Lee"}, "PID-5", "patient_name"),
        ({"PID_5": "Lee^Ann^^^^^L~Leigh^Ann^^^^^L"}, "PID-5", "patient_name"),
        ({"PID_5": "Lee^Ann^^^^^N~Leigh^Ann^^^^^M"}, "PID-5", "patient_name"),
        ({"PID_7": ""}, "PID-7", "date_of_birth"),
        ({"PID_7": "198407"}, "PID-7", "date_of_birth"),
        ({"PID_7": "07/09/1984"}, "PID-7", "date_of_birth"),
        ({"PID_7": "19840708230000+0000"}, "PID-7", "date_of_birth"),
        ({"PID_15": "nl"}, "PID-15", "language"),
        ({"AIS": None}, "AIS-3", "procedures"),
        ({"AIS_3": f"{CODE}^A talk"}, "AIS-3", "procedures"),
        ({"AIS_3": f"{CODE}^A talk^L"}, "AIS-3", "procedures"),
        ({"AIP": None}, "AIP-3", "clinician"),
        ({"AIP_3": "9^Okonkwo"}, "AIP-3", "clinician"),
        ({"AIP_3": "9^Okonkwo^Amara~8^Lee^Ann"}, "AIP-3", "clinician"),
        ({"SCH_11": ""}, "SCH-11", "date"),
        ({"SCH_11": "^^60^202611"}, "SCH-11.4", "date"),
        ({"SCH_11": "^^60^20261350"}, "SCH-11.4", "date"),
        ({"SCH_11": "^^60^202611232400"}, "SCH-11.4", "date"),
        ({"SCH_11": "^^60^20261124010000+0000"}, "SCH-11.4", "date"),
        ({"SCH_11": "^^60^20261123090000-0500"}, "SCH-11.4", "date"),
        ({"MSH_7": "20261120080000-0500"}, "SCH-11.4", "date"),
        ({"SCH_11": "^^60^20261123090000~^^60^20261124090000"}, "SCH-11.4", "date"),
        ({"TQ1_7": "20261124090000"}, "SCH-11.4", "date"),
    ],
)
def test_a_particular_that_is_not_certain_is_asked_for(changes: dict[str, str | None], field: str, need: str) -> None:
    entry = only(message(**changes))
    assert entry.visit is None
    assert fields(entry) == [field]
    assert needed(entry) == [need]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("Lee^Ann^Bo^Jr.^Ms.^^L", "Ms. Ann Bo Lee Jr."),
        ("Old^Ann^^^^^M~Lee^Ann^^^^^L~Annie^^^^^^N", "Ann Lee"),
        ("van Dyk&van&Dyk^Jo^^^^^L", "Jo van Dyk"),
        ("Lee^Ann", "Ann Lee"),
        ("毛^泽东^^^^^L^I^^^F", "毛泽东"),
        ("Nagy^János^^^^^L^A^^^F", "Nagy János"),
    ],
)
def test_the_legal_name_is_printed_as_it_is_written(name: str, written: str) -> None:
    visit = only(message(PID_5=name, MSH_18="UNICODE UTF-8")).visit
    assert visit is not None
    assert visit.patient.name == written


def test_the_record_number_is_that_of_the_authority_of_the_clinic() -> None:
    numbers = {"PID_3": "1^^^OTHER^MR~2^^^WILLOW^PI"}
    visit = only(message(**numbers), record_authority="WILLOW").visit
    assert visit is not None
    assert visit.patient.record == "2"
    assert needed(only(message(**numbers), record_authority="THIRD")) == ["record_number"]


@pytest.mark.parametrize(
    ("code", "language"), [("es", "es"), ("SPA", "es"), ("es-MX", "es"), ("eng^English^ISO6392", "en")]
)
def test_a_code_of_a_language_is_read(code: str, language: str) -> None:
    visit = only(message(PID_15=code)).visit
    assert visit is not None
    assert visit.language == language


@pytest.mark.parametrize("changes", [{"PID_30": "Y"}, {"PID_29": "20260101"}, {"PID_35": "L-80700^Canine^SNM"}])
def test_nobody_but_the_living_gets_papers(changes: dict[str, str]) -> None:
    assert only(message(**changes)).visit is None


@pytest.mark.parametrize(
    ("time", "zone", "day", "clock"),
    [
        ("20261124010000+0000", "America/Chicago", "2026-11-23", "19:00"),
        ("202611230900", None, "2026-11-23", "09:00"),
        ("20261123090000.0000-0600", "America/Chicago", "2026-11-23", "09:00"),
        ("20261123090000-0500", "America/Chicago", "2026-11-23", "08:00"),
        ("20261123", None, "2026-11-23", None),
    ],
)
def test_a_time_is_that_of_the_clinic(time: str, zone: str | None, day: str, clock: str | None) -> None:
    for changes in ({"SCH_11": f"^^60^{time}"}, {"SCH_11": "", "TQ1_7": time}, {"SCH_11": "", "AIS_4": time}):
        visit = only(message(**changes), **({"timezone": zone} if zone else {})).visit
        assert visit is not None
        assert visit.date.isoformat() == day
        assert (f"{visit.time:%H:%M}" if visit.time else None) == clock


@pytest.mark.parametrize(
    ("sent", "start", "clock"),
    [
        ("20261120080000-0600", "20261123090000", "09:00"),
        ("20260720080000-0500", "20261123090000", "09:00"),  # sent in summer, by the clocks of the clinic
        ("20261120080000-0500", "20261123090000", None),
        ("20261120080000+0000", "20261123090000", None),
        ("20261120080000+0000", "20261123150000+0000", "09:00"),
        ("2026112008-0600", "20261123090000", "09:00"),
        ("20261120-0600", "20261123090000", "09:00"),
        ("2026112008-0500", "20261123090000", None),
        ("202611-0500", "20261223090000", "09:00"),  # November begins in summer time
        ("20261120080000.12345-0500", "20261123090000", None),
        ("20261120080000.12345-0600", "20261123090000", "09:00"),
        ("20261120080000Z", "20261123090000", None),
        ("20261120080000-06:00", "20261123090000", None),
        ("20261399080000-0600", "20261123090000", None),
        ("2026112008", "20261123090000", "09:00"),
        ("20261120080000", "20260308023000", None),  # clocks are put forward over it
    ],
)
def test_a_time_without_an_offset_is_that_of_the_clinic_only_where_the_message_is(
    sent: str, start: str, clock: str | None
) -> None:
    entry = only(message(MSH_7=sent, SCH_11=f"^^60^{start}"), timezone="America/Chicago")
    assert (f"{entry.visit.time:%H:%M}" if entry.visit and entry.visit.time else None) == clock
    assert fields(entry) == ([] if clock else ["SCH-11.4"])


@pytest.mark.parametrize(("start", "clock"), [("20261123090000", "09:00"), ("20260723090000", None)])
def test_a_message_in_utc_has_times_of_a_clinic_that_is_at_utc_on_that_day_only(start: str, clock: str | None) -> None:
    entry = only(message(MSH_7="20260120080000+0000", SCH_11=f"^^60^{start}"), timezone="Europe/London")
    assert (f"{entry.visit.time:%H:%M}" if entry.visit and entry.visit.time else None) == clock


def test_an_offset_that_cannot_be_read_is_asked_about_without_a_time_zone_of_the_clinic_too() -> None:
    assert fields(only(message(MSH_7="20261120080000Z"))) == ["SCH-11.4"]


@pytest.mark.parametrize(
    ("sent", "born", "is_certain"),
    [
        ("20261120080000+0000", "19840709050000", False),
        ("20261120080000Z", "19840709050000", False),
        ("20261120080000+0000", "19840709000000", True),
        ("20261120080000-0600", "19840709050000", True),
        ("20261120080000", "19840709050000", True),
    ],
)
def test_a_time_of_birth_in_a_message_in_utc_makes_the_day_uncertain(sent: str, born: str, is_certain: bool) -> None:
    start = "^^60^20261123090000-0600"
    entry = only(message(MSH_7=sent, PID_7=born, SCH_11=start), timezone="America/Chicago")
    assert fields(entry) == ([] if is_certain else ["PID-7"])


@pytest.mark.parametrize(
    ("other", "agrees"), [("20261123150000+0000", True), ("20261123090000", True), ("20261123090000+0000", False)]
)
def test_times_agree_where_they_are_the_same_moment_at_the_clinic(other: str, agrees: bool) -> None:
    entry = only(message(SCH_11="^^60^20261123090000-0600", TQ1_7=other), timezone="America/Chicago")
    assert (entry.visit is not None) == agrees


@pytest.mark.parametrize(
    ("booked", "cancelled", "is_certain"),
    [
        ("20261120090000-0500", "20261120083000-0600", True),  # half an hour later
        ("20261120090000-0600", "20261120093000-0500", False),  # half an hour earlier
        ("20261120090000", "20261120093000-0600", False),
        ("20261120", "20261120093000-0600", False),
    ],
)
def test_the_order_of_messages_counts_by_the_clock_of_no_place(booked: str, cancelled: str, is_certain: bool) -> None:
    result = read(message(MSH_7=booked), message("S15", MSH_7=cancelled), timezone="America/Chicago")
    assert [fields(entry) for entry in result.entries] == ([] if is_certain else [["MSH-7"]])


def test_local_codes_count_where_the_clinic_names_them_with_their_system() -> None:
    services = [{"system": "L", "code": "FU60", "procedures": ["90837"]}]
    visit = only(message(AIS_3="FU60^Follow-up^L"), services=services).visit
    assert visit is not None
    assert visit.procedures == ("90837",)
    of_kind = only(message(AIS=None, SCH_8="FU60^Follow-up^L"), services=services).visit
    assert of_kind is not None
    assert needed(only(message(AIS_3="FU60^Follow-up^99X"), services=services)) == ["procedures"]
    places = [{"code": "VID", "place": "telehealth"}]
    video = only(message(SCH_8="VID^Video"), places=places).visit
    assert video is not None
    assert video.place == "telehealth"


def test_what_a_change_deletes_is_not_part_of_the_visit() -> None:
    visit = only(message("S14", "AIS|2|D|90785^x^C4")).visit
    assert visit is not None
    assert visit.procedures == (CODE,)


def test_an_interpreter_is_not_the_one_who_treats_and_is_asked_about() -> None:
    entry = only(message("S12", "AIP|2|A|8^Ruiz^Eva|INT^Interpreter"))
    assert entry.data is not None
    assert needed(entry) == ["interpreter"]


# The form of the file.


@pytest.mark.parametrize("end", ["\r", "\n", "\r\n"])
def test_lines_may_end_in_any_way(end: str) -> None:
    assert only(message(end=end)).visit is not None


def test_frames_and_batches_are_taken_off() -> None:
    framed = "".join(f"\x0b{one}\x1c\r" for one in (message(), message(SCH_1="P-2", SCH_2="V-2")))
    assert len(read(framed).entries) == 2
    batch = f"FHS|^~\\&|A\rBHS|^~\\&|A\r{message()}BTS|1\rFTS|1\r"
    result = read(batch)
    assert result.entries[0].visit is not None
    assert result.notes == ()
    assert only(b"\xef\xbb\xbf" + message().encode()).visit is not None


def test_a_batch_that_lost_its_end_or_a_message_says_so() -> None:
    assert "may be missing" in read(f"BHS|^~\\&|A\r{message()}").notes[0]
    assert "says that it holds 2 messages, and holds 1" in read(f"BHS|^~\\&|A\r{message()}BTS|2\r").notes[0]


@pytest.mark.parametrize(
    ("stated", "encoding"),
    [("", "utf-8"), ("UNICODE UTF-8", "utf-8"), ("8859/1", "iso-8859-1"), ("8859/15", "iso-8859-15")],
)
def test_a_message_is_read_in_the_encoding_that_it_states(stated: str, encoding: str) -> None:
    data = message(MSH_18=stated, PID_5="Núñez^José").encode(encoding)
    visit = only(data).visit
    assert visit is not None
    assert visit.patient.name == "José Núñez"


def test_bytes_of_another_encoding_are_refused_or_read_as_the_clinic_says() -> None:
    data = message(PID_5="Núñez^José").encode("windows-1252")
    with pytest.raises(InvalidInput, match=r"day\.hl7:1: MSH-18: contains characters that are not utf-8"):
        read(data)
    visit = only(data, encoding="windows-1252").visit
    assert visit is not None
    assert visit.patient.name == "José Núñez"
    with pytest.raises(InvalidInput, match="MSH-18"):
        read(message(MSH_18="GB 18030-2000"))


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        (r"O\T\Brien", "O&Brien"),
        (r"O\E\Brien", "O\\Brien"),
        (r"N\XC3BA\n", "Nún"),
        (r"\H\Lee\N\ ", "Lee"),
        (r"Lee\.br\Smith", "Lee Smith"),
        (r"Lee\S\Smith", "Lee^Smith"),
    ],
)
def test_escape_sequences_are_what_they_mean(written: str, meant: str) -> None:
    visit = only(message(PID_5=f"{written}^Ann")).visit
    assert visit is not None
    assert visit.patient.name == f"Ann {meant}"


@pytest.mark.parametrize(
    "written", [r"O\Brien", r"O\E", r"\C2842\Lee", r"\M241B42\Lee", r"\XC3\Lee", r"\XZZ\Lee", r"Lee\Zx\ ", "\\\\Lee"]
)
def test_an_escape_sequence_that_can_not_be_read_is_told_and_nothing_of_it_is_logged(
    written: str, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        assert "PID-5" in fields(only(message(PID_5=f"{written}^Ann")))
    assert not caplog.records


def test_a_message_is_read_with_the_separators_that_it_states() -> None:
    usual = message(PID_5="Lee&x^Ann~Annie^^^^^^N")
    other = usual.replace("~", "!").replace("^", "$").replace("|", "#").replace("&", "%")
    visit = only(other).visit
    assert visit is not None
    assert visit.patient.name == "Ann Lee"


@pytest.mark.parametrize(
    ("data", "complaint"),
    [
        (b"", "contains no message"),
        (b"PID|1\r", "before the first message"),
        (b"MSH|^~\\&|A\rnot a segment\r", "no segment"),
        (b"MSH|^^\r", "separators"),
        (b"MSH|^~\\^|A\r", "separators"),
        (b"MSHabc\r", "no segment"),
        ("MSH|^~\\&|A\r".encode("utf-16"), "UTF-16"),
        (b"MSH|^~\\&|" + b"A" * 200_000, "more than"),
    ],
)
def test_a_file_that_holds_no_messages_is_refused(data: bytes, complaint: str) -> None:
    with pytest.raises(InvalidInput, match=complaint):
        read(data)


# What messages to people hold.

CANARY = "Xq7zWv"
SPOILT = [CANARY, f"{CANARY}^{CANARY}^{CANARY}^{CANARY}^{CANARY}", f"{CANARY}\\", f"{CANARY}~{CANARY}", f"\\{CANARY}\\"]
PLACES = [
    *(f"MSH_{number}" for number in (7, 9, 10, 11, 12, 18)),
    *(f"SCH_{number}" for number in (1, 2, 7, 8, 11, 25)),
    *(f"PID_{number}" for number in (3, 5, 7, 15, 29, 30, 35)),
    *("AIS_2", "AIS_3", "AIS_4", "AIP_3", "AIP_6", "AIL_3", "AIL_4", "TQ1_7"),
]


@settings(max_examples=75, deadline=None)
@given(st.dictionaries(st.sampled_from(PLACES), st.sampled_from(SPOILT), min_size=1, max_size=3))
def test_no_message_quotes_a_value_whatever_field_is_spoilt(changes: dict[str, str]) -> None:
    try:
        result = read(message(**changes))
        said = [str(one) for entry in result.entries for one in (*entry.problems, *entry.warnings)]
        said += [*result.notes, *(str(entry.needs) for entry in result.entries)]
    except InvalidInput as refused:
        said = [str(refused)]
    assert not any(CANARY in line for line in said), said


@settings(max_examples=100, deadline=None)
@given(
    st.lists(
        st.sampled_from(
            ["MSH|^~\\&|", "PID|", "SCH|", "\r", "\n", "\x0b", "\x1c", "^", "~", "\\", "&", "A1", "é", '""']
        ),
        max_size=40,
    )
)
def test_any_text_is_read_or_refused(pieces: list[str]) -> None:
    with contextlib.suppress(InvalidInput):
        read_hl7(("".join(pieces)).encode(), "day.hl7", SystemsReading())


def test_more_fields_than_a_day_can_have_are_refused() -> None:
    with pytest.raises(InvalidInput, match="more than 600,000 fields"):
        read(message("S12", *[f"NTE{'|' * 100_000}"] * 7))
