"""The bound is never above the best plan there is, and near it where that can be said."""

from dataclasses import replace
from functools import cache
from itertools import combinations, permutations
from math import inf
from pathlib import Path
from typing import Protocol

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.bound import bound, bounds, lower_bound, served_alone
from solver.check import check
from solver.formats.recognise import read_any
from solver.formats.solutions import published_cost
from solver.plan import Plan, Unassigned
from solver.problem import (
    UNREACHABLE,
    Job,
    Matrix,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.search import solve


class HasPlan(Protocol):
    """The hand-made problem with its plan."""

    problem: Problem
    plan: Plan


PUBLIC = Path(__file__).parents[3] / "shared" / "data" / "vrp"


# ---------------------------------------------------------------- against every plan there is


@st.composite
def small_problems(draw: st.DrawFn) -> Problem:
    """One kind of single trips or reloads, few jobs; costs are no distances of anything."""
    jobs_count = draw(st.integers(1, 4))
    size = jobs_count + 1
    arcs = draw(st.lists(st.integers(0, 50), min_size=size * size, max_size=size * size))
    seconds = np.array(arcs, dtype=np.int64).reshape(size, size)
    np.fill_diagonal(seconds, 0)
    rate = draw(st.sampled_from([3600, 1000, 7200]))
    matrix = Matrix(duration_s=seconds, distance_m=seconds * 3, cost=seconds)
    reloads = draw(st.booleans())
    vehicles = tuple(
        Vehicle(
            id=number,
            profile="car",
            start=draw(st.sampled_from([0, 0, None])) if not reloads else 0,
            end=draw(st.sampled_from([0, 0, None])) if not reloads else 0,
            capacity=(draw(st.integers(4, 9)),),
            fixed_cost=draw(st.sampled_from([0, 0, 30])),
            cost_per_hour=rate,
            cost_per_km=draw(st.sampled_from([0, 0, 700])),
            points=(0,) if reloads else (),
            max_trips=draw(st.integers(1, 3)) if reloads else 1,
        )
        for number in range(draw(st.integers(1, 2)))
    )
    jobs = []
    for number in range(1, jobs_count + 1):
        size_of = draw(st.integers(1, 5))
        opens = draw(st.integers(0, 60))
        parts = ((1,),) * size_of if draw(st.booleans()) and size_of > 1 else ()
        jobs.append(
            Job(
                id=number,
                location=number,
                delivery=(size_of,),
                pickup=(0,),
                service_s=draw(st.integers(0, 9)),
                windows=draw(st.sampled_from([(), ((opens, opens + 60),)])),
                prize=draw(st.sampled_from([None, None, 5, 40])),
                parts=parts,
            )
        )
    return Problem(vehicles=vehicles, jobs=tuple(jobs), matrices={"car": matrix}, dimensions=1)


def least_cost(problem: Problem) -> float:
    """Give the least cost of serving all jobs without a prize, unsplit, by trying everything."""
    numbers = range(len(problem.jobs))

    @cache
    def one(vehicle: int, chosen: frozenset[int]) -> float:
        return min(
            (_price(problem, problem.vehicles[vehicle], order) for order in _orders(chosen)),
            default=inf,
        )

    def rest(vehicle: int, left: frozenset[int]) -> float:
        if vehicle == len(problem.vehicles):
            missed = [problem.jobs[n].prize for n in left]
            return inf if None in missed else float(sum(prize or 0 for prize in missed))
        return min(
            (one(vehicle, frozenset(some)) if some else 0.0) + rest(vehicle + 1, left - set(some))
            for count in range(len(left) + 1)
            for some in combinations(sorted(left), count)
        )

    return rest(0, frozenset(numbers))


def _orders(chosen: frozenset[int]) -> list[list[tuple[int, ...]]]:
    """Give all ways to form trips of some jobs."""
    found = []
    for order in permutations(sorted(chosen)):
        for cuts in range(2 ** (len(order) - 1)):
            trips: list[tuple[int, ...]] = [(order[0],)]
            for at, job in enumerate(order[1:]):
                if cuts >> at & 1:
                    trips.append((job,))
                else:
                    trips[-1] += (job,)
            found.append(trips)
    return found


def _price(problem: Problem, vehicle: Vehicle, trips: list[tuple[int, ...]]) -> float:
    jobs = problem.jobs
    if len(trips) > (vehicle.max_trips if vehicle.points else 1):
        return inf
    if any(sum(jobs[n].delivery[0] for n in trip) > vehicle.capacity[0] for trip in trips):
        return inf
    seconds = problem.matrices["car"].duration_s
    at, now, travel = vehicle.start, 0, 0
    for trip in trips:
        for n in trip:
            way = 0 if at is None else int(seconds[at, jobs[n].location])
            now, travel, at = now + way, travel + way, jobs[n].location
            if jobs[n].windows:
                opens, closes = jobs[n].windows[0]
                now = max(now, opens)
                if now > closes:
                    return inf
            now += jobs[n].service_s
        if vehicle.points or vehicle.end is not None:
            way = int(seconds[at, 0])
            now, travel, at = now + way, travel + way, 0
    exact = travel * vehicle.cost_per_hour * 1000 + travel * 3 * vehicle.cost_per_km * 3600
    return vehicle.fixed_cost + (2 * exact + 3_600_000) // 7_200_000


@settings(max_examples=250, deadline=None, derandomize=True)
@given(small_problems())
def test_no_plan_costs_less_than_the_bound(problem: Problem) -> None:
    least = least_cost(problem)
    found = bound(problem)
    if least < inf:
        assert found is not None
        assert found.cost <= least


@settings(max_examples=60, deadline=None, derandomize=True)
@given(
    problem=small_problems(),
    speed=st.sampled_from([1.0, 1.3, 0.7]),
    task_rate=st.sampled_from([0, 1800]),
    errand=st.booleans(),
)
def test_no_plan_of_the_search_costs_less(
    problem: Problem, speed: float, task_rate: int, *, errand: bool
) -> None:
    """Split jobs, rounded speeds, paid service and errands; what is left out is not asked for."""
    ends = (ShipmentStep(id=91, location=1, service_s=5), ShipmentStep(id=92, location=0))
    problem = replace(
        problem,
        vehicles=tuple(
            replace(vehicle, speed_factor=speed, cost_per_task_hour=task_rate)
            for vehicle in problem.vehicles
        ),
        shipments=(Shipment(pickup=ends[0], delivery=ends[1], amount=(1,)),) if errand else (),
    )
    plan = solve(problem, step_limit=5, engine="dispatch")
    found = bound(served_alone(problem, plan))
    assert found is not None
    assert found.cost <= plan.summary.cost


# ---------------------------------------------------------------- how near


def test_a_single_round_trip_is_bounded_by_its_cost() -> None:
    assert lower_bound(_one_trip_there_and_back()) == 70


def test_every_trip_that_the_load_needs_is_counted() -> None:
    problem = _one_trip_there_and_back()
    job = replace(problem.jobs[0], delivery=(3,))
    jobs = tuple(replace(job, id=number) for number in range(4))
    carriers = tuple(replace(problem.vehicles[0], id=n, capacity=(6,)) for n in range(4))
    assert lower_bound(replace(problem, jobs=jobs, vehicles=carriers)) == 2 * 70


def test_fixed_costs_of_the_vehicles_that_the_load_needs_are_counted() -> None:
    problem = _one_trip_there_and_back()
    jobs = tuple(replace(problem.jobs[0], id=number) for number in range(4))
    dear = replace(problem.vehicles[0], capacity=(2,), fixed_cost=1000)
    carriers = tuple(replace(dear, id=number) for number in range(4))
    assert lower_bound(replace(problem, jobs=jobs, vehicles=carriers)) == 2 * 70 + 2000


def test_a_prize_below_the_way_is_all_that_a_job_adds() -> None:
    problem = _one_trip_there_and_back()
    assert lower_bound(replace(problem, jobs=(replace(problem.jobs[0], prize=12),))) == 12


def test_what_nobody_may_serve_costs_nothing_and_must_not_be_served() -> None:
    problem = _one_trip_there_and_back()
    barred = replace(problem.jobs[0], skills=frozenset({9}))
    found = bound(replace(problem, jobs=(barred,)))
    assert found is not None
    assert (found.cost, found.must) == (0, frozenset())


def test_bounds_only_get_better() -> None:
    problem = _one_trip_there_and_back()
    jobs = tuple(replace(problem.jobs[0], id=number, delivery=(1,)) for number in range(6))
    proven = [found.cost for found in bounds(replace(problem, jobs=jobs)) if found is not None]
    assert proven == sorted(set(proven))


def test_bags_that_are_left_are_not_asked_for() -> None:
    problem = _one_trip_there_and_back()
    bags = ((2,), (2,), (3,))
    job = replace(problem.jobs[0], parts=bags, delivery=(7,))
    plan = solve(problem, step_limit=1, engine="construct")
    left = Unassigned(
        id=job.id, type="job", location=1, code="not-stated", facts={}, proven=False, parts=(1,)
    )
    served = served_alone(replace(problem, jobs=(job,)), replace(plan, unassigned=(left,)))
    assert [(one.parts, one.delivery) for one in served.jobs] == [(((2,), (3,)), (5,))]


def test_of_a_prize_only_the_share_of_bags_that_nobody_can_carry_is_lost() -> None:
    problem = _one_trip_there_and_back()
    most = max(vehicle.capacity[0] for vehicle in problem.vehicles)
    bags = ((most + 1,), (1,))
    job = replace(problem.jobs[0], parts=bags, delivery=(most + 2,), prize=10_000)
    part = replace(problem, jobs=(job,))
    plan = solve(part, step_limit=2, engine="dispatch")
    least = lower_bound(part)
    assert least is not None
    assert least <= plan.summary.cost < 10_000


def test_prizes_where_no_way_leads_are_all_that_is_bounded() -> None:
    problem = _one_trip_there_and_back()
    nowhere = np.full_like(problem.matrices["car"].duration_s, UNREACHABLE)
    matrix = Matrix(duration_s=nowhere, distance_m=nowhere, cost=nowhere)
    job = replace(problem.jobs[0], prize=12)
    assert lower_bound(replace(problem, jobs=(job,), matrices={"car": matrix})) == 12


def test_there_is_none_where_the_fleet_cannot_carry_everything() -> None:
    problem = _one_trip_there_and_back()
    jobs = tuple(replace(problem.jobs[0], id=number) for number in range(3))
    assert lower_bound(replace(problem, jobs=jobs)) is None


def test_there_is_none_where_a_stop_cannot_be_reached() -> None:
    problem = _one_trip_there_and_back()
    nowhere = np.array([[0, UNREACHABLE], [30, 0]], dtype=np.int64)
    cut_off = Matrix(duration_s=nowhere, distance_m=nowhere, cost=nowhere)
    assert lower_bound(replace(problem, matrices={"car": cut_off})) is None


def test_it_speaks_only_of_plans_that_serve_what_it_counts() -> None:
    problem = _one_trip_there_and_back()
    found = bound(problem)
    assert found is not None
    served = solve(problem, step_limit=1)
    assert found.speaks_of(served)
    late = replace(problem, jobs=(replace(problem.jobs[0], windows=((0, 1),)),))
    assert not found.speaks_of(solve(late, step_limit=1))


def test_errands_and_open_ends_are_bounded() -> None:
    at = np.arange(5, dtype=np.int64) * 10
    apart = abs(at[:, None] - at[None])
    errand = Shipment(
        pickup=ShipmentStep(id=1, location=1),
        via=ShipmentStep(id=2, location=4),
        delivery=ShipmentStep(id=3, location=2),
        amount=(1,),
    )
    problem = Problem(
        vehicles=(Vehicle(id=1, profile="car", start=0, capacity=(1,)),),
        jobs=(),
        shipments=(errand,),
        matrices={"car": Matrix(duration_s=apart, distance_m=apart, cost=apart)},
        dimensions=1,
    )
    plan = solve(problem, step_limit=5)
    assert check(problem, plan) == ()
    least = lower_bound(problem)
    assert least is not None
    assert 30 <= least <= plan.summary.cost == 60


def _one_trip_there_and_back() -> Problem:
    seconds = np.array([[0, 40], [30, 0]], dtype=np.int64)
    return Problem(
        vehicles=(Vehicle(id=1, profile="car", start=0, end=0, capacity=(2,)),),
        jobs=(Job(id=1, location=1, delivery=(1,), pickup=(0,)),),
        matrices={"car": Matrix(duration_s=seconds, distance_m=seconds, cost=seconds)},
        dimensions=1,
    )


# ---------------------------------------------------------------- real problems


def test_the_rich_problem_is_bounded(good: "HasPlan") -> None:
    plan = good.plan
    found = bound(good.problem)
    assert found is not None
    assert found.speaks_of(plan)
    assert 0 < found.cost <= plan.summary.cost


def _public() -> list[Path]:
    return sorted(path for path in PUBLIC.glob("*/*.vrp") if path.with_suffix(".sol").exists())


@pytest.mark.skipif(not PUBLIC.is_dir(), reason="the public instances are not beside us")
@pytest.mark.parametrize("path", _public(), ids=lambda path: path.stem)
def test_best_known_solutions_do_not_cost_less(path: Path) -> None:
    problem = read_any(path.read_bytes())
    best = published_cost(path.with_suffix(".sol").read_text())
    least = lower_bound(problem)
    assert best is not None
    assert least is not None
    assert 0 < least <= best * problem.cost_scale


def test_more_stops_than_can_be_assigned_are_bounded() -> None:
    rng = np.random.default_rng(4)
    at = rng.integers(0, 1000, 2_001)
    apart = abs(at[:, None] - at[None])
    vehicle = Vehicle(id=1, profile="car", start=0, end=0, capacity=(100,))
    problem = Problem(
        vehicles=tuple(replace(vehicle, id=number) for number in range(40)),
        jobs=tuple(Job(id=n, location=n, delivery=(1,), pickup=(0,)) for n in range(1, 2_001)),
        matrices={"car": Matrix(duration_s=apart, distance_m=apart, cost=apart)},
        dimensions=1,
    )
    assert lower_bound(problem) is not None
