"""Where an absent stop costs least."""

from solver.engines.compiled.chance import uniform
from solver.engines.compiled.layout import (
    F_TURNED,
    FAR,
    V_CLASS,
    V_FIXED,
    V_K,
    Inst,
)
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    AFTER,
    AHEAD,
    C_BEHIND,
    INTO,
    LOC,
    NEXT,
    OUT,
    PREV,
    R_LOAD,
    R_VISITS,
    VEH,
    Plain,
)
from solver.engines.plain.times import entry, holds


@compiled
def _fits(inst: Inst, st: Plain, v: int, s: int) -> bool:
    """Say whether a vehicle has room for a stop and may serve it."""
    if not inst.elig[s, inst.veh[v, V_CLASS]]:
        return False
    for d in range(inst.cap.shape[1]):
        if st.rt[v, R_LOAD + d] + inst.amount[s, 0, d] > inst.cap[v, d]:
            return False
    return True


@compiled
def cheapest(inst: Inst, st: Plain, s: int, blink: float, fresh: int, wide: int) -> int:
    """Give what the cheapest place of a stop costs (FAR: none), and note it in ``C_BEHIND``.

    It lies beside a neighbour, or where ``fresh`` also in an unused vehicle, or where ``wide``
    anywhere.
    """
    nd, rt, near, veh = st.nd, st.rt, inst.near, inst.veh
    cost, cost_to, turned = inst.cost, inst.cost_to, inst.flags[F_TURNED]
    stops = st.absent.shape[0]
    loc = nd[s, LOC]
    best = FAR
    behind = -1
    many = cost.shape[0]
    k = 0
    row = cost[0, loc]
    col = cost_to[0, loc] if turned else row
    width = near.shape[1]
    for g in range(width):
        m = near[s, g]
        if m < 0:
            break
        v = nd[m, VEH]
        if v < 0:
            continue
        if many > 1:
            k = veh[v, V_K]
            row = cost[k, loc]
            if turned:
                col = cost_to[k, loc]
        at = nd[m, LOC]
        a, b = nd[m, AHEAD], nd[m, AFTER]
        # Behind it ...
        score = int(col[at] if turned else cost[k, at, loc]) - nd[m, OUT]
        if b >= 0:
            score += row[b]
        if (
            score < best
            and _fits(inst, st, v, s)
            and holds(inst, st, m, s)
            and (blink <= 0.0 or uniform(st) >= blink)
        ):
            best = score
            behind = m
        # ... and before it.
        score = int(row[at]) - nd[m, INTO]
        if a >= 0:
            score += int(col[a] if turned else cost[k, a, loc])
        if (
            score < best
            and _fits(inst, st, v, s)
            and holds(inst, st, nd[m, PREV], s)
            and (blink <= 0.0 or uniform(st) >= blink)
        ):
            best = score
            behind = nd[m, PREV]
    if wide:
        for v in range(veh.shape[0]):
            if rt[v, R_VISITS] == 0 or not _fits(inst, st, v, s):
                continue
            k = veh[v, V_K]
            u = stops + 2 * v
            while u != stops + 2 * v + 1:
                w = nd[u, NEXT]
                score = entry(cost, k, nd[u, LOC], loc) + entry(cost, k, loc, nd[w, LOC])
                score -= nd[u, OUT]
                if score < best and holds(inst, st, u, s):
                    best = score
                    behind = u
                u = w
    if fresh:
        for c in range(inst.elig.shape[1]):
            if st.nempty[c] == 0:
                continue
            v = st.empty[c, st.nempty[c] - 1]
            if not _fits(inst, st, v, s):
                continue
            k = veh[v, V_K]
            u = stops + 2 * v
            score = entry(cost, k, nd[u, LOC], loc) + entry(cost, k, loc, nd[u + 1, LOC])
            score += veh[v, V_FIXED]
            if score < best and holds(inst, st, u, s):
                best = score
                behind = u
    st.c[C_BEHIND] = behind
    return best
