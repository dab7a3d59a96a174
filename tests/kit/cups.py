"""A real cupsd of the test's own, on a socket in a temporary folder; each job ends up in a folder of paper."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from kit.running import environment
from kit.skipping import require

SCHEDULER = """\
Listen {root}/socket
LogLevel info
Browsing No
WebInterface No
DefaultAuthType None
PreserveJobHistory Yes
DirtyCleanInterval 0
<Location />
  Order allow,deny
  Allow localhost
</Location>
<Policy default>
  <Limit All>
    Order allow,deny
    Allow localhost
  </Limit>
</Policy>
"""
FOLDERS = """\
ServerRoot {root}/etc
ServerBin {root}/bin
RequestRoot {root}/spool
CacheDir {root}/cache
StateDir {root}/run
TempDir {root}/tmp
Printcap {root}/printcap
AccessLog {root}/log/access
ErrorLog {root}/log/error
PageLog {root}/log/page
"""
QUEUE = """\
<Printer {name}>
DeviceURI folder:{root}/paper
State {state}
Accepting {accepting}
</Printer>
"""
BACK_END = """\
#!/bin/sh
[ $# -eq 0 ] && exit 0
into="${DEVICE_URI#folder:}"
printf '%s\\n' "$@" > "$into/$1.told"
cat "${6:--}" > "$into/$1.part" && mv "$into/$1.part" "$into/$1.printed"
"""
DRIVER = """\
*PPD-Adobe: "4.3"
*FormatVersion: "4.3"
*FileVersion: "1.0"
*LanguageVersion: English
*LanguageEncoding: ISOLatin1
*PCFileName: "PAPER.PPD"
*Manufacturer: "None"
*Product: "(Paper)"
*ModelName: "Paper"
*ShortNickName: "Paper"
*NickName: "Paper"
*PSVersion: "(3010.000) 0"
*LanguageLevel: "3"
*ColorDevice: True
*DefaultColorSpace: RGB
*cupsFilter: "application/vnd.cups-pdf 0 -"
*OpenUI *PageSize: PickOne
*DefaultPageSize: Letter
*PageSize Letter: "<</PageSize[612 792]>>setpagedevice"
*CloseUI: *PageSize
*OpenUI *PageRegion: PickOne
*DefaultPageRegion: Letter
*PageRegion Letter: "<</PageSize[612 792]>>setpagedevice"
*CloseUI: *PageRegion
*DefaultImageableArea: Letter
*ImageableArea Letter: "0 0 612 792"
*DefaultPaperDimension: Letter
*PaperDimension Letter: "612 792"
"""
QUEUES = (
    ("front-desk", "Idle", "Yes"),
    ("with-driver", "Idle", "Yes"),
    ("refusing", "Idle", "No"),
    ("stopped", "Stopped", "Yes"),
)


@dataclass(frozen=True)
class PrintSystem:
    """The print system of the test. cupsd runs as root or as whoever runs the tests."""

    root: Path
    daemon: subprocess.Popen[bytes]

    @property
    def server(self) -> str:
        """What the variable CUPS_SERVER is set to for it."""
        return str(self.root / "socket")

    def printed(self, request: str) -> bytes:
        """What arrived at the printer for a job."""
        file = self.root / "paper" / f"{request.rpartition('-')[2]}.printed"
        wait_for(file.exists)
        return file.read_bytes()

    def told(self, request: str) -> tuple[str, str, set[str]]:
        """Title, copies and options of a job, as the printer's back end got them."""
        self.printed(request)
        lines = (self.root / "paper" / f"{request.rpartition('-')[2]}.told").read_text().splitlines()
        return lines[2], lines[3], set(lines[4].split())

    def jobs(self) -> int:
        """How many jobs there have been, by CUPS's own account: its files lag behind."""
        asked = ["lpstat", "-W", "all", "-o"]
        server = environment(CUPS_SERVER=self.server)
        return len(subprocess.run(asked, env=server, capture_output=True, check=True).stdout.splitlines())


def wait_for(ready: Callable[[], object]) -> None:
    """Wait until something has happened."""
    for _ in range(500):
        if ready():
            return
        time.sleep(0.02)
    pytest.fail("the print system did not do its part within 10 seconds")


@contextmanager
def print_system() -> Iterator[PrintSystem]:
    """Run a print system with the queues of QUEUES."""
    require("cupsd", "lpoptions")
    program = str(shutil.which("cupsd", path=f"{os.environ['PATH']}:/usr/sbin"))
    with tempfile.TemporaryDirectory(prefix="cups-") as folder:  # pytest's own is shut to the user that CUPS becomes
        root = Path(folder)
        lay_out(root)
        command = [program, "-f", "-c", str(root / "etc/cupsd.conf"), "-s", str(root / "etc/cups-files.conf")]
        daemon = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        try:
            wait_for((root / "socket").exists)
            yield PrintSystem(root, daemon)
        finally:
            daemon.kill()
            daemon.wait(10)


def lay_out(root: Path) -> None:
    """Write the files of a print system."""
    root.chmod(0o755)
    for name in ("bin/backend", "cache", "etc/ppd", "log", "paper", "run", "spool", "tmp"):
        (root / name).mkdir(parents=True)
    (root / "etc/cupsd.conf").write_text(SCHEDULER.format(root=root))
    (root / "etc/cups-files.conf").write_text(FOLDERS.format(root=root))
    queues = [QUEUE.format(root=root, name=name, state=state, accepting=yes) for name, state, yes in QUEUES]
    (root / "etc/printers.conf").write_text("".join(queues))
    (root / "etc/ppd/with-driver.ppd").write_text(DRIVER)
    (root / "bin/backend/folder").write_text(BACK_END)
    (root / "bin/backend/folder").chmod(0o700)  # run by whoever owns it, so it may write into our folder
    for part in Path("/usr/lib/cups").iterdir():
        if part.name != "backend":
            (root / "bin" / part.name).symlink_to(part)
