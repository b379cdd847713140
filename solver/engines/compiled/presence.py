"""When others are at a place or a bay, and when it is free."""

from typing import Any

import numpy as np

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    B_BEG,
    B_DEP,
    B_VEH,
    BEG,
    BOARD,
    C_STAMP,
    DEP,
    NEVER,
    P_CLEARED,
    P_CLOSED,
    P_GAP,
    P_LANES,
    P_SHELF,
    PT,
    ROW,
    SEEN,
    V_COHORT,
    VEH,
    Inst,
    State,
)


@compiled
def shelf_free(inst: Inst, st: State, place: int, v: int, n: int, at: int) -> int:
    """Give ``at`` if node ``n`` fits on the shelf then, else the next clearing (or NEVER)."""
    nl, nd = st.nl, st.nd
    stamp = st.c[C_STAMP]
    shelf, cleared = inst.shelf, inst.cleared
    here = st.at[place]
    many = st.nat[place]
    # The span between two clearings that the instant lies in.
    since, until = -NEVER, NEVER + 1
    for y in range(inst.plc[place, P_CLEARED]):
        instant = cleared[place, y]
        if instant <= at:
            since = max(since, instant)
        else:
            until = min(until, instant)
    for d in range(shelf.shape[1]):
        most = shelf[place, d]
        if most >= NEVER:
            continue
        laid = nl[n, BOARD, d]
        for i in range(many):
            m = here[i]
            begin = nd[m, BEG]
            if m == n or begin < since or begin >= until:
                continue
            # Visits of this very route count only once they have their new times.
            if nd[m, VEH] == v and nd[m, SEEN] != stamp:
                continue
            laid += nl[m, BOARD, d]
        if laid > most:
            return min(until, NEVER)
    return at


@compiled
def crowded(
    nd: np.ndarray, here: np.ndarray, many: int, v: int, at: int, until: int, gap: int, lanes: int
) -> bool:
    """Say whether, at some instant of a stay, others take every lane.

    Those who are there during the stay need not be there at once. Whether they are is the same
    whoever is asked, so that a plan holds in whatever order its routes are written out.
    """
    for i in range(-1, many):
        instant = at
        if i >= 0:
            instant = nd[here[i], BEG]
            if nd[here[i], VEH] == v or instant <= at or instant >= until:
                continue
        if together(nd, here, many, v, at, until, gap, instant) >= lanes:
            return True
    return False


@compiled
def together(
    nd: np.ndarray,
    here: np.ndarray,
    many: int,
    v: int,
    at: int,
    until: int,
    gap: int,
    instant: int,
) -> int:
    """Count the other vehicles that are there at an instant of a stay."""
    count = 0
    for i in range(many):
        m = here[i]
        w = nd[m, VEH]
        if w == v or not there(nd, m, at, until, gap, instant):
            continue
        new = True
        for j in range(i):
            if nd[here[j], VEH] == w and there(nd, here[j], at, until, gap, instant):
                new = False
                break
        if new:
            count += 1
    return count


@compiled
def there(nd: np.ndarray, m: int, at: int, until: int, gap: int, instant: int) -> bool:
    """Say whether a node is in the way of a stay, and its vehicle there at an instant of it."""
    begin = nd[m, BEG]
    gone = nd[m, DEP] + gap
    return (
        until > begin and at < gone and begin <= instant and (instant < gone or instant == begin)
    )


@compiled
def place_free(inst: Inst, st: State, place: int, v: int, n: int, at: int, length: int) -> int:
    """Give ``at`` if vehicle ``v`` may be at a place then, else a later instant to try."""
    plc = inst.plc
    closed = inst.closed
    at_ = st.at
    nat = st.nat
    nd = st.nd
    gap = plc[place, P_GAP]
    end = at + length
    for x in range(plc[place, P_CLOSED]):
        if end > closed[place, x, 0] - gap and at < closed[place, x, 1] + gap:
            return closed[place, x, 1] + gap
    lanes = plc[place, P_LANES]
    here = at_[place]
    soonest = NEVER
    distinct = 0
    for i in range(nat[place]):
        m = here[i]
        w = nd[m, VEH]
        if w == v:
            continue
        if end + gap > nd[m, BEG] and at < nd[m, DEP] + gap:
            soonest = min(soonest, nd[m, DEP])
            new = True
            for j in range(i):
                o = here[j]
                if nd[o, VEH] == w and (end + gap > nd[o, BEG] and at < nd[o, DEP] + gap):
                    new = False
                    break
            if new:
                distinct += 1
    if distinct >= lanes and (
        lanes == 1 or crowded(nd, here, nat[place], v, at, end + gap, gap, lanes)
    ):
        return max(at + 1, soonest + gap)
    if plc[place, P_SHELF]:
        return shelf_free(inst, st, place, v, n, at)
    return at


@compiled
def place_open(inst: Inst, st: State, place: int, v: int) -> bool:
    """Say whether no other cohort uses a place."""
    veh = inst.veh
    cohort = veh[v, V_COHORT]
    if cohort < 0:
        return True
    nd = st.nd
    here = st.at[place]
    for i in range(st.nat[place]):
        other = veh[nd[here[i], VEH], V_COHORT]
        if other >= 0:  # nobody let another cohort in before, so this one speaks for all
            return bool(other == cohort)
    return True


NO_GAP: Any = np.int64(0)
"""Typed, since a callee is compiled once more for every plain number it is called with."""


@compiled
def note_loading(inst: Inst, st: State, n: int) -> None:
    """Write a loading's times down beside those of others at its bay, where all are read."""
    nd = st.nd
    bay = inst.ptbay[nd[n, PT]]
    if bay >= 0:
        row = st.busy[bay, nd[n, ROW]]
        row[B_BEG] = nd[n, BEG]
        row[B_DEP] = nd[n, DEP]
        row[B_VEH] = nd[n, VEH]


@compiled
def load_at(inst: Inst, st: State, v: int, point: int, ready: int, length: int) -> int:
    """Give the first instant from ``ready`` on at which a vehicle may load at a point."""
    veh = inst.veh
    bay = inst.ptbay[point]
    if bay < 0:
        return ready
    busy = st.busy
    many = st.nloading[bay]
    cohort = veh[v, V_COHORT]
    if cohort >= 0:
        for i in range(many):
            other = veh[busy[bay, i, B_VEH], V_COHORT]
            if other >= 0:  # nobody let another cohort in before, so this one speaks for all
                if other != cohort:
                    return NEVER
                break
    lanes = inst.bay[bay]
    at = ready
    while True:
        count = 0
        soonest = NEVER
        for i in range(many):
            if (
                at < busy[bay, i, B_DEP]
                and busy[bay, i, B_BEG] < at + length
                and busy[bay, i, B_VEH] != v
            ):
                count += 1
                soonest = min(soonest, busy[bay, i, B_DEP])
        if count < lanes or not crowded(
            st.nd, st.loading[bay], many, v, at, at + length, NO_GAP, lanes
        ):
            return at
        at = soonest
