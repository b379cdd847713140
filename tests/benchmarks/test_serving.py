"""Whether the benchmark of pages says how its service ended, instead of waiting for it."""

import os
import signal
from pathlib import Path

import httpx
import pytest

from benchmarks.serving import ServiceLost, serving
from logistics.store.session import Database


def test_a_killed_service_is_told_with_the_end_of_its_log(
    sqlite_database: Database, tmp_path: Path
) -> None:
    file = Path(sqlite_database.url.removeprefix("sqlite:///"))
    with serving(f"sqlite:///{file}", tmp_path / "log") as service:
        assert httpx.get(f"{service.address}/healthz").status_code == httpx.codes.OK
        assert service.processor_s() > 0
        assert service.peak_mb() > 0
        os.kill(service.pid, signal.SIGKILL)
        told = str(service.lost("while somebody asked /desk"))
        assert not service.running
    assert "ended by SIGKILL, from outside" in told
    assert "while somebody asked /desk" in told
    assert "GET /healthz" in told or "started" in told.lower()


def test_a_service_that_cannot_start_says_why(tmp_path: Path) -> None:
    with (
        pytest.raises(ServiceLost, match="at its start") as lost,
        serving(f"sqlite:///{tmp_path / 'none' / 'there.db'}", tmp_path / "log"),
    ):
        pytest.fail("it started")
    assert len(str(lost.value).splitlines()) > 1
