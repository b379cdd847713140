"""The state of a compiled search, seen from Python: made, filled, run in slices, read out."""

import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from solver.engines.compiled import layout as at
from solver.engines.compiled import memory, recreate, search_loop
from solver.engines.compiled.layout import Inst, Ints, State
from solver.engines.compiled.refs import inst_ref, state_ref

HOT, COLD = 2.0, 0.02
"""First and last temperature, in what it costs to get from visit to visit."""
HOT_AT_PLACES, COLD_AT_PLACES = 0.2, 0.005
"""The same where couriers must not meet, in what a visit costs: such steps cost more time, so
there are fewer."""

SLICE_S = 0.15
"""How long the search runs before it is asked for news."""


def new_state(inst: Inst, seed: int) -> State:
    """Make an empty plan: every task absent, every vehicle at home."""
    vehicles, stops, tasks = len(inst.veh), len(inst.stop), len(inst.task)
    per_stop = inst.task[inst.stop[:, at.S_TASK], at.T_PARTS] if tasks else np.zeros(0, np.int64)
    visits = int(per_stop.sum())
    reloads = visits if inst.flags[at.F_MULTI] else 0
    nodes = 2 * vehicles + visits + reloads + 2
    places = len(inst.plc)
    here = np.zeros(places, np.int64)
    at_place = inst.stop[:, at.S_PLACE]
    np.add.at(here, at_place[at_place >= 0], per_stop[at_place >= 0])
    buildings = int(inst.task[:, at.T_BUILDING].max(initial=-1)) + 1
    classes = inst.elig.shape[1]
    dims = inst.cap.shape[1]
    width = max(recreate.WIDTH, 2)
    bayed = reloads if inst.flags[at.F_BAYS] else 0
    state = State(
        nd=_aligned(nodes + 1, at.NODE_COLUMNS),
        nl=np.zeros((nodes + 1, 5, dims), np.int64),
        free=np.arange(nodes - 1, 2 * vehicles - 1, -1, dtype=np.int64),
        rt=np.zeros((vehicles, at.ROUTE_COLUMNS), np.int64),
        head=np.full(max(1, stops), -1, np.int64),
        left=np.zeros(max(1, tasks), np.int64),
        absent=np.zeros(max(1, tasks), np.int64),
        where=np.full(max(1, tasks), -1, np.int64),
        cnt=np.zeros((max(1, buildings), max(1, vehicles)), np.int16),
        known=np.zeros(max(1, buildings), np.int64),
        at=np.zeros((places, int(here.max(initial=0)) + 1), np.int64),
        nat=np.zeros(places, np.int64),
        loading=np.zeros((len(inst.bay), bayed + 1), np.int64),
        nloading=np.zeros(len(inst.bay), np.int64),
        busy=np.zeros((len(inst.bay), bayed + 1, 3), np.int64),
        empty=np.zeros((classes, max(1, vehicles)), np.int64),
        nempty=np.zeros(classes, np.int64),
        ops=np.zeros((4 * nodes + 20_000, at.OPERATION_COLUMNS), np.int64),
        log=np.zeros((nodes, 3), np.int64),
        hold=np.zeros((nodes, 3), np.int64),
        touched=np.zeros((max(1, vehicles), 2), np.int64),
        stamp=np.zeros(max(1, vehicles), np.int64),
        best=np.zeros((nodes, at.SEQUENCE_COLUMNS), np.int64),
        cf=np.zeros(width + 1),
        ci=np.zeros((width + 1, 8), np.int64),
        pos=np.zeros((2 * nodes + 64, 3), np.int64),
        scratch=np.zeros((5, max(dims, tasks, 1)), np.int64),
        key=np.zeros(max(1, tasks)),
        c=np.zeros(at.COUNTERS, np.int64),
        x=np.zeros(at.SUMS),
        # Whatever seed is asked for: only 64 bits of it count, and never none.
        rng=np.array([(seed * 2654435761 + 88172645463325252) % (1 << 64) or 1, 0], np.uint64),
    )
    _empty(inst, state)
    return state


def _aligned(rows: int, columns: int) -> Ints:
    """Make zeros that begin where a line of the cache does."""
    whole = np.zeros(rows * columns + 8, np.int64)
    skip = (-whole.ctypes.data % 64) // 8
    return whole[skip : skip + rows * columns].reshape(rows, columns)


def _empty(inst: Inst, st: State) -> None:
    vehicles = len(inst.veh)
    st.c[at.C_FREE] = len(st.free)
    st.c[at.C_ONLY] = st.c[at.C_WHOM] = -1
    st.nd[:, at.STOP] = at.UNUSED
    for v in range(vehicles):
        first, last = 2 * v, 2 * v + 1
        for n, kind, loc in ((first, at.START, inst.veh[v, at.V_START]), (last, at.END, -1)):
            row = st.nd[n]
            row[at.STOP], row[at.VEH], row[at.LOC], row[at.TASK] = kind, v, loc, -1
            row[at.PREV], row[at.NEXT] = first, last
        st.rt[v, at.R_FIRST], st.rt[v, at.R_LAST] = first, last
        c = inst.veh[v, at.V_CLASS]
        # The first of a class is taken first.
        st.rt[v, at.R_SLOT] = -1
    for v in range(vehicles - 1, -1, -1):
        c = inst.veh[v, at.V_CLASS]
        st.empty[c, st.nempty[c]] = v
        st.rt[v, at.R_SLOT] = st.nempty[c]
        st.nempty[c] += 1
    for t in range(len(inst.task)):
        parts = int(inst.task[t, at.T_PARTS])
        st.left[t] = (1 << parts) - 1
        st.absent[t] = st.where[t] = t
    st.c[at.C_ABSENT] = len(inst.task)
    st.x[at.X_PENALTY] = float(inst.pen[: len(inst.task)].sum())
    st.x[at.X_BEST] = np.inf
    _remoteness(inst, st)
    search_loop.settle_all(inst_ref(inst), state_ref(st))


def _remoteness(inst: Inst, st: State) -> None:
    """Note how far each task is from where vehicles set out; an order of putting back."""
    if not len(inst.task) or not len(inst.veh):
        return
    origins = [int(p) for p in inst.ptloc] if inst.flags[at.F_MULTI] else []
    origins += [int(s) for s in set(inst.veh[:, at.V_START].tolist()) if s >= 0]
    if not origins:
        return
    loc = inst.stop[inst.task[:, at.T_FIRST], at.S_LOC]
    st.scratch[3, : len(loc)] = inst.cost[0][np.ix_(origins, loc)].min(axis=0)


@dataclass(frozen=True, slots=True)
class Heat:
    """Temperatures of annealing, in cost, and how many visits a step removes."""

    hot: float
    cold: float
    size: float = search_loop.REMOVED


def heat_of(inst: Inst, st: State) -> Heat:
    """Choose temperatures by what it costs in the best plan to get from visit to visit."""
    # Of a split task every visit is a removal that others must make room for.
    size = search_loop.REMOVED / 2 if inst.flags[at.F_SPLIT] else search_loop.REMOVED
    rows = st.best[: st.c[at.C_BEST_LEN]]
    if inst.flags[at.F_PLACES]:
        used = st.rt[:, at.R_VISITS] > 0
        fixed = float(inst.veh[used, at.V_FIXED].sum())
        each = max(1.0, (float(st.x[at.X_ROUTES]) - fixed) / max(1, int(st.c[at.C_VISITS])))
        return Heat(hot=HOT_AT_PLACES * each, cold=COLD_AT_PLACES * each, size=size)
    arc = _mean_arc(inst, rows)
    return Heat(hot=HOT * arc, cold=COLD * arc, size=size)


def _mean_arc(inst: Inst, rows: Ints) -> float:
    """Give the mean cost between visits that follow one another."""
    here, there = rows[:-1], rows[1:]
    follow = (
        (here[:, at.Q_VEH] == there[:, at.Q_VEH])
        & (here[:, at.Q_STOP] >= 0)
        & (there[:, at.Q_STOP] >= 0)
    )
    if not follow.any():
        return max(1.0, float(inst.cost[inst.cost < at.FAR].mean()))
    k = inst.veh[here[follow, at.Q_VEH], at.V_K]
    a = inst.stop[here[follow, at.Q_STOP], at.S_LOC]
    b = inst.stop[there[follow, at.Q_STOP], at.S_LOC]
    return max(1.0, float(inst.cost[k, a, b].mean()))


class Search:
    """One chain of ruin and recreate."""

    def __init__(self, inst: Inst, seed: int) -> None:
        self.inst = inst
        self.state = new_state(inst, seed)
        self._inst, self._st = inst_ref(inst), state_ref(self.state)
        self.steps = 0
        self.share = 0.0
        self.noted = np.inf
        self._pace = 200

    @property
    def best(self) -> float:
        """What the best plan so far costs, leaving out included."""
        return float(self.state.x[at.X_BEST])

    def rows(self) -> Ints:
        """Give the best plan's rows."""
        made: Ints = self.state.best[: self.state.c[at.C_BEST_LEN]].copy()
        return made

    def lay(self, rows: Ints) -> None:
        """Start from the routes that rows state, times included."""
        if len(rows):
            memory.restore(self._inst, self._st, rows, len(rows))
        search_loop.take_stock(self._inst, self._st)

    def lay_anew(self, rows: Ints) -> None:
        """Go on from other routes than those at hand."""
        memory.restore(self._inst, self._st, rows, len(rows))
        search_loop.take_stock(self._inst, self._st)

    def burst(self, steps: int, heat: float) -> None:
        """Take steps at one temperature."""
        search_loop.anneal(self._inst, self._st, steps, heat, heat, search_loop.REMOVED)
        self.steps += steps

    def reprice(self) -> None:
        """Take note of other prices of leaving out; the plan at hand is the best anew."""
        search_loop.reprice(self._inst, self._st)

    def now_rows(self) -> Ints:
        """Give the current plan's rows."""
        memory.keep_best(self._st)
        return self.rows()

    def fill(self) -> None:
        """Serve what can be served, greedily."""
        search_loop.fill(self._inst, self._st)

    def run(
        self,
        heat: Heat,
        *,
        until: float | None,
        steps: int | None,
        news: Callable[["Search"], bool],
        begin: float = 0.0,
        end: float = 1.0,
    ) -> None:
        """Anneal until an instant of the monotonic clock or for a number of steps.

        ``news`` is asked after each slice, and ends the run by False. Cooling goes from its
        share ``begin`` to its share ``end``.
        """
        started = time.monotonic()
        taken = 0
        fall = heat.cold / heat.hot
        share = self.share = begin
        while share < end:
            now = time.monotonic()
            many = self._pace
            if steps is not None:
                many = min(500, steps - taken)
                following = begin + (end - begin) * (taken + many) / steps
            elif until is not None:
                if now >= until:
                    return
                span = max(1e-3, until - started)
                following = min(end, begin + (end - begin) * (now - started + SLICE_S) / span)
            if many <= 0:
                return
            search_loop.anneal(
                self._inst,
                self._st,
                many,
                heat.hot * fall**share,
                heat.hot * fall**following,
                heat.size,
            )
            taken += many
            self.steps += many
            spent = max(1e-4, time.monotonic() - now)
            self._pace = max(10, min(200_000, int(many * SLICE_S / spent)))
            share = (
                following
                if steps is not None
                else begin
                + (1 - begin)
                * (time.monotonic() - started)
                / max(1e-3, (until or started) - started)
            )
            self.share = share
            if not news(self):
                return
