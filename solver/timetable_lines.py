"""A plan as lines of events: what the timetable may move, and within which bounds."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from solver.plan import Plan, Route, Step
from solver.problem import HORIZON_S, Place, Problem, Window
from solver.rules.day import Day, Trail, begin, done

LATER_S = 6 * 3600
"""How much later than before anything may begin; measured, less leaves half of the gain."""

FOREVER = 4 * HORIZON_S

Spot = tuple[str, str]  # kind and name of a drop slot or bay


@dataclass(frozen=True, slots=True)
class Limits:
    """Lanes of a spot, and the seconds that must lie between two couriers."""

    lanes: int
    gap_s: int


@dataclass(slots=True)
class Event:
    """A step: when it begins in the plan, how long it lasts, when it may begin."""

    at_s: int
    length_s: int
    ranges: list[Window]  # in order, apart from each other
    spot: Spot | None = None

    @property
    def end_s(self) -> int:
        """When it is over in the plan."""
        return self.at_s + self.length_s


@dataclass(slots=True)
class Line:
    """The day of one courier."""

    route: int  # position in the plan
    events: list[Event]
    ties: list[tuple[int, int, int]]  # (i, j, s): j begins at least s after i is over
    ways: dict[int, tuple[int, int]]  # by step: where it comes from, and the seconds
    arrives_s: dict[int, int] = field(default_factory=dict)  # not before: goods are released
    longest_s: int | None = None

    @property
    def end_s(self) -> int:
        """When the day is over in the plan."""
        return self.events[-1].end_s


def spots_of(problem: Problem) -> dict[Spot, Limits]:
    """Give what holds at each drop slot and bay."""
    found = {
        ("place", p.id): Limits(p.lanes, p.separation_s or problem.separation_s)
        for p in problem.places
    }
    found |= {("bay", str(b.location)): Limits(b.lanes, 0) for b in problem.bays}
    return found


def lines_of(problem: Problem, plan: Plan, *, timed: bool = True) -> list[Line]:
    """Read the routes of a valid plan, or of one that has no times yet."""
    day = Day(problem, plan)
    places = {p.id: p for p in problem.places}
    bays = {b.location for b in problem.bays}
    lines = []
    for number, trail in enumerate(day.trails):
        events = [
            Event(
                begin(step),
                step.setup_s + step.service_s,
                _ranges(day, trail, step, places, timed=timed),
                _spot(day, trail, n, bays),
            )
            for n, step in enumerate(trail.steps)
        ]
        line = Line(number, events, [], {})
        _tie(trail, line, timed=timed)
        _release(day, trail, line, timed=timed)
        if timed:
            _fix(trail, line)
        else:
            _fix_locked(trail, line)
        _bound(trail, line, timed=timed)
        lines.append(line)
    return lines


def _ranges(
    day: Day, trail: Trail, step: Step, places: dict[str, Place], *, timed: bool
) -> list[Window]:
    opens, closes = trail.vehicle.window
    allowed: list[Window] = [(opens, closes - step.setup_s - step.service_s)]
    task = day.task(step)
    if task is not None and task.windows:
        allowed = intersected(allowed, sorted(task.windows))
    if step.type == "break":
        pause = next((p for p in trail.vehicle.breaks if p.id == step.id), None)
        if pause is not None and pause.time_windows:
            allowed = intersected(allowed, sorted(pause.time_windows))
    job = day.jobs.get(step.id) if step.type == "job" and step.id is not None else None
    if job is not None and job.place is not None:
        place = places[job.place]
        gap_s = place.separation_s or day.problem.separation_s
        for start, end in place.closed:
            allowed = without(allowed, start - gap_s - step.setup_s - step.service_s, end + gap_s)
        if place.shelf is not None and timed:
            # What is laid down stays between the same two clearings.
            passed = [c for c in place.cleared if c <= begin(step)]
            coming = [c for c in place.cleared if c > begin(step)]
            between = (max(passed, default=-FOREVER), min(coming, default=FOREVER) - 1)
            allowed = intersected(allowed, [between])
    return allowed


def _spot(day: Day, trail: Trail, n: int, bays: set[int]) -> Spot | None:
    step = trail.steps[n]
    if step.type == "job" and step.id is not None:
        job = day.jobs.get(step.id)
        return ("place", job.place) if job is not None and job.place is not None else None
    if step.type == "reload" and step.service_s and trail.locations[n] in bays:
        return ("bay", str(trail.locations[n]))
    return None


def _tie(trail: Trail, line: Line, *, timed: bool) -> None:
    """Bind each step to the one before it, and to where the courier comes from."""
    steps = trail.steps
    line.ties.extend((n - 1, n, 0) for n in range(1, len(steps)))
    for (i, j), arc in zip(trail.hops, trail.arcs, strict=True):
        pauses_s = sum(line.events[k].length_s for k in range(i + 1, j))
        way_s = FOREVER if arc is None else arc.seconds
        if timed:
            # A plan of VROOM's may be a second quicker on an arc.
            way_s = min(way_s, begin(steps[j]) - done(steps[i]) - pauses_s)
        line.ways[j] = (i, way_s)
        line.ties.append((i, j, way_s + pauses_s))


def _release(day: Day, trail: Trail, line: Line, *, timed: bool) -> None:
    """Let a trip leave no earlier than its goods are released."""
    for trip in set(trail.trips):
        members = [n for n, of in enumerate(trail.trips) if of == trip]
        jobs = [day.jobs[s.id] for n in members if (s := trail.steps[n]).type == "job" and s.id]
        released = max((job.release_s for job in jobs), default=0)
        reloads = [n for n in members if trail.steps[n].type == "reload"]
        at = (reloads or members)[0]
        event = line.events[at]
        if event.end_s >= released if timed else reloads:
            event.ranges = intersected(event.ranges, [(released - event.length_s, FOREVER)])
            continue
        target = next((j for j, (i, _) in line.ways.items() if i == at), None)
        if (target is None or target != at + 1) and timed:
            for n in members:
                _pin(line.events[n])  # it waits on the way in a manner of its own
            continue
        if target is None:
            target = next((n for n in members if trail.locations[n] is not None), at)
        leaves_s = released + line.ways.get(target, (0, 0))[1]
        line.arrives_s[target] = leaves_s
        line.events[target].ranges = intersected(line.events[target].ranges, [(leaves_s, FOREVER)])


def _fix(trail: Trail, line: Line) -> None:
    """Leave the start of the day, and what is locked, as it is."""
    locked = {(s.type, s.id) for s in trail.vehicle.locked if s.locked}
    last = max(
        (
            n
            for n, s in enumerate(trail.steps)
            if (s.type, s.id) in locked or (s.type, None) in locked
        ),
        default=0,
    )
    for event in line.events[: last + 1]:
        _pin(event)


def _fix_locked(trail: Trail, line: Line) -> None:
    """Give locked steps the times that the problem states."""
    at = {(s.type, s.id): s.service_at for s in trail.vehicle.locked if s.locked}
    for step, event in zip(trail.steps, line.events, strict=True):
        stated = at.get((step.type, step.id))
        if stated is not None:
            event.ranges = intersected(event.ranges, [(stated, stated)])


def _pin(event: Event) -> None:
    event.ranges = [(event.at_s, event.at_s)]


def _bound(trail: Trail, line: Line, *, timed: bool) -> None:
    """Cut off what no order of couriers makes possible."""
    earliest = [e.ranges[0][0] if e.ranges else e.at_s for e in line.events]
    for i, j, apart_s in sorted(line.ties, key=lambda t: t[1]):
        ready_s = earliest[i] + line.events[i].length_s + apart_s
        earliest[j] = max(earliest[j], _next(line.events[j].ranges, ready_s))
    latest = [e.at_s + LATER_S if timed else FOREVER for e in line.events]
    closes_s = trail.vehicle.window[1]
    line.longest_s = trail.vehicle.max_duration_s
    if timed and line.longest_s is not None:
        closes_s = min(closes_s, line.events[0].end_s + line.longest_s)
    latest[-1] = min(latest[-1], closes_s - line.events[-1].length_s)
    for i, j, apart_s in sorted(line.ties, key=lambda t: -t[0]):
        latest[i] = min(latest[i], latest[j] - apart_s - line.events[i].length_s)
    for event, first, last in zip(line.events, earliest, latest, strict=True):
        event.ranges = intersected(event.ranges, [(first, last)])


def _next(ranges: list[Window], at_s: int) -> int:
    return next((max(at_s, start) for start, end in ranges if at_s <= end), at_s)


def solo_end_s(line: Line) -> int:
    """Give when the day would be over with nobody else about."""
    times = [e.ranges[0][0] if e.ranges else e.at_s for e in line.events]
    return times[-1] + line.events[-1].length_s


def intersected(one: list[Window], other: list[Window]) -> list[Window]:
    """Give what lies in both; lists in order."""
    found = []
    for a, b in one:
        for c, d in other:
            if max(a, c) <= min(b, d):
                found.append((max(a, c), min(b, d)))
    return found


def without(ranges: list[Window], after: int, before: int) -> list[Window]:
    """Take out what lies strictly between two instants."""
    return (
        intersected(ranges, [(-FOREVER, after), (before, FOREVER)]) if after < before else ranges
    )


def rewritten(route: Route, line: Line) -> Route:
    """Give the route with the begins of its line; waiting as late as can be."""
    steps = list(route.steps)
    for n, event in enumerate(line.events):
        steps[n] = replace(steps[n], arrival_s=event.at_s, waiting_s=0)
    for n, wait_s in _waits(line):
        steps[n] = replace(steps[n], arrival_s=steps[n].arrival_s - wait_s, waiting_s=wait_s)
    return replace(route, steps=tuple(steps))


def _waits(line: Line) -> Iterator[tuple[int, int]]:
    """Spread what a way does not need over the steps behind it, the last one first."""
    events = line.events
    for j in range(1, len(events)):
        if j not in line.ways:
            continue
        i, way_s = line.ways[j]
        gaps = {k: events[k].at_s - events[k - 1].end_s for k in range(i + 1, j + 1)}
        spare_s = sum(gaps.values()) - way_s
        for k in range(j, i, -1):
            most_s = gaps[k]
            if k == j and j in line.arrives_s:
                most_s = min(most_s, events[j].at_s - line.arrives_s[j])
            wait_s = max(0, min(spare_s, most_s))
            spare_s -= wait_s
            yield k, wait_s
    located = {k for j, (i, _) in line.ways.items() for k in range(i + 1, j + 1)}
    for k in range(1, len(events)):
        if k not in located:
            yield k, events[k].at_s - events[k - 1].end_s
