"""More bags for one stairwell than one job of the search can hold."""

from collections import Counter
from dataclasses import replace

from logistics.domain.plan_locks import PlanLock
from logistics.domain.planning import RoutingPolicy
from logistics.routing.answer import trips_of, unserved_of
from logistics.routing.locks import with_locks
from logistics.routing.problem import build_problem
from logistics.routing.read_back import Kept, index_of
from solver.check import check
from solver.search import solve

HOUR = 3600
ROOMY = RoutingPolicy(shelf_bags=200, rounds=((17 * HOUR, 17 * HOUR + 600),))
STEPS = 2


def large(make, *, bags: int, **changes):
    """Make one stairwell's bags, each of a weight of its own, and two couriers of ten a load."""
    return make.inputs(
        slots=(make.slot(1),),
        bags=tuple(make.bag(n, 1, weight_g=2_000 + n, need_tier=n % 3) for n in range(bags)),
        carriers=tuple(make.carrier(n, capacity_bags=10, max_trips=12) for n in (1, 2)),
        **changes,
    )


def built(make, inputs):
    return build_problem(inputs, make.matrices(inputs))


def test_ninety_bags_of_one_stairwell_are_all_brought(make):
    inputs = large(make, bags=90, policy=ROOMY)
    problem, index = built(make, inputs)
    plan = solve(problem, step_limit=STEPS, engine="search")
    assert check(problem, plan) == ()
    assert plan.summary.engine == "search"
    assert plan.unassigned == ()
    assert unserved_of(index, plan) == ()
    brought = Counter(b for t in trips_of(inputs, index, plan) for s in t.stops for b in s.bag_ids)
    assert brought == Counter(bag.id for bag in inputs.bags)
    assert plan.summary.contacts == 0


def test_its_jobs_are_one_place_and_one_building_the_urgent_first(make):
    problem, index = built(make, large(make, bags=150))
    assert [len(job.parts) for job in problem.jobs] == [60, 60, 30]
    assert len({(job.location, job.place, job.building, job.zone) for job in problem.jobs}) == 1
    tiers = [bag.need_tier for job in problem.jobs for bag in index.job_bags[job.id]]
    assert tiers == sorted(tiers)
    assert set(index.job_stairwell.values()) == {"d/s1"}


def test_a_plan_that_leaves_some_of_them_is_read_back_as_it_was(make):
    inputs = large(make, bags=90)  # the shelf holds thirty, and its leader comes once
    problem, index = built(make, inputs)
    plan = solve(problem, step_limit=STEPS, engine="search")
    assert check(problem, plan) == ()
    left = unserved_of(index, plan)
    assert len(left) == 30
    kept = Kept(trips=trips_of(inputs, index, plan), unserved=left)
    assert index_of(inputs, problem, plan, kept).job_bags == index.job_bags


def test_one_locked_drop_of_bags_in_two_jobs_is_one_job(make):
    inputs = large(make, bags=90)
    problem, index = built(make, inputs)
    ids = {n: [bag.id for bag in bags] for n, bags in index.job_bags.items()}
    lock = PlanLock(
        id="lk", courier_id="c2", stairwell_id="d/s1", point_id="d/P1",
        bag_ids=(*ids[1][-2:], *ids[2][:3]), begin_s=10 * HOUR,
    )  # fmt: skip
    locked, found = with_locks(replace(inputs, locks=(lock,)), problem, index)
    bound = [job for job in locked.jobs if job.courier is not None]
    assert [job.windows for job in bound] == [((10 * HOUR, 10 * HOUR),)]
    assert [bag.id for bag in found.job_bags[bound[0].id]] == list(lock.bag_ids)
    assert bound[0].delivery[2] == len(bound[0].parts) == 5
    assert sorted(len(job.parts) for job in locked.jobs) == [5, 27, 58]
    plan = solve(locked, step_limit=STEPS, engine="search")
    assert check(locked, plan) == ()
    drops = [
        (route.vehicle, step.arrival_s + step.waiting_s, len(step.parts))
        for route in plan.routes
        for step in route.steps
        if step.id == bound[0].id and step.type == "job"
    ]
    assert drops == [(2, 10 * HOUR, 5)]


def test_a_lock_on_all_bags_of_a_job_leaves_no_empty_one(make):
    inputs = large(make, bags=62)
    problem, index = built(make, inputs)
    ids = [bag.id for bags in index.job_bags.values() for bag in bags]
    lock = PlanLock(
        id="lk", courier_id="c1", stairwell_id="d/s1", point_id="d/P1", bag_ids=tuple(ids[-4:])
    )
    locked, found = with_locks(replace(inputs, locks=(lock,)), problem, index)
    assert sorted(len(job.parts) for job in locked.jobs) == [4, 58]
    assert sorted(found.job_bags) == sorted(job.id for job in locked.jobs)
    assert found.job_stairwell.keys() == found.drop_modes.keys() == found.job_bags.keys()
