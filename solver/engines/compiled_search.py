"""The compiled search with all that stands round it: first plans, chains, recombination, times."""

import logging
import time
from collections.abc import Callable
from typing import Protocol

import numpy as np

from solver.engines.chain import Chain, Heat
from solver.engines.chains import Board, Limits, route_cost, run_chains
from solver.engines.compiled import layout as at
from solver.engines.compiled.build import build
from solver.engines.compiled.build import can_search as _fits_arrays
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.compiled.result import rows_of, solution_of
from solver.engines.fewest import shed_vehicles, wants_fewest
from solver.engines.fleets import begin_apart, can_begin_apart
from solver.engines.heat import heat_of
from solver.engines.instance import Instance
from solver.engines.opening import completed
from solver.engines.parts import Part, parts_of
from solver.engines.plain.scope import is_plain
from solver.engines.rounds import run_parts
from solver.engines.solution import Solution
from solver.engines.warm import laid_out, locked_only
from solver.plan import Plan
from solver.route_pool import PoolRoute, RoutePool

log = logging.getLogger(__name__)

__all__ = ["can_search", "search"]

STEPS = 100
"""Steps of the compiled search in one of a step limit."""

MOST_PARTS = 62
"""Parts of one job: those left of it are the bits of one signed word."""

PLANS_APART_S = 2.0
"""Whole plans are shown at most this often."""

ANNEALED = 0.88
"""Share of the time for search where routes are recombined after it."""

DIVIDED = 250
"""Stops from which on cores share one plan of plain routes."""

AGAIN_S, WARMER = 0.5, 5.0
"""Least time for annealing after recombination, and how much warmer than at the end it begins."""

TIMETABLE_SHARE, TIMETABLE_S = 0.05, 3.0
"""Time for moving times where couriers wait for one another: a share, and at most this."""


class Asked(Protocol):
    """What :mod:`solver.search` was asked."""

    @property
    def instance(self) -> Instance: ...
    @property
    def steps(self) -> int | None: ...
    @property
    def seed(self) -> int: ...
    @property
    def threads(self) -> int: ...
    @property
    def warm_start(self) -> Plan | None: ...
    @property
    def asked_to_stop(self) -> Callable[[], bool]: ...

    def left_s(self) -> float: ...
    def say(self, text: str) -> None: ...
    def show(self, solution: Solution, engine: str, stopped: str) -> None: ...


def can_search(instance: Instance) -> bool:
    """Say whether every arc fits the arrays, and every job's parts the bits of a word."""
    parts = max((len(task.parts) for task in instance.tasks if task.splittable), default=0)
    return parts <= MOST_PARTS and _fits_arrays(instance)


def search(run: Asked) -> tuple[Solution, str, str]:
    """Search until time, steps or patience end.

    Returns
    -------
    tuple
        The solution, the engine's name, and why it stopped.

    Raises
    ------
    LockedImpossible
        If steps that must stay cannot be made.
    """
    instance = run.instance
    locked = locked_only(instance)
    if not instance.tasks or not instance.vehicles:
        return locked, "search", "complete"
    inst = build(instance)
    conductor = _Conductor(run, inst)
    starts = conductor.starts(locked)
    conductor.anneal(starts)
    conductor.recombine()
    conductor.anneal_again()
    solution = conductor.best_solution()
    return _with_less_waiting(run, solution), "search", conductor.reason()


class _Conductor:
    """One search: its board, its limits, what it says."""

    def __init__(self, run: Asked, inst: Inst) -> None:
        self.run = run
        self.inst = inst
        pool = RoutePool() if _recombines(inst) else None
        self.board = Board(np.zeros((0, at.SEQUENCE_COLUMNS), np.int64), np.inf, pool)
        self.shown_at = -np.inf

    def starts(self, locked: Solution) -> list[Ints]:
        """Give where each chain starts, and show the first plan."""
        run, inst = self.run, self.inst
        if run.warm_start is not None:
            rows = rows_of(run.instance, inst, laid_out(run.instance, run.warm_start))
            self._take(rows, "start")
            return [rows] * run.threads
        rows = rows_of(run.instance, inst, locked)
        self._take(rows, "first plan")
        if can_begin_apart(inst) and not len(rows):
            starts = [begin_apart(inst, run.seed * 31 + 1)]
            if wants_fewest(inst):
                starts = [self._fewest(starts[0])]
            self._take(starts[0], "routes grown together")
            return starts * run.threads
        return [self.board.rows] * run.threads

    def _fewest(self, rows: Ints) -> Ints:
        seconds = 0.4 * self.run.left_s() if self.run.steps is None else 2.0
        rows = completed(self.inst, rows, self.run.seed).rows()
        return shed_vehicles(
            self.inst,
            rows,
            until=time.monotonic() + seconds,
            seed=self.run.seed,
            should_stop=self.run.asked_to_stop,
        )

    def _take(self, rows: Ints, what: str) -> None:
        """Complete rows to a plan and offer it."""
        self.board.offer(completed(self.inst, rows, self.run.seed))
        self._tell(what)

    def _tell(self, what: str) -> None:
        now = time.monotonic()
        if now - self.shown_at < PLANS_APART_S:
            return
        self.shown_at = now
        solution = self.best_solution()
        score = solution.score()
        self.run.say(f"{what}: left {score[1]:g} (priority {score[0]:g}), cost {score[2]:.0f}")
        self.run.show(solution, "search", "running")
        # Writing a large plan out takes time; it is not to take much of the search's.
        self.shown_at = max(now, 10 * (time.monotonic() - now) + now)

    def anneal(self, starts: list[Ints]) -> None:
        """Run the chains until their share of the time is over."""
        run, inst = self.run, self.inst
        parts = parts_of(run.instance, inst)
        if parts:
            self._anneal_parts(parts)
            return
        limits = self._limits()
        heat = heat_of(inst, completed(inst, starts[0], run.seed))
        heats = [heat, Heat(heat.hot * 2.0, heat.cold * 1.5, heat.size)] * run.threads
        self._run(starts, heats[: len(starts)], limits, run.seed)

    def _run(self, starts: list[Ints], heats: list[Heat], limits: Limits, seed: int) -> None:
        """Anneal in sections of one plan if it is large and plain, else in chains."""
        inst = self.inst

        def tell(_: Board) -> None:
            self._tell("better")

        if len(starts) > 1 and is_plain(inst) and len(inst.stop) >= DIVIDED:
            # Imported here: only large plans need it.
            from solver.engines.plain.sections import run_sections  # noqa: PLC0415

            run_sections(
                inst, starts[0], self.board, heats[0], limits,
                threads=len(starts), seed=seed, on_better=tell,
            )  # fmt: skip
            return
        run_chains(inst, starts, self.board, heats, limits=limits, seed=seed, on_better=tell)

    def _anneal_parts(self, parts: list[Part]) -> None:
        """Search parts that have nothing to do with one another, in turns."""
        run, limits = self.run, self._limits()
        self.run.say(f"{len(parts)} parts that share nobody and nothing")

        def merged(searches: list[Chain]) -> Ints:
            rows = [p.whole(s.rows()) for p, s in zip(parts, searches, strict=True)]
            return np.concatenate(rows)

        def look(searches: list[Chain]) -> None:
            if time.monotonic() - self.shown_at >= PLANS_APART_S and run.steps is None:
                self._take(merged(searches), "better")

        jobs = []
        for i, part in enumerate(parts):
            chain = completed(part.inst, part.own(self.board.rows), run.seed * 7919 + i)
            jobs.append((chain, heat_of(part.inst, chain), part.tasks))
        searches = run_parts(
            jobs,
            until=limits.until,
            steps=limits.steps,
            threads=run.threads,
            should_stop=run.asked_to_stop,
            look=look,
        )
        self._take(merged(searches), "all parts")

    def _limits(self) -> Limits:
        run = self.run
        if run.steps is not None:
            return Limits(None, run.steps * STEPS, run.asked_to_stop)
        left = run.left_s()
        left -= min(TIMETABLE_S, TIMETABLE_SHARE * left) if _meets(run.instance) else 0.0
        if self.board.pool is not None:
            left *= ANNEALED
        return Limits(time.monotonic() + left, None, run.asked_to_stop)

    def recombine(self) -> None:
        """Choose anew among all routes seen."""
        run, board = self.run, self.board
        if board.pool is None or len(board.pool) == 0 or run.asked_to_stop():
            return
        seconds = 1.0 if run.steps is not None else run.left_s() * 0.95
        if seconds < 0.1:  # noqa: PLR2004 - not worth building a model for
            return
        rows = _recombined(
            self.inst, board, seconds=seconds, threads=run.threads, exact=run.steps is not None
        )
        if rows is not None:
            self._take(rows, "recombined")

    def anneal_again(self) -> None:
        """Use what time recombination left: go on from the best plan, hardly warmer."""
        run, inst = self.run, self.inst
        if self.board.pool is None or run.steps is not None or run.asked_to_stop():
            return
        if run.left_s() < AGAIN_S or not len(self.board.rows):
            return
        heat = heat_of(inst, completed(inst, self.board.rows, run.seed))
        heat = Heat(min(heat.hot, heat.cold * WARMER), heat.cold, heat.size)
        limits = Limits(time.monotonic() + 0.95 * run.left_s(), None, run.asked_to_stop)
        self._run([self.board.rows] * run.threads, [heat] * run.threads, limits, run.seed + 1)

    def best_solution(self) -> Solution:
        """Give the best plan so far, timed by the rules' own code."""
        return solution_of(self.run.instance, self.inst, self.board.rows)

    def reason(self) -> str:
        """Say why the search ended."""
        # Whoever supervises also asks for an end when the time is over.
        if self.run.asked_to_stop() and self.run.left_s() > 0:
            return "stopped"
        return "step-limit" if self.run.steps is not None else "time-limit"


def _meets(instance: Instance) -> bool:
    return bool(instance.problem.places or instance.problem.bays)


def _recombines(inst: Inst) -> bool:
    """Say whether routes can be exchanged whole, none minding the others."""
    flags = inst.flags
    return not (
        flags[at.F_MULTI]
        or flags[at.F_PLACES]
        or flags[at.F_BAYS]
        or flags[at.F_SPLIT]
        or flags[at.F_FACES]
        or flags[at.F_WISHES]
        or flags[at.F_BALANCE]
        or flags[at.F_BREAKS]
        or flags[at.F_SETUP]
        or inst.stop[:, at.S_LEADS].sum() != len(inst.task)
        or (inst.veh[:, at.V_END] == at.HOME).any()
    )


def _recombined(
    inst: Inst, board: Board, *, seconds: float, threads: int, exact: bool
) -> Ints | None:
    # Imported here: loading CP-SAT takes longer than many a small plan.
    from solver.recombine import recombine  # noqa: PLC0415

    incumbent = _entries(inst, board.rows)
    tasks = range(len(inst.task))
    prized = inst.flags[at.F_PRIZES]
    prizes = {t: int(inst.pen[t]) for t in tasks} if prized else {}
    chosen = recombine(
        board.pool or [],
        tasks=[] if prized else list(tasks),
        prizes=prizes,
        class_sizes=np.bincount(inst.veh[:, at.V_CLASS], minlength=inst.elig.shape[1]).tolist(),
        incumbent=incumbent,
        seconds=seconds,
        threads=threads,
        deterministic=exact,
    )
    return None if chosen is None else _rows_of_entries(inst, chosen)


def _entries(inst: Inst, rows: Ints) -> list[PoolRoute]:
    made = []
    for v in np.unique(rows[:, at.Q_VEH]).tolist():
        stops = tuple(rows[rows[:, at.Q_VEH] == v, at.Q_STOP].tolist())
        tasks = tuple(sorted(set(inst.stop[list(stops), at.S_TASK].tolist())))
        vehicle_class = int(inst.veh[v, at.V_CLASS])
        cost = route_cost(inst, v, stops)
        made.append(PoolRoute(key=stops, tasks=tasks, vehicle_class=vehicle_class, cost=cost))
    return made


def _rows_of_entries(inst: Inst, chosen: list[PoolRoute]) -> Ints:
    free: dict[int, list[int]] = {}
    for v in range(len(inst.veh) - 1, -1, -1):
        free.setdefault(int(inst.veh[v, at.V_CLASS]), []).append(v)
    rows = []
    for entry in chosen:
        v = free[entry.vehicle_class].pop()
        for s in entry.key:
            row = [0] * at.SEQUENCE_COLUMNS
            row[at.Q_VEH], row[at.Q_STOP], row[at.Q_MASK] = v, s, 1
            rows.append(row)
    return np.array(rows, np.int64).reshape(-1, at.SEQUENCE_COLUMNS)


def _with_less_waiting(run: Asked, solution: Solution) -> Solution:
    """Move times so that couriers wait less for one another; rides and cost stay."""
    if not _meets(run.instance) or run.steps is not None or run.asked_to_stop():
        return solution
    seconds = min(TIMETABLE_S, run.left_s() * 0.9)
    if seconds < 0.2:  # noqa: PLR2004 - as above
        return solution
    from solver.engines.pinned import retimed  # noqa: PLC0415 - as above

    return retimed(solution, seconds=seconds, seed=run.seed) or solution
