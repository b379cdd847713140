import pandas as pd
import pytest

from geodata.modes import MODES, SpeedRefused, lets_pass, modes_with, speed_m_s


def test_a_district_sets_speeds_of_its_own_and_leaves_the_others() -> None:
    modes = modes_with({"ebike": {"inner_m_s": 2.0}})
    assert speed_m_s(modes["ebike"], "service") == 2.0
    assert modes["ebike"].street_m_s == MODES["ebike"].street_m_s
    assert modes["van"] == MODES["van"]
    assert MODES["ebike"].inner_m_s != 2.0


@pytest.mark.parametrize(
    ("speeds", "code", "field"),
    [
        ({"drone": {"inner_m_s": 2.0}}, "map.speed-mode-unknown", "drone"),  # no such mode
        ({"van": {"name": 2.0}}, "map.speed-field-unknown", "name"),  # no speed
        ({"van": {"inner_m_s": 0}}, "map.speed-refused", "0"),  # never arrives
        ({"van": {"inner_m_s": -1}}, "map.speed-refused", "-1"),  # backwards
        ({"van": {"street_m_s": 40}}, "map.speed-refused", "40"),  # kilometres per hour
        ({"van": {"street_m_s": float("nan")}}, "map.speed-refused", "nan"),  # no number
        ({"van": {"street_m_s": True}}, "map.speed-refused", "True"),  # a word
    ],
)
def test_a_speed_that_cannot_be_is_refused(
    speeds: dict[str, dict[str, float]], code: str, field: str
) -> None:
    with pytest.raises(SpeedRefused) as refusal:
        modes_with(speeds)
    assert refusal.value.code == code
    assert refusal.value.facts["found"] == field
    assert refusal.value.facts["mend"]


@pytest.mark.parametrize("mode", MODES.values(), ids=list(MODES))
def test_every_mode_is_slower_inside_than_on_streets_and_slowest_on_steps(mode: object) -> None:
    one = MODES[mode.name]  # type: ignore[attr-defined]
    assert 0 < speed_m_s(one, "steps") <= speed_m_s(one, "footway")
    assert speed_m_s(one, "service") <= speed_m_s(one, "residential")


@pytest.mark.parametrize(
    ("barrier", "van", "passing"),
    [
        ("gate", True, "foot trolley ebike tricycle van"),  # wide
        ("bollard", False, "foot trolley ebike"),  # a tricycle is too wide
        ("bollard", True, "foot trolley ebike tricycle van"),  # lowered for cars
        ("cycle_barrier", False, "foot trolley ebike"),  # bikes squeeze through
        ("kerb", True, "foot trolley ebike tricycle van"),  # low
    ],
)
def test_a_tricycle_passes_no_narrow_barrier(barrier: str, *, van: bool, passing: str) -> None:
    frame = pd.DataFrame(
        {"barrier": [barrier], "foot": [True], "bike": [True], "van": [van], "tricycle": [True]}
    )
    assert [name for name, mode in MODES.items() if lets_pass(mode, frame)[0]] == passing.split()


def test_a_trolley_passes_no_stile_that_a_walker_climbs() -> None:
    frame = pd.DataFrame({"barrier": ["stile"], "foot": [True], "bike": [False], "van": [False]})
    assert lets_pass(MODES["foot"], frame)[0]
    assert not lets_pass(MODES["trolley"], frame)[0]
