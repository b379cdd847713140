"""Whole routes given to other vehicles."""

import math

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.layout import (
    F_DURATION,
    F_TIME,
    FAR,
    V_CLASS,
    V_DUR,
    V_END,
    V_FIXED,
    V_K,
    V_START,
    V_TYPE,
    V_W0,
    V_W1,
    Inst,
)
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    C_TOUCHED,
    CLOSES,
    LOC,
    NEXT,
    OPENS,
    R_LOAD,
    R_VISITS,
    Plain,
)
from solver.engines.plain.routes import (
    route_cost,
    swap,
)
from solver.engines.plain.times import entry


@compiled
def _price_by(inst: Inst, st: Plain, v: int, other: int) -> int:
    """Give what the route of ``v`` costs with another vehicle; FAR where it does not go."""
    nd, veh = st.nd, inst.veh
    stops = st.absent.shape[0]
    for d in range(inst.cap.shape[1]):
        if st.rt[v, R_LOAD + d] > inst.cap[other, d]:
            return FAR
    k, c = veh[other, V_K], veh[other, V_CLASS]
    timed = inst.flags[F_TIME]
    at = veh[other, V_W0]
    end, whole = veh[other, V_W1], 0
    a = veh[other, V_START]
    total = veh[other, V_FIXED]
    n = nd[stops + 2 * v, NEXT]
    while True:
        final = n >= stops
        b = veh[other, V_END] if final else nd[n, LOC]
        if not final and not inst.elig[n, c]:
            return FAR
        total += entry(inst.cost, k, a, b)
        if timed:
            ride = entry(inst.dur, k, a, b)
            early = veh[other, V_W0] if final else nd[n, OPENS]
            late = veh[other, V_W1] if final else nd[n, CLOSES]
            length = 0 if final else inst.svc[n, veh[other, V_TYPE]]
            at = max(at + ride, early)
            if at > late:
                return FAR
            at += length
            reach = whole + ride
            wait = max(early - reach - end, 0)
            whole = reach + length + wait
            end = min(late - reach, end)
        if final:
            break
        a = b
        n = nd[n, NEXT]
    if timed and inst.flags[F_DURATION] and whole > veh[other, V_DUR]:
        return FAR
    return min(total, FAR)


@compiled
def _cost_of(inst: Inst, st: Plain, v: int) -> int:
    """Give what a route costs, its vehicle included."""
    return route_cost(st, v) + (inst.veh[v, V_FIXED] if st.rt[v, R_VISITS] else 0)


@compiled
def rehouse(inst: Inst, st: Plain, heat: float) -> None:
    """Let another vehicle drive a changed route, where that costs less or hardly more."""
    c = st.c
    if c[C_TOUCHED] == 0:
        return
    v = st.touched[below(st, c[C_TOUCHED])]
    if st.rt[v, R_VISITS] == 0:
        return
    own = inst.veh[v, V_CLASS]
    now = _cost_of(inst, st, v)
    bar = now - heat * math.log(max(uniform(st), 1e-300))
    best = -1
    for k in range(inst.elig.shape[1]):
        if k == own or st.nempty[k] == 0:
            continue
        w = st.empty[k, st.nempty[k] - 1]
        price = _price_by(inst, st, v, w)
        if price < bar and price < FAR:
            bar, best = price, w
    if best < 0:
        w = below(st, inst.veh.shape[0])
        if st.rt[w, R_VISITS] == 0 or inst.veh[w, V_CLASS] == own:
            return
        price = _price_by(inst, st, v, w)
        if price < FAR:
            back = _price_by(inst, st, w, v)
            if back < FAR and price + back - _cost_of(inst, st, w) < bar:
                best = w
    if best >= 0:
        swap(inst, st, v, best)
