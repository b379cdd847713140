from collections.abc import Callable

import numpy as np
import pytest

from geodata.district import District
from geodata.matrix import Stop, travel_matrix
from geodata.network import GateUnknown, ModeUnknown, Network

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


def test_an_unknown_mode_is_refused(small: District) -> None:
    with pytest.raises(ModeUnknown, match="camel"):
        Network.of(small, "camel")


def test_an_unknown_gate_is_refused(small: District) -> None:
    with pytest.raises(GateUnknown, match="nowhere"):
        Network.of(small, "foot", frozenset(["nowhere"]))
