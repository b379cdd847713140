"""Put visits into routes and take them out, keeping every register true."""

from typing import Any

import numpy as np

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    ADDED,
    ARR,
    BEG,
    C_FREE,
    C_LOST,
    C_OPS,
    C_TRIPS,
    C_VISITS,
    DEP,
    DROPPED,
    JOINED,
    LOADED,
    LOC,
    LOCK,
    MASK,
    NEVER,
    NEXT,
    O_AFTER,
    O_KIND,
    O_LOCK,
    O_MASK,
    O_NODE,
    O_PT,
    O_STOP,
    PREV,
    PT,
    R_VISITS,
    RELOAD,
    ROW,
    RUIN,
    S_LEADS,
    S_LOC,
    S_PLACE,
    S_TASK,
    SIB,
    STOP,
    TASK,
    UNLOADED,
    UNUSED,
    VEH,
    Inst,
    State,
)
from solver.engines.compiled.presence import note_loading
from solver.engines.compiled.registers import meet, set_amounts, set_left, unused, used

IN: Any = np.int64(1)


OUT_OF: Any = np.int64(-1)
"""Typed, since a callee is compiled once more for every plain number it is called with."""


@compiled
def note(st: State, kind: int, n: int, after: int) -> None:
    """Write down what is done to a node, before (dropping) or after (adding) it is."""
    c = st.c
    ops = st.ops
    nd = st.nd
    i = c[C_OPS]
    if i >= st.ops.shape[0]:
        c[C_LOST] = 1
        return
    row = ops[i]
    row[O_KIND] = kind
    row[O_NODE] = n
    row[O_STOP] = nd[n, STOP]
    row[O_MASK] = nd[n, MASK]
    row[O_AFTER] = after
    row[O_LOCK] = nd[n, LOCK]
    row[O_PT] = nd[n, PT]
    c[C_OPS] = i + 1


@compiled
def link(st: State, n: int, after: int) -> None:
    """Put a node behind another."""
    nd = st.nd
    v = nd[after, VEH]
    following = nd[after, NEXT]
    nd[n, VEH] = v
    nd[n, PREV] = after
    nd[n, NEXT] = following
    nd[after, NEXT] = n
    nd[following, PREV] = n


@compiled
def unlink(st: State, n: int) -> None:
    """Take a node out of its route."""
    nd = st.nd
    nd[nd[n, PREV], NEXT] = nd[n, NEXT]
    nd[nd[n, NEXT], PREV] = nd[n, PREV]


@compiled
def add_visit(inst: Inst, st: State, s: int, mask: int, after: int, lock: int) -> int:
    """Make a visit of stop ``s`` behind a node; give the new node."""
    nd = st.nd
    c = st.c
    free = st.free
    stop = inst.stop
    head = st.head
    at = st.at
    nat = st.nat
    left = st.left
    rt = st.rt
    c[C_FREE] -= 1
    n = free[c[C_FREE]]
    v = nd[after, VEH]
    t = stop[s, S_TASK]
    nd[n, STOP] = s
    nd[n, TASK] = t
    nd[n, LOC] = stop[s, S_LOC]
    nd[n, MASK] = mask
    nd[n, LOCK] = lock
    nd[n, SIB] = head[s]
    nd[n, BEG] = NEVER
    nd[n, DEP] = NEVER
    nd[n, ARR] = NEVER
    head[s] = n
    link(st, n, after)
    set_amounts(inst, st, n)
    place = stop[s, S_PLACE]
    if place >= 0:
        at[place, nat[place]] = n
        nat[place] += 1
    if stop[s, S_LEADS]:
        set_left(inst, st, t, left[t] & ~mask)
        meet(inst, st, t, v, IN)
    if rt[v, R_VISITS] == 0:
        used(inst, st, v)
    rt[v, R_VISITS] += 1
    c[C_VISITS] += 1
    note(st, ADDED, n, after)
    return n


@compiled
def bare_drop(inst: Inst, st: State, n: int) -> None:
    """Take a visit out and nothing else."""
    head = st.head
    stop = inst.stop
    nat = st.nat
    at = st.at
    left = st.left
    free = st.free
    c = st.c
    rt = st.rt
    nd = st.nd
    s = nd[n, STOP]
    t = nd[n, TASK]
    v = nd[n, VEH]
    note(st, DROPPED, n, nd[n, PREV])
    if head[s] == n:
        head[s] = nd[n, SIB]
    else:
        m = head[s]
        while nd[m, SIB] != n:
            m = nd[m, SIB]
        nd[m, SIB] = nd[n, SIB]
    place = stop[s, S_PLACE]
    if place >= 0:
        last = nat[place] - 1
        for i in range(last + 1):
            if at[place, i] == n:
                at[place, i] = at[place, last]
                break
        nat[place] = last
    if stop[s, S_LEADS]:
        set_left(inst, st, t, left[t] | nd[n, MASK])
        meet(inst, st, t, v, OUT_OF)
    unlink(st, n)
    nd[n, STOP] = UNUSED
    free[c[C_FREE]] = n
    c[C_FREE] += 1
    rt[v, R_VISITS] -= 1
    c[C_VISITS] -= 1
    if rt[v, R_VISITS] == 0:
        unused(inst, st, v)


@compiled
def drop_visit(inst: Inst, st: State, n: int) -> None:
    """Take a visit out; its trip goes with its last visit."""
    before = st.nd[n, PREV]
    bare_drop(inst, st, n)
    if st.nd[before, STOP] == RELOAD and st.nd[st.nd[before, NEXT], STOP] < 0:
        drop_reload(inst, st, before)


@compiled
def set_mask(inst: Inst, st: State, n: int, mask: int) -> None:
    """State which parts a visit brings."""
    t = st.nd[n, TASK]
    note(st, JOINED, n, -1)
    before = st.nd[n, MASK]
    st.nd[n, MASK] = mask
    set_amounts(inst, st, n)
    set_left(inst, st, t, (st.left[t] | before) & ~mask)


@compiled
def add_reload(inst: Inst, st: State, point: int, after: int) -> int:
    """Begin a trip behind a node."""
    st.c[C_FREE] -= 1
    n = st.free[st.c[C_FREE]]
    nd = st.nd
    nd[n, STOP] = RELOAD
    nd[n, TASK] = -1
    nd[n, LOC] = inst.ptloc[point]
    nd[n, PT] = point
    nd[n, RUIN] = 0
    nd[n, LOCK] = 0
    nd[n, BEG] = NEVER
    nd[n, DEP] = NEVER
    nd[n, ARR] = NEVER
    link(st, n, after)
    bay = inst.ptbay[point]
    if bay >= 0:
        nd[n, ROW] = st.nloading[bay]
        st.loading[bay, st.nloading[bay]] = n
        st.nloading[bay] += 1
        note_loading(inst, st, n)
    st.c[C_TRIPS] += 1
    note(st, LOADED, n, after)
    return n


@compiled
def drop_reload(inst: Inst, st: State, n: int) -> None:
    """Take a trip's beginning out."""
    note(st, UNLOADED, n, st.nd[n, PREV])
    st.c[C_TRIPS] -= 1
    bay = inst.ptbay[st.nd[n, PT]]
    if bay >= 0:
        last = st.nloading[bay] - 1
        row = st.nd[n, ROW]
        st.loading[bay, row] = st.loading[bay, last]
        st.busy[bay, row] = st.busy[bay, last]
        st.nd[st.loading[bay, row], ROW] = row
        st.nloading[bay] = last
    unlink(st, n)
    st.nd[n, STOP] = UNUSED
    st.free[st.c[C_FREE]] = n
    st.c[C_FREE] += 1
