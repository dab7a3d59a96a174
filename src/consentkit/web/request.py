"""How a desk is started."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from consentkit.operations.opening import ClinicPlace
    from consentkit.operations.packets import PacketOptions

LOOPBACK = "127.0.0.1"
PORT = 8377
"""The port of the desk, unless another one is named."""


@dataclass(frozen=True)
class DeskRequest:
    """How a desk is started."""

    place: ClinicPlace
    options: PacketOptions
    schedule: str | None = field(default=None, repr=False)
    """The file of a schedule to begin with, in any format that is read."""
    port: int = PORT
    """Where it listens; 0 for any free port."""
    listen: str = LOOPBACK
    """The address of this machine at which it listens. Another than the loopback is for several computers."""
