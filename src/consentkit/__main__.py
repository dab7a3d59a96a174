"""The command `consentkit`, and `python -m consentkit`, which does the same.

Guarantees: an interrupt while the program is being loaded ends it as later ones do, and in no traceback; a command that
has been answered before is answered again before the program is loaded, if nothing has changed (`consentkit.lanes`),
and a packet of a kind that is known is made then (`consentkit.operations.quick_packet`).
"""

from __future__ import annotations

import gc
import os
import sys

from consentkit.lanes import COMMANDS

TYPE_CHECKING = False  # as in `typing`, which takes longer to load than a quick answer
if TYPE_CHECKING:
    from typing import NoReturn

    from consentkit.lanes.answers import Output
    from consentkit.lanes.lookup import LaneLook

_NOT_WRITTEN = 5


def main() -> NoReturn:
    """Run the command line and end the process with its exit code."""
    look: LaneLook | None = None
    gc.disable()  # loading makes no garbage; looking for it takes a tenth of the time
    try:
        if sys.argv[1:2] and sys.argv[1] in COMMANDS:
            from consentkit.lanes.lookup import look_for

            look = look_for(sys.argv[1:])
        elif sys.argv[1:2] == ["packet"]:
            from consentkit.operations.quick_packet import make_quickly

            look = make_quickly(sys.argv[1:])
        if look and look.outputs is not None:
            os._exit(_print(look.outputs, look.began))  # nothing is left to be done
        from consentkit.cli import main as run
    except KeyboardInterrupt:  # nothing has begun, or a quick answer is cut off
        from consentkit.processes.interruption import INTERRUPTED

        os._exit(INTERRUPTED)
    run(look)


def _print(outputs: tuple[Output, ...], began: int) -> int:
    """Print an answer. Returns the exit code: another one where results were lost."""
    lost: dict[int, OSError] = {}
    for output in outputs:
        if output.descriptor not in lost:
            try:
                _write(output.descriptor, output.data or _seconds(began, output.decimals))
            except OSError as error:
                lost[output.descriptor] = error
    trouble = lost.get(1)
    if trouble is None or isinstance(trouble, BrokenPipeError):  # its reader has left of its own accord, as `head` does
        return 0
    from consentkit.cli import lost_results

    lost_results(trouble)
    return _NOT_WRITTEN


def _seconds(began: int, decimals: int) -> bytes:
    """How long this has taken, as the ordinary way writes it: one digit for people, three at most for programs."""
    import time

    seconds = (time.time_ns() - began) / 1e9
    return (f"{seconds:.1f}" if decimals == 1 else repr(round(seconds, decimals))).encode()


def _write(descriptor: int, data: bytes) -> None:
    while data:
        try:
            data = data[os.write(descriptor, data) :]
        except BlockingIOError:  # its reader is slow
            import select

            select.select([], [descriptor], [])


if __name__ == "__main__":
    main()
