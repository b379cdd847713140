from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.check import check
from solver.plan import Plan, Route, Step
from solver.problem import Job, Matrix, Problem, Vehicle
from solver.summary import route_cost, summarise


def line(**vehicle: Any) -> tuple[Problem, tuple[Step, ...]]:
    """One vehicle, there and back: 1,001 s and 2,500 m each way, 90 s of service."""
    way = np.array([[0, 1001], [1001, 0]], dtype=np.int64)
    metres = np.array([[0, 2500], [2500, 0]], dtype=np.int64)
    car = Vehicle(**({"id": 1, "start": 0, "end": 0} | vehicle))
    problem = Problem(
        vehicles=(car,),
        jobs=(Job(id=1, location=1, service_s=90),),
        matrices={"car": Matrix(duration_s=way, distance_m=metres, cost=way)},
    )
    there = round(1001 / car.speed_factor)
    steps = (
        Step(type="start", location=0, arrival_s=0),
        Step(
            type="job",
            id=1,
            location=1,
            arrival_s=there,
            service_s=90,
            duration_s=there,
            distance_m=2500,
        ),
        Step(
            type="end",
            location=0,
            arrival_s=2 * there + 90,
            duration_s=2 * there,
            distance_m=5000,
        ),
    )
    return problem, steps


@pytest.mark.parametrize(
    ("vehicle", "cost"),
    [
        ({}, 2002),  # VROOM's default: the seconds
        ({"fixed_cost": 500}, 2502),
        ({"cost_per_hour": 1800}, 1001),
        ({"cost_per_hour": 1}, 1),  # 0.556, rounded once for the route
        ({"cost_per_hour": 0, "cost_per_km": 3}, 15),
        ({"cost_per_hour": 0, "cost_per_km": 1, "fixed_cost": 1}, 6),
        ({"cost_per_hour": 0, "cost_per_task_hour": 3600}, 90),
        ({"speed_factor": 2.0}, 1000),  # 500.5 s are 500, halves to even
        ({"speed_factor": 0.5}, 4004),
    ],
)
def test_a_route_costs_what_its_vehicle_costs(vehicle: dict[str, Any], cost: int) -> None:
    problem, steps = line(**vehicle)
    assert route_cost(problem, problem.vehicles[0], steps) == cost
    assert judged(problem, steps) == ()


def test_a_matrix_of_costs_is_taken_as_it_is() -> None:
    problem, steps = line(speed_factor=2.0, fixed_cost=5)
    own = replace(problem.matrices["car"], cost=np.array([[0, 7], [30, 0]], dtype=np.int64))
    problem = replace(problem, matrices={"car": own})
    assert route_cost(problem, problem.vehicles[0], steps) == 42
    assert judged(problem, steps) == ()


def judged(problem: Problem, steps: tuple[Step, ...]) -> tuple[Any, ...]:
    cost = route_cost(problem, problem.vehicles[0], steps)
    routes = (Route(vehicle=1, steps=steps, cost=cost),)
    summary = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
    return check(problem, Plan(routes=routes, unassigned=(), summary=summary))


@pytest.mark.parametrize(
    ("capacity", "max_trips", "faces", "excess"),
    [
        (60, 1, 2, 1),  # one courier could carry all
        (59, 1, 2, 0),  # one gram more than one courier can carry
        (30, 2, 2, 1),  # in two trips one courier could
        (29, 2, 2, 0),
    ],
)
def test_faces_above_what_the_load_needs_are_excess(
    capacity: int, max_trips: int, faces: int, excess: int
) -> None:
    problem, _ = line()
    jobs = tuple(Job(id=n, location=1, delivery=(30,), building="b") for n in (1, 2))
    vehicles = tuple(
        Vehicle(id=n, start=0, capacity=(capacity,), max_trips=max_trips, points=(0,))
        for n in (1, 2)
    )
    problem = replace(problem, jobs=jobs, vehicles=vehicles, dimensions=1)
    routes = tuple(
        Route(vehicle=n, steps=(Step(type="job", id=n, location=1, arrival_s=0),)) for n in (1, 2)
    )
    summary = summarise(problem, routes, (), engine="", seed=0, seconds=0.0, stopped="")
    assert (summary.faces, summary.excess_faces) == (faces, excess)
    plan = Plan(routes=routes, unassigned=(), summary=summary)
    assert "figure.wrong" not in {v.code for v in check(problem, plan)}
