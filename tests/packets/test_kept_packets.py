"""What is learned of packets with the same papers, kept for the next process: the same packets with it as without."""

from __future__ import annotations

import datetime
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest

from consentkit.cache.store import Store, no_store, open_store
from consentkit.cache.versions import versions
from consentkit.documents.opening import open_workspace
from consentkit.documents.workspace import OpenWorkspace
from consentkit.packets.items import PlacedItem
from consentkit.packets.kept_packets import MOST_VARIANTS, KeptPackets
from consentkit.packets.learned_bytes import pack_learned, unpack_learned
from consentkit.packets.packet import Packet, PacketMaker
from consentkit.packets.plan import PacketPlan, PrintSerial
from consentkit.pdf.lines import common_line
from consentkit.pdf.part import Corners
from kit.packets import CHILD, MOTHER, OTHER, plan, visit
from kit.small import make_clinic, write_procedure, write_translation

pytestmark = pytest.mark.xdist_group("kept_packets")  # the papers are made once
GOOD_FILES = Path(__file__).parents[1] / "examples" / "foreign" / "good"
ANN = {"name": "Ann Lee", "born": "1984-05-09", "record": "MR-7"}


class OwnStore(Store):
    """A folder of its own; what is not there of papers is looked for among those that were made for all tests."""

    def __init__(self, folder: Path, papers: Store) -> None:
        super().__init__(folder)
        self._papers = papers

    def get(self, key: str) -> bytes | None:
        of_papers = self._papers.get(key)
        return super().get(key) or (None if of_papers and of_papers.startswith(FORMS) else of_papers)


FORMS = (b"packets of papers", b"pairs of letters")
"""How what is kept of packets begins."""


@pytest.fixture(scope="module")
def clinic(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = make_clinic(tmp_path_factory.mktemp("clinic"))
    write_procedure(folder / "procedures", code="CRISIS-1", title="A small procedure in a crisis", plan="crisis")
    write_translation(folder / "procedures", "es")
    (folder / "extra").mkdir()
    shutil.copy(GOOD_FILES / "tagged.pdf", folder / "extra")
    return folder


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A store with the papers, in which nothing of packets is kept yet."""
    return OwnStore(tmp_path / "kept", open_store())


@pytest.fixture
def workspace(clinic: Path, store: Store) -> OpenWorkspace:
    return open_workspace(clinic, store)


@contextmanager
def nothing_learned() -> Iterator[None]:
    """Let no packet be linked, nor read completely."""

    def must_not(*_: object, **__: object) -> None:
        pytest.fail("a packet was linked or read as if nothing was kept")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("consentkit.packets.identity.require_identity", must_not)
        patch.setattr("consentkit.packets.writing.Linker", must_not)
        yield


KINDS: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "plain": ({}, {}),
    "fillable, in two languages": ({"fillable": True}, {"also_in": ["es"]}),
    "large print, on both sides": ({"duplex": True}, {"large_print": True}),
    "a child": ({}, {"patient": CHILD, "representative": MOTHER}),
    "a copy": ({}, {"documents": ["plan"], "procedures": ["CRISIS-1"]}),
}


@pytest.mark.parametrize("kind", KINDS)
def test_the_packet_of_the_next_process_is_the_same_to_the_byte(kind: str, workspace: OpenWorkspace) -> None:
    options, changes = KINDS[kind]
    planned = plan(workspace, visit(**changes), **options)
    first = PacketMaker(workspace, planned.duplex).make(planned)
    born = changes.get("patient", OTHER)["born"]
    another = visit(**{**changes, "visit": "V-2", "patient": {"name": "Zoë Quist", "born": born, "record": "MR-7"}})
    with nothing_learned():
        again = PacketMaker(workspace, planned.duplex).make(planned)
        other = PacketMaker(workspace, planned.duplex).make(replace(planned, visit=another))
    assert again.pdf == first.pdf
    without = PacketMaker(workspace, planned.duplex)
    without._writer.kept = None
    assert other.pdf == without.make(replace(planned, visit=another)).pdf


@dataclass
class Kept:
    """A packet of which it is kept how those with its papers are made."""

    planned: PacketPlan
    papers: tuple[PlacedItem, ...]
    pattern: Any
    packets: KeptPackets
    packet: Packet

    def key(self, planned: PacketPlan | None = None, papers: tuple[PlacedItem, ...] | None = None) -> str:
        return self.packets.key(planned or self.planned, papers or self.papers, self.pattern)


@pytest.fixture
def kept(workspace: OpenWorkspace) -> Kept:
    planned = plan(workspace, visit(), fillable=True)
    maker = PacketMaker(workspace)
    packet = maker.make(planned)
    ((_, _, pattern, *_),) = maker._writer._stencils._values
    return Kept(planned, packet.papers, pattern, maker._kept, packet)


def with_part(papers: tuple[PlacedItem, ...], **changes: Any) -> tuple[PlacedItem, ...]:
    """Papers of which the first one has another part."""
    first, *others = papers
    return (replace(first, paper=replace(first.paper, part=replace(first.paper.part, **changes))), *others)


def with_paper(papers: tuple[PlacedItem, ...], **changes: Any) -> tuple[PlacedItem, ...]:
    """Papers of which the first one is another one."""
    first, *others = papers
    return (replace(first, paper=replace(first.paper, **changes)), *others)


def moved(papers: tuple[PlacedItem, ...]) -> tuple[PlacedItem, ...]:
    """The same file with a place that is elsewhere."""
    slots = papers[0].paper.part.slots
    return with_part(papers, slots=(replace(slots[0], corners=Corners(0, 0, 10, 10)), *slots[1:]))


def other_words(planned: PacketPlan) -> PacketPlan:
    """A plan with one other word in its language pack."""
    words = planned.pack.packet
    cover = words.cover.model_copy(update={"visit": "Meeting"})
    return replace(planned, pack=planned.pack.model_copy(update={"packet": words.model_copy(update={"cover": cover})}))


OTHERS: dict[str, Callable[[Kept], str]] = {
    "another file": lambda kept: kept.key(papers=with_part(kept.papers, pdf=b"%PDF-1.7 of another edition")),
    "another place in it": lambda kept: kept.key(papers=moved(kept.papers)),
    "a paper fewer": lambda kept: kept.key(papers=kept.papers[:-1]),
    "papers in another order": lambda kept: kept.key(papers=kept.papers[::-1]),
    "papers on other pages": lambda kept: kept.key(
        papers=tuple(replace(one, first=one.first + 1) for one in kept.papers)
    ),
    "another title": lambda kept: kept.key(papers=with_paper(kept.papers, title="Another title", document=None)),
    "a copy": lambda kept: kept.key(papers=with_paper(kept.papers, is_copy=True)),
    "what is done with a paper": lambda kept: kept.key(papers=with_paper(kept.papers, group="keep")),
    "another word of a language": lambda kept: kept.key(planned=other_words(kept.planned)),
    "another word of a paper's language": lambda kept: kept.key(
        papers=with_paper(kept.papers, pack=other_words(kept.planned).pack)
    ),
    "large print": lambda kept: kept.key(
        planned=replace(kept.planned, layout=replace(kept.planned.layout, large_print=True))
    ),
    "counted sets": lambda kept: kept.key(planned=replace(kept.planned, serial=PrintSerial(1, datetime.time(8, 14)))),
    "the clinic's own language": lambda kept: kept.key(
        planned=replace(kept.planned, wording=replace(kept.planned.wording, own="xx"))
    ),
    "other texts": lambda kept: kept.key(planned=replace(kept.planned, documents=())),
    "texts of another pattern": lambda kept: replace(kept, pattern=("another",)).key(),
    "another kind": lambda kept: kept.packets.key(kept.planned, kept.papers, kept.pattern, 1),
}


@pytest.mark.parametrize("other", OTHERS)
def test_what_is_kept_is_for_the_same_papers_words_and_places_alone(other: str, kept: Kept) -> None:
    assert kept.packets.find(kept.planned, kept.papers, kept.pattern)
    assert OTHERS[other](kept) != kept.key()


def test_another_clinic_and_another_edition_of_the_program_learn_again(
    kept: Kept, workspace: OpenWorkspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    key, editions, folder = kept.key(), versions(), workspace.folder
    with monkeypatch.context() as patch:
        patch.setattr("consentkit.packets.kept_packets.versions", lambda: (*editions[:-1], "another edition"))
        assert kept.key() != key
    clinic = folder.clinic.model_copy(update={"name": "Another Clinic"})
    other = replace(workspace, opened=folder._replace(clinic=clinic))
    assert replace(kept, packets=PacketMaker(other)._kept).key() != key
    assert replace(kept, packets=PacketMaker(workspace)._kept).key() == key


def test_the_same_packet_has_the_same_key_in_another_process(kept: Kept, workspace: OpenWorkspace) -> None:
    again = open_workspace(workspace.folder.path, workspace.store)
    planned = plan(again, visit(), fillable=True)
    maker = PacketMaker(again)
    with nothing_learned():
        assert maker.make(planned).pdf == kept.packet.pdf


def test_nothing_is_kept_of_a_packet_with_a_file_of_others(kept: Kept, workspace: OpenWorkspace) -> None:
    planned = plan(workspace, visit(extra=["tagged.pdf"]))
    papers = PacketMaker(workspace).make(planned).papers
    learned = kept.packets.find(kept.planned, kept.papers, kept.pattern)
    assert learned
    kept.packets.keep(planned, papers, kept.pattern, learned)
    assert not workspace.store.get(kept.key(planned, papers))
    workspace.store.put(kept.key(planned, papers), pack_learned(learned))
    assert kept.packets.find(planned, papers, kept.pattern) is None


def test_nothing_of_a_visit_is_kept(kept: Kept, store: Store) -> None:
    assert store.folder
    every = b"".join(path.read_bytes() for path in store.folder.rglob("*") if path.is_file())
    patient = kept.planned.visit.patient
    assert len(every) > 50_000
    for text in (patient.name, patient.record, kept.planned.visit.visit, kept.planned.packet):
        assert not any(text.encode(encoding) in every for encoding in ("utf-8", "utf-16-be"))


def test_what_is_kept_is_the_same_whichever_visit_it_was_learned_from(workspace: OpenWorkspace, tmp_path: Path) -> None:
    planned = plan(workspace, visit(also_in=["es"]), fillable=True)
    kept = []
    for name, record in (("Ann Lee", "MR-7"), ("Wolfgang Whitmore", "MR-12345")):
        own = replace(workspace, store=OwnStore(tmp_path / record, open_store()))
        maker, patient = PacketMaker(own), {"name": name, "born": "1984-11-28", "record": record}
        packet = maker.make(replace(planned, visit=visit(also_in=["es"], patient=patient, visit=f"V-{len(kept)}")))
        ((_, _, pattern, *_),) = maker._writer._stencils._values
        kept.append(own.store.get(maker._kept.key(packet.plan, packet.papers, pattern)))
    assert kept[0]
    assert kept[0] == kept[1]


def test_who_keeps_nothing_learns_all_the_same(workspace: OpenWorkspace) -> None:
    planned = plan(workspace, visit())
    maker = PacketMaker(replace(workspace, store=no_store()))
    first = maker.make(planned)
    with nothing_learned():
        assert maker.make(planned).pdf == first.pdf


DAMAGED: dict[str, Callable[[bytes], bytes]] = {
    "cut off": lambda kept: kept[:-1],
    "another form": lambda kept: b"x" + kept,
    "empty": lambda kept: b"",
}


@pytest.mark.parametrize("damage", DAMAGED)
def test_what_has_another_form_is_learned_again(
    damage: str, kept: Kept, workspace: OpenWorkspace, store: Store
) -> None:
    packed = store.get(kept.key()) or b""
    store.put(kept.key(), DAMAGED[damage](packed))
    assert PacketMaker(workspace).make(kept.planned).pdf == kept.packet.pdf
    assert store.get(kept.key()) == packed


def test_what_reads_otherwise_than_it_is_written_is_learned_again(
    kept: Kept, workspace: OpenWorkspace, store: Store
) -> None:
    truth = unpack_learned(store.get(kept.key()))
    assert truth
    told = truth._replace(plan=truth.plan._replace(metadata_pieces=[b"<other>", b"</other>"]))
    store.put(kept.key(), pack_learned(told))
    assert PacketMaker(workspace).make(kept.planned).pdf == kept.packet.pdf
    assert unpack_learned(store.get(kept.key())) != told
    assert store.get(kept.key()) == pack_learned(truth)


def test_packets_whose_texts_fit_some_of_their_places_alone_are_kept_beside_the_others(
    workspace: OpenWorkspace,
) -> None:
    planned, maker = plan(workspace, visit()), PacketMaker(workspace)
    every = [replace(planned, visit=visit(patient={**ANN, "record": record})) for record in ("MR-7", "W" * 12)]
    made = [maker.make(one).pdf for one in every]
    (known,) = maker._writer._stencils.latest()
    assert len(known.every) == 2
    with nothing_learned():
        for again in (maker, PacketMaker(workspace)):
            assert [again.make(one).pdf for one in (*every, *every)] == made * 2


def test_no_more_kinds_of_packets_are_kept_than_are_looked_for(kept: Kept) -> None:
    learned = kept.packets.find(kept.planned, kept.papers, kept.pattern)
    assert learned
    for variant in (MOST_VARIANTS - 1, MOST_VARIANTS):
        kept.packets.keep(kept.planned, kept.papers, kept.pattern, learned, variant)
        found = kept.packets.find(kept.planned, kept.papers, kept.pattern, variant)
        assert (found is not None) == (variant < MOST_VARIANTS)


def test_the_pairs_of_letters_are_kept_for_the_next_process(workspace: OpenWorkspace) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(common_line, "_known", [])
        planned = plan(workspace, visit())
        first = PacketMaker(workspace).make(planned)
        assert common_line.are_pairs_known()
        common_line.forget_pairs()
        patch.setattr("consentkit.pdf.lines.pairs.pair_table", lambda: pytest.fail("pairs were worked out again"))
        assert PacketMaker(workspace).make(planned).pdf == first.pdf
        assert common_line.are_pairs_known()
