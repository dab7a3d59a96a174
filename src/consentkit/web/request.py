"""How a desk is started."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consentkit.operations.opening import ClinicPlace
    from consentkit.operations.packets import PacketOptions
    from consentkit.packets.visits import VisitEntry

LOOPBACK = "127.0.0.1"
PORT = 8377
"""The port of the desk, unless another one is named."""


@dataclass(frozen=True)
class DeskRequest:
    """How a desk is started."""

    place: ClinicPlace
    options: PacketOptions
    visits: Iterable[VisitEntry] | None = field(default=None, repr=False)
    """A schedule to begin with."""
    port: int = PORT
    """Where it listens; 0 for any free port."""
    listen: str = LOOPBACK
    """The address of this machine at which it listens. Another than the loopback is for several computers."""
