"""Relaxations of who may serve: somebody more, a permit, a larger load."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from solver.engines.instance import Instance, Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip
from solver.problem import HORIZON_S, Amounts
from solver.reasons.easing import (
    missing,
    with_courier,
)
from solver.reasons.room import Served
from solver.reasons.trials import (
    MINUTE,
    Proposal,
    Propose,
    Trials,
    proposal,
    stop_facts,
    visits_of,
    who_serves,
)
from solver.relax import Facts, amounts_text, further_courier

CLASSES_TRIED: Final = 3


def further_courier_for_a_while(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find how short a while of one more courier of a class would do."""
    groups: dict[int, int] = {}
    for vehicle in trials.couriers(task):
        groups.setdefault(trials.bottlenecks.groups[vehicle], vehicle)
    found: list[Proposal] = []
    for like in list(groups.values())[:CLASSES_TRIED]:
        for window in (trials.instance.vehicles[like].window, (0, HORIZON_S)):
            proposal = _helper(trials, task, kind, like, window)
            if proposal is not None:
                found.append(proposal)
                break
    return found


def _helper(
    trials: Trials, task: Task, kind: str, like: int, window: tuple[int, int]
) -> Proposal | None:
    """Add somebody for the whole window, then only for as long as it takes."""
    problem = trials.instance.problem
    number = max(v.id for v in problem.vehicles) + 1
    added = further_courier(problem.vehicles[like], number, window)
    key = f"{kind} {window}"
    on = trials.with_place(key, like, lambda: with_courier(trials.instance, like, added))
    vehicle = len(trials.instance.vehicles)

    def end(solution: Solution, served: Served) -> int:
        del served
        return solution.shifts[vehicle][-1].end.time_s

    until = trials.tried(task, [vehicle], end, on=on)
    if until is None:
        return None
    until_s = -(-until // MINUTE) * MINUTE

    def fits(minutes: int) -> bool:
        own = replace(on.instance.vehicles[vehicle], window=(until_s - minutes * MINUTE, until_s))
        vehicles = (*on.instance.vehicles[:-1], own)
        eased = replace(on.instance, vehicles=vehicles)
        return trials.tried(task, [vehicle], who_serves, on=on, instance=eased) is not None

    minutes = trials.least(fits, (until_s - window[0]) // MINUTE)
    if minutes is None:
        return None
    facts: Facts = {
        "like": trials.instance.vehicles[like].id,
        "from_s": until_s - minutes * MINUTE,
        "until_s": until_s,
    }
    return proposal(kind, facts, [vehicle], minutes)


def _lacking(trials: Trials, task: Task, permit: str) -> list[int]:
    """List who would be eligible but for one permit, whoever ends first to begin with."""
    vehicles = trials.instance.vehicles
    lacking = [n for n, v in enumerate(vehicles) if missing(task, v) == (permit,)]
    return sorted(lacking, key=lambda n: (trials.solution.progress(n).time_s, n))


def permitted(permit: str, facts: Callable[[Instance, Task, int], Facts]) -> Propose:
    """Make what looks for a courier who lacks nothing but one permit."""

    def propose(trials: Trials, task: Task, kind: str) -> list[Proposal]:
        # With the goods anywhere a trip may load at any point of the courier.
        eased = replace(task, points=frozenset()) if permit == "points" else task
        lacking = _lacking(trials, task, permit)

        def read(solution: Solution, served: Served) -> tuple[int, int | None]:
            vehicle = served.vehicles[0]
            trip = next(t for t, _ in visits_of(solution, task, [vehicle]))
            return vehicle, trip.point

        got = trials.tried(eased, lacking, read)
        if got is None:
            return []
        vehicle, point = got
        more = facts(trials.instance, task, vehicle)
        if permit == "points":
            start = trials.instance.vehicles[vehicle].start
            more |= {"point": point if point is not None else start or 0}
        return [proposal(kind, more, [vehicle])]

    return propose


def zone_facts(instance: Instance, task: Task, vehicle: int) -> Facts:
    """Say who would have to be let into which zone."""
    zone = max(stop.zone for stop in task.stops)
    return {"courier": instance.vehicles[vehicle].id, "zone": zone}


def skill_facts(instance: Instance, task: Task, vehicle: int) -> Facts:
    """Say who would need which skills."""
    v = instance.vehicles[vehicle]
    lacking = sorted(task.source.skills - v.skills)
    return {"courier": v.id, "skills": ", ".join(map(str, lacking))}


def larger_load(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Let whoever needs least of it carry more: one bag, or beside what is on board already."""
    instance = trials.instance
    heaviest = tuple(max(column) for column in zip(*task.parts, strict=True))
    couriers = _lacking(trials, task, "capacity") + trials.couriers(task)
    eased = replace(
        instance,
        vehicles=tuple(
            replace(v, capacity=_able(v.capacity, heaviest, single=not v.points))
            for v in instance.vehicles
        ),
    )

    def over(vehicle: int, trips: tuple[Trip, ...]) -> Amounts:
        capacity = instance.vehicles[vehicle].capacity
        peaks = [_peak(instance, t) for t in trips]
        return tuple(max([0, *(p[n] - c for p in peaks)]) for n, c in enumerate(capacity))

    def measure(vehicle: int, trips: tuple[Trip, ...]) -> int:
        capacity = instance.vehicles[vehicle].capacity
        parts = zip(over(vehicle, trips), capacity, strict=True)
        return max((1000 * by // max(1, most) for by, most in parts), default=0)

    def read(solution: Solution, served: Served) -> dict[int, Amounts]:
        return {v: over(v, tuple(solution.shifts[v])) for v in served.vehicles}

    got = trials.tried(task, couriers, read, instance=eased, measure=measure)
    overs = {v: by for v, by in (got or {}).items() if any(by)}
    if got is None or len(overs) != 1:
        return []
    return [
        proposal(
            kind,
            {"courier": instance.vehicles[v].id, "by": amounts_text(by)},
            [v, *(w for w in got if w != v)],
        )
        for v, by in overs.items()
    ]


def _able(capacity: Amounts, heaviest: Amounts, *, single: bool) -> Amounts:
    if single:
        return tuple(c + h for c, h in zip(capacity, heaviest, strict=True))
    return tuple(max(c, h) for c, h in zip(capacity, heaviest, strict=True))


def _peak(instance: Instance, trip: Trip) -> Amounts:
    """Give the most that is on board during a trip, in each dimension."""
    load = [0 for _ in instance.zero]
    for stop in trip.stops:
        load = [a + b for a, b in zip(load, stop.loaded, strict=True)]
    peak = list(load)
    for stop in trip.stops:
        load = [a + b for a, b in zip(load, stop.change, strict=True)]
        peak = [max(a, b) for a, b in zip(peak, load, strict=True)]
    return tuple(peak)


def any_courier(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find another courier for what is tied to one."""
    who = trials.tried(task, _lacking(trials, task, "tie"), who_serves)
    return [] if who is None else [proposal(kind, stop_facts(task), who)]
