"""How many of equal vehicles OR-Tools is offered."""

from dataclasses import replace

import numpy as np
import pytest

from solver.engines.instance import prepare
from solver.engines.ortools_fleet import enough
from solver.engines.ortools_nodes import Riders, may_ride, stops_left
from solver.engines.solution import Solution
from solver.problem import Job, LockedStep, Matrix, Problem, Vehicle


def town(vehicles: tuple[Vehicle, ...], jobs: tuple[Job, ...]) -> Problem:
    at = np.arange(41, dtype=np.int64)
    apart = abs(at[:, None] - at[None, :]) * 10
    way = Matrix(duration_s=apart, distance_m=apart, cost=apart)
    return Problem(vehicles=vehicles, jobs=jobs, matrices={"car": way}, dimensions=1)


def fleet(count: int, **more: object) -> tuple[Vehicle, ...]:
    given: dict[str, object] = {"start": 0, "end": 0, "capacity": (10,), **more}
    return tuple(Vehicle(id=n, **given) for n in range(1, count + 1))  # type: ignore[arg-type]


JOBS = tuple(Job(id=n, location=n, service_s=60, delivery=(1,)) for n in range(1, 41))


def offered(problem: Problem) -> list[int]:
    instance = prepare(problem)
    return [slot.first for slot in enough(instance, stops_left(Solution(instance)))]


def test_goods_for_four_need_no_forty() -> None:
    assert 4 <= len(offered(town(fleet(40), JOBS))) < 12


@pytest.mark.parametrize(
    ("vehicles", "jobs"),
    [
        (fleet(40, capacity=(1,)), JOBS),  # each carries one
        (fleet(40, max_tasks=1), JOBS),
        (fleet(40, window=(0, 100)), JOBS),  # time for one
        (fleet(40), tuple(replace(j, windows=((500, 510),)) for j in JOBS)),  # all at once
        (fleet(40, max_distance_m=900), JOBS),  # what it allows is not guessed
    ],
)
def test_all_are_offered_where_all_may_be_needed(
    vehicles: tuple[Vehicle, ...], jobs: tuple[Job, ...]
) -> None:
    assert len(offered(town(vehicles, jobs))) >= 16


def test_who_is_named_is_offered() -> None:
    locked = (LockedStep(type="job", id=3, locked=True),)
    vehicles = (*fleet(39), replace(fleet(1, locked=locked)[0], id=40))
    jobs = (replace(JOBS[0], courier=38), replace(JOBS[1], preferred_courier=37), *JOBS[2:])
    assert {36, 37, 39} <= set(offered(town(vehicles, jobs)))


def test_riders_are_those_who_may_ride() -> None:
    vehicles = (*fleet(5), *fleet(9, capacity=(2,))[5:])
    jobs = (replace(JOBS[0], delivery=(5,)), replace(JOBS[1], skills=frozenset({1})), *JOBS[2:])
    instance = prepare(town(vehicles, jobs))
    stops = stops_left(Solution(instance))
    slots = enough(instance, stops)
    riders = Riders(instance, slots)
    for stop in stops:
        expected = [n for n, slot in enumerate(slots) if may_ride(instance, stop, slot)]
        assert riders.of(stop) == expected
