"""Give trips that have an order but no times to couriers, so that nobody meets."""

import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from solver.engines.dispatch import dispatch, start_shift
from solver.engines.instance import Instance, Stop
from solver.engines.solution import Solution
from solver.engines.timing import Trip, loads_fit, time_trip

TRIPS_TIMED = 8
STRANGER_COST = 600
"""What a trip formed for another class of vehicles weighs when a courier chooses the next."""


@dataclass(frozen=True, slots=True)
class Choice:
    """What counts when a courier chooses the next trip; the best of several is kept."""

    loyal: bool  # first only trips to buildings that know no other courier
    faces: float
    priority: float


CHOICES = (
    Choice(loyal=True, faces=5.0, priority=0.0),
    Choice(loyal=True, faces=1.0, priority=0.0),
    Choice(loyal=False, faces=5.0, priority=0.0),
    Choice(loyal=True, faces=5.0, priority=1e6),
)


@dataclass(frozen=True, slots=True)
class Draft:
    """A trip without times, and the couriers it was formed for."""

    point: int
    stops: tuple[Stop, ...]
    members: tuple[int, ...]


def locked_trips(instance: Instance) -> Solution:
    """Begin a plan with the trips that couriers with points must make, and nothing else."""
    solution = Solution(instance)
    for vehicle, v in enumerate(instance.vehicles):
        if v.points:
            start_shift(solution, vehicle)
    return solution


def best_timetable(
    instance: Instance,
    drafts: list[Draft],
    deadline: float,
    seed: int,
    begin: Callable[[], Solution],
) -> Solution:
    """Try several ways to give the trips away; the dispatcher adds what they left.

    ``begin`` gives the plan that the trips come into.
    """
    best: Solution | None = None
    for choice in CHOICES:
        found = timetable(begin(), drafts, choice)
        dispatch(found, list(range(len(instance.vehicles))), random.Random(seed))  # noqa: S311
        if best is None or found.score() < best.score():
            best = found
        if time.monotonic() >= deadline or not drafts:
            break
    return begin() if best is None else best


def timetable(solution: Solution, drafts: list[Draft], choice: Choice) -> Solution:
    """Give the trips away, always to the courier who is free first."""
    instance = solution.instance
    riders = [
        [n for n, d in enumerate(drafts) if _can_ride(instance, vehicle, d)]
        for vehicle in range(len(instance.vehicles))
    ]
    given: set[int] = set()
    for loyal in (True, False) if choice.loyal else (False,):
        active = [v for v, found in enumerate(riders) if found]
        while active:
            vehicle = min(active, key=lambda v: (solution.progress(v).time_s, v))
            numbers = [
                n
                for n in riders[vehicle]
                if n not in given
                and not (loyal and _known_to_others(solution, vehicle, drafts[n]))
            ]
            chosen = _next(solution, vehicle, drafts, numbers, choice)
            if chosen is None:
                active.remove(vehicle)
            else:
                number, trip = chosen
                given.add(number)
                solution.append(vehicle, trip)
    return solution


def _known_to_others(solution: Solution, vehicle: int, draft: Draft) -> bool:
    buildings = {solution.instance.tasks[s.task].building for s in draft.stops}
    seen = [solution.faces.get(b) for b in buildings if b is not None]
    return any(s and vehicle not in s for s in seen)


def _can_ride(instance: Instance, vehicle: int, draft: Draft) -> bool:
    return (
        draft.point in instance.vehicles[vehicle].points
        and all(vehicle in instance.tasks[s.task].eligible for s in draft.stops)
        and loads_fit(instance, vehicle, draft.stops)
    )


def _next(
    solution: Solution, vehicle: int, drafts: list[Draft], numbers: list[int], choice: Choice
) -> tuple[int, Trip] | None:
    """Choose a trip to buildings that know the courier, and with little waiting."""
    progress = solution.progress(vehicle)
    ranked = sorted((_liking(solution, vehicle, drafts[n], choice), n) for n in numbers)
    best: tuple[float, int, Trip] | None = None
    timed = 0
    for liking, number in ranked:
        draft = drafts[number]
        trip = time_trip(
            solution.instance,
            solution.occupancy,
            vehicle,
            progress,
            point=draft.point,
            stops=draft.stops,
        )
        if trip is None:
            continue
        waited = sum(visit.waiting_s for visit in trip.visits)
        if best is None or liking + waited < best[0]:
            best = (liking + waited, number, trip)
        timed += 1
        if timed >= TRIPS_TIMED:
            break
    return None if best is None else best[1:]


def _liking(solution: Solution, vehicle: int, draft: Draft, choice: Choice) -> float:
    instance = solution.instance
    face = instance.problem.objective.face
    cost = 0.0 if vehicle in draft.members else float(STRANGER_COST)
    for stop in draft.stops:
        task = instance.tasks[stop.task]
        cost += stop.refused_by(vehicle) - choice.priority * task.priority
        seen = solution.faces.get(task.building) if task.building is not None else None
        if seen:
            cost += choice.faces * (-face if vehicle in seen else face)
        if stop.windows and choice.priority:
            cost += 0.1 * stop.windows[-1][1]
    return cost
