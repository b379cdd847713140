"""Put visits into routes and take them out, keeping every sum and register true."""

from typing import Any

import numpy as np

from solver.engines.compiled.clock import home_of, retime, ride_s
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    ADDED,
    AFTER,
    ARR,
    BD,
    BE,
    BEG,
    BL,
    BOARD,
    C_ABSENT,
    C_EXCESS,
    C_FREE,
    C_LOST,
    C_OPS,
    C_ROUTES,
    C_TRIPS,
    C_VISITS,
    CHANGE,
    DEP,
    DROPPED,
    END,
    F_DURATION,
    F_LIMITS,
    F_PICKUP,
    F_TIME,
    F_ZONES,
    FD,
    FE,
    FL,
    HEAD,
    JOINED,
    LAT,
    LOADED,
    LOC,
    LOCK,
    MASK,
    MAX_FROM,
    MAX_TO,
    NEVER,
    NEXT,
    O_AFTER,
    O_KIND,
    O_LOCK,
    O_MASK,
    O_NODE,
    O_PT,
    O_STOP,
    OUT,
    P_CLOSED,
    P_GAP,
    PREV,
    PT,
    R_COST,
    R_DIST,
    R_FIRST,
    R_LAST,
    R_SLOT,
    R_TRAVEL,
    R_TRIPS,
    R_VISITS,
    R_WORK,
    REL,
    RELOAD,
    RUIN,
    S_LEADS,
    S_LOC,
    S_NWIN,
    S_PLACE,
    S_RELEASE,
    S_TASK,
    S_ZONE,
    SIB,
    START,
    STOP,
    T_BUILDING,
    T_PART0,
    T_PARTS,
    T_SPLIT,
    T_WISH0,
    T_WISH1,
    T_WISHCOST0,
    T_WISHCOST1,
    TAIL,
    TASK,
    UNLOADED,
    UNUSED,
    V_CLASS,
    V_DIST,
    V_DUR,
    V_FIXED,
    V_K,
    V_MULTI,
    V_RATE,
    V_RELOAD,
    V_TASKS,
    V_TRAVEL,
    V_TRIPS,
    V_TYPE,
    V_W0,
    V_W1,
    VEH,
    X_PENALTY,
    X_ROUTES,
    X_SOFT,
    ZP,
    ZS,
    Inst,
    State,
)

IN: Any = np.int64(1)
OUT_OF: Any = np.int64(-1)
"""Typed, since a callee is compiled once more for every plain number it is called with."""


@compiled
def arc_cost(inst: Inst, k: int, a: int, b: int) -> int:
    """Give the cost from a to b; an open end costs nothing."""
    if a < 0 or b < 0:
        return 0
    return inst.cost[k, a, b]


@compiled
def bits(mask: int) -> int:
    """Count the parts in a mask."""
    count = 0
    while mask:
        mask &= mask - 1
        count += 1
    return count


@compiled
def wish_cost(inst: Inst, t: int, v: int) -> int:
    """Give what serving a task by this vehicle costs against wishes and the previous plan."""
    cost = 0
    if inst.task[t, T_WISH0] >= 0 and inst.task[t, T_WISH0] != v:
        cost += inst.task[t, T_WISHCOST0]
    if inst.task[t, T_WISH1] >= 0 and inst.task[t, T_WISH1] != v:
        cost += inst.task[t, T_WISHCOST1]
    return cost


@compiled
def share_left(inst: Inst, st: State, t: int) -> float:
    """Give the price of what a task still wants."""
    if st.left[t] == 0:
        return 0.0
    parts = inst.task[t, T_PARTS]
    if parts == 1:
        return inst.pen[t]
    return inst.pen[t] * bits(st.left[t]) / parts


@compiled
def set_left(inst: Inst, st: State, t: int, mask: int) -> None:
    """State which parts of a task are not brought."""
    x = st.x
    left = st.left
    where = st.where
    c = st.c
    absent = st.absent
    x[X_PENALTY] -= share_left(inst, st, t)
    left[t] = mask
    x[X_PENALTY] += share_left(inst, st, t)
    if mask and where[t] < 0:
        where[t] = c[C_ABSENT]
        absent[c[C_ABSENT]] = t
        c[C_ABSENT] += 1
    elif mask == 0 and where[t] >= 0:
        c[C_ABSENT] -= 1
        other = absent[c[C_ABSENT]]
        absent[where[t]] = other
        where[other] = where[t]
        where[t] = -1


@compiled
def meet(inst: Inst, st: State, t: int, v: int, sign: int) -> None:
    """Count a courier in or out of a task's building, and what was wished."""
    task = inst.task
    cnt = st.cnt
    known = st.known
    c = st.c
    x = st.x
    weight = inst.weight
    b = task[t, T_BUILDING]
    if b >= 0:
        before = cnt[b, v]
        cnt[b, v] = before + sign
        if before == 0:
            known[b] += 1
            if known[b] > 1:
                c[C_EXCESS] += 1
                x[X_SOFT] += weight[0]
        elif before + sign == 0:
            if known[b] > 1:
                c[C_EXCESS] -= 1
                x[X_SOFT] -= weight[0]
            known[b] -= 1
    if task[t, T_WISH0] >= 0:
        x[X_SOFT] += sign * wish_cost(inst, t, v)


@compiled
def set_amounts(inst: Inst, st: State, n: int) -> None:
    """State what a visit boards and changes."""
    nd = st.nd
    task = inst.task
    part = inst.part
    nl = st.nl
    amount_ = inst.amount
    s = nd[n, STOP]
    t = nd[n, TASK]
    dims = inst.cap.shape[1]
    if task[t, T_SPLIT]:
        first = task[t, T_PART0]
        mask = nd[n, MASK]
        for d in range(dims):
            amount = 0
            for p in range(task[t, T_PARTS]):
                if (mask >> p) & 1:
                    amount += part[first + p, d]
            nl[n, BOARD, d] = amount
            nl[n, CHANGE, d] = -amount
    else:
        for d in range(dims):
            nl[n, BOARD, d] = amount_[s, 0, d]
            nl[n, CHANGE, d] = amount_[s, 1, d]


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
def used(inst: Inst, st: State, v: int) -> None:
    """Take a vehicle off the list of the unused of its class."""
    c = inst.veh[v, V_CLASS]
    slot = st.rt[v, R_SLOT]
    if slot < 0:
        return
    st.nempty[c] -= 1
    st.c[C_ROUTES] += 1
    other = st.empty[c, st.nempty[c]]
    st.empty[c, slot] = other
    st.rt[other, R_SLOT] = slot
    st.rt[v, R_SLOT] = -1


@compiled
def unused(inst: Inst, st: State, v: int) -> None:
    """Put a vehicle on the list of the unused of its class."""
    if st.rt[v, R_SLOT] >= 0:
        return
    c = inst.veh[v, V_CLASS]
    st.c[C_ROUTES] -= 1
    st.empty[c, st.nempty[c]] = v
    st.rt[v, R_SLOT] = st.nempty[c]
    st.nempty[c] += 1


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
        st.loading[bay, st.nloading[bay]] = n
        st.nloading[bay] += 1
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
        for i in range(last + 1):
            if st.loading[bay, i] == n:
                st.loading[bay, i] = st.loading[bay, last]
                break
        st.nloading[bay] = last
    unlink(st, n)
    st.nd[n, STOP] = UNUSED
    st.free[st.c[C_FREE]] = n
    st.c[C_FREE] += 1


@compiled
def carry(inst: Inst, st: State, v: int) -> bool:
    """Work out a route's trips: heads, releases, loads, ranks. False where something is over."""
    rt = st.rt
    stop = inst.stop
    veh = inst.veh
    flags = inst.flags
    cap = inst.cap
    nd, nl = st.nd, st.nl
    dims = inst.cap.shape[1]
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    h = first
    nd[h, HEAD] = h
    nd[h, REL] = 0
    nd[h, ZP] = -1
    for d in range(dims):
        nl[h, BOARD, d] = 0
        nl[h, AFTER, d] = 0
    trips = 0
    ok = True
    n = nd[first, NEXT]
    rank = -1
    while n != last:
        s = nd[n, STOP]
        if s == RELOAD:
            h = n
            trips += 1
            rank = -1
            nd[n, REL] = 0
            for d in range(dims):
                nl[n, BOARD, d] = 0
        else:
            if stop[s, S_LEADS]:
                nd[h, REL] = max(nd[h, REL], stop[s, S_RELEASE])
            for d in range(dims):
                nl[h, BOARD, d] += nl[n, BOARD, d]
            zone = stop[s, S_ZONE]
            if zone >= 0:
                if zone < rank:
                    ok = False
                rank = max(rank, zone)
        nd[n, HEAD] = h
        nd[h, TAIL] = n
        nd[n, ZP] = rank
        n = nd[n, NEXT]
    nd[last, HEAD] = h
    rt[v, R_TRIPS] = trips
    if trips > veh[v, V_TRIPS] and veh[v, V_MULTI]:
        ok = False
    if not flags[F_PICKUP]:
        n = first
        while n != last:
            if nd[n, STOP] < 0:
                for d in range(dims):
                    if nl[n, BOARD, d] > cap[v, d]:
                        ok = False
            n = nd[n, NEXT]
    else:
        ok = _on_board(inst, st, v) and ok
    if flags[F_ZONES]:
        rank = 99
        n = nd[last, PREV]
        while n != first:
            s = nd[n, STOP]
            if s == RELOAD:
                nd[n, ZS] = rank
                rank = 99
            else:
                if stop[s, S_ZONE] >= 0:
                    rank = min(rank, stop[s, S_ZONE])
                nd[n, ZS] = rank
            n = nd[n, PREV]
        nd[first, ZS] = rank
    return ok


@compiled
def _on_board(inst: Inst, st: State, v: int) -> bool:
    """Work out loads along a route with pickups. False where one is over the capacity."""
    rt = st.rt
    cap = inst.cap
    nd, nl = st.nd, st.nl
    dims = inst.cap.shape[1]
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    ok = True
    n = first
    while n != last:
        for d in range(dims):
            if nd[n, STOP] < 0:
                load = nl[n, BOARD, d]
                highest = load
            else:
                load = nl[nd[n, PREV], AFTER, d] + nl[n, CHANGE, d]
                highest = max(nl[nd[n, PREV], MAX_TO, d], load)
            nl[n, AFTER, d] = load
            nl[n, MAX_TO, d] = highest
            if load > cap[v, d]:
                ok = False
        n = nd[n, NEXT]
    n = nd[last, PREV]
    while True:
        end_of_trip = nd[n, NEXT] == last or nd[nd[n, NEXT], STOP] == RELOAD
        for d in range(dims):
            load = nl[n, AFTER, d]
            nl[n, MAX_FROM, d] = load if end_of_trip else max(nl[nd[n, NEXT], MAX_FROM, d], load)
        if n == first:
            return ok
        n = nd[n, PREV]


@compiled
def price(inst: Inst, st: State, v: int) -> bool:
    """Work out cost, travel and metres of a route. False where a limit is passed."""
    rt = st.rt
    veh = inst.veh
    flags = inst.flags
    cost_ = inst.cost
    dur = inst.dur
    dist = inst.dist
    svc = inst.svc
    setup = inst.setup
    x = st.x
    nd = st.nd
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    k = veh[v, V_K]
    ty = veh[v, V_TYPE]
    cost = travel = metres = work = 0
    ok = True
    if nd[first, NEXT] != last:
        cost = veh[v, V_FIXED]
        limits = flags[F_LIMITS]
        rate = veh[v, V_RATE]
        loc = nd[first, LOC]
        n = nd[first, NEXT]
        before = first
        tasks = 0
        while n != last:
            to = nd[n, LOC]
            out = 0
            if loc >= 0 and loc != to:
                out = int(cost_[k, loc, to])
                cost += out
                travel += dur[k, loc, to]
                if limits:
                    metres += dist[k, loc, to]
            if nd[n, STOP] >= 0:
                tasks += 1
                length = svc[nd[n, STOP], ty]
                if setup[nd[n, STOP], ty] and not (loc == to and nd[nd[n, PREV], STOP] >= 0):
                    length += setup[nd[n, STOP], ty]
                work += length
                if rate:
                    cost += length * rate // 3600
            else:
                work += veh[v, V_RELOAD]
            loc = to
            nd[before, OUT] = out
            before = n
            n = nd[n, NEXT]
        to = home_of(inst, v, loc)
        nd[last, LOC] = to
        nd[before, OUT] = 0
        if loc >= 0 and to >= 0 and loc != to:
            nd[before, OUT] = cost_[k, loc, to]
            cost += cost_[k, loc, to]
            travel += dur[k, loc, to]
            if limits:
                metres += dist[k, loc, to]
        if limits and (
            tasks > veh[v, V_TASKS] or travel > veh[v, V_TRAVEL] or metres > veh[v, V_DIST]
        ):
            ok = False
        work += travel
    else:
        nd[first, OUT] = 0
    x[X_ROUTES] += cost - rt[v, R_COST]
    rt[v, R_COST] = cost
    rt[v, R_TRAVEL] = travel
    rt[v, R_DIST] = metres
    rt[v, R_WORK] = work
    return ok


@compiled
def latest(inst: Inst, st: State, v: int) -> None:
    """Work out the latest arrivals along a route, as if no other courier were on the way."""
    plc = inst.plc
    closed = inst.closed
    rt = st.rt
    veh = inst.veh
    svc = inst.svc
    setup = inst.setup
    stop = inst.stop
    win = inst.win
    nd = st.nd
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    k = veh[v, V_K]
    ty = veh[v, V_TYPE]
    nd[last, LAT] = veh[v, V_W1]
    n = nd[last, PREV]
    following = last
    while n != first:
        s = nd[n, STOP]
        to = nd[following, LOC]
        if following == last:
            to = home_of(inst, v, nd[n, LOC])
        by = nd[following, LAT] - ride_s(inst, k, nd[n, LOC], to)
        if s == RELOAD:
            by -= veh[v, V_RELOAD]
        else:
            by -= svc[s, ty]
            before = nd[n, PREV]
            if not (nd[before, STOP] >= 0 and nd[before, LOC] == nd[n, LOC]):
                by -= setup[s, ty]
            place = stop[s, S_PLACE]
            again = True
            while again:
                again = False
                for w in range(stop[s, S_NWIN] - 1, -1, -1):
                    if by >= win[s, w, 0]:
                        by = min(by, win[s, w, 1])
                        break
                if place >= 0:
                    gap = plc[place, P_GAP]
                    length = svc[s, ty]
                    for x in range(plc[place, P_CLOSED]):
                        if (
                            by + length > closed[place, x, 0] - gap
                            and by < closed[place, x, 1] + gap
                        ):
                            by = closed[place, x, 0] - gap - length
                            again = True
        nd[n, LAT] = by
        following = n
        n = nd[n, PREV]
    nd[first, LAT] = nd[following, LAT] - ride_s(inst, k, nd[first, LOC], nd[following, LOC])


@compiled
def spans(inst: Inst, st: State, v: int) -> bool:
    """Work out duration, earliest and latest start of a route's heads and tails.

    After Vidal, Crainic, Gendreau and Prins, *A hybrid genetic algorithm with adaptive diversity
    management for a large class of vehicle routing problems with time-windows*, Computers &
    Operations Research 2013, without time warp: search keeps to what is allowed.
    """
    rt = st.rt
    veh = inst.veh
    nd = st.nd
    first, last = rt[v, R_FIRST], rt[v, R_LAST]
    k = veh[v, V_K]
    w0, w1 = veh[v, V_W0], veh[v, V_W1]
    ty = veh[v, V_TYPE]
    nd[first, FD] = 0
    nd[first, FE] = max(w0, nd[first, REL]) if veh[v, V_MULTI] == 0 else w0
    nd[first, FL] = w1
    ok = True
    n = first
    while n != last:
        m = nd[n, NEXT]
        to = nd[m, LOC] if m != last else home_of(inst, v, nd[n, LOC])
        ride = ride_s(inst, k, nd[n, LOC], to)
        length, early, late = _own(inst, st, v, m, ty, w0, w1)
        reach = nd[n, FD] + ride
        wait = max(early - reach - nd[n, FL], 0)
        if nd[n, FE] + reach > late:
            ok = False
        nd[m, FD] = reach + length + wait
        nd[m, FE] = max(early - reach, nd[n, FE]) - wait
        nd[m, FL] = min(late - reach, nd[n, FL])
        n = m
    if nd[last, FD] > veh[v, V_DUR]:
        ok = False
    nd[last, BD] = 0
    nd[last, BE] = w0
    nd[last, BL] = w1
    n = last
    while n != first:
        m = nd[n, PREV]
        to = nd[n, LOC] if n != last else home_of(inst, v, nd[m, LOC])
        ride = ride_s(inst, k, nd[m, LOC], to)
        length, early, late = _own(inst, st, v, m, ty, w0, w1)
        reach = length + ride
        wait = max(nd[n, BE] - reach - late, 0)
        nd[m, BD] = reach + nd[n, BD] + wait
        nd[m, BE] = max(nd[n, BE] - reach, early) - wait
        nd[m, BL] = min(nd[n, BL] - reach, late)
        n = m
    return ok


@compiled
def _own(inst: Inst, st: State, v: int, n: int, ty: int, w0: int, w1: int) -> tuple[int, int, int]:
    """Give a node's own length, earliest and latest begin."""
    s = st.nd[n, STOP]
    if s == START:
        return 0, max(w0, st.nd[n, REL]) if inst.veh[v, V_MULTI] == 0 else w0, w1
    if s == END:
        return 0, w0, w1
    if s == RELOAD:
        load_s = inst.veh[v, V_RELOAD]
        return load_s, max(w0, st.nd[n, REL] - load_s), w1
    length = inst.svc[s, ty]
    before = st.nd[n, PREV]
    if not (st.nd[before, STOP] >= 0 and st.nd[before, LOC] == st.nd[n, LOC]):
        length += inst.setup[s, ty]
    many = inst.stop[s, S_NWIN]
    if many == 0:
        return length, w0, w1
    return length, inst.win[s, 0, 0], inst.win[s, many - 1, 1]


@compiled
def settle(inst: Inst, st: State, v: int) -> bool:
    """Work everything about a route out again; False where a rule would break."""
    ok = carry(inst, st, v)
    ok = price(inst, st, v) and ok
    if not ok:
        return False
    if inst.flags[F_TIME]:
        if not retime(inst, st, v):
            return False
        latest(inst, st, v)
        if inst.flags[F_DURATION] and not spans(inst, st, v):
            return False
    return True


@compiled
def settle_kept(inst: Inst, st: State, v: int) -> None:
    """Work a route out whose times are known already and stay."""
    carry(inst, st, v)
    price(inst, st, v)
    if inst.flags[F_TIME]:
        first = st.rt[v, R_FIRST]
        begin = inst.veh[v, V_W0]
        if inst.veh[v, V_MULTI] == 0:
            begin = max(begin, st.nd[first, REL])
        st.nd[first, BEG] = begin
        st.nd[first, DEP] = begin
        latest(inst, st, v)
        if inst.flags[F_DURATION]:
            spans(inst, st, v)
