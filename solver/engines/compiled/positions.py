"""Where a task could go: places in routes, before any is judged."""

from solver.engines.compiled.chance import below
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    C_ROUND,
    F_MULTI,
    F_WISHES,
    HEAD,
    MET,
    NEXT,
    PREV,
    R_FIRST,
    R_LAST,
    R_TRIPS,
    R_VISITS,
    SIB,
    STOP,
    T_FIRST,
    T_SPLIT,
    T_WISH0,
    TAIL,
    TRIED,
    V_CLASS,
    V_MULTI,
    V_TRIPS,
    VEH,
    Inst,
    State,
)

BEHIND, JOIN, TRIP, PAIR, PAIR_TRIP = range(5)
"""Kinds of candidates: behind a node, onto a visit of the same stop, as a new trip."""


SAMPLE = 24
"""Used vehicles whose shift's end is tried for a new trip, beside those that are near."""


@compiled
def positions(inst: Inst, st: State, t: int, everywhere: bool, fresh: bool) -> int:
    """Write down where task ``t`` could go: beside its neighbours, on new trips, in new shifts.

    ``fresh``: shifts that nobody has begun, too.
    """
    task = inst.task
    flags = inst.flags
    c_ = st.c
    head = st.head
    rt = st.rt
    elig = inst.elig
    veh = inst.veh
    near = inst.near
    nempty = st.nempty
    empty = st.empty
    nd, pos = st.nd, st.pos
    s = task[t, T_FIRST]
    most = pos.shape[0] - 2
    many = 0
    multi = flags[F_MULTI]
    c_[C_ROUND] += 1
    round_ = c_[C_ROUND]
    if task[t, T_SPLIT]:
        n = head[s]
        while n >= 0:
            pos[many, 0], pos[many, 1] = JOIN, n
            many += 1
            n = nd[n, SIB]
    if everywhere:
        for v in range(inst.veh.shape[0]):
            if rt[v, R_VISITS] == 0 or not elig[t, veh[v, V_CLASS]]:
                continue
            n = rt[v, R_FIRST]
            while n != rt[v, R_LAST] and many < most:
                pos[many, 0], pos[many, 1] = BEHIND, n
                many += 1
                following = nd[n, NEXT]
                if veh[v, V_MULTI] and (nd[following, STOP] < 0):
                    many = _new_trip(inst, st, t, v, n, many)
                n = following
    else:
        for g in range(inst.near.shape[1]):
            m = near[s, g]
            if m < 0 or many >= most:
                break
            n = head[m]
            while n >= 0:
                v = nd[n, VEH]
                if elig[t, veh[v, V_CLASS]]:
                    if nd[n, TRIED] != round_:
                        nd[n, TRIED] = round_
                        pos[many, 0], pos[many, 1] = BEHIND, n
                        many += 1
                    u = nd[n, PREV]
                    if nd[u, TRIED] != round_:
                        nd[u, TRIED] = round_
                        pos[many, 0], pos[many, 1] = BEHIND, u
                        many += 1
                    if multi and veh[v, V_MULTI]:
                        h = nd[n, HEAD]
                        if nd[h, MET] != round_:
                            nd[h, MET] = round_
                            many = _new_trip(inst, st, t, v, nd[h, TAIL], many)
                n = nd[n, SIB]
                if many >= most - 8:
                    break
        if multi:
            fleet = inst.veh.shape[0]
            v = below(st, fleet)
            for _ in range(min(SAMPLE, fleet)):
                v = v + 1 if v + 1 < fleet else 0
                if rt[v, R_VISITS] and elig[t, veh[v, V_CLASS]]:
                    many = _new_trip(inst, st, t, v, nd[rt[v, R_LAST], PREV], many)
    if flags[F_WISHES] and task[t, T_WISH0] >= 0:
        for c in range(2):
            v = task[t, T_WISH0 + c]
            if v >= 0 and elig[t, veh[v, V_CLASS]]:
                many = _shift(inst, st, t, v, many)
    if not fresh:
        return many
    for c in range(inst.elig.shape[1]):
        if elig[t, c] and nempty[c] and many < most - 8:
            v = empty[c, nempty[c] - 1]
            if veh[v, V_MULTI]:
                many = _new_trip(inst, st, t, v, rt[v, R_FIRST], many)
            else:
                pos[many, 0], pos[many, 1] = BEHIND, rt[v, R_FIRST]
                many += 1
    return many


@compiled
def _shift(inst: Inst, st: State, t: int, v: int, many: int) -> int:
    """Write down every position of one shift."""
    n = st.rt[v, R_FIRST]
    while n != st.rt[v, R_LAST] and many < st.pos.shape[0] - 10:
        st.pos[many, 0], st.pos[many, 1] = BEHIND, n
        many += 1
        following = st.nd[n, NEXT]
        if inst.veh[v, V_MULTI] and st.nd[following, STOP] < 0:
            many = _new_trip(inst, st, t, v, n, many)
        n = following
    return many


@compiled
def _new_trip(inst: Inst, st: State, t: int, v: int, u: int, many: int) -> int:
    """Write down a new trip behind node ``u``, from each point where the task's goods are."""
    if st.rt[v, R_TRIPS] >= inst.veh[v, V_TRIPS]:
        return many
    c = inst.veh[v, V_CLASS]
    for i in range(inst.pts.shape[1]):
        p = inst.pts[c, i]
        if p < 0 or many >= st.pos.shape[0] - 2:
            break
        if inst.tpt[t, p]:
            st.pos[many, 0], st.pos[many, 1], st.pos[many, 2] = TRIP, u, p
            many += 1
    return many


@compiled
def positions_of(inst: Inst, st: State, t: int, v: int) -> int:
    """Write down where task ``t`` could go in one shift."""
    many = 0
    if not inst.elig[t, inst.veh[v, V_CLASS]]:
        return 0
    if inst.task[t, T_SPLIT]:
        n = st.head[inst.task[t, T_FIRST]]
        while n >= 0:
            if st.nd[n, VEH] == v:
                st.pos[many, 0], st.pos[many, 1] = JOIN, n
                many += 1
            n = st.nd[n, SIB]
    return _shift(inst, st, t, v, many)
