"""The timetable: less waiting for the same routes, and still nobody meets."""

import random
import time
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from solver.check import check
from solver.plan import Plan, Route, Step
from solver.problem import Bay, Break, Job, LockedStep, Matrix, Objective, Place, Problem, Vehicle
from solver.search import solve
from solver.summary import route_cost, summarise
from solver.timetable import place_times, retime

HOUR = 3600


def street(size: int) -> Matrix:
    at = np.arange(size, dtype=np.int64) * 60
    apart = abs(at[:, None] - at[None, :])
    return Matrix(duration_s=apart, distance_m=apart, cost=apart)


def courier(number: int, **more: object) -> Vehicle:
    given: dict[str, object] = {"start": 0, "end": 0, "window": (0, 2 * HOUR)}
    return Vehicle(id=number, **{**given, **more})  # type: ignore[arg-type]


def written(problem: Problem, days: Sequence[Sequence[tuple[str, int, int]]]) -> Plan:
    """Write a plan: by vehicle its steps, each with id or location and the begin."""
    routes = []
    for vehicle, day in zip(problem.vehicles, days, strict=True):
        steps = [Step(type="start", location=0, arrival_s=day[0][2])]
        where, trip = 0, -1
        for kind, number, at in day[1:]:
            before = steps[-1]
            free = before.arrival_s + before.waiting_s + before.service_s
            job = next((j for j in problem.jobs if kind == "job" and j.id == number), None)
            pause = next((b for b in vehicle.breaks if kind == "break" and b.id == number), None)
            target = job.location if job else where if pause else 0
            arrival = free + abs(target - where) * 60
            trip += kind == "reload"
            stay = job.service_s if job else pause.service_s if pause else 0
            if kind == "reload":
                stay = vehicle.reload_service_s
            ridden = before.duration_s + abs(target - where) * 60
            steps.append(
                Step(
                    type=kind,
                    location=None if pause else target,
                    id=number if job or pause else None,
                    arrival_s=arrival,
                    waiting_s=at - arrival,
                    service_s=stay,
                    trip=max(trip, 0),
                    duration_s=ridden,
                    distance_m=ridden,
                )
            )
            where = target
        cost = route_cost(problem, vehicle, steps)
        routes.append(Route(vehicle=vehicle.id, steps=tuple(steps), cost=cost))
    summary = summarise(
        problem, tuple(routes), (), engine="hand", seed=0, seconds=0.0, stopped="finished"
    )
    return Plan(routes=tuple(routes), unassigned=(), summary=summary)


def at_one_slot(**place: object) -> Problem:
    return Problem(
        vehicles=(courier(1), courier(2)),
        jobs=(
            Job(id=1, location=1, service_s=600, place="p"),
            Job(id=2, location=1, service_s=60, place="p"),
        ),
        matrices={"car": street(2)},
        places=(Place(id="p", **place),),  # type: ignore[arg-type]
    )


SLOW_FIRST = (
    (("start", 0, 0), ("job", 1, 60), ("end", 0, 720)),
    (("start", 0, 0), ("job", 2, 660), ("end", 0, 780)),
)


def ends(plan: Plan) -> list[int]:
    return [route.steps[-1].arrival_s for route in plan.routes]


def test_the_quick_one_goes_first() -> None:
    problem = at_one_slot()
    plan = written(problem, SLOW_FIRST)
    assert check(problem, plan) == ()
    better = retime(problem, plan, seconds=1)
    assert better is not None
    assert ends(better) == [780, 180]
    assert better.summary.waiting_s == 60
    assert check(problem, better) == ()


def test_a_separation_is_kept() -> None:
    problem = at_one_slot(separation_s=100)
    later = (SLOW_FIRST[0], (("start", 0, 0), ("job", 2, 800), ("end", 0, 920)))
    better = retime(problem, written(problem, later), seconds=1)
    assert better is not None
    assert ends(better) == [880, 180]


def test_two_lanes_need_no_order() -> None:
    problem = at_one_slot(lanes=2)
    better = retime(problem, written(problem, SLOW_FIRST), seconds=1)
    assert better is not None
    assert ends(better) == [720, 180]


def test_three_share_two_lanes() -> None:
    problem = at_one_slot(lanes=2)
    problem = replace(
        problem,
        vehicles=(*problem.vehicles, courier(3)),
        jobs=(*problem.jobs, Job(id=3, location=1, service_s=600, place="p")),
    )
    days = (
        SLOW_FIRST[0],
        (("start", 0, 0), ("job", 2, 660), ("end", 0, 780)),
        (("start", 0, 0), ("job", 3, 60), ("end", 0, 720)),
    )
    plan = written(problem, days)
    assert check(problem, plan) == ()
    better = retime(problem, plan, seconds=1)
    assert better is not None
    assert sum(ends(better)) == 720 + 180 + 780


def test_nothing_is_given_where_nothing_can_be_gained() -> None:
    problem = at_one_slot()
    first = retime(problem, written(problem, SLOW_FIRST), seconds=1)
    assert first is not None
    assert retime(problem, first, seconds=1) is None


def test_who_is_locked_stays() -> None:
    problem = at_one_slot()
    locked = (LockedStep(type="job", id=1, service_at=60, locked=True),)
    problem = replace(problem, vehicles=(courier(1, locked=locked), courier(2)))
    plan = written(problem, SLOW_FIRST)
    assert check(problem, plan) == ()
    assert retime(problem, plan, seconds=1) is None


@pytest.mark.parametrize(
    "hindrance",
    [
        {"windows": ((660, 900),)},  # nobody is at home before
        {"release_s": 600},
    ],
)
def test_what_keeps_a_courier_back_keeps_them_back(hindrance: dict[str, object]) -> None:
    problem = at_one_slot()
    second = replace(problem.jobs[1], **hindrance)  # type: ignore[arg-type]
    problem = replace(problem, jobs=(problem.jobs[0], second))
    days = SLOW_FIRST
    if "release_s" in hindrance:
        days = (SLOW_FIRST[0], (("start", 0, 600), ("job", 2, 660), ("end", 0, 780)))
    plan = written(problem, days)
    assert check(problem, plan) == ()
    assert retime(problem, plan, seconds=1) is None


def test_whoever_loads_quickly_loads_first() -> None:
    problem = Problem(
        vehicles=(
            courier(1, points=(0,), reload_service_s=900),
            courier(2, points=(0,), reload_service_s=100),
        ),
        jobs=(Job(id=1, location=1, service_s=60), Job(id=2, location=1, service_s=60)),
        matrices={"car": street(2)},
        bays=(Bay(location=0, lanes=1),),
    )
    days = (
        (("start", 0, 0), ("reload", 0, 0), ("job", 1, 960), ("end", 0, 1080)),
        (("start", 0, 0), ("reload", 0, 900), ("job", 2, 1060), ("end", 0, 1180)),
    )
    plan = written(problem, days)
    assert check(problem, plan) == ()
    better = retime(problem, plan, seconds=1)
    assert better is not None
    assert ends(better) == [1180, 280]


def test_a_break_stays_in_its_window() -> None:
    problem = at_one_slot()
    pause = Break(id=1, time_windows=((300, 2000),), service_s=200)
    problem = replace(problem, vehicles=(courier(1), courier(2, breaks=(pause,))))
    days = (
        SLOW_FIRST[0],
        (("start", 0, 0), ("job", 2, 660), ("break", 1, 720), ("end", 0, 980)),
    )
    plan = written(problem, days)
    assert check(problem, plan) == ()
    better = retime(problem, plan, seconds=1)
    assert better is not None
    assert sorted(ends(better)) == [500, 780]  # the break on the way back, from 300 on
    assert check(problem, better) == ()


def village(seed: int, jobs: int, couriers: int, *, lanes: int = 1, gap_s: int = 600) -> Problem:
    """Points, trips, bags, breaks, slots with leaders and shelves, bays."""
    rng = random.Random(seed)
    at = np.array([(rng.randrange(600), rng.randrange(600)) for _ in range(jobs + 2)])
    metres = np.abs(at[:, None] - at[None]).sum(2).astype(np.int64)
    way = Matrix(duration_s=metres // 3, distance_m=metres, cost=metres // 3)
    drops = []
    for n in range(jobs):
        bags = tuple((1,) for _ in range(rng.randint(1, 5)))
        drops.append(
            Job(
                id=n + 1,
                location=n + 2,
                service_s=rng.choice((60, 240, 600)),
                setup_s=30,
                delivery=(len(bags),),
                parts=bags,
                place=f"p{n // 4}",
                building=f"b{n // 4}",
                release_s=rng.choice((0, 0, 1200)),
                windows=rng.choice(((), ((0, 2 * HOUR), (3 * HOUR, 6 * HOUR)))),
            )
        )
    pause = Break(id=1, time_windows=((HOUR, 3 * HOUR),), service_s=600)
    return Problem(
        vehicles=tuple(
            courier(
                n + 1,
                capacity=(6,),
                window=(0, 9 * HOUR),
                points=(n % 2,),
                max_trips=12,
                reload_service_s=200,
                breaks=(pause,) if n % 3 == 0 else (),
                speed_factor=rng.choice((1.0, 1.3)),
            )
            for n in range(couriers)
        ),
        jobs=tuple(drops),
        matrices={"car": way},
        places=tuple(
            Place(
                id=f"p{n}",
                lanes=lanes,
                closed=((HOUR, HOUR + 300),) if n % 3 == 0 else (),
                shelf=(20,) if n % 4 == 0 else None,
                cleared=(2 * HOUR,) if n % 4 == 0 else (),
                separation_s=gap_s,
            )
            for n in range((jobs + 3) // 4)
        ),
        bays=(Bay(location=0, lanes=1), Bay(location=1, lanes=2)),
        separation_s=gap_s,
        objective=Objective(face=0),
        dimensions=1,
    )


def order(plan: Plan) -> list[list[tuple[str, int | None, int]]]:
    return [[(s.type, s.id, s.trip) for s in route.steps] for route in plan.routes]


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(4, 30), st.integers(2, 8), st.sampled_from((1, 2)))
def test_every_rule_is_kept_and_waiting_never_grows(
    seed: int, jobs: int, couriers: int, lanes: int
) -> None:
    problem = village(seed, jobs, couriers, lanes=lanes)
    plan = solve(problem, engine="construct", step_limit=1)
    better = retime(problem, plan, seconds=0.3, deterministic=True)
    if better is None:
        return
    assert check(problem, better) == ()
    assert order(better) == order(plan)
    assert sum(ends(better)) < sum(ends(plan))
    assert better.summary.waiting_s < plan.summary.waiting_s


def test_counted_steps_give_the_same_times_each_time() -> None:
    problem = village(1, 40, 10)
    plan = solve(problem, engine="construct", step_limit=1)
    one, other = (retime(problem, plan, seconds=1, deterministic=True) for _ in range(2))
    assert one is not None
    assert one == other


def test_a_large_day_is_retimed_within_its_seconds() -> None:
    problem = village(2, 400, 60, gap_s=900)
    plan = solve(problem, engine="construct", step_limit=1)
    began = time.monotonic()
    better = retime(problem, plan, seconds=2)
    assert time.monotonic() - began < 10
    assert better is not None
    assert sum(ends(better)) < sum(ends(plan))


def timeless(plan: Plan) -> tuple[Route, ...]:
    return tuple(
        replace(r, steps=tuple(replace(s, arrival_s=0, waiting_s=0) for s in r.steps))
        for r in plan.routes
    )


def again(plan: Plan, routes: tuple[Route, ...]) -> Plan:
    waiting_s = sum(s.waiting_s for r in routes for s in r.steps)
    return replace(plan, routes=routes, summary=replace(plan.summary, waiting_s=waiting_s))


def test_routes_without_times_get_the_best() -> None:
    problem = at_one_slot(separation_s=100)
    later = (SLOW_FIRST[0], (("start", 0, 0), ("job", 2, 800), ("end", 0, 920)))
    plan = written(problem, later)
    placed = place_times(problem, timeless(plan), seconds=2)
    assert placed is not None
    assert ends(again(plan, placed)) == [880, 180]
    assert check(problem, again(plan, placed)) == ()


def test_what_has_no_time_is_given_none() -> None:
    problem = at_one_slot(closed=((0, 7000),), separation_s=100)
    plan = written(replace(problem, places=(Place(id="p"),)), SLOW_FIRST)
    assert place_times(problem, timeless(plan), seconds=2) is None
    crowded = at_one_slot(separation_s=7000)
    assert place_times(crowded, timeless(plan), seconds=2) is None


@pytest.mark.parametrize(
    "vehicle",
    [
        courier(2, max_duration_s=400),
        courier(2, locked=(LockedStep(type="job", id=2, service_at=777, locked=True),)),
    ],
)
def test_placed_times_keep_what_is_told_of_the_day(vehicle: Vehicle) -> None:
    problem = at_one_slot()
    problem = replace(
        problem,
        vehicles=(courier(1), vehicle),
        jobs=(problem.jobs[0], replace(problem.jobs[1], windows=((700, 900),))),
    )
    days = (SLOW_FIRST[0], (("start", 0, 500), ("job", 2, 777), ("end", 0, 897)))
    plan = written(problem, days)
    assert check(problem, plan) == ()
    placed = place_times(problem, timeless(plan), seconds=2)
    assert placed is not None
    assert check(problem, again(plan, placed)) == ()


@settings(max_examples=10, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(st.integers(0, 10**6), st.integers(4, 20), st.integers(2, 6))
def test_whatever_had_times_is_given_some(seed: int, jobs: int, couriers: int) -> None:
    problem = village(seed, jobs, couriers)
    problem = replace(problem, places=tuple(replace(p, shelf=None) for p in problem.places))
    plan = solve(problem, engine="construct", step_limit=1)
    placed = place_times(problem, timeless(plan), seconds=0.5, deterministic=True)
    if placed is not None:
        assert check(problem, again(plan, placed)) == ()
