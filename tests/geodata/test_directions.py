import random

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.directions import legs
from geodata.district import District
from geodata.generate import generate_district
from geodata.matrix import Stop, travel_matrix
from geodata.modes import MODES
from geodata.network import Network

SMALL = generate_district("small", 7)
GATES = tuple(SMALL.gates["id"])
DOORS = tuple(p for p in SMALL.places() if p.kind == "stairwell")


def _stops(district: District, count: int) -> list[Stop]:
    doors = [p for p in district.places() if p.kind == "stairwell"]
    return [Stop(id=p.id, lon=p.lon, lat=p.lat) for p in random.Random(3).sample(doors, count)]


@pytest.mark.parametrize("mode", MODES)
def test_legs_add_up_to_the_matrix(helsinki: District, mode: str) -> None:
    stops = _stops(helsinki, 40)
    matrix = travel_matrix(helsinki, stops, mode)
    for number, leg in enumerate(legs(helsinki, stops, mode)):
        assert leg.duration_s == matrix.duration_s[number, number + 1]
        assert leg.distance_m == matrix.distance_m[number, number + 1]


@settings(max_examples=30, deadline=None)
@given(
    closed=st.frozensets(st.sampled_from(GATES)),
    mode=st.sampled_from(sorted(MODES)),
    doors=st.lists(st.sampled_from(DOORS), min_size=2, max_size=6),
)
def test_no_leg_passes_a_closed_gate_or_a_wall(
    closed: frozenset[str], mode: str, doors: list[object]
) -> None:
    stops = [Stop(id=p.id, lon=p.lon, lat=p.lat) for p in doors]  # type: ignore[attr-defined]
    shut = closed | set(SMALL.gates.loc[~SMALL.gates["open"], "id"])
    spots = SMALL.gates.set_index("id").geometry
    for leg in legs(SMALL, stops, mode, closed_gates=closed):
        assert not shut & set(leg.gates)
        if len(leg.line) > 1:
            line = shapely.LineString(leg.line)
            for gate in shut:
                assert line.distance(spots[gate]) > 1e-6
            for wall in SMALL.walls.geometry:
                # a wall is only met where a gate that was told stands in it
                for point in shapely.get_parts(line.intersection(wall)):
                    if point.is_empty:
                        continue
                    assert any(point.distance(spots[gate]) < 1e-6 for gate in leg.gates)


def test_a_line_runs_from_door_to_door(small: District) -> None:
    a, b = _stops(small, 2)
    (leg,) = legs(small, [a, b], "ebike")
    assert leg.line[0] == (a.lon, a.lat)
    assert leg.line[-1] == (b.lon, b.lat)
    assert (leg.origin, leg.target) == (a.id, b.id)


def test_gates_and_streets_come_in_the_order_passed(medium: District) -> None:
    doors = {p.code: p for p in medium.places()}
    stops = [
        Stop(id=code, lon=doors[code].lon, lat=doors[code].lat)
        for code in ("SY-01-01-1", "SY-02-01-1")
    ]
    (leg,) = legs(medium, stops, "ebike")
    codes = medium.gates.set_index("id")["code"]
    assert [codes[gate].rsplit("-", 1)[0] for gate in leg.gates] == ["SY-01", "SY-02"]
    assert leg.streets
    assert all(street.startswith("合成") for street in leg.streets)


def test_a_trip_may_end_where_it_began(small: District) -> None:
    a, b = _stops(small, 2)
    there, back = legs(small, [a, b, a], "foot")
    assert there.duration_s == back.duration_s
    assert there.line == tuple(reversed(back.line))


def test_staying_takes_no_time(small: District) -> None:
    (a,) = _stops(small, 1)
    (leg,) = legs(small, [a, a], "foot")
    assert (leg.duration_s, leg.distance_m, leg.gates) == (0, 0, ())


def test_a_leg_without_a_way_says_so(small: District) -> None:
    (a,) = _stops(small, 1)
    (leg,) = legs(small, [a, Stop(id="far", lon=24.9, lat=60.2)], "foot")
    assert (leg.duration_s, leg.distance_m, leg.line) == (-1, -1, ())


def test_one_stop_has_no_legs(small: District) -> None:
    assert legs(small, _stops(small, 1), "foot") == ()


def test_a_network_at_hand_is_used(small: District) -> None:
    network = Network.of(small, "ebike")
    stops = _stops(small, 3)
    assert legs(small, stops, "ignored", network=network) == legs(small, stops, "ebike")
