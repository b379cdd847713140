import pytest

from geodata.access import (
    barrier_note,
    barrier_passage,
    is_covered,
    oneway_for_walkers,
    oneways,
    tricycle_fits,
    way_kind,
    way_passage,
)


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
        ({"highway": "construction"}, ""),  # not there yet
        ({"highway": "residential", "construction": "yes"}, ""),  # torn up
        ({"highway": "residential", "construction": "minor"}, "foot bike van"),  # passable works
        ({"highway": "footway", "disused": "yes"}, ""),  # no longer there
        ({"highway": "service", "service": "driveway"}, "foot bike van"),  # to a door
        ({"highway": "service", "access": "destination"}, "foot bike van"),  # we have one
        ({"highway": "service", "access": "permissive"}, "foot bike van"),  # tolerated
        ({"highway": "service", "access": "customers"}, "foot bike van"),  # of those served
        ({"highway": "service", "access": "delivery"}, "foot bike van"),  # that is what we do
        ({"highway": "service", "access": "residents"}, "foot bike van"),  # those served
        ({"highway": "track", "access": "forestry"}, ""),  # other traffic
        ({"highway": "track", "motor_vehicle": "agricultural"}, "foot bike"),  # tractors
        ({"highway": "track", "tracktype": "grade1"}, "foot bike van"),  # paved
        ({"highway": "pedestrian", "motor_vehicle": "delivery"}, "foot van"),  # opened for vans
        ({"highway": "pedestrian", "access": "yes"}, "foot"),  # yes to all is yes to the usual
        ({"highway": "service", "vehicle": "no"}, "foot"),  # all that is ridden
        ({"highway": "service", "vehicle": "no", "bicycle": "yes"}, "foot bike"),  # but bikes
        ({"highway": "service", "motor_vehicle": "no", "goods": "yes"}, "foot bike van"),  # goods
        ({"highway": "service", "motorcar": "no"}, "foot bike"),  # a van is a car here
        ({"highway": "service", "hgv": "no"}, "foot bike van"),  # lorries only
        ({"highway": "service", "access": "unknown"}, "foot bike van"),  # says nothing
        ({"highway": "primary", "bicycle": "use_sidepath"}, "foot van"),  # beside it
        ({"highway": "primary", "foot": "use_sidepath"}, "bike van"),  # on the pavement drawn
        ({"highway": "primary", "motorroad": "yes"}, "van"),  # like a motorway
        ({"highway": "trunk"}, "van"),  # an express road
        ({"highway": "trunk", "sidewalk": "both", "cycleway": "track"}, "foot bike van"),  # street
        ({"highway": "motorway", "sidewalk": "both"}, "van"),  # never
        ({"highway": "cycleway", "bicycle": "dismount"}, "foot"),  # pushed is walked
        ({"highway": "path"}, "foot bike"),  # for all without a motor
        ({"highway": "path", "sac_scale": "mountain_hiking"}, "foot"),  # not on wheels
        ({"highway": "residential", "maxwidth": "1.5"}, "foot bike"),  # too narrow for vans
        ({"highway": "residential", "maxwidth": "180 cm"}, "foot bike"),  # the same
        ({"highway": "residential", "width": "0,6 m", "foot": "yes"}, "foot"),  # a crack
        ({"highway": "service", "maxheight": "1.9"}, "foot bike"),  # too low
        ({"highway": "service", "maxheight": "default"}, "foot bike van"),  # no number
        ({"highway": "service", "maxweight": "1.5"}, "foot bike"),  # too weak
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
        ({"barrier": "kissing_gate"}, "foot"),  # one at a time
        ({"barrier": "stile"}, "foot"),  # climbed
        ({"barrier": "cycle_barrier"}, "foot bike"),  # slowly
        ({"barrier": "lift_gate"}, "foot bike van"),  # lifted for the loop
        ({"barrier": "lift_gate", "motor_vehicle": "private"}, "foot bike van"),  # with a key
        ({"barrier": "bollard", "maxwidth:physical": "0.6"}, "foot"),  # too near together
        ({"barrier": "height_restrictor", "maxheight": "1.8"}, "foot bike"),  # too low
        ({"barrier": "gate", "bicycle": "dismount"}, "foot bike van"),  # pushed through
        ({"barrier": "jersey_barrier"}, "foot bike"),  # on a way one goes around it
        ({"barrier": "yes"}, "foot bike"),  # something stops cars
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
        ({"junction": "roundabout", "oneway": "no"}, 0, 0),  # unless stated
        ({"highway": "motorway"}, 1, 1),  # implied
        ({"oneway": "yes", "cycleway": "opposite_lane"}, 1, 0),  # contraflow
        ({"oneway": "yes", "cycleway:left": "opposite_track"}, 1, 0),  # on one side
        ({"oneway": "yes", "cycleway:left:oneway": "no"}, 1, 0),  # a two-way lane
        ({"oneway": "yes", "oneway:bicycle": "-1"}, 1, -1),  # the other way round
        ({"oneway:motor_vehicle": "yes"}, 1, 0),  # for cars alone
        ({"oneway": "reversible"}, 0, 0),  # by the hour: both
    ],
)
def test_oneways_bind_bikes_unless_said(tags: dict[str, str], van: int, bike: int) -> None:
    assert oneways(tags) == (van, bike)


def test_walkers_are_bound_by_no_oneway_but_their_own() -> None:
    assert oneway_for_walkers({"oneway": "yes"}) == 0
    assert oneway_for_walkers({"oneway:foot": "yes"}) == 1
    assert oneway_for_walkers({"foot:forward": "no"}) == -1


@pytest.mark.parametrize(
    ("tags", "kind"),
    [
        ({"highway": "steps"}, "steps"),  # no wheels
        ({"highway": "steps", "ramp:stroller": "yes"}, "ramp"),  # wheels of any number
        ({"highway": "steps", "ramp:bicycle": "yes"}, "steps"),  # one wheel only
        ({"highway": "footway", "ramp:wheelchair": "yes"}, "footway"),  # no steps
    ],
)
def test_steps_with_a_ramp_take_wheels(tags: dict[str, str], kind: str) -> None:
    assert way_kind(tags) == kind


def test_a_bridge_is_not_stopped_by_what_lies_below() -> None:
    assert is_covered({"bridge": "yes"})
    assert not is_covered({"tunnel": "no"})


@pytest.mark.parametrize(
    ("tags", "fits"),
    [
        ({"highway": "path"}, True),
        ({"highway": "path", "width": "1.0"}, False),
        ({"barrier": "gate", "maxwidth:physical": "1.5"}, True),
        ({"barrier": "gate", "opening": "110 cm"}, False),
        ({"highway": "path", "cargo_bike": "no"}, False),
    ],
)
def test_a_tricycle_needs_its_width(tags: dict[str, str], *, fits: bool) -> None:
    assert tricycle_fits(tags) is fits
