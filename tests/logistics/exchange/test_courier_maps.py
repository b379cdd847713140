"""Ways and map of a courier's trips on a generated district."""

from datetime import date

import pytest

from geodata.generated import generate_district
from logistics.domain.sheets import SheetBook, SheetStop, SheetTrip
from logistics.exchange.courier_maps import draw_courier_map


@pytest.fixture(scope="module")
def town():
    return generate_district("small", 1, "试区")


def book(town, *, closed=()):
    doors = [place for place in town.places() if place.kind == "stairwell"]
    start, visited = doors[0], (doors[3], doors[-1])
    stops = tuple(
        SheetStop(
            seq=number, stairwell_code=one.code, names_zh=("", "", one.name_zh),
            names_en=("", "", one.name_en), note="", lon=one.lon, lat=one.lat, protected=False,
            arrival_s=0, leave_s=60, bags=(),
        )
        for number, one in enumerate(visited, start=1)
    )  # fmt: skip
    trip = SheetTrip(
        code="T-1", courier_code="K1", mode="ebike", no=1, trips=1, point_code=start.code,
        point_zh="点", point_en="point", point_lon=start.lon, point_lat=start.lat, departs_s=0,
        returns_s=3600, weight_g=1, volume_ml=1, stops=stops,
    )  # fmt: skip
    return SheetBook(
        run_code="R", day=date(2026, 11, 24), district_name="试区", district_folder="/nowhere",
        attribution="", synthetic=True, closed_gates=tuple(closed), trips=(trip,),
    )  # fmt: skip


def test_each_stop_has_its_way_and_the_last_leads_home(town):
    drawn = draw_courier_map(book(town), town)
    ways = drawn.ways["T-1"]
    assert len(ways) == 3
    assert all(way.hints_zh and way.hints_en and way.distance_m > 0 for way in ways)
    assert any(gate.name_zh and gate.name_en for way in ways for gate in way.gates)
    routes = [one["properties"] for one in drawn.geojson["features"]
              if one["properties"]["layer"] == "route"]  # fmt: skip
    assert routes == [{"layer": "route", "trip": "T-1", "leg": leg} for leg in (1, 2, 3)]


def test_a_stop_behind_closed_gates_has_no_way_and_says_so(town):
    drawn = draw_courier_map(book(town, closed=tuple(town.gates["id"])), town)
    assert [way.distance_m for way in drawn.ways["T-1"]][1] == -1
    assert not any(way.gates for way in drawn.ways["T-1"])
