from collections.abc import Callable

import pytest

from geodata.district import District
from geodata.network import Network
from geodata.snap import snap, snap_findings

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
    assert "35 m" in finding.message or "36 m" in finding.message


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
