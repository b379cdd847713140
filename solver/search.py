"""Solve a problem: choose the engine, keep the time, return only what the judge accepts."""

import logging
import math
import random
import time
from collections.abc import Callable
from dataclasses import dataclass

from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.compiled.ready import compile_beside, is_ready
from solver.engines.dispatch import dispatch
from solver.engines.improve import Budget, construct, ruin_recreate
from solver.engines.instance import Instance, prepare
from solver.engines.solution import Score, Solution, restore
from solver.engines.warm import laid_out
from solver.explain import explain, take_in
from solver.plan import Plan, Violation
from solver.problem import Problem
from solver.summary import summarise

log = logging.getLogger(__name__)

ENGINES = ("auto", "search", "ortools", "dispatch", "construct")
Progress = Callable[[str], None]
OnPlan = Callable[[Plan], None]

WRITING_SHARE = 0.08
"""Share of the time for writing out, judging and explaining; of long limits less."""
MOST_WRITING_S = 4.0

PLANS_APART_S = 2.0
"""Better plans are handed over at most this often."""


class EngineUnknown(ValueError):
    """The engine that was asked for does not exist."""

    code = "engine.unknown"

    def __init__(self, engine: str) -> None:
        self.facts = {"engine": engine, "known": ", ".join(ENGINES)}
        super().__init__(f"no engine {engine!r}; there are {', '.join(ENGINES)}")


@dataclass(frozen=True, slots=True)
class Run:
    """What one call of :func:`solve` was asked."""

    problem: Problem
    instance: Instance
    began: float
    limit_s: float
    steps: int | None
    seed: int
    threads: int
    warm_start: Plan | None
    progress: Progress | None
    on_plan: OnPlan | None
    asked_to_stop: Callable[[], bool]

    def left_s(self) -> float:
        """Give the seconds left for search."""
        return max(0.0, self.began + self.limit_s - time.monotonic())

    def say(self, text: str) -> None:
        """Tell people how it goes."""
        if self.progress is not None:
            self.progress(text)

    def show(self, solution: Solution, engine: str, stopped: str) -> None:
        """Hand over a whole plan, for whoever may have to stop the search."""
        if self.on_plan is not None:
            self.on_plan(_accepted(self, solution, engine, stopped, seconds=0.0))


def solve(
    problem: Problem,
    *,
    time_limit_s: float = 10.0,
    step_limit: int | None = None,
    seed: int = 0,
    engine: str = "auto",
    threads: int = 2,
    warm_start: Plan | None = None,
    progress: Progress | None = None,
    on_plan: OnPlan | None = None,
    should_stop: Callable[[], bool] | None = None,
) -> Plan:
    """Plan who goes where when.

    Parameters
    ----------
    time_limit_s
        Wall clock for everything, judging and explaining included; kept within 10 %. Not looked
        at where ``step_limit`` is given.
    step_limit
        Search steps instead of time (one is a hundred removals and repairs of the compiled
        search): then, in one thread, the same input and seed give the same plan, whose
        ``summary.seconds`` is 0.
    engine
        ``search`` (compiled ruin and recreate, with routes recombined by CP-SAT), ``ortools``
        (its routes or trips, then their timetable), ``dispatch`` (ruin and recreate over whole
        shifts, in Python), ``construct`` (the first plan only) or ``auto`` (``search``; while it
        is not compiled yet, ``ortools`` and ``dispatch``).
    threads
        Chains of search side by side; one where a step limit is given.
    warm_start
        A plan to start from. What it no longer keeps is left for search to put in.
    progress
        Called with a line for people whenever the plan gets better.
    on_plan
        Called with whole plans as they get better, the first as soon as there is one.
    should_stop
        Asked now and then; True ends the search with the best plan so far.

    Raises
    ------
    EngineUnknown
        If ``engine`` is not one of :data:`ENGINES`.
    LockedImpossible
        If steps that must stay cannot be made.
    """
    if engine not in ENGINES:
        raise EngineUnknown(engine)
    began = time.monotonic()
    writing_s = min(MOST_WRITING_S, WRITING_SHARE * time_limit_s)
    run = Run(
        problem=problem,
        instance=prepare(problem),
        began=began,
        limit_s=math.inf if step_limit is not None else time_limit_s - writing_s,
        steps=step_limit,
        seed=seed,
        threads=1 if step_limit is not None else max(1, threads),
        warm_start=warm_start,
        progress=progress,
        on_plan=on_plan,
        asked_to_stop=should_stop or (lambda: False),
    )
    solution, used, stopped = _search(run, engine)
    take_in(solution, seconds=math.inf if step_limit is not None else 0.05 * time_limit_s)
    seconds = math.inf if step_limit is not None else min(2.0, 0.04 * time_limit_s)
    return _accepted(run, solution, used, stopped, seconds=seconds)


def _search(run: Run, engine: str) -> tuple[Solution, str, str]:
    if engine in ("auto", "search"):
        # Imported here: a command that solves nothing should not load a compiler.
        from solver.engines import compiled_search  # noqa: PLC0415

        if compiled_search.can_search(run.instance):
            if is_ready() or engine == "search" or run.steps is not None:
                return compiled_search.search(run)
            run.say("the search is being compiled for the next time; this time without it")
            compile_beside()
    return _uncompiled(run, "auto" if engine == "search" else engine)


def _uncompiled(run: Run, engine: str) -> tuple[Solution, str, str]:
    rng = random.Random(run.seed)  # noqa: S311 - search, not secrets
    first = _first(run, rng)
    run.say(line("first plan" if run.warm_start is None else "start", first.score()))
    run.show(restore(run.instance, first.snapshot()), "construct", "first")
    if engine == "construct" or not run.instance.tasks or not run.instance.vehicles:
        return first, "construct", "complete"
    best, used = first, "dispatch"
    if engine in ("auto", "ortools"):
        routed = _with_ortools(run, _share(engine, first))
        if routed is not None and engine == "ortools" and _several_trips(run):
            return routed, "ortools", _reason(run)
        if routed is not None and _better_start(run, routed, first):
            best, used = routed, "ortools"
        if routed is not None and not _wants_more(run, best):
            return best, used, _reason(run)
    run.show(restore(run.instance, best.snapshot()), used, "running")
    until = None if run.steps is not None else time.monotonic() + run.left_s()
    shown_at = time.monotonic()

    def report(better: Solution, score: Score) -> None:
        nonlocal shown_at
        run.say(line("better", score))
        if time.monotonic() - shown_at > PLANS_APART_S:
            run.show(restore(run.instance, better.snapshot()), used, "running")
            shown_at = time.monotonic()

    budget = Budget(until, run.steps, _calm(run), run.asked_to_stop)
    kept, _ = ruin_recreate(best, rng, budget, report)
    used = used if used == "dispatch" else "ortools+dispatch"
    return restore(run.instance, kept), used, _reason(run)


def _first(run: Run, rng: random.Random) -> Solution:
    """Give the first whole plan: what still holds of the one to start from, and what fits in."""
    if run.warm_start is None:
        return construct(run.instance, rng)
    solution = laid_out(run.instance, run.warm_start)
    dispatch(solution, list(range(len(run.instance.vehicles))), rng)
    return solution


def _wants_more(run: Run, best: Solution) -> bool:
    """Say whether what OR-Tools left, or contact that it does not model, asks for repair."""
    return bool(run.problem.places) or _scarce(best)


def _calm(run: Run) -> int:
    """Give the steps without a better plan that end a search; small problems end early."""
    return 300 + 60 * len(run.instance.tasks)


def _several_trips(run: Run) -> bool:
    return any(v.points or v.max_trips != 1 for v in run.instance.vehicles)


def _share(engine: str, first: Solution) -> float:
    """Give OR-Tools' share of the time where it forms trips.

    Its trips are short in travel; where time is so scarce that goods are left, ruin and recreate
    finds room for more of them, so that it gets most.
    """
    if engine == "ortools":
        return 0.8
    return 0.15 if _scarce(first) else 0.6


def _scarce(solution: Solution) -> bool:
    """Say whether goods are left that somebody could bring."""
    tasks = solution.instance.tasks
    return any(left and task.eligible for task, left in zip(tasks, solution.left, strict=True))


def _better_start(run: Run, routed: Solution, first: Solution) -> bool:
    if _several_trips(run) and _scarce(routed):
        # Full shifts of OR-Tools' trips are hard to loosen; measured, they end with more left.
        return False
    return routed.score() <= first.score()


def _with_ortools(run: Run, share: float) -> Solution | None:
    routed = _trips(run, share) if _several_trips(run) else _single_trips(run)
    if routed is not None:
        run.say(line("OR-Tools", routed.score()))
    return routed


def _single_trips(run: Run) -> Solution | None:
    # Imported here: loading OR-Tools takes longer than many a small plan.
    from solver.engines import ortools_routing  # noqa: PLC0415

    if not ortools_routing.can_model(run.instance):
        return None
    seconds = 3600.0 if run.steps is not None else run.left_s() * 0.85
    routed = ortools_routing.route(
        run.instance, seconds=seconds, solutions=run.steps, should_stop=run.asked_to_stop
    )
    dispatch(routed, list(range(len(run.instance.vehicles))), random.Random(run.seed))  # noqa: S311
    return routed


def _trips(run: Run, share: float) -> Solution | None:
    from solver.engines import ortools_trips  # noqa: PLC0415 - as above

    if not ortools_trips.can_model(run.instance):
        return None
    seconds = 3600.0 if run.steps is not None else run.left_s() * share
    return ortools_trips.route_trips(
        run.instance, seconds=seconds, solutions=run.steps, seed=run.seed,
        should_stop=run.asked_to_stop,
    )  # fmt: skip


def _reason(run: Run) -> str:
    if run.steps is not None:
        return "step-limit"
    if run.asked_to_stop() and run.left_s() > 0:
        return "stopped"
    # OR-Tools gets 85 % of the time, the rest being kept for repair.
    return "time-limit" if run.left_s() <= 0.2 * run.limit_s else "converged"


def line(what: str, score: Score) -> str:
    """Tell people of a plan."""
    return f"{what}: left {score[1]:g} (priority {score[0]:g}), cost {score[2]:.0f}"


def _accepted(run: Run, solution: Solution, engine: str, stopped: str, *, seconds: float) -> Plan:
    """Write the plan out; take back whatever the judge refuses, until nothing is refused."""
    for _ in range(len(run.instance.vehicles) + 1):
        plan = _written(run, solution, engine, stopped, seconds=seconds)
        violations = check(run.problem, plan)
        if not violations:
            return plan
        log.error("plan refused: %s", violations[0])
        _take_back(solution, violations)
    return _written(run, Solution(run.instance), "none", "refused", seconds=0.0)


def _take_back(solution: Solution, violations: tuple[Violation, ...] | list[Violation]) -> None:
    ids = {v.id: i for i, v in enumerate(solution.instance.vehicles)}
    named = {ids[v.vehicle] for v in violations if v.vehicle in ids}
    for vehicle in named or set(ids.values()):
        while solution.shifts[vehicle]:
            solution.pop(vehicle)


def _written(run: Run, solution: Solution, engine: str, stopped: str, *, seconds: float) -> Plan:
    routes = routes_of(solution)
    unassigned = explain(solution, seconds=seconds)
    taken = 0.0 if run.steps is not None else round(time.monotonic() - run.began, 3)
    summary = summarise(
        run.problem,
        routes,
        unassigned,
        engine=engine,
        seed=run.seed,
        seconds=taken,
        stopped=stopped,
    )
    return Plan(routes=routes, unassigned=unassigned, summary=summary)
