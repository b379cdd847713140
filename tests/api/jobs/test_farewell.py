"""A service that is told to end gives its job back and keeps no listener waiting for it."""

import signal
import socket
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime
from pathlib import Path

import httpx

from api import tokens
from logistics.domain.jobs import JobState

ROOT = Path(__file__).parents[3]


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def await_answer(base):
    until = time.monotonic() + 120
    while time.monotonic() < until:
        try:
            return httpx.get(f"{base}/healthz")
        except httpx.TransportError:
            time.sleep(0.1)
    raise AssertionError("the service never answered")


def test_a_service_told_to_end_gives_its_job_back_and_ends_its_streams(site, tmp_path):
    site.clock.at = datetime.now(UTC)
    with site.database.transaction() as session:
        secret = tokens.create(session, role="planner", label="t", actor="test", at=site.clock())
    job_id = site.ask(limit_s=600.0)
    url = site.database._engine.url.render_as_string(hide_password=False)
    port = free_port()
    base = f"http://127.0.0.1:{port}"
    command = [sys.executable, "-m", "api.cli", "serve", "--port", str(port), "--database", url]
    with (tmp_path / "log").open("wb") as log:
        process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=subprocess.STDOUT)
    lines, told = [], threading.Event()

    def listen():
        headers = {"Authorization": f"Bearer {secret}"}
        where = f"{base}/api/v1/jobs/{job_id}/events"
        with httpx.stream("GET", where, headers=headers, timeout=120) as answer:
            for line in answer.iter_lines():
                lines.append(line)
                if '"best":{' in line:
                    told.set()

    try:
        await_answer(base)
        listener = threading.Thread(target=listen)
        listener.start()
        assert told.wait(120)
        process.send_signal(signal.SIGTERM)
        process.wait(120)
        listener.join(120)
    finally:
        process.kill()
        process.wait()
    said = (tmp_path / "log").read_text()
    assert "graceful shutdown exceeded" not in said, said
    assert not listener.is_alive()
    assert "event: ended" not in lines
    given_back = site.job(job_id)
    assert (given_back.state, given_back.lease_owner) == (JobState.QUEUED, None), said
    assert site.plans() == []
