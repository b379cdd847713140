"""A packed run of a small generated town, behind the service."""

import shutil
import warnings
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from api import tokens
from api.app import create_app
from api.settings import Settings
from logistics.store.session import open_database
from tests.browser.town import TOWN, Town, build_town

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient


@dataclass
class Desk:
    """The service, and a planner who asks it."""

    client: TestClient
    run: str
    tokens: dict[str, str]
    number: int = 0

    def call(
        self,
        method: str,
        path: str,
        *,
        role: str = "planner",
        key: str = "",
        encoding: str = "identity",
        **more: Any,
    ):
        self.number += 1
        headers = {
            "Authorization": f"Bearer {self.tokens[role]}",
            "Accept-Language": "en",
            "Accept-Encoding": encoding,
            "Idempotency-Key": key or f"key-{self.number}",
        }
        return self.client.request(method, path, headers=headers, **more)


@pytest.fixture(scope="session")
def built(tmp_path_factory: pytest.TempPathFactory) -> Town:
    return build_town(tmp_path_factory.mktemp("desk-town"))


@pytest.fixture
def desk(built: Town, tmp_path: Path) -> Iterator[Desk]:
    file = tmp_path / "desk.db"
    shutil.copy(built.stage("packed"), file)
    url, at, made = f"sqlite:///{file}", datetime.now(UTC), {}
    database = open_database(url)
    with database.transaction() as session:
        for role in ("planner", "auditor", "duty-officer", "buyer"):
            made[role] = tokens.create(
                session, role=role, label=role, district_name=TOWN, actor="test", at=at
            )
    database.close()
    with TestClient(create_app(Settings(database=url)), raise_server_exceptions=False) as client:
        found = Desk(client, built.run, made)
        body = {"time_limit_s": 2, "seed": 1}
        planned = found.call("POST", f"/api/v1/runs/{built.run}/plan", json=body)
        assert planned.status_code == 200, planned.text
        yield found
