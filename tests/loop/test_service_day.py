"""A whole day over HTTP, on both databases: lists in, a courier's own sheet out."""

import io
import warnings
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pypdf import PdfReader

from api import tokens
from api.app import create_app
from api.settings import Settings
from geodata.district import write_district
from geodata.generated import generate_district
from logistics.domain.setup import DistrictSetup, PointSetup, Setup
from logistics.exchange.setup_files import read_setup
from logistics.store import places
from logistics.store.session import Database
from logistics.usecases.set_up import set_up

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient

EXAMPLES = Path(__file__).resolve().parents[2] / "examples"
ROLES = ("planner", "courier", "household")

pytestmark = pytest.mark.slow


class Desk:
    """Somebody with a token in front of the service."""

    def __init__(self, client: TestClient, secrets: dict[str, str]) -> None:
        self.client, self.secrets, self.calls = client, secrets, 0

    def call(self, method: str, path: str, role: str = "planner", **more: Any) -> Any:
        self.calls += 1
        headers = {
            "Authorization": f"Bearer {self.secrets[role]}",
            "Idempotency-Key": f"call-{self.calls}",
        }
        return self.client.request(method, f"/api/v1{path}", headers=headers, **more)

    def did(self, method: str, path: str, role: str = "planner", **more: Any) -> Any:
        answer = self.call(method, path, role, **more)
        assert answer.status_code in (200, 201), answer.text
        return answer.json()


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Any:
    ground = generate_district("small", 5, "试区")
    write_district(ground, tmp_path / "district")
    read = read_setup(EXAMPLES / "synthetic")
    door = next(place for place in ground.places() if place.kind == "stairwell")
    ours = Setup(
        policy=read.policy,
        markets=read.markets,
        items=read.items,
        offers=read.offers,
        points=tuple(
            PointSetup(
                code=point.code, name_zh=point.name_zh, name_en=point.name_en,
                lon=door.lon, lat=door.lat, depot=point.depot, bays=point.bays,
            )
            for point in read.points
        ),
        couriers=read.couriers[:4],
    )  # fmt: skip
    at = datetime.now(UTC)
    head = DistrictSetup(
        name="试区", folder=str(tmp_path / "district"), synthetic=True,
        attribution=ground.attribution, source_digest=ground.digest,
    )  # fmt: skip
    with database.transaction() as session:
        report = set_up(session, head, ours, ground.places(), actor="test", at=at)
        homes = places.households(session, report.district.id)[:12]
        secrets = {
            role: tokens.create(
                session, role=role, label=role, actor="test", at=at,
                household_code=homes[0].code if role == "household" else None,
                courier_code=ours.couriers[0].code if role == "courier" else None,
            )
            for role in ROLES
        }  # fmt: skip
        url = session.get_bind().engine.url.render_as_string(hide_password=False)
    with TestClient(create_app(Settings(database=url)), raise_server_exceptions=False) as client:
        made = Desk(client, secrets)
        made.homes = [home.code for home in homes]
        yield made


def test_a_day_over_http_ends_with_everybody_accounted_for(desk: Any) -> None:
    now = datetime.now(UTC)
    opening = {
        "district": "试区",
        "day": str(now.date() + timedelta(days=1)),
        "cutoff_at": (now + timedelta(hours=1)).isoformat(),
    }
    run = desk.did("POST", "/runs", json=opening)
    at = f"/runs/{run['id']}"
    for home in desk.homes:
        lines = [{"item": "土豆", "quantity": 2, "unit": "斤"}, {"item": "鸡蛋", "quantity": 10}]
        desk.did("POST", "/lists", json={"household": home, "lines": lines})
    desk.did(
        "POST",
        "/lists",
        "household",
        json={"household": desk.homes[0], "lines": [], "text": "青菜一斤半 不要香菜"},
    )
    for step in ("cutoff", "order"):
        desk.did("POST", f"{at}/{step}")
    for order in desk.did("GET", f"{at}/orders")["orders"]:
        counts = [
            {
                "item": line["name_zh"],
                "quantity_base": line["cases"] * line["case_base"],
                "provenance": "p-1",
            }
            for line in order["lines"]
        ]
        desk.did("POST", f"/orders/{order['id']}/receipts", json={"counts": counts})
    for step in ("receive", "allocate", "pack"):
        desk.did("POST", f"{at}/{step}")

    assert desk.call("POST", f"{at}/release").json()["code"] == "run.out-of-order"
    planned = desk.did("POST", f"{at}/plan", json={"time_limit_s": 2})["result"]
    assert (planned["contacts"], planned["unserved"]) == (0, 0)
    weighed = desk.did("POST", f"{at}/frontier", json={"time_limit_s": 1, "points": 2})
    assert weighed["choices"][0]["price_s"] is None
    page = desk.call("GET", f"{at}/report", params={"lang": "en"}).text
    assert "Less travel or fewer faces" in page
    assert "travel, hours" in page
    assert desk.call("GET", f"{at}/sheets.pdf").json()["code"] == "sheet.not-released"
    desk.did("POST", f"{at}/release")

    everybody = desk.call("GET", f"{at}/sheets.pdf")
    assert everybody.headers["content-type"] == "application/pdf"
    words = "".join(page.extract_text() for page in PdfReader(io.BytesIO(everybody.content)).pages)
    assert "袋" in words
    assert desk.call("GET", f"{at}/sheets/SY-C02", "courier").status_code == 403
    own = desk.did("GET", f"{at}/sheets/SY-C01", "courier")
    assert own["courier"] == "SY-C01"
    closed = desk.did("POST", f"{at}/close")
    assert closed["run"]["state"] == "closed"
