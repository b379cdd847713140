"""CP-SAT's model of some couriers' times while all others keep theirs."""

from bisect import bisect_left
from collections import defaultdict
from dataclasses import dataclass
from typing import TYPE_CHECKING

from solver.problem import Window
from solver.timetable_lines import Event, Limits, Line, Spot, without

if TYPE_CHECKING:
    from ortools.sat.python import cp_model

Name = tuple[int, int]  # line, event


@dataclass(frozen=True, slots=True)
class Part:
    """Which lines move; ``fresh``: they have no times yet."""

    lines: list[Line]
    moving: list[int]
    spots: dict[Spot, Limits]
    fresh: bool = False

    def events(self) -> dict[Name, Event]:
        """Give what moves."""
        return {(n, k): e for n in self.moving for k, e in enumerate(self.lines[n].events)}

    def others(self) -> dict[Spot, list[Event]]:
        """Give the stays of those who keep their times, in order."""
        found: dict[Spot, list[Event]] = defaultdict(list)
        fixed = set(range(len(self.lines))) - set(self.moving)
        for event in (e for n in fixed for e in self.lines[n].events):
            if event.spot in self.spots:
                found[event.spot].append(event)
        for stays in found.values():
            stays.sort(key=lambda e: (e.at_s, e.length_s))
        return found


def solved(
    part: Part, *, seconds: float, seed: int, threads: int, deterministic: bool
) -> tuple[dict[Name, int] | None, float]:
    """Minimise the sum of the ends of the days; None where nothing better was found."""
    from ortools.sat.python import cp_model  # noqa: PLC0415 - slow to load

    model = cp_model.CpModel()
    events, others = part.events(), part.others()
    begins = {}
    for name, event in events.items():
        ranges = _free(event, others, part.spots)
        spans = [[a, b] for a, b in ranges] or [[event.at_s, event.at_s]]
        domain = cp_model.Domain.from_intervals(spans)
        begins[name] = model.new_int_var_from_domain(domain, "")
        if not part.fresh:
            model.add_hint(begins[name], event.at_s)
    for number in part.moving:
        line = part.lines[number]
        for i, j, apart_s in line.ties:
            length_s = line.events[i].length_s
            model.add(begins[number, j] >= begins[number, i] + length_s + apart_s)
        if line.longest_s is not None:
            start, end = begins[number, 0], begins[number, len(line.events) - 1]
            model.add(end + line.events[-1].length_s <= start + line.longest_s)
    _share_spots(model, part, begins, others)
    ends = [begins[n, len(part.lines[n].events) - 1] for n in part.moving]
    now = sum(part.lines[n].events[-1].at_s for n in part.moving)
    if not part.fresh:
        model.add(cp_model.LinearExpr.sum(ends) <= now)
    model.minimize(cp_model.LinearExpr.sum(ends))
    solver = cp_model.CpSolver()
    solver.parameters.random_seed = seed
    if deterministic:
        solver.parameters.max_deterministic_time = seconds
        solver.parameters.num_workers = 1
    else:
        solver.parameters.max_time_in_seconds = seconds
        solver.parameters.num_workers = max(1, threads)
    status = solver.solve(model)
    counted = max(solver.response_proto.deterministic_time, 1e-3)
    found = status in (cp_model.OPTIMAL, cp_model.FEASIBLE)
    if not found or (not part.fresh and sum(solver.value(e) for e in ends) >= now):
        return None, counted
    return {name: solver.value(var) for name, var in begins.items()}, counted


def _free(
    event: Event, others: dict[Spot, list[Event]], spots: dict[Spot, Limits]
) -> list[Window]:
    """Take the times out at which somebody who does not move is at a spot with one lane."""
    ranges = event.ranges
    if event.spot not in spots or spots[event.spot].lanes > 1 or not ranges:
        return ranges
    gap_s = spots[event.spot].gap_s
    first, last = ranges[0][0], ranges[-1][1]
    for other in others.get(event.spot, ()):
        if other.end_s + gap_s > first and other.at_s - gap_s - event.length_s < last:
            ranges = without(ranges, other.at_s - gap_s - event.length_s, other.end_s + gap_s)
    return ranges


def _share_spots(
    model: "cp_model.CpModel",
    part: Part,
    begins: "dict[Name, cp_model.IntVar]",
    others: dict[Spot, list[Event]],
) -> None:
    at: dict[Spot, list[Name]] = defaultdict(list)
    for name, event in part.events().items():
        if event.spot in part.spots:
            at[event.spot].append(name)
    for spot, names in at.items():
        if part.spots[spot].lanes == 1:
            _one_by_one(model, part, begins, names)
        else:
            _in_lanes(model, part, begins, names, others.get(spot, []))


def _one_by_one(
    model: "cp_model.CpModel",
    part: Part,
    begins: "dict[Name, cp_model.IntVar]",
    names: list[Name],
) -> None:
    """Order each two couriers at a spot where only one may be."""
    events = part.events()
    for n, one in enumerate(names):
        for other in names[n + 1 :]:
            if one[0] == other[0]:
                continue
            first, second = events[one], events[other]
            gap_s = part.spots[first.spot].gap_s if first.spot is not None else 0
            if _apart(first, second, gap_s):
                continue
            before = model.new_bool_var("")
            model.add(begins[other] >= begins[one] + first.length_s + gap_s).only_enforce_if(
                before
            )
            model.add(begins[one] >= begins[other] + second.length_s + gap_s).only_enforce_if(
                ~before
            )
            if not part.fresh:
                model.add_hint(before, first.at_s <= second.at_s)


def _apart(first: Event, second: Event, gap_s: int) -> bool:
    """Say whether two stays can never come near each other."""

    def surely_before(a: Event, b: Event) -> bool:
        last = a.ranges[-1][1] if a.ranges else a.at_s
        opens = b.ranges[0][0] if b.ranges else b.at_s
        return last + a.length_s + gap_s <= opens

    return surely_before(first, second) or surely_before(second, first)


def _in_lanes(
    model: "cp_model.CpModel",
    part: Part,
    begins: "dict[Name, cp_model.IntVar]",
    names: list[Name],
    others: list[Event],
) -> None:
    """Let no more be at a spot than it has lanes, each until the separation is over."""
    events = part.events()
    spot = events[names[0]].spot
    if spot is None:
        return
    limits = part.spots[spot]
    intervals = []
    for name in names:
        length_s = max(1, events[name].length_s + limits.gap_s)
        intervals.append(model.new_fixed_size_interval_var(begins[name], length_s, ""))
    first = min(_first(events[n]) for n in names)
    last = max(_last(events[n]) + events[n].length_s for n in names) + limits.gap_s
    longest_s = max((o.length_s for o in others), default=0) + limits.gap_s
    starts = [o.at_s for o in others]
    for other in others[bisect_left(starts, first - longest_s) : bisect_left(starts, last)]:
        length_s = max(1, other.length_s + limits.gap_s)
        intervals.append(model.new_fixed_size_interval_var(other.at_s, length_s, ""))
    if len(intervals) > limits.lanes:
        model.add_cumulative(intervals, [1] * len(intervals), limits.lanes)


def _first(event: Event) -> int:
    return event.ranges[0][0] if event.ranges else event.at_s


def _last(event: Event) -> int:
    return event.ranges[-1][1] if event.ranges else event.at_s
