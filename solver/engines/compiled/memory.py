"""How a plan was before a step, and the best there has been: written down, brought back."""

from typing import Any

import numpy as np

from solver.engines.compiled.change import (
    add_reload,
    add_visit,
    bare_drop,
    drop_reload,
    drop_visit,
    set_mask,
)
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    ADDED,
    ARR,
    BEG,
    C_BEST_LEN,
    C_BETTER,
    C_LOG,
    C_LOST,
    C_ONLY,
    C_OPS,
    C_STEPS,
    C_TOUCHED,
    C_WHOM,
    DEP,
    DROPPED,
    F_TIME,
    LOADED,
    LOCK,
    MASK,
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
    Q_ARR,
    Q_BEG,
    Q_DEP,
    Q_LOCK,
    Q_MASK,
    Q_PT,
    Q_STOP,
    Q_VEH,
    R_FIRST,
    R_LAST,
    R_VISITS,
    RELOAD,
    STOP,
    UNLOADED,
    X_NOW,
    Inst,
    State,
)
from solver.engines.compiled.presence import note_loading
from solver.engines.compiled.settle import settle, settle_kept
from solver.engines.compiled.worth import worth

TOP: Any = np.int64(0)
"""The first row; typed, since a callee is compiled once more for every plain number."""


@compiled
def _copy_times(st: State, v: int, kept: np.ndarray, row: int) -> int:
    """Write the times of a route's nodes down from a row on; give the row behind."""
    nd = st.nd
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        kept[row, 0] = nd[n, BEG]
        kept[row, 1] = nd[n, DEP]
        kept[row, 2] = nd[n, ARR]
        row += 1
        n = nd[n, NEXT]
    return row


@compiled
def _set_times(inst: Inst, st: State, v: int, kept: np.ndarray, row: int) -> None:
    """Give a route's nodes the times that are written down from a row on."""
    nd = st.nd
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        nd[n, BEG] = kept[row, 0]
        nd[n, DEP] = kept[row, 1]
        nd[n, ARR] = kept[row, 2]
        if nd[n, STOP] == RELOAD:
            note_loading(inst, st, n)
        row += 1
        n = nd[n, NEXT]
    settle_kept(inst, st, v)


@compiled
def remember(st: State, v: int) -> None:
    """Write a route's times down before its first change of this step."""
    if st.stamp[v] == st.c[C_STEPS]:
        return
    st.stamp[v] = st.c[C_STEPS]
    row = st.c[C_LOG]
    i = st.c[C_TOUCHED]
    st.touched[i, 0] = v
    st.touched[i, 1] = row
    st.c[C_TOUCHED] = i + 1
    st.c[C_LOG] = _copy_times(st, v, st.log, row)


@compiled
def keep_times(st: State, v: int) -> None:
    """Keep a route's times while something is tried in it."""
    _copy_times(st, v, st.hold, TOP)


@compiled
def give_times_back(inst: Inst, st: State, v: int) -> None:
    """Give a route its times back after what was tried has been taken out again.

    Timing it anew might not find them: others may have come between since.
    """
    _set_times(inst, st, v, st.hold, TOP)


@compiled
def _write(st: State, v: int, rows: np.ndarray, row: int) -> int:
    nd = st.nd
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        rows[row, Q_VEH] = v
        rows[row, Q_STOP] = nd[n, STOP]
        rows[row, Q_MASK] = nd[n, MASK]
        rows[row, Q_PT] = nd[n, PT]
        rows[row, Q_BEG] = nd[n, BEG]
        rows[row, Q_DEP] = nd[n, DEP]
        rows[row, Q_ARR] = nd[n, ARR]
        rows[row, Q_LOCK] = nd[n, LOCK]
        row += 1
        n = nd[n, NEXT]
    return row


@compiled
def clear(inst: Inst, st: State, v: int) -> None:
    """Take everything out of a route."""
    first, last = st.rt[v, R_FIRST], st.rt[v, R_LAST]
    while st.nd[last, PREV] != first:
        drop_visit(inst, st, st.nd[last, PREV])


@compiled
def lay(inst: Inst, st: State, v: int, rows: np.ndarray, begin: int, many: int) -> None:
    """Write a route out from rows, with the times that they state, or with its earliest.

    A route that states none and does not hold is left out.
    """
    timed = not inst.flags[F_TIME]
    for i in range(begin, begin + many):
        after = st.nd[st.rt[v, R_LAST], PREV]
        if rows[i, Q_STOP] == RELOAD:
            n = add_reload(inst, st, rows[i, Q_PT], after)
            st.nd[n, LOCK] = rows[i, Q_LOCK]
        else:
            n = add_visit(inst, st, rows[i, Q_STOP], rows[i, Q_MASK], after, rows[i, Q_LOCK])
        st.nd[n, BEG] = rows[i, Q_BEG]
        st.nd[n, DEP] = rows[i, Q_DEP]
        st.nd[n, ARR] = rows[i, Q_ARR]
        timed = timed or rows[i, Q_DEP] != 0
        if st.nd[n, STOP] == RELOAD:
            note_loading(inst, st, n)
    if timed:
        settle_kept(inst, st, v)
    elif not settle(inst, st, v):
        clear(inst, st, v)
        settle_kept(inst, st, v)


@compiled
def undo(inst: Inst, st: State) -> None:
    """Take back what this step did, last thing first, and bring the times back.

    Nodes come from a stack, so that whatever is put back is the node that it was.
    """
    c = st.c
    x = st.x
    ops = st.ops
    touched = st.touched
    if c[C_LOST]:
        restore(inst, st, st.best, c[C_BEST_LEN])
        x[X_NOW] = worth(inst, st)
        return
    many = c[C_OPS]
    c[C_OPS] = st.ops.shape[0]  # what is done from here on is not written down
    for i in range(many - 1, -1, -1):
        kind, n = ops[i, O_KIND], ops[i, O_NODE]
        if kind == ADDED:
            bare_drop(inst, st, n)
        elif kind == DROPPED:
            add_visit(inst, st, ops[i, O_STOP], ops[i, O_MASK], ops[i, O_AFTER],
                      ops[i, O_LOCK])  # fmt: skip
        elif kind == LOADED:
            drop_reload(inst, st, n)
        elif kind == UNLOADED:
            add_reload(inst, st, ops[i, O_PT], ops[i, O_AFTER])
        else:
            set_mask(inst, st, n, ops[i, O_MASK])
    for i in range(c[C_TOUCHED]):
        _set_times(inst, st, touched[i, 0], st.log, touched[i, 1])


@compiled
def keep_best(st: State) -> None:
    """Write the whole plan down as the best."""
    row = 0
    for v in range(st.rt.shape[0]):
        if st.rt[v, R_VISITS]:
            row = _write(st, v, st.best, row)
    st.c[C_BEST_LEN] = row
    st.c[C_BETTER] += 1


@compiled
def restore(inst: Inst, st: State, rows: np.ndarray, many: int) -> None:
    """Make the whole plan what rows say."""
    begin_step(st)
    for v in range(st.rt.shape[0]):
        if st.rt[v, R_VISITS]:
            clear(inst, st, v)
            settle_kept(inst, st, v)
    i = 0
    while i < many:
        v = rows[i, Q_VEH]
        end = i
        while end < many and rows[end, Q_VEH] == v:
            end += 1
        lay(inst, st, v, rows, i, end - i)
        i = end


@compiled
def begin_step(st: State) -> None:
    st.c[C_STEPS] += 1
    st.c[C_TOUCHED] = 0
    st.c[C_LOG] = 0
    st.c[C_OPS] = 0
    st.c[C_LOST] = 0
    st.c[C_ONLY] = -1
    st.c[C_WHOM] = -1
