"""Which positions are cheapest among those that pass every quick test."""

import numpy as np

from solver.engines.compiled.chance import uniform
from solver.engines.compiled.clock import begin_at, home_of
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    BD,
    BE,
    BL,
    BOARD,
    DEP,
    F_BALANCE,
    F_DURATION,
    F_PICKUP,
    F_POINTS,
    F_TIME,
    F_TURNED,
    F_WISHES,
    F_ZONES,
    FAR,
    FD,
    FE,
    FL,
    HEAD,
    LAT,
    LOC,
    LOCK,
    MAX_FROM,
    MAX_TO,
    NEVER,
    NEXT,
    OUT,
    PT,
    R_LAST,
    R_VISITS,
    R_WORK,
    S_LOC,
    S_NWIN,
    S_PLACE,
    S_RELEASE,
    S_ZONE,
    START,
    STOP,
    T_BUILDING,
    T_FIRST,
    T_PART0,
    T_PARTS,
    T_SPLIT,
    V_DUR,
    V_FIXED,
    V_K,
    V_MULTI,
    V_RATE,
    V_RELOAD,
    V_TYPE,
    V_W0,
    V_W1,
    VEH,
    ZP,
    ZS,
    Inst,
    State,
)
from solver.engines.compiled.positions import BEHIND, JOIN, TRIP
from solver.engines.compiled.presence import load_at
from solver.engines.compiled.registers import bits, wish_cost


@compiled
def offer(
    cf: np.ndarray, ci: np.ndarray, have: int, width: int, score: float, kind: int, v: int, u: int,
    pt: int, mask: int,
) -> int:  # fmt: skip
    """Put a candidate among the best; give how many there are now."""
    i = have if have < width else width - 1
    while i > 0 and cf[i - 1] > score:
        cf[i] = cf[i - 1]
        for c in range(5):
            ci[i, c] = ci[i - 1, c]
        i -= 1
    cf[i] = score
    ci[i, 0] = kind
    ci[i, 1] = v
    ci[i, 2] = u
    ci[i, 3] = pt
    ci[i, 4] = mask
    return have + 1 if have < width else width


@compiled
def _entry(matrix: np.ndarray, k: int, a: int, b: int) -> int:
    """Give what a matrix says from a to b; to or from an open end it is nothing."""
    if a < 0 or b < 0:
        return 0
    return int(matrix[k, a, b])


@compiled
def open_from(win: np.ndarray, s: int, many: int, at: int) -> int:
    """Give the first instant from ``at`` on inside a window of stop ``s``; NEVER if none."""
    if many == 0:
        return at
    for w in range(many):
        if at <= win[s, w, 1]:
            return max(at, win[s, w, 0])
    return NEVER


@compiled
def rank(inst: Inst, st: State, t: int, many: int, width: int, blink: float) -> int:
    """Keep the cheapest of the written positions that pass the quick tests, best first.

    Tests of time are exact but for others at a place or bay, breaks, setups and a later release:
    those are seen when the visit is put in.
    """
    task = inst.task
    stop = inst.stop
    left = st.left
    scratch = st.scratch
    part = inst.part
    amount = inst.amount
    rt = st.rt
    pos = st.pos
    veh = inst.veh
    tpt = inst.tpt
    cap = inst.cap
    ptloc = inst.ptloc
    svc = inst.svc
    cnt = st.cnt
    known = st.known
    weight = inst.weight
    cf, ci = st.cf, st.ci
    cost, dur = inst.cost, inst.dur
    cost_to, dur_to, turned = inst.cost_to, inst.dur_to, inst.flags[F_TURNED]
    win = inst.win
    nd, nl, flags = st.nd, st.nl, inst.flags
    s = task[t, T_FIRST]
    loc = stop[s, S_LOC]
    zone = stop[s, S_ZONE]
    release = stop[s, S_RELEASE]
    building = task[t, T_BUILDING]
    split = task[t, T_SPLIT]
    part0 = task[t, T_PART0]
    parts = task[t, T_PARTS]
    dims = inst.cap.shape[1]
    wanted = left[t]
    pieces = bits(wanted)
    give, take, room, taken = scratch[0], scratch[1], scratch[2], scratch[4]
    least, asked = scratch[5], scratch[6]
    memo = -1
    got = 0
    place = stop[s, S_PLACE]
    probe = nd.shape[0] - 1  # a node that no route has, to ask with
    for d in range(dims):
        if split:
            give[d] = 0
            take[d] = 0
            least[d] = NEVER
            for p in range(parts):
                if (wanted >> p) & 1:
                    give[d] += part[part0 + p, d]
                    least[d] = min(least[d], part[part0 + p, d])
        else:
            give[d] = amount[s, 0, d]
            take[d] = amount[s, 0, d] + amount[s, 1, d]
    pickup = flags[F_PICKUP]
    timed = flags[F_TIME]
    mean = 0.0
    if flags[F_BALANCE]:
        for v in range(inst.veh.shape[0]):
            mean += rt[v, R_WORK]
        mean /= inst.veh.shape[0]
    windows = stop[s, S_NWIN]
    have = 0
    for i in range(many):
        kind = pos[i, 0]
        u = pos[i, 1]
        v = nd[u, VEH]
        w = nd[u, NEXT]
        k = veh[v, V_K]
        last = rt[v, R_LAST]
        empty = rt[v, R_VISITS] == 0
        if kind == JOIN:
            h = nd[u, HEAD]
            if nd[u, LOCK]:
                continue
        elif kind == BEHIND:
            if nd[w, LOCK]:
                continue
            h = nd[u, HEAD]
            if veh[v, V_MULTI]:
                if nd[h, STOP] == START:
                    continue
                if flags[F_POINTS] and not tpt[t, nd[h, PT]]:
                    continue
            if flags[F_ZONES] and zone >= 0:
                if nd[u, ZP] > zone or (nd[w, STOP] >= 0 and nd[w, ZS] < zone):
                    continue
        else:
            if nd[w, LOCK]:
                continue
            h = -1
        # Cost.
        a = nd[u, LOC]
        final = w == last
        c2 = home_of(inst, v, loc) if final else nd[w, LOC]
        point = -1
        if kind == JOIN:
            score = 0.0
        elif kind == BEHIND:
            there = 0
            if a >= 0:
                there = int(cost_to[k, loc, a] if turned else cost[k, a, loc])
            score = float(there + _entry(cost, k, loc, c2))
        else:
            point = pos[i, 2]
            b = ptloc[point]
            # Where this trip is followed by another from there, the way is known already.
            there = nd[u, OUT] if nd[w, LOC] == b and not empty else _entry(cost, k, a, b)
            back = int(cost_to[k, loc, b] if turned else cost[k, b, loc])
            score = float(there + back + _entry(cost, k, loc, c2))
        if score >= FAR:
            continue
        if empty:
            score += veh[v, V_FIXED]
        elif kind != JOIN:
            score -= nd[u, OUT]
        length = svc[s, veh[v, V_TYPE]]
        if kind != JOIN:
            if veh[v, V_RATE]:
                score += length * veh[v, V_RATE] // 3600
            if building >= 0 and cnt[building, v] == 0 and known[building] > 0:
                score += weight[0]
            if flags[F_WISHES]:
                score += wish_cost(inst, t, v)
            if flags[F_BALANCE] and rt[v, R_WORK] > mean:
                score += weight[1] * length
        if have == width and score >= cf[width - 1]:
            continue
        # Load.
        fits = True
        for d in range(dims):
            if h < 0:
                room[d] = cap[v, d]
            elif pickup:
                room[d] = cap[v, d] - nl[u, MAX_TO, d]
                if nl[u, MAX_FROM, d] + take[d] > cap[v, d]:
                    fits = False
            else:
                room[d] = cap[v, d] - nl[h, BOARD, d]
            if h < 0 and take[d] > cap[v, d]:
                fits = False
            if room[d] < give[d]:
                fits = False
        mask = wanted
        share = 1.0
        if not fits:
            if not split:
                continue
            goes = True
            for d in range(dims):
                if room[d] < least[d]:
                    goes = False
            if not goes:
                continue
            # Many trips have the same room: what goes in is worked out once for them.
            same = memo >= 0
            for d in range(dims):
                if room[d] != asked[d]:
                    same = False
                asked[d] = room[d]
            if not same:
                memo = got = 0
                for d in range(dims):
                    taken[d] = 0
                for p in range(parts):
                    if (wanted >> p) & 1:
                        goes = True
                        for d in range(dims):
                            if part[part0 + p, d] > room[d]:
                                goes = False
                                break
                        if goes:
                            for d in range(dims):
                                room[d] -= part[part0 + p, d]
                                taken[d] += part[part0 + p, d]
                            memo |= 1 << p
                            got += 1
            mask = memo
            if got == 0:
                continue
            share = pieces / got
        if score > 0:
            score *= share
        if have == width and score >= cf[width - 1]:
            continue
        if blink > 0.0 and uniform(st) < blink:
            continue
        # Time.
        if timed and kind != JOIN:
            at = nd[u, DEP]
            if kind == TRIP:
                load_s = veh[v, V_RELOAD]
                at = max(at + _entry(dur, k, a, ptloc[point]), release - load_s)
                at = load_at(inst, st, v, point, at, load_s) + load_s
                a = ptloc[point]
            elif empty and veh[v, V_MULTI] == 0:
                at = max(at, release)
            ahead = 0
            if a >= 0:
                ahead = int(dur_to[k, loc, a] if turned else dur[k, a, loc])
            at += ahead
            if at >= FAR:
                continue
            if place < 0:
                at = open_from(win, s, windows, at)
            else:
                for d in range(dims):
                    nl[probe, BOARD, d] = give[d] if fits else taken[d]
                at = begin_at(inst, st, v, probe, s, at, length)
            if at >= NEVER:
                continue
            at += length
            ride = _entry(dur, k, loc, c2)
            if at + ride > nd[w, LAT]:
                continue
            if flags[F_DURATION] and kind == BEHIND:
                early, late = veh[v, V_W0], veh[v, V_W1]
                if stop[s, S_NWIN]:
                    early = win[s, 0, 0]
                    late = win[s, stop[s, S_NWIN] - 1, 1]
                reach = nd[u, FD] + ahead
                wait = max(early - reach - nd[u, FL], 0)
                whole = reach + length + wait
                begin = max(early - reach, nd[u, FE]) - wait
                end = min(late - reach, nd[u, FL])
                reach = whole + ride
                wait = max(nd[w, BE] - reach - end, 0)
                if reach + nd[w, BD] + wait > veh[v, V_DUR]:
                    continue
                if begin + reach > nd[w, BL]:
                    continue
        have = offer(cf, ci, have, width, score, kind, v, u, point, mask)
    return have
