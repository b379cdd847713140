"""Solve a problem: choose the engine, keep the time, return only what the judge accepts."""

import logging
import math
import multiprocessing
import random
import time
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

from solver.check import check
from solver.engines.assemble import routes_of
from solver.engines.dispatch import dispatch
from solver.engines.improve import Budget, construct, ruin_recreate
from solver.engines.instance import Instance, prepare
from solver.engines.solution import Score, Solution, restore
from solver.explain import explain
from solver.plan import Plan, Violation
from solver.problem import Problem
from solver.summary import summarise

log = logging.getLogger(__name__)

ENGINES = ("auto", "ortools", "dispatch", "construct")
Progress = Callable[[str], None]
OnPlan = Callable[[Plan], None]


class EngineUnknown(ValueError):
    """The engine that was asked for does not exist."""

    code = "engine.unknown"

    def __init__(self, engine: str) -> None:
        self.facts = {"engine": engine, "known": ", ".join(ENGINES)}
        super().__init__(f"no engine {engine!r}; there are {', '.join(ENGINES)}")


@dataclass(frozen=True, slots=True)
class _Run:
    """What one call of :func:`solve` was asked."""

    problem: Problem
    instance: Instance
    began: float
    limit_s: float
    steps: int | None
    seed: int
    progress: Progress | None
    on_plan: OnPlan | None

    def left_s(self) -> float:
        return max(0.0, self.began + self.limit_s - time.monotonic())

    def say(self, text: str) -> None:
        if self.progress is not None:
            self.progress(text)


def solve(
    problem: Problem,
    *,
    time_limit_s: float = 10.0,
    step_limit: int | None = None,
    seed: int = 0,
    engine: str = "auto",
    progress: Progress | None = None,
    on_plan: OnPlan | None = None,
) -> Plan:
    """Plan who goes where when.

    Parameters
    ----------
    time_limit_s
        Wall clock for everything, judging and explaining included; kept within 10 %. Not looked
        at where ``step_limit`` is given.
    step_limit
        Search steps instead of time: then the same input and seed give the same plan, whose
        ``summary.seconds`` is 0.
    engine
        ``ortools`` (its routes or trips; trips of longer shifts with their timetable and no
        search after), ``dispatch`` (ruin and recreate over shifts), ``construct`` (the first
        plan only) or ``auto`` (ruin and recreate, from OR-Tools' trips where they
        serve all that can be served, else from the dispatcher's plan).
    progress
        Called with a line for people whenever the plan gets better.
    on_plan
        Called with the first whole plan, for whoever may have to stop the search.

    Raises
    ------
    EngineUnknown
        If ``engine`` is not one of :data:`ENGINES`.
    """
    if engine not in ENGINES:
        raise EngineUnknown(engine)
    began = time.monotonic()
    # Writing out, judging and explaining need a part of the time.
    limit_s = math.inf if step_limit is not None else time_limit_s * 0.9
    instance = prepare(problem)
    run = _Run(problem, instance, began, limit_s, step_limit, seed, progress, on_plan)
    solution, used, stopped = _search(run, engine)
    return _accepted(run, solution, used, stopped)


def _search(run: _Run, engine: str) -> tuple[Solution, str, str]:
    rng = random.Random(run.seed)  # noqa: S311 - search, not secrets
    first = construct(run.instance, rng)
    run.say(_line("first plan", first.score()))
    if run.on_plan is not None:
        run.on_plan(_accepted(run, restore(run.instance, first.snapshot()), "construct", "first"))
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
    steps = run.steps
    until = None if steps is not None else time.monotonic() + run.left_s()

    def report(_: Solution, score: Score) -> None:
        run.say(_line("better", score))

    kept, _ = ruin_recreate(best, rng, Budget(until, steps, _calm(run)), report)
    used = used if used == "dispatch" else "ortools+dispatch"
    return restore(run.instance, kept), used, _reason(run)


def _wants_more(run: _Run, best: Solution) -> bool:
    """Say whether what OR-Tools left, or contact that it does not model, asks for repair."""
    return bool(run.problem.places) or _scarce(best)


def _calm(run: _Run) -> int:
    """Give the steps without a better plan that end a search; small problems end early."""
    return 300 + 60 * len(run.instance.tasks)


def _several_trips(run: _Run) -> bool:
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


def _better_start(run: _Run, routed: Solution, first: Solution) -> bool:
    if _several_trips(run) and _scarce(routed):
        # Full shifts of OR-Tools' trips are hard to loosen; measured, they end with more left.
        return False
    return routed.score() <= first.score()


def _with_ortools(run: _Run, share: float) -> Solution | None:
    routed = _trips(run, share) if _several_trips(run) else _single_trips(run)
    if routed is not None:
        run.say(_line("OR-Tools", routed.score()))
    return routed


def _single_trips(run: _Run) -> Solution | None:
    # Imported here: loading OR-Tools takes longer than many a small plan.
    from solver.engines import ortools_routing  # noqa: PLC0415

    if not ortools_routing.can_model(run.instance):
        return None
    seconds = 3600.0 if run.steps is not None else run.left_s() * 0.85
    routed = ortools_routing.route(run.instance, seconds=seconds, solutions=run.steps)
    dispatch(routed, list(range(len(run.instance.vehicles))), random.Random(run.seed))  # noqa: S311
    return routed


def _trips(run: _Run, share: float) -> Solution | None:
    from solver.engines import ortools_trips  # noqa: PLC0415 - as above

    if not ortools_trips.can_model(run.instance):
        return None
    seconds = 3600.0 if run.steps is not None else run.left_s() * share
    return ortools_trips.route_trips(
        run.instance, seconds=seconds, solutions=run.steps, seed=run.seed
    )


def _reason(run: _Run) -> str:
    if run.steps is not None:
        return "step-limit"
    # OR-Tools gets 85 % of the time, the rest being kept for repair.
    return "time-limit" if run.left_s() <= 0.2 * run.limit_s else "converged"


def _line(what: str, score: Score) -> str:
    return f"{what}: left {score[1]:g} (priority {score[0]:g}), cost {score[2]:.0f}"


def _accepted(run: _Run, solution: Solution, engine: str, stopped: str) -> Plan:
    """Write the plan out; take back whatever the judge refuses, until nothing is refused."""
    for _ in range(len(run.instance.vehicles) + 1):
        plan = _written(run, solution, engine, stopped)
        violations = check(run.problem, plan)
        if not violations:
            return plan
        log.error("plan refused: %s", violations[0])
        _take_back(solution, violations)
    return _written(run, Solution(run.instance), "none", "refused")


def _take_back(solution: Solution, violations: tuple[Violation, ...] | list[Violation]) -> None:
    ids = {v.id: i for i, v in enumerate(solution.instance.vehicles)}
    named = {ids[v.vehicle] for v in violations if v.vehicle in ids}
    for vehicle in named or set(ids.values()):
        while solution.shifts[vehicle]:
            solution.pop(vehicle)


def _written(run: _Run, solution: Solution, engine: str, stopped: str) -> Plan:
    routes = routes_of(solution)
    unassigned = explain(solution, seconds=min(2.0, 0.05 * run.limit_s))
    seconds = 0.0 if run.steps is not None else round(time.monotonic() - run.began, 3)
    summary = summarise(
        run.problem,
        routes,
        unassigned,
        engine=engine,
        seed=run.seed,
        seconds=seconds,
        stopped=stopped,
    )
    return Plan(routes=routes, unassigned=unassigned, summary=summary)


def solve_hard(
    problem: Problem,
    *,
    time_limit_s: float = 10.0,
    step_limit: int | None = None,
    seed: int = 0,
    engine: str = "auto",
    progress: Progress | None = None,
) -> Plan:
    """Solve in a child process that is stopped for certain when the time is over.

    As :func:`solve`; where the child has to be stopped, the first whole plan that it gave, and
    otherwise a plan constructed here.
    """
    if engine not in ENGINES:
        raise EngineUnknown(engine)
    began = time.monotonic()
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    # Starting a process and sending the plan take their time, too.
    own_s = max(time_limit_s - 1.0, time_limit_s * 0.6)
    wishes = {"time_limit_s": own_s, "step_limit": step_limit, "seed": seed, "engine": engine}
    child = context.Process(target=_child, args=(sender, problem, wishes), daemon=True)
    child.start()
    sender.close()
    plan: Plan | None = None
    try:
        deadline = math.inf if step_limit is not None else began + time_limit_s * 1.05
        plan = _listen(receiver, deadline, progress)
    finally:
        if child.is_alive():
            child.kill()
        child.join()
        receiver.close()
    if plan is None:
        log.warning("search was stopped before its first plan")
        plan = solve(problem, seed=seed, engine="construct", time_limit_s=time_limit_s)
    return plan


def _child(sender: Connection, problem: Problem, wishes: dict[str, Any]) -> None:
    plan = solve(
        problem,
        **wishes,
        progress=lambda text: sender.send(("progress", text)),
        on_plan=lambda first: sender.send(("first", first)),
    )
    sender.send(("plan", plan))
    sender.close()


def _listen(receiver: Connection, deadline: float, progress: Progress | None) -> Plan | None:
    """Take what the child sends until its final plan, its end, or the deadline."""
    best: Plan | None = None
    while True:
        rest = None if deadline == math.inf else max(0.0, deadline - time.monotonic())
        if not receiver.poll(rest):
            return best
        try:
            kind, value = receiver.recv()
        except EOFError:
            return best
        if kind == "progress":
            if progress is not None:
                progress(value)
        else:
            best = value
            if kind == "plan":
                return best
