from dataclasses import replace
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from solver.engines import wanted
from solver.objective import PREFERENCE_COST, value
from solver.plan import Plan, Route, Step
from solver.problem import (
    Job,
    Matrix,
    Objective,
    PreviousRoute,
    PreviousStop,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
)
from solver.summary import summarise

MINUTE = 60


def problem_of(*jobs: Job, fleet: int = 2, **changes: Any) -> Problem:
    """Locations in a row, ten minutes apart; couriers at location 0."""
    at = np.arange(6, dtype=np.int64)
    apart = abs(at[:, None] - at[None, :]) * 10 * MINUTE
    problem = Problem(
        vehicles=tuple(Vehicle(id=n, start=0, end=0) for n in range(1, fleet + 1)),
        jobs=jobs,
        matrices={"car": Matrix(duration_s=apart, distance_m=apart, cost=apart)},
    )
    return replace(problem, **changes)


def plan_of(problem: Problem, served: dict[int, list[tuple[int, ...]]]) -> Plan:
    """Serve jobs by vehicle: id, then the bags brought; times do not matter here."""
    jobs = {job.id: job for job in problem.jobs}
    routes = []
    for vehicle, stops in served.items():
        steps = [Step(type="start", location=0, arrival_s=0)]
        for name, *parts in stops:
            job = jobs[name]
            steps.append(
                Step(
                    type="job",
                    id=name,
                    location=job.location,
                    arrival_s=0,
                    service_s=job.service_s,
                    setup_s=job.setup_s,
                    parts=tuple(parts),
                )
            )
        steps.append(Step(type="end", location=0, arrival_s=0, waiting_s=9_000))
        routes.append(Route(vehicle=vehicle, steps=tuple(steps)))
    summary = summarise(problem, tuple(routes), (), engine="", seed=0, seconds=0.0, stopped="")
    return Plan(routes=tuple(routes), unassigned=(), summary=summary)


def test_the_cost_of_the_routes_is_the_summarys(good: Any) -> None:
    found = value(good.problem, good.plan)
    assert found.cost == good.plan.summary.cost
    assert found.tiers[:2] == (0, 0)


def test_what_is_left_out_counts_by_priority_and_share() -> None:
    bags = ((1,), (1,), (1,), (1,))
    problem = problem_of(
        Job(id=1, location=1, delivery=(4,), parts=bags, priority=8),
        Job(id=2, location=2, delivery=(1,), priority=5),
        Job(id=3, location=2, delivery=(1,)),
        dimensions=1,
    )
    found = value(problem, plan_of(problem, {1: [(1, 0)], 2: [(1, 2), (3,)]}))
    assert (found.priority_left, found.amount_left) == (4 + 5, 0.5 + 1)


def test_a_shipment_counts_twice_unless_all_of_its_stops_are_served(good: Any) -> None:
    walker = good.plan.routes[2]
    cut = replace(walker, steps=tuple(s for s in walker.steps if s.type != "via"))
    found = value(good.problem, replace(good.plan, routes=(*good.plan.routes[:2], cut)))
    assert (found.priority_left, found.amount_left) == (2 * 3, 2)


def test_a_missed_prize_is_money_and_no_amount() -> None:
    problem = problem_of(Job(id=1, location=1, prize=700), Job(id=2, location=1))
    nothing = value(problem, plan_of(problem, {}))
    assert (nothing.amount_left, nothing.prizes_missed, nothing.money) == (1, 700, 700)
    served = value(problem, plan_of(problem, {1: [(1,), (2,)]}))
    assert (served.amount_left, served.prizes_missed, served.money) == (0, 0, 1200)


@pytest.mark.parametrize(
    ("served", "excess"),
    [
        ({1: [(1,), (2,)]}, 0),
        ({1: [(1,)], 2: [(2,)]}, 1),
        ({1: [(1,)], 2: [(2,)], 3: [(3,)]}, 2),
        ({1: [(1,), (3,)], 2: [(2,)], 3: [(4,)]}, 1),  # another building is another count
    ],
)
def test_further_couriers_at_a_building_cost(
    served: dict[int, list[tuple[int, ...]]], excess: int
) -> None:
    jobs = tuple(Job(id=n, location=1, building="a" if n < 4 else "b") for n in range(1, 5))
    problem = problem_of(*jobs, fleet=3, objective=Objective(face=40))
    found = value(problem, plan_of(problem, served))
    assert (found.excess_faces, found.face_cost) == (excess, 40 * excess)


@pytest.mark.parametrize(
    ("face", "wished", "cost"),
    [(0, 1, 0), (0, 2, PREFERENCE_COST), (70, 2, 70), (70, 9, 0)],  # 9: nobody
)
def test_a_wished_courier_costs_where_another_comes(face: int, wished: int, cost: int) -> None:
    problem = problem_of(
        Job(id=1, location=1, preferred_courier=wished), objective=Objective(face=face)
    )
    assert value(problem, plan_of(problem, {1: [(1,)]})).wish_cost == cost


@pytest.mark.parametrize(
    ("before", "cost"),
    [
        ({1: [1, 2]}, 0),
        ({2: [1, 2]}, 18),
        ({1: [1], 2: [2]}, 9),
        ({1: [1], 2: [1]}, 0),  # split between both: either may bring it
        ({9: [1, 2]}, 0),  # nobody who is left
        ({2: [7]}, 0),  # a stop that is gone
    ],
)
def test_a_stop_by_another_courier_than_before_costs(
    before: dict[int, list[int]], cost: int
) -> None:
    previous = tuple(
        PreviousRoute(vehicle=v, stops=tuple(PreviousStop(type="job", id=n) for n in stops))
        for v, stops in before.items()
    )
    problem = problem_of(
        Job(id=1, location=1),
        Job(id=2, location=2),
        objective=Objective(change=9),
        previous=previous,
    )
    assert value(problem, plan_of(problem, {1: [(1,), (2,)]})).change_cost == cost


@pytest.mark.parametrize(
    ("stays", "minutes"),
    [
        ((0, 0), 10),  # 20 minutes of way and nothing: mean 10
        ((300, 0), 12),  # 25 minutes: 12.5 above the mean, rounded down
        ((7_199, 0), 69),  # 139.98 minutes
    ],
)
def test_uneven_work_costs_by_the_minute_above_the_mean(
    stays: tuple[int, int], minutes: int
) -> None:
    problem = problem_of(
        Job(id=1, location=1, setup_s=stays[0], service_s=stays[1]),
        objective=Objective(balance=3),
    )
    found = value(problem, plan_of(problem, {1: [(1,)]}))
    assert (found.balance_minutes, found.balance_cost) == (minutes, 3 * minutes)


@given(
    works=st.lists(st.integers(0, 10_000), min_size=1, max_size=4),
    idle=st.integers(0, 3),
)
def test_balance_is_the_work_above_the_mean_of_everybody(works: list[int], idle: int) -> None:
    jobs = tuple(Job(id=n, location=0, service_s=s) for n, s in enumerate(works, 1))
    problem = problem_of(*jobs, fleet=len(works) + idle)
    found = value(problem, plan_of(problem, {n: [(n,)] for n in range(1, len(works) + 1)}))
    mean = sum(works) / (len(works) + idle)
    above = sum(max(work - mean, 0) for work in works) / 60
    assert above - 1 - 1e-6 < found.balance_minutes <= above + 1e-6


def test_tiers_come_before_money() -> None:
    problem = problem_of(
        Job(id=1, location=5), Job(id=2, location=1, priority=1), objective=Objective(face=5)
    )
    near, far, both = (
        value(problem, plan_of(problem, {1: [(n,) for n in served]})).tiers
        for served in ((2,), (1,), (1, 2))
    )
    assert both < near < far
    assert near[2] < both[2]


def test_legs_of_shipments_stay_with_their_courier_too() -> None:
    shipment = Shipment(
        pickup=ShipmentStep(id=1, location=1), delivery=ShipmentStep(id=1, location=2)
    )
    before = PreviousRoute(
        vehicle=2, stops=(PreviousStop(type="pickup", id=1), PreviousStop(type="delivery", id=1))
    )
    problem = problem_of(shipments=(shipment,), objective=Objective(change=7), previous=(before,))
    steps = tuple(
        Step(type=kind, id=1, location=n, arrival_s=0)
        for n, kind in enumerate(("pickup", "delivery"), 1)
    )
    plan = plan_of(problem, {})
    plan = replace(plan, routes=(Route(vehicle=1, steps=steps),))
    assert value(problem, plan).change_cost == 14


def test_engines_price_a_refused_wish_as_it_is_judged() -> None:
    assert wanted.PREFERENCE_COST == PREFERENCE_COST
