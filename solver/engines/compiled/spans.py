"""How long a route lasts at least, and when it can begin."""

from solver.engines.compiled.clock import home_of, ride_s
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    BD,
    BE,
    BL,
    END,
    FD,
    FE,
    FL,
    LOC,
    NEXT,
    PREV,
    R_FIRST,
    R_LAST,
    REL,
    RELOAD,
    S_NWIN,
    START,
    STOP,
    V_DUR,
    V_K,
    V_MULTI,
    V_RELOAD,
    V_TYPE,
    V_W0,
    V_W1,
    Inst,
    State,
)


@compiled
def spans(inst: Inst, st: State, v: int) -> bool:
    """Work out duration, earliest and latest start of a route's heads and tails.

    After Vidal, Crainic, Gendreau and Prins, *A hybrid genetic algorithm with adaptive diversity
    management for a large class of vehicle routing problems with time-windows*, Computers &
    Operations Research 2013, without time warp: search keeps to what is allowed.
    """
    rt = st.rt
    veh = inst.veh
    nd = st.nd
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    k = veh[v, V_K]
    w0, w1 = veh[v, V_W0], veh[v, V_W1]
    ty = veh[v, V_TYPE]
    nd[first, FD] = 0
    nd[first, FE] = max(w0, nd[first, REL]) if veh[v, V_MULTI] == 0 else w0
    nd[first, FL] = w1
    ok = True
    n = first
    while n != last:
        m = nd[n, NEXT]
        to = nd[m, LOC] if m != last else home_of(inst, v, nd[n, LOC])
        ride = ride_s(inst, k, nd[n, LOC], to)
        length, early, late = _own(inst, st, v, m, ty, w0, w1)
        reach = nd[n, FD] + ride
        wait = max(early - reach - nd[n, FL], 0)
        if nd[n, FE] + reach > late:
            ok = False
        nd[m, FD] = reach + length + wait
        nd[m, FE] = max(early - reach, nd[n, FE]) - wait
        nd[m, FL] = min(late - reach, nd[n, FL])
        n = m
    if nd[last, FD] > veh[v, V_DUR]:
        ok = False
    nd[last, BD] = 0
    nd[last, BE] = w0
    nd[last, BL] = w1
    n = last
    while n != first:
        m = nd[n, PREV]
        to = nd[n, LOC] if n != last else home_of(inst, v, nd[m, LOC])
        ride = ride_s(inst, k, nd[m, LOC], to)
        length, early, late = _own(inst, st, v, m, ty, w0, w1)
        reach = length + ride
        wait = max(nd[n, BE] - reach - late, 0)
        nd[m, BD] = reach + nd[n, BD] + wait
        nd[m, BE] = max(nd[n, BE] - reach, early) - wait
        nd[m, BL] = min(nd[n, BL] - reach, late)
        n = m
    return ok


@compiled
def _own(inst: Inst, st: State, v: int, n: int, ty: int, w0: int, w1: int) -> tuple[int, int, int]:
    """Give a node's own length, earliest and latest begin."""
    s = st.nd[n, STOP]
    if s == START:
        return 0, max(w0, st.nd[n, REL]) if inst.veh[v, V_MULTI] == 0 else w0, w1
    if s == END:
        return 0, w0, w1
    if s == RELOAD:
        load_s = inst.veh[v, V_RELOAD]
        return load_s, max(w0, st.nd[n, REL] - load_s), w1
    length = inst.svc[s, ty]
    before = st.nd[n, PREV]
    if not (st.nd[before, STOP] >= 0 and st.nd[before, LOC] == st.nd[n, LOC]):
        length += inst.setup[s, ty]
    many = inst.stop[s, S_NWIN]
    if many == 0:
        return length, w0, w1
    return length, inst.win[s, 0, 0], inst.win[s, many - 1, 1]
