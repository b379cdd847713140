"""Why a job is left out: one code of a closed list, its facts, and what would help.

A reason is *proven* where no eligible courier could serve the job even alone on an empty day.
Every relaxation that is named was solved again and serves the job.
"""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise

from solver.engines.instance import Instance, Stop, Task, fits
from solver.engines.occupancy import Occupancy
from solver.engines.solution import Solution, amount_left
from solver.engines.timing import Progress, Trip, at_start, loads_fit, time_trip
from solver.plan import Relaxation, Unassigned
from solver.problem import HORIZON_S, UNREACHABLE, Job, Vehicle

CODES = (
    "no-courier",  # the problem has none, or not the one the job is tied to
    "no-courier-with-skill",
    "zone-not-permitted",
    "goods-elsewhere",  # no courier starts where the goods are
    "too-heavy",  # a single bag, or an indivisible job, is more than anyone carries
    "unreachable",
    "slot-closed",
    "shelf-too-small",
    "release-too-late",
    "window-too-short",
    "shift-too-short",
    "limit-too-tight",  # tasks, travel time or distance of the courier
    "break-in-the-way",
    "rules-conflict",  # no single relaxation helps
    "no-trips-left",
    "no-time-left",
    "no-capacity-left",
)
"""Every code that :func:`explain` gives, in no order."""

Facts = dict[str, int | str]


@dataclass(frozen=True, slots=True)
class _Reason:
    code: str
    facts: Facts
    proven: bool
    helps: tuple[Relaxation, ...] = ()


def explain(solution: Solution, *, seconds: float) -> tuple[Unassigned, ...]:
    """Give a reason for everything that is left; relaxations are tried while ``seconds`` last.

    The first hundred jobs get theirs whatever the time, so that a plan made by steps does not
    depend on the clock when few jobs are left out.
    """
    until = time.monotonic() + seconds
    found: list[Unassigned] = []
    spare = _Spare(solution)
    explained = 0
    for task, left in zip(solution.instance.tasks, solution.left, strict=True):
        if not left:
            continue
        explained += 1
        thorough = explained <= 100 or time.monotonic() < until  # noqa: PLR2004
        found.extend(_entries(solution, task, _reason(solution, task, spare, thorough=thorough)))
    return tuple(found)


def _entries(solution: Solution, task: Task, reason: _Reason) -> Iterator[Unassigned]:
    left = solution.left[task.index]
    some = task.splittable and len(left) < len(task.parts)
    for stop in task.stops:
        if stop.type == "via":
            continue
        yield Unassigned(
            id=stop.id,
            type=stop.type,
            location=stop.location,
            code=reason.code,
            facts=reason.facts,
            proven=reason.proven,
            parts=tuple(left) if some else (),
            would_help=reason.helps,
            description=stop.description,
        )


def _reason(solution: Solution, task: Task, spare: "_Spare", *, thorough: bool) -> _Reason:
    permit = _permit(solution.instance, task)
    if permit is not None:
        return permit
    stops = _smallest(solution, task)
    if _alone(solution.instance, task, stops) is None:
        return _impossible(solution.instance, task, stops)
    return _crowded(solution, task, stops, spare, thorough=thorough)


def _smallest(solution: Solution, task: Task) -> tuple[Stop, ...]:
    """Choose the least that serving the job can mean: its lightest bag left, or all of it."""
    if not task.splittable:
        return task.stops
    lightest = min(solution.left[task.index], key=lambda p: (task.parts[p], p))
    return solution.instance.part_of(task, (lightest,))


def _permit(instance: Instance, task: Task) -> _Reason | None:
    """Name the first permit that nobody holds together with those before it."""
    source = task.source
    job = source if isinstance(source, Job) else None
    stages: list[tuple[str, Facts, Callable[[Vehicle], bool]]] = [
        (
            "no-courier",
            {"courier": job.courier} if job and job.courier is not None else {},
            lambda v: job is None or job.courier in (None, v.id),
        ),
        (
            "no-courier-with-skill",
            {"skills": ", ".join(map(str, sorted(source.skills)))},
            lambda v: source.skills <= v.skills,
        ),
        (
            "zone-not-permitted",
            {"zone": job.zone if job else 0},
            lambda v: job is None or job.zone <= v.zone_max,
        ),
        (
            "goods-elsewhere",
            {"points": ", ".join(map(str, sorted(task.points)))},
            lambda v: not task.points or bool(task.points & _points(v)),
        ),
        (
            "too-heavy",
            {"amount": str(list(min(task.parts)))},
            lambda v: (
                any(fits(p, v.capacity) for p in task.parts)
                and (job is None or fits(job.pickup or v.capacity, v.capacity))
            ),
        ),
    ]
    remaining = list(instance.vehicles)
    for code, facts, allows in stages:
        remaining = [v for v in remaining if allows(v)]
        if not remaining:
            return _Reason(code, facts, proven=True)
    return None


def _points(v: Vehicle) -> frozenset[int]:
    if v.points:
        return frozenset(v.points)
    return frozenset() if v.start is None else frozenset((v.start,))


def _starts(instance: Instance, vehicle: int, task: Task) -> list[int | None]:
    points = instance.vehicles[vehicle].points
    if not points:
        return [None]
    return [p for p in points if not task.points or p in task.points]


def _alone(instance: Instance, task: Task, stops: tuple[Stop, ...]) -> Trip | None:
    """Serve the job on an empty day, by anyone who may."""
    empty = Occupancy(instance)
    for vehicle in task.eligible:
        if not loads_fit(instance, vehicle, stops):
            continue
        progress = at_start(instance, vehicle)
        for point in _starts(instance, vehicle, task):
            trip = time_trip(instance, empty, vehicle, progress, point=point, stops=stops)
            if trip is not None:
                return trip
    return None


def _impossible(instance: Instance, task: Task, stops: tuple[Stop, ...]) -> _Reason:
    if not any(_reachable(instance, v, task) for v in task.eligible):
        return _Reason("unreachable", {"location": task.stops[0].location}, proven=True)
    helps: list[Relaxation] = []
    causes: list[tuple[str, Facts]] = []
    for code, facts, relaxed, eased in _relaxations(instance, stops):
        if _alone(relaxed, task, eased) is not None:
            helps.append(Relaxation(code=f"without-{code}", facts=facts))
            causes.append((code, facts))
    if not helps:
        return _Reason("rules-conflict", {"location": task.stops[0].location}, proven=True)
    code, facts = causes[0]
    # Breaks are placed by a rule of thumb: another place for them might do.
    sure = all(cause != "break-in-the-way" for cause, _ in causes)
    return _Reason(code, facts, proven=sure, helps=tuple(helps))


def _reachable(instance: Instance, vehicle: int, task: Task) -> bool:
    duration = instance.travel[vehicle].duration_s
    v = instance.vehicles[vehicle]
    for point in _starts(instance, vehicle, task):
        chain: list[int | None] = [v.start, point, *(s.location for s in task.stops)]
        home = instance.returns_to(vehicle, task.stops[-1].location)
        known = [at for at in (*chain, home) if at is not None]
        legs = pairwise(known)
        if all(a == b or duration[a][b] != UNREACHABLE for a, b in legs):
            return True
    return False


def _relaxations(
    instance: Instance, stops: tuple[Stop, ...]
) -> Iterator[tuple[str, Facts, Instance, tuple[Stop, ...]]]:
    """Ease one rule at a time; from what is easiest to change in a street to what is hardest."""
    problem = instance.problem
    first = stops[0]
    name = problem.places[first.place].id if first.place >= 0 else ""
    opened = tuple(replace(p, closed=()) for p in problem.places)
    facts: Facts = {"place": name}
    eased = replace(instance, problem=replace(problem, places=opened))
    yield "slot-closed", facts, eased, stops
    emptied = tuple(replace(p, shelf=None) for p in problem.places)
    eased = replace(instance, problem=replace(problem, places=emptied))
    yield "shelf-too-small", facts, eased, stops
    released = tuple(replace(s, release_s=0) for s in stops)
    yield "release-too-late", {"release_s": first.release_s}, instance, released
    free = tuple(replace(s, windows=()) for s in stops)
    window: Facts = (
        {"from_s": first.windows[0][0], "to_s": first.windows[-1][1]} if first.windows else {}
    )
    yield "window-too-short", window, instance, free
    longer = tuple(replace(v, window=(0, HORIZON_S)) for v in instance.vehicles)
    shift: Facts = {"latest_s": max(v.window[1] for v in instance.vehicles)}
    yield "shift-too-short", shift, replace(instance, vehicles=longer), stops
    unlimited = tuple(
        replace(v, max_tasks=None, max_travel_time_s=None, max_distance_m=None, max_trips=99)
        for v in instance.vehicles
    )
    yield "limit-too-tight", {}, replace(instance, vehicles=unlimited), stops
    restless = tuple(replace(v, breaks=()) for v in instance.vehicles)
    yield "break-in-the-way", {}, replace(instance, vehicles=restless), stops


class _Spare:
    """The plan with longer shifts, more trips, or a further courier like one of the eligible."""

    def __init__(self, solution: Solution) -> None:
        self.solution = solution
        instance = solution.instance
        longer = tuple(
            replace(v, window=(v.window[0], HORIZON_S), max_trips=v.max_trips + 1)
            for v in instance.vehicles
        )
        self.longer = replace(instance, vehicles=longer)

    def overtime(self, task: Task, stops: tuple[Stop, ...]) -> tuple[int, int] | None:
        """Find the courier who could bring it after their last trip with least overtime."""
        best: tuple[int, int] | None = None
        for vehicle in task.eligible:
            v = self.longer.vehicles[vehicle]
            if not v.points or not loads_fit(self.longer, vehicle, stops):
                continue
            progress = self.solution.progress(vehicle)
            for point in _starts(self.longer, vehicle, task):
                ends = self._home(vehicle, progress, point, stops)
                late = None if ends is None else ends - self.shift_end(vehicle)
                if late is not None and (best is None or late < best[0]):
                    best = (late, vehicle)
        return best

    def shift_end(self, vehicle: int) -> int:
        return self.solution.instance.vehicles[vehicle].window[1]

    def _home(
        self, vehicle: int, progress: Progress, point: int | None, stops: tuple[Stop, ...]
    ) -> int | None:
        occupancy = self.solution.occupancy
        trip = time_trip(self.longer, occupancy, vehicle, progress, point=point, stops=stops)
        if trip is None:
            return None
        home = self.longer.returns_to(vehicle, stops[-1].location)
        if home is None or home == stops[-1].location:
            return trip.after.time_s
        return trip.after.time_s + self.longer.travel[vehicle].duration_s[stops[-1].location][home]

    def like(self, vehicle: int, task: Task, stops: tuple[Stop, ...]) -> bool:
        """Say whether a further courier like this one could serve the job beside the plan."""
        instance = self.solution.instance
        extended = replace(
            instance,
            vehicles=(*instance.vehicles, instance.vehicles[vehicle]),
            travel=(*instance.travel, instance.travel[vehicle]),
        )
        further = len(instance.vehicles)
        occupancy = self.solution.occupancy
        occupancy.cohort.append(instance.vehicles[vehicle].cohort)
        try:
            progress = at_start(extended, further)
            return any(
                time_trip(extended, occupancy, further, progress, point=point, stops=stops)
                is not None
                for point in _starts(extended, further, task)
            )
        finally:
            occupancy.cohort.pop()


def _crowded(
    solution: Solution, task: Task, stops: tuple[Stop, ...], spare: _Spare, *, thorough: bool
) -> _Reason:
    instance = solution.instance
    code = _shortage(solution, task, stops)
    facts: Facts = {
        "couriers": len(task.eligible),
        "amount": str(list(amount_left(solution, task.index))),
    }
    if not thorough:
        return _Reason(code, facts, proven=False)
    helps: list[Relaxation] = []
    late = spare.overtime(task, stops)
    if late is not None:
        vehicle = instance.vehicles[late[1]]
        if late[0] > 0:
            helps.append(
                Relaxation(code="longer-shift", facts={"courier": vehicle.id, "by_s": late[0]})
            )
        elif solution.progress(late[1]).trips >= vehicle.max_trips:
            helps.append(Relaxation(code="one-more-trip", facts={"courier": vehicle.id}))
    for vehicle_index in task.eligible:
        if loads_fit(instance, vehicle_index, stops) and spare.like(vehicle_index, task, stops):
            like = instance.vehicles[vehicle_index].id
            helps.append(Relaxation(code="further-courier", facts={"like": like}))
            break
    return _Reason(code, facts, proven=False, helps=tuple(helps))


def _shortage(solution: Solution, task: Task, stops: tuple[Stop, ...]) -> str:
    instance = solution.instance
    reloads = [v for v in task.eligible if instance.vehicles[v].points]
    if reloads:
        spent = all(solution.progress(v).trips >= instance.vehicles[v].max_trips for v in reloads)
        return "no-trips-left" if spent else "no-time-left"
    for vehicle in task.eligible:
        shift = solution.shifts[vehicle]
        carried = shift[0].stops if shift else ()
        if loads_fit(instance, vehicle, tuple(sorted((*carried, *stops), key=lambda s: s.zone))):
            return "no-time-left"
    return "no-capacity-left"
