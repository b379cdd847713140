"""What a step takes out.

After Christiaens and Vanden Berghe, *Slack Induction by String Removals for Vehicle Routing
Problems*, Transportation Science 2020: strings of visits that are related in space, and on a day
with contact rules also whole trips and all that goes to one building.
"""

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.change import drop_visit
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    C_ABSENT,
    C_EXCESS,
    C_ONLY,
    C_ROUTES,
    C_STEPS,
    C_TOUCHED,
    C_TRIPS,
    C_VISITS,
    C_WHOM,
    F_MULTI,
    F_PLACES,
    F_PRIZES,
    HEAD,
    LOC,
    LOCK,
    NEXT,
    PREV,
    R_FIRST,
    R_LAST,
    R_VISITS,
    RELOAD,
    RUIN,
    S_PLACE,
    S_TASK,
    SIB,
    START,
    STOP,
    T_BUILDING,
    T_FIRST,
    T_STOPS,
    TASK,
    UNUSED,
    V_CLASS,
    V_K,
    VEH,
    Inst,
    State,
)
from solver.engines.compiled.memory import remember
from solver.engines.compiled.settle import arc_cost, settle

LONGEST = 10.0

TRIPS, BUILDINGS, SHIFTS = 0.15, 0.2, 0.06
"""Shares of steps that take out whole trips, all that goes to one building, and two shifts."""
GATHERED = 0.15
"""Share of steps that give a building of several couriers to one of them."""
NEARBY = 0.25
"""Share of these that give it to somebody nearby instead."""
EJECTED = 3
"""At most so many other buildings make room for it."""
TRIES = 24
"""Draws after which what is rare counts as not there."""


@compiled
def take_out(inst: Inst, st: State, n: int) -> int:
    """Take a visit out, a shipment whole; give how many visits went."""
    if st.nd[n, LOCK]:
        return 0
    v = st.nd[n, VEH]
    remember(st, v)
    t = st.nd[n, TASK]
    stops = inst.task[t, T_STOPS]
    if stops == 1:
        drop_visit(inst, st, n)
        return 1
    first = inst.task[t, T_FIRST]
    for j in range(stops - 1, -1, -1):
        if st.nd[st.head[first + j], LOCK]:
            return 0
    for j in range(stops - 1, -1, -1):
        drop_visit(inst, st, st.head[first + j])
    return stops


@compiled
def mend(inst: Inst, st: State, v: int) -> None:
    """Work a route out again; where it does not hold any more, take its free visits out."""
    if settle(inst, st, v):
        return
    remember(st, v)
    n = st.nd[st.rt[v, R_LAST], PREV]
    while n != st.rt[v, R_FIRST]:
        before = st.nd[n, PREV]
        if st.nd[n, STOP] >= 0 and take_out(inst, st, n):
            # A trip's beginning, or the other end of a shipment, may have gone with it.
            n = st.nd[st.rt[v, R_LAST], PREV]
        else:
            n = before
    settle(inst, st, v)


@compiled
def _string(inst: Inst, st: State, n: int, longest: float) -> int:
    """Remove a string of visits of one trip around node ``n``; give how many went."""
    task = inst.task
    nd = st.nd
    h = nd[n, HEAD]
    length = 0
    place = 0
    m = nd[h, NEXT]
    while nd[m, STOP] >= 0:
        if m == n:
            place = length
        length += 1
        m = nd[m, NEXT]
    take = 1 + below(st, int(max(1.0, min(float(length), longest))))
    skip = 0
    if take < length and take > 1 and uniform(st) < 0.5:
        skip = 1
        while take + skip < length and uniform(st) > 0.99:
            skip += 1
    span = take + skip
    low = max(0, place - span + 1)
    high = min(place, length - span)
    start = low + below(st, max(1, high - low + 1))
    skip_from = start + 1 + below(st, max(1, take - 1)) if skip else length
    m = nd[h, NEXT]
    gone = 0
    for i in range(start + span):
        following = nd[m, NEXT]
        if i >= start and not (skip_from <= i < skip_from + skip) and nd[m, STOP] >= 0:
            # The other end of a shipment goes along, so the next node is looked up with care.
            if task[nd[m, TASK], T_STOPS] > 1:
                gone += take_out(inst, st, m)
                if gone >= take:
                    return gone
                m = _survivor(st, h)
                if m < 0:
                    return gone
                continue
            gone += take_out(inst, st, m)
        m = following
        if nd[m, STOP] < 0:
            return gone
    return gone


@compiled
def _survivor(st: State, h: int) -> int:
    """Give a trip's first visit, or -1 if the trip is gone."""
    if st.nd[h, STOP] != RELOAD and st.nd[h, STOP] != START:
        return -1
    m = st.nd[h, NEXT]
    return m if st.nd[m, STOP] >= 0 else -1


@compiled
def _trip_out(inst: Inst, st: State, n: int) -> int:
    """Remove every free visit of the trip of node ``n``."""
    gone = 0
    h = st.nd[n, HEAD]
    m = st.nd[h, NEXT]
    while st.nd[m, STOP] >= 0:
        following = st.nd[m, NEXT]
        if inst.task[st.nd[m, TASK], T_STOPS] > 1:
            went = take_out(inst, st, m)
            gone += went
            if went:
                m = _survivor(st, h)
                if m < 0:
                    return gone
                continue
        else:
            gone += take_out(inst, st, m)
        m = following
    return gone


@compiled
def ruin(inst: Inst, st: State, size: float) -> None:
    """Remove related visits."""
    c = st.c
    task = inst.task
    absent = st.absent
    flags = inst.flags
    adj = inst.adj
    head = st.head
    nd = st.nd
    stops = inst.stop.shape[0]
    seed = below(st, stops)
    if c[C_ABSENT] and uniform(st) < 0.3:
        seed = task[absent[below(st, c[C_ABSENT])], T_FIRST]
    visits = c[C_VISITS]
    if visits == 0:
        return
    if c[C_EXCESS] and uniform(st) < GATHERED and _gather(inst, st):
        _mend_all(inst, st)
        return
    used = max(1, c[C_TRIPS] if c[C_TRIPS] else c[C_ROUTES])
    how = uniform(st)
    longest = min(LONGEST, visits / used)
    strings = 1 + below(st, int(max(1.0, 4.0 * size / (1.0 + longest) - 1.0)) + 1)
    whole = False
    if flags[F_MULTI] or flags[F_PLACES]:
        if how < SHIFTS:
            _two_shifts(inst, st, seed)
            _mend_all(inst, st)
            return
        if how < SHIFTS + TRIPS:
            whole = True
            strings = 1 + below(st, 3)
        elif how < SHIFTS + TRIPS + BUILDINGS:
            _same_building(inst, st, seed)
            strings = max(1, strings // 2)
    done = 0
    for g in range(-1, inst.adj.shape[1]):
        if done >= strings:
            break
        m = seed if g < 0 else adj[seed, g]
        if m < 0:
            break
        n = head[m]
        while n >= 0:
            following = nd[n, SIB]
            if not nd[n, LOCK] and nd[nd[n, HEAD], RUIN] != c[C_STEPS]:
                nd[nd[n, HEAD], RUIN] = c[C_STEPS]
                if whole:
                    _trip_out(inst, st, n)
                else:
                    _string(inst, st, n, longest)
                done += 1
                break
            n = following
    _mend_all(inst, st)


@compiled
def _mend_all(inst: Inst, st: State) -> None:
    for i in range(st.c[C_TOUCHED]):
        mend(inst, st, st.touched[i, 0])


@compiled
def _empty_shift(inst: Inst, st: State, v: int) -> None:
    """Take every free visit out of a shift."""
    n = st.nd[st.rt[v, R_LAST], PREV]
    while n != st.rt[v, R_FIRST]:
        before = st.nd[n, PREV]
        if st.nd[n, STOP] >= 0 and take_out(inst, st, n):
            n = st.nd[st.rt[v, R_LAST], PREV]
        else:
            n = before


@compiled
def _two_shifts(inst: Inst, st: State, seed: int) -> None:
    """Empty the shift that goes to a stop, and another that goes nearby."""
    v = -1
    for i in range(TRIES):
        m = seed if i == 0 else inst.adj[seed, below(st, inst.adj.shape[1] // 4 + 1)]
        if m < 0 or st.head[m] < 0:
            continue
        w = st.nd[st.head[m], VEH]
        if w != v:
            _empty_shift(inst, st, w)
            if v >= 0:
                return
            v = w


@compiled
def _out_of_shift(inst: Inst, st: State, v: int, b: int) -> int:
    """Take all visits to a building out of a shift; give how many went."""
    gone = 0
    for i in range(inst.house[b], inst.house[b + 1]):
        n = st.head[inst.task[inst.housed[i], T_FIRST]]
        while n >= 0:
            following = st.nd[n, SIB]
            if st.nd[n, VEH] == v:
                gone += take_out(inst, st, n)
            n = following
    return gone


@compiled
def _some_visit(st: State, v: int) -> int:
    """Draw a visit of a shift; -1 where there is none."""
    n = st.nd[st.rt[v, R_FIRST], NEXT]
    skip = below(st, max(1, st.rt[v, R_VISITS]))
    while n != st.rt[v, R_LAST]:
        if st.nd[n, STOP] >= 0:
            if skip == 0:
                return n
            skip -= 1
        n = st.nd[n, NEXT]
    return -1


@compiled
def _crowded_house(inst: Inst, st: State) -> int:
    """Draw a building that more than one courier visits; -1 where none is found."""
    for _ in range(TRIES):
        b = inst.task[below(st, inst.task.shape[0]), T_BUILDING]
        if b >= 0 and st.known[b] > 1:
            return b
    return -1


@compiled
def _who_gets(inst: Inst, st: State, b: int) -> int:
    """Draw who is to have a building alone: somebody who goes there, or goes nearby."""
    v = -1
    seen = 0
    lone = inst.housed[inst.house[b] + below(st, inst.house[b + 1] - inst.house[b])]
    if uniform(st) < NEARBY:
        s = inst.task[lone, T_FIRST]
        for _ in range(TRIES):
            m = inst.adj[s, below(st, inst.adj.shape[1] // 4 + 1)]
            if m >= 0 and st.head[m] >= 0:
                v = st.nd[st.head[m], VEH]
                if inst.elig[lone, inst.veh[v, V_CLASS]]:
                    return v
    for i in range(inst.house[b], inst.house[b + 1]):
        n = st.head[inst.task[inst.housed[i], T_FIRST]]
        while n >= 0:
            seen += 1
            if below(st, seen) == 0:
                v = st.nd[n, VEH]
            n = st.nd[n, SIB]
    return v


@compiled
def _gather(inst: Inst, st: State) -> bool:
    """Take a building from all its couriers but one, and make room in that one's shift.

    What is put back next goes to that courier first. False where no building has several.
    """
    b = _crowded_house(inst, st)
    if b < 0:
        return False
    v = _who_gets(inst, st, b)
    if v < 0:
        return False
    again = uniform(st) < 0.5  # whether the courier's own visits are dealt to trips anew, too
    for i in range(inst.house[b], inst.house[b + 1]):
        n = st.head[inst.task[inst.housed[i], T_FIRST]]
        while n >= 0:
            following = st.nd[n, SIB]
            if again or st.nd[n, VEH] != v:
                take_out(inst, st, n)
            n = following
    for _ in range(below(st, EJECTED + 1)):
        n = _some_visit(st, v)
        if n < 0:
            break
        other = inst.task[st.nd[n, TASK], T_BUILDING]
        if other < 0:
            take_out(inst, st, n)
        elif other != b:
            _out_of_shift(inst, st, v, other)
    st.c[C_ONLY] = b
    st.c[C_WHOM] = v
    return True


@compiled
def _same_building(inst: Inst, st: State, seed: int) -> None:
    """Remove all visits to the building, or at the place, of a stop."""
    building = inst.task[inst.stop[seed, S_TASK], T_BUILDING]
    place = inst.stop[seed, S_PLACE]
    if building < 0 and place < 0:
        return
    for g in range(-1, inst.adj.shape[1]):
        m = seed if g < 0 else inst.adj[seed, g]
        if m < 0:
            return
        t = inst.stop[m, S_TASK]
        if (building >= 0 and inst.task[t, T_BUILDING] == building) or (
            place >= 0 and inst.stop[m, S_PLACE] == place
        ):
            n = st.head[m]
            while n >= 0:
                following = st.nd[n, SIB]
                take_out(inst, st, n)
                n = following


@compiled
def prune(inst: Inst, st: State) -> None:
    """Take visits out of changed routes that cost more than their prizes bring."""
    if not inst.flags[F_PRIZES]:
        return
    nd = st.nd
    i = 0
    while i < st.c[C_TOUCHED]:
        v = st.touched[i, 0]
        k = inst.veh[v, V_K]
        n = nd[st.rt[v, R_FIRST], NEXT]
        changed = False
        while n != st.rt[v, R_LAST]:
            following = nd[n, NEXT]
            t = nd[n, TASK]
            if nd[n, STOP] >= 0 and inst.task[t, T_STOPS] == 1:
                a, c = nd[nd[n, PREV], LOC], nd[following, LOC]
                saved = arc_cost(inst, k, a, nd[n, LOC]) + arc_cost(inst, k, nd[n, LOC], c)
                saved -= arc_cost(inst, k, a, c)
                if saved > inst.pen[t]:
                    take_out(inst, st, n)
                    changed = True
                    if nd[following, STOP] == UNUSED:
                        break
            n = following
        if changed:
            mend(inst, st, v)
        else:
            i += 1
