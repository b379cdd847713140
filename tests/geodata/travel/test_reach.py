from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry import Polygon

from geodata.closures import Shut
from geodata.district import District
from geodata.generated import generate_district
from geodata.travel.matrix import Stop, travel_matrix, unreachable_stops
from geodata.travel.reach import REASONS, unreached

Spot = Callable[[float, float], tuple[float, float]]
Sketch = Callable[..., District]

STREET = ([(0, 0), (50, 0), (100, 0), (200, 0)], {})
LANE = ([(50, 0), (50, 20), (50, 60), (50, 90)], {"highway": "service"})
WALL = [(0, 20), (50, 20), (100, 20), (100, 100), (0, 100), (0, 20)]
GATE = ((50, 20), {"barrier": "gate", "open": True, "foot": True, "bike": True, "van": True})
SMALL = generate_district("small", 7)
GATES = sorted(SMALL.gates["id"])


def _stops(spot: Spot, *places: tuple[float, float]) -> list[Stop]:
    outside = [(20, 3), (120, 3), (160, 3)]
    return [
        Stop(id=f"s{n}", lon=lon, lat=lat)
        for n, (lon, lat) in enumerate(spot(*place) for place in (*places, *outside))
    ]


def _reasons(*args: Any) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(one.stop, one.reason, one.places) for one in unreached(*args)]


@pytest.fixture(scope="session")
def compound(sketch: Sketch) -> District:
    return sketch(ways=[STREET, LANE], walls=[WALL], gates=[GATE], name="compound")


def test_all_is_reached_while_all_is_open(compound: District, spot: Spot) -> None:
    assert unreached(compound, _stops(spot, (55, 70)), "van") == ()


def test_a_closed_gate_is_named(compound: District, spot: Spot) -> None:
    shut = Shut(gates=frozenset(["gates1"]))
    assert _reasons(compound, _stops(spot, (55, 70)), "foot", shut) == [
        ("s0", "gate", ("gates1",))
    ]


def test_a_gate_closed_by_rule_is_named(sketch: Sketch, spot: Spot) -> None:
    closed = (GATE[0], GATE[1] | {"open": False})
    district = sketch(ways=[STREET, LANE], walls=[WALL], gates=[closed], name="by rule")
    assert _reasons(district, _stops(spot, (55, 70)), "foot") == [("s0", "gate", ("gates1",))]


def test_a_gate_beside_the_way_closes_the_opening_in_the_wall(sketch: Sketch, spot: Spot) -> None:
    lane = ([(50, 0), (50, 90)], {"highway": "service"})  # runs through the wall in one piece
    beside = ((51, 21), GATE[1])
    wall = [(0, 20), (100, 20), (100, 100), (0, 100), (0, 20)]
    district = sketch(ways=[STREET, lane], walls=[wall], gates=[beside], name="beside")
    stops = _stops(spot, (55, 70))
    assert unreached(district, stops, "foot") == ()
    assert _reasons(district, stops, "foot", Shut(gates=frozenset(["gates1"]))) == [
        ("s0", "gate", ("gates1",))
    ]


def test_only_the_gates_that_must_open_are_named(sketch: Sketch, spot: Spot) -> None:
    other = ([(75, 0), (75, 20), (75, 60), (50, 60)], {"highway": "service"})
    street = ([(0, 0), (50, 0), (75, 0), (200, 0)], {})
    wall = [(0, 20), (50, 20), (75, 20), (100, 20), (100, 100), (0, 100), (0, 20)]
    inner = ((75, 60), GATE[1])
    district = sketch(
        ways=[street, LANE, other], walls=[wall], gates=[GATE, ((75, 20), GATE[1]), inner]
    )
    shut = Shut(gates=frozenset(["gates1", "gates2", "gates3"]))
    assert _reasons(district, _stops(spot, (52, 80)), "foot", shut) == [
        ("s0", "gate", ("gates1",))  # not the two of the other way in
    ]


def test_a_closed_way_is_named(compound: District, spot: Spot) -> None:
    shut = Shut(ways=frozenset(["ways2"]))
    assert _reasons(compound, _stops(spot, (55, 70)), "foot", shut) == [("s0", "way", ("ways2",))]


def test_a_closed_area_is_named(compound: District, spot: Spot) -> None:
    area = Polygon([spot(40, 30), spot(60, 30), spot(60, 40), spot(40, 40)])
    assert _reasons(compound, _stops(spot, (55, 70)), "foot", Shut(areas=(area,))) == [
        ("s0", "area", ("1",))
    ]


def test_a_gate_for_walkers_only_is_named_for_vans(sketch: Sketch, spot: Spot) -> None:
    narrow = (GATE[0], GATE[1] | {"van": False})
    district = sketch(ways=[STREET, LANE], walls=[WALL], gates=[narrow], name="narrow")
    stops = _stops(spot, (55, 70))
    assert unreached(district, stops, "foot") == ()
    assert _reasons(district, stops, "van") == [("s0", "barrier", ("gates1",))]


def test_a_way_through_a_wall_without_a_gate_is_named(sketch: Sketch, spot: Spot) -> None:
    wall = [(0, 20), (100, 20), (100, 100), (0, 100), (0, 20)]
    lane = ([(50, 0), (50, 15), (50, 25), (50, 90)], {})
    district = sketch(ways=[STREET, lane], walls=[wall], name="cut")
    assert _reasons(district, _stops(spot, (55, 70)), "foot") == [("s0", "wall", ("ways2",))]


def test_an_island_is_named(sketch: Sketch, spot: Spot) -> None:
    island = ([(700, 0), (720, 0)], {})
    district = sketch(ways=[STREET, LANE, island], name="island")
    assert _reasons(district, _stops(spot, (710, 5)), "foot") == [("s0", "island", ("ways3",))]


def test_steps_alone_let_no_trolley_up(sketch: Sketch, spot: Spot) -> None:
    steps = ([(200, 0), (600, 0)], {"highway": "steps"})
    district = sketch(ways=[STREET, steps], name="steps")
    stops = _stops(spot, (550, 5))
    assert unreached(district, stops, "foot") == ()
    assert _reasons(district, stops, "trolley") == [("s0", "mode", ("ways2",))]


def test_a_door_behind_a_wall_names_the_wall(sketch: Sketch, spot: Spot) -> None:
    district = sketch(ways=[STREET], walls=[[(-400, 5), (600, 5)]], name="wall")
    stops = [Stop(id="s0", lon=spot(60, 9)[0], lat=spot(60, 9)[1])]
    stops += [replace(s, id=f"t{s.id}") for s in _stops(spot)]
    assert _reasons(district, stops, "foot") == [("s0", "behind-wall", ("walls1",))]


def test_a_door_in_a_closed_court_names_the_house(sketch: Sketch, spot: Spot) -> None:
    sides = [(40, 10, 80, 12), (40, 48, 80, 50), (40, 10, 42, 50), (78, 10, 80, 50)]
    houses = [[(w, s), (e, s), (e, n), (w, n)] for w, s, e, n in sides]
    district = sketch(ways=[STREET], buildings=houses, name="court")
    found = unreached(district, _stops(spot, (60, 30)), "foot")
    assert [(one.reason, one.places) for one in found] == [
        ("hidden", ("buildings1",))
    ]  # the one towards the street


def test_a_door_far_from_all_says_so_as_a_finding(sketch: Sketch, spot: Spot) -> None:
    district = sketch(ways=[STREET], name="far")
    (found,) = unreached(district, _stops(spot, (60, 600)), "foot")
    assert found.finding().code == "reach.nothing-near"
    assert found.mend == REASONS["nothing-near"]


@settings(max_examples=20, deadline=None)
@given(closed=st.frozensets(st.sampled_from(GATES)), mode=st.sampled_from(("foot", "van")))
def test_those_without_a_reason_are_those_the_matrix_reaches(
    closed: frozenset[str], mode: str
) -> None:
    doors = [(p.id, p.lon, p.lat) for p in SMALL.places() if p.kind == "stairwell"]
    stops = [Stop(id=i, lon=lon, lat=lat) for i, lon, lat in doors[::3]]
    found = unreached(SMALL, stops, mode, Shut(gates=closed))
    matrix = travel_matrix(SMALL, stops, mode, closed_gates=closed)
    assert len(found) == len(unreachable_stops(matrix))
    for one in found:
        assert one.reason == "gate"
        assert set(one.places) <= closed | set(SMALL.gates.loc[~SMALL.gates["open"], "id"])
