"""On random days with too much to do, what is said about every drop left out is true."""

import random
from dataclasses import replace

import numpy as np
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.dispatch import dispatch
from solver.engines.instance import Task, prepare
from solver.engines.solution import Solution
from solver.explain import CODES, explain
from solver.plan import Plan, Relaxation, Unassigned
from solver.problem import (
    UNREACHABLE,
    Bay,
    Break,
    Job,
    Matrix,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.reasons.easing import may_serve
from solver.reasons.room import Room, Work
from solver.relax import relax
from solver.search import solve
from solver.summary import summarise

HOUR = 3600


def full_day(seed: int) -> Problem:
    rng = random.Random(seed)
    size = rng.randint(4, 8)
    at = [(rng.randrange(900), rng.randrange(900)) for _ in range(size)]
    ways = np.array(
        [[int(1.4 * (abs(a - c) + abs(b - d))) for c, d in at] for a, b in at], dtype=np.int64
    )
    if rng.random() < 0.1:
        ways[size - 1, : size - 1] = ways[: size - 1, size - 1] = UNREACHABLE
    multi = rng.random() < 0.8
    couriers = tuple(a_courier(rng, n + 1, multi=multi) for n in range(rng.randint(1, 3)))
    return Problem(
        vehicles=couriers,
        jobs=tuple(a_job(rng, n + 1, size) for n in range(rng.randint(6, 14))),
        shipments=tuple(an_errand(rng, n, size) for n in range(rng.choice((0, 0, 1, 2)))),
        matrices={"car": Matrix(duration_s=ways, distance_m=ways, cost=ways)},
        places=tuple(a_place(rng, n) for n in range(3)),
        bays=(Bay(location=0),) if rng.random() < 0.5 else (),
        separation_s=600,
        dimensions=2,
    )


def a_place(rng: random.Random, number: int) -> Place:
    return Place(
        id=f"p{number}",
        shelf=(rng.randrange(30, 60), 5) if rng.random() < 0.4 else None,
        cleared=tuple(sorted(rng.sample(range(0, 4 * HOUR, 900), rng.choice((0, 1, 2))))),
        closed=((HOUR, HOUR + 900),) if rng.random() < 0.4 else (),
        separation_s=rng.choice((300, 600, 900)),
    )


def a_job(rng: random.Random, number: int, size: int) -> Job:
    bags = tuple((rng.randrange(1, 30), 1) for _ in range(rng.randint(1, 4)))
    opens = rng.randrange(0, 3 * HOUR)
    return Job(
        id=number,
        location=rng.randrange(size),
        setup_s=rng.choice((0, 60)),
        service_s=rng.choice((60, 300, 900)),
        delivery=(sum(b[0] for b in bags), len(bags)),
        parts=bags if len(bags) > 1 and rng.random() < 0.5 else (),
        skills=frozenset({1}) if rng.random() < 0.15 else frozenset(),
        windows=() if rng.random() < 0.4 else ((opens, opens + rng.choice((300, 1200, HOUR))),),
        place=rng.choice(("p0", "p1", "p2", None)),
        zone=rng.choice((0, 0, 0, 1, 2)),
        points=(0,) if rng.random() < 0.2 else (),
        release_s=rng.choice((0, 0, 0, HOUR, 2 * HOUR)),
        courier=1 if rng.random() < 0.05 else None,
        prize=rng.choice((None, None, None, 50, 5000)),
    )


def a_courier(rng: random.Random, number: int, *, multi: bool) -> Vehicle:
    begins = rng.choice((0, 1800))
    pauses = (
        Break(id=1, time_windows=((1800, 2 * HOUR),), service_s=600),
        Break(id=2, service_s=120, max_load=rng.choice((None, (10, 1)))),
    )
    return Vehicle(
        id=number,
        start=0,
        end=rng.choice((0, 0, None)),
        capacity=(rng.randrange(25, 70), rng.choice((3, 5))),
        skills=frozenset({1}) if rng.random() < 0.5 else frozenset(),
        window=(begins, begins + rng.choice((HOUR, 2 * HOUR, 3 * HOUR))),
        breaks=pauses[: rng.choice((0, 0, 0, 1, 2))],
        points=rng.choice(((0,), (0, 1))) if multi else (),
        max_trips=rng.choice((1, 2, 4)) if multi else 1,
        reload_service_s=rng.choice((60, 300)) if multi else 0,
        zone_max=rng.choice((2, 2, 1, 0)),
        cohort=rng.choice((None, None, "a", "b")),
        max_tasks=rng.choice((None, None, 5)),
        max_distance_m=rng.choice((None, None, 9000)),
        max_travel_time_s=rng.choice((None, None, 6000)),
    )


def an_errand(rng: random.Random, number: int, size: int) -> Shipment:
    middle = ShipmentStep(id=300 + number, location=rng.randrange(size), service_s=60)
    return Shipment(
        pickup=ShipmentStep(id=100 + number, location=rng.randrange(size), service_s=60),
        via=middle if rng.random() < 0.5 else None,
        delivery=ShipmentStep(
            id=200 + number,
            location=rng.randrange(size),
            service_s=60,
            windows=rng.choice(((), ((HOUR, 2 * HOUR),))),
        ),
        amount=(rng.randrange(5, 40), 1),
    )


def dispatched(problem: Problem) -> Solution:
    solution = Solution(prepare(problem))
    dispatch(solution, list(range(len(problem.vehicles))), random.Random(1))
    return solution


def explained(problem: Problem) -> tuple[Solution, tuple[Unassigned, ...]]:
    solution = dispatched(problem)
    left = explain(solution, seconds=60)
    return solution, tuple(u for u in left if u.type != "delivery")


def alone(problem: Problem, left: Unassigned) -> Problem:
    """Leave nothing of the day but what is left of one job or shipment, which has no prize."""
    if left.type != "job":
        shipment = next(s for s in problem.shipments if s.pickup.id == left.id)
        return replace(problem, jobs=(), shipments=(shipment,))
    job = replace(next(j for j in problem.jobs if j.id == left.id), prize=None)
    if left.parts:
        parts = tuple(job.parts[n] for n in left.parts)
        amount = tuple(map(sum, zip(*parts, strict=True)))
        job = replace(job, parts=parts if len(parts) > 1 else (), delivery=amount)
    return replace(problem, jobs=(job,), shipments=())


def written(solution: Solution) -> Plan:
    """Write a plan with everything that it leaves out, whatever the reason."""
    out = tuple(
        Unassigned(
            id=stop.id,
            type=stop.type,
            location=stop.location,
            code="left",
            facts={},
            proven=False,
            parts=tuple(solution.left[t.index]) if t.splittable else (),
        )
        for t in solution.instance.tasks
        if solution.left[t.index]
        for stop in t.stops
        if stop.type != "via"
    )
    routes = routes_of(solution)
    problem = solution.instance.problem
    summary = summarise(problem, routes, out, engine="", seed=0, seconds=0.0, stopped="")
    return Plan(routes=routes, unassigned=out, summary=summary)


@settings(deadline=None, max_examples=20)
@given(st.integers(min_value=0, max_value=10**6))
def test_proven_is_what_an_otherwise_empty_day_cannot_serve_either(seed: int) -> None:
    problem = full_day(seed)
    paused = any(v.breaks for v in problem.vehicles)
    _, left = explained(problem)
    for out in left:
        assert out.code in CODES
        assert out.facts
        missing = solve(alone(problem, out), step_limit=20, engine="dispatch").unassigned
        nothing_served = bool(missing) and not missing[0].parts
        if out.proven:
            assert nothing_served, out
        elif nothing_served and not paused:
            # An engine's rules of thumb may miss a point or a place for a break, but then the
            # reason says that it fits.
            assert missing[0].code == "fits-now", out


@settings(deadline=None, max_examples=20)
@given(st.integers(min_value=0, max_value=10**6))
def test_what_would_help_helps_the_same_plan_with_the_problem_relaxed(seed: int) -> None:
    problem = full_day(seed)
    solution, left = explained(problem)
    assume(not check(problem, written(solution)))
    for out in left:
        assert len(out.would_help) <= 3
        task = next(
            t
            for t in solution.instance.tasks
            if (t.stops[0].type, t.stops[0].id) == (out.type, out.id)
        )
        for relaxation in out.would_help:
            assert helped(problem, solution, task, relaxation), (out, relaxation)


def helped(problem: Problem, solution: Solution, task: Task, relaxation: Relaxation) -> bool:
    """Prepare the relaxed problem anew and let everybody try, or one courier alone."""
    eased = relax(problem, relaxation)
    own = prepare(eased).tasks[task.index]
    able = [n for n, v in enumerate(eased.vehicles) if may_serve(own, v)]
    return any(puts_in(eased, solution, task.index, who) for who in (able, *([n] for n in able)))


def puts_in(eased: Problem, solution: Solution, number: int, able: list[int]) -> bool:
    """Keep every trip, put the task in, and judge it all."""
    again = Solution(prepare(eased))
    for vehicle, shift in enumerate(solution.shifts):
        for trip in shift:
            again.append(vehicle, trip)
    before = {t.index for t in again.instance.tasks if again.left[t.index]}
    own = again.instance.tasks[number]
    if Room(again, Work(5000)).serve(own, able) is None:
        return False
    after = {t.index for t in again.instance.tasks if again.left[t.index]}
    kept = not check(eased, written(again))
    return kept and before - after == {number}
