"""One engine on one problem, in a process of its own: its plan judged, its time and memory kept.

Time counts from the call of the solver: starting Python, loading an engine, compiling and making
the problem do not. PyVRP is single-threaded: with two threads it gets two processes, which take
different parts of a problem that falls apart, or else different seeds, the better being kept.
"""

import multiprocessing
import os
import signal
import time
import traceback
from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Protocol

from benchmarks.arcs import CannotExpress
from benchmarks.schedules import Shifts, Trip, plan_of
from benchmarks.versions import Part, components
from solver.check import check
from solver.plan import Plan
from solver.problem import Problem
from solver.search import solve

ENGINES = ("ours", "pyvrp", "vroom")
Answer = tuple[Plan | None, float | None, int]
"""A plan, seconds to the first one where the engine says, and the most memory in MB."""
_GRACE_S = 120  # for what no limit binds: starting, building, judging


class Source(Protocol):
    """Where a problem comes from; small, for it travels to the process that solves it."""

    def problem(self) -> Problem:
        """Make the problem."""
        ...

    def judged(self, problem: Problem, plan: Plan) -> tuple[Problem, Plan]:
        """Give the problem and plan by which meetings and faces are counted."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is asked of an engine."""

    engine: str
    seconds: float
    threads: int = 2
    seed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What came of a run; ``refused`` says why there is no plan.

    ``breaches`` are those of the problem solved (none, or the engine is wrong), ``met`` those of
    the problem by which the plan is judged, by code.
    """

    engine: str
    seed: int
    limit_s: float
    seconds: float = 0.0
    first_plan_s: float | None = None
    peak_mb: int = 0
    cost: int = 0
    travel_s: int = 0
    routes: int = 0
    trips: int = 0
    left_jobs: int = 0
    left_bags: int = 0
    contacts: int = 0
    faces: int = 0
    excess_faces: int = 0
    buildings: int = 0
    breaches: dict[str, int] = field(default_factory=dict)
    met: dict[str, int] = field(default_factory=dict)
    refused: str = ""

    @property
    def whole(self) -> bool:
        """Whether there is a plan that keeps the rules and leaves out nothing it had to bring."""
        return not (self.refused or self.breaches or self.left_jobs)


def run(source: Source, wish: Wish) -> Outcome:
    """Run an engine in a process of its own, and end it if it does not end by itself."""
    context = multiprocessing.get_context("spawn")
    receiver, sender = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(source, wish, sender))
    child.start()
    sender.close()
    nothing = Outcome(
        engine=wish.engine, seed=wish.seed, limit_s=wish.seconds, refused="no answer"
    )
    try:
        if receiver.poll(wish.seconds * 2 + _GRACE_S):
            answer: Outcome = receiver.recv()
            return answer
    except EOFError:
        return replace(nothing, refused="ended without an answer")
    finally:
        if child.is_alive():
            child.join(5)
        # With all that it started: an engine that hangs in a process of its own would otherwise
        # take its processor from every run that follows.
        with suppress(ProcessLookupError):
            os.killpg(child.pid or 0, signal.SIGKILL)
        child.join()
        receiver.close()
    return nothing


def _child(source: Source, wish: Wish, sender: Any) -> None:
    os.setsid()
    try:
        outcome = outcome_of(source, wish)
    except Exception as error:  # noqa: BLE001 - whatever an engine throws is its result
        traceback.print_exc()
        outcome = Outcome(
            engine=wish.engine, seed=wish.seed, limit_s=wish.seconds, refused=repr(error)
        )
    sender.send(outcome)
    sender.close()


def outcome_of(source: Source, wish: Wish) -> Outcome:
    """Run an engine here."""
    problem = source.problem()
    known = {"ours": _ours, "pyvrp": _pyvrp, "vroom": _vroom}
    empty = Outcome(engine=wish.engine, seed=wish.seed, limit_s=wish.seconds)
    try:
        plan, first_plan_s, peak_mb = known[wish.engine](problem, wish)
    except CannotExpress as error:
        return replace(empty, refused=str(error))
    if plan is None:
        return replace(empty, refused="no feasible plan")
    judged, said = source.judged(problem, plan)
    jobs = {job.id: job for job in judged.jobs}
    own = {job.id: job for job in problem.jobs}
    left = [own[out.id] for out in plan.unassigned if out.type == "job"]
    summary = said.summary
    return replace(
        empty,
        seconds=plan.summary.seconds,
        first_plan_s=first_plan_s,
        peak_mb=peak_mb,
        cost=plan.summary.cost,
        travel_s=plan.summary.duration_s,
        routes=plan.summary.routes,
        trips=summary.trips,
        left_jobs=sum(job.prize is None for job in left)
        + sum(out.type == "pickup" for out in plan.unassigned),
        left_bags=sum(
            len(out.parts) or max(1, len(jobs[out.id].parts))
            for out in said.unassigned
            if out.type == "job"
        ),
        contacts=summary.contacts,
        faces=summary.faces,
        excess_faces=summary.excess_faces,
        buildings=len({job.building for job in judged.jobs if job.building is not None}),
        breaches=dict(Counter(v.code for v in check(problem, plan))),
        met={} if said is plan else dict(Counter(v.code for v in check(judged, said))),
    )


def _peak_mb() -> int:
    """Give the most memory that this process ever held; 0 where the system does not say."""
    status = Path("/proc/self/status")
    if not status.exists():
        return 0
    lines = status.read_text(encoding="ascii", errors="replace").splitlines()
    return next((int(li.split()[1]) // 1024 for li in lines if li.startswith("VmHWM")), 0)


def _ours(problem: Problem, wish: Wish) -> Answer:
    warm_up()
    began = time.monotonic()
    first: list[float] = []
    plan = solve(
        problem,
        time_limit_s=wish.seconds,
        seed=wish.seed,
        on_plan=lambda _: first.append(time.monotonic() - began),
        threads=wish.threads,
    )
    return plan, round(first[0], 2) if first else None, _peak_mb()


def warm_up() -> None:
    """Load (and once compile) the solver before time counts, on a day of its own."""
    from benchmarks.days import day  # noqa: PLC0415 - only this engine needs it

    solve(day("small", 0), time_limit_s=0.5)


def _vroom(problem: Problem, wish: Wish) -> Answer:
    from benchmarks.peer_vroom import solve_with_vroom  # noqa: PLC0415 - may not be installed

    began = time.monotonic()
    shifts: dict[int, Sequence[Trip]] = {}
    parts = components(problem)
    for part in parts:
        share = wish.seconds * _tasks(part) / sum(map(_tasks, parts))
        shifts |= part.in_whole(
            solve_with_vroom(part.problem, seconds=share, threads=wish.threads)
        )
    seconds = time.monotonic() - began
    return plan_of(problem, shifts, engine="vroom", seconds=seconds), None, _peak_mb()


def _tasks(part: Part) -> int:
    return len(part.problem.jobs) + len(part.problem.shipments)


def _pyvrp(problem: Problem, wish: Wish) -> Answer:
    parts = components(problem)
    may_drop = any(vehicle.points and vehicle.reload_service_s for vehicle in problem.vehicles)
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(wish.threads, mp_context=context) as pool:
        list(pool.map(_load_pyvrp, range(wish.threads)))
        began = time.monotonic()
        if len(parts) == 1:
            seeds = [wish.seed * wish.threads + n for n in range(wish.threads)]
            work = [([(parts[0], wish.seconds)], seed, may_drop) for seed in seeds]
        else:
            work = [(hand, wish.seed, may_drop) for hand in _dealt(parts, wish)]
        answers = list(pool.map(_pyvrp_worker, work))
        seconds = time.monotonic() - began
    peak_mb = _peak_mb() + sum(peak for _, peak in answers)
    given = [shifts for shifts, _ in answers if shifts is not None]
    if len(parts) > 1:
        if len(given) < len(answers):
            return None, None, peak_mb
        given = [{number: trips for shifts in given for number, trips in shifts.items()}]
    plans = [plan_of(problem, s, engine="pyvrp", seed=wish.seed, seconds=seconds) for s in given]
    return min(plans, key=_rank(problem), default=None), None, peak_mb


def _rank(problem: Problem) -> Callable[[Plan], tuple[int, int]]:
    prize = {job.id: job.prize for job in problem.jobs}

    def rank(plan: Plan) -> tuple[int, int]:
        out = [prize.get(o.id) for o in plan.unassigned]
        return sum(p is None for p in out), plan.summary.cost + sum(p or 0 for p in out)

    return rank


def _dealt(parts: list[Part], wish: Wish) -> list[list[tuple[Part, float]]]:
    """Deal parts to processes, largest first to whom has least, each with its share of time."""
    hands: list[list[Part]] = [[] for _ in range(wish.threads)]
    for part in sorted(parts, key=_tasks, reverse=True):
        min(hands, key=lambda hand: sum(map(_tasks, hand))).append(part)
    return [
        [(part, wish.seconds * _tasks(part) / sum(map(_tasks, hand))) for part in hand]
        for hand in hands
    ]


def _load_pyvrp(_: int) -> None:
    import benchmarks.peer_pyvrp  # noqa: F401, PLC0415 - so that its loading takes none of the time


def _pyvrp_worker(work: tuple[list[tuple[Part, float]], int, bool]) -> tuple[Shifts | None, int]:
    from benchmarks.peer_pyvrp import solve_with_pyvrp  # noqa: PLC0415 - may not be installed

    hand, seed, may_drop = work
    found: dict[int, Sequence[Trip]] = {}
    for part, seconds in hand:
        shifts = solve_with_pyvrp(part.problem, seconds=seconds, seed=seed, may_drop=may_drop)
        if shifts is None:
            return None, _peak_mb()
        found |= part.in_whole(shifts)
    return found, _peak_mb()
