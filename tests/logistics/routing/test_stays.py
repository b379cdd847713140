"""The time that couriers take at doors, where goods are brought there."""

from dataclasses import replace

import pytest

from geodata.generated import generate_district
from geodata.inside.carrying import CarryPolicy, Stairwell
from geodata.inside.walking_list import DoorBag, walking_list
from logistics.domain.planning import RoutingPolicy
from logistics.routing.problem import build_problem
from logistics.routing.stays import door_stays

TO_SEALED_DOORS = RoutingPolicy(drop_modes=("stairwell", "stairwell", "door"))


@pytest.fixture(scope="module")
def district():
    return generate_district("small", seed=7)


@pytest.fixture
def inputs(make, district):
    """Ten bags for each of two stairwells of the map, one of them in a sealed zone."""
    marks = district.stairwells["id"].iloc[:2].tolist()
    slots = tuple(
        make.slot(number, id=f"d/{mark}", zone=zone)
        for number, (mark, zone) in enumerate(zip(marks, (0, 2), strict=True), start=1)
    )
    bags = tuple(
        make.bag(10 * at + n, 1, stairwell_id=slot.id, room=f"{n % 5 + 1}0{n // 5 + 1}")
        for at, slot in enumerate(slots)
        for n in range(10)
    )
    return make.inputs(slots=slots, bags=bags, policy=TO_SEALED_DOORS)


def test_only_where_goods_go_to_the_door_is_there_a_way_to_doors(inputs, district):
    assert set(door_stays(inputs, district)) == {(inputs.slots[1].id, "d/P1")}
    at_slots = replace(inputs, policy=RoutingPolicy())
    assert door_stays(at_slots, district) == {}


def test_a_visit_takes_the_walk_to_the_highest_bags_of_one_load(make, inputs, district):
    (stay_s,) = door_stays(inputs, district).values()
    slot = inputs.slots[1]
    rooms = ("501", "502", "401", "402", "301", "302")  # six of ten ride at once
    listed = walking_list(
        Stairwell.of(district, slot.id.removeprefix("d/")),
        [DoorBag(code=room, room=room, weight_g=8_000) for room in rooms],
        carrier="courier",
        zone="sealed",
    )
    assert stay_s == listed.total_s > len(rooms) * CarryPolicy().door_s
    problem, index = build_problem(inputs, make.matrices(inputs), door_stays(inputs, district))
    services = {index.job_stairwell[job.id]: job.service_s for job in problem.jobs}
    assert services == {inputs.slots[0].id: 120 + 6 * 15, slot.id: 120 + 6 * 15 + stay_s}


def test_whoever_has_more_in_one_load_stays_longer(make, inputs, district):
    (six,) = door_stays(inputs, district).values()
    larger = replace(inputs, carriers=(make.carrier(1, capacity_bags=10),))
    (ten,) = door_stays(larger, district).values()
    assert ten > six


def test_a_stairwell_that_the_map_has_lost_is_climbed_as_high_as_its_rooms_say(inputs, district):
    slot = replace(inputs.slots[1], id="d/gone")
    bags = tuple(replace(bag, stairwell_id=slot.id) for bag in inputs.bags[10:])
    (lost,) = door_stays(replace(inputs, slots=(slot,), bags=bags), district).values()
    listed = walking_list(
        Stairwell(id="any", levels=5, lift="no"),
        [
            DoorBag(code=r, room=r, weight_g=8_000)
            for r in ("501", "502", "401", "402", "301", "302")
        ],
        carrier="courier",
    )
    assert lost == listed.total_s
