"""The judge: whether a plan keeps every rule, from problem and plan alone.

It recomputes everything itself, knows no engine, and judges a plan from any of them or from a
person's hand. ``docs/formats.md`` lists every code.
"""

from collections.abc import Callable, Iterable

from solver.plan import Plan, Violation
from solver.problem import Problem
from solver.rules import figures, loads, locks, meetings, shape, tasks, times
from solver.rules.day import Day

Rule = Callable[[Day], Iterable[Violation]]

RULES: tuple[Rule, ...] = (
    shape.vehicles_known,
    shape.steps_known,
    shape.sequence,
    shape.durations,
    times.arrivals,
    times.task_windows,
    times.shifts,
    times.breaks,
    times.releases,
    times.limits,
    loads.capacity,
    loads.load_figures,
    loads.break_loads,
    tasks.served_once,
    tasks.accounted,
    tasks.eligible,
    tasks.clean_before_dirty,
    tasks.goods_at_point,
    tasks.shipments_in_order,
    meetings.slots,
    meetings.closed,
    meetings.shelves,
    meetings.bays,
    meetings.cohorts,
    locks.locked_steps,
    figures.step_figures,
    figures.route_costs,
    figures.summary_figures,
)
"""Every rule; a new one is a function in a module of :mod:`solver.rules` and a line here."""


def check(problem: Problem, plan: Plan) -> tuple[Violation, ...]:
    """Give every broken rule of a plan; empty for a plan that may be carried out."""
    day = Day(problem, plan)
    return tuple(violation for rule in RULES for violation in rule(day))
