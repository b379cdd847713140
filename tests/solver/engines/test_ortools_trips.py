"""OR-Tools forms the trips of longer shifts: what it forms keeps every rule and serves all."""

import random
import time
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.engines.instance import prepare
from solver.engines.ortools_trips import can_model, route_trips
from solver.plan import Plan
from solver.problem import (
    UNREACHABLE,
    Bay,
    Job,
    LockedStep,
    Matrix,
    Objective,
    Place,
    Problem,
    Vehicle,
)
from solver.search import solve

HOUR = 3600


def ways(rng: random.Random, size: int, reach: int = 800) -> Matrix:
    at = np.array([(rng.randrange(reach), rng.randrange(reach)) for _ in range(size)])
    metres = np.abs(at[:, None] - at[None]).sum(2).astype(np.int64)
    seconds = metres // 3
    return Matrix(duration_s=seconds, distance_m=metres, cost=seconds)


def village(
    seed: int, jobs: int = 60, couriers: int = 6, *, zones: int = 3, priority: int = 0
) -> Problem:
    """Two points, jobs of one to nine bags, bikes for six bags and tricycles for twelve."""
    rng = random.Random(seed)
    drops = []
    for n in range(jobs):
        bags = tuple((rng.randrange(2, 9), 1) for _ in range(rng.randint(1, 9)))
        drops.append(
            Job(
                id=n + 1,
                location=n + 2,
                service_s=120,
                setup_s=30,
                delivery=(sum(b[0] for b in bags), len(bags)),
                parts=bags,
                place=f"p{n // 2}",
                building=f"b{n // 4}",
                zone=rng.randrange(zones),
                points=rng.choice(((0,), (0, 1), ())),
                priority=rng.choice((0, priority)),
                release_s=rng.choice((0, HOUR)),
            )
        )
    return Problem(
        vehicles=tuple(
            Vehicle(
                id=n + 1,
                start=0,
                end=0,
                capacity=((40, 6), (90, 12))[n % 2],
                window=(0, 9 * HOUR),
                points=((0,), (0, 1))[n % 3 % 2],
                max_trips=14,
                reload_service_s=200,
            )
            for n in range(couriers)
        ),
        jobs=tuple(drops),
        matrices={"car": ways(rng, jobs + 2)},
        places=tuple(
            Place(id=f"p{n}", closed=((2 * HOUR, 2 * HOUR + 600),), separation_s=600)
            for n in range((jobs + 1) // 2)
        ),
        bays=(Bay(location=0, lanes=2),),
        separation_s=600,
        objective=Objective(face=600),
        dimensions=2,
    )


def trips_of(plan: Plan) -> list[list[int]]:
    """Give the ids of the jobs by trip."""
    found: dict[tuple[int, int], list[int]] = {}
    for route in plan.routes:
        for step in route.steps:
            if step.type == "job" and step.id is not None:
                found.setdefault((route.vehicle, step.trip), []).append(step.id)
    return list(found.values())


def test_sixty_jobs_are_all_served_and_ranks_never_fall_within_a_trip() -> None:
    problem = village(3)
    plan = solve(problem, engine="ortools", step_limit=40)
    assert check(problem, plan) == ()
    assert plan.unassigned == ()
    assert (plan.summary.engine, plan.summary.contacts) == ("ortools", 0)
    zone = {job.id: job.zone for job in problem.jobs}
    trips = trips_of(plan)
    assert any(len(trip) > 1 for trip in trips)
    for trip in trips:
        ranks = [zone[name] for name in trip]
        assert ranks == sorted(ranks)


def test_a_job_beyond_every_vehicle_is_split_between_bags() -> None:
    bags = tuple((1, 1) for _ in range(10))
    problem = Problem(
        vehicles=tuple(
            Vehicle(id=n, start=0, end=0, capacity=(9, 4), points=(0,), max_trips=3)
            for n in (1, 2)
        ),
        jobs=(Job(id=1, location=1, delivery=(10, 10), parts=bags),),
        matrices={"car": ways(random.Random(1), 2)},
        dimensions=2,
    )
    solution = route_trips(prepare(problem), seconds=60, solutions=10)
    assert solution is not None
    loads = [len(s.parts) for shift in solution.shifts for t in shift for s in t.stops]
    assert sorted(loads) == [2, 4, 4]
    assert check(problem, solve(problem, engine="ortools", step_limit=10)) == ()


def test_a_chunk_is_no_more_than_the_shelf_holds() -> None:
    bags = tuple((1, 1) for _ in range(6))
    problem = Problem(
        vehicles=(Vehicle(id=1, start=0, end=0, capacity=(9, 9), points=(0,), max_trips=5),),
        jobs=(Job(id=1, location=1, delivery=(6, 6), parts=bags, place="p"),),
        matrices={"car": ways(random.Random(1), 2)},
        places=(Place(id="p", shelf=(3, 3), cleared=(HOUR,)),),
        dimensions=2,
    )
    plan = solve(problem, engine="ortools", step_limit=10)
    assert check(problem, plan) == ()
    assert plan.unassigned == ()
    assert sorted(len(s.parts) for s in plan.routes[0].steps if s.type == "job") == [3, 3]


def test_the_same_steps_and_seed_give_the_same_plan() -> None:
    problem = village(5, jobs=25)
    for engine in ("ortools", "auto"):
        first, second = (solve(problem, engine=engine, step_limit=12, seed=4) for _ in range(2))
        assert first == second


def test_trips_start_from_the_better_of_both() -> None:
    problem = village(8, jobs=40)
    auto = solve(problem, step_limit=20)
    alone = solve(problem, engine="ortools", step_limit=20)
    assert len(auto.unassigned) <= len(alone.unassigned)
    face = problem.objective.face
    cost = [p.summary.cost + face * p.summary.excess_faces for p in (auto, alone)]
    assert cost[0] <= cost[1]


def test_what_matters_most_is_served_when_time_is_short() -> None:
    problem = village(6, jobs=30, couriers=2, zones=1, priority=10)
    problem = replace(
        problem, vehicles=tuple(replace(v, window=(0, 2 * HOUR)) for v in problem.vehicles)
    )
    plan = solve(problem, engine="ortools", step_limit=30)
    assert check(problem, plan) == ()
    assert plan.unassigned
    left = {u.id for u in plan.unassigned}
    served = [job.priority for job in problem.jobs if job.id not in left]
    missed = [job.priority for job in problem.jobs if job.id in left]
    assert sum(served) / len(served) > sum(missed) / len(missed)


def test_locked_trips_stay_and_others_come_after() -> None:
    problem = village(7, jobs=12, couriers=2, zones=1)
    problem = replace(problem, jobs=tuple(replace(j, points=(0,)) for j in problem.jobs))
    bag = problem.jobs[0].parts[0]
    small = replace(problem.jobs[0], delivery=bag, parts=(bag,), release_s=0)
    locked = (LockedStep(type="reload", locked=True), LockedStep(type="job", id=1, locked=True))
    problem = replace(
        problem,
        jobs=(small, *problem.jobs[1:]),
        vehicles=(replace(problem.vehicles[0], locked=locked), problem.vehicles[1]),
    )
    plan = solve(problem, engine="ortools", step_limit=20)
    assert check(problem, plan) == ()
    first = next(r for r in plan.routes if r.vehicle == 1)
    assert next(s.id for s in first.steps if s.type == "job") == 1
    assert plan.unassigned == ()


def test_where_no_way_leads_nothing_is_brought() -> None:
    problem = village(2, jobs=8, couriers=2)
    table = problem.matrices["car"]
    cut = [m.copy() for m in (table.duration_s, table.distance_m, table.cost)]
    for grid in cut:
        grid[:, 4] = UNREACHABLE
        grid[4, :] = UNREACHABLE
    matrix = Matrix(duration_s=cut[0], distance_m=cut[1], cost=cut[2])
    plan = solve(replace(problem, matrices={"car": matrix}), engine="ortools", step_limit=10)
    assert check(replace(problem, matrices={"car": matrix}), plan) == ()
    assert [u.id for u in plan.unassigned] == [3]


def test_shifts_with_and_without_points_are_formed_together() -> None:
    problem = village(1, jobs=12, couriers=4, zones=1)
    assert can_model(prepare(problem))
    plain = [
        replace(v, points=(), max_trips=1, capacity=(500, 60)) if n % 2 else v
        for n, v in enumerate(problem.vehicles)
    ]
    jobs = tuple(replace(j, points=()) for j in problem.jobs)
    problem = replace(problem, vehicles=tuple(plain), jobs=jobs)
    plan = solve(problem, engine="ortools", step_limit=20)
    assert check(problem, plan) == ()
    assert plan.unassigned == ()


@pytest.mark.slow
def test_the_limit_of_time_is_kept() -> None:
    problem = village(9, jobs=150, couriers=15)
    for engine in ("ortools", "auto"):
        began = time.monotonic()
        plan = solve(problem, engine=engine, time_limit_s=2)
        assert (
            time.monotonic() - began < 12
        )  # it stops at all; how exactly is measured in benchmarks/
        assert check(problem, plan) == ()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.integers(0, 10**6),
    st.integers(1, 14),
    st.integers(1, 4),
    st.sampled_from((0, 10)),
)
def test_every_plan_keeps_every_rule(seed: int, jobs: int, couriers: int, priority: int) -> None:
    problem = village(seed, jobs, couriers, priority=priority)
    plan = solve(problem, engine="ortools", step_limit=5, seed=seed)
    assert check(problem, plan) == ()
    assert plan.summary.stopped != "refused"
