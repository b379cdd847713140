import re
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

import solver.rules
from solver.check import check
from solver.plan import Plan, Step, Unassigned
from solver.problem import UNREACHABLE, Break, LockedStep, Matrix, Problem

Resum = Callable[[Problem, Plan], Plan]
Change = Callable[[Problem, Plan], tuple[Problem, Plan]]


def step(vehicle: int, n: int, **changes: Any) -> Change:
    """Change one step of the plan."""

    def change(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        return problem, _routes(
            plan, vehicle, lambda s: (*s[:n], replace(s[n], **changes), *s[n + 1 :])
        )

    return change


def later(vehicle: int, n: int, seconds: int) -> Change:
    """Move a step and all that follow in time; no step keeps its waiting."""

    def moved(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        tail = (replace(s, arrival_s=s.arrival_s + seconds) for s in steps[n:])
        return (*steps[:n], *tail)

    return lambda problem, plan: (problem, _routes(plan, vehicle, moved))


def without(vehicle: int, n: int) -> Change:
    return lambda problem, plan: (
        problem,
        _routes(plan, vehicle, lambda s: (*s[:n], *s[n + 1 :])),
    )


def again(vehicle: int, n: int, of: int) -> Change:
    """Put a copy of one step of the same route before step ``n``."""
    return lambda problem, plan: (
        problem,
        _routes(plan, vehicle, lambda s: (*s[:n], s[of], *s[n:])),
    )


def swapped(vehicle: int, n: int, m: int) -> Change:
    def swap(steps: tuple[Step, ...]) -> tuple[Step, ...]:
        out = list(steps)
        out[n], out[m] = out[m], out[n]
        return tuple(out)

    return lambda problem, plan: (problem, _routes(plan, vehicle, swap))


def moved(vehicle: int, n: int, to: int, m: int) -> Change:
    """Give a step of one courier to another."""

    def move(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        taken = next(route.steps[n] for route in plan.routes if route.vehicle == vehicle)
        _, plan = without(vehicle, n)(problem, plan)
        return problem, _routes(plan, to, lambda s: (*s[:m], taken, *s[m:]))

    return move


def _routes(plan: Plan, vehicle: int, of: Callable[[tuple[Step, ...]], tuple[Step, ...]]) -> Plan:
    routes = (
        replace(route, steps=of(route.steps)) if route.vehicle == vehicle else route
        for route in plan.routes
    )
    return replace(plan, routes=tuple(routes))


def gone(vehicle: int) -> Change:
    return lambda problem, plan: (
        problem,
        replace(plan, routes=tuple(r for r in plan.routes if r.vehicle != vehicle)),
    )


def twice(vehicle: int) -> Change:
    return lambda problem, plan: (
        problem,
        replace(plan, routes=(*plan.routes, *(r for r in plan.routes if r.vehicle == vehicle))),
    )


def left_out(**changes: Any) -> Change:
    """List something as unassigned."""
    out = Unassigned(
        id=11, type="job", location=1, code="capacity", facts={}, proven=False, parts=(2,)
    )
    return lambda problem, plan: (
        problem,
        replace(plan, unassigned=(*plan.unassigned, replace(out, **changes))),
    )


def given(what: str, name: Any, **changes: Any) -> Change:
    """Change the problem under the plan: a vehicle, job, place or bay by its id."""

    def change(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        key = "location" if what == "bays" else "id"
        items = (
            replace(item, **changes) if getattr(item, key) == name else item
            for item in getattr(problem, what)
        )
        return replace(problem, **{what: tuple(items)}), plan

    return change


def closed_way(profile: str, origin: int, target: int) -> Change:
    def change(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        old = problem.matrices[profile]
        matrices = {}
        for kind in ("duration_s", "distance_m", "cost"):
            matrices[kind] = getattr(old, kind).copy()
            matrices[kind][origin, target] = UNREACHABLE
        return replace(problem, matrices=problem.matrices | {profile: Matrix(**matrices)}), plan

    return change


def both(*changes: Change) -> Change:
    def change(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        for one in changes:
            problem, plan = one(problem, plan)
        return problem, plan

    return change


BIKE = (("bike", 61),)
LATE_BREAK = Break(id=1, time_windows=((36001, 37800),), service_s=900, max_load=(0, 0))


def lacking_skill(problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
    first, *rest = problem.shipments
    asking = replace(first, skills=frozenset({9}))
    return replace(problem, shipments=(asking, *rest)), plan


MUTATIONS: tuple[tuple[str, Change, str, int], ...] = (
    # clocks
    ("there a second before it can be", step(1, 2, arrival_s=29459), "arrival.too-early", 1),
    (
        "a break on the way is not time for travel",
        step(1, 7, arrival_s=36930),
        "arrival.too-early",
        30,
    ),
    (
        "late for the end of a window by a second",
        given("jobs", 11, windows=((28800, 29459), (33000, 34000))),
        "window.task",
        1,
    ),
    (
        "early for a window by a second",
        given("jobs", 14, windows=((29701, 30000),)),
        "window.task",
        1,
    ),
    ("via begins a second before its window", later(3, 3, -1), "window.task", 1),
    ("shift ends a second late", given("vehicles", 2, window=(28800, 33269)), "window.shift", 1),
    (
        "shift begins a second early",
        given("vehicles", 2, window=(28801, 43200)),
        "window.shift",
        1,
    ),
    ("no way leads there", closed_way("bike", 1, 2), "arc.unreachable", 1),
    ("service a second short", step(1, 2, service_s=179), "step.service", 1),
    ("setup left out", step(1, 2, setup_s=0), "step.setup", 30),
    ("loading cut short", step(1, 1, service_s=60), "step.service", 60),
    ("speed factor forgotten", given("vehicles", 3, speed_factor=0.25), "arrival.too-early", 240),
    ("negative waiting", step(1, 2, waiting_s=-5), "step.negative", 5),
    ("leaves a second before the release", given("jobs", 11, release_s=29401), "release.early", 1),
    # pauses
    ("break not taken", without(1, 6), "break.missing", 1),
    ("break taken twice", again(1, 7, 6), "break.twice", 1),
    ("break of nobody", step(1, 6, id=9), "break.unknown", 1),
    ("break a second late", step(1, 6, waiting_s=7381), "window.break", 1),
    ("break with the load on board", swapped(1, 5, 6), "break.load", 15),
    # loads
    ("one gram over", given("vehicles", 1, capacity=(49, 4)), "capacity.exceeded", 1),
    ("one bag over", given("vehicles", 1, capacity=(50, 3)), "capacity.exceeded", 1),
    (
        "errand and parcel too heavy together",
        given("vehicles", 3, capacity=(2, 2)),
        "capacity.exceeded",
        1,
    ),
    ("load figure a gram off", step(1, 2, load=(21, 2)), "load.figure", 1),
    ("load figure in too few dimensions", step(1, 2, load=(20,)), "load.figure", 1),
    # tasks
    ("a bag twice", step(2, 3, parts=(1, 2)), "bag.twice", 1),
    ("a bag that does not exist", step(2, 3, parts=(2, 3)), "bag.unknown", 1),
    ("a bag forgotten", step(1, 2, parts=(0,)), "task.unaccounted", 1),
    ("a job twice", again(2, 3, 2), "job.twice", 1),
    ("a job forgotten", without(1, 5), "task.unaccounted", 1),
    ("a job of nobody", step(1, 5, id=99), "task.unknown", 1),
    ("served and left out", left_out(), "task.both", 1),
    (
        "left out without a reason",
        both(step(2, 3, parts=(2,)), left_out(code="")),
        "unassigned.no-reason",
        1,
    ),
    ("left out, yet no job", left_out(id=77), "unassigned.unknown", 1),
    ("left out twice", both(left_out(), left_out()), "unassigned.twice", 1),
    ("a skill too few", given("jobs", 12, skills=frozenset({1, 2})), "skills.missing", 1),
    ("a zone too high", given("vehicles", 1, zone_max=1), "zone.not-allowed", 1),
    ("a zone step back", swapped(1, 2, 3), "zone.falls", 1),
    ("another courier's job", given("jobs", 14, courier=1), "courier.other", 1),
    ("goods at another point", given("jobs", 14, points=(5,)), "point.no-goods", 1),
    # shape
    ("an unknown courier", given("vehicles", 2, id=4), "vehicle.unknown", 1),
    ("two routes of one courier", twice(3), "vehicle.twice", 1),
    ("a route gone", gone(2), "task.unaccounted", 1),
    ("no start", without(1, 0), "route.start", 1),
    ("no end", without(1, 8), "route.end", 1),
    ("nothing loaded", without(2, 1), "reload.missing", 1),
    ("a trip too many", given("vehicles", 1, max_trips=1), "limit.trips", 1),
    ("loading where no point is", step(2, 1, location=3), "point.not-allowed", 1),
    ("at another location than its job", step(2, 2, location=5), "step.location", 1),
    ("at a location that does not exist", step(2, 1, location=99), "step.location", 1),
    ("the wrong trip", step(1, 5, trip=0), "step.trip", 1),
    ("a step of no type", step(1, 5, type="jump"), "step.type", 1),
    ("a second start", again(3, 1, 0), "route.start", 1),
    # limits
    ("a task too many", given("vehicles", 1, max_tasks=3), "limit.tasks", 1),
    (
        "a second too much travel",
        given("vehicles", 2, max_travel_time_s=359),
        "limit.travel-time",
        1,
    ),
    ("a metre too far", given("vehicles", 2, max_distance_m=1499), "limit.distance", 1),
    # shipments
    ("brought before it is fetched", swapped(3, 1, 4), "shipment.order", 2),
    ("the middle stop left out", without(3, 3), "shipment.incomplete", 1),
    ("fetched twice", again(3, 2, 1), "shipment.twice", 1),
    ("brought by another courier", moved(3, 5, 2, 4), "shipment.vehicles", 1),
    ("on board while loading", both(moved(3, 2, 1, 3), moved(3, 4, 1, 6)), "shipment.trips", 1),
    ("left before it is on board", swapped(3, 1, 4), "load.negative", 1),
    ("loading where there are no trips", step(3, 2, type="reload"), "reload.not-allowed", 1),
    # meetings
    (
        "two couriers a second too close",
        given("places", "slot-3", separation_s=601),
        "place.meeting",
        1,
    ),
    ("two couriers a second too close by time", step(1, 5, waiting_s=89), "place.meeting", 1),
    (
        "the leader a second too close",
        given("places", "slot-1", closed=((31000, 32401),)),
        "place.closed",
        1,
    ),
    (
        "the leader comes while the courier is there",
        given("places", "slot-1", closed=((29600, 29700),)),
        "place.closed",
        670,
    ),
    ("shelf a gram over", given("places", "slot-1", shelf=(29, 2)), "place.shelf", 1),
    ("shelf not cleared", given("places", "slot-1", cleared=()), "place.shelf", 10),
    ("two at one bay", step(2, 1, waiting_s=599), "bay.full", 1),
    ("two cohorts at one place", given("vehicles", 2, cohort="south"), "cohort.mixed", 1),
    # locked steps
    ("a locked step at another time", later(1, 2, 1), "locked.time", 1),
    (
        "a locked step with another courier",
        both(step(1, 2, parts=(0,)), step(2, 3, parts=(1, 2))),
        "locked.missing",
        1,
    ),
    (
        "locked steps in another order",
        given(
            "vehicles",
            1,
            locked=(
                LockedStep(type="job", id=12, locked=True),
                LockedStep(type="job", id=11, parts=(0, 1), locked=True),
            ),
        ),
        "locked.order",
        1,
    ),
    ("a locked step dropped", without(1, 2), "locked.missing", 1),
    # of the vehicle's type, its longest day
    (
        "a shift a second too long",
        given("vehicles", 2, max_duration_s=4469),
        "limit.duration",
        1,
    ),
    (
        "service of another type",
        both(given("vehicles", 2, type="bike"), given("jobs", 14, service_per_type_s=BIKE)),
        "step.service",
        1,
    ),
    (
        "setup of another type",
        both(given("vehicles", 1, type="bike"), given("jobs", 11, setup_per_type_s=BIKE)),
        "step.setup",
        31,
    ),
    # as the family before them, by another second, bag or point
    ("a bag too many on the shelf", given("places", "slot-1", shelf=(30, 1)), "place.shelf", 1),
    ("a break a second early", later(1, 6, -1), "arrival.too-early", 1),
    (
        "a break a second before its window",
        given("vehicles", 1, breaks=(LATE_BREAK,)),
        "window.break",
        1,
    ),
    ("ends where it must not", step(1, 8, location=3), "step.location", 1),
    ("setup a second short", step(1, 2, setup_s=29), "step.setup", 1),
    ("the other profile's pace", given("vehicles", 2, profile="foot"), "arrival.too-early", 180),
    ("a shipment with a skill too few", lacking_skill, "skills.missing", 1),
    ("there a second before the leader is gone", step(2, 3, waiting_s=3119), "place.closed", 1),
    ("loading a second before the bay is free", later(2, 1, -1), "bay.full", 1),
    ("pickup and delivery on two trips", step(1, 4, type="job", id=15), "job.twice", 1),
    # running figures
    ("travel time not counted", step(1, 8, duration_s=0), "step.duration", 720),
    ("distance not counted", step(1, 8, distance_m=2999), "step.distance", 1),
)


def test_a_good_plan_breaks_no_rule(good: Any) -> None:
    assert check(good.problem, good.plan) == ()


@pytest.mark.parametrize(
    ("change", "code", "by"), [row[1:] for row in MUTATIONS], ids=[row[0] for row in MUTATIONS]
)
def test_a_spoilt_plan_is_named(
    change: Change, code: str, by: int, good: Any, resummed: Resum
) -> None:
    problem, plan = change(good.problem, good.plan)
    # Where it names what does not exist, its figures cannot be counted anew.
    with suppress(KeyError, IndexError):
        plan = resummed(problem, plan)
    found = check(problem, plan)
    assert (code, by) in {(v.code, v.by) for v in found}


def test_every_rule_is_broken_by_some_mutation() -> None:
    rules = Path(solver.rules.__file__).parent
    text = "".join(path.read_text() for path in rules.glob("*.py"))
    codes = set(re.findall(r'"([a-z]+\.[a-z]+(?:-[a-z]+)*)"', text))
    mutated = {code for _, _, code, _ in MUTATIONS}
    assert codes - mutated == {"figure.wrong", "route.cost"}  # test_check_figures.py
    assert len(MUTATIONS) >= 80
