"""A client made from the description by a generator, used against the service as it runs."""

import importlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import ModuleType

import pytest
import uvicorn

from api import tokens
from api.app import create_app
from api.openapi import describe
from api.settings import Settings
from logistics.domain.setup import DistrictSetup
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.set_up import set_up
from tests.api.conftest import MAP, MINE, SETUP

NAME = "supplyloop_client"


def config(document: dict) -> str:
    """Have files taken as bytes, whatever their kind: the generator knows few."""
    kinds = {
        media
        for of_path in document["paths"].values()
        for operation in of_path.values()
        for response in operation["responses"].values()
        for media in response.get("content", {})
        if not media.endswith("json") and not media.startswith("text/")
    }
    overrides = dict.fromkeys(sorted(kinds), "application/octet-stream")
    return json.dumps({"post_hooks": [], "content_type_overrides": overrides})


class Live:
    """The service on a port of this machine, and the client that was made for it."""

    def __init__(self, url: str, secret: str, run: str) -> None:
        self.url, self.run = url, run
        self.client = load("client").AuthenticatedClient(base_url=url, token=secret)


def load(name: str) -> ModuleType:
    return importlib.import_module(f"{NAME}.{name}")


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Iterator[Path]:
    """Make the client from the document of the application, and let it be imported."""
    folder = tmp_path_factory.mktemp("client")
    app = create_app(Settings(database=f"sqlite:///{folder / 'none.db'}"))
    document = describe(app)
    (folder / "openapi.json").write_text(json.dumps(document), encoding="utf-8")
    (folder / "config.yml").write_text(config(document), encoding="utf-8")  # JSON is YAML
    said = subprocess.run(
        [Path(sys.executable).with_name("openapi-python-client"), "generate", "--meta", "none",
         "--path", folder / "openapi.json", "--config", folder / "config.yml",
         "--output-path", folder / NAME],
        check=False, capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert said.returncode == 0, said.stderr
    assert "WARNING" not in said.stdout + said.stderr, said.stdout + said.stderr
    sys.path.insert(0, str(folder))
    yield folder
    sys.path.remove(str(folder))
    for name in [one for one in sys.modules if one.partition(".")[0] == NAME]:
        del sys.modules[name]


@pytest.fixture(scope="module")
def live(made: Path, tmp_path_factory) -> Iterator[Live]:
    assert (made / NAME / "client.py").is_file()
    url = f"sqlite:///{tmp_path_factory.mktemp('live') / 'live.db'}"
    database = open_database(url)
    database.migrate()
    at = datetime.now(UTC)
    with database.transaction() as session:
        set_up(session, DistrictSetup(name="Kaixuan", synthetic=True), SETUP, MAP,
               actor="test", at=at)  # fmt: skip
        run = create_run(session, "Kaixuan", at.date() + timedelta(days=1), 1,
                         cutoff_at=at + timedelta(hours=2), actor="test", at=at)  # fmt: skip
        secret = tokens.create(session, role="planner", label="client", actor="test", at=at)
    database.close()
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(
        uvicorn.Config(create_app(Settings(database=url)), log_config=None, lifespan="on")
    )
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]})
    thread.start()
    port = listening.getsockname()[1]  # it is listened to already: who asks early waits
    found = Live(f"http://127.0.0.1:{port}", secret, run.code)
    yield found
    found.client.get_httpx_client().close()
    server.should_exit = True
    thread.join()
    listening.close()


def take(live: Live, key: str):
    models = load("models")
    line = models.LineIn(item="土豆", quantity=2, unit="斤")
    body = models.ListIn(household=MINE, lines=[line])
    return load("api.lists.lists_take").sync_detailed(
        client=live.client, body=body, idempotency_key=key
    )


def test_a_list_is_taken_and_read_back(live: Live) -> None:
    taken = take(live, "first")
    assert taken.status_code == 201
    read = load("api.lists.lists_read").sync(client=live.client, list_id=taken.parsed.id)
    assert read.to_dict() == taken.parsed.to_dict()
    assert [(line.item, line.base_quantity) for line in read.lines] == [("土豆", 1000)]


def test_sent_again_the_answer_is_the_same(live: Live) -> None:
    first, second = take(live, "again"), take(live, "again")
    assert second.headers["Idempotent-Replay"] == "true"
    assert first.parsed.id == second.parsed.id


def test_lists_are_read_in_pages(live: Live) -> None:
    for number in range(3):
        take(live, f"page-{number}")
    page = load("api.lists.lists_page")
    seen, after = [], None
    while True:
        more = {"after": after} if after else {}
        found = page.sync(client=live.client, run_id=live.run, limit=2, **more)
        seen += [one.id for one in found.lists]
        after = found.next_
        if not after:
            break
    assert len(seen) == len(set(seen)) >= 3


def test_a_refusal_is_a_problem_with_its_code(live: Live) -> None:
    refused = load("api.runs.runs_show").sync_detailed(client=live.client, run_id="nothing")
    assert refused.status_code == 404
    assert refused.parsed.code == "run.unknown"


def test_a_problem_of_vroom_is_solved(live: Live) -> None:
    from api.routes.optimize import EXAMPLE  # noqa: PLC0415

    optimize = load("api.optimize.optimize")
    body = load("models").OptimizeBody.from_dict(EXAMPLE | {"options": {"l": 1}})
    solved = optimize.sync(client=live.client, body=body)
    assert solved.code == 0
