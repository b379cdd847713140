"""Times of a route: earliest first, past whoever else is at a place, a bay, or on the way."""

from typing import Any

import numpy as np

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    AFTER,
    ARR,
    B_BEG,
    B_DEP,
    B_VEH,
    BEG,
    BOARD,
    C_STAMP,
    DEP,
    F_BREAKS,
    FAR,
    HOME,
    LOC,
    NEVER,
    NEXT,
    P_CLEARED,
    P_CLOSED,
    P_GAP,
    P_LANES,
    P_SHELF,
    PREV,
    PT,
    R_FIRST,
    R_LAST,
    REL,
    RELOAD,
    ROW,
    S_NWIN,
    S_PLACE,
    SEEN,
    STOP,
    V_BREAKS,
    V_CLASS,
    V_COHORT,
    V_END,
    V_K,
    V_MULTI,
    V_RELOAD,
    V_TYPE,
    V_W0,
    V_W1,
    VEH,
    Inst,
    State,
)

NO_GAP: Any = np.int64(0)
"""Typed, since a callee is compiled once more for every plain number it is called with."""


@compiled
def in_windows(inst: Inst, s: int, at: int) -> int:
    """Give the first instant from ``at`` on inside a window of stop ``s``; NEVER if none."""
    stop = inst.stop
    win = inst.win
    many = stop[s, S_NWIN]
    if many == 0:
        return at
    for w in range(many):
        if at <= win[s, w, 1]:
            return max(at, win[s, w, 0])
    return NEVER


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
def _crowded(
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
        if _together(nd, here, many, v, at, until, gap, instant) >= lanes:
            return True
    return False


@compiled
def _together(
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
        if w == v or not _there(nd, m, at, until, gap, instant):
            continue
        new = True
        for j in range(i):
            if nd[here[j], VEH] == w and _there(nd, here[j], at, until, gap, instant):
                new = False
                break
        if new:
            count += 1
    return count


@compiled
def _there(nd: np.ndarray, m: int, at: int, until: int, gap: int, instant: int) -> bool:
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
        lanes == 1 or _crowded(nd, here, nat[place], v, at, end + gap, gap, lanes)
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


@compiled
def begin_at(inst: Inst, st: State, v: int, n: int, s: int, arrival: int, length: int) -> int:
    """Give the first instant from ``arrival`` on at which node ``n`` may begin; NEVER if none."""
    at = in_windows(inst, s, arrival)
    place = inst.stop[s, S_PLACE]
    if place < 0 or at >= NEVER:
        return at
    if not place_open(inst, st, place, v):
        return NEVER
    while True:
        moved = place_free(inst, st, place, v, n, at, length)
        if moved == at or moved >= NEVER:
            return moved
        at = in_windows(inst, s, moved)
        if at >= NEVER:
            return at


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
        if count < lanes or not _crowded(
            st.nd, st.loading[bay], many, v, at, at + length, NO_GAP, lanes
        ):
            return at
        at = soonest


@compiled
def home_of(inst: Inst, v: int, loc: int) -> int:
    """Give where a shift ends whose last stop is at ``loc``; -1 for right there."""
    end = inst.veh[v, V_END]
    if end != HOME:
        return end
    return inst.home[inst.veh[v, V_CLASS], loc] if loc >= 0 else -1


@compiled
def ride_s(inst: Inst, k: int, a: int, b: int) -> int:
    """Give the seconds from a to b; an open end costs nothing."""
    if a < 0 or b < 0 or a == b:
        return 0
    return inst.dur[k, a, b]


@compiled
def pause(inst: Inst, st: State, v: int, b: int, n: int, at: int) -> int:
    """Give when break ``b`` taken at ``at``, before node ``n``, is over; NEVER if impossible."""
    dims = inst.brkload.shape[2]
    before = st.nd[n, PREV]
    for d in range(dims):
        if st.nl[before, AFTER, d] > inst.brkload[v, b, d]:
            return NEVER
    many = inst.brk[v, b, 1]
    if many == 0:
        return at + inst.brk[v, b, 0]
    for w in range(many):
        if at <= inst.brk[v, b, 3 + 2 * w]:
            return max(at, inst.brk[v, b, 2 + 2 * w]) + inst.brk[v, b, 0]
    return NEVER


@compiled
def latest_pause(inst: Inst, v: int, b: int) -> int:
    """Give the end of the last window of a break."""
    many = inst.brk[v, b, 1]
    return NEVER if many == 0 else inst.brk[v, b, 1 + 2 * many]


@compiled
def retime(inst: Inst, st: State, v: int) -> bool:
    """Fix the earliest times of a route, all others staying; False where a rule would break.

    Visits already know their trip's head, release and loads.
    """
    c = st.c
    veh = inst.veh
    rt = st.rt
    flags = inst.flags
    svc = inst.svc
    setup = inst.setup
    brk = inst.brk
    nd = st.nd
    c[C_STAMP] += 1
    stamp = c[C_STAMP]
    k = veh[v, V_K]
    ty = veh[v, V_TYPE]
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    t = veh[v, V_W0]
    nd[first, ARR] = t
    if veh[v, V_MULTI] == 0:
        t = max(t, nd[first, REL])
    nd[first, BEG] = t
    nd[first, DEP] = t
    loc = nd[first, LOC]
    breaks = veh[v, V_BREAKS] if flags[F_BREAKS] else 0
    b = 0
    served = False
    n = nd[first, NEXT]
    while n != last:
        s = nd[n, STOP]
        to = nd[n, LOC]
        ride = ride_s(inst, k, loc, to)
        if ride >= FAR:
            return False
        if s == RELOAD:
            t += ride
            length = veh[v, V_RELOAD]
            nd[n, ARR] = t
            at = load_at(inst, st, v, nd[n, PT], max(t, nd[n, REL] - length), length)
            if at >= NEVER:
                return False
            nd[n, BEG] = at
            t = at + length
            nd[n, DEP] = t
            note_loading(inst, st, n)
            served = False
        else:
            arrival = t + ride
            length = svc[s, ty]
            if not (served and loc == to):
                length += setup[s, ty]
            at = begin_at(inst, st, v, n, s, arrival, length)
            while b < breaks:
                # A break comes first where it could not come later, or costs nothing here.
                if at < NEVER and at + length <= latest_pause(inst, v, b):
                    opens = t
                    for w in range(brk[v, b, 1]):
                        if brk[v, b, 3 + 2 * w] >= t:
                            opens = brk[v, b, 2 + 2 * w]
                            break
                    if max(t, opens) + brk[v, b, 0] - t > at - arrival:
                        break
                over = pause(inst, st, v, b, n, t)
                if over >= NEVER:
                    return False
                t = over
                b += 1
                arrival = t + ride
                at = begin_at(inst, st, v, n, s, arrival, length)
            if at >= NEVER:
                return False
            nd[n, ARR] = arrival
            nd[n, BEG] = at
            t = at + length
            served = True
        nd[n, DEP] = t
        nd[n, SEEN] = stamp
        loc = to
        n = nd[n, NEXT]
    while b < breaks:
        t = pause(inst, st, v, b, last, t)
        if t >= NEVER:
            return False
        b += 1
    ride = ride_s(inst, k, loc, home_of(inst, v, loc))
    if ride >= FAR:
        return False
    t += ride
    nd[last, ARR] = t
    nd[last, BEG] = t
    nd[last, DEP] = t
    return t <= veh[v, V_W1]
