"""What engines minimise is what the objective says, to the unit."""

import random
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.engines.assemble import routes_of
from solver.engines.instance import Stop, prepare
from solver.engines.solution import Solution, restore
from solver.engines.timing import loads_fit, time_trip
from solver.formats.native import read_problem
from solver.objective import value
from solver.plan import Plan, Unassigned
from solver.problem import Problem
from solver.summary import summarise

SIZE = 6


def drawn(rng: random.Random) -> Problem:
    """A day with a bit of everything that the objective weighs."""
    ways = [[0 if a == b else rng.randint(30, 400) for b in range(SIZE)] for a in range(SIZE)]
    rated = {"fixed": rng.choice([0, 7]), "per_hour": rng.choice([3600, 1234])}
    rated |= {"per_task_hour": rng.choice([0, 999]), "per_km": rng.choice([0, 77])}
    grounds: dict[str, Any] = {"durations": ways, "distances": ways}
    if rng.random() < 0.3:
        grounds["costs"] = [[3 * way for way in row] for row in ways]
        rated["per_hour"], rated["per_km"] = 3600, 0
    vehicles = [
        {"id": n, "capacity": [9], "costs": rated, "start_index": 0, "end_index": 0}
        | rng.choice([{}, {"points": [0, 1], "max_trips": 4, "reload_service": 30}])
        | rng.choice([{}, {"speed_factor": 1.3}])
        | rng.choice([{}, {"breaks": [{"id": 1, "service": 60}]}])
        for n in (1, 2, 3)
    ]
    jobs = [
        {"id": n, "location_index": rng.randrange(1, SIZE), "service": rng.choice([0, 50])}
        | {"delivery": [3], "setup": rng.choice([0, 20]), "priority": rng.choice([0, 0, 5])}
        | rng.choice([{}, {"building": "A"}, {"building": "B"}])
        | rng.choice(
            [{}, {"prize": 700}, {"parts": [[1], [2]]}, {"parts": [[1], [2]], "prize": 9}]
        )
        | rng.choice([{}, {"preferred_courier": rng.randint(1, 3)}])
        for n in range(6)
    ]
    leg: dict[str, Any] = {"id": 1, "service": 30}
    shipment = {
        "pickup": leg | {"location_index": 2},
        "delivery": leg | {"location_index": 3},
        "amount": [1],
        "priority": rng.choice([0, 5]),
    }
    steps = [{"type": "job", "id": n} for n in range(6)]
    steps += [{"type": "pickup", "id": 1}, {"type": "delivery", "id": 1}]
    before = [
        {"vehicle": n, "steps": rng.sample(steps, rng.randint(0, len(steps)))} for n in (1, 2, 9)
    ]
    return read_problem(
        {
            "vehicles": vehicles,
            "jobs": jobs,
            "shipments": [shipment],
            "matrices": {"car": grounds},
            "objective": {name: rng.choice([0, 90]) for name in ("face", "change", "balance")},
            "previous": {"routes": before},
        }
    )


def planned(problem: Problem, rng: random.Random) -> Solution:
    """Give some of the tasks to somebody."""
    solution = Solution(prepare(problem))
    for _ in range(5):
        vehicle = rng.randrange(len(problem.vehicles))
        stops = _chosen(solution, rng)
        points = solution.instance.vehicles[vehicle].points
        if not stops or not loads_fit(solution.instance, vehicle, stops):
            continue
        trip = time_trip(
            solution.instance,
            solution.occupancy,
            vehicle,
            solution.progress(vehicle),
            point=rng.choice(points) if points else None,
            stops=stops,
        )
        if trip is not None:
            solution.append(vehicle, trip)
    return solution


def _chosen(solution: Solution, rng: random.Random) -> tuple[Stop, ...]:
    found: list[Stop] = []
    for task in rng.sample(solution.instance.tasks, 3):
        left = solution.left[task.index]
        if left:
            parts = tuple(sorted(rng.sample(left, rng.randint(1, len(left)))))
            found.extend(solution.instance.part_of(task, parts))
    return tuple(found)


def written(problem: Problem, solution: Solution) -> Plan:
    routes, nothing = routes_of(solution), tuple[Unassigned, ...]()
    figures = summarise(problem, routes, nothing, engine="", seed=0, seconds=0.0, stopped="")
    return Plan(routes=routes, unassigned=nothing, summary=figures)


@settings(max_examples=150, deadline=None)
@given(seed=st.integers(0, 10**6))
def test_a_score_is_the_plan_s_worth(seed):
    rng = random.Random(seed)
    problem = drawn(rng)
    solution = planned(problem, rng)

    assert solution.score() == value(problem, written(problem, solution)).tiers
    assert restore(solution.instance, solution.snapshot()).score() == solution.score()


def test_any_of_several_former_couriers_is_no_change():
    problem = drawn(random.Random(1))
    raw: dict[str, Any] = {
        "vehicles": [{"id": n, "start_index": 0, "end_index": 0} for n in (1, 2, 3)],
        "jobs": [{"id": 7, "location_index": 1, "preferred_courier": 2}],
        "shipments": [
            {
                "pickup": {"id": 1, "location_index": 2},
                "delivery": {"id": 1, "location_index": 3},
            }
        ],
        "matrices": {"car": {"durations": problem.matrices["car"].duration_s.tolist()}},
        "objective": {"change": 10},
        "previous": {
            "routes": [
                {"vehicle": 1, "steps": [{"type": "job", "id": 7}, {"type": "pickup", "id": 1}]},
                {"vehicle": 2, "steps": [{"type": "job", "id": 7}, {"type": "delivery", "id": 1}]},
            ]
        },
    }
    instance = prepare(read_problem(raw))

    assert [instance.wish_cost(0, vehicle) for vehicle in range(3)] == [300, 0, 310]
    assert [instance.wish_cost(1, vehicle) for vehicle in range(3)] == [10, 10, 20]
    # Search knows single vehicles: the wished one stands for all former ones.
    assert instance.tasks[0].wishes == ((1, 310),)
    assert dict(instance.tasks[1].wishes) == {0: 10, 1: 10}


@pytest.mark.parametrize(("kind", "weight"), [("job", 1), ("shipment", 2)])
def test_a_shipment_left_out_counts_twice(kind, weight):
    instance = prepare(drawn(random.Random(2)))

    weights = {t.weight for t in instance.tasks if (len(t.stops) > 1) == (kind == "shipment")}

    assert weights == {weight}
