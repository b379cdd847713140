from collections.abc import Callable

import numpy as np
import pytest
from shapely.geometry import Polygon

from geodata.closures import ClosureRefused, Shut
from geodata.district import District
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import GateUnknown, ModeUnknown, Network

Spot = Callable[[float, float], tuple[float, float]]
Sketch = Callable[..., District]


def _seconds(
    district: District, spot: Spot, a: tuple[float, float], b: tuple[float, float], mode: str
) -> int:
    stops = [Stop(id=name, lon=spot(*p)[0], lat=spot(*p)[1]) for name, p in (("a", a), ("b", b))]
    return int(travel_matrix(district, stops, mode).duration_s[0, 1])


def test_a_straight_street_takes_length_over_speed(sketch: Sketch, spot: Spot) -> None:
    street = sketch(ways=[([(0, 0), (600, 0)], {})])
    assert _seconds(street, spot, (0, 0), (600, 0), "foot") == pytest.approx(500, abs=2)
    assert _seconds(street, spot, (0, 0), (600, 0), "ebike") == pytest.approx(144, abs=2)


def test_a_oneway_binds_vans_but_not_walkers(sketch: Sketch, spot: Spot) -> None:
    ring = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]
    street = sketch(ways=[(ring, {"oneway": 1})])
    there = _seconds(street, spot, (100, 0), (200, 0), "van")
    back = _seconds(street, spot, (200, 0), (100, 0), "van")
    assert back > 5 * there
    on_foot = _seconds(street, spot, (100, 0), (200, 0), "foot")
    assert on_foot == _seconds(street, spot, (200, 0), (100, 0), "foot")


@pytest.mark.parametrize(("mode", "bound"), [("foot", True), ("trolley", True), ("ebike", False)])
def test_a_oneway_for_walkers_binds_those_who_walk(
    sketch: Sketch, spot: Spot, mode: str, *, bound: bool
) -> None:
    ring = [(0, 0), (300, 0), (300, 300), (0, 300), (0, 0)]
    street = sketch(ways=[(ring, {"oneway_foot": 1})])
    there = _seconds(street, spot, (100, 0), (200, 0), mode)
    back = _seconds(street, spot, (200, 0), (100, 0), mode)
    assert (back > 5 * there) is bound


def test_a_tricycle_keeps_off_what_is_too_narrow_for_it(sketch: Sketch, spot: Spot) -> None:
    around = [(0, 0), (0, 300), (200, 300), (200, 0)]
    lane = ([(0, 0), (200, 0)], {"tricycle": False})
    district = sketch(ways=[(around, {}), lane])
    assert _seconds(district, spot, (0, 0), (200, 0), "tricycle") > 200
    assert _seconds(district, spot, (0, 0), (200, 0), "ebike") < 60
    gate = ((100, 0), {"tricycle": False, "barrier": "gate"})
    gated = sketch(ways=[(around, {}), ([(0, 0), (100, 0), (200, 0)], {})], gates=[gate])
    assert _seconds(gated, spot, (0, 0), (200, 0), "tricycle") > 200
    assert _seconds(gated, spot, (0, 0), (200, 0), "ebike") < 60


def test_steps_stop_whatever_has_wheels(sketch: Sketch) -> None:
    hill = sketch(
        ways=[
            ([(0, 0), (100, 0)], {}),
            ([(0, 0), (0, 400), (100, 400), (100, 0)], {}),
            ([(40, 0), (60, 0)], {"highway": "steps", "van": False, "bike": False}),
        ]
    )
    network = Network.of(hill, "trolley")
    assert "steps" not in set(hill.ways["highway"].iloc[np.unique(network.streets.way)])


def test_a_way_through_a_wall_without_a_gate_is_cut(sketch: Sketch, spot: Spot) -> None:
    around = [(0, 0), (0, 300), (200, 300), (200, 0)]
    district = sketch(
        ways=[(around, {}), ([(0, 0), (200, 0)], {})], walls=[[(100, -50), (100, 50)]]
    )
    assert _seconds(district, spot, (0, 0), (200, 0), "foot") > 600
    network = Network.of(district, "foot")
    assert ("network.way-blocked", "ways2") in {(f.code, f.place) for f in network.findings}


@pytest.mark.parametrize(
    ("opening", "seconds"),
    [
        ({"gates": [((100, 1), {})]}, 167),  # a gate drawn a metre beside the way
        ({"barriers": [((100, 0), {"barrier": "bollard"})]}, 167),  # an opening with a bollard
    ],
)
def test_a_gate_near_the_crossing_opens_the_wall(
    sketch: Sketch, spot: Spot, opening: dict[str, object], seconds: int
) -> None:
    district = sketch(
        ways=[
            ([(0, 0), (0, 300), (200, 300), (200, 0)], {}),
            ([(0, 0), (200, 0)], {}),
        ],
        walls=[[(100, -50), (100, 50)]],
        **opening,
    )
    assert _seconds(district, spot, (0, 0), (200, 0), "foot") == pytest.approx(seconds, abs=2)


def test_a_bridge_crosses_a_wall(sketch: Sketch, spot: Spot) -> None:
    district = sketch(
        ways=[([(0, 0), (200, 0)], {"covered": True})], walls=[[(100, -50), (100, 50)]]
    )
    assert _seconds(district, spot, (0, 0), (200, 0), "foot") == pytest.approx(167, abs=2)


def test_a_bollard_stops_a_van_only(sketch: Sketch, spot: Spot) -> None:
    district = sketch(
        ways=[
            ([(0, 0), (0, 300), (200, 300), (200, 0)], {}),
            ([(0, 0), (100, 0), (200, 0)], {}),
        ],
        barriers=[((100, 0), {"barrier": "bollard", "van": False})],
    )
    assert _seconds(district, spot, (10, 0), (190, 0), "van") > 100
    assert _seconds(district, spot, (10, 0), (190, 0), "ebike") < 60


def test_an_island_is_left_out_and_reported(sketch: Sketch, spot: Spot) -> None:
    grid = [([(0, y), (100, y), (200, y), (300, y)], {}) for y in (0, 100, 200)]
    grid += [([(x, 0), (x, 100), (x, 200)], {}) for x in (0, 100, 200, 300)]
    district = sketch(ways=[*grid, ([(500, 0), (520, 0)], {})])
    network = Network.of(district, "foot")
    assert [f.code for f in network.findings] == ["network.island"]
    stops = [
        Stop(id="near", lon=spot(50, 0)[0], lat=spot(50, 0)[1]),
        Stop(id="island", lon=spot(510, 0)[0], lat=spot(510, 0)[1]),
    ]
    assert travel_matrix(district, stops, "foot").distance_m[0, 1] == pytest.approx(460, abs=2)


def test_the_same_network_is_not_built_twice(small: District) -> None:
    gate = frozenset([small.gates["id"].iloc[0]])
    assert Network.of(small, "foot", gate) is Network.of(small, "foot", gate)
    assert Network.of(small, "foot", gate).streets is Network.of(small, "foot").streets
    assert Network.of(small, "foot") is not Network.of(small, "ebike")


def test_ways_that_were_forgotten_are_had_from_a_network_that_was_not(small: District) -> None:
    kept = Network.of(small, "foot")
    Network._streets.clear()
    assert (
        Network.of(small, "foot", frozenset([small.gates["id"].iloc[0]])).streets is kept.streets
    )


def test_an_unknown_mode_is_refused(small: District) -> None:
    with pytest.raises(ModeUnknown, match="camel"):
        Network.of(small, "camel")


def test_an_unknown_gate_is_refused(small: District) -> None:
    with pytest.raises(GateUnknown, match="nowhere"):
        Network.of(small, "foot", frozenset(["nowhere"]))


def test_closing_a_gate_beside_the_way_closes_the_wall(sketch: Sketch, spot: Spot) -> None:
    district = sketch(
        ways=[([(0, 0), (0, 300), (200, 300), (200, 0)], {}), ([(0, 0), (200, 0)], {})],
        walls=[[(100, -50), (100, 50)]],
        gates=[((100, 1), {})],
    )
    shut = Shut(gates=frozenset(["gates1"]))
    assert _seconds_with(district, spot, (10, 0), (190, 0), shut) > 600
    # the near half of the street leads as before
    assert _seconds_with(district, spot, (10, 0), (90, 0), shut) == pytest.approx(67, abs=2)


def test_a_wall_crossed_twice_needs_two_openings(sketch: Sketch, spot: Spot) -> None:
    around = [(0, 0), (0, 300), (200, 300), (200, 0)]
    district = sketch(
        ways=[(around, {}), ([(0, 0), (200, 0)], {})],
        walls=[[(60, -50), (60, 50), (140, 50), (140, -50)]],
        gates=[((60, 1), {})],
    )
    assert _seconds(district, spot, (0, 0), (200, 0), "foot") > 600


def test_an_area_closes_the_segments_that_cross_it(sketch: Sketch, spot: Spot) -> None:
    district = sketch(
        ways=[([(0, 0), (0, 300), (400, 300), (400, 0)], {}), ([(0, 0), (400, 0)], {})]
    )
    area = Polygon([spot(180, -9), spot(220, -9), spot(220, 9), spot(180, 9)])
    shut = Shut(areas=(area,))
    assert _seconds_with(district, spot, (100, 0), (300, 0), shut) > 600
    assert _seconds_with(district, spot, (10, 0), (110, 0), shut) == pytest.approx(83, abs=2)
    assert _seconds_with(district, spot, (10, 0), (200, 5), shut) == -1  # its door is inside


def test_a_closed_way_is_walked_around(sketch: Sketch, spot: Spot) -> None:
    district = sketch(
        ways=[([(0, 0), (0, 300), (200, 300), (200, 0)], {}), ([(0, 0), (200, 0)], {})]
    )
    shut = Shut(ways=frozenset(["ways2"]))
    assert _seconds_with(district, spot, (0, 10), (200, 10), shut) == pytest.approx(650, abs=3)


def test_what_closes_shares_what_was_prepared(small: District) -> None:
    network = Network.of(small, "foot")
    closed = Network.of(small, "foot", Shut(gates=frozenset(small.gates["id"])))
    assert closed.streets.topology is network.streets.topology
    assert closed.snapped is network.snapped
    assert Network.of(small, "foot", closed_gates=closed.closed_gates) is closed


def test_an_unknown_way_is_refused(small: District) -> None:
    with pytest.raises(ClosureRefused, match="nowhere"):
        Network.of(small, "foot", Shut(ways=frozenset(["nowhere"])))


def _seconds_with(
    district: District, spot: Spot, a: tuple[float, float], b: tuple[float, float], shut: Shut
) -> int:
    stops = [Stop(id=name, lon=spot(*p)[0], lat=spot(*p)[1]) for name, p in (("a", a), ("b", b))]
    return int(travel_matrix(district, stops, "foot", shut=shut).duration_s[0, 1])
