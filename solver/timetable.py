"""Move the times of a plan so that couriers wait less for each other, and still never meet.

The order of every route stays; CP-SAT decides who goes first wherever two of them want the same
drop slot or bay. Couriers who wait are looked at with those whom they wait for, some at a time,
while everybody else keeps to the times of the plan: so a day of hundreds is as quick as one of
ten, and whatever is given is at least as good as what was there.
"""

import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from solver.check import check
from solver.plan import Plan, Route, Summary
from solver.problem import Problem
from solver.timetable_lines import Limits, Line, Spot, lines_of, rewritten, solo_end_s, spots_of
from solver.timetable_model import Part, solved

log = logging.getLogger(__name__)

TOGETHER = (8, 16, 32, 64)
"""Couriers whose times are moved at once; more of them when fewer find nothing any longer."""

NEAR_S = 3600
"""How far apart in time two couriers at one spot may be to have to do with each other."""

JUDGING_S = 2e-4
"""Seconds that the judge takes by step; measured."""

PART_SHARE = 0.1
PART_MOST_S = 1.0


def retime(
    problem: Problem,
    plan: Plan,
    *,
    seconds: float,
    deterministic: bool = False,
    seed: int = 0,
    threads: int = 1,
) -> Plan | None:
    """Find times with less waiting for the same routes.

    Parameters
    ----------
    plan
        One that the judge accepts.
    seconds
        Wall clock, or about that many where the solver's own steps are counted.
    deterministic
        Count the solver's steps, so that the same plan gives the same answer.

    Returns
    -------
    Plan or None
        The same routes, visits and starts of days, all ends together earlier; the judge accepts
        it. None where nothing was found.
    """
    steps = sum(len(route.steps) for route in plan.routes)
    judging_s = 0.0 if deterministic else min(seconds / 2, steps * JUDGING_S)
    routes = move_times(
        problem,
        plan.routes,
        seconds=seconds - judging_s,
        deterministic=deterministic,
        seed=seed,
        threads=threads,
    )
    if routes is None:
        return None
    waiting_s = sum(step.waiting_s for route in routes for step in route.steps)
    better = replace(plan, routes=routes, summary=replace(plan.summary, waiting_s=waiting_s))
    violations = check(problem, better)
    if violations:
        log.error("times refused: %s", violations[0])
        return None
    return better


def move_times(
    problem: Problem,
    routes: Sequence[Route],
    *,
    seconds: float,
    deterministic: bool = False,
    seed: int = 0,
    threads: int = 1,
) -> tuple[Route, ...] | None:
    """Do as :func:`retime` with the routes of a plan that is not finished; nothing is judged."""
    plan = Plan(routes=tuple(routes), unassigned=(), summary=_NO_SUMMARY)
    budget = _Budget(seconds, deterministic)
    lines = lines_of(problem, plan)
    before = sum(line.end_s for line in lines)
    spots = spots_of(problem)
    for together in TOGETHER:
        _improve(lines, spots, budget, together, (seed, threads))
    if sum(line.end_s for line in lines) >= before:
        return None
    return tuple(rewritten(r, line) for r, line in zip(routes, lines, strict=True))


def place_times(
    problem: Problem,
    routes: Sequence[Route],
    *,
    seconds: float,
    deterministic: bool = False,
    seed: int = 0,
    threads: int = 1,
) -> tuple[Route, ...] | None:
    """Find times for routes that have none, so that nobody meets and all are home soon.

    Parameters
    ----------
    routes
        Steps in their order with setup and service; what they say of times is not read.

    Returns
    -------
    tuple of Route or None
        The same routes with times. None where there are none, or none were found in time. Where
        a shelf is cleared during the day, times that overfill it may come out: judge them.
    """
    plan = Plan(routes=tuple(routes), unassigned=(), summary=_NO_SUMMARY)
    lines = lines_of(problem, plan, timed=False)
    if any(not event.ranges for line in lines for event in line.events):
        return None
    part = Part(lines, list(range(len(lines))), spots_of(problem), fresh=True)
    begins, _ = solved(
        part, seconds=seconds, seed=seed, threads=threads, deterministic=deterministic
    )
    if begins is None:
        return None
    for (line, event), at_s in begins.items():
        lines[line].events[event].at_s = at_s
    return tuple(rewritten(r, line) for r, line in zip(routes, lines, strict=True))


_NO_SUMMARY = Summary(
    cost=0,
    routes=0,
    unassigned=0,
    trips=0,
    faces=0,
    excess_faces=0,
    contacts=0,
    duration_s=0,
    distance_m=0,
    waiting_s=0,
    setup_s=0,
    service_s=0,
    priority=0,
    delivery=(),
    pickup=(),
    engine="",
    seed=0,
    seconds=0.0,
    stopped="",
)


@dataclass(slots=True)
class _Budget:
    seconds: float
    deterministic: bool
    began: float = field(default_factory=time.monotonic)
    counted: float = 0.0

    def left_s(self) -> float:
        gone = self.counted if self.deterministic else time.monotonic() - self.began
        return self.seconds - gone


def _improve(
    lines: list[Line],
    spots: dict[Spot, Limits],
    budget: _Budget,
    together: int,
    how: tuple[int, int],
) -> None:
    """Look at whoever waits most for others first; begin again while something gets better."""
    solo = [solo_end_s(line) for line in lines]
    idle: set[int] = set()
    while budget.left_s() > 0:
        waiting = [
            (solo[n] - line.end_s, n)
            for n, line in enumerate(lines)
            if n not in idle and line.end_s > solo[n]
        ]
        if not waiting:
            return
        _, chosen = min(waiting)
        group = _around(lines, spots, chosen, together)
        part = Part(lines, sorted(group), spots)
        share = min(PART_MOST_S, max(0.05, PART_SHARE * budget.left_s()))
        begins, counted = solved(
            part, seconds=share, seed=how[0], threads=how[1], deterministic=budget.deterministic
        )
        budget.counted += counted
        if begins is None:
            idle.add(chosen)
            continue
        for (line, event), at_s in begins.items():
            lines[line].events[event].at_s = at_s
        idle -= group


def _around(lines: list[Line], spots: dict[Spot, Limits], chosen: int, together: int) -> set[int]:
    """Give a courier and those who are at the same spots at about the same times."""
    there: dict[Spot, list[tuple[int, int]]] = defaultdict(list)
    for number, line in enumerate(lines):
        for event in line.events:
            if event.spot in spots:
                there[event.spot].append((event.at_s, number))
    group, border = {chosen}, [chosen]
    while border and len(group) < together:
        near: dict[int, int] = {}
        for event in (e for n in border for e in lines[n].events):
            for at_s, number in there[event.spot] if event.spot in spots else ():
                apart_s = abs(at_s - event.at_s)
                if number not in group and apart_s <= NEAR_S:
                    near[number] = min(near.get(number, NEAR_S), apart_s)
        border = sorted(near, key=lambda n: (near[n], n))[: together - len(group)]
        group |= set(border)
    return group
