"""Where a task could go: the cheapest positions that pass every quick test."""

import numpy as np

from solver.engines.compiled.chance import SHARE, below, drawn, uniform
from solver.engines.compiled.change import bits, wish_cost
from solver.engines.compiled.clock import begin_at, home_of, load_at
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    BD,
    BE,
    BL,
    BOARD,
    C_ROUND,
    DEP,
    F_BALANCE,
    F_DURATION,
    F_MULTI,
    F_PICKUP,
    F_POINTS,
    F_SPLIT,
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
    MET,
    NEVER,
    NEXT,
    OUT,
    PREV,
    PT,
    R_FIRST,
    R_LAST,
    R_TRIPS,
    R_VISITS,
    R_WORK,
    S_LOC,
    S_NWIN,
    S_PLACE,
    S_RELEASE,
    S_ZONE,
    SIB,
    START,
    STOP,
    T_BUILDING,
    T_FIRST,
    T_PART0,
    T_PARTS,
    T_SPLIT,
    T_WISH0,
    TAIL,
    V_CLASS,
    V_DUR,
    V_END,
    V_FIXED,
    V_K,
    V_MULTI,
    V_RATE,
    V_RELOAD,
    V_TRIPS,
    V_TYPE,
    V_W0,
    V_W1,
    VEH,
    ZP,
    ZS,
    Inst,
    State,
)

BEHIND, JOIN, TRIP, PAIR, PAIR_TRIP = range(5)
"""Kinds of candidates: behind a node, onto a visit of the same stop, as a new trip."""

SAMPLE = 24
"""Used vehicles whose shift's end is tried for a new trip, beside those that are near."""


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
def _open_from(win: np.ndarray, s: int, many: int, at: int) -> int:
    """Give the first instant from ``at`` on inside a window of stop ``s``; NEVER if none."""
    if many == 0:
        return at
    for w in range(many):
        if at <= win[s, w, 1]:
            return max(at, win[s, w, 0])
    return NEVER


@compiled
def positions(inst: Inst, st: State, t: int, everywhere: bool, fresh: bool) -> int:
    """Write down where task ``t`` could go: beside its neighbours, on new trips, in new shifts.

    ``fresh``: shifts that nobody has begun, too.
    """
    task = inst.task
    flags = inst.flags
    c_ = st.c
    head = st.head
    rt = st.rt
    elig = inst.elig
    veh = inst.veh
    near = inst.near
    nempty = st.nempty
    empty = st.empty
    nd, pos = st.nd, st.pos
    s = task[t, T_FIRST]
    most = pos.shape[0] - 2
    many = 0
    multi = flags[F_MULTI]
    c_[C_ROUND] += 1
    round_ = c_[C_ROUND]
    if task[t, T_SPLIT]:
        n = head[s]
        while n >= 0:
            pos[many, 0], pos[many, 1] = JOIN, n
            many += 1
            n = nd[n, SIB]
    if everywhere:
        for v in range(inst.veh.shape[0]):
            if rt[v, R_VISITS] == 0 or not elig[t, veh[v, V_CLASS]]:
                continue
            n = rt[v, R_FIRST]
            while n != rt[v, R_LAST] and many < most:
                pos[many, 0], pos[many, 1] = BEHIND, n
                many += 1
                following = nd[n, NEXT]
                if veh[v, V_MULTI] and (nd[following, STOP] < 0):
                    many = _new_trip(inst, st, t, v, n, many)
                n = following
    else:
        for g in range(inst.near.shape[1]):
            m = near[s, g]
            if m < 0 or many >= most:
                break
            n = head[m]
            while n >= 0:
                v = nd[n, VEH]
                if elig[t, veh[v, V_CLASS]]:
                    pos[many, 0], pos[many, 1] = BEHIND, n
                    pos[many + 1, 0], pos[many + 1, 1] = BEHIND, nd[n, PREV]
                    many += 2
                    if multi and veh[v, V_MULTI]:
                        h = nd[n, HEAD]
                        if nd[h, MET] != round_:
                            nd[h, MET] = round_
                            many = _new_trip(inst, st, t, v, nd[h, TAIL], many)
                n = nd[n, SIB]
                if many >= most - 8:
                    break
        if multi:
            fleet = inst.veh.shape[0]
            v = below(st, fleet)
            for _ in range(min(SAMPLE, fleet)):
                v = v + 1 if v + 1 < fleet else 0
                if rt[v, R_VISITS] and elig[t, veh[v, V_CLASS]]:
                    many = _new_trip(inst, st, t, v, nd[rt[v, R_LAST], PREV], many)
    if flags[F_WISHES] and task[t, T_WISH0] >= 0:
        for c in range(2):
            v = task[t, T_WISH0 + c]
            if v >= 0 and elig[t, veh[v, V_CLASS]]:
                many = _shift(inst, st, t, v, many)
    if not fresh:
        return many
    for c in range(inst.elig.shape[1]):
        if elig[t, c] and nempty[c] and many < most - 8:
            v = empty[c, nempty[c] - 1]
            if veh[v, V_MULTI]:
                many = _new_trip(inst, st, t, v, rt[v, R_FIRST], many)
            else:
                pos[many, 0], pos[many, 1] = BEHIND, rt[v, R_FIRST]
                many += 1
    return many


@compiled
def _shift(inst: Inst, st: State, t: int, v: int, many: int) -> int:
    """Write down every position of one shift."""
    n = st.rt[v, R_FIRST]
    while n != st.rt[v, R_LAST] and many < st.pos.shape[0] - 10:
        st.pos[many, 0], st.pos[many, 1] = BEHIND, n
        many += 1
        following = st.nd[n, NEXT]
        if inst.veh[v, V_MULTI] and st.nd[following, STOP] < 0:
            many = _new_trip(inst, st, t, v, n, many)
        n = following
    return many


@compiled
def _new_trip(inst: Inst, st: State, t: int, v: int, u: int, many: int) -> int:
    """Write down a new trip behind node ``u``, from each point where the task's goods are."""
    if st.rt[v, R_TRIPS] >= inst.veh[v, V_TRIPS]:
        return many
    c = inst.veh[v, V_CLASS]
    for i in range(inst.pts.shape[1]):
        p = inst.pts[c, i]
        if p < 0 or many >= st.pos.shape[0] - 2:
            break
        if inst.tpt[t, p]:
            st.pos[many, 0], st.pos[many, 1], st.pos[many, 2] = TRIP, u, p
            many += 1
    return many


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
    place = stop[s, S_PLACE]
    probe = nd.shape[0] - 1  # a node that no route has, to ask with
    for d in range(dims):
        if split:
            give[d] = 0
            take[d] = 0
            for p in range(parts):
                if (wanted >> p) & 1:
                    give[d] += part[part0 + p, d]
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
            mask = 0
            got = 0
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
                        mask |= 1 << p
                        got += 1
            if got == 0:
                continue
            share = pieces / got
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
            score = float(
                _entry(cost, k, a, b) + _entry(cost, k, b, loc) + _entry(cost, k, loc, c2)
            )
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
                at = _open_from(win, s, windows, at)
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


@compiled
def rank_near(inst: Inst, st: State, t: int, fresh: int, width: int, blink: float) -> int:
    """Do :func:`positions` beside neighbours and :func:`rank` at once, where shifts are plain.

    That is one trip a shift, no pickups, no split task, and no rule that only :func:`rank` knows
    (see ``F_PLAIN``). Gives the same candidates, a few times as fast.
    """
    task, stop, veh, elig = inst.task, inst.stop, inst.veh, inst.elig
    near, win, svc, cap, amount = inst.near, inst.win, inst.svc, inst.cap, inst.amount
    cost, dur, cost_to, dur_to = inst.cost, inst.dur, inst.cost_to, inst.dur_to
    nd, nl, head, rt = st.nd, st.nl, st.head, st.rt
    empty, nempty, cnt, known = st.empty, st.nempty, st.cnt, st.known
    cf, ci, rng, pos = st.cf, st.ci, st.rng, st.pos
    timed, turned, chains = inst.flags[F_TIME], inst.flags[F_TURNED], inst.flags[F_SPLIT]
    fleet = veh.shape[0]
    sentinels = 2 * fleet
    dims = cap.shape[1]
    classes = elig.shape[1]
    s = task[t, T_FIRST]
    loc = stop[s, S_LOC]
    release = stop[s, S_RELEASE]
    windows = stop[s, S_NWIN]
    opens, closes = win[s, 0, 0], win[s, 0, 1]
    building = task[t, T_BUILDING]
    give = amount[s, 0, 0]
    tried = near.shape[1]
    k_now = -1
    cost_row = cost_col = cost[0, loc]
    # Costs of all positions first: loads that nothing waits for overlap, and most of the time
    # is waiting for the matrix.
    many = 0
    g = c = 0
    sibling = -1
    while True:
        if sibling >= 0:
            n = sibling
        elif g < tried:
            m = near[s, g]
            g += 1
            if m < 0:
                g = tried
                continue
            n = head[m]
            if n < 0:
                continue
        elif fresh and c < classes:
            c += 1
            if not elig[t, c - 1] or nempty[c - 1] == 0:
                continue
            n = rt[empty[c - 1, nempty[c - 1] - 1], R_FIRST]
        else:
            break
        sibling = nd[n, SIB] if chains and n >= sentinels else -1
        v = nd[n, VEH]
        if n >= sentinels and not elig[t, veh[v, V_CLASS]]:
            continue
        k = veh[v, V_K]
        if k != k_now:
            k_now = k
            cost_row = cost[k, loc]
            if turned:
                cost_col = cost_to[k, loc]
        w = nd[n, NEXT]
        a = nd[n, LOC]
        here = 0
        if a >= 0:
            here = int(cost_col[a] if turned else cost[k, a, loc])
        follower = veh[v, V_END] if w < sentinels else nd[w, LOC]
        ahead = int(cost_row[follower]) if follower >= 0 else 0
        pos[many, 0] = FAR if nd[w, LOCK] or here + ahead >= FAR else here + ahead - nd[n, OUT]
        pos[many, 1] = n
        many += 1
        if n >= sentinels:
            u = nd[n, PREV]
            b = nd[u, LOC]
            here = 0
            if b >= 0:
                here = int(cost_col[b] if turned else cost[k, b, loc])
            ahead = int(cost_row[a])
            pos[many, 0] = FAR if nd[n, LOCK] or here + ahead >= FAR else here + ahead - nd[u, OUT]
            pos[many, 1] = u
            many += 1
    worst = 1e300
    have = 0
    for i in range(many):
        whole = pos[i, 0]
        if whole >= FAR or whole >= worst:
            continue
        u = pos[i, 1]
        v = nd[u, VEH]
        w = nd[u, NEXT]
        vacant = u < sentinels and w < sentinels
        if vacant:
            whole += veh[v, V_FIXED]
        rate = veh[v, V_RATE]
        if rate:
            whole += svc[s, veh[v, V_TYPE]] * rate // 3600
        score = float(whole)
        if building >= 0 and cnt[building, v] == 0 and known[building] > 0:
            score += inst.weight[0]
        if score >= worst:
            continue
        # Load.
        if give > cap[v, 0] - nl[2 * v, BOARD, 0]:
            continue
        fits = True
        for d in range(1, dims):
            if amount[s, 0, d] > cap[v, d] - nl[2 * v, BOARD, d]:
                fits = False
        if not fits:
            continue
        if blink > 0.0:
            x = drawn(rng[0])
            rng[0] = x
            if ((x * SHARE) >> np.uint64(11)) * (1.0 / 9007199254740992.0) < blink:
                continue
        # Time.
        if timed:
            k = veh[v, V_K]
            at = nd[u, DEP]
            if vacant:
                at = max(at, release)
            a = nd[u, LOC]
            if a >= 0:
                at += int(dur_to[k, loc, a] if turned else dur[k, a, loc])
            if at >= FAR:
                continue
            if windows == 1:
                if at > closes:
                    continue
                at = max(at, opens)
            else:
                at = _open_from(win, s, windows, at)
                if at >= NEVER:
                    continue
            at += svc[s, veh[v, V_TYPE]]
            follower = veh[v, V_END] if w < sentinels else nd[w, LOC]
            if follower >= 0:
                at += int(dur[k, loc, follower])
            if at > nd[w, LAT]:
                continue
        have = offer(cf, ci, have, width, score, BEHIND, v, u, -1, 1)
        if have == width:
            worst = cf[width - 1]
    return have
