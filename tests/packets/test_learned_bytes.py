"""What is learned of packets with the same papers, as bytes: it fills and reads packets as before, or it is nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consentkit.cache.store import open_store
from consentkit.documents.opening import open_workspace
from consentkit.packets.compared_texts import OwnTexts
from consentkit.packets.learned_bytes import LearnedPackets, pack_learned, unpack_learned
from consentkit.packets.learned_stencil import texts_of
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.packet_number import identifier, payload
from consentkit.packets.page_numbers import PageNumbers
from consentkit.packets.reading_plan import PageKind
from consentkit.packets.writing import _written
from kit.packets import plan, visit
from kit.small import make_clinic

LIGHT = ("packets.learned_bytes", "packets.packet_number", "packets.reading_plan", "packets.stencil")
"""The modules with which packets are filled in and read back, with all that they load."""
HEAVY = {"pydantic", "dataclasses", "click", "jinja2", "uharfbuzz", "weasyprint", "fontTools", "yaml", "inspect"}
NAMES = ("Ann Lee", "Zoë Achebe", "Bo Ek")


class Filled(NamedTuple):
    """A packet that was filled in from what was learned, and whether it is read as that of its visit."""

    pdf: bytes | None
    is_right: bool
    is_right_for_another: bool


@dataclass
class Known:
    """Who has learned of some papers how packets with them are written and read."""

    maker: PacketMaker
    packet: Packet
    learned: LearnedPackets
    packed: bytes

    def filled(self, learned: LearnedPackets, name: str, record: str) -> Filled:
        """The packet of a visit."""
        patient = {"name": name, "born": "1984-07-09", "record": record}
        one = replace(self.packet.plan, visit=visit(visit="V-9", patient=patient))
        papers, number = self.packet.papers, one.packet
        numbers = PageNumbers(one, self.packet.pages)
        texts = texts_of(papers, _written(one, papers).values.values(), numbers).every
        pdf = learned.stencil.fill(number, identifier([number]), lambda page: payload(number, page), texts)

        def of_page(kind: PageKind) -> Sequence[str]:
            return numbers.foot(papers[kind.paper], kind.page)[1:]

        own = self.maker._identity._own_texts(one, papers[0].paper.pack)
        another = OwnTexts(["Somebody Else", *own.required[1:]], own.allowed)
        return Filled(
            pdf, *(pdf is not None and learned.plan.is_right(pdf, number, [of], of_page) for of in (own, another))
        )


@pytest.fixture(scope="module", params=[False, True], ids=["to write on", "with fields"])
def known(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Known:
    maker = PacketMaker(open_workspace(make_clinic(tmp_path_factory.mktemp("clinic")), open_store()))
    patients = [{"name": name, "born": "1984-07-09", "record": f"MR-{at}"} for at, name in enumerate(NAMES, 7)]
    every = [visit(visit=f"V-{at}", patient=patient) for at, patient in enumerate(patients, 50)]
    first = plan(maker.workspace, every[0], fillable=request.param)
    *_, packet = [maker.make(replace(first, visit=one)) for one in every]
    beginning = maker._read.beginnings.of(packet.pdf)
    assert beginning
    reading = maker._identity._plans[beginning].plan
    (known,) = maker._writer._stencils.latest()
    (stencil,) = known.every
    assert reading
    learned = LearnedPackets(stencil, reading)
    return Known(maker, packet, learned, pack_learned(learned))


TEXTS = st.sampled_from([*NAMES, "Siobhán O’Keeffe-Martínez", "W" * 24, "Page 1 of 4", "Иван Щукин", "A  B"])


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=TEXTS, record=st.sampled_from(["MR-7", "W" * 24]))
def test_what_comes_back_fills_and_reads_as_what_was_packed(name: str, record: str, known: Known) -> None:
    kept = unpack_learned(known.packed)
    assert kept
    first = known.filled(known.learned, name, record)
    assert known.filled(kept, name, record) == first
    assert not first.is_right_for_another
    if name in NAMES and record == "MR-7":
        assert first.is_right


def test_packing_again_gives_the_same_bytes(known: Known) -> None:
    kept = unpack_learned(known.packed)
    assert kept
    assert pack_learned(kept) == known.packed


def test_nothing_of_a_visit_is_in_the_bytes(known: Known) -> None:
    for text in (*NAMES, "MR-9", "July 9, 1984", "V-52", known.packet.plan.packet):
        assert not any(text.encode(encoding) in known.packed for encoding in ("utf-8", "utf-16-be"))


def test_what_reads_another_beginning_is_not_packed(known: Known) -> None:
    end = known.learned.plan.end
    with pytest.raises(ValueError, match="not what is read"):
        pack_learned(known.learned._replace(plan=known.learned.plan._replace(end=end._replace(beginning=b"%PDF"))))


@pytest.mark.parametrize(
    "damaged",
    [lambda kept: kept[:-1], lambda kept: kept + b"\0", lambda kept: b"", lambda kept: None, lambda kept: b"x" + kept],
    ids=["cut off", "longer", "empty", "absent", "another form"],
)
def test_bytes_of_another_form_are_nothing(damaged: Callable[[bytes], bytes | None], known: Known) -> None:
    assert unpack_learned(damaged(known.packed)) is None


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_other_numbers_in_the_bytes_are_nothing_or_make_no_packet_that_is_not_right(
    data: st.DataObject, known: Known
) -> None:
    """Where these come from, damage shows in a digest; this is what is left where it does not."""
    place = data.draw(st.integers(len(known.learned.stencil.beginning.data) + 64, len(known.packed) - 1))
    other = bytes([known.packed[place] ^ data.draw(st.integers(1, 255))])
    kept = unpack_learned(known.packed[:place] + other + known.packed[place + 1 :])
    if kept:
        filled = known.filled(kept, "Ann Lee", "MR-7")
        assert not filled.is_right_for_another


FAULTS: dict[str, dict[str, Any]] = {
    "a text that no visit has": {"drawn": (99,)},
    "a text of a line that is not drawn": {"drawn": ()},
    "a packet without numbers": {"numbers": 0},
    "more numbers than memory": {"numbers": 4_000_000_000},
    "metadata under the number of another object": {"metadata": None},
    "nothing to fill in": {"said": ()},
}


@pytest.mark.parametrize("fault", FAULTS)
def test_a_stencil_that_leads_nowhere_is_nothing(fault: str, known: Known) -> None:
    stencil: Any = known.learned.stencil
    changes = {name: stencil.gaps[0].number if value is None else value for name, value in FAULTS[fault].items()}
    assert unpack_learned(pack_learned(known.learned._replace(stencil=stencil._replace(**changes)))) is None


def test_to_fill_in_and_read_a_packet_no_model_and_no_font_is_loaded() -> None:
    modules = ", ".join(f"consentkit.{name}" for name in LIGHT)
    code = f"import sys, {modules}; print(*{{name.partition('.')[0] for name in sys.modules}})"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert HEAVY.isdisjoint(done.stdout.split())
