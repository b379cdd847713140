"""Times of a route: earliest first, past whoever else is at a place, a bay, or on the way."""

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    AFTER,
    ARR,
    BEG,
    C_STAMP,
    DEP,
    F_BREAKS,
    FAR,
    HOME,
    LOC,
    NEVER,
    NEXT,
    PREV,
    PT,
    R_FIRST,
    R_LAST,
    REL,
    RELOAD,
    S_NWIN,
    S_PLACE,
    SEEN,
    STOP,
    V_BREAKS,
    V_CLASS,
    V_END,
    V_K,
    V_MULTI,
    V_RELOAD,
    V_TYPE,
    V_W0,
    V_W1,
    Inst,
    State,
)
from solver.engines.compiled.presence import load_at, note_loading, place_free, place_open


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
