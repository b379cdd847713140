"""Steps of ways drawn for the purpose, so that each rule is seen alone."""

from collections.abc import Callable

import pytest

from geodata.directions.legs import Leg, legs
from geodata.directions.turns import turn_kind
from geodata.district import District
from geodata.travel.matrix import Stop

Draw = Callable[..., District]
Spot = Callable[[float, float], tuple[float, float]]
NAMED = {"name_zh": "东街", "name_en": "East Street"}
OTHER = {"name_zh": "西街", "name_en": ""}
PATH = {"highway": "path"}


@pytest.fixture(name="leg")
def _leg(sketch: Draw, spot: Spot) -> Callable[..., Leg]:
    def walk(*ways: object, a: tuple[float, float], b: tuple[float, float], **more: object) -> Leg:
        district = sketch(ways=list(ways), **more)
        stops = [
            Stop(id=name, lon=spot(*s)[0], lat=spot(*s)[1]) for name, s in (("a", a), ("b", b))
        ]
        (leg,) = legs(district, stops, "foot")
        return leg

    return walk


def _kinds(leg: Leg) -> list[str]:
    return [step.kind for step in leg.steps]


@pytest.mark.parametrize(
    ("angle", "kind"),
    [
        (0, "straight"),
        (20, "straight"),  # OSRM: 160 degrees between both ways is still straight
        (-21, "slight_left"),
        (40, "slight_right"),
        (41, "turn_right"),
        (-120, "turn_left"),
        (121, "sharp_right"),
        (-169, "sharp_left"),
        (175, "u_turn"),
        (-180, "u_turn"),
    ],
)
def test_turns_are_named_by_their_angle(angle: float, kind: str) -> None:
    assert turn_kind(angle) == kind


def test_a_bend_where_nothing_branches_off_is_no_turn(leg: Callable[..., Leg]) -> None:
    found = leg(([(0, 0), (100, 0), (100, 100)], NAMED), a=(10, 2), b=(98, 90))
    assert _kinds(found) == ["depart", "arrive"]


def test_a_corner_where_one_could_go_on_is_a_turn(leg: Callable[..., Leg]) -> None:
    ways = [([(0, 0), (100, 0), (200, 0)], NAMED), ([(100, 0), (100, 100)], OTHER)]
    found = leg(*ways, a=(10, 2), b=(98, 90))
    assert _kinds(found) == ["depart", "turn_left", "arrive"]
    assert found.steps[1].street == "ways2"
    assert found.steps[0].heading_deg in range(88, 93)  # east
    assert found.steps[-1].side == "left"


def test_nothing_is_said_at_junctions_passed_straight(leg: Callable[..., Leg]) -> None:
    street = [(x, 0) for x in range(0, 500, 50)]
    ways = [(street, NAMED), *(([(x, 0), (x, 80)], PATH) for x in range(50, 450, 50))]
    assert _kinds(leg(*ways, a=(10, -2), b=(440, -2))) == ["depart", "arrive"]


def test_a_street_that_goes_on_by_another_name_is_said(leg: Callable[..., Leg]) -> None:
    ways = [([(0, 0), (100, 0)], NAMED), ([(100, 0), (200, 0)], OTHER)]
    found = leg(*ways, a=(10, -2), b=(190, -2))
    assert _kinds(found) == ["depart", "straight", "arrive"]


def test_a_jog_over_a_nameless_link_is_no_turn(leg: Callable[..., Leg]) -> None:
    ways = [
        ([(0, 0), (100, 0), (150, 0)], NAMED),
        ([(100, 0), (100, 8)], PATH),
        ([(50, 8), (100, 8), (200, 8)], NAMED),
    ]
    assert _kinds(leg(*ways, a=(10, -2), b=(190, 10)))[1:-1] in ([], ["straight"])


def test_steps_are_told_even_without_a_turn(leg: Callable[..., Leg]) -> None:
    ways = [
        ([(0, 0), (50, 0)], PATH),
        ([(50, 0), (60, 0)], {"highway": "steps"}),
        ([(60, 0), (120, 0)], PATH),
    ]
    found = leg(*ways, a=(5, -2), b=(110, -2))
    assert _kinds(found) == ["depart", "steps", "straight", "arrive"]
    assert found.steps[1].distance_m == 10


def test_a_street_crossed_on_a_path_is_told_once(leg: Callable[..., Leg]) -> None:
    ways = [
        ([(0, 0), (50, 0), (58, 0), (120, 0)], PATH),
        ([(50, -100), (50, 0), (50, 100)], NAMED),
        ([(58, -100), (58, 0), (58, 100)], NAMED),
    ]
    found = leg(*ways, a=(5, -2), b=(110, -2))
    assert _kinds(found) == ["depart", "cross", "arrive"]
    assert found.steps[1].street == "ways2"


def test_a_gate_without_a_compound_is_only_passed(leg: Callable[..., Leg]) -> None:
    ways = [([(0, 0), (50, 0), (120, 0)], PATH)]
    gates = [((50, 0), {"barrier": "gate", "open": True})]
    found = leg(*ways, a=(5, -2), b=(110, -2), gates=gates)
    assert _kinds(found) == ["depart", "gate", "arrive"]
    assert found.steps[1].gate == found.gates[0]


def test_a_short_stub_before_the_first_turn_is_swallowed(leg: Callable[..., Leg]) -> None:
    ways = [([(0, -50), (0, 0), (0, 50)], PATH), ([(0, 0), (100, 0)], NAMED)]
    found = leg(*ways, a=(1, -4), b=(90, -2))
    assert _kinds(found) == ["depart", "arrive"]
    assert found.steps[0].street == "ways2"


def test_a_door_straight_ahead_is_on_no_side(leg: Callable[..., Leg]) -> None:
    found = leg(([(0, 0), (100, 0)], NAMED), a=(10, -2), b=(110, 0))
    assert found.steps[-1].side == "ahead"
    assert found.steps[-1].distance_m == 10
