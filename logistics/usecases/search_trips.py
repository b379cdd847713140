"""Search trips for a run's bags and errands (排线): again, until no errand breaks a rule."""

from collections.abc import Callable
from dataclasses import dataclass

from logistics.domain.planning import PlanInputs
from logistics.routing.answer import NO_ERRANDS
from logistics.routing.errand_rules import busy, clashes_of, learn, visits_of
from logistics.routing.errands import Errands, Lessons, with_errands
from logistics.routing.problem import Index
from solver.plan import Plan
from solver.problem import Problem
from solver.progress import Report
from solver.supervise import solve_supervised

Hear = Callable[[Problem, Report], None]
_TURNS = 4
_FIRST_SHARE = 0.7  # of the time for the first search, which is mostly the last


@dataclass(frozen=True, slots=True)
class Found:
    """A plan beside its problem, and which of its shipments are which errands."""

    problem: Problem
    plan: Plan
    errands: Errands


def search_trips(
    inputs: PlanInputs,
    problem: Problem,
    index: Index,
    *,
    time_limit_s: float,
    seed: int,
    hear: Hear | None,
    should_stop: Callable[[], bool] | None,
    begun: Plan | None = None,
) -> Found:
    """Search a plan for the problem of the run's bags, with its errands if it has any.

    Where an errand's stop brings two couriers together, or a courier back to a cleaner zone, the
    next search begins from the plan and keeps them apart; what still clashes at the end is left
    out, with the figures that show it. The time is divided among the searches.

    The first search begins from ``begun`` where that is given.
    """

    def solve(one: Problem, limit_s: float, warm: Plan | None) -> Plan:
        return solve_supervised(
            one,
            time_limit_s=limit_s,
            seed=seed,
            warm_start=warm,
            on_report=None if hear is None else lambda report: hear(one, report),
            should_stop=should_stop,
        )

    if not inputs.errands:
        return Found(problem, solve(problem, time_limit_s, begun), NO_ERRANDS)
    lessons, plan, remaining = Lessons(), begun, time_limit_s
    for turn in range(_TURNS + len(inputs.errands)):
        bound, errands = with_errands(inputs, problem, index, lessons)
        limit = remaining * (_FIRST_SHARE if turn == 0 else 0.5)
        plan = solve(bound, limit if bound.shipments else remaining, plan)
        remaining = max(remaining - plan.summary.seconds, 0.1 * time_limit_s)
        visits = visits_of(bound, errands, plan)
        clashes = clashes_of(visits, inputs.separation_s)
        if not clashes:
            return Found(bound, plan, errands)
        if turn + 1 < _TURNS:
            lessons = learn(inputs, lessons, visits, clashes)
        else:
            out = {clash.end.errand.id: busy(inputs, clash, visits) for clash in clashes}
            lessons = Lessons(
                booked=lessons.booked, apart=lessons.apart, left={**lessons.left, **out}
            )
    raise AssertionError  # pragma: no cover  each turn past the fourth leaves an errand out
