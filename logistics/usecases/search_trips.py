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
_SMALL = 90  # drops: a first plan takes milliseconds, so that a short search finds one
_AT_LEAST_S = 0.4  # a further search begins from the plan before, and mostly ends with it
_AT_LEAST_OF_MANY_S = 3.0
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
    out, with the figures that show it. The time is divided among the searches; the later ones take
    at least some tenths of a second each, with many drops three seconds, also past the limit.

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
    least_s = _AT_LEAST_S if len(problem.jobs) <= _SMALL else _AT_LEAST_OF_MANY_S
    lessons, plan, remaining = Lessons(), begun, time_limit_s
    fullest: Plan | None = None  # the plan that leaves the fewest drops out, clashes or not
    again = False
    for turn in range(_TURNS + len(inputs.errands) + 1):
        bound, errands = with_errands(inputs, problem, index, lessons)
        limit = remaining * _FIRST_SHARE if turn == 0 else max(least_s, remaining * 0.5)
        plan = solve(bound, limit if bound.shipments else max(least_s, remaining), plan)
        remaining = max(remaining - plan.summary.seconds, 0.0)
        if fullest is None or _left_out(plan) < _left_out(fullest):
            fullest = plan
        visits = visits_of(bound, errands, plan)
        clashes = clashes_of(visits, inputs.separation_s)
        if not clashes:
            if again or _left_out(plan) == _left_out(fullest):
                return Found(bound, plan, errands)
            again, plan = True, fullest  # the time was too short to keep what it began from
        elif turn + 1 < _TURNS:
            lessons = learn(inputs, lessons, visits, clashes)
        else:
            out = {clash.end.errand.id: busy(inputs, clash, visits) for clash in clashes}
            lessons = Lessons(
                booked=lessons.booked, apart=lessons.apart, left={**lessons.left, **out}
            )
    raise AssertionError  # pragma: no cover  each turn past the fourth leaves an errand out


def _left_out(plan: Plan) -> int:
    return sum(one.type == "job" for one in plan.unassigned)
