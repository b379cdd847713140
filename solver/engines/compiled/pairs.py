"""Where a shipment could go: all stops into one trip, in their order, tested exactly."""

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.clock import home_of, in_windows, ride_s
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    AFTER,
    C_ROUND,
    DEP,
    F_TIME,
    FAR,
    LAT,
    LOC,
    LOCK,
    MET,
    NEVER,
    NEXT,
    R_FIRST,
    R_LAST,
    R_TRIPS,
    R_VISITS,
    RELOAD,
    S_LOC,
    SIB,
    STOP,
    T_FIRST,
    T_STOPS,
    T_WISH0,
    V_CLASS,
    V_FIXED,
    V_K,
    V_MULTI,
    V_RELOAD,
    V_TRIPS,
    V_TYPE,
    VEH,
    Inst,
    State,
)
from solver.engines.compiled.positions import PAIR, PAIR_TRIP
from solver.engines.compiled.settle import arc_cost

SAMPLE = 4
"""Shifts that are tried for a shipment beside those that go nearby."""


@compiled
def _offer(
    st: State, have: int, width: int, score: float, kind: int, v: int, u: int, pt: int, u2: int,
    u3: int,
) -> int:  # fmt: skip
    if have == width and score >= st.cf[width - 1]:
        return have
    i = have if have < width else width - 1
    while i > 0 and st.cf[i - 1] > score:
        st.cf[i] = st.cf[i - 1]
        for c in range(8):
            st.ci[i, c] = st.ci[i - 1, c]
        i -= 1
    st.cf[i] = score
    st.ci[i, 0] = kind
    st.ci[i, 1] = v
    st.ci[i, 2] = u
    st.ci[i, 3] = pt
    st.ci[i, 4] = 1
    st.ci[i, 5] = u2
    st.ci[i, 6] = u3
    return have + 1 if have < width else width


@compiled
def reach(inst: Inst, k: int, ty: int, t: int, s: int, loc: int, to: int) -> int:
    """Give when a vehicle that leaves ``loc`` at ``t`` has done stop ``s``; NEVER if too late."""
    ride = ride_s(inst, k, loc, to)
    if ride >= FAR or t >= NEVER:
        return NEVER
    at = in_windows(inst, s, t + ride)
    if at >= NEVER:
        return NEVER
    return at + inst.svc[s, ty]


@compiled
def over(inst: Inst, st: State, n: int, t: int, loc: int, k: int, ty: int) -> int:
    """Give when node ``n`` is left by a vehicle that leaves ``loc`` at ``t``."""
    s = st.nd[n, STOP]
    if s < 0:
        return NEVER
    return reach(inst, k, ty, t, s, loc, st.nd[n, LOC])


@compiled
def rank_pairs(
    inst: Inst, st: State, task: int, width: int, blink: float, wide: bool, fresh: bool
) -> int:
    """Keep the cheapest ways to serve a shipment, best first.

    ``wide``: in any shift, not only in those that go nearby. ``fresh``: in unused ones, too.
    """
    round_ = 0 if wide else _mark_near(inst, st, task)
    rt = st.rt
    elig = inst.elig
    veh = inst.veh
    nempty = st.nempty
    empty = st.empty
    nd = st.nd
    have = 0
    for v in range(inst.veh.shape[0]):
        if rt[v, R_VISITS] == 0 or not elig[task, veh[v, V_CLASS]]:
            continue
        n = rt[v, R_FIRST]
        if not wide and nd[n, MET] != round_:
            continue
        last = rt[v, R_LAST]
        multi = veh[v, V_MULTI]
        inside = not multi
        while n != last:
            if nd[n, STOP] == RELOAD:
                inside = True
            if inside and not nd[nd[n, NEXT], LOCK]:
                have = _from(inst, st, task, v, n, have, width, blink)
            if multi and nd[nd[n, NEXT], STOP] < 0:
                have = _trip(inst, st, task, v, n, have, width)
            n = nd[n, NEXT]
    if not fresh:
        return have
    for c in range(inst.elig.shape[1]):
        if elig[task, c] and nempty[c]:
            v = empty[c, nempty[c] - 1]
            if veh[v, V_MULTI]:
                have = _trip(inst, st, task, v, rt[v, R_FIRST], have, width)
            else:
                have = _from(inst, st, task, v, rt[v, R_FIRST], have, width, 0.0)
    return have


@compiled
def _mark_near(inst: Inst, st: State, task: int) -> int:
    """Mark shifts that go to neighbours of a shipment's stops, and some others; give the mark."""
    nd, rt = st.nd, st.rt
    st.c[C_ROUND] += 1
    round_ = st.c[C_ROUND]
    first = inst.task[task, T_FIRST]
    for s in range(first, first + inst.task[task, T_STOPS]):
        for g in range(inst.near.shape[1]):
            m = inst.near[s, g]
            n = st.head[m] if m >= 0 else m
            while n >= 0:
                nd[rt[nd[n, VEH], R_FIRST], MET] = round_
                n = nd[n, SIB]
    for _ in range(SAMPLE):
        nd[rt[below(st, rt.shape[0]), R_FIRST], MET] = round_
    for c in range(2):
        if inst.task[task, T_WISH0 + c] >= 0:
            nd[rt[inst.task[task, T_WISH0 + c], R_FIRST], MET] = round_
    return int(round_)


@compiled
def _trip(inst: Inst, st: State, task: int, v: int, u: int, have: int, width: int) -> int:
    """Consider a trip of its own behind node ``u``."""
    rt = st.rt
    veh = inst.veh
    task_ = inst.task
    pts = inst.pts
    tpt = inst.tpt
    ptloc = inst.ptloc
    stop = inst.stop
    flags = inst.flags
    cost_ = inst.cost
    nd = st.nd
    w = nd[u, NEXT]
    if rt[v, R_TRIPS] >= veh[v, V_TRIPS] or nd[w, LOCK]:
        return have
    k, ty, cls = veh[v, V_K], veh[v, V_TYPE], veh[v, V_CLASS]
    first, stops = task_[task, T_FIRST], task_[task, T_STOPS]
    final = w == rt[v, R_LAST]
    old = home_of(inst, v, nd[u, LOC]) if final else nd[w, LOC]
    for i in range(inst.pts.shape[1]):
        p = pts[cls, i]
        if p < 0:
            break
        if not tpt[task, p]:
            continue
        loc = ptloc[p]
        t = nd[u, DEP] + ride_s(inst, k, nd[u, LOC], loc) + veh[v, V_RELOAD]
        cost = arc_cost(inst, k, nd[u, LOC], loc)
        for j in range(stops):
            to = stop[first + j, S_LOC]
            cost += arc_cost(inst, k, loc, to)
            if flags[F_TIME]:
                t = reach(inst, k, ty, t, first + j, loc, to)
            loc = to
        following = home_of(inst, v, loc) if final else nd[w, LOC]
        cost += arc_cost(inst, k, loc, following)
        if cost >= FAR or t >= NEVER:
            continue
        if flags[F_TIME] and t + ride_s(inst, k, loc, following) > nd[w, LAT]:
            continue
        cost -= cost_[k, nd[u, LOC], old] if nd[u, LOC] >= 0 and old >= 0 else 0
        if rt[v, R_VISITS] == 0:
            cost = cost + veh[v, V_FIXED]
        have = _offer(st, have, width, float(cost), PAIR_TRIP, v, u, p, -1, -1)
    return have


@compiled
def _fits(inst: Inst, st: State, task: int, v: int, n: int) -> bool:
    """Say whether the shipment is within the capacity while node ``n`` has been left."""
    s = inst.task[task, T_FIRST]
    for d in range(inst.cap.shape[1]):
        if st.nl[n, AFTER, d] + inst.amount[s, 1, d] > inst.cap[v, d]:
            return False
    return True


@compiled
def _from(
    inst: Inst, st: State, task: int, v: int, u: int, have: int, width: int, blink: float
) -> int:
    """Consider all ways with the first stop right behind node ``u``."""
    veh = inst.veh
    task_ = inst.task
    rt = st.rt
    flags = inst.flags
    stop = inst.stop
    svc = inst.svc
    cf = st.cf
    if blink > 0.0 and uniform(st) < blink:
        return have
    if not _fits(inst, st, task, v, u):
        return have
    nd = st.nd
    k, ty = veh[v, V_K], veh[v, V_TYPE]
    first, stops = task_[task, T_FIRST], task_[task, T_STOPS]
    last = rt[v, R_LAST]
    timed = flags[F_TIME]
    empty = rt[v, R_VISITS] == 0
    s = first
    loc = stop[s, S_LOC]
    a = nd[u, LOC]
    t = nd[u, DEP]
    cost1 = arc_cost(inst, k, a, loc)
    if cost1 >= FAR:
        return have
    if timed:
        t = reach(inst, k, ty, t, s, a, loc)
        if t >= NEVER:
            return have
    n = u  # the second stop follows n; all nodes from u's successor to n come after the first
    t2 = t
    at = loc  # where the vehicle is before the second stop
    base = cost1  # arcs added up to n, less those that they replace
    while True:
        w = nd[n, NEXT]
        end2 = _second(inst, st, task, v, u, n, t2, at, base, have, width, empty)
        have = end2
        # Go on to the next node of this trip.
        if w == last or nd[w, STOP] < 0:
            return have
        if not _fits(inst, st, task, v, w):
            return have
        if timed:
            t2 = over(inst, st, w, t2, at, k, ty)
            if t2 >= NEVER or t2 - svc[nd[w, STOP], ty] > nd[w, LAT]:
                return have
        if n == u:
            base += arc_cost(inst, k, at, nd[w, LOC]) - arc_cost(inst, k, a, nd[w, LOC])
        if base >= FAR or (have == width and stops == 2 and base >= cf[width - 1]):
            return have
        at = nd[w, LOC]
        n = w


@compiled
def _second(
    inst: Inst, st: State, task: int, v: int, u: int, n: int, t: int, at: int, base: int,
    have: int, width: int, empty: bool,
) -> int:  # fmt: skip
    """Consider the second stop behind node ``n`` (the first is behind ``u``)."""
    veh = inst.veh
    task_ = inst.task
    stop = inst.stop
    flags = inst.flags
    rt = st.rt
    svc = inst.svc
    nd = st.nd
    k, ty = veh[v, V_K], veh[v, V_TYPE]
    first, stops = task_[task, T_FIRST], task_[task, T_STOPS]
    s = first + 1
    loc = stop[s, S_LOC]
    cost = base + arc_cost(inst, k, at, loc)
    if cost >= FAR:
        return have
    if flags[F_TIME]:
        t = reach(inst, k, ty, t, s, at, loc)
        if t >= NEVER:
            return have
    if stops == 2:
        return _close(inst, st, v, u, n, n, -1, t, loc, cost, have, width, empty)
    m = n
    where = loc
    while True:
        third = stop[first + 2, S_LOC]
        last_cost = cost + arc_cost(inst, k, where, third)
        t3 = t
        if flags[F_TIME]:
            t3 = reach(inst, k, ty, t, first + 2, where, third)
        if last_cost < FAR and t3 < NEVER:
            have = _close(inst, st, v, u, m, n, m, t3, third, last_cost, have, width, empty)
        w = nd[m, NEXT]
        if w == rt[v, R_LAST] or nd[w, STOP] < 0 or not _fits(inst, st, task, v, w):
            return have
        if flags[F_TIME]:
            t = over(inst, st, w, t, where, k, ty)
            if t >= NEVER or t - svc[nd[w, STOP], ty] > nd[w, LAT]:
                return have
        if m == n:
            old = nd[u, LOC] if n == u else nd[n, LOC]
            cost += arc_cost(inst, k, where, nd[w, LOC]) - arc_cost(inst, k, old, nd[w, LOC])
        where = nd[w, LOC]
        m = w


@compiled
def _close(
    inst: Inst, st: State, v: int, u: int, n: int, second: int, third: int, t: int, loc: int,
    cost: int, have: int, width: int, empty: bool,
) -> int:  # fmt: skip
    """Come back to the route behind node ``n``, whose follower comes next."""
    veh = inst.veh
    rt = st.rt
    flags = inst.flags
    nd = st.nd
    k = veh[v, V_K]
    w = nd[n, NEXT]
    final = w == rt[v, R_LAST]
    following = home_of(inst, v, loc) if final else nd[w, LOC]
    cost += arc_cost(inst, k, loc, following)
    if cost >= FAR:
        return have
    if flags[F_TIME] and t + ride_s(inst, k, loc, following) > nd[w, LAT]:
        return have
    if empty:
        cost += veh[v, V_FIXED]
    else:
        old = home_of(inst, v, nd[n, LOC]) if final else nd[w, LOC]
        cost -= arc_cost(inst, k, nd[n, LOC], old)
    return _offer(st, have, width, float(cost), PAIR, v, u, -1, second, third)
