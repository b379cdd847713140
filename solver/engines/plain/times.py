"""Times of plain routes: what the ways take, when each stop can be, and whether one more goes."""

import numpy as np

from solver.engines.compiled.layout import (
    F_DURATION,
    F_TIME,
    FAR,
    V_DUR,
    V_K,
    V_TYPE,
    V_W0,
    V_W1,
    Inst,
)
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    BD,
    BE,
    BL,
    C_GAP,
    CLOSES,
    DEP,
    FD,
    FE,
    FL,
    LAT,
    LOC,
    NEXT,
    OPENS,
    OUT,
    PREV,
    R_VISITS,
    SVC,
    VEH,
    Plain,
)


@compiled
def entry(matrix: np.ndarray, k: int, a: int, b: int) -> int:
    """Give what a matrix says from a to b; to or from an open end it is nothing."""
    if a < 0 or b < 0:
        return 0
    return int(matrix[k, a, b])


@compiled
def forward(inst: Inst, st: Plain, n: int) -> bool:
    """Work departures out from node ``n`` on, until they are as they were.

    False where one comes too late; then nothing behind it is true.
    """
    nd = st.nd
    stops = st.absent.shape[0]
    v = nd[n, VEH]
    k = inst.veh[v, V_K]
    last = stops + 2 * v + 1
    u = nd[n, PREV]
    at = nd[u, DEP]
    a = nd[u, LOC]
    while True:
        b = nd[n, LOC]
        at = max(at + entry(inst.dur, k, a, b), nd[n, OPENS])
        if n == last:
            nd[n, DEP] = at
            return at <= inst.veh[v, V_W1]
        if at > nd[n, CLOSES]:
            return False
        at += nd[n, SVC]
        if nd[n, DEP] == at:
            return True
        nd[n, DEP] = at
        a = b
        n = nd[n, NEXT]


@compiled
def backward(inst: Inst, st: Plain, n: int) -> None:
    """Work latest arrivals out from node ``n`` back, until they are as they were."""
    nd = st.nd
    stops = st.absent.shape[0]
    v = nd[n, VEH]
    k = inst.veh[v, V_K]
    first = stops + 2 * v
    w = nd[n, NEXT]
    by = nd[w, LAT]
    b = nd[w, LOC]
    while True:
        a = nd[n, LOC]
        by = min(by - entry(inst.dur, k, a, b) - nd[n, SVC], nd[n, CLOSES])
        if nd[n, LAT] == by or n == first:
            nd[n, LAT] = by
            return
        nd[n, LAT] = by
        b = a
        n = nd[n, PREV]


@compiled
def spans(inst: Inst, st: Plain, v: int) -> None:
    """Work out duration, earliest and latest begin of a route's heads and tails.

    After Vidal, Crainic, Gendreau and Prins, *A hybrid genetic algorithm with adaptive diversity
    management for a large class of vehicle routing problems with time-windows*, Computers &
    Operations Research 2013, without time warp: search keeps to what is allowed.
    """
    nd, sp = st.nd, st.sp
    k = inst.veh[v, V_K]
    first = st.absent.shape[0] + 2 * v
    last = first + 1
    sp[first, FD] = 0
    sp[first, FE] = nd[first, OPENS]
    sp[first, FL] = nd[first, CLOSES]
    n = first
    while n != last:
        m = nd[n, NEXT]
        reach = sp[n, FD] + entry(inst.dur, k, nd[n, LOC], nd[m, LOC])
        wait = max(nd[m, OPENS] - reach - sp[n, FL], 0)
        sp[m, FD] = reach + nd[m, SVC] + wait
        sp[m, FE] = max(nd[m, OPENS] - reach, sp[n, FE]) - wait
        sp[m, FL] = min(nd[m, CLOSES] - reach, sp[n, FL])
        n = m
    sp[last, BD] = 0
    sp[last, BE] = nd[last, OPENS]
    sp[last, BL] = nd[last, CLOSES]
    while n != first:
        m = nd[n, PREV]
        reach = nd[m, SVC] + entry(inst.dur, k, nd[m, LOC], nd[n, LOC])
        wait = max(sp[n, BE] - reach - nd[m, CLOSES], 0)
        sp[m, BD] = reach + sp[n, BD] + wait
        sp[m, BE] = max(sp[n, BE] - reach, nd[m, OPENS]) - wait
        sp[m, BL] = min(sp[n, BL] - reach, nd[m, CLOSES])
        n = m


@compiled
def retime(inst: Inst, st: Plain, v: int) -> bool:
    """Work all times of a route out anew; False where it does not hold."""
    nd = st.nd
    first = st.absent.shape[0] + 2 * v
    if st.rt[v, R_VISITS] == 0:
        return True  # nobody drives it, and what is put into it has its times worked out
    if not inst.flags[F_TIME]:
        return st.c[C_GAP] == 0 or _passable(st, first)
    n = first
    while n != first + 1:  # whatever was there before must not end the walk
        nd[n, DEP] = -1
        nd[n, LAT] = -1
        n = nd[n, NEXT]
    nd[first, DEP] = inst.veh[v, V_W0]
    nd[first + 1, LAT] = inst.veh[v, V_W1]
    if not forward(inst, st, nd[first, NEXT]):
        return False
    backward(inst, st, nd[first + 1, PREV])
    if inst.flags[F_DURATION]:
        spans(inst, st, v)
        return bool(st.sp[first + 1, FD] <= inst.veh[v, V_DUR])
    return True


@compiled
def _passable(st: Plain, n: int) -> bool:
    """Say whether a way leads from each node of a route to the one that follows."""
    nd, stops = st.nd, st.absent.shape[0]
    while nd[n, OUT] < FAR:
        n = nd[n, NEXT]
        if n >= stops:
            return True
    return False


@compiled
def holds(inst: Inst, st: Plain, u: int, s: int) -> bool:
    """Say whether ways and times let stop ``s`` in behind node ``u``."""
    nd = st.nd
    v = nd[u, VEH]
    k = inst.veh[v, V_K]
    w = nd[u, NEXT]
    loc = nd[s, LOC]
    a, b = nd[u, LOC], nd[w, LOC]
    if not inst.flags[F_TIME]:
        return entry(inst.cost, k, a, loc) < FAR and entry(inst.cost, k, loc, b) < FAR
    dur = inst.dur
    ride = entry(dur, k, a, loc)
    early, late = nd[s, OPENS], nd[s, CLOSES]
    at = max(nd[u, DEP] + ride, early)
    if at > late or at >= FAR:
        return False
    length = inst.svc[s, inst.veh[v, V_TYPE]]
    ahead = entry(dur, k, loc, b)
    if at + length + ahead > nd[w, LAT]:
        return False
    if not inst.flags[F_DURATION]:
        return True
    sp = st.sp
    reach = sp[u, FD] + ride
    wait = max(early - reach - sp[u, FL], 0)
    whole = reach + length + wait
    end = min(late - reach, sp[u, FL])
    reach = whole + ahead
    wait = max(sp[w, BE] - reach - end, 0)
    return bool(reach + sp[w, BD] + wait <= inst.veh[v, V_DUR])
