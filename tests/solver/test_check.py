from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given as hypothesised
from hypothesis import strategies as st

from solver.check import check
from solver.plan import Plan, Step, Unassigned
from solver.problem import UNREACHABLE, LockedStep, Matrix, Problem

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


@pytest.mark.parametrize(
    "figure",
    [
        "cost", "routes", "unassigned", "trips", "faces", "excess_faces", "contacts",
        "duration_s", "distance_m", "waiting_s", "setup_s", "service_s", "priority",
    ],
)  # fmt: skip
def test_a_flattering_summary_is_named(figure: str, good: Any) -> None:
    told = replace(good.plan.summary, **{figure: getattr(good.plan.summary, figure) + 1})
    (found,) = check(good.problem, replace(good.plan, summary=told))
    assert (found.code, found.facts["figure"], found.by) == ("figure.wrong", figure, 1)


@pytest.mark.parametrize("figure", ["delivery", "pickup"])
def test_a_flattering_amount_is_named(figure: str, good: Any) -> None:
    told = replace(good.plan.summary, **{figure: (1, 0)})
    (found,) = check(good.problem, replace(good.plan, summary=told))
    assert (found.code, found.facts["figure"]) == ("figure.wrong", figure)


def test_a_route_that_costs_more_than_it_says_is_named(good: Any) -> None:
    first, *rest = good.plan.routes
    plan = replace(good.plan, routes=(replace(first, cost=first.cost - 1), *rest))
    assert [(v.code, v.by) for v in check(good.problem, plan)] == [("route.cost", 1)]


@hypothesised(data=st.data())
def test_no_plan_whatever_breaks_the_judge(data: st.DataObject, good: Any) -> None:
    number = st.sampled_from([-1, 0, 1, 2, 11, 23, 99, 29_400, 10**12])
    changes = st.fixed_dictionaries(
        {},
        optional={
            "type": st.sampled_from(["start", "job", "reload", "via", "break", "end", "?"]),
            "location": st.none() | number,
            "id": st.none() | number,
            "arrival_s": number,
            "waiting_s": number,
            "service_s": number,
            "parts": st.lists(number, max_size=3).map(tuple),
            "load": st.lists(number, max_size=3).map(tuple),
            "trip": number,
        },
    )
    routes = []
    for route in good.plan.routes:
        steps = list(route.steps)
        for _ in range(data.draw(st.integers(0, 2))):
            n = data.draw(st.integers(0, len(steps) - 1))
            steps[n] = replace(steps[n], **data.draw(changes))
        kept = data.draw(st.integers(0, len(steps)))
        routes.append(replace(route, steps=tuple(steps[:kept])))
    plan = replace(good.plan, routes=tuple(routes))
    found = check(good.problem, plan)
    assert (plan == good.plan) <= (found == ())
