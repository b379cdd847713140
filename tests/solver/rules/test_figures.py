from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.plan import Plan, Route, Step
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.rules.day import Day
from solver.rules.figures import route_costs, step_figures, summary_figures
from solver.rules.times import arrivals, limits
from solver.summary import summarise


def day(arrival_s: int, cost: int, duration_s: int = -1, **vehicle: Any) -> Day:
    """There and back, 101 s and 1,001 m each way, with 50 s of service."""
    way = np.array([[0, 101], [101, 0]], dtype=np.int64)
    metres = np.array([[0, 1001], [1001, 0]], dtype=np.int64)
    problem = Problem(
        vehicles=(Vehicle(**({"id": 1, "start": 0, "end": 0} | vehicle)),),
        jobs=(Job(id=1, location=1, service_s=50),),
        matrices={"car": Matrix(duration_s=way, distance_m=metres, cost=way)},
    )
    steps = (
        Step(type="start", location=0, arrival_s=0, duration_s=0),
        Step(
            type="job", id=1, location=1, arrival_s=arrival_s, service_s=50,
            duration_s=duration_s, distance_m=1001,
        ),
        Step(type="end", location=0, arrival_s=10_000, duration_s=-1, distance_m=2002),
    )  # fmt: skip
    routes = (Route(vehicle=1, steps=steps, cost=cost),)
    summary = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
    summary = replace(summary, cost=cost)
    return Day(problem, Plan(routes=routes, unassigned=(), summary=summary))


@pytest.mark.parametrize(
    ("vehicle", "honest"),
    [
        ({}, {202}),
        ({"cost_per_km": 1}, {204}),  # 204.002
        ({"cost_per_hour": 1800, "cost_per_km": 1}, {103}),  # 103.002
        ({"cost_per_hour": 0, "cost_per_km": 3}, {6}),
        ({"cost_per_hour": 0, "cost_per_km": 4}, {8}),
        ({"cost_per_hour": 0, "cost_per_km": 300}, {600, 601}),  # 600.6: VROOM may cut it
        ({"cost_per_hour": 0, "cost_per_task_hour": 40}, {0, 1}),  # 0.56: VROOM cuts it
        ({"cost_per_hour": 0, "cost_per_km": 300, "cost_per_task_hour": 40}, {600, 601}),
        ({"speed_factor": 2.0}, {100, 101}),  # 50.5 each: ours are 50, VROOM's 101 in all
        ({"speed_factor": 1.7}, {118, 119}),  # 59.59 by VROOM's two digits, 59.41 in truth
    ],
)
def test_a_route_costs_what_it_does_or_what_vroom_makes_of_it(
    vehicle: dict[str, Any], honest: set[int]
) -> None:
    accepted = {
        cost
        for cost in range(1000)
        if not [*route_costs(day(200, cost, **vehicle))]
    }  # fmt: skip
    assert honest <= accepted <= {n for h in honest for n in (h - 1, h, h + 1)}
    assert len(accepted) <= len(honest) + (2 if vehicle.get("speed_factor") else 0)


def test_a_summary_adds_up_what_its_routes_say() -> None:
    told = day(200, 600, cost_per_hour=0, cost_per_km=300)
    assert "cost" not in {v.facts["figure"] for v in summary_figures(told)}
    wrong = replace(told.plan, summary=replace(told.plan.summary, cost=601))
    assert "cost" in {v.facts["figure"] for v in summary_figures(Day(told.problem, wrong))}


@pytest.mark.parametrize(
    ("arrival", "early"),
    [(60, []), (59, []), (58, [1])],  # 59.59 s by VROOM, which cuts instants; ours are 59
)
def test_who_is_faster_is_there_when_vroom_says(arrival: int, early: list[int]) -> None:
    assert [v.by for v in arrivals(day(arrival, 0, speed_factor=1.7))] == early


@pytest.mark.parametrize(("stated", "off"), [(59, []), (60, []), (58, [1]), (61, [2])])
def test_travel_is_counted_as_we_or_vroom_round_it(stated: int, off: list[int]) -> None:
    assert [v.by for v in step_figures(day(100, 0, stated, speed_factor=1.7))] == off


@pytest.mark.parametrize(("longest", "over"), [(10_000, []), (9_999, [1])])
def test_a_shift_lasts_from_leaving_to_the_end(longest: int, over: list[int]) -> None:
    assert [v.by for v in limits(day(200, 0, max_duration_s=longest))] == over
