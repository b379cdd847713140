from collections.abc import Callable
from dataclasses import replace
from typing import Any

import numpy as np
import pytest
import shapely
import shapely.ops
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from geodata.district import District, layer_frame
from geodata.travel.board import PIECE_M
from geodata.travel.network import Network
from geodata.travel.sight import THROUGH_M
from geodata.travel.snap import NEAR_M, snap, snap_findings

Spot = Callable[[float, float], tuple[float, float]]
Sketch = Callable[..., District]

HOUSE = [(0, 5), (40, 5), (40, 25), (0, 25)]


def test_a_door_joins_the_way_it_can_see_not_the_nearer_one_behind_its_house(
    sketch: Sketch, spot: Spot
) -> None:
    district = sketch(
        ways=[
            ([(-50, 0), (100, 0)], {}),  # 5 m behind the house
            ([(-50, 45), (100, 45)], {}),  # 20 m before its door
            ([(100, 0), (100, 45)], {}),
        ],
        buildings=[HOUSE],
    )
    (found,) = snap(Network.of(district, "foot"), [spot(20, 25)])
    assert found.visible
    assert (found.lon, found.lat) == pytest.approx(spot(20, 45), abs=1e-6)
    assert found.access_m == pytest.approx(20, abs=0.1)


def test_a_door_without_a_way_in_sight_walks_around_the_corner_of_its_house(
    sketch: Sketch, spot: Spot
) -> None:
    district = sketch(ways=[([(-50, 0), (100, 0)], {})], buildings=[HOUSE])
    network = Network.of(district, "foot")
    (found,) = snap(network, [spot(30, 25)])
    assert not found.visible
    assert found.access_m == pytest.approx(10 + 25, abs=1.5)  # along the house and down its side
    assert len(found.via) == 1
    (finding,) = snap_findings(network, [("door", *spot(30, 25))])
    assert (finding.code, finding.place) == ("snap.hidden", "door")
    assert finding.facts["walk_m"] in (35, 36)


def test_no_door_joins_through_a_wall(sketch: Sketch, spot: Spot) -> None:
    district = sketch(ways=[([(-50, 0), (100, 0)], {})], walls=[[(-300, 5), (300, 5)]])
    network = Network.of(district, "foot")
    (found,) = snap(network, [spot(20, 10)])
    assert found.segment == -1
    (finding,) = snap_findings(network, [("door", *spot(20, 10))])
    assert finding.code == "snap.nowhere"


def test_a_point_inside_its_own_building_still_sees_the_street(sketch: Sketch, spot: Spot) -> None:
    district = sketch(ways=[([(-50, 0), (100, 0)], {})], buildings=[HOUSE])
    (found,) = snap(Network.of(district, "foot"), [spot(20, 15)])
    assert found.visible
    assert found.access_m == pytest.approx(15, abs=0.1)


def test_nothing_joins_from_far_away(sketch: Sketch, spot: Spot) -> None:
    district = sketch(ways=[([(0, 0), (100, 0)], {})])
    (found,) = snap(Network.of(district, "foot"), [spot(50, 400)])
    assert found.segment == -1


def test_most_doors_of_the_demo_see_their_way(helsinki: District) -> None:
    doors = [(p.id, p.lon, p.lat) for p in helsinki.places() if p.kind == "stairwell"]
    hidden = snap_findings(Network.of(helsinki, "foot"), doors)
    assert len(hidden) <= len(doors) * 0.03


def test_no_door_joins_across_water(sketch: Sketch, spot: Spot) -> None:
    pond = Polygon([spot(-400, 5), spot(600, 5), spot(600, 12), spot(-400, 12)])
    row = {"id": "a1", "kind": "water", "name_zh": "", "name_en": "", "geometry": pond}
    dry = sketch(ways=[([(-50, 0), (100, 0)], {})], name="pond")
    wet = replace(dry, areas=layer_frame("areas", [row]))
    (found,) = snap(Network.of(wet, "foot"), [spot(20, 15)])
    assert found.segment == -1
    (found,) = snap(Network.of(dry, "foot"), [spot(20, 15)])
    assert found.visible


def test_a_door_inside_joins_its_side_of_the_gate_whatever_is_closed(
    sketch: Sketch, spot: Spot
) -> None:
    gate = ((50, 20), {"barrier": "gate", "open": True, "foot": True, "bike": True, "van": True})
    district = sketch(
        ways=[
            ([(50, 0), (50, 20)], {}),
            ([(50, 20), (50, 90), (55, 90)], {}),
            ([(0, 0), (50, 0)], {}),
        ],
        walls=[[(0, 20), (50, 20), (100, 20)]],
        gates=[gate],
        name="gate",
    )
    for closed in (frozenset(), frozenset(["gates1"])):
        network = Network.of(district, "foot", closed)
        for place, way in (((50.5, 20.5), "ways2"), ((50.5, 19.5), "ways1"), ((80, 21), "ways2")):
            (found,) = snap(network, [spot(*place)])
            assert district.ways["id"].iloc[int(network.streets.way[found.segment])] == way


def test_a_door_under_a_bridge_joins_the_street_beside_it(sketch: Sketch, spot: Spot) -> None:
    bridge = ([(0, 10), (100, 10)], {"covered": True})
    ramp = ([(100, 10), (140, 0), (0, 0), (0, 10)], {})
    district = sketch(ways=[bridge, ramp], name="bridge")
    network = Network.of(district, "foot")
    (found,) = snap(network, [spot(50, 8)])
    assert found.visible
    assert found.access_m == pytest.approx(8, abs=0.1)
    (found,) = snap(network, [spot(50, 10.5)])  # a door on the bridge itself
    assert found.access_m == pytest.approx(0.5, abs=0.1)


@st.composite
def scenes(draw: Any) -> tuple[list[Any], list[Any], list[Any], list[tuple[float, float]]]:
    """Ways, walls, houses and doors within a hundred metres, on a grid that is not even."""
    coordinate = st.integers(0, 100).map(lambda n: n + (n * 7919 % 100) / 173)
    place = st.tuples(coordinate, coordinate)
    line = st.lists(place, min_size=2, max_size=3, unique=True)
    ways = draw(st.lists(line, min_size=1, max_size=4))
    walls = draw(st.lists(line, max_size=3))
    houses = []
    for x, y in draw(st.lists(place, max_size=4)):
        wide, deep = draw(st.integers(4, 30)), draw(st.integers(4, 30))
        houses.append([(x, y), (x + wide, y), (x + wide, y + deep), (x, y + deep)])
    return ways, walls, houses, draw(st.lists(place, min_size=1, max_size=4, unique=True))


@settings(
    max_examples=30,
    deadline=None,
    derandomize=True,
    phases=[Phase.generate],
    suppress_health_check=[HealthCheck.too_slow],
)
@given(scene=scenes())
def test_the_nearest_way_in_sight_is_joined_and_nothing_is_crossed(
    sketch: Sketch, spot: Spot, scene: tuple[Any, Any, Any, Any]
) -> None:
    ways, walls, houses, doors = scene
    district = sketch(ways=[(way, {}) for way in ways], walls=walls, buildings=houses)
    network = Network.of(district, "foot")
    snaps = snap(network, [spot(*door) for door in doors])
    forth = district.to_metres.transform
    wall_lines = [shapely.transform(g, forth, interleaved=False) for g in district.walls.geometry]
    cores = [
        shapely.transform(g, forth, interleaved=False).buffer(-THROUGH_M, join_style="mitre")
        for g in district.buildings.geometry
    ]
    lines = network.streets.lines[network.streets.usable]

    def is_free(walk: Any, door: Any) -> bool:
        inside = [core for core in cores if core.intersects(door)]
        return not any(walk.crosses(wall) for wall in wall_lines) and not any(
            walk.intersects(core) for core in cores if core not in inside
        )

    for door, found in zip(doors, snaps, strict=True):
        at = shapely.Point(forth(*spot(*door)))
        near_wall = any(at.distance(wall) < 0.2 for wall in wall_lines)
        if found.segment >= 0 and not near_wall:
            path = [(found.lon, found.lat), *found.via, spot(*door)]
            walk = shapely.linestrings(np.column_stack(forth(*np.array(path).T)))
            trimmed = shapely.ops.substring(walk, 0.06, -0.06) if walk.length > 0.2 else None
            assert trimmed is None or is_free(trimmed, at)
            assert walk.length == pytest.approx(found.access_m, abs=0.02)
        sampled = [line.interpolate(s) for line in lines for s in np.arange(0, line.length, 0.5)]
        seen = [s.distance(at) for s in sampled if is_free(shapely.LineString([at, s]), at)]
        if seen and min(seen) < NEAR_M[1] - PIECE_M and not near_wall:
            assert found.segment >= 0
            assert found.access_m <= min(seen) + PIECE_M
