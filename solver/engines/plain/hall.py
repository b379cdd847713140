"""One chain of the search of plain routes: made from a problem, begun, run, read."""

import numpy as np
from typing_extensions import override

from solver.engines.chain import Chain
from solver.engines.compiled import layout as at
from solver.engines.compiled.beginnings import aligned, drawing, remoteness
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.compiled.refs import inst_ref
from solver.engines.plain import anneal as kernel
from solver.engines.plain import layout as own
from solver.engines.plain.layout import Plain
from solver.engines.plain.refs import plain_ref


def new_plain(inst: Inst, seed: int) -> Plain:
    """Make a state without any route."""
    stops, vehicles, dims = len(inst.stop), len(inst.veh), inst.cap.shape[1]
    nodes = stops + 2 * vehicles
    classes = inst.elig.shape[1]
    nd = aligned(nodes, own.NODE_COLUMNS, np.int32)
    nd[:, own.CLOSES] = own.LONGEST_S
    timed = np.flatnonzero(inst.stop[:, at.S_NWIN])
    nd[timed, own.OPENS] = inst.win[timed, 0, 0]
    nd[timed, own.CLOSES] = np.minimum(inst.win[timed, 0, 1], own.LONGEST_S)
    nd[:stops, own.VEH] = own.NOWHERE
    nd[:stops, own.LOC] = inst.stop[:, at.S_LOC]
    firsts = np.arange(stops, nodes, 2)
    begin = inst.veh[:, at.V_W0]
    end = np.minimum(inst.veh[:, at.V_W1], own.LONGEST_S)
    for shift in (0, 1):
        nd[firsts + shift, own.VEH] = np.arange(vehicles)
        nd[firsts + shift, own.PREV] = firsts
        nd[firsts + shift, own.NEXT] = firsts + 1
        nd[firsts + shift, own.OPENS] = begin
        nd[firsts + shift, own.CLOSES] = end
    nd[firsts, own.LOC] = nd[firsts + 1, own.AHEAD] = inst.veh[:, at.V_START]
    nd[firsts + 1, own.LOC] = nd[firsts, own.AFTER] = inst.veh[:, at.V_END]
    nd[firsts, own.DEP] = begin
    nd[firsts + 1, own.LAT] = end
    spans = np.zeros((nodes if inst.flags[at.F_DURATION] else 1, own.SPAN_COLUMNS), np.int64)
    if len(spans) == nodes:
        spans[firsts, own.FE], spans[firsts, own.FL] = begin, end
        spans[firsts + 1, own.BE], spans[firsts + 1, own.BL] = begin, end
    state = Plain(
        nd=nd,
        sp=spans,
        rt=np.zeros((vehicles, own.R_LOAD + dims), np.int64),
        absent=np.arange(stops, dtype=np.int64),
        where=np.arange(stops, dtype=np.int64),
        empty=np.zeros((classes, vehicles), np.int64),
        nempty=np.zeros(classes, np.int64),
        ops=np.zeros((4 * stops + 64, 3), np.int64),
        touched=np.zeros(vehicles, np.int64),
        far=remoteness(inst),
        bestnext=np.full(nodes, -1, np.int64),
        key=np.zeros(stops),
        order=np.zeros(stops, np.int64),
        c=np.zeros(own.COUNTERS, np.int64),
        x=np.zeros(own.SUMS),
        rng=drawing(seed),
    )
    for v in range(vehicles - 1, -1, -1):  # the first of a class is taken first
        c = inst.veh[v, at.V_CLASS]
        state.empty[c, state.nempty[c]] = v
        state.rt[v, own.R_SLOT] = state.nempty[c]
        state.nempty[c] += 1
    state.c[own.C_ABSENT] = stops
    state.x[own.X_PENALTY] = float(inst.pen[:stops].sum())
    state.x[own.X_BEST] = np.inf
    return state


class PlainSearch(Chain):
    """One chain of ruin and recreate over plain routes."""

    def __init__(self, inst: Inst, seed: int) -> None:
        super().__init__()
        self.inst = inst
        self.state = new_plain(inst, seed)
        self._inst, self._st = inst_ref(inst), plain_ref(self.state)

    @property
    @override
    def best(self) -> float:
        return float(self.state.x[own.X_BEST])

    @property
    @override
    def visits(self) -> int:
        return int(self.state.c[own.C_VISITS])

    @property
    @override
    def travel(self) -> float:
        used = self.state.rt[:, own.R_VISITS] > 0
        fixed = float(self.inst.veh[used, at.V_FIXED].sum())
        return max(0.0, float(self.state.c[own.C_COST]) - fixed)

    @override
    def rows(self) -> Ints:
        return self._written(self.state.bestnext)

    @override
    def now_rows(self) -> Ints:
        nd = self.state.nd
        following = np.where(nd[:, own.VEH] >= 0, nd[:, own.NEXT], -1).astype(np.int64)
        return self._written(following)

    def _written(self, following: Ints) -> Ints:
        found = np.zeros((len(self.inst.stop), 5), np.int64)
        many = kernel.plan_of(self._inst, self._st, following, found)
        rows = np.zeros((many, at.SEQUENCE_COLUMNS), np.int64)
        columns = [at.Q_VEH, at.Q_STOP, at.Q_BEG, at.Q_DEP, at.Q_ARR]
        rows[:, columns] = found[:many]
        rows[:, at.Q_MASK] = 1
        return rows

    @override
    def lay(self, rows: Ints) -> None:
        kernel.lay(self._inst, self._st, np.ascontiguousarray(rows[:, [at.Q_VEH, at.Q_STOP]]))
        kernel.take_stock(self._st)

    @override
    def fill(self) -> None:
        kernel.fill(self._inst, self._st, 10.0 if self.inst.flags[at.F_PRIZES] else 1.0)

    @override
    def absent(self) -> Ints:
        found: Ints = self.state.absent[: self.state.c[own.C_ABSENT]].copy()
        return found

    @override
    def reprice(self) -> None:
        kernel.reprice(self._inst, self._st)

    @override
    def anneal(self, steps: int, hot: float, cold: float, size: float) -> None:
        kernel.anneal(self._inst, self._st, steps, hot, cold, size)
