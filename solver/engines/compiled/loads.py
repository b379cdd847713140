"""Loads, releases and ranks of zones along a route."""

from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    AFTER,
    BOARD,
    CHANGE,
    F_PICKUP,
    F_ZONES,
    HEAD,
    MAX_FROM,
    MAX_TO,
    NEXT,
    PREV,
    R_FIRST,
    R_LAST,
    R_TRIPS,
    REL,
    RELOAD,
    S_LEADS,
    S_RELEASE,
    S_ZONE,
    STOP,
    TAIL,
    V_MULTI,
    V_TRIPS,
    ZP,
    ZS,
    Inst,
    State,
)


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
