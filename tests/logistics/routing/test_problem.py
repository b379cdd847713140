"""From packed bags to arrays."""

from dataclasses import replace
from types import SimpleNamespace

import pytest

from logistics.domain.planning import RoutingPolicy
from logistics.routing.problem import build_problem, locations

HOUR = 3600


def made(make: SimpleNamespace, **changes):
    inputs = make.inputs(**changes)
    return build_problem(inputs, make.matrices(inputs))


def test_a_stairwell_is_one_job_with_its_bags_as_parts(make):
    problem, index = made(make)
    assert len(problem.jobs) == 4
    job = problem.jobs[0]
    assert job.parts == ((8_000, 20_000, 1),) * 10
    assert job.delivery == (80_000, 200_000, 10)
    assert len(index.job_bags[job.id]) == 10


def test_every_bag_is_in_exactly_one_job(make):
    inputs = make.inputs()
    _, index = build_problem(inputs, make.matrices(inputs))
    bags = [bag.id for bags in index.job_bags.values() for bag in bags]
    assert sorted(bags) == sorted(bag.id for bag in inputs.bags)


def test_bags_of_one_stairwell_at_two_points_are_two_jobs(make):
    inputs = make.inputs()
    second = replace(inputs.points[0], id="d/P2", code="P2")
    bags = (make.bag(1, 1), make.bag(2, 1, point_id="d/P2"))
    problem, _ = made(make, points=(*inputs.points, second), bags=bags)
    assert [job.points for job in problem.jobs] == [(0,), (1,)]
    assert {job.location for job in problem.jobs} == {2}


def test_stairwells_without_bags_are_no_locations(make):
    inputs = make.inputs(bags=(make.bag(1, 2),))
    assert [spot.id for spot in locations(inputs)] == ["d/P1", "d/s2"]


def test_each_cohort_has_bays_of_its_own(make):
    inputs = make.inputs()
    couriers = (make.carrier(1, cohort="A"), make.carrier(2, cohort="B"))
    problem, _ = made(make, points=(replace(inputs.points[0], bays=4),), carriers=couriers)
    assert [(bay.location, bay.lanes) for bay in problem.bays] == [(0, 2), (1, 2)]
    assert [vehicle.points for vehicle in problem.vehicles] == [(0,), (1,)]
    assert problem.jobs[0].points == (0, 1)


def test_the_most_urgent_household_lifts_its_stairwell(make):
    problem, index = made(make, bags=(make.bag(1, 1), make.bag(2, 1, need_tier=0), make.bag(3, 2)))
    assert problem.jobs[0].priority > 80 > problem.jobs[1].priority
    assert index.job_bags[1][0].need_tier == 0  # carried first where the load is split


def test_a_visit_takes_time_for_the_bags_of_one_load_only(make):
    problem, _ = made(make)
    assert problem.jobs[0].service_s == 120 + 6 * 15  # ten bags wait, six ride at once


def test_slots_are_closed_while_leaders_collect(make):
    problem, _ = made(make)
    assert problem.places[0].closed == ((11 * HOUR, 11 * HOUR + 600),)
    assert problem.places[0].separation_s == problem.separation_s == 600
    assert problem.places[0].lanes == 1


def test_zones_and_permits_are_ranks(make):
    problem, _ = made(
        make,
        slots=(make.slot(1, zone=2),),
        bags=(make.bag(1, 1),),
        carriers=(make.carrier(1, zone_max=1, cohort="north"),),
    )
    assert problem.jobs[0].zone == 2
    assert (problem.vehicles[0].zone_max, problem.vehicles[0].cohort) == (1, "north")


def test_an_unreachable_stairwell_is_left_out_with_its_reason(make):
    inputs = make.inputs()
    problem, index = build_problem(inputs, make.matrices(inputs, cut_off=("d/s3",)))
    assert len(problem.jobs) == 3
    left = index.unreachable
    assert len(left) == 10
    assert left[0].code == "unreachable"
    assert left[0].facts["stairwell"] == "JQ-01-02-3"
    assert left[0].next_action == "check-gates"


def test_the_digest_names_all_that_was_read(make):
    inputs = make.inputs()
    assert inputs.digest() == make.inputs().digest()
    for change in (
        {"closed_gates": ("g1",)},
        {"carriers": inputs.carriers[:1]},
        {"bags": inputs.bags[:-1]},
        {"slots": (make.slot(1, zone=1), *inputs.slots[1:])},
    ):
        assert replace(inputs, **change).digest() != inputs.digest()


def test_leaders_come_every_two_hours_unless_the_policy_says_when():
    usual = RoutingPolicy.of({})
    assert usual.rounds[0] == (11 * HOUR + 1800, 11 * HOUR + 2400)
    assert len(usual.rounds) == 4
    said = RoutingPolicy.of({"leader_start": "12:00:00", "leader_end": "13:00:00"})
    assert said.rounds == ((12 * HOUR, 13 * HOUR),)
    hourly = RoutingPolicy.of({"leader_every_s": HOUR, "leader_stay_s": 300, "face_weight": 9})
    assert hourly.rounds[0] == (10 * HOUR + 1800, 10 * HOUR + 2100)
    assert hourly.face_weight == 9


@pytest.mark.parametrize(
    "wrong",
    [
        {"drop_from_s": 10, "drop_until_s": 10},  # no time at all
        {"rounds": ((20, 10),)},  # ends before it starts
    ],
)
def test_a_policy_without_sense_is_refused(wrong):
    with pytest.raises(ValueError, match="after"):
        RoutingPolicy(**wrong)
