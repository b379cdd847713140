"""Everything that is known about a route, worked out again."""

from solver.engines.compiled.clock import home_of, retime, ride_s
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    BEG,
    DEP,
    F_DURATION,
    F_LIMITS,
    F_TIME,
    LAT,
    LOC,
    NEXT,
    OUT,
    P_CLOSED,
    P_GAP,
    PREV,
    R_COST,
    R_DIST,
    R_FIRST,
    R_LAST,
    R_TRAVEL,
    R_WORK,
    REL,
    RELOAD,
    S_NWIN,
    S_PLACE,
    STOP,
    V_DIST,
    V_FIXED,
    V_K,
    V_MULTI,
    V_RATE,
    V_RELOAD,
    V_TASKS,
    V_TRAVEL,
    V_TYPE,
    V_W0,
    V_W1,
    X_ROUTES,
    Inst,
    State,
)
from solver.engines.compiled.loads import carry
from solver.engines.compiled.spans import spans


@compiled
def arc_cost(inst: Inst, k: int, a: int, b: int) -> int:
    """Give the cost from a to b; an open end costs nothing."""
    if a < 0 or b < 0:
        return 0
    return inst.cost[k, a, b]


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
