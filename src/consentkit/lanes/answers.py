"""An answer that a command has given, as bytes that can be kept.

Guarantees: what comes back is what was kept; bytes of another form give nothing. Nothing of a patient is in it: the
commands that are answered here make papers for nobody in particular.
"""

from __future__ import annotations

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than all of this
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from consentkit.lanes.states import WatchedPlace

_FORM = b"answer 1"


class Output:
    """Something that was printed: bytes, or how long the run took."""

    def __init__(self, descriptor: int, data: bytes = b"", decimals: int = 0) -> None:
        self.descriptor = descriptor
        """1 is standard output, 2 standard error."""
        self.data = data
        self.decimals = decimals
        """With how many digits after the point the seconds of the run are printed here; 0 for mere bytes."""


class KnownAnswer:
    """What a command answers, and what that depends on."""

    def __init__(
        self,
        places: Sequence[WatchedPlace],
        state: str,
        day: str,
        *,
        is_proven: bool,
        outputs: Sequence[Output] = (),
        documents: Sequence[tuple[str, str]] = (),
        lock: str = "",
    ) -> None:
        self.places, self.state, self.day = tuple(places), state, day
        """Which files count, what they were like, and the day on which it is true: in the evening a text may be due."""
        self.is_proven = is_proven
        """Whether the files were the same before and after the run that has given it."""
        self.outputs = tuple(outputs)
        self.documents = tuple(documents)
        """Which kept documents are written: the key of each, and its file."""
        self.lock = lock
        """The file by which a folder is locked in which no other run may work; empty where there is none."""

    def packed(self) -> bytes:
        """As bytes. Raises ValueError where a text contains a zero byte."""
        fields = [
            _FORM,
            self.day.encode(),
            b"proven" if self.is_proven else b"",
            self.state.encode(),
            _bytes(self.lock),
        ]
        for pairs in (self.places, self.documents):
            fields.append(b"%d" % len(pairs))
            fields += (_bytes(text) for pair in pairs for text in pair)
        for output in self.outputs:
            fields += (b"%d" % output.descriptor, b"%d" % output.decimals, output.data)
        if any(b"\0" in field for field in fields):
            raise ValueError("a zero byte is in an answer")
        return b"\0".join(fields)


def unpacked(data: bytes | None) -> KnownAnswer | None:
    """Read what `packed` wrote; None for anything else."""
    fields = iter((data or b"").split(b"\0"))
    if next(fields) != _FORM:
        return None
    day, proven, state, lock = (next(fields) for _ in range(4))
    places, documents = (
        [(_text(next(fields)), _text(next(fields))) for _ in range(int(next(fields)))] for _ in range(2)
    )
    outputs = [Output(int(descriptor), data, int(decimals)) for descriptor, decimals, data in _threes(fields)]
    return KnownAnswer(
        places,
        state.decode(),
        day.decode(),
        is_proven=proven == b"proven",
        outputs=outputs,
        documents=documents,
        lock=_text(lock),
    )


def _threes(fields: Iterator[bytes]) -> Iterator[tuple[bytes, bytes, bytes]]:
    return zip(fields, fields, fields, strict=True)


def _bytes(text: str) -> bytes:
    return text.encode(errors="surrogateescape")


def _text(data: bytes) -> str:
    return data.decode(errors="surrogateescape")
