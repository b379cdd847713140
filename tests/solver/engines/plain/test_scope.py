"""The lean search takes what it knows, and nothing else."""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from solver.engines.compiled.build import build
from solver.engines.instance import prepare
from solver.engines.opening import open_search
from solver.engines.plain.hall import PlainSearch
from solver.engines.plain.scope import is_plain
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

GRID = np.abs(np.arange(5)[:, None] - np.arange(5)[None]).astype(np.int64) * 60
PLAIN = Problem(
    vehicles=(
        Vehicle(id=1, start=0, end=0, capacity=(9, 9)),
        Vehicle(id=2, start=0, end=0, capacity=(9, 9)),
    ),
    jobs=(
        Job(id=1, location=1, delivery=(1, 1)),
        Job(id=2, location=2, delivery=(1, 1)),
    ),
    matrices={
        name: Matrix(duration_s=GRID, distance_m=GRID, cost=GRID) for name in ("car", "bike")
    },
    dimensions=2,
)


def altered(job: dict[str, Any], vehicle: dict[str, Any], problem: dict[str, Any]) -> Problem:
    first, *jobs = PLAIN.jobs
    one, *vehicles = PLAIN.vehicles
    return replace(
        PLAIN,
        **{
            "jobs": (replace(first, **job), *jobs),
            "vehicles": (replace(one, **vehicle), *vehicles),
            **problem,
        },
    )


def is_plain_problem(problem: Problem) -> bool:
    return is_plain(build(prepare(problem)))


STEP = ShipmentStep(id=7, location=3)


@pytest.mark.parametrize(
    ("job", "vehicle", "problem"),
    [
        ({"pickup": (1, 1), "delivery": ()}, {}, {}),  # loads that rise on the way
        ({"place": "p"}, {}, {"places": (Place(id="p"),)}),  # couriers that must not meet
        ({}, {"points": (0,)}, {"bays": (Bay(location=0),)}),  # loadings one by one
        ({}, {"points": (0, 1), "max_trips": 3}, {}),  # several trips
        ({"delivery": (2, 2), "parts": ((1, 1), (1, 1))}, {}, {}),  # a split
        ({}, {"max_tasks": 3}, {}),  # limits of a route ...
        ({}, {"max_travel_time_s": 900}, {}),  # ... in time
        ({}, {"max_distance_m": 900}, {}),  # ... and metres
        ({}, {"breaks": (Break(id=1, service_s=60, time_windows=((0, 900),)),)}, {}),
        ({"setup_s": 60}, {}, {}),  # not where the stop before was here
        ({"setup_per_type_s": (("", 60),)}, {}, {}),  # for some only
        ({"building": "b"}, {}, {"objective": Objective(face=100)}),  # who meets whom
        ({"preferred_courier": 2}, {}, {}),  # a wish
        (
            {},
            {},
            {
                "previous": (PreviousRoute(vehicle=2, stops=(PreviousStop(type="job", id=1),)),),
                "objective": Objective(change=100),
            },
        ),  # a plan to stay close to
        ({"zone": 1}, {}, {}),  # ranks never fall
        ({}, {}, {"objective": Objective(balance=1)}),  # even work
        ({"points": (1,)}, {"points": (0, 1)}, {}),  # goods at a point
        ({"release_s": 600}, {}, {}),  # goods that are not there yet
        ({"windows": ((0, 60), (90, 120))}, {}, {}),  # two windows
        ({}, {"cost_per_task_hour": 3600}, {}),  # service that costs
        ({}, {"locked": (LockedStep(type="job", id=1, locked=True),)}, {}),  # what stays
        ({}, {}, {"shipments": (Shipment(pickup=STEP, delivery=STEP),)}),  # pairs
        ({}, {}, {"jobs": ()}),  # nothing to do
        ({"windows": ((0, 60),)}, {"window": (0, 1 << 30)}, {}),  # instants too late for it ...
        ({"windows": ((1 << 32, (1 << 32) + 60),)}, {}, {}),  # ... at a stop
    ],
)
def test_a_rule_that_it_does_not_know_is_refused(
    job: dict[str, Any], vehicle: dict[str, Any], problem: dict[str, Any]
) -> None:
    asked = altered(job, vehicle, problem)
    assert not is_plain_problem(asked)
    assert not isinstance(open_search(build(prepare(asked)), 0), PlainSearch)


@pytest.mark.parametrize(
    ("job", "vehicle", "problem"),
    [
        ({}, {}, {}),
        ({"windows": ((0, 600),)}, {"window": (0, 9000)}, {}),  # one window
        ({"skills": frozenset({1})}, {"skills": frozenset({1})}, {}),
        ({"prize": 5, "priority": 3}, {}, {}),
        ({"service_s": 60, "service_per_type_s": (("", 90),)}, {}, {}),
        ({}, {"max_duration_s": 900, "fixed_cost": 5, "profile": "bike"}, {}),
        ({"courier": 2}, {"speed_factor": 1.5, "cost_per_km": 7, "start": None, "end": None}, {}),
        ({"building": "b"}, {"cohort": "a"}, {}),  # nobody minds
    ],
)
def test_what_it_knows_it_takes(
    job: dict[str, Any], vehicle: dict[str, Any], problem: dict[str, Any]
) -> None:
    asked = altered(job, vehicle, problem)
    assert is_plain_problem(asked)
    assert isinstance(open_search(build(prepare(asked)), 0), PlainSearch)
