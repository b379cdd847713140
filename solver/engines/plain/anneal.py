"""Ruin and recreate of plain routes, compiled.

After Christiaens and Vanden Berghe, *Slack Induction by String Removals for Vehicle Routing
Problems*, Transportation Science 2020, with stops put back beside their neighbours only, and
whole routes given to other vehicles.
"""

import math
from typing import Any

import numpy as np

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.layout import (
    F_DURATION,
    F_PRIZES,
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
from solver.engines.plain.insert import cheapest
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    C_ABSENT,
    C_BEHIND,
    C_BETTER,
    C_COST,
    C_ROUTES,
    C_STEPS,
    C_TOUCHED,
    C_VISITS,
    CLOSES,
    LOC,
    NEXT,
    OPENS,
    OUT,
    PREV,
    R_LOAD,
    R_RUIN,
    R_VISITS,
    VEH,
    X_BEST,
    X_NOW,
    X_PENALTY,
    Plain,
)
from solver.engines.plain.routes import (
    entry,
    forget,
    link,
    put,
    route_cost,
    settle,
    swap,
    take,
    touch,
    undo,
)

FREE: Any = np.int64(0)
"""Typed, since a callee is compiled once more for every plain number it is called with."""
LONGEST = 10.0
BLINK = 0.01
FRESH = 0.05
WIDE = 0.1
KEEP = 0.99
MOST = 40
MOVED = 0.1


@compiled
def worth(st: Plain) -> float:
    """Price the plan: routes and what is left out."""
    return st.c[C_COST] + st.x[X_PENALTY]


@compiled
def keep_best(st: Plain) -> None:
    """Write the plan down as the best."""
    nd, best = st.nd, st.bestnext
    for n in range(nd.shape[0]):
        best[n] = nd[n, NEXT] if nd[n, VEH] >= 0 else -1
    st.c[C_BETTER] += 1


@compiled
def take_stock(st: Plain) -> None:
    """Take the plan as it stands for the current one, and for the best if it is."""
    st.x[X_NOW] = worth(st)
    if st.x[X_NOW] < st.x[X_BEST]:
        st.x[X_BEST] = st.x[X_NOW]
        keep_best(st)


@compiled
def reprice(inst: Inst, st: Plain) -> None:
    """Add the prices of what is left out up again."""
    total = 0.0
    for i in range(st.c[C_ABSENT]):
        total += inst.pen[st.absent[i]]
    st.x[X_PENALTY] = total
    st.x[X_BEST] = math.inf
    take_stock(st)


@compiled
def ruin(inst: Inst, st: Plain, size: float) -> None:
    """Take strings of stops out of routes that pass near a stop."""
    c, nd, rt = st.c, st.nd, st.rt
    if c[C_VISITS] == 0:
        return
    stops = st.absent.shape[0]
    seed = below(st, stops)
    if c[C_ABSENT] and uniform(st) < 0.3:
        seed = st.absent[below(st, c[C_ABSENT])]
    longest = min(LONGEST, c[C_VISITS] / max(1, c[C_ROUTES]))
    strings = 1 + below(st, int(max(1.0, 4.0 * size / (1.0 + longest) - 1.0)) + 1)
    done = 0
    for g in range(-1, inst.adj.shape[1]):
        m = seed if g < 0 else inst.adj[seed, g]
        if m < 0 or done >= strings:
            break
        v = nd[m, VEH]
        if v < 0 or rt[v, R_RUIN] == c[C_STEPS]:
            continue
        rt[v, R_RUIN] = c[C_STEPS]
        _string(inst, st, m, longest)
        done += 1
    for i in range(c[C_TOUCHED]):
        settle(inst, st, st.touched[i])


@compiled
def _string(inst: Inst, st: Plain, m: int, longest: float) -> None:
    """Take a string of a route out that holds, or spans, stop ``m``."""
    nd = st.nd
    v = nd[m, VEH]
    length = st.rt[v, R_VISITS]
    gone = 1 + below(st, int(max(1.0, min(float(length), longest))))
    skip = 0
    if 1 < gone < length and uniform(st) < 0.5:
        skip = 1
        while gone + skip < length and uniform(st) > KEEP:
            skip += 1
    span = gone + skip
    stops = st.absent.shape[0]
    before = after = 0
    n = nd[m, PREV]
    while before < span - 1 and n < stops:
        before += 1
        n = nd[n, PREV]
    n = nd[m, NEXT]
    while after < span - 1 and n < stops:
        after += 1
        n = nd[n, NEXT]
    least = span - 1 - after
    back = least + below(st, before - least + 1)
    n = m
    for _ in range(back):
        n = nd[n, PREV]
    skip_from = 1 + below(st, max(1, gone - 1)) if skip else span
    for i in range(span):
        w = nd[n, NEXT]
        if not skip_from <= i < skip_from + skip:
            take(inst, st, n)
        n = w


@compiled
def recreate(
    inst: Inst, st: Plain, most: int, blink: float, bold: float, bar: float, wide: int
) -> None:
    """Put back what is absent, in an order drawn from several.

    Gives up once routes cost more than ``bar``.
    """
    c, key, order = st.c, st.key, st.order
    if inst.veh.shape[0] == 0:
        return
    many = c[C_ABSENT]
    first = 0
    for i in range(many):
        order[i] = st.absent[i]
    if many > most:
        # Those left out for long take turns; those just removed lie at the end.
        for i in range(most // 2, most):
            j = many - 1 - i
            o = below(st, j + 1)
            order[o], order[j] = order[j], order[o]
        first = many - most
    draw = below(st, 14 if inst.flags[F_TIME] else 11)
    for i in range(first, many):
        s = order[i]
        if draw < 4:
            value = uniform(st)
        elif draw < 8:
            value = 0.0
            for d in range(inst.cap.shape[1]):
                value = min(value, -inst.amount[s, 0, d] / max(1.0, float(inst.cap[0, d])))
        elif draw < 10:
            value = -float(st.far[s])
        elif draw == 10:
            value = float(st.far[s])
        elif draw == 11:
            value = float(st.nd[s, CLOSES] - st.nd[s, OPENS])
        elif draw == 12:
            value = float(st.nd[s, OPENS])
        else:
            value = -float(st.nd[s, CLOSES])
        key[i] = value
    _sort(st, first, many)
    for i in range(first, many):
        s = order[i]
        fresh = 1 if wide or uniform(st) < FRESH else 0
        price = cheapest(inst, st, s, blink, fresh, wide)
        if price >= FAR:
            also = 1 if uniform(st) < WIDE else 0
            price = cheapest(inst, st, s, 0.0, 1, also)
        if price < FAR and price < inst.pen[s] * bold:
            put(inst, st, s, c[C_BEHIND])
            if c[C_COST] > bar:
                return


@compiled
def _sort(st: Plain, first: int, many: int) -> None:
    order, key = st.order, st.key
    for i in range(first + 1, many):
        o, x = order[i], key[i]
        j = i - 1
        while j >= first and key[j] > x:
            key[j + 1] = key[j]
            order[j + 1] = order[j]
            j -= 1
        key[j + 1] = x
        order[j + 1] = o


@compiled
def prune(inst: Inst, st: Plain) -> None:
    """Take stops out of changed routes that cost more than their prizes bring."""
    nd = st.nd
    stops = st.absent.shape[0]
    i = 0
    while i < st.c[C_TOUCHED]:
        v = st.touched[i]
        k = inst.veh[v, V_K]
        n = nd[stops + 2 * v, NEXT]
        changed = False
        while n < stops:
            u, w = nd[n, PREV], nd[n, NEXT]
            saved = nd[u, OUT] + nd[n, OUT]
            if st.rt[v, R_VISITS] > 1:
                saved -= entry(inst.cost, k, nd[u, LOC], nd[w, LOC])
            else:
                saved += inst.veh[v, V_FIXED]
            if saved > inst.pen[n]:
                take(inst, st, n)
                changed = True
            n = w
        if changed:
            settle(inst, st, v)
        i += 1


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
    begin, end, whole = at, veh[other, V_W1], 0
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
            early = veh[other, V_W0] if final else st.nd[n, OPENS]
            late = veh[other, V_W1] if final else st.nd[n, CLOSES]
            length = 0 if final else inst.svc[n, veh[other, V_TYPE]]
            at = max(at + ride, early)
            if at > late:
                return FAR
            at += length
            reach = whole + ride
            wait = max(early - reach - end, 0)
            whole = reach + length + wait
            begin = max(early - reach, begin) - wait
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


@compiled
def fill(inst: Inst, st: Plain, bold: float) -> None:
    """Put everything in that is absent: the first plan."""
    forget(st)
    recreate(inst, st, st.absent.shape[0], 0.0, bold, math.inf, 0)
    if inst.flags[F_PRIZES]:
        prune(inst, st)
    take_stock(st)


@compiled
def anneal(inst: Inst, st: Plain, steps: int, hot: float, cold: float, size: float) -> int:
    """Take ``steps`` steps of ruin and recreate while it cools; give how many got better."""
    x = st.x
    heat = hot
    factor = (cold / hot) ** (1.0 / max(1, steps))
    better = 0
    prized = inst.flags[F_PRIZES]
    mixed = inst.elig.shape[1] > 1
    for _ in range(steps):
        forget(st)
        ruin(inst, st, size)
        bold = 1.0
        if prized and uniform(st) < 0.7:
            bold = 1.0 + 3.0 * uniform(st) ** 2
        bar = x[X_NOW] - heat * math.log(max(uniform(st), 1e-300))
        recreate(inst, st, MOST, BLINK, bold, bar, 0)
        if mixed and uniform(st) < MOVED:
            rehouse(inst, st, heat)
        if prized:
            prune(inst, st)
        now = worth(st)
        if now < bar:
            x[X_NOW] = now
            if now < x[X_BEST] - 1e-6:
                x[X_BEST] = now
                keep_best(st)
                better += 1
        else:
            undo(inst, st)
        heat *= factor
    return better


@compiled
def lay(inst: Inst, st: Plain, rows: np.ndarray) -> None:
    """Make the plan what rows of vehicle and stop say."""
    forget(st)
    nd = st.nd
    stops = st.absent.shape[0]
    for s in range(stops):
        if nd[s, VEH] >= 0:
            take(inst, st, s)
    for i in range(rows.shape[0]):
        touch(st, rows[i, 0])
        link(inst, st, rows[i, 1], nd[stops + 2 * rows[i, 0] + 1, PREV])
    for i in range(st.c[C_TOUCHED]):
        settle(inst, st, st.touched[i])


@compiled
def plan_of(inst: Inst, st: Plain, following: np.ndarray, rows: np.ndarray) -> int:
    """Write a plan down, given what follows on each node; give how many rows.

    Columns are vehicle, stop, begin, departure, arrival.
    """
    nd = st.nd
    stops = st.absent.shape[0]
    row = 0
    for v in range(inst.veh.shape[0]):
        k, ty = inst.veh[v, V_K], inst.veh[v, V_TYPE]
        a = inst.veh[v, V_START]
        t = inst.veh[v, V_W0]
        n = following[stops + 2 * v]
        while 0 <= n < stops:
            b = nd[n, LOC]
            t += entry(inst.dur, k, a, b)
            rows[row, 0] = v
            rows[row, 1] = n
            rows[row, 4] = t
            t = max(t, st.nd[n, OPENS])
            rows[row, 2] = t
            t += inst.svc[n, ty]
            rows[row, 3] = t
            a = b
            row += 1
            n = following[n]
    return row
