"""What is planned once for a kind of visits is what each of them would have been given by itself."""

from __future__ import annotations

import time
from collections.abc import Iterator
from typing import Any, get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.errors import ConsentkitError, EverythingOnFile
from consentkit.model.visit import PersonalRecord, Visit
from consentkit.packets.papers import PaperMaker
from consentkit.packets.parsed import ParsedFiles
from consentkit.packets.plan import PacketOptions, PacketPlan
from consentkit.packets.planning import Planner
from consentkit.packets.visit_kinds import kind_of
from kit.packets import MOTHER, OTHER, visit, visit_data
from kit.small import CODE, make_clinic, write_procedure, write_translation

DRAFTS = PacketOptions(allow_drafts=True)
BASE: dict[str, Any] = {
    "trainee": {"name": "Jonah Feldman", "credentials": "BA"},
    "supervisor": {"name": "Ada Lake", "credentials": "MD"},
    "representative": MOTHER,
    "interpreter": {"name": "Ines Ito", "is_a": "staff", "language": "es", "number": "7"},
    "witness": "Wim Weiss",
}
DECIDES: dict[str, Any] = {
    "date": "2027-11-23",
    "patient.born": "2022-07-09",
    "language": "es",
    "also_in": ["es"],
    "procedures": ["DAY-1"],
    "documents": ["information"],
    "papers": ["a-paper"],
    "first_visit": True,
    "yearly_papers": True,
    "on_file": [CODE],
    "large_print": True,
    "medical_visit": True,
    "place": "telehealth",
    "extra": ["map.pdf"],
    "trainee.name": None,
    "supervisor.name": None,
    "representative.name": None,
    "interpreter.name": None,
    "interpreter.is_a": "professional",
    "witness": None,
}
"""Each thing in a visit that may decide on its papers, with another value of it. Without a name, nobody is there."""
DECIDES_ON_NOTHING: dict[str, Any] = {
    "visit": "V-2",
    "time": "09:00",
    "patient.name": OTHER["name"],
    "patient.record": OTHER["record"],
    "clinician.name": "Cleo Clark",
    "clinician.credentials": "LCSW",
    "trainee.credentials": "MA",
    "supervisor.credentials": "PhD",
    "representative.relationship": "father",
    "interpreter.language": "fr",
    "interpreter.number": "8",
}
"""Each that decides on nothing but what is written on them."""


def changed(name: str, value: Any) -> Visit:
    """A visit with everything, and something in it changed."""
    data = visit_data(**BASE)
    first, _, last = name.partition(".")
    if last and value is not None:
        data[first] = {**data[first], last: value}
    else:
        data[first] = value
    if value is None and first in ("trainee", "supervisor"):  # one is not without the other
        data |= {"trainee": None, "supervisor": None}
    return visit(**data)


def every_field(model: type[PersonalRecord] = Visit, before: str = "") -> Iterator[str]:
    """Each field of a visit, and of those in it."""
    for name, field in model.model_fields.items():
        kinds = (field.annotation, *get_args(field.annotation))
        inner = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, PersonalRecord)), None)
        if inner:
            yield from every_field(inner, f"{name}.")
        else:
            yield before + name


def test_of_each_field_of_a_visit_it_is_known_whether_it_decides_on_the_papers() -> None:
    assert set(every_field()) == DECIDES.keys() | DECIDES_ON_NOTHING.keys()
    assert not DECIDES.keys() & DECIDES_ON_NOTHING.keys()


@pytest.mark.parametrize("name", DECIDES)
def test_what_decides_on_the_papers_makes_another_kind(name: str) -> None:
    assert kind_of(changed(name, DECIDES[name])) != kind_of(visit(**BASE))


@pytest.mark.parametrize("name", DECIDES_ON_NOTHING)
def test_what_decides_on_nothing_makes_no_other_kind(name: str) -> None:
    assert kind_of(changed(name, DECIDES_ON_NOTHING[name])) == kind_of(visit(**BASE))


def test_those_who_decide_alone_those_who_assent_and_small_children_are_of_three_kinds() -> None:
    kinds = {born: kind_of(changed("patient.born", born)) for born in ("2008-11-23", "2008-11-24", "2019-11-24")}
    assert len(set(kinds.values())) == len(kinds)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[OpenWorkspace]:
    """A small clinic, whose files were all changed long ago."""
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_translation(folder / "procedures", "es")
    write_procedure(folder / "procedures", code="DAY-1", billing={"role": "primary", "once_a_day": True})
    write_procedure(
        folder / "procedures",
        code="OLD-1",
        billing={"role": "retired", "retired_in": 2027, "replaced_by": [CODE], "not_with_medical_visit": True},
    )
    write_procedure(
        folder / "procedures",
        code="ADD-1",
        billing={"role": "add_on", "add_on_to": [CODE]},
    )
    now = time.time_ns
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "time_ns", lambda: now() + 60 * 10**9)
        yield open_workspace(folder, open_store())


@pytest.fixture(scope="module")
def shared(workspace: OpenWorkspace) -> Planner:
    """A planner that keeps what it plans for all tests."""
    return Planner(workspace, DRAFTS, ParsedFiles(workspace))


NAMES = st.sampled_from(["Ana Lee", "Lee, Ana", "Siobhán O’Keeffe", "Bo \U00010330", "Zoë Ştefan", "Ọlá Ọ́"])
PEOPLE = {
    "trainee": st.fixed_dictionaries({"name": NAMES}),
    "representative": st.fixed_dictionaries({"name": NAMES, "relationship": st.sampled_from(["mother", "a friend"])}),
    "interpreter": st.fixed_dictionaries(
        {"name": NAMES, "is_a": st.sampled_from(["staff", "child"]), "language": st.sampled_from(["es", "Mixtec"])}
    ),
    "witness": NAMES,
}
DATES = st.sampled_from(["2026-11-23", "2026-11-24", "2027-01-04"])
PATIENTS = st.fixed_dictionaries(
    {
        "name": NAMES,
        "born": st.sampled_from(["1984-07-09", "2008-11-24", "2019-11-24", "2022-01-01"]),
        "record": st.sampled_from(["MR-20417", "MR-20419"]),
    }
)
VISITS = st.fixed_dictionaries(
    {
        "date": DATES,
        "patient": PATIENTS,
        "procedures": st.sampled_from([[CODE], [CODE], ["DAY-1"], [CODE, "ADD-1"], ["ADD-1"], ["OLD-1"], ["NONE-1"]]),
    },
    optional={
        "language": st.sampled_from(["en", "es"]),
        "on_file": st.just([CODE]),
        "large_print": st.booleans(),
        "medical_visit": st.booleans(),
        "place": st.sampled_from(["in person", "telehealth"]),
        "first_visit": st.booleans(),
        **PEOPLE,
    },
)


def outcome(planner: Planner, planned: Visit) -> PacketPlan | str:
    """The plan of a visit, or why it has none."""
    try:
        return planner.plan(planned, "day.csv")
    except ConsentkitError as error:
        return f"{type(error).__name__}: {error}"


def of(number: str = "V-1", **data: Any) -> Visit:
    """A visit of which only information is requested, since forms take long."""
    both = {"supervisor": {"name": "Ada Lake"}} if "trainee" in data else {}
    return visit(**{**data, **both, "visit": number, "documents": ["information"]})


SAME_KIND = st.fixed_dictionaries(
    {}, optional={"patient": PATIENTS, "date": DATES, "clinician": st.fixed_dictionaries({"name": NAMES}), **PEOPLE}
)
"""What a visit may have that is otherwise as the one before it."""


@settings(max_examples=20, derandomize=True, deadline=None)
@given(one=VISITS, changes=st.one_of(SAME_KIND, VISITS))
def test_a_visit_after_others_of_its_kind_has_the_plan_that_it_has_by_itself(
    one: dict[str, Any], changes: dict[str, Any], workspace: OpenWorkspace, shared: Planner
) -> None:
    first, second = of("V-1", **one), of("V-2", **{**one, **changes})
    kept, alone = shared.apart(), Planner(workspace, DRAFTS)
    before = outcome(kept, first)
    if isinstance(before, PacketPlan) or before.startswith(EverythingOnFile.__name__):
        alone.pass_over(first)
    assert outcome(kept, second) == outcome(alone, second)
    assert kind_of(first) != kind_of(second) or isinstance(before, str) or _is_kept(kept, second)


def _is_kept(planner: Planner, planned: Visit) -> bool:
    """Whether a visit has its plan from its kind, unless something speaks against it."""
    again = outcome(planner, planned)
    return isinstance(again, str) or again.numbered is not None


NOBODY = {"name": "Bo \U00010330", "born": "1984-07-09", "record": "MR-1"}
AGAINST_ONE: dict[str, tuple[dict[str, Any], str]] = {
    "letters": ({"patient": NOBODY}, "letters that no font here can print"),
    "letters after marks": ({"witness": "Ж\u0323a"}, "letters that no font here can print"),
    "two roles": ({"witness": "O’Keeffe-Martínez, SIOBHÁN"}, "the patient and the witness"),
    "two visits of a day": ({"procedures": ["DAY-1"]}, "once a day"),
}


@pytest.mark.parametrize("case", AGAINST_ONE)
def test_what_speaks_against_one_visit_of_a_known_kind_is_seen(case: str, shared: Planner) -> None:
    against, message = AGAINST_ONE[case]
    base = {"witness": "Ọlá Ọ́", **{key: against[key] for key in against.keys() & {"procedures"}}}
    planner = shared.apart()
    plans = [
        outcome(planner, of(f"V-{number}", **base, patient={**OTHER, "record": f"MR-{number}"})) for number in (2, 3)
    ]
    assert [isinstance(one, PacketPlan) for one in plans] == [True, True]
    assert isinstance(plans[1], PacketPlan)
    assert plans[1].numbered, "the kind is known"
    patient = {**OTHER, "record": "MR-3"} if "procedures" in against else visit_data()["patient"]
    last = of("V-4", **{**base, "patient": patient, **against})
    assert [message in str(outcome(planner, last)) for _ in range(2)] == [True, True], "each time"


def test_what_was_overridden_or_allowed_for_one_visit_is_not_for_the_next(workspace: OpenWorkspace) -> None:
    planner, child = Planner(workspace, DRAFTS), of(patient={**OTHER, "born": "2017-06-02"})
    options = PacketOptions(allow_drafts=True, override="state law lets minors decide on this")
    made = [planner.plan(child, "day.csv", options=options) for _ in range(2)]
    assert [[conflict.rule for conflict in one.overridden] for one in made] == [["minor-alone"]] * 2
    assert "nobody is named who decides" in str(outcome(planner, child))
    assert isinstance(outcome(planner, of()), PacketPlan)
    with pytest.raises(ConsentkitError, match="is not approved"):
        planner.plan(of(), "day.csv", options=PacketOptions())


def test_the_papers_of_a_known_kind_have_the_lines_that_each_visit_fills_in(
    workspace: OpenWorkspace, shared: Planner
) -> None:
    maker = PaperMaker(workspace, False, False, ParsedFiles(workspace))
    long = {**OTHER, "name": " ".join(["Marcus Aurelius"] * 5)}
    visits = (of(), of(time=None), of(patient=long), of(patient=OTHER))
    plans = [shared.apart().plan(one, "day.csv") for one in visits]
    covers = [maker.papers(one, maker.parsed.inputs())[0].paper.part for one in plans]
    assert covers[0] is covers[3]
    assert len({part.digest for part in covers}) == 3
    assert [{slot.name for slot in part.slots} >= {"visit_time"} for part in covers] == [True, False, True, True]


def test_the_number_of_a_packet_is_the_same_for_a_visit_of_a_known_kind(shared: Planner) -> None:
    plans = [shared.apart().plan(visit(on_file=["DAY-1"], procedures=[CODE, "DAY-1"]), "day.csv") for _ in range(2)]
    assert [one.numbered is None for one in plans] == [True, False]
    assert plans[0].packet == plans[1].packet


def test_of_a_visit_with_something_unknown_on_file_no_kind_is_kept(shared: Planner) -> None:
    plans = [shared.apart().plan(visit(on_file=["MR-48013"]), "day.csv") for _ in range(2)]
    assert [one.numbered for one in plans] == [None, None]
    assert plans[0].packet == plans[1].packet


def test_a_kind_is_planned_again_after_an_edit(workspace: OpenWorkspace, shared: Planner) -> None:
    folder = workspace.folder.path
    assert folder
    before = [outcome(shared.apart(), of()) for _ in range(2)]
    assert isinstance(before[1], PacketPlan)
    assert before[1].numbered
    write_procedure(folder / "procedures", purpose="To sleep better.")
    after = outcome(shared.apart(), of())
    assert isinstance(after, PacketPlan)
    assert after.documents[0].content_hash != before[1].documents[0].content_hash
