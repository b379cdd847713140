"""Positions and their rank at once, where shifts are plain."""

import numpy as np

from solver.engines.compiled.chance import SHARE, drawn
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    BOARD,
    DEP,
    F_SPLIT,
    F_TIME,
    F_TURNED,
    FAR,
    LAT,
    LOC,
    LOCK,
    NEVER,
    NEXT,
    OUT,
    PREV,
    R_FIRST,
    S_LOC,
    S_NWIN,
    S_RELEASE,
    SIB,
    T_BUILDING,
    T_FIRST,
    V_CLASS,
    V_END,
    V_FIXED,
    V_K,
    V_RATE,
    V_TYPE,
    VEH,
    Inst,
    State,
)
from solver.engines.compiled.positions import BEHIND
from solver.engines.compiled.rank import offer, open_from


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
                at = open_from(win, s, windows, at)
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
