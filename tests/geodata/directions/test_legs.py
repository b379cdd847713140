import random
from collections.abc import Callable
from dataclasses import replace
from typing import Literal

import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.closures import Shut
from geodata.directions.legs import Leg, legs
from geodata.directions.phrases import directions, hints, phrase
from geodata.directions.turns import KINDS
from geodata.district import District, layer_frame
from geodata.generated import generate_district
from geodata.modes import MODES
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import Network

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
        _check_steps(leg)


def _check_steps(leg: Leg) -> None:
    if leg.duration_s <= 0:
        assert leg.steps == () or leg.duration_s == 0
        return
    assert sum(step.duration_s for step in leg.steps) == leg.duration_s
    assert sum(step.distance_m for step in leg.steps) == leg.distance_m
    assert all(step.duration_s >= 0 and step.distance_m >= 0 for step in leg.steps)
    assert {step.kind for step in leg.steps} <= set(KINDS)
    assert [step.kind for step in leg.steps if step.kind in ("depart", "arrive")] == [
        "depart",
        "arrive",
    ]
    assert (leg.steps[0].place, leg.steps[-1].place) == (leg.origin, leg.target)
    assert tuple(step.gate for step in leg.steps if step.gate) == leg.gates


@settings(max_examples=40, deadline=None)
@given(
    closed=st.frozensets(st.sampled_from(GATES), max_size=4),
    mode=st.sampled_from(sorted(MODES)),
    spots=st.lists(
        st.tuples(st.floats(0, 1), st.floats(0, 1)), min_size=2, max_size=5, unique=True
    ),
)
def test_steps_add_up_between_any_spots(
    closed: frozenset[str], mode: str, spots: list[tuple[float, float]]
) -> None:
    west, south, east, north = SMALL.bounds()
    stops = [
        Stop(id=str(n), lon=west + x * (east - west), lat=south + y * (north - south))
        for n, (x, y) in enumerate(spots)
    ]
    network = Network.of(SMALL, mode, closed)
    matrix = travel_matrix(SMALL, stops, mode, network=network)
    for number, leg in enumerate(legs(SMALL, stops, mode, network=network)):
        assert leg.duration_s == matrix.duration_s[number, number + 1]
        assert leg.distance_m == matrix.distance_m[number, number + 1]
        _check_steps(leg)


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


def test_gates_and_streets_come_in_the_order_passed(two_compounds: District) -> None:
    leg = _between(two_compounds, "CJ-03-2", "QS-05-1", "ebike")
    codes = two_compounds.gates.set_index("id")["name_zh"]
    assert [codes[gate] for gate in leg.gates] == ["春江苑南门", "2号门"]
    assert leg.streets == ("文景街",)


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


@settings(max_examples=20, deadline=None)
@given(
    ways=st.frozensets(st.sampled_from(tuple(SMALL.ways["id"])), min_size=1, max_size=4),
    mode=st.sampled_from(sorted(MODES)),
    doors=st.lists(st.sampled_from(DOORS), min_size=2, max_size=4),
)
def test_no_step_follows_a_closed_way(
    ways: frozenset[str], mode: str, doors: list[object]
) -> None:
    stops = [Stop(id=p.id, lon=p.lon, lat=p.lat) for p in doors]  # type: ignore[attr-defined]
    shut = Shut(ways=ways)
    found = legs(SMALL, stops, mode, shut=shut)
    assert found == legs(SMALL, stops, mode, network=Network.of(SMALL, mode, shut))
    for leg in found:
        _check_steps(leg)
        followed = {step.street for step in leg.steps if step.kind != "cross"}
        assert not ways & followed


def test_a_network_at_hand_is_used(small: District) -> None:
    network = Network.of(small, "ebike")
    stops = _stops(small, 3)
    assert legs(small, stops, "ignored", network=network) == legs(small, stops, "ebike")


Language = Literal["zh", "en"]


@pytest.fixture(name="two_compounds", scope="module")
def _two_compounds(
    sketch: Callable[..., District], spot: Callable[[float, float], tuple[float, float]]
) -> District:
    """Two walled compounds on one street, each with a gate to it."""
    inner = {"highway": "service"}
    drawn = sketch(
        name="文景",
        ways=[
            ([(-100, 0), (75, 0), (275, 0), (400, 0)], {"name_zh": "文景街", "name_en": ""}),
            ([(75, 0), (75, 20), (75, 80), (75, 140)], inner),
            ([(10, 80), (75, 80), (140, 80)], {"highway": "path"}),
            ([(275, 0), (275, 20), (275, 60), (275, 140)], inner),
            ([(275, 60), (340, 60)], {"highway": "path"}),
        ],
        walls=[
            [(75, 20), (150, 20), (150, 150), (0, 150), (0, 20), (75, 20)],
            [(275, 20), (350, 20), (350, 150), (200, 150), (200, 20), (275, 20)],
        ],
        gates=[
            ((75, 20), _named("春江苑南门", "Chunjiang Court, South Gate")),
            ((275, 20), _named("2号门", "Gate 2")),
        ],
    )
    rings = {"c1": (0, 20, 150, 150), "c2": (200, 20, 350, 150)}
    names = {"c1": ("春江苑", "Chunjiang Court"), "c2": ("秋水新村", "Qiushui Village")}
    houses = {"b1": ("c1", 100, 84, 140, 96), "b2": ("c2", 300, 64, 340, 76)}
    doors = {
        "CJ-03-2": ("b1", (120, 84), "春江苑3幢2单元", "Chunjiang Court, Building 3, Stairwell 2"),
        "QS-05-1": (
            "b2",
            (320, 64),
            "秋水新村5幢1单元",
            "Qiushui Village, Building 5, Stairwell 1",
        ),
    }

    def area(west: float, south: float, east: float, north: float) -> shapely.Polygon:
        corners = [(west, south), (east, south), (east, north), (west, north)]
        return shapely.Polygon([spot(*corner) for corner in corners])

    compounds = [
        {"id": c, "code": c, "walled": True, "geometry": area(*ring)} | _named(*names[c])
        for c, ring in rings.items()
    ]
    buildings = [
        {"id": b, "compound_id": c, "code": b, "levels": 6, "note": "", "dwelling": True}
        | _named("", "")
        | {"geometry": area(*ring)}
        for b, (c, *ring) in houses.items()
    ]
    stairwells = [
        {"id": f"id:{code}", "building_id": b, "code": code, "levels": 6, "derived": False}
        | _named(zh, en)
        | {"geometry": shapely.Point(spot(*at))}
        for code, (b, at, zh, en) in doors.items()
    ]
    return replace(
        drawn,
        compounds=layer_frame("compounds", compounds),
        gates=drawn.gates.assign(compound_id=["c1", "c2"]),
        buildings=layer_frame("buildings", buildings),
        stairwells=layer_frame("stairwells", stairwells),
    )


def _named(zh: str, en: str) -> dict[str, str]:
    return {"name_zh": zh, "name_en": en}


def _between(district: District, a: str, b: str, mode: str) -> Leg:
    doors = {p.code: p for p in district.places()}
    stops = [Stop(id=code, lon=doors[code].lon, lat=doors[code].lat) for code in (a, b)]
    (leg,) = legs(district, stops, mode)
    return leg


@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_courier_reads_the_way(two_compounds: District, language: Language) -> None:
    leg = _between(two_compounds, "CJ-03-2", "QS-05-1", "ebike")
    assert directions(leg.steps, two_compounds, language) == DIRECTIONS[language]
    assert hints(leg.steps, two_compounds, language) == HINTS[language]


def test_turning_back_is_the_other_turn(two_compounds: District) -> None:
    there = _between(two_compounds, "CJ-03-2", "QS-05-1", "foot")
    back = _between(two_compounds, "QS-05-1", "CJ-03-2", "foot")
    turns = [step.angle_deg for step in there.steps if step.angle_deg]
    assert len(turns) == 4
    mirrored = [-step.angle_deg for step in reversed(back.steps) if step.angle_deg]
    assert mirrored == pytest.approx(turns, abs=2)
    assert (there.duration_s, there.distance_m) == (back.duration_s, back.distance_m)


def test_a_gate_is_left_and_entered_on_the_right_side(two_compounds: District) -> None:
    leg = _between(two_compounds, "CJ-03-2", "QS-05-1", "ebike")
    told = [(step.kind, step.compound) for step in leg.steps if step.gate]
    assert told == [("leave_compound", "c1"), ("enter_compound", "c2")]


def test_a_chinese_name_without_an_english_one_is_quoted(
    sketch: Callable[..., District], spot: Callable[[float, float], tuple[float, float]]
) -> None:
    district = sketch(
        ways=[
            ([(0, 0), (100, 0), (200, 0)], {"name_zh": "东街", "name_en": ""}),
            ([(100, 0), (100, 100)], {"name_zh": "春江路", "name_en": ""}),
        ]
    )
    a, b = spot(10, 2), spot(98, 90)
    stops = [Stop(id="a", lon=a[0], lat=a[1]), Stop(id="b", lon=b[0], lat=b[1])]
    (leg,) = legs(district, stops, "foot")
    assert phrase(leg.steps[1], district, "en") == 'turn left into "春江路", 90 m'
    assert phrase(leg.steps[1], district, "zh") == "向左转进入春江路，直行90米"


@pytest.mark.parametrize("highway", ["steps", "ramp"])
def test_steps_are_told_with_a_ramp_and_without(
    sketch: Callable[..., District], spot: Callable[..., tuple[float, float]], highway: str
) -> None:
    stairs = ([(100, 0), (110, 0)], {"highway": highway, "bike": False, "van": False})
    hill = sketch(ways=[([(0, 0), (100, 0)], {}), stairs, ([(110, 0), (200, 0)], {})])
    stops = [Stop(id=f"{x}", lon=spot(x, 0)[0], lat=spot(x, 0)[1]) for x in (10, 190)]
    (leg,) = legs(hill, stops, "trolley" if highway == "ramp" else "foot")
    assert "; take the steps, " in directions(leg.steps, hill, "en")


@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_step_of_a_real_town_has_words(helsinki: District, language: Language) -> None:
    for leg in legs(helsinki, _stops(helsinki, 40), "foot"):
        for step in leg.steps:
            said = phrase(step, helsinki, language)
            assert said
            assert "None" not in said
            assert "{" not in said


def test_no_way_and_no_move_are_silent(small: District) -> None:
    assert directions((), small, "zh") == hints((), small, "en") == ""


DIRECTIONS = {
    "zh": (
        "从春江苑3幢2单元出发，沿小路向西行49米；向左转，沿小区内道路直行60米；"
        "从南门离开春江苑，直行20米；向左转进入文景街，直行200米；向左转，沿通道直行20米；"
        "从2号门进入秋水新村，直行40米；向右转，沿小路直行45米；到达秋水新村5幢1单元，在左侧。"
    ),
    "en": (
        "From Chunjiang Court, Building 3, Stairwell 2 go west along the path, 49 m; "
        "turn left along the road inside the compound, 60 m; "
        "leave Chunjiang Court by the South Gate, 20 m; "
        'turn left into "文景街", 200 m; turn left along the service road, 20 m; '
        "enter Qiushui Village by Gate 2, 40 m; turn right along the path, 45 m; "
        "arrive at Qiushui Village, Building 5, Stairwell 1 on the left."
    ),
}
HINTS = {
    "zh": (
        "向西 小路 49米 → 左转 小区路 60米 → 出南门 20米 → 左转 文景街 200米 → "
        "左转 通道 20米 → 进2号门 40米 → 右转 小路 45米 → 到，在左侧"
    ),
    "en": (
        "west, path 49 m → left inner road 60 m → out by the South Gate 20 m → "
        'left "文景街" 200 m → left service road 20 m → in by Gate 2 40 m → right path 45 m → '
        "door on the left"
    ),
}
