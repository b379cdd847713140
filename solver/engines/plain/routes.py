"""Put stops into plain routes and take them out, keeping every sum true."""

from typing import Any

import numpy as np

from solver.engines.compiled.layout import (
    F_DURATION,
    F_TIME,
    FAR,
    V_CLASS,
    V_FIXED,
    V_K,
    V_TYPE,
    Inst,
)
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    AFTER,
    AHEAD,
    C_ABSENT,
    C_COST,
    C_GAP,
    C_OPS,
    C_ROUTES,
    C_STEPS,
    C_TOUCHED,
    C_VISITS,
    DEP,
    INTO,
    LAT,
    LOC,
    NEXT,
    NOWHERE,
    OUT,
    PREV,
    PUT,
    R_LOAD,
    R_SLOT,
    R_STAMP,
    R_VISITS,
    SVC,
    SWAPPED,
    TAKEN,
    VEH,
    X_PENALTY,
    Plain,
)
from solver.engines.plain.times import backward, entry, forward, retime, spans

FREE: Any = np.int64(0)
"""Typed, since a callee is compiled once more for every plain number it is called with."""


@compiled
def join(nd: np.ndarray, u: int, w: int, cost: int) -> None:
    """Let node ``w`` follow on node ``u``."""
    nd[u, NEXT] = w
    nd[w, PREV] = u
    nd[u, AFTER] = nd[w, LOC]
    nd[w, AHEAD] = nd[u, LOC]
    nd[u, OUT] = cost
    nd[w, INTO] = cost


@compiled
def touch(st: Plain, v: int) -> None:
    """Note that a route changes in this step."""
    c = st.c
    if st.rt[v, R_STAMP] != c[C_STEPS]:
        st.rt[v, R_STAMP] = c[C_STEPS]
        st.touched[c[C_TOUCHED]] = v
        c[C_TOUCHED] += 1


@compiled
def note(st: Plain, kind: int, n: int, other: int) -> None:
    """Write down what was done, so that it can be undone in turn."""
    i = st.c[C_OPS]
    st.ops[i, 0] = kind
    st.ops[i, 1] = n
    st.ops[i, 2] = other
    st.c[C_OPS] = i + 1


@compiled
def miss(inst: Inst, st: Plain, s: int) -> None:
    """Put a stop on the list of those that no route has."""
    c = st.c
    st.where[s] = c[C_ABSENT]
    st.absent[c[C_ABSENT]] = s
    c[C_ABSENT] += 1
    st.x[X_PENALTY] += inst.pen[s]


@compiled
def found(inst: Inst, st: Plain, s: int) -> None:
    """Take a stop off that list."""
    c, where, absent = st.c, st.where, st.absent
    c[C_ABSENT] -= 1
    other = absent[c[C_ABSENT]]
    absent[where[s]] = other
    where[other] = where[s]
    where[s] = -1
    st.x[X_PENALTY] -= inst.pen[s]


@compiled
def used(inst: Inst, st: Plain, v: int) -> None:
    """Take a vehicle off the list of the unused of its class."""
    rt, empty, nempty = st.rt, st.empty, st.nempty
    c = inst.veh[v, V_CLASS]
    slot = rt[v, R_SLOT]
    nempty[c] -= 1
    other = empty[c, nempty[c]]
    empty[c, slot] = other
    rt[other, R_SLOT] = slot
    rt[v, R_SLOT] = -1
    st.c[C_ROUTES] += 1
    st.c[C_COST] += inst.veh[v, V_FIXED]


@compiled
def unused(inst: Inst, st: Plain, v: int) -> None:
    """Put a vehicle on the list of the unused of its class."""
    c = inst.veh[v, V_CLASS]
    st.empty[c, st.nempty[c]] = v
    st.rt[v, R_SLOT] = st.nempty[c]
    st.nempty[c] += 1
    st.c[C_ROUTES] -= 1
    st.c[C_COST] -= inst.veh[v, V_FIXED]


@compiled
def link(inst: Inst, st: Plain, s: int, u: int) -> None:
    """Put an absent stop behind node ``u``; times are worked out later."""
    nd, rt, c = st.nd, st.rt, st.c
    v = nd[u, VEH]
    k = inst.veh[v, V_K]
    w = nd[u, NEXT]
    loc = nd[s, LOC]
    here = entry(inst.cost, k, nd[u, LOC], loc)
    ahead = entry(inst.cost, k, loc, nd[w, LOC])
    vacant = rt[v, R_VISITS] == 0
    c[C_COST] += here + ahead - (0 if vacant else nd[u, OUT])
    nd[s, VEH] = v
    join(nd, u, s, here)
    join(nd, s, w, ahead)
    nd[s, SVC] = inst.svc[s, inst.veh[v, V_TYPE]]
    if vacant:
        used(inst, st, v)
    rt[v, R_VISITS] += 1
    c[C_VISITS] += 1
    for d in range(inst.cap.shape[1]):
        rt[v, R_LOAD + d] += inst.amount[s, 0, d]
    found(inst, st, s)


@compiled
def unlink(inst: Inst, st: Plain, s: int) -> None:
    """Take a stop out of its route; times are worked out later."""
    nd, rt, c = st.nd, st.rt, st.c
    v = nd[s, VEH]
    k = inst.veh[v, V_K]
    u, w = nd[s, PREV], nd[s, NEXT]
    rt[v, R_VISITS] -= 1
    c[C_VISITS] -= 1
    straight = 0
    if rt[v, R_VISITS] > 0:
        straight = entry(inst.cost, k, nd[u, LOC], nd[w, LOC])
        if straight >= FAR:
            c[C_GAP] = 1
    c[C_COST] += straight - nd[u, OUT] - nd[s, OUT]
    join(nd, u, w, straight)
    nd[s, VEH] = NOWHERE
    for d in range(inst.cap.shape[1]):
        rt[v, R_LOAD + d] -= inst.amount[s, 0, d]
    if rt[v, R_VISITS] == 0:
        unused(inst, st, v)
    miss(inst, st, s)


@compiled
def put(inst: Inst, st: Plain, s: int, u: int) -> None:
    """Put an absent stop behind node ``u``, where it is known to go."""
    touch(st, st.nd[u, VEH])
    link(inst, st, s, u)
    note(st, PUT, s, u)
    if inst.flags[F_TIME]:
        st.nd[s, DEP] = -1
        st.nd[s, LAT] = -1
        forward(inst, st, s)
        backward(inst, st, s)
        if inst.flags[F_DURATION]:
            spans(inst, st, st.nd[s, VEH])


@compiled
def take(inst: Inst, st: Plain, s: int) -> None:
    """Take a stop out of its route; times are worked out later (:func:`retime`)."""
    touch(st, st.nd[s, VEH])
    note(st, TAKEN, s, st.nd[s, PREV])
    unlink(inst, st, s)


@compiled
def settle(inst: Inst, st: Plain, v: int) -> None:
    """Work times out where stops were taken; give up whole what does not hold without them.

    A shorter route may last longer where the straight way is not the shortest.
    """
    if retime(inst, st, v):
        return
    nd = st.nd
    first = st.absent.shape[0] + 2 * v
    while nd[first, NEXT] != first + 1:
        take(inst, st, nd[first, NEXT])


@compiled
def route_cost(st: Plain, v: int) -> int:
    """Give what the arcs of the route of ``v`` cost."""
    nd = st.nd
    n = st.absent.shape[0] + 2 * v
    last = n + 1
    total = 0
    while n != last:
        total += nd[n, OUT]
        n = nd[n, NEXT]
    return total


@compiled
def _drive(inst: Inst, st: Plain, v: int, low: int, high: int) -> None:
    """Let ``v`` drive what lies from stop ``low`` to ``high`` (-1: nothing)."""
    nd = st.nd
    first = st.absent.shape[0] + 2 * v
    last = first + 1
    if low < 0:
        join(nd, first, last, FREE)
        return
    k, ty = inst.veh[v, V_K], inst.veh[v, V_TYPE]
    nd[first, NEXT] = low
    nd[high, NEXT] = last
    n = first
    while n != last:
        w = nd[n, NEXT]
        join(nd, n, w, entry(inst.cost, k, nd[n, LOC], nd[w, LOC]))
        if w != last:
            nd[w, VEH] = v
            nd[w, SVC] = inst.svc[w, ty]
        n = w


@compiled
def exchange(inst: Inst, st: Plain, v: int, other: int) -> None:
    """Let two vehicles exchange their routes, of which one may be none; times come later."""
    nd, rt = st.nd, st.rt
    stops = st.absent.shape[0]
    a, b = stops + 2 * v, stops + 2 * other
    low_a = nd[a, NEXT] if rt[v, R_VISITS] else -1
    high_a = nd[a + 1, PREV]
    low_b = nd[b, NEXT] if rt[other, R_VISITS] else -1
    high_b = nd[b + 1, PREV]
    st.c[C_COST] -= route_cost(st, v) + route_cost(st, other)
    _drive(inst, st, v, low_b, high_b)
    _drive(inst, st, other, low_a, high_a)
    st.c[C_COST] += route_cost(st, v) + route_cost(st, other)
    for j in range(rt.shape[1]):
        if j == R_VISITS or j >= R_LOAD:
            rt[v, j], rt[other, j] = rt[other, j], rt[v, j]
    if low_a < 0 <= low_b:
        used(inst, st, v)
        unused(inst, st, other)
    elif low_b < 0 <= low_a:
        unused(inst, st, v)
        used(inst, st, other)


@compiled
def swap(inst: Inst, st: Plain, v: int, other: int) -> None:
    """Exchange routes where it is known to go."""
    touch(st, v)
    touch(st, other)
    note(st, SWAPPED, v, other)
    exchange(inst, st, v, other)
    retime(inst, st, v)
    retime(inst, st, other)


@compiled
def undo(inst: Inst, st: Plain) -> None:
    """Take back what this step did, last thing first."""
    ops = st.ops
    for i in range(st.c[C_OPS] - 1, -1, -1):
        if ops[i, 0] == PUT:
            unlink(inst, st, ops[i, 1])
        elif ops[i, 0] == TAKEN:
            link(inst, st, ops[i, 1], ops[i, 2])
        else:
            exchange(inst, st, ops[i, 1], ops[i, 2])
    for i in range(st.c[C_TOUCHED]):
        retime(inst, st, st.touched[i])


@compiled
def forget(st: Plain) -> None:
    """Begin a step."""
    st.c[C_STEPS] += 1
    st.c[C_TOUCHED] = 0
    st.c[C_OPS] = 0
    st.c[C_GAP] = 0
