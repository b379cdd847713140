"""Kill the service with SIGKILL again and again: what it acknowledged is there, exactly once."""

import random
import signal
import socket
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from datetime import time as clock
from itertools import count
from pathlib import Path

import httpx
import pytest
from sqlalchemy import text

from geodata.district import MapPlace
from logistics.domain.setup import DistrictSetup, ItemSetup, PointSetup, Policy, Setup
from logistics.store import places, tokens
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.set_up import set_up

ROOT = Path(__file__).parents[2]
CLIENTS = 4
SETUP = Setup(
    policy=Policy(wave_start=clock(9), wave_end=clock(18)),
    points=(PointSetup(code="P1", name_zh="点", name_en="P", lon=120.2, lat=30.3, depot=True),),
    items=(
        ItemSetup(
            name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={},
            weight_mg=1000, volume_ul=1500, category="vegetable", cold=False,
            household_limit=20_000,
        ),
    ),
)  # fmt: skip
MAP = (
    MapPlace(id="c1", kind="compound", parent_id=None, code="KX-01", name_zh="小区",
             name_en="compound", lon=120.2, lat=30.3),
    MapPlace(id="b1", kind="building", parent_id="c1", code="KX-01-01", name_zh="一幢",
             name_en="building 1", lon=120.2, lat=30.3, levels=3),
    MapPlace(id="s1", kind="stairwell", parent_id="b1", code="KX-01-01-1", name_zh="一单元",
             name_en="stairwell 1", lon=120.2, lat=30.3),
)  # fmt: skip


@dataclass(frozen=True)
class Service:
    """A database ready for lists, and the households' secrets."""

    folder: Path
    url: str
    secrets: dict[str, str]  # by household code


@dataclass
class Acknowledged:
    """What clients were told is safe: the list's id by the client's own reference."""

    ids: dict[str, str] = field(default_factory=dict)
    changed: threading.Condition = field(default_factory=threading.Condition)

    def note(self, client_ref: str, list_id: str) -> None:
        with self.changed:
            self.ids[client_ref] = list_id
            self.changed.notify_all()

    def wait_for_more(self, more: int) -> None:
        with self.changed:
            goal = len(self.ids) + more
            assert self.changed.wait_for(lambda: len(self.ids) >= goal, timeout=180), "no answers"


@pytest.fixture
def service(tmp_path: Path) -> Service:
    url = f"sqlite:///{tmp_path / 'killed.db'}"
    now = datetime.now(UTC)
    database = open_database(url)
    database.migrate()
    with database.transaction() as session:
        report = set_up(session, DistrictSetup(name="Kaixuan", synthetic=True), SETUP, MAP,
                        actor="test", at=now)  # fmt: skip
        tomorrow = now + timedelta(days=1)
        create_run(session, "Kaixuan", tomorrow.date() + timedelta(days=1), 1,
                   cutoff_at=tomorrow, actor="test", at=now)  # fmt: skip
        secrets = {
            household.code: tokens.create(
                session, "household", "link", at=now, household_id=household.id
            )[1]
            for household in places.households(session, report.district.id)[:CLIENTS]
        }
    database.close()
    return Service(tmp_path, url, secrets)


def serve(service: Service, port: int) -> list[str]:
    return [sys.executable, "-m", "api.cli", "serve", "--host", "127.0.0.1", "--port", str(port),
            "--database", service.url]  # fmt: skip


def serve_broken(service: Service, port: int) -> list[str]:
    broken = Path(__file__).parent / "answer_before_commit.py"
    return [sys.executable, str(broken), str(port), service.url]


class Killed:
    """The service as a process that starts, is killed, and starts again on the same port."""

    def __init__(self, command: Callable[[Service, int], list[str]], service: Service) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self._command = command(service, self.port)
        self._process: subprocess.Popen[bytes] | None = None
        self._log = (service.folder / "service.log").open("ab")

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            cwd=ROOT,
            env={"PYTHONPATH": str(ROOT), "PATH": "/usr/bin:/bin", "SUPPLYLOOP_LANG": "en"},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=self._log,
        )

    def kill(self) -> None:
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        self.kill()
        self._log.close()


def submit(
    port: int, household: str, secret: str, told: Acknowledged, over: threading.Event
) -> None:
    """Send list after list; send each again, with its key, until it is acknowledged."""
    headers = {"Authorization": f"Bearer {secret}"}
    for number in count(1):
        client_ref = f"{household}/{number}"
        body = {
            "household": household,
            "client_ref": client_ref,
            "lines": [{"item": "土豆", "quantity": number, "unit": "g"}],
        }
        while not over.is_set():
            try:
                answer = httpx.post(
                    f"http://127.0.0.1:{port}/api/v1/lists",
                    json=body,
                    headers=headers | {"Idempotency-Key": client_ref},
                    timeout=10,
                )
            except httpx.TransportError:
                over.wait(0.05)  # as a phone does: try again a little later
                continue
            if answer.status_code in (200, 201):
                told.note(client_ref, answer.json()["id"])
                break
            assert answer.status_code == 503, answer.text
            over.wait(0.05)
        if over.is_set():
            return


def campaign(
    command: Callable[[Service, int], list[str]], service: Service, *, kills: int, seed: int
) -> dict[str, str]:
    """Kill the service ``kills`` times, each right after an acknowledgement."""
    chance = random.Random(seed)
    told, over, killed = Acknowledged(), threading.Event(), Killed(command, service)
    clients = [
        threading.Thread(target=submit, args=(killed.port, code, secret, told, over))
        for code, secret in service.secrets.items()
    ]
    killed.start()
    for client in clients:
        client.start()
    try:
        for _ in range(kills):
            told.wait_for_more(chance.randrange(1, 8))
            # from nothing to some milliseconds on: another list is then half taken
            time.sleep(chance.random() * 0.01)
            killed.kill()
            killed.start()
        told.wait_for_more(CLIENTS)  # what was cut off has been sent again by now
    finally:
        over.set()
        for client in clients:
            client.join()
        killed.stop()
    return told.ids


def kept(service: Service) -> Iterator[tuple[str, str]]:
    database = open_database(service.url)
    with database.read() as session:
        rows = session.execute(
            text(
                "SELECT client_ref, l.id FROM household_list l"
                " JOIN order_line ON list_id = l.id WHERE item_id IS NOT NULL"
            )
        ).all()
        assert session.scalar(text("PRAGMA integrity_check")) == "ok"
    database.close()
    yield from ((row[0], row[1]) for row in rows)


def assert_each_exactly_once(service: Service, acknowledged: dict[str, str]) -> None:
    found = list(kept(service))
    doubled = [ref for ref, times in Counter(ref for ref, _ in found).items() if times > 1]
    lost = sorted(set(acknowledged.items()) - set(found))
    assert not doubled, f"{len(doubled)} lists are there twice"
    assert not lost, f"{len(lost)} of {len(acknowledged)} acknowledged lists are lost"


@pytest.mark.slow
def test_every_acknowledged_list_survives_any_kill_exactly_once(service):
    acknowledged = campaign(serve, service, kills=10, seed=7)
    assert len(acknowledged) >= 10 + CLIENTS
    assert_each_exactly_once(service, acknowledged)


@pytest.mark.slow
def test_a_service_that_answers_before_commit_is_found_out(service):
    acknowledged = campaign(serve_broken, service, kills=3, seed=7)
    with pytest.raises(AssertionError, match="acknowledged lists are lost"):
        assert_each_exactly_once(service, acknowledged)
