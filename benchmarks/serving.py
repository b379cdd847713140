"""The service that is measured: processes of its own, watched for as long as it is asked."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import httpx

START_S: Final = 120.0
"""How long the service may take until it answers."""
STOP_S: Final = 30.0
"""How long it may take to end what it is at."""
_TAIL: Final = 30  # lines of its log that are told


class ServiceLost(RuntimeError):
    """The service ended, or never answered; what its log said last stands in the text."""


class Service:
    """A running service: where it answers, what it takes, and whether it is still there."""

    def __init__(self, process: subprocess.Popen[bytes], address: str, log: Path) -> None:
        self.address, self.pid = address, process.pid
        self._process, self._log = process, log

    @property
    def running(self) -> bool:
        """Say whether its process is there."""
        return self._process.poll() is None

    def wait(self) -> None:
        """Wait until it answers.

        Raises
        ------
        ServiceLost
            If it ends first, or has not answered after two minutes.
        """
        until = time.monotonic() + START_S
        while time.monotonic() < until:
            if not self.running:
                raise self.lost("at its start")
            try:
                if httpx.get(f"{self.address}/healthz").status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise self.lost("at its start")

    def lost(self, when: str) -> ServiceLost:
        """Make the error that tells how it ended, and what its log said last."""
        try:
            code = self._process.wait(timeout=1)  # a socket is closed before its process is gone
        except subprocess.TimeoutExpired:
            how = "does not answer"
        else:
            killed = f" by {signal.Signals(-code).name}, from outside" if code < 0 else ""
            how = f"ended{killed}, status {code},"
        said = self._log.read_text(encoding="utf-8", errors="replace").splitlines()[-_TAIL:]
        return ServiceLost("\n    ".join([f"the service {how} {when}; its log ends:", *said]))

    def processor_s(self) -> float:
        """Read what it and the processes it started have used, as Linux counts it, in seconds."""
        tasks = Path(f"/proc/{self.pid}/task").glob("*/children")
        started = [pid for task in tasks for pid in task.read_text(encoding="ascii").split()]
        ticks = 0
        for pid in (self.pid, *started):
            stat = Path(f"/proc/{pid}/stat").read_text(encoding="utf-8")
            fields = stat.rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")

    def peak_mb(self) -> int:
        """Read the most memory that it ever held, in megabytes."""
        status = Path(f"/proc/{self.pid}/status").read_text(encoding="ascii")
        line = next(line for line in status.splitlines() if line.startswith("VmHWM:"))
        return int(line.split()[1]) // 1000


@contextmanager
def serving(url: str, log: Path, *, processes: int = 1) -> Iterator[Service]:
    """Serve a database; the service ends with the block, whatever it is at.

    Raises
    ------
    ServiceLost
        If it does not start.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port),
               "--database", url, "--processes", str(processes)]  # fmt: skip
    with log.open("wb") as said:
        run: dict[str, Any] = {"stdout": said, "stderr": said, "env": os.environ | {"TZ": "UTC"}}
        process = subprocess.Popen(command, **run)  # noqa: S603
    try:
        found = Service(process, f"http://127.0.0.1:{port}", log)
        found.wait()
        yield found
    finally:
        process.terminate()
        try:
            process.wait(timeout=STOP_S)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()
