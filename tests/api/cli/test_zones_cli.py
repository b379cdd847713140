"""Zones, gates and closures at the command line, on a generated district."""

import json
from datetime import UTC, datetime, time

import pytest
from typer.testing import CliRunner

from api.cli import app
from api.instants import InstantNaive, read_instant
from geodata.district import write_district
from geodata.generate import generate_district
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    MarketSetup,
    PointSetup,
    Policy,
    Setup,
)
from logistics.store.session import open_database
from logistics.usecases.set_up import set_up

AT = datetime(2026, 4, 1, tzinfo=UTC)


@pytest.fixture(scope="module")
def town(tmp_path_factory):
    folder = tmp_path_factory.mktemp("town")
    district = generate_district("small", seed=7)
    write_district(district, folder / "map")
    west, south, east, north = district.bounds()
    spot = {"lon": (west + east) / 2, "lat": (south + north) / 2, "name_zh": "处", "name_en": "x"}
    setup = Setup(
        policy=Policy(),
        points=(PointSetup(code="P-1", depot=True, **spot),),
        markets=(MarketSetup(code="M-1", opens=time(5), closes=time(18), **spot),),
        couriers=(
            CourierSetup(
                code="E1", mode="ebike", capacity_g=80_000, capacity_ml=200_000, capacity_bags=6,
                shift_start=time(8), shift_end=time(17), max_trips=9, zone_max=2, point_code="P-1",
            ),
        ),
    )  # fmt: skip
    database = open_database(str(folder / "town.db"))
    database.migrate()
    with database.transaction() as session:
        head = DistrictSetup(name="小城", folder=str(folder / "map"), synthetic=True)
        set_up(session, head, setup, district.places(), actor="test", at=AT)
    database.close()
    return folder, district


@pytest.fixture
def call(town):
    def run(*arguments, lang="en"):
        environment = {
            "SUPPLYLOOP_DATABASE": f"sqlite:///{town[0] / 'town.db'}", "SUPPLYLOOP_LANG": lang,
        }  # fmt: skip
        return CliRunner().invoke(app, [str(a) for a in arguments], env=environment)

    return run


def answer(done):
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout)


def test_a_zone_is_set_asked_for_and_remembered(call, town):
    compound = town[1].compounds["code"].iloc[0]
    building = next(code for code in town[1].buildings["code"] if code.startswith(f"{compound}-"))
    done = call("zone", "set", compound, "封控区", "--from", "2026-04-12T08:00+08:00",
                "--until", "2026-04-20T08:00+08:00", "--reason", "a case")  # fmt: skip
    assert done.exit_code == 0, done.output
    assert f"{compound}: sealed (before: precaution)" in done.stdout
    assert "2026-04-12 08:00+08:00" in done.stdout
    asked = call("zone", "show", building, "--at", "2026-04-13T09:00+08:00")
    assert asked.stdout.strip() == f"{building}: sealed, as {compound}"
    assert "nothing was ever said" in call(
        "zone", "show", building, "--at", "2026-04-11T09:00+08:00"
    ).stdout  # fmt: skip
    later = call("zone", "set", compound, "controlled", "--from", "2026-04-15T00:00+08:00")
    assert "1 earlier statements no longer hold" in later.stdout
    history = answer(call("zone", "history", compound, "--json"))
    assert [one["standing"]["zone"] for one, _ in history["spans"]] == [
        "precaution", "sealed", "controlled",
    ]  # fmt: skip
    assert len(history["statements"]) == 2
    counted = answer(call("zone", "show", "--at", "2026-04-13T01:00:00Z", "--json"))
    assert counted["households"]["sealed"] > 0


def test_a_gate_is_closed_opened_and_remembered(call, town):
    gate = town[1].gates.loc[town[1].gates["open"], "code"].iloc[0]
    span = ("--from", "2026-04-13T08:00+08:00", "--until", "2026-04-13T18:00+08:00")
    closed = call("gate", "close", gate, *span, "--mode", "van", "--except-permit", "P7")
    assert f"gate {gate} closed 2026-04-13 08:00+08:00 → 2026-04-13 18:00+08:00" in closed.stdout
    opened = call("gate", "open", gate, "--from", "2026-04-13T10:00+08:00",
                  "--until", "2026-04-13T11:00+08:00")  # fmt: skip
    assert opened.exit_code == 0, opened.output
    in_force = [
        len(answer(call("closure", "list", "--at", f"2026-04-13T{hour}:30+08:00", "--json")))
        for hour in ("09", "10", "11", "18")
    ]
    assert in_force == [1, 0, 1, 0]
    history = answer(call("gate", "history", gate, "--json"))
    assert len(history["pieces"]) == 2
    assert history["closures"][0]["modes"] == ["van"]
    assert "大门" in call("gate", "history", gate, lang="zh").stdout


def test_a_way_and_an_area_are_closed_and_opened(call, town, tmp_path):
    way = town[1].ways["id"].iloc[0]
    made = answer(call("closure", "way", way, "--from", "2026-05-01T08:00Z", "--json"))
    assert made[0]["target"] == way
    west, south, east, north = town[1].bounds()
    ring = [[west, south], [east, south], [east, north], [west, south]]
    file = tmp_path / "market.geojson"
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    area = answer(call("closure", "area", file, "--from", "2026-05-01T08:00Z", "--json"))
    assert area[0]["shape"] == [[ring]]
    for one in (*made, *area):
        done = call("closure", "open", one["id"], "--from", "2026-05-02T08:00Z")
        assert done.exit_code == 0, done.output
    assert answer(call("closure", "list", "--at", "2026-05-02T08:00Z", "--json")) == []


@pytest.mark.parametrize(
    ("arguments", "code", "said"),
    [
        (("zone", "set", "XC-99", "sealed"), "place.unknown", "XC-99"),
        (("zone", "set", "小城", "red"), "zone.unknown", "red"),
        (("zone", "set", "小城", "sealed", "--from", "2026-04-13T09:00"), "time.naive",
         "2026-04-13T09:00+08:00"),
        (("zone", "set", "小城", "sealed", "--from", "13/4 9:00"), "time.unreadable", "13/4"),
        (("zone", "set", "小城", "sealed", "--from", "2026-04-13T09:00Z", "--until",
          "2026-04-13T08:00Z"), "zone.ends-early", "until"),
        (("zone", "show", "--at", "soon"), "time.unreadable", "soon"),
        (("gate", "close", "nowhere"), "place.unknown", "nowhere"),
        (("gate", "close", "nowhere", "--district", "Atlantis"), "district.unknown", "Atlantis"),
        (("closure", "way", "w-none"), "way.unknown", "w-none"),
        (("closure", "open", "clo_none"), "closure.unknown", "clo_none"),
        (("closure", "area", "none.geojson"), "area.unreadable", "none.geojson"),
    ],
)  # fmt: skip
def test_what_cannot_be_is_refused_by_its_name(call, arguments, code, said):
    done = call(*arguments)
    assert done.exit_code == 2, done.output
    assert code in done.stderr
    assert said in done.stderr
    assert "→" in done.stderr


def test_an_hour_that_comes_twice_is_asked_back_with_both():
    with pytest.raises(InstantNaive) as refused:
        read_instant("2026-10-25T03:30", field="from", zone_name="Europe/Helsinki", at=AT)
    assert refused.value.facts["meant"] == "2026-10-25T03:30+03:00 | 2026-10-25T03:30+02:00"


def test_a_gate_with_nothing_to_open_says_so(call, town):
    gate = town[1].gates["code"].iloc[-1]
    done = call("gate", "open", gate)
    assert (done.exit_code, "closure.none-to-open" in done.stderr) == (2, True)


def test_a_mode_that_is_not_and_an_area_elsewhere_are_refused(call, town, tmp_path):
    gate = town[1].gates["code"].iloc[0]
    assert "closure.invalid" in call("gate", "close", gate, "--mode", "rocket").stderr
    west, south, east, north = town[1].bounds()
    file = tmp_path / "swapped.geojson"
    ring = [[south, west], [south, east], [north, east], [south, west]]
    file.write_text(json.dumps({"type": "Polygon", "coordinates": [ring]}))
    refused = call("closure", "area", file).stderr
    assert "closure.area-elsewhere" in refused or "area.unreadable" in refused
