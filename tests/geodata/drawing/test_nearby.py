"""What is cut out of a map along a way."""

import json

import pytest
from shapely.geometry import LineString, shape

from geodata.directions.legs import legs
from geodata.drawing.nearby import nearby_geojson, round_line
from geodata.generated import generate_district
from geodata.travel.matrix import Stop


@pytest.fixture(scope="module")
def town():
    return generate_district("small", 1, "试区")


@pytest.fixture(scope="module")
def way(town):
    doors = [place for place in town.places() if place.kind == "stairwell"]
    ends = [Stop(id=one.code, lon=one.lon, lat=one.lat) for one in (doors[0], doors[-1])]
    (leg,) = legs(town, ends, "ebike")
    return leg


def test_only_what_lies_along_the_way_is_given_and_its_gates_are_among_it(town, way):
    found = nearby_geojson(town, [way.line], metres=50)
    near = LineString(way.line).buffer(100 / 95_000)
    assert all(shape(one["geometry"]).intersects(near) for one in found["features"])
    layers = {one["properties"]["layer"] for one in found["features"]}
    assert {"buildings", "ways", "gates"} <= layers
    codes = {one["properties"].get("code") for one in found["features"]}
    passed = town.gates.set_index("id").loc[list(way.gates), "code"]
    assert way.gates
    assert set(passed) <= codes


def test_a_wider_corridor_holds_what_a_narrow_one_does(town, way):
    narrow, wide = (
        {json.dumps(one["properties"], sort_keys=True)
         for one in nearby_geojson(town, [way.line], metres=metres)["features"]}
        for metres in (10, 120)
    )  # fmt: skip
    assert narrow < wide


def test_it_is_plain_json_and_small(town, way):
    text = json.dumps(nearby_geojson(town, [way.line]), allow_nan=False)
    assert len(text) < 60_000


def test_without_a_way_there_is_nothing(town):
    assert nearby_geojson(town, [[(120.0, 30.0)]])["features"] == []
    assert nearby_geojson(town, [])["features"] == []


def test_lines_are_written_to_the_decimetre():
    assert round_line([(120.12345678, 30.98765432)]) == [[120.123457, 30.987654]]
