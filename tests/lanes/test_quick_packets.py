"""A packet of a known kind is made ahead of the program, file and words alike; or the ordinary way is taken."""

from __future__ import annotations

import datetime
import json
import shutil
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.lanes import lookup
from consentkit.lanes.answers import KnownAnswer
from consentkit.lanes.states import state_of
from consentkit.model.visit import Visit
from consentkit.operations.learning_packets import OfferedPacket, can_be_learned_from
from consentkit.operations.opening import open_cache, open_for_a_run
from consentkit.operations.packet_command import packet_command
from consentkit.operations.packets import MadePacket, PacketOptions, PacketsInTurn
from consentkit.operations.quick_packet import joined_entry, separated
from consentkit.operations.remembering import TICK, places_of
from consentkit.packets.learned_recipe import LETTERS_OF_NAMES
from consentkit.packets.lettering import lines_of_name
from consentkit.packets.plain_files import visit_in_yaml
from consentkit.packets.plain_visits import DECIDING, PlainVisit
from consentkit.packets.ready_packets import ReadyKind, unpacked_kind
from consentkit.pdf.lines.common_line import forget_pairs
from kit.packets import visit_data
from kit.quick_desk import (
    ALWAYS,
    OTHER_CODE,
    Served,
    desk_in,
    kept_below,
    learn_from,
    look_at,
    of_patient,
    ordinarily,
    packet_of,
    quickly,
    schedule_of,
)
from kit.running import command, environment
from kit.small import CODE, WITH_JOURNAL, make_clinic, write_procedure
from kit.thorough import examples
from kit.traces import Words
from lanes.test_quick_answers import CHANGES

pytestmark = pytest.mark.xdist_group("desk of quick packets")  # whose papers are made once

KINDS: dict[str, tuple[dict[str, Any], tuple[str, ...]]] = {
    "in English": ({}, ()),
    "in Spanish, with a witness": ({"language": "es", "witness": "Tomasz Lis"}, ()),
    "in two languages, without time and credentials": (
        {"also_in": ["es"], "time": ..., "clinician": {"name": "Ida Holm"}},
        (),
    ),
    "two procedures, in large print": ({"procedures": [CODE, OTHER_CODE], "large_print": True}, ()),
    "with fields": ({}, ("--fillable",)),
    "on both sides, quietly": ({}, ("--duplex", "--quiet")),
}
"""Kinds of visits, each with the options of its command."""
NAMES = ("Ana Ruiz", "Siobhán O’Keeffe-Martínez", "Zoë Åberg", "D'Angelo Reyes de la Cruz")


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory, folder_of_few_texts: Path) -> Iterator[Path]:
    """A clinic whose front desk has made packets of one kind."""
    with desk_in(tmp_path_factory.mktemp("desk"), folder_of_few_texts) as folder:
        learn_from(visit_of(1, "Cleo Wu"), "-o", "out/", *ALWAYS)
        yield folder


@pytest.fixture(autouse=True)
def _in_the_desk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Tests that share the desk begin in its folder."""
    if "desk" in request.fixturenames:
        monkeypatch.chdir(request.getfixturevalue("desk"))


def visit_of(number: int, name: str, changes: dict[str, Any] | None = None) -> str:
    """The file of a visit. What is changed to `...` is left out."""
    data = visit_data(**{**of_patient(number, name), **(changes or {})})
    Path(f"V-{number}.yaml").write_text(
        json.dumps({key: value for key, value in data.items() if value is not ...}, ensure_ascii=False),
        encoding="utf-8",
    )
    return f"V-{number}.yaml"


# --- the same as by the ordinary way ---


@pytest.mark.parametrize("kind", KINDS)
def test_what_is_made_quickly_is_what_the_ordinary_way_makes(kind: str, desk: Path) -> None:
    changes, options = KINDS[kind]
    times = 2 if options or kind == "in English" else 1  # further kinds of a command are learned from one packet
    learn_from(visit_of(100, "Cleo Wu", changes), "-o", "out/", *ALWAYS, *options, times=times)
    for number, name in enumerate(NAMES, 101):
        arguments = (visit_of(number, name, changes), "-o", "out/", *ALWAYS, *options)
        quick = quickly(*arguments)
        pdf = packet_of(quick)
        ordinary = ordinarily(*arguments)
        assert quick == ordinary
        assert pdf == packet_of(ordinary)


def test_a_visit_of_a_schedule_is_made_quickly(desk: Path) -> None:
    first, second, third = (visit_data(**of_patient(number, name)) for number, name in enumerate(NAMES[:3], 201))
    for visits in ([first], [first, second]):
        Path("day.csv").write_text(schedule_of(*visits), encoding="utf-8")
        learn_from("day.csv", "--visit", "V-201", "-o", "out/", *ALWAYS)
    Path("day.csv").write_text(schedule_of(first, third, second), encoding="utf-8")
    for output in ("out/", "one.pdf"):
        arguments = ("day.csv", "--visit", "V-203", "-o", output, *ALWAYS)
        quick = quickly(*arguments)
        assert (quick, packet_of(quick)) == (served := ordinarily(*arguments), packet_of(served))


def test_a_warning_of_a_kind_is_printed_for_each_of_its_visits(desk: Path) -> None:
    write_procedure(Path("clinic/procedures"), code="SMALL-3", review={"issued": "2020-01-15", "next": "2021-01-15"})
    changes = {"procedures": ["SMALL-3"]}
    learn_from(visit_of(301, "Cleo Wu", changes), "-o", "out/", *ALWAYS)
    quick = quickly(visit_of(302, "Ana Ruiz", changes), "-o", "out/", *ALWAYS)
    assert quick and "was due for review on 2021-01-15" in quick.stderr
    Path("clinic/procedures/SMALL-3.yaml").unlink()


def test_what_is_kept_holds_nothing_of_any_visit(desk: Path) -> None:
    words = ["Cleo Wu", "Tomasz", "Ida Holm", "Okonkwo", *NAMES, "MR-70001", "MR-70102", "V-101", "V-202", "1951-03-02"]
    kinds = kept_below("cache")
    assert kinds and not Words(words).in_data(kinds[0])
    for path in Path("cache").rglob("*"):
        data = path.read_bytes() if path.is_file() else b""
        assert not any(word.encode(encoding) in data for word in words for encoding in ("utf-8", "utf-16-be"))


class KindInUse:
    """The kind of visits in English, as it is kept, and how the ordinary way makes their packets."""

    def __init__(self) -> None:
        look = look_at("V-1.yaml", "-o", "out/", *ALWAYS)
        assert look and look.is_known and look.outputs is None  # whose packet is there already
        self.key = look.key_of_kind
        self.data = separated(open_cache(Path("cache")).near.get(self.key) or b"")[1]
        ready = unpacked_kind(self.data)
        assert ready
        self.ready: ReadyKind = ready
        self._making = PacketsInTurn(open_for_a_run(Path("clinic"), open_cache(Path("cache"))), DRAFTS)

    def ordinary(self, plain: PlainVisit) -> bytes:
        """The packet of a visit by the ordinary way."""
        data: dict[str, Any] = {"patient": {}, "clinician": {}}
        for path, value in plain.fields.items():
            *parents, last = path.split(".")
            (data[parents[0]] if parents else data)[last] = value
        made = self._making.apart().make(Visit.model_validate(data))
        assert isinstance(made, MadePacket) and not made.warnings
        return made.packet.pdf


DRAFTS = PacketOptions(allow_drafts=True)


@pytest.fixture(scope="module")
def in_use(desk: Path) -> KindInUse:
    return KindInUse()


LETTER = st.sampled_from([letter for letter in LETTERS_OF_NAMES if letter.isalpha()])
WORD = st.builds(
    str.__add__, LETTER, st.text(st.sampled_from(LETTERS_OF_NAMES.replace(" ", "")), min_size=1, max_size=9)
)
NAME = st.one_of(st.lists(WORD, min_size=1, max_size=4).map(" ".join), st.sampled_from(NAMES))
PLAIN = "ABCXYZabcxyz0123456789-"
ANY = {
    "visit": st.text(PLAIN, max_size=31).map("v{}".format),
    "date": st.dates(datetime.date(2026, 1, 1), datetime.date(2026, 12, 31)).map(str),
    "time": st.times().map(lambda time: time.strftime("%H:%M")),
    "patient.name": NAME,
    "patient.born": st.dates(datetime.date(1900, 1, 1), datetime.date(2008, 1, 1)).map(str),
    "patient.record": st.text(PLAIN, max_size=22).map("Q{}1".format),
    "clinician.name": NAME.map("Dr. {}".format),
    "clinician.credentials": st.sampled_from(("PhD", "PhD, LCSW", "Dr.phil., Z9, M-X", "É")),
}


@given(fields=st.fixed_dictionaries(ANY))
@settings(max_examples=examples(120), deadline=None, suppress_health_check=list(HealthCheck))
def test_any_visit_of_a_kind_has_the_packet_of_the_ordinary_way_or_none(
    fields: dict[str, str], in_use: KindInUse
) -> None:
    try:
        plain = PlainVisit({**fields, "procedures": (CODE,)}, "yaml")
    except ValueError:
        return
    made = in_use.ready.made(plain)
    forget_pairs()
    if made:
        assert made.pdf == in_use.ordinary(plain)


def plain_visit(number: int, name: str) -> PlainVisit:
    return visit_in_yaml(Path(visit_of(number, name)).read_bytes())


def test_a_name_of_two_lines_has_a_cover_of_its_own(in_use: KindInUse) -> None:
    name = "Wilhelmina Montgomery"
    while lines_of_name(name) == 1:
        name += "i"
    assert in_use.ready.made(plain_visit(401, name[:-1]))
    assert in_use.ready.made(plain_visit(401, name)) is None


def test_two_texts_that_are_alike_are_left_to_the_ordinary_way(in_use: KindInUse) -> None:
    ready, visit = in_use.ready, plain_visit(402, "Ana Ruiz")
    assert ready.made(visit)
    texts = [["", "name", ""] if text == ["", "signed", ""] else text for text in ready.recipe.texts]
    assert ready._replace(recipe=ready.recipe._replace(texts=texts)).made(visit) is None


@pytest.mark.parametrize("written", ["name", "record", "born 0"])
def test_a_packet_with_the_text_of_somebody_else_is_not_handed_out(written: str, in_use: KindInUse) -> None:
    """What is written is read back from the finished bytes: a text in the wrong place is noticed there."""
    recipe = in_use.ready.recipe
    exchanged = [
        ["", "signed", ""] if text == ["", written, ""] else ["", written, ""] if text == ["", "signed", ""] else text
        for text in recipe.texts
    ]
    assert exchanged != recipe.texts
    assert in_use.ready._replace(recipe=recipe._replace(texts=exchanged)).made(plain_visit(403, "Ana Ruiz")) is None


# --- out of the lane ---


@pytest.fixture
def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None, in_use: KindInUse) -> Path:
    """A clinic of which it is known how a kind of packets is made, and whose files have not changed since."""
    monkeypatch.chdir(tmp_path)
    clinic = make_clinic(Path("clinic"), templates={"note.html": "<p>One</p>"})
    (clinic / "clauses.en.yaml").write_text("clauses: {}\n", encoding="utf-8")
    (clinic / "approvals.yaml").write_text("approvals: []\n", encoding="utf-8")
    (clinic / "services.yaml").write_text(f"services: [{CODE}]\n", encoding="utf-8")
    for folder in ("out", "cache", "packages", "packages/library-1.0.dist-info"):
        Path(folder).mkdir(mode=0o700)
    monkeypatch.syspath_prepend(tmp_path / "packages")
    monkeypatch.setenv("CONSENTKIT_ANYTHING", "0")
    keep(in_use.data)
    assert quickly(*TO_SERVE) and Path("out/2026-09-17-V-500.pdf").exists()
    shutil.rmtree("out")
    Path("out").mkdir()
    return clinic


TO_SERVE = ("V-500.yaml", "-o", "out/", *ALWAYS)


@pytest.fixture
def visit_to_come(desk: Path) -> Iterator[None]:
    """A visit whose packet would be made quickly, at a desk that tests share."""
    visit_of(500, "Ana Ruiz")
    assert is_served()
    Path("out/2026-09-17-V-500.pdf").unlink()
    yield
    for path in (*Path("out").glob("*V-500*"), *Path("out").glob(".*"), Path("V-500.hl7"), Path("day.csv")):
        if path.is_dir():
            path.rmdir()
        else:
            path.unlink(missing_ok=True)


def keep(kind: bytes, arguments: tuple[str, ...] = TO_SERVE) -> None:
    """Keep what is known of the kind of a visit, as if the files had been like this for long."""
    visit_of(500, "Ana Ruiz")
    look = look_at(*arguments)
    assert look
    store = open_cache(Path("cache"))
    places = places_of(open_for_a_run(Path("clinic"), store))
    assert places
    answer = KnownAnswer(places, state_of(places).digest, look.day, is_proven=True)
    store.near.put(look.key_of_kind, joined_entry(answer, kind))


def is_served(*arguments: str) -> bool:
    """Whether a packet is made quickly. If none is, nothing is written."""
    before = sorted(Path("out").iterdir())
    served = quickly(*(arguments or TO_SERVE))
    assert served or sorted(Path("out").iterdir()) == before
    return served is not None


@pytest.mark.parametrize("change", CHANGES)
def test_no_change_is_missed(change: str, place: Path) -> None:
    assert is_served()
    Path("out/2026-09-17-V-500.pdf").unlink()
    source, out = Path("V-500.yaml").absolute(), Path("out").absolute()
    CHANGES[change](place)
    if not Path("out").exists():  # in another folder
        source.rename("V-500.yaml")
        out.rename("out")
    assert not is_served()


@pytest.mark.parametrize("options", [("--duplex",), ("--fillable",), ("--quiet",), ("-q",)])
def test_another_option_is_another_command(options: tuple[str, ...], place: Path) -> None:
    assert not is_served(*TO_SERVE, *options)
    assert not is_served(*(argument for argument in TO_SERVE if argument != "--allow-drafts"))
    assert is_served()


def test_another_day_is_another_one(place: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lookup, "today", lambda: "2099-12-31")
    assert not is_served()


DECIDES: dict[str, Any] = {
    "language": "en",
    "also_in": ["es"],
    "procedures": [CODE, OTHER_CODE],
    "documents": ["consent"],
    "papers": [],
    "first_visit": False,
    "yearly_papers": False,
    "on_file": [],
    "large_print": False,
    "medical_visit": False,
    "place": "in person",
    "time": ...,
    "witness": "Tomasz Lis",
    "clinician": {"name": "Ida Holm"},
    "date": "2027-01-04",
    "trainee": {"name": "Ole Vik"},
    "supervisor": {"name": "Ole Vik"},
    "representative": {"name": "Eva Ruiz", "relationship": "mother"},
    "interpreter": {"name": "Kai Berg", "is_a": "professional"},
    "extra": ["map.pdf"],
}
"""For each field that decides, another value, even one that means the same."""


def test_each_field_of_a_visit_is_among_those_that_are_tried() -> None:
    assert (
        set(DECIDES) | {"visit", "patient"} == set(Visit.model_fields) >= {path.partition(".")[0] for path in DECIDING}
    )


@pytest.mark.parametrize("field", DECIDES)
def test_what_decides_on_the_papers_leaves_the_lane(field: str, visit_to_come: None) -> None:
    visit_of(500, "Ana Ruiz", {field: DECIDES[field]})
    assert not is_served()


ODD: dict[str, dict[str, Any]] = {
    "letters of another font": {"patient": {"name": "Ngô Thị Ánh", "born": "1984-07-09", "record": "MR-1"}},
    "two spaces": {"patient": {"name": "Ana  Ruiz", "born": "1984-07-09", "record": "MR-1"}},
    "a day that is none": {"patient": {"name": "Ana Ruiz", "born": "1984-02-30", "record": "MR-1"}},
    "a child": {"patient": {"name": "Ana Ruiz", "born": "2012-07-09", "record": "MR-1"}},
    "a number with the name": {"visit": "Ruiz-1"},
    "a number with the record number": {"visit": "MR70500"},
    "a name that is the clinician's": {"clinician": {"name": "ana ruiz", "credentials": "PhD"}},
    "an unknown field": {"telephone": "1"},
}


@pytest.mark.parametrize("odd", ODD)
def test_what_is_odd_leaves_the_lane(odd: str, visit_to_come: None) -> None:
    visit_of(500, "Ana Ruiz", ODD[odd])
    assert not is_served()


OTHER_COMMANDS: list[tuple[str, ...]] = [
    ("-", "-o", "out/"),
    ("V-500.yaml", "-o", "-"),
    ("V-500.yaml", "V-501.yaml", "-o", "out/"),
    ("V-500.yaml", "-o", "out/", "--visit", "V-501"),
    ("V-500.yaml", "-o", "out/", "--json"),
    ("V-500.yaml", "-o", "out/", "--force"),
    ("V-500.yaml", "-o", "out/", "--no-cache"),
    ("V-500.yaml", "-o", "out/", "--override", "why not"),
    ("V-500.yaml", "-o", "out/", "--fhir", "f.json"),
    ("V-500.yaml", "--print", "lp"),
    ("V-500.yaml", "--combined", "all.pdf"),
    ("V-500.yaml", "-o", "out/", "--on", "2026-09-17"),
    ("V-500.yaml", "-o", "out/../out/"),
    ("V-500.yaml", "-o", "./out"),
    ("V-500.yaml", "-o", "nowhere/a.pdf"),
    ("V-500.yaml", "-o", "out/", "-o", "out/"),
    ("V-500.yaml", "-o"),
    ("day.csv", "-o", "out/"),
    ("V-500.hl7", "-o", "out/"),
    ("V-500.yaml", "--help"),
]


@pytest.mark.parametrize("arguments", OTHER_COMMANDS, ids=" ".join)
def test_other_commands_are_left_to_the_ordinary_way(arguments: tuple[str, ...], visit_to_come: None) -> None:
    Path("day.csv").write_text(schedule_of(visit_data(**of_patient(500, "Ana Ruiz"))), encoding="utf-8")
    Path("V-500.hl7").symlink_to("V-500.yaml")
    assert not is_served(*arguments, *ALWAYS)


def test_a_visit_behind_a_link_is_left_to_the_ordinary_way(place: Path) -> None:
    """Which refuses it: a link may lead to the visit of another patient by now."""
    Path("V-500.yaml").rename("V-501.yaml")
    Path("V-500.yaml").symlink_to("V-501.yaml")
    assert not is_served()


def test_options_are_read_in_every_way_in_which_they_may_be_written() -> None:
    command = packet_command(["packet", "--clinic=a", "--visit=V-1", "v.yaml", "--output=out/", "--cache", "c", "-q"])
    assert command and (command.source, command.output, command.number) == ("v.yaml", "out/", "V-1")
    assert command.others == ("--clinic", "a", "--cache", "c", "-q")


IN_THE_WAY: dict[str, Callable[[], object]] = {
    "a packet from before": lambda: Path("out/2026-09-17-V-500.pdf").write_bytes(b"%PDF"),
    "a link that leads nowhere": lambda: Path("out/2026-09-17-V-500.pdf").symlink_to("nowhere"),
    "a folder": lambda: Path("out/2026-09-17-V-500.pdf").mkdir(),
    "what a killed run has left": lambda: Path("out/.consentkit-0123456789abcdef.tmp").touch(),
}


@pytest.mark.parametrize("there", IN_THE_WAY)
def test_what_is_in_the_way_is_left_to_the_ordinary_way(there: str, visit_to_come: None) -> None:
    IN_THE_WAY[there]()
    assert not is_served()


def test_a_folder_that_is_not_there_is_left_to_the_ordinary_way(visit_to_come: None) -> None:
    assert not is_served("V-500.yaml", "-o", "elsewhere/", *ALWAYS)
    assert not is_served("V-500.yaml", "-o", "/proc/", *ALWAYS)


@pytest.mark.parametrize(
    "other", [{"visit": "v-500"}, {"patient": {"name": "Ben Moss", "born": "1960-01-01", "record": "mr-70500"}}]
)
def test_another_visit_with_the_same_number_or_record_is_left_to_the_ordinary_way(
    other: dict[str, Any], place: Path, in_use: KindInUse
) -> None:
    arguments = ("day.csv", "--visit", "V-500", "-o", "out/", *ALWAYS)
    own, before = visit_data(**of_patient(500, "Ana Ruiz")), visit_data(**of_patient(499, "Ben Moss"))
    Path("day.csv").write_text(schedule_of(before, own), encoding="utf-8")
    keep(in_use.data, arguments)
    assert is_served(*arguments)
    Path("out/2026-09-17-V-500.pdf").unlink()
    Path("day.csv").write_text(schedule_of({**before, **other}, own), encoding="utf-8")
    assert not is_served(*arguments)


# --- what is kept ---


@pytest.mark.parametrize("put", [b"", b"something else", None])
def test_what_is_not_what_was_kept_makes_no_packet(put: bytes | None, place: Path, in_use: KindInUse) -> None:
    keep(in_use.data[:-1] if put is None else put)
    assert not is_served()


def test_a_damaged_entry_is_not_believed(place: Path) -> None:
    (entry,) = (path for path in Path("cache").glob("*/*") if b"packets of a kind" in path.read_bytes())
    entry.write_bytes(entry.read_bytes().replace(b'"packet"', b'"record"'))
    assert not is_served()


def test_nothing_is_believed_of_files_that_may_have_changed_meanwhile(place: Path, in_use: KindInUse) -> None:
    look = look_at(*TO_SERVE)
    assert look
    Path("out/2026-09-17-V-500.pdf").unlink()
    answer, _ = separated(open_cache(Path("cache")).near.get(look.key_of_kind) or b"")
    assert answer
    answer.is_proven = False
    open_cache(Path("cache")).near.put(look.key_of_kind, joined_entry(answer, in_use.data))
    assert not is_served()


def test_a_file_that_was_changed_a_moment_ago_is_not_trusted(desk: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kit.quick_desk.LATER", 0)
    Path("clinic/services.yaml").touch()
    visit = visit_of(601, "Cleo Wu", {"yearly_papers": False})
    learn_from(visit, "-o", "out/", *ALWAYS, times=2)
    assert quickly(visit_of(602, "Ana Ruiz", {"yearly_papers": False}), "-o", "out/", *ALWAYS) is None
    Path("clinic/services.yaml").unlink()


OTHER_CLINICS = {
    "a journal": "journal:\n  keep_years: 6\n",
    "records": "records:\n  keep_years: 6\n",
    "files for a group": "files: group\n",
    "a form of days": "mapping:\n  dates: MM/DD/YYYY\n",
}


@pytest.mark.parametrize("other", OTHER_CLINICS)
def test_nothing_is_learned_at_a_clinic_that_does_more(other: str, tmp_path: Path, in_use: KindInUse) -> None:
    made = in_use._making.apart().make(Visit.model_validate(visit_data(**of_patient(701, "Ana Ruiz"))))
    assert isinstance(made, MadePacket)

    def offered(particulars: str) -> OfferedPacket:
        clinic = make_clinic(tmp_path / str(len(particulars)), particulars)
        return OfferedPacket(open_for_a_run(clinic, open_cache(Path("cache"))), DRAFTS, made, "a.pdf", lambda *_: ())

    visit = PlainVisit(plain_visit(701, "Ana Ruiz").fields, "csv")
    assert can_be_learned_from(offered("name: Alder Clinic\n"), visit)
    assert not can_be_learned_from(offered(f"name: Alder Clinic\n{OTHER_CLINICS[other]}"), visit)


def test_a_packet_is_recorded_in_the_journal_whatever_was_made_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, few_texts: None
) -> None:
    monkeypatch.chdir(tmp_path)
    make_clinic(Path("clinic"), WITH_JOURNAL)
    for folder in ("out", "cache"):
        Path(folder).mkdir(mode=0o700)
    for number in (1, 2, 4):
        learn_from(visit_of(number, "Cleo Wu"), "-o", "out/", *ALWAYS, times=1)
    assert quickly(visit_of(3, "Ana Ruiz"), "-o", "out/", *ALWAYS) is None
    assert kept_below("cache") == []


def test_how_a_clinic_writes_days_counts_for_schedules_alone(tmp_path: Path, in_use: KindInUse) -> None:
    visit = plain_visit(702, "Ana Ruiz")
    made = in_use._making.apart().make(Visit.model_validate(visit_data(**of_patient(702, "Ana Ruiz"))))
    clinic = make_clinic(tmp_path, f"name: Alder Clinic\n{OTHER_CLINICS['a form of days']}")
    assert isinstance(made, MadePacket)
    offered = OfferedPacket(open_for_a_run(clinic, open_cache(Path("cache"))), DRAFTS, made, "a.pdf", lambda *_: ())
    assert can_be_learned_from(offered, visit)
    assert not can_be_learned_from(offered, PlainVisit(visit.fields, "csv"))


ONE_WAY_ONLY: dict[str, Callable[..., object]] = {
    "visit_recipe.written_day": lambda *_: "today",
    "visit_recipe.written_time": lambda *_: "noon",
    "visit_recipe.packet_number": lambda *_: "ABCDEFGHIJ",
    "ready_packets.payload": lambda packet, page: f"CK2/{packet}/{page + 1}",
    "ready_packets.identifier": lambda _: "0" * 32,
}
"""What one of the two ways alone might come to do otherwise."""


@pytest.mark.parametrize("changed", ONE_WAY_ONLY)
def test_nothing_is_learned_where_the_two_ways_differ(
    changed: str, desk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    arguments = (visit_of(721, "Cleo Wu", {"medical_visit": False}), "-o", "out/", *ALWAYS)
    before = len(kept_below("cache"))
    with monkeypatch.context() as patch:
        patch.setattr(f"consentkit.packets.{changed}", ONE_WAY_ONLY[changed])
        learn_from(*arguments, times=1)
    assert len(kept_below("cache")) == before


def test_nothing_is_learned_from_a_packet_with_a_warning(desk: Path) -> None:
    """Something unknown is on file, perhaps a record number in the wrong cell."""
    visit = visit_of(711, "Cleo Wu", {"on_file": ["MR-20417"]})
    before = len(kept_below("cache"))
    learn_from(visit, "-o", "out/", *ALWAYS)
    assert len(kept_below("cache")) == before


# --- in processes of their own ---


def test_the_program_is_not_loaded_for_a_packet_of_a_known_kind(desk: Path) -> None:
    def serve(number: int) -> tuple[Served, bool]:
        said = command(visit_of(number, NAMES[number % 4]), "-o", "out/", *ALWAYS)
        done = subprocess.run(
            [said[0], "-X", "importtime", *said[1:3], "packet", *said[3:]],
            env=environment(), capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        lines = done.stderr.splitlines(keepends=True)
        imported = {line.split()[-1] for line in lines if line.startswith("import time:")}
        own = "".join(line for line in lines if not line.startswith("import time:"))
        return Served(done.returncode, done.stdout, own), bool(imported & LOADED)

    newest = max(path.stat().st_ctime for path in Path("clinic").rglob("*"))
    time.sleep(max(0.0, newest + TICK / 1e9 + 0.1 - time.time()))
    for number in (801, 802):
        assert serve(number)[1]
    (quick, is_loaded), pdf = serve(803), Path("out/2026-12-17-V-803.pdf").read_bytes()
    assert not is_loaded
    assert packet_of(quick) == pdf
    assert ordinarily("V-803.yaml", "-o", "out/", *ALWAYS) == quick
    assert packet_of(quick) == pdf


LOADED = {"click", "pydantic", "yaml", "dataclasses", "uharfbuzz", "consentkit.model.visit"}
