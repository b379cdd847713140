"""The state of a compiled search, seen from Python: made, filled, run in slices, read out."""

import numpy as np
from typing_extensions import override

from solver.engines.chain import Chain
from solver.engines.compiled import layout as at
from solver.engines.compiled import memory, recreate, search_loop
from solver.engines.compiled.beginnings import aligned, drawing, remoteness
from solver.engines.compiled.layout import Inst, Ints, State
from solver.engines.compiled.refs import inst_ref, state_ref


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
        nd=aligned(nodes + 1, at.NODE_COLUMNS, np.int64),
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
        scratch=np.zeros((7, max(dims, tasks, 1)), np.int64),
        key=np.zeros(max(1, tasks)),
        c=np.zeros(at.COUNTERS, np.int64),
        x=np.zeros(at.SUMS),
        rng=drawing(seed),
    )
    _empty(inst, state)
    return state


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
    if vehicles:
        st.scratch[3, : len(inst.task)] = remoteness(inst)
    search_loop.settle_all(inst_ref(inst), state_ref(st))


class Search(Chain):
    """One chain of ruin and recreate under all rules."""

    def __init__(self, inst: Inst, seed: int) -> None:
        super().__init__()
        self.inst = inst
        self.state = new_state(inst, seed)
        self._inst, self._st = inst_ref(inst), state_ref(self.state)

    @property
    @override
    def best(self) -> float:
        return float(self.state.x[at.X_BEST])

    @property
    @override
    def visits(self) -> int:
        return int(self.state.c[at.C_VISITS])

    @property
    @override
    def travel(self) -> float:
        used = self.state.rt[:, at.R_VISITS] > 0
        fixed = float(self.inst.veh[used, at.V_FIXED].sum())
        return max(0.0, float(self.state.x[at.X_ROUTES]) - fixed)

    @override
    def rows(self) -> Ints:
        made: Ints = self.state.best[: self.state.c[at.C_BEST_LEN]].copy()
        return made

    @override
    def now_rows(self) -> Ints:
        memory.keep_best(self._st)
        return self.rows()

    @override
    def absent(self) -> Ints:
        found: Ints = self.state.absent[: self.state.c[at.C_ABSENT]].copy()
        return found

    @override
    def lay(self, rows: Ints) -> None:
        memory.restore(self._inst, self._st, rows, len(rows))
        search_loop.take_stock(self._inst, self._st)

    @override
    def fill(self) -> None:
        search_loop.fill(self._inst, self._st)

    @override
    def reprice(self) -> None:
        search_loop.reprice(self._inst, self._st)

    @override
    def anneal(self, steps: int, hot: float, cold: float, size: float) -> None:
        search_loop.anneal(self._inst, self._st, steps, hot, cold, size)
