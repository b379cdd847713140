"""Zones, gates and closures at the command line, on a generated district."""

import json
import sqlite3
from datetime import UTC, date, datetime, time

import pytest
from sqlalchemy import text
from typer.testing import CliRunner

from api.cli import app
from api.instants import InstantNaive, read_instant
from geodata.district import write_district
from geodata.generated import generate_district
from logistics.domain.runs import RunState
from logistics.domain.setup import (
    CourierSetup,
    DistrictSetup,
    MarketSetup,
    PointSetup,
    Policy,
    Setup,
)
from logistics.store import runs
from logistics.store.session import open_database
from logistics.usecases.create_run import create_run
from logistics.usecases.plan_run import plan_run
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


@pytest.fixture
def planned_run(town):
    """A run with bags on trips of a plan, made as the loop makes it."""
    database = open_database(str(town[0] / "town.db"))
    with database.transaction() as session:
        if known := runs.latest(session):
            database.close()
            return known[0].code
    at = datetime(2026, 4, 12, 23, tzinfo=UTC)
    with database.transaction() as session:
        run = create_run(
            session, "小城", date(2026, 4, 13), 1, cutoff_at=at, separation_s=600, actor="test",
            at=at,
        )  # fmt: skip
        runs.set_state(session, run.id, RunState.PACKED)
        rows = session.execute(
            text(
                "SELECT h.id, p.point_id FROM household h JOIN place p ON p.id = h.stairwell_id"
                " ORDER BY h.code"
            )
        ).all()
        for number, row in enumerate(rows[:: len(rows) // 40], start=1):
            session.execute(
                text(
                    "INSERT INTO bag (id, run_id, household_id, point_id, code, no, compartment,"
                    " weight_g, volume_ml, state, custodian) VALUES (:id, :run, :home, :point,"
                    " :code, 1, 'ambient', 9000, 20000, 'packed', 'point:P-1')"
                ),
                {"id": f"bag_{number}", "run": run.id, "home": row.id, "point": row.point_id,
                 "code": f"B{number}"},
            )  # fmt: skip
    plan_run(database, run.id, time_limit_s=0.5, actor="test", at=at)
    database.close()
    return run.code


def stairwells_by_gate(town):
    """The open gates of the compound that lies first."""
    gates = town[1].gates
    mine = gates[gates["compound_id"] == town[1].compounds["id"].iloc[1]]
    return list(mine.loc[mine["open"], "code"])


def test_a_what_if_is_told_in_both_languages_and_leaves_the_file_as_it_was(
    call, town, planned_run
):
    gates = [f"--close-gate={gate}" for gate in stairwells_by_gate(town)]
    tables = dump(town)
    told = call("run", "what-if", planned_run, *gates, "--plan", "--time-limit", 1)
    assert told.exit_code == 0, told.output
    assert "would be touched" in told.stdout
    assert "unreachable" in told.stdout
    assert "bags served" in told.stdout
    chinese = call("run", "what-if", planned_run, *gates, "--zone", "小城=封控区", "--couriers",
                   "-1", lang="zh")  # fmt: skip
    assert "推演" in chinese.stdout
    assert "无法到达" in chinese.stdout
    assert "配送员缺席" in chinese.stdout
    found = answer(call("run", "what-if", planned_run, *gates, "--json"))
    assert found["after"] is None
    assert {cause for drop in found["effects"]["drops"] for cause in drop["causes"]} >= {
        "unreachable"
    }
    assert dump(town) == tables


def dump(town):
    with sqlite3.connect(town[0] / "town.db") as connection:
        return "\n".join(connection.iterdump())


@pytest.mark.parametrize(
    ("options", "code"),
    [
        ((), "what-if.nothing-supposed"),
        (("--close-gate", "G-9"), "place.unknown"),
        (("--couriers", "most"), "what-if.couriers"),
        (("--couriers", "-1", "--from", "2026-04-13T09:00"), "time.naive"),
        (("--zone", "小城=red"), "zone.unknown"),
    ],
)
def test_what_cannot_be_supposed_is_refused_by_its_name(call, planned_run, options, code):
    done = call("run", "what-if", planned_run, *options)
    assert (done.exit_code, code in done.stderr) == (2, True), done.output
