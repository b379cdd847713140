import pytest

from geodata.access import barrier_note, barrier_passage, is_covered, oneways, way_passage


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        ({"highway": "residential"}, "foot bike van"),  # a street
        ({"highway": "footway"}, "foot"),  # walkers only
        ({"highway": "footway", "bicycle": "yes"}, "foot bike"),  # opened for bikes
        ({"highway": "cycleway"}, "foot bike"),  # shared with walkers
        ({"highway": "cycleway", "foot": "no"}, "bike"),  # not shared
        ({"highway": "service", "access": "private"}, "foot bike van"),  # of the compound served
        ({"highway": "service", "access": "no"}, ""),  # closed to all
        ({"highway": "service", "access": "no", "foot": "yes"}, "foot"),  # the special overrides
        ({"highway": "residential", "motor_vehicle": "no"}, "foot bike"),  # car-free street
        ({"highway": "motorway"}, "van"),  # neither walkers nor bikes
        ({"highway": "steps"}, "foot"),  # modes with wheels avoid them later
        ({"highway": "proposed"}, ""),  # not there
        ({}, ""),  # no way at all
    ],
)
def test_a_way_lets_through_what_its_tags_say(tags: dict[str, str], allowed: str) -> None:
    passage = way_passage(tags)
    found = [kind for kind in ("foot", "bike", "van") if passage and getattr(passage, kind)]
    assert found == allowed.split()


@pytest.mark.parametrize(
    ("tags", "allowed"),
    [
        ({"barrier": "gate"}, "foot bike van"),  # untagged: opened for the loop
        ({"barrier": "gate", "access": "private"}, "foot bike van"),  # of those who live there
        ({"barrier": "gate", "access": "no"}, ""),  # closed
        (
            {"barrier": "gate", "access": "private", "bicycle": "no", "foot": "no"},
            "van",
        ),  # cars with a key
        ({"barrier": "bollard"}, "foot bike"),  # too narrow for vans
        ({"barrier": "bollard", "motor_vehicle": "yes"}, "foot bike van"),  # can be lowered
        ({"barrier": "turnstile"}, "foot"),  # walkers only
        ({"barrier": "wall"}, ""),  # a wall is a wall
        ({"barrier": "gate", "access": "conditional=yes @ (Mo-Fr)"}, "foot bike van"),  # told
    ],
)
def test_a_barrier_lets_through_what_its_tags_say(tags: dict[str, str], allowed: str) -> None:
    passage = barrier_passage(tags)
    found = [kind for kind in ("foot", "bike", "van") if getattr(passage, kind)]
    assert found == allowed.split()


def test_a_gate_repeats_the_hours_of_the_map() -> None:
    tags = {"barrier": "gate", "access": "private", "opening_hours": "06:00-22:00"}
    assert barrier_note(tags) == "access=private; 06:00-22:00"


@pytest.mark.parametrize(
    ("tags", "van", "bike"),
    [
        ({"oneway": "yes"}, 1, 1),  # for all
        ({"oneway": "yes", "oneway:bicycle": "no"}, 1, 0),  # bikes both ways
        ({"oneway": "-1"}, -1, -1),  # against the line
        ({"junction": "roundabout"}, 1, 1),  # implied
        ({}, 0, 0),  # both ways
    ],
)
def test_oneways_bind_bikes_unless_said(tags: dict[str, str], van: int, bike: int) -> None:
    assert oneways(tags) == (van, bike)


def test_a_bridge_is_not_stopped_by_what_lies_below() -> None:
    assert is_covered({"bridge": "yes"})
    assert not is_covered({"tunnel": "no"})
