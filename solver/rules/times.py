"""Clocks: travel, windows, breaks, releases and the limits of a shift."""

from collections.abc import Iterator
from itertools import pairwise

from solver.plan import Violation
from solver.problem import Window
from solver.rules.day import Day, Trail, begin, done


def arrivals(day: Day) -> Iterator[Violation]:
    """Yield arrivals before the vehicle can be there, and ways that do not exist."""
    for trail in day.trails:
        steps = trail.steps
        late = set()
        for n, (one, other) in enumerate(pairwise(steps), start=1):
            if other.arrival_s < done(one):
                late.add(n)
                yield trail.breach("arrival.too-early", n, done(one) - other.arrival_s)
        for (i, j), arc in zip(trail.hops, trail.arcs, strict=True):
            if arc is None:
                yield trail.breach("arc.unreachable", j)
                continue
            free = sum(steps[k].arrival_s - done(steps[k - 1]) for k in range(i + 1, j + 1))
            if free < arc.least_s and j not in late:
                early = arc.seconds - free
                yield trail.breach("arrival.too-early", j, early, travel_s=arc.seconds)


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
        released: dict[int, int] = {}
        for n, step in trail.tasks():
            if step.type == "job" and step.id in day.jobs:
                trip = trail.trips[n]
                released[trip] = max(day.jobs[step.id].release_s, released.get(trip, 0))
        for trip, release_s in sorted(released.items()):
            if release_s <= 0:
                continue
            at, leaves = _leaves(trail, trip)
            if leaves < release_s:
                yield trail.breach("release.early", at, release_s - leaves, release_s=release_s)


def _leaves(trail: Trail, trip: int) -> tuple[int, int]:
    """Give the step where a trip loads and the latest instant at which it can have left there."""
    members = [n for n, of in enumerate(trail.trips) if of == trip]
    reloads = [n for n in members if trail.steps[n].type == "reload"]
    at = reloads[0] if reloads else members[0]
    onward = next((k for k, (i, _) in enumerate(trail.hops) if i == at), None)
    if onward is None:  # it starts nowhere: it is there when it comes to its first stop
        target = next((n for n in members if trail.locations[n] is not None), at)
        return at, trail.steps[target].arrival_s
    arc = trail.arcs[onward]
    rest = arc.least_s if arc else 0
    for k in range(trail.hops[onward][1], at, -1):
        gap = trail.steps[k].arrival_s - done(trail.steps[k - 1])
        if rest <= gap:
            return at, trail.steps[k].arrival_s - rest
        rest -= max(gap, 0)
    return at, done(trail.steps[at])


def limits(day: Day) -> Iterator[Violation]:
    """Yield shifts with too many tasks, too much travel, too far a way or too long a day."""
    for trail in day.trails:
        vehicle = trail.vehicle
        ways = day.travelled(trail)
        travel_s = min(ways.seconds, -(-ways.hundredths // 100))
        used = (
            ("limit.tasks", sum(1 for _ in trail.tasks()), vehicle.max_tasks),
            ("limit.travel-time", travel_s, vehicle.max_travel_time_s),
            ("limit.distance", ways.metres, vehicle.max_distance_m),
            ("limit.duration", _shift_s(trail), vehicle.max_duration_s),
        )
        for code, value, maximum in used:
            if maximum is not None and value > maximum:
                yield trail.breach(code, None, value - maximum, value=value, maximum=maximum)


def _shift_s(trail: Trail) -> int:
    """Give the seconds from leaving the start, or the first step without one, to the end."""
    if not trail.steps:
        return 0
    first = trail.steps[0]
    leaves = done(first) if first.type == "start" else first.arrival_s
    return done(trail.steps[-1]) - leaves
