"""Relaxations of time and of the limits of a day: how much longer, earlier or wider."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Final

from solver.engines.instance import Instance, Stop, Task
from solver.engines.solution import Solution
from solver.engines.timing import Trip, Visit
from solver.problem import HORIZON_S
from solver.reasons.easing import (
    any_time,
    couriers_eased,
    longer,
    more_trips,
    one_eased,
    released,
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
from solver.relax import Facts, widen

DAY_MINUTES: Final = 24 * 60


@dataclass(frozen=True, slots=True)
class _Stretch:
    """A figure of a courier's day that may grow: how the rule is lifted, and by how much over."""

    key: str
    lifted: Callable[[Instance, Task], Instance]
    over: Callable[[Instance, int, Trip], int]
    minutes: Callable[[int], float]


def stretched(stretch: _Stretch) -> Propose:
    """Make what looks for the least by which a figure of one courier's day must grow."""

    def propose(trials: Trials, task: Task, kind: str) -> list[Proposal]:
        instance = trials.instance

        def over(vehicle: int, trips: tuple[Trip, ...]) -> int:
            return max(0, stretch.over(instance, vehicle, trips[-1]))

        def read(solution: Solution, served: Served) -> dict[int, int]:
            found = {v: over(v, tuple(solution.shifts[v])) for v in served.vehicles}
            return {v: by for v, by in found.items() if by}

        lifted = stretch.lifted(instance, task)
        overs = trials.tried(task, trials.couriers(task), read, instance=lifted, measure=over)
        alone = [overs] if overs and len(overs) == 1 else []
        if overs and len(overs) > 1:
            each = (trials.tried(task, [v], read, instance=lifted, measure=over) for v in overs)
            alone = [found for found in each if found]
        return [
            proposal(
                kind,
                {"courier": instance.vehicles[v].id, stretch.key: by},
                [v, *(w for w in trials.couriers(task) if w != v)],
                stretch.minutes(by),
            )
            for found in alone
            for v, by in found.items()
        ]

    return propose


def _most(name: str) -> Callable[[Instance, int], int]:
    def most(instance: Instance, vehicle: int) -> int:
        value: int | None = getattr(instance.vehicles[vehicle], name)
        return 1 << 60 if value is None else value

    return most


_tasks_most, _travel_most = _most("max_tasks"), _most("max_travel_time_s")
_distance_most = _most("max_distance_m")


STRETCHES: Final = {
    "longer-shift": _Stretch(
        "by_s",
        lambda instance, _: longer(instance),
        lambda i, v, trip: trip.end.time_s - i.vehicles[v].window[1],
        lambda by: by / MINUTE,
    ),
    "one-more-trip": _Stretch(
        "by",
        lambda instance, task: more_trips(instance, 4 if task.splittable else 1),
        lambda i, v, trip: trip.after.trips - i.vehicles[v].max_trips,
        lambda by: 10 * by,
    ),
    "more-tasks": _Stretch(
        "by",
        lambda instance, _: couriers_eased(instance, max_tasks=None),
        lambda i, v, trip: trip.end.tasks - _tasks_most(i, v),
        lambda by: 5 * by,
    ),
    "more-travel": _Stretch(
        "by_s",
        lambda instance, _: couriers_eased(instance, max_travel_time_s=None),
        lambda i, v, trip: trip.end.travel_s - _travel_most(i, v),
        lambda by: by / MINUTE,
    ),
    "more-distance": _Stretch(
        "by_m",
        lambda instance, _: couriers_eased(instance, max_distance_m=None),
        lambda i, v, trip: trip.end.distance_m - _distance_most(i, v),
        lambda by: by / 100,
    ),
}


def longer_duration(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find by how many minutes longer one courier may be away."""
    instance = trials.instance
    if all(v.max_duration_s is None for v in instance.vehicles):
        return []
    endless = couriers_eased(instance, max_duration_s=None)
    who = trials.tried(task, trials.couriers(task), who_serves, instance=endless, first=True)
    if not who or len(who) > 1:
        return []
    (vehicle,) = who
    most = instance.vehicles[vehicle].max_duration_s or 0

    def fits(minutes: int) -> bool:
        eased = one_eased(instance, vehicle, max_duration_s=most + minutes * MINUTE)
        return trials.tried(task, [vehicle], who_serves, instance=eased, first=True) is not None

    minutes = trials.least(fits, DAY_MINUTES)
    if minutes is None:
        return []
    facts: Facts = {"courier": instance.vehicles[vehicle].id, "by_s": minutes * MINUTE}
    return [proposal(kind, facts, [vehicle], minutes)]


def wider_window(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find by how much a window must end later, or begin earlier where that does not do."""
    found: list[Proposal] = []
    for stop in task.stops:
        if stop.windows:
            found += _later(trials, task, kind, stop) or _earlier(trials, task, kind, stop)
    return found


def _later(trials: Trials, task: Task, kind: str, stop: Stop) -> list[Proposal]:
    def ease(other: Stop) -> Stop:
        if other.type != stop.type:
            return other
        return replace(other, windows=((stop.windows[0][0], 2 * HORIZON_S),))

    def late(visit: Visit) -> int:
        ends = [e for s, e in stop.windows if s <= visit.begin_s]
        return max(0, visit.begin_s - max(ends, default=visit.begin_s))

    def measure(_: int, trips: tuple[Trip, ...]) -> int:
        own = [v for t in trips for v in t.visits if v.stop and v.stop.task == task.index]
        return max((late(v) for v in own if v.type == stop.type), default=0)

    def read(solution: Solution, served: Served) -> tuple[int, list[int]]:
        visits = visits_of(solution, task, served.vehicles)
        return max((late(v) for _, v in visits if v.type == stop.type), default=0), served.vehicles

    got = trials.tried(task, trials.couriers(task), read, ease=ease, measure=measure)
    if got is None or not got[0]:
        return []
    facts = stop_facts(task, stop) | {"later_by_s": got[0]}
    return [proposal(kind, facts, got[1], got[0] / MINUTE)]


def _earlier(trials: Trials, task: Task, kind: str, stop: Stop) -> list[Proposal]:
    def fits(minutes: int) -> bool:
        def ease(other: Stop) -> Stop:
            if other.type != stop.type:
                return other
            return replace(other, windows=widen(stop.windows, earlier_s=minutes * MINUTE))

        return trials.tried(task, couriers, who_serves, ease=ease, first=True) is not None

    couriers = trials.couriers(task)
    who = trials.tried(task, couriers, who_serves, ease=any_time, first=True)
    if who is None:
        return []
    couriers = who
    minutes = trials.least(fits, -(-stop.windows[0][0] // MINUTE))
    if minutes is None:
        return []
    facts = stop_facts(task, stop) | {"earlier_by_s": minutes * MINUTE}
    return [proposal(kind, facts, who, minutes)]


def earlier_release(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find by how many minutes earlier the goods must be there."""
    stop = task.stops[0]
    if stop.release_s <= 0:
        return []

    def fits(minutes: int) -> bool:
        at_s = max(0, stop.release_s - minutes * MINUTE)

        def ease(other: Stop) -> Stop:
            return replace(other, release_s=at_s)

        return trials.tried(task, couriers, who_serves, ease=ease, first=True) is not None

    couriers = trials.couriers(task)
    who = trials.tried(task, couriers, who_serves, ease=released, first=True)
    if who is None:
        return []
    couriers = who
    minutes = trials.least(fits, -(-stop.release_s // MINUTE))
    if minutes is None:
        return []
    by_s = min(stop.release_s, minutes * MINUTE)
    return [proposal(kind, stop_facts(task) | {"by_s": by_s}, who, minutes)]


def earlier_shift(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find by how many minutes earlier one courier must begin."""
    instance = trials.instance

    def begun(vehicle: int | None, minutes: int) -> Instance:
        return replace(
            instance,
            vehicles=tuple(
                replace(v, window=(max(0, v.window[0] - minutes * MINUTE), v.window[1]))
                if vehicle in (None, n)
                else v
                for n, v in enumerate(instance.vehicles)
            ),
        )

    latest = max((instance.vehicles[v].window[0] for v in task.eligible), default=0)
    most = -(-latest // MINUTE)
    if not most:
        return []
    who = trials.tried(
        task, trials.couriers(task), who_serves, instance=begun(None, most), first=True
    )
    if not who or len(who) > 1:
        return []
    (vehicle,) = who

    def fits(minutes: int) -> bool:
        eased = begun(vehicle, minutes)
        return trials.tried(task, [vehicle], who_serves, instance=eased, first=True) is not None

    begins = instance.vehicles[vehicle].window[0]
    minutes = trials.least(fits, -(-begins // MINUTE))
    if minutes is None:
        return []
    facts: Facts = {
        "courier": instance.vehicles[vehicle].id,
        "by_s": min(begins, minutes * MINUTE),
    }
    return [proposal(kind, facts, [vehicle], minutes)]


def without_break(trials: Trials, task: Task, kind: str) -> list[Proposal]:
    """Find somebody who could serve it if a break were left out."""
    eased = couriers_eased(trials.instance, breaks=())
    who = trials.tried(task, trials.couriers(task), who_serves, instance=eased, first=True)
    return [
        proposal(kind, {"courier": v.id, "break": pause.id}, [vehicle])
        for vehicle in who or ()
        for v in (trials.instance.vehicles[vehicle],)
        for pause in v.breaks
    ]
