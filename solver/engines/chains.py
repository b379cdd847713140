"""Several chains of search side by side, each in a thread of its own, on one board."""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise

import numpy as np

from solver.engines.chain import Chain, Heat
from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.opening import completed
from solver.engines.threads import side_by_side
from solver.route_pool import RoutePool

MEET_AT = (0.45, 0.7, 0.88)
"""Shares of cooling at which a chain that is behind goes on from the best plan."""


@dataclass
class Board:
    """The best plan of all chains, and the routes that they have seen."""

    rows: Ints
    worth: float
    pool: RoutePool | None = None
    version: int = 0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def offer(self, search: Chain) -> None:
        """Take a chain's best plan if it is better."""
        if search.best < self.worth - 1e-6:
            rows = search.rows()
            with self.lock:
                if search.best < self.worth - 1e-6:
                    self.rows, self.worth = rows, search.best
                    self.version += 1


@dataclass(frozen=True, slots=True)
class Limits:
    """When chains end: at an instant of the monotonic clock, or after steps of the first chain."""

    until: float | None
    steps: int | None
    should_stop: Callable[[], bool]


def run_chains(
    inst: Inst,
    starts: Sequence[Ints],
    board: Board,
    heats: Sequence[Heat],
    *,
    limits: Limits,
    seed: int,
    on_better: Callable[[Board], None],
) -> None:
    """Anneal from each start in a thread of its own; what is best is on the board.

    A single chain runs in this very thread, so that steps and seed say everything.
    """
    hall = _Hall(inst, board, limits, on_better)
    chains = [completed(inst, rows, seed * 7919 + i) for i, rows in enumerate(starts)]
    for chain in chains:
        board.offer(chain)
    hall.watch()
    if len(chains) == 1:
        hall.run(chains[0], heats[0], alone=True)
    else:
        jobs = [partial(hall.run, *one) for one in zip(chains, heats, strict=True)]
        side_by_side(jobs, halt=hall.halt, look=hall.watch)
    hall.watch()


class _Hall:
    """Where chains meet: they show what they found, and those behind go on from the best."""

    def __init__(
        self, inst: Inst, board: Board, limits: Limits, on_better: Callable[[Board], None]
    ) -> None:
        self.inst, self.board, self.limits, self.on_better = inst, board, limits, on_better
        self.halt = threading.Event()
        self.seen = board.version

    def watch(self) -> None:
        """Look at the board from the thread that may speak."""
        if self.limits.should_stop():
            self.halt.set()
        if self.board.version != self.seen:
            self.seen = self.board.version
            self.on_better(self.board)

    def run(self, chain: Chain, heat: Heat, *, alone: bool = False) -> None:
        """Run one chain to its end."""
        marks = list(MEET_AT)

        def news(chain: Chain) -> bool:
            self.board.offer(chain)
            if self.board.pool is not None:
                note_routes(self.board.pool, self.inst, chain)
            if marks and chain.share >= marks[0]:
                marks.pop(0)
                self._catch_up(chain)
            if alone:
                self.watch()
            return not self.halt.is_set()

        chain.run(heat, until=self.limits.until, steps=self.limits.steps, news=news)
        self.board.offer(chain)

    def _catch_up(self, chain: Chain) -> None:
        if self.board.worth < chain.best - 1e-6:
            with self.board.lock:
                rows = self.board.rows
            chain.lay(rows)


def note_routes(pool: RoutePool, inst: Inst, search: Chain) -> None:
    """Put the routes of a chain's best plan into the pool, if they are new to it."""
    if search.noted == search.best:
        return
    search.noted = search.best
    rows = search.rows()
    _, first = np.unique(rows[:, at.Q_VEH], return_index=True)
    bounds = [*np.sort(first).tolist(), len(rows)]
    for low, high in pairwise(bounds):
        stops = rows[low:high, at.Q_STOP]
        v = int(rows[low, at.Q_VEH])
        key = tuple(stops.tolist())
        tasks = set(inst.stop[stops, at.S_TASK].tolist())
        pool.add(key, tasks, int(inst.veh[v, at.V_CLASS]), route_cost(inst, v, key))


def route_cost(inst: Inst, v: int, stops: tuple[int, ...]) -> int:
    """Price a single-trip route by its stops."""
    k, start, end = (int(x) for x in inst.veh[v, [at.V_K, at.V_START, at.V_END]])
    locs = inst.stop[list(stops), at.S_LOC]
    cost = int(inst.veh[v, at.V_FIXED]) + int(inst.cost[k, locs[:-1], locs[1:]].sum())
    if start >= 0:
        cost += int(inst.cost[k, start, locs[0]])
    if end >= 0:
        cost += int(inst.cost[k, locs[-1], end])
    rate = int(inst.veh[v, at.V_RATE])
    if rate:
        seconds = inst.svc[list(stops), inst.veh[v, at.V_TYPE]]
        cost += int((seconds * rate // 3600).sum())
    return cost
