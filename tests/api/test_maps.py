import json
import sqlite3
import warnings
from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from typer.testing import CliRunner

from api import tokens
from api.app import create_app
from api.cli import app
from api.settings import Settings
from geodata.district import District, write_district
from geodata.generated import generate_district
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    ItemSetup,
    MarketSetup,
    OfferSetup,
    PointSetup,
    Policy,
    Setup,
)
from logistics.store import places
from logistics.store.session import open_database
from logistics.usecases.set_up import set_up

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # Starlette would rather have httpx's successor
    from fastapi.testclient import TestClient

GPX = "{http://www.topografix.com/GPX/1/1}"
KML = "{http://www.opengis.net/kml/2.2}"
SVG = "{http://www.w3.org/2000/svg}"


class Desk:
    """The service with one released run."""

    def __init__(
        self, client: TestClient, secrets: dict[str, str], url: str, folder: Path, ground: District
    ) -> None:
        self.client, self.secrets, self.url, self.folder = client, secrets, url, folder
        self.ground = ground
        self.run, self.calls = "", 0

    def call(self, method: str, path: str, role: str = "planner", **more):
        headers = {"Authorization": f"Bearer {self.secrets[role]}", "Accept-Language": "en"}
        if method == "POST":
            self.calls += 1
            headers["Idempotency-Key"] = f"call-{self.calls}"
        answer = self.client.request(method, f"/api/v1{path}", headers=headers, **more)
        assert answer.status_code < 500, answer.text
        return answer


@pytest.fixture(scope="module")
def desk(tmp_path_factory) -> Iterator[Desk]:
    folder = tmp_path_factory.mktemp("maps")
    ground = generate_district("small", 5, "试区")
    write_district(ground, folder / "district")
    door = next(place for place in ground.places() if place.kind == "stairwell")
    spot = {"lon": door.lon, "lat": door.lat}
    ours = Setup(
        policy=Policy(),
        points=(PointSetup(code="P1", name_zh="点", name_en="point", depot=True, **spot),),
        markets=(MarketSetup(code="M1", name_zh="市", name_en="m", opens=time(5), closes=time(18),
                             **spot),),
        couriers=tuple(
            CourierSetup(code=code, mode="ebike", capacity_g=80_000, capacity_ml=200_000,
                         capacity_bags=6, shift_start=time(8), shift_end=time(19), max_trips=9,
                         zone_max=2, point_code="P1")
            for code in ("K1", "K2")
        ),
        items=(ItemSetup(name_zh="土豆", name_en="potato", base="g", default_unit="斤", units={},
                         weight_mg=1000, volume_ul=1500, category="vegetable", cold=False,
                         household_limit=10_000),),
        offers=(OfferSetup(market_code="M1", item="土豆", case_base=5000, price_fen=1800),),
    )  # fmt: skip
    url, at = f"sqlite:///{folder / 'maps.db'}", datetime.now(UTC)
    database = open_database(url)
    database.migrate()
    with database.transaction() as session:
        head = DistrictSetup(
            name="试区", folder=str(folder / "district"), synthetic=True,
            attribution=ground.attribution, source_digest=ground.digest,
        )  # fmt: skip
        report = set_up(session, head, ours, ground.places(), actor="test", at=at)
        homes = [home.code for home in places.households(session, report.district.id)[:200:25]]
        secrets = {
            role: tokens.create(session, role=role, label=role, actor="test", at=at,
                                courier_code="K1" if role == "courier" else None)
            for role in ("planner", "courier")
        }  # fmt: skip
    database.close()
    with TestClient(create_app(Settings(database=url)), raise_server_exceptions=False) as client:
        made = Desk(client, secrets, url, folder, ground)
        made.run = _released(made, homes, at)
        yield made


def _released(desk: Desk, homes: list[str], at: datetime) -> str:
    opening = {"district": "试区", "day": str(at.date() + timedelta(days=1)),
               "cutoff_at": (at + timedelta(hours=1)).isoformat()}  # fmt: skip
    run = desk.call("POST", "/runs", json=opening).json()["code"]
    lines = [{"item": "土豆", "quantity": 2, "unit": "斤"}]
    for home in homes:
        desk.call("POST", "/lists", json={"household": home, "lines": lines})
    for step in ("cutoff", "order"):
        desk.call("POST", f"/runs/{run}/{step}")
    [order] = desk.call("GET", f"/runs/{run}/orders").json()["orders"]
    counts = [{"item": "土豆", "quantity_base": 10_000, "provenance": "p"}]
    desk.call("POST", f"/orders/{order['id']}/receipts", json={"counts": counts})
    for step in ("receive", "allocate", "pack"):
        desk.call("POST", f"/runs/{run}/{step}")
    assert desk.call("GET", f"/runs/{run}/tracks.gpx").json()["code"] == "sheet.not-released"
    planned = desk.call("POST", f"/runs/{run}/plan", json={"time_limit_s": 1}).json()["result"]
    assert planned["unserved"] == 0
    assert desk.call("POST", f"/runs/{run}/release").status_code == 200
    return run


def test_all_trips_are_lines_that_add_up_to_their_stops(desk: Desk) -> None:
    answer = desk.call("GET", f"/runs/{desk.run}/tracks.geojson")
    assert answer.headers["content-type"] == "application/geo+json"
    found = answer.json()
    assert found["synthetic"] is True
    assert found["attribution"] == desk.ground.attribution
    told = [feature["properties"] for feature in found["features"]]
    trips = {one["trip"] for one in told}
    stops = [one for one in told if one["kind"] == "stop"]
    legs = [one for one in told if one["kind"] == "leg"]
    assert len(legs) == len(stops) + len(trips)  # each trip leads back to its point
    assert all(leg["reachable"] for leg in legs)
    assert all("Stairwell" in stop["name"] for stop in stops)


@pytest.mark.parametrize(
    ("kind", "root", "mark"),
    [("gpx", f"{GPX}gpx", f"{GPX}trk"), ("kml", f"{KML}kml", f"{KML}Folder")],
)
def test_a_phone_can_follow_the_trips(desk: Desk, kind: str, root: str, mark: str) -> None:
    answer = desk.call("GET", f"/runs/{desk.run}/tracks.{kind}")
    found = ET.fromstring(answer.content)  # noqa: S314
    data = desk.call("GET", f"/runs/{desk.run}/tracks.geojson").json()
    trips = {feature["properties"]["trip"] for feature in data["features"]}
    assert found.tag == root
    assert len(list(found.iter(mark))) == len(trips)
    assert kind in answer.headers["content-disposition"]


def test_a_courier_reads_only_their_own_trips(desk: Desk) -> None:
    own = desk.call("GET", f"/runs/{desk.run}/tracks/K1.geojson", "courier")
    assert own.status_code == 200
    assert {f["properties"]["courier"] for f in own.json()["features"]} <= {"K1"}
    assert desk.call("GET", f"/runs/{desk.run}/tracks/K2.gpx", "courier").status_code == 403
    assert desk.call("GET", f"/runs/{desk.run}/tracks.gpx", "courier").status_code == 403
    assert desk.call("GET", "/districts/试区/map.svg", "courier").status_code == 403


def test_an_unknown_kind_of_file_is_refused(desk: Desk) -> None:
    assert desk.call("GET", f"/runs/{desk.run}/tracks.shp").status_code == 422
    assert desk.call("GET", "/districts/试区/map.pdf").status_code == 422
    assert desk.call("GET", "/districts/nowhere/map.svg").status_code == 404


def test_the_district_is_shown_as_it_is_at_an_instant(desk: Desk) -> None:
    compound = desk.ground.compounds.iloc[0]
    gate = desk.ground.gates[desk.ground.gates["open"]].iloc[0]
    since = {"since": "2026-04-13T09:00:00+08:00"}
    said = {"place": compound["code"], "zone": "sealed"} | since
    assert desk.call("POST", "/districts/试区/zones", json=said).status_code == 201
    path = "/districts/试区/map.geojson"
    after = {"at": "2026-04-13T09:00:00+08:00"}
    by_id = {f["id"]: f for f in desk.call("GET", path, params=after).json()["features"]}
    assert by_id[compound["id"]]["properties"]["zone"] == "sealed"
    assert by_id[gate["id"]]["properties"]["open"] is True
    before = {"at": "2026-04-13T08:59:59+08:00"}
    by_id = {f["id"]: f for f in desk.call("GET", path, params=before).json()["features"]}
    assert "zone" not in by_id[compound["id"]]["properties"]
    drawn = desk.call("GET", "/districts/试区/map.svg", params=after)
    assert drawn.headers["content-type"] == "image/svg+xml"
    words = {node.text for node in ET.fromstring(drawn.content).iter(f"{SVG}text")}  # noqa: S314
    assert {"sealed zone", desk.ground.attribution} <= words


def test_the_command_draws_a_run_over_its_district(desk: Desk, tmp_path: Path) -> None:
    out = tmp_path / "run.svg"
    district = str(desk.folder / "district")
    arguments = ["map", "draw", district, "-o", str(out), "--run", desk.run, "--lang", "en"]
    done = CliRunner().invoke(app, [*arguments, "--database", desk.url])
    assert done.exit_code == 0, done.output
    data = desk.call("GET", f"/runs/{desk.run}/tracks.geojson").json()
    trips = {feature["properties"]["trip"] for feature in data["features"]}
    drawn = ET.fromstring(out.read_bytes())  # noqa: S314
    assert trips <= {node.text for node in drawn.iter(f"{SVG}text")}
    assert desk.ground.attribution in done.output


def test_the_command_draws_a_district_by_itself(desk: Desk, tmp_path: Path) -> None:
    district = str(desk.folder / "district")
    out = tmp_path / "district.geojson"
    assert CliRunner().invoke(app, ["map", "draw", district, "-o", str(out)]).exit_code == 0
    assert json.loads(out.read_text(encoding="utf-8"))["name"] == "试区"
    wrong = CliRunner().invoke(app, ["map", "draw", district, "-o", str(tmp_path / "a.png")])
    assert wrong.exit_code == 2
    assert "map.file-kind" in wrong.output


def test_the_command_writes_tracks_for_all_and_for_each(desk: Desk, tmp_path: Path) -> None:
    arguments = ["map", "tracks", desk.run, "-o", str(tmp_path), "--format", "gpx"]
    done = CliRunner().invoke(app, [*arguments, "--database", desk.url])
    assert done.exit_code == 0, done.output
    names = {file.name for file in tmp_path.iterdir()}
    assert "all.gpx" in names
    assert names - {"all.gpx"} <= {"K1.gpx", "K2.gpx"}
    whole = ET.fromstring((tmp_path / "all.gpx").read_bytes())  # noqa: S314
    parts = [ET.fromstring((tmp_path / n).read_bytes()) for n in names - {"all.gpx"}]  # noqa: S314
    assert len(list(whole.iter(f"{GPX}trk"))) == sum(len(list(p.iter(f"{GPX}trk"))) for p in parts)


# ---------------------------------------------------------------- what if


def dumped(desk: Desk) -> list[str]:
    """Read everything in the database but whose request was answered when."""
    with sqlite3.connect(desk.folder / "maps.db") as connection:
        return [line for line in connection.iterdump() if '"idempotency' not in line]


def test_a_what_if_tells_whose_trips_are_touched_and_stores_nothing(desk):
    before = dumped(desk)
    # Both, for the plan may have needed only one of them.
    answer = desk.call("POST", f"/runs/{desk.run}/what-if", json={"couriers": "-2"})
    assert answer.status_code == 200, answer.text
    told = answer.json()
    assert len(told["away"]) == 2
    assert len(told["effects"]["trips"]) == told["before"]["trips"] > 0
    assert sum(drop["bags"] for drop in told["effects"]["drops"]) == told["before"]["bags"]
    assert told["after"] is None
    assert dumped(desk) == before


def test_a_what_if_plans_again_beside_the_plan_in_force(desk):
    before = dumped(desk)
    wish = {"couriers": "-1", "plan": True, "time_limit_s": 1}
    told = desk.call("POST", f"/runs/{desk.run}/what-if", json=wish).json()
    assert told["after"]["couriers"] == 1
    assert told["after"]["bags"] + told["after"]["left_out"] == told["before"]["bags"]
    assert told["after"]["contacts"] == 0
    assert dumped(desk) == before
