"""Clocks: travel, windows, breaks, releases and the limits of a shift."""

from collections.abc import Iterator
from itertools import pairwise

from solver.plan import Violation
from solver.problem import Window
from solver.rules.day import Day, Trail, begin, done


def hops(trail: Trail) -> Iterator[tuple[int, int]]:
    """Go through pairs of neighbouring steps that are somewhere; breaks lie in between."""
    located = [n for n, location in enumerate(trail.locations) if location is not None]
    return pairwise(located)


def arrivals(day: Day) -> Iterator[Violation]:
    """Yield arrivals before the vehicle can be there, and ways that do not exist."""
    for trail in day.trails:
        steps = trail.steps
        late = set()
        for n, (one, other) in enumerate(pairwise(steps), start=1):
            if other.arrival_s < done(one):
                late.add(n)
                yield trail.breach("arrival.too-early", n, done(one) - other.arrival_s)
        for i, j in hops(trail):
            arc = _arc(day, trail, i, j)
            if arc is None:
                yield trail.breach("arc.unreachable", j)
                continue
            free = sum(steps[k].arrival_s - done(steps[k - 1]) for k in range(i + 1, j + 1))
            if free < arc[0] and j not in late:
                yield trail.breach("arrival.too-early", j, arc[0] - free, travel_s=arc[0])


def _arc(day: Day, trail: Trail, i: int, j: int) -> tuple[int, int, int] | None:
    origin, target = trail.locations[i], trail.locations[j]
    if origin is None or target is None:
        return 0, 0, 0
    return day.travel(trail.vehicle, origin, target)


def task_windows(day: Day) -> Iterator[Violation]:
    """Yield services that begin outside every window of their task."""
    for trail in day.trails:
        for n, step in trail.tasks():
            task = day.task(step)
            by = 0 if task is None else outside(begin(step), task.windows)
            if by:
                yield trail.breach("window.task", n, by, begin_s=begin(step))


def outside(at: int, windows: tuple[Window, ...]) -> int:
    """Give how far an instant is from the nearest window; 0 inside one, or where there is none."""
    return min((max(start - at, at - end, 0) for start, end in windows), default=0)


def shifts(day: Day) -> Iterator[Violation]:
    """Yield shifts that begin too early or end too late."""
    for trail in day.trails:
        if not trail.steps:
            continue
        start, end = trail.vehicle.window
        first, last = trail.steps[0], trail.steps[-1]
        if first.arrival_s < start:
            yield trail.breach("window.shift", 0, start - first.arrival_s)
        if done(last) > end:
            yield trail.breach("window.shift", len(trail.steps) - 1, done(last) - end)


def breaks(day: Day) -> Iterator[Violation]:
    """Yield breaks that are not taken, taken twice, at the wrong time or with too much load."""
    for trail in day.trails:
        known = {pause.id: pause for pause in trail.vehicle.breaks}
        taken: set[int] = set()
        for n, step in enumerate(trail.steps):
            if step.type != "break":
                continue
            pause = known.get(-1 if step.id is None else step.id)
            if pause is None or pause.id in taken:
                yield trail.breach("break.twice" if pause else "break.unknown", n)
                continue
            taken.add(pause.id)
            by = outside(begin(step), pause.time_windows)
            if by:
                yield trail.breach("window.break", n, by)
        for missing in sorted(known.keys() - taken):
            yield trail.breach("break.missing", None, id=missing)


def releases(day: Day) -> Iterator[Violation]:
    """Yield trips that leave before all of their goods are released."""
    for trail in day.trails:
        for trip in sorted(set(trail.trips)):
            released = max(
                (
                    day.jobs[step.id].release_s
                    for n, step in trail.tasks()
                    if trail.trips[n] == trip and step.type == "job" and step.id in day.jobs
                ),
                default=0,
            )
            at, leaves = _leaves(day, trail, trip)
            if leaves < released:
                yield trail.breach("release.early", at, released - leaves, release_s=released)


def _leaves(day: Day, trail: Trail, trip: int) -> tuple[int, int]:
    """Give the step where a trip loads and the latest instant at which it can have left there."""
    members = [n for n, of in enumerate(trail.trips) if of == trip]
    reloads = [n for n in members if trail.steps[n].type == "reload"]
    at = reloads[0] if reloads else members[0]
    target = next((j for i, j in hops(trail) if i == at), None)
    if target is None:  # it starts nowhere: it is there when it comes to its first stop
        target = next((n for n in members if trail.locations[n] is not None), at)
        return at, trail.steps[target].arrival_s
    arc = _arc(day, trail, at, target)
    rest = arc[0] if arc else 0
    for k in range(target, at, -1):
        gap = trail.steps[k].arrival_s - done(trail.steps[k - 1])
        if rest <= gap:
            return at, trail.steps[k].arrival_s - rest
        rest -= max(gap, 0)
    return at, done(trail.steps[at])


def limits(day: Day) -> Iterator[Violation]:
    """Yield shifts with too many tasks, too much travel or too far a way."""
    for trail in day.trails:
        vehicle = trail.vehicle
        arcs = [_arc(day, trail, i, j) or (0, 0, 0) for i, j in hops(trail)]
        used = (
            ("limit.tasks", sum(1 for _ in trail.tasks()), vehicle.max_tasks),
            ("limit.travel-time", sum(arc[0] for arc in arcs), vehicle.max_travel_time_s),
            ("limit.distance", sum(arc[1] for arc in arcs), vehicle.max_distance_m),
        )
        for code, value, maximum in used:
            if maximum is not None and value > maximum:
                yield trail.breach(code, None, value - maximum, value=value, maximum=maximum)
