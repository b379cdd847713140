"""OR-Tools by itself on every feature of a problem: accepted by the judge, all served if easy."""

from collections.abc import Callable
from dataclasses import replace

import numpy as np
import pytest

from solver.check import check
from solver.engines.instance import prepare
from solver.engines.ortools_routing import route, routed, slots_of
from solver.engines.ortools_trips import route_trips
from solver.engines.pinned import retimed
from solver.engines.solution import Solution
from solver.plan import Plan
from solver.problem import (
    Bay,
    Break,
    Job,
    LockedStep,
    Matrix,
    Objective,
    Place,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.search import solve

HOUR = 3600


def street(size: int = 9, step_s: int = 60) -> Matrix:
    at = np.arange(size, dtype=np.int64)
    apart = abs(at[:, None] - at[None, :])
    return Matrix(duration_s=apart * step_s, distance_m=apart * 250, cost=apart * step_s)


def vehicle(number: int = 1, **more: object) -> Vehicle:
    given: dict[str, object] = {"start": 0, "end": 0, "capacity": (10,), "window": (0, 4 * HOUR)}
    return Vehicle(id=number, **{**given, **more})  # type: ignore[arg-type]


def bike(number: int = 1, **more: object) -> Vehicle:
    """Several trips from a point."""
    given: dict[str, object] = {"points": (0,), "max_trips": 4, "reload_service_s": 120}
    return vehicle(number, **{**given, "capacity": (4,), **more})


def jobs(count: int = 5, **more: object) -> tuple[Job, ...]:
    given: dict[str, object] = {"service_s": 60, "delivery": (2,)}
    return tuple(
        Job(id=n, location=n, **{**given, **more})  # type: ignore[arg-type]
        for n in range(1, count + 1)
    )


def town(vehicles: tuple[Vehicle, ...], drops: tuple[Job, ...], **more: object) -> Problem:
    given: dict[str, object] = {"matrices": {"car": street()}, "dimensions": 1}
    return Problem(vehicles=vehicles, jobs=drops, **{**given, **more})  # type: ignore[arg-type]


def errand(first: int = 21, *, via: bool = False, **more: object) -> Shipment:
    return Shipment(
        pickup=ShipmentStep(id=first, location=3, service_s=60),
        via=ShipmentStep(id=first + 1, location=6, service_s=120) if via else None,
        delivery=ShipmentStep(id=first + 2, location=2, service_s=60),
        amount=(1,),
        **more,  # type: ignore[arg-type]
    )


def at_places(drops: tuple[Job, ...], *names: str) -> tuple[Job, ...]:
    return tuple(replace(j, place=names[n % len(names)]) for n, j in enumerate(drops))


PAUSE = Break(id=1, time_windows=((600, 900), (2000, 2400)), service_s=300)
EMPTY_PAUSE = Break(id=2, time_windows=((0, 3 * HOUR),), service_s=300, max_load=(0,))
DIRTY_LAST = tuple(replace(j, zone=2 - j.id % 3) for j in jobs(6))
LOCKED = (LockedStep(type="start", locked=True), LockedStep(type="job", id=4, locked=True))
LOCKED_AT = (LockedStep(type="job", id=4, locked=True, service_at=500),)
LOADED = (LockedStep(type="reload", locked=True), LockedStep(type="job", id=4, locked=True))
BAGS = ((2,), (2,), (2,))
FETCHED = jobs(4, delivery=(0,), pickup=(3,))[2:]
BY_TYPE = (("walker", 600),)

EASY: dict[str, Problem] = {
    "breaks": town((vehicle(breaks=(PAUSE,)),), jobs()),
    "breaks between trips": town((bike(breaks=(PAUSE,)),), jobs()),
    "a break with nothing on board": town((vehicle(breaks=(EMPTY_PAUSE,)),), jobs()),
    "a break of trips with nothing on board": town((bike(breaks=(EMPTY_PAUSE,)),), jobs()),
    "several windows": town((vehicle(),), jobs(windows=((0, 100), (900, 1500)))),
    "windows of trips": town((bike(),), jobs(windows=((0, 100), (900, 3000)))),
    "longest travel": town((vehicle(1, max_travel_time_s=480), vehicle(2)), jobs()),
    "longest way": town((vehicle(1, max_distance_m=1500), vehicle(2)), jobs()),
    "longest way of trips": town((bike(1, max_distance_m=2500), bike(2)), jobs()),
    "longest day": town((vehicle(max_duration_s=1200),), jobs()),
    "most tasks": town((vehicle(1, max_tasks=3), vehicle(2, max_tasks=2)), jobs()),
    "most tasks of trips": town((bike(1, max_tasks=3), bike(2, max_tasks=3)), jobs()),
    "skills": town((vehicle(1, skills=frozenset({1})), vehicle(2)), jobs(skills=frozenset({1}))),
    "shipments": town((vehicle(),), jobs(2), shipments=(errand(), errand(31))),
    "three legs": town((vehicle(),), jobs(2), shipments=(errand(via=True),)),
    "errands within trips": town((bike(),), jobs(), shipments=(errand(via=True), errand(31))),
    "only errands, by trips": town((bike(),), (), shipments=(errand(), errand(31))),
    "releases": town((vehicle(),), jobs(release_s=3000)),
    "releases of trips": town(
        (bike(),), (*jobs(2), *(replace(j, release_s=3000) for j in jobs(5)[2:]))
    ),
    "ranks": town((vehicle(capacity=(20,)),), DIRTY_LAST),
    "ranks of trips": town((bike(),), DIRTY_LAST),
    "ranks with errands between": town(
        (vehicle(capacity=(20,)),), DIRTY_LAST, shipments=(errand(), errand(31))
    ),
    "permits": town((vehicle(1, zone_max=0), vehicle(2)), jobs(zone=1)),
    "cohorts at places": town(
        (vehicle(1, cohort="n"), vehicle(2, cohort="s")),
        at_places(jobs(), "p", "q"),
        places=(Place(id="p"), Place(id="q")),
    ),
    "cohorts at bays": town(
        (bike(1, cohort="n"), bike(2, cohort="s", points=(8,), start=8, end=8)),
        jobs(),
        bays=(Bay(location=0), Bay(location=8)),
    ),
    "wishes": town((vehicle(1), vehicle(2)), jobs(preferred_courier=2)),
    "fixed couriers": town((vehicle(1), vehicle(2)), jobs(courier=2)),
    "fixed couriers of trips": town((bike(1), bike(2)), jobs(courier=2)),
    "a previous plan": town(
        (vehicle(1), vehicle(2)),
        jobs(),
        objective=Objective(change=900),
        previous=(PreviousRoute(vehicle=2, stops=(PreviousStop(type="job", id=3),)),),
    ),
    "a locked beginning": town((vehicle(locked=LOCKED), vehicle(2)), jobs()),
    "a locked time": town((vehicle(locked=LOCKED_AT),), jobs()),
    "a locked trip": town((bike(locked=LOADED),), jobs()),
    "locked bags": town(
        (
            vehicle(
                capacity=(4,), locked=(LockedStep(type="job", id=1, parts=(1,), locked=True),)
            ),
            vehicle(2, capacity=(4,)),
        ),
        jobs(1, delivery=(6,), parts=BAGS),
    ),
    "meetings": town(
        (vehicle(1), vehicle(2)),
        at_places(jobs(), "p"),
        places=(Place(id="p", separation_s=300),),
        separation_s=300,
    ),
    "meetings of trips": town(
        (bike(1), bike(2)),
        at_places(jobs(), "p"),
        places=(Place(id="p", separation_s=300, closed=((900, 1200),)),),
        separation_s=300,
    ),
    "shelves": town(
        (bike(1), bike(2)),
        at_places(jobs(), "p"),
        places=(Place(id="p", shelf=(6,), cleared=(3600,)),),
    ),
    "bays": town((bike(1), bike(2)), jobs(), bays=(Bay(location=0, lanes=1),)),
    "times by type": town(
        (vehicle(1, type="walker"), vehicle(2, type="bike")),
        jobs(service_per_type_s=BY_TYPE, setup_s=30, setup_per_type_s=BY_TYPE),
    ),
    "open ends": town((vehicle(start=None), vehicle(2, end=None)), jobs()),
    "no ends at all": town((vehicle(start=None, end=None),), jobs()),
    "several points": town((bike(points=(0, 8), start=None, end=None),), jobs(6)),
    "goods at one point": town((bike(points=(0, 8)),), jobs(points=(8,))),
    "split jobs": town((vehicle(capacity=(4,)), vehicle(2)), jobs(1, delivery=(6,), parts=BAGS)),
    "split jobs of trips": town((bike(),), jobs(2, delivery=(6,), parts=BAGS)),
    "fetching and bringing": town((vehicle(),), (*jobs(2), *FETCHED)),
    "fetching by trips": town((bike(),), (*jobs(2), *FETCHED)),
    "slow and fast": town((vehicle(1, speed_factor=0.5), vehicle(2, speed_factor=2.0)), jobs()),
    "by trips and by one": town(
        (bike(1), vehicle(2, skills=frozenset({3}))),
        (*jobs(2), *jobs(4, skills=frozenset({3}))[2:]),
    ),
    "faces": town((vehicle(1), vehicle(2)), jobs(building="b"), objective=Objective(face=500)),
    "balance": town((vehicle(1), vehicle(2)), jobs(), objective=Objective(balance=60)),
    "prizes worth it": town((vehicle(),), jobs(prize=5000)),
    "no loads": town((vehicle(capacity=()),), jobs(delivery=()), dimensions=0),
}  # fmt: skip


def left(plan: Plan) -> list[int]:
    return [u.id for u in plan.unassigned]


@pytest.mark.parametrize("name", EASY)
def test_all_is_served_where_it_is_easy(name: str) -> None:
    problem = EASY[name]
    plan = solve(problem, engine="ortools", step_limit=60)
    assert check(problem, plan) == ()
    assert left(plan) == []


@pytest.mark.parametrize("name", EASY)
def test_the_model_has_a_solution_of_its_own(name: str) -> None:
    instance = prepare(EASY[name])
    solution = Solution(instance)
    found = routed(solution, slots_of(solution), seconds=60, solutions=20)
    assert found is not None
    stops = [s for _, order in found.rides for s in order]
    bags = [(s.task, p) for s in stops for p in s.parts or (s.type,)]
    assert len(bags) == len(set(bags))
    assert {s.task for s in stops} == {t.index for t in instance.tasks}


def scarce_by_priority() -> tuple[Problem, list[int]]:
    drops = tuple(replace(j, priority=j.id) for j in jobs(3))
    return town((vehicle(capacity=(4,)),), drops), [1]


def scarce_by_prize() -> tuple[Problem, list[int]]:
    drops = (replace(jobs(3)[0], prize=10), *jobs(3)[1:])
    return town((vehicle(capacity=(4,)),), drops), [1]


def not_worth_its_prize() -> tuple[Problem, list[int]]:
    far = Job(id=8, location=8, service_s=60, prize=100)
    return town((vehicle(),), (*jobs(2), replace(far, delivery=(1,)))), [8]


@pytest.mark.parametrize("case", [scarce_by_priority, scarce_by_prize, not_worth_its_prize])
def test_the_right_one_is_left(case: Callable[[], tuple[Problem, list[int]]]) -> None:
    problem, expected = case()
    instance = prepare(problem)
    solution = Solution(instance)
    found = routed(solution, slots_of(solution), seconds=60, solutions=50)
    assert found is not None
    served = {s.id for _, order in found.rides for s in order}
    assert sorted({j.id for j in problem.jobs} - served) == expected


def test_a_day_begins_late_enough_to_end_within_its_length() -> None:
    problem = town((vehicle(max_duration_s=1200),), jobs(windows=((5000, 7000),)))
    solution = route(prepare(problem), seconds=60, solutions=20)
    assert not any(solution.left)
    trip = solution.shifts[0][0]
    assert trip.end.time_s - trip.end.departed_s <= 1200


@pytest.mark.parametrize("problem", [town((), jobs(2)), town((vehicle(),), ())])
def test_nothing_to_do_is_no_mistake(problem: Problem) -> None:
    plan = solve(problem, engine="ortools", time_limit_s=1)
    assert check(problem, plan) == ()
    assert plan.routes == ()


def test_who_can_wait_lets_the_other_one_in() -> None:
    drops = (
        Job(id=1, location=1, service_s=900, delivery=(1,), place="p", courier=1),
        Job(
            id=2, location=1, service_s=60, delivery=(1,), place="p", courier=2,
            windows=((0, 400),),
        ),
    )  # fmt: skip
    problem = town((vehicle(1), vehicle(2)), drops, places=(Place(id="p", separation_s=300),))
    solution = route(prepare(problem), seconds=60, solutions=20)
    assert not any(solution.left)
    assert [t.visits[0].begin_s for shift in solution.shifts for t in shift] == [420, 60]


def crowd() -> Solution:
    """Six couriers of trips, timed one after another."""
    drops = at_places(jobs(8), "p", "q")
    drops = tuple(replace(j, service_s=60 + 200 * (j.id % 3)) for j in drops)
    pause = Break(id=1, time_windows=((0, 2 * HOUR),), service_s=300)
    problem = town(
        tuple(bike(n, breaks=(pause,) if n == 1 else ()) for n in range(1, 5)),
        drops,
        places=(Place(id="p", separation_s=300), Place(id="q", separation_s=300)),
        bays=(Bay(location=0, lanes=1),),
        separation_s=300,
    )
    solution = route_trips(prepare(problem), seconds=60, solutions=10)
    assert solution is not None
    return solution


def test_an_engines_plan_is_moved_as_the_timetable_says() -> None:
    solution = crowd()
    before = sum(shift[-1].end.time_s for shift in solution.shifts if shift)
    better = retimed(solution, seconds=1, deterministic=True)
    assert better is not None
    assert sum(shift[-1].end.time_s for shift in better.shifts if shift) < before
    assert better.left == solution.left
    for old, new in zip(solution.shifts, better.shifts, strict=True):
        assert [t.stops for t in old] == [t.stops for t in new]
    known = {b for v in solution.instance.vehicles for b in v.breaks}
    assert {b for shift in better.shifts for t in shift for b in t.after.breaks} <= known


def test_prizes_are_earned_together_that_no_single_way_is_worth() -> None:
    far = tuple(Job(id=n, location=8, service_s=60, delivery=(1,), prize=300) for n in range(1, 7))
    problem = town((vehicle(),), far)  # the way there and back costs 960
    solution = route(prepare(problem), seconds=60, solutions=20)
    assert not any(solution.left)


def test_long_ways_are_ways_all_the_same() -> None:
    ways = {"car": street(9, step_s=40_000_000)}
    problem = town((vehicle(window=(0, 10**12)),), jobs(), matrices=ways)
    solution = route(prepare(problem), seconds=60, solutions=20)
    assert not any(solution.left)


def of_street(work: tuple[Job, ...], *fleet: Vehicle, **more: object) -> Problem:
    return Problem(vehicles=fleet, jobs=work, matrices={"car": street()}, dimensions=1, **more)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "late",
    [
        {"windows": ((12_000_000, 13_000_000),)},
        {"windows": ((1 << 46, 1 << 47),)},
        {"release_s": 12_000_000},
        {"windows": ((12_000_000, 13_000_000),), "setup_s": 60},
    ],
)
@pytest.mark.parametrize("courier", [vehicle, bike])
def test_what_opens_after_every_shift_is_left_out(courier, late):
    work = (*jobs(2), Job(id=9, location=3, delivery=(1,), **late))
    problem = of_street(work, courier())

    plan = solve(problem, engine="ortools", step_limit=3)

    assert not check(problem, plan)
    assert [left.id for left in plan.unassigned] == [9]


def test_a_shipment_whose_delivery_opens_too_late_is_left_out_whole():
    end = ShipmentStep(id=2, location=2, windows=((12_000_000, 12_000_001),))
    shipment = Shipment(pickup=ShipmentStep(id=1, location=1), delivery=end, amount=(1,))
    problem = of_street(jobs(2), vehicle(), shipments=(shipment,))

    plan = solve(problem, engine="ortools", step_limit=3)

    assert not check(problem, plan)
    assert {(left.type, left.id) for left in plan.unassigned} == {("pickup", 1), ("delivery", 2)}


def test_clocks_of_public_files_in_ten_thousandths_are_kept():
    day, unit = 1236, 10_000
    legs = [(10, 200), (300, 500), (1000, 1200)]
    shipments = tuple(
        Shipment(
            pickup=ShipmentStep(id=n, location=n, windows=((a * unit, b * unit),)),
            delivery=ShipmentStep(id=n, location=n + 4, windows=((a * unit, day * unit),)),
            amount=(1,),
        )
        for n, (a, b) in enumerate(legs, 1)
    )
    fleet = (vehicle(1, window=(0, day * unit)), vehicle(2, window=(0, day * unit)))
    matrix = street(step_s=7 * unit)
    problem = Problem(
        vehicles=fleet, jobs=(), shipments=shipments, matrices={"car": matrix}, dimensions=1
    )

    plan = solve(problem, engine="ortools", step_limit=3)

    assert not check(problem, plan)
    assert plan.unassigned == ()


def test_seconds_by_type_are_those_of_whoever_serves():
    slow = {"setup_per_type_s": (("van", 900),), "service_per_type_s": (("van", 1800),)}
    work = tuple(
        Job(id=n, location=n, delivery=(2,), setup_s=10, service_s=20, **slow)  # type: ignore[arg-type]
        for n in (1, 2, 3, 4)
    )
    for fleet in (
        (vehicle(1, type="van", capacity=(4,)), vehicle(2, capacity=(4,))),
        (bike(1, type="van"), bike(2, max_trips=1)),
    ):
        problem = of_street(work, *fleet)
        plan = solve(problem, engine="ortools", step_limit=3)
        assert not check(problem, plan)
        assert plan.unassigned == ()
