"""Ruin and recreate, compiled.

After Christiaens and Vanden Berghe, *Slack Induction by String Removals for Vehicle Routing
Problems*, Transportation Science 2020. What is removed is related in space, and on a day with
contact rules also by building and by trip; what is put back goes to the cheapest position that
the whole of the rules allows, with blinks.
"""

import math
from typing import Any

import numpy as np

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.change import (
    add_reload,
    add_visit,
    arc_cost,
    bare_drop,
    drop_reload,
    drop_visit,
    set_mask,
    settle,
    settle_kept,
    share_left,
)
from solver.engines.compiled.insert import JOIN, PAIR, PAIR_TRIP, TRIP, positions, rank, rank_near
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    ADDED,
    ARR,
    BEG,
    C_ABSENT,
    C_BEST_LEN,
    C_BETTER,
    C_LOG,
    C_LOST,
    C_OPS,
    C_ROUTES,
    C_STEPS,
    C_TOUCHED,
    C_TRIPS,
    C_VISITS,
    DEP,
    DROPPED,
    F_BALANCE,
    F_MULTI,
    F_PLACES,
    F_PLAIN,
    F_PRIZES,
    HEAD,
    LOADED,
    LOC,
    LOCK,
    MASK,
    NEXT,
    O_AFTER,
    O_KIND,
    O_LOCK,
    O_MASK,
    O_NODE,
    O_PT,
    O_STOP,
    PREV,
    PT,
    Q_ARR,
    Q_BEG,
    Q_DEP,
    Q_LOCK,
    Q_MASK,
    Q_PT,
    Q_STOP,
    Q_VEH,
    R_FIRST,
    R_LAST,
    R_VISITS,
    R_WORK,
    RELOAD,
    RUIN,
    S_NWIN,
    S_PLACE,
    S_TASK,
    SIB,
    START,
    STOP,
    T_BUILDING,
    T_FIRST,
    T_PARTS,
    T_SPLIT,
    T_STOPS,
    TASK,
    UNLOADED,
    UNUSED,
    V_K,
    VEH,
    X_BEST,
    X_NOW,
    X_PENALTY,
    X_ROUTES,
    X_SOFT,
    Inst,
    State,
)
from solver.engines.compiled.pairs import rank_pairs

WIDTH = 4
REMOVED = 10.0
FRESH = 0.05
WIDE = 0.1
LONGEST = 10.0

# Typed, since callees are compiled once more for every plain number they are called with.
MOST: Any = np.int64(40)
WHOLE: Any = np.int64(1)
FREE: Any = np.int64(0)


@compiled
def remember(st: State, v: int) -> None:
    """Write a route's times down before its first change of this step."""
    if st.stamp[v] == st.c[C_STEPS]:
        return
    st.stamp[v] = st.c[C_STEPS]
    row = st.c[C_LOG]
    i = st.c[C_TOUCHED]
    st.touched[i, 0] = v
    st.touched[i, 1] = row
    st.c[C_TOUCHED] = i + 1
    nd, log = st.nd, st.log
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        log[row, 0] = nd[n, BEG]
        log[row, 1] = nd[n, DEP]
        log[row, 2] = nd[n, ARR]
        row += 1
        n = nd[n, NEXT]
    st.c[C_LOG] = row


@compiled
def _write(st: State, v: int, rows: np.ndarray, row: int) -> int:
    nd = st.nd
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        rows[row, Q_VEH] = v
        rows[row, Q_STOP] = nd[n, STOP]
        rows[row, Q_MASK] = nd[n, MASK]
        rows[row, Q_PT] = nd[n, PT]
        rows[row, Q_BEG] = nd[n, BEG]
        rows[row, Q_DEP] = nd[n, DEP]
        rows[row, Q_ARR] = nd[n, ARR]
        rows[row, Q_LOCK] = nd[n, LOCK]
        row += 1
        n = nd[n, NEXT]
    return row


@compiled
def clear(inst: Inst, st: State, v: int) -> None:
    """Take everything out of a route."""
    first, last = st.rt[v, R_FIRST], st.rt[v, R_LAST]
    while st.nd[last, PREV] != first:
        drop_visit(inst, st, st.nd[last, PREV])


@compiled
def lay(inst: Inst, st: State, v: int, rows: np.ndarray, begin: int, many: int) -> None:
    """Write a route out from rows, with the times that they state."""
    for i in range(begin, begin + many):
        after = st.nd[st.rt[v, R_LAST], PREV]
        if rows[i, Q_STOP] == RELOAD:
            n = add_reload(inst, st, rows[i, Q_PT], after)
            st.nd[n, LOCK] = rows[i, Q_LOCK]
        else:
            n = add_visit(inst, st, rows[i, Q_STOP], rows[i, Q_MASK], after, rows[i, Q_LOCK])
        st.nd[n, BEG] = rows[i, Q_BEG]
        st.nd[n, DEP] = rows[i, Q_DEP]
        st.nd[n, ARR] = rows[i, Q_ARR]
    settle_kept(inst, st, v)


@compiled
def undo(inst: Inst, st: State) -> None:
    """Take back what this step did, last thing first, and bring the times back.

    Nodes come from a stack, so that whatever is put back is the node that it was.
    """
    c = st.c
    x = st.x
    ops = st.ops
    touched = st.touched
    rt = st.rt
    if c[C_LOST]:
        restore(inst, st, st.best, c[C_BEST_LEN])
        x[X_NOW] = worth(inst, st)
        return
    many = c[C_OPS]
    c[C_OPS] = st.ops.shape[0]  # what is done from here on is not written down
    nd = st.nd
    for i in range(many - 1, -1, -1):
        kind, n = ops[i, O_KIND], ops[i, O_NODE]
        if kind == ADDED:
            bare_drop(inst, st, n)
        elif kind == DROPPED:
            add_visit(inst, st, ops[i, O_STOP], ops[i, O_MASK], ops[i, O_AFTER],
                      ops[i, O_LOCK])  # fmt: skip
        elif kind == LOADED:
            drop_reload(inst, st, n)
        elif kind == UNLOADED:
            add_reload(inst, st, ops[i, O_PT], ops[i, O_AFTER])
        else:
            set_mask(inst, st, n, ops[i, O_MASK])
    log = st.log
    for i in range(c[C_TOUCHED]):
        v, row = touched[i, 0], touched[i, 1]
        n = nd[rt[v, R_FIRST], NEXT]
        while n != rt[v, R_LAST]:
            nd[n, BEG] = log[row, 0]
            nd[n, DEP] = log[row, 1]
            nd[n, ARR] = log[row, 2]
            row += 1
            n = nd[n, NEXT]
        settle_kept(inst, st, v)


@compiled
def keep_best(st: State) -> None:
    """Write the whole plan down as the best."""
    row = 0
    for v in range(st.rt.shape[0]):
        if st.rt[v, R_VISITS]:
            row = _write(st, v, st.best, row)
    st.c[C_BEST_LEN] = row
    st.c[C_BETTER] += 1


@compiled
def restore(inst: Inst, st: State, rows: np.ndarray, many: int) -> None:
    """Make the whole plan what rows say."""
    _begin_step(st)
    for v in range(st.rt.shape[0]):
        if st.rt[v, R_VISITS]:
            clear(inst, st, v)
            settle_kept(inst, st, v)
    i = 0
    while i < many:
        v = rows[i, Q_VEH]
        end = i
        while end < many and rows[end, Q_VEH] == v:
            end += 1
        lay(inst, st, v, rows, i, end - i)
        i = end


@compiled
def mend(inst: Inst, st: State, v: int) -> None:
    """Work a route out again; where it does not hold any more, take its free visits out."""
    if settle(inst, st, v):
        return
    remember(st, v)
    n = st.nd[st.rt[v, R_LAST], PREV]
    while n != st.rt[v, R_FIRST]:
        before = st.nd[n, PREV]
        if st.nd[n, STOP] >= 0 and not st.nd[n, LOCK]:
            take_out(inst, st, n)
            # A trip's beginning, or the other end of a shipment, may have gone with it.
            n = st.nd[st.rt[v, R_LAST], PREV]
            while n != st.rt[v, R_FIRST] and (st.nd[n, STOP] < 0 or st.nd[n, LOCK]):
                n = st.nd[n, PREV]
        else:
            n = before
    settle(inst, st, v)


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
def _hold(st: State, v: int) -> None:
    """Keep a route's times while something is tried in it."""
    nd, hold = st.nd, st.hold
    row = 0
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        hold[row, 0] = nd[n, BEG]
        hold[row, 1] = nd[n, DEP]
        hold[row, 2] = nd[n, ARR]
        row += 1
        n = nd[n, NEXT]


@compiled
def _give_back(inst: Inst, st: State, v: int) -> None:
    """Give a route its times back after what was tried has been taken out again.

    Timing it anew might not find them: others may have come between since.
    """
    nd, hold = st.nd, st.hold
    row = 0
    n = nd[st.rt[v, R_FIRST], NEXT]
    last = st.rt[v, R_LAST]
    while n != last:
        nd[n, BEG] = hold[row, 0]
        nd[n, DEP] = hold[row, 1]
        nd[n, ARR] = hold[row, 2]
        row += 1
        n = nd[n, NEXT]
    settle_kept(inst, st, v)


@compiled
def _put(inst: Inst, st: State, t: int, i: int) -> bool:
    """Put a task in as candidate ``i`` says; False (and nothing changed) where a rule breaks."""
    kind, v, u, pt = st.ci[i, 0], st.ci[i, 1], st.ci[i, 2], st.ci[i, 3]
    mask = st.ci[i, 4]
    s = inst.task[t, T_FIRST]
    remember(st, v)
    _hold(st, v)
    if kind == JOIN:
        before = st.nd[u, MASK]
        set_mask(inst, st, u, before | mask)
        if settle(inst, st, v):
            return True
        set_mask(inst, st, u, before)
        _give_back(inst, st, v)
        return False
    if kind == TRIP or kind == PAIR_TRIP:
        u = add_reload(inst, st, pt, u)
    n = add_visit(inst, st, s, mask, u, FREE)
    if kind == PAIR_TRIP:
        m = n
        for j in range(1, inst.task[t, T_STOPS]):
            m = add_visit(inst, st, s + j, WHOLE, m, FREE)
    elif kind == PAIR:
        u2, u3 = st.ci[i, 5], st.ci[i, 6]
        m = add_visit(inst, st, s + 1, WHOLE, n if u2 == u else u2, FREE)
        if inst.task[t, T_STOPS] == 3:
            add_visit(inst, st, s + 2, WHOLE, m if u3 == u2 else u3, FREE)
    if settle(inst, st, v):
        return True
    for j in range(inst.task[t, T_STOPS] - 1, -1, -1):
        if inst.task[t, T_STOPS] == 1:
            drop_visit(inst, st, n)
        else:
            drop_visit(inst, st, st.head[s + j])
    _give_back(inst, st, v)
    return False


@compiled
def insert_task(
    inst: Inst, st: State, t: int, blink: float, bold: float, everywhere: bool
) -> None:
    """Serve as much of a task as the rules let, each time where it costs least."""
    plain = inst.flags[F_PLAIN] and not everywhere and not inst.task[t, T_SPLIT]
    for _ in range(2 * inst.task[t, T_PARTS] + 2):
        if st.left[t] == 0:
            return
        done = False
        for attempt in range(2):
            if inst.task[t, T_STOPS] > 1:
                if attempt:
                    break
                have = rank_pairs(inst, st, t, WIDTH, blink)
            else:
                # A new shift costs much and is hard to get rid of: only where nothing else goes,
                # or now and then.
                fresh = attempt == 1 or uniform(st) < FRESH
                wide = everywhere or (attempt == 1 and uniform(st) < WIDE)
                if plain and not wide:
                    have = rank_near(inst, st, t, fresh, WIDTH, blink if attempt == 0 else 0.0)
                else:
                    many = positions(inst, st, t, wide, fresh)
                    have = rank(inst, st, t, many, WIDTH, blink if attempt == 0 else 0.0)
            if have and st.cf[0] >= inst.pen[t] * bold:
                return
            for i in range(have):
                if _put(inst, st, t, i):
                    done = True
                    break
            if done:
                break
        if not done:
            return


@compiled
def recreate(
    inst: Inst, st: State, blink: float, most: int, bold: float, everywhere: bool
) -> None:
    """Put back what is absent, in an order drawn from several."""
    c = st.c
    absent = st.absent
    task = inst.task
    cap = inst.cap
    amount_ = inst.amount
    scratch = st.scratch
    stop = inst.stop
    win = inst.win
    many = c[C_ABSENT]
    order = np.empty(many, np.int64)
    for i in range(many):
        order[i] = absent[i]
    if many > most:
        # Those left out for long take turns; those just removed lie at the end.
        for i in range(most):
            j = many - 1 - i
            if i >= most // 2:
                o = below(st, j + 1)
                order[o], order[j] = order[j], order[o]
        order = order[many - most :]
        many = most
    key = st.key
    draw = 7 if everywhere else below(st, 12)
    for i in range(many):
        t = order[i]
        s = task[t, T_FIRST]
        value = uniform(st)
        if draw >= 4 and draw < 7:
            amount = 0.0
            for d in range(inst.cap.shape[1]):
                top = max(cap[0, d], 1)
                load = amount_[s, 0, d] + abs(amount_[s, 1, d])
                amount = max(amount, load / top)
            value = -amount
        elif draw == 7:
            value = -float(scratch[3, t])
        elif draw == 8:
            value = float(scratch[3, t])
        elif draw >= 9 and stop[s, S_NWIN]:
            end = win[s, stop[s, S_NWIN] - 1, 1]
            if draw == 9:
                value = float(end - win[s, 0, 0])
            elif draw == 10:
                value = float(win[s, 0, 0])
            else:
                value = float(end)
        key[i] = value
    _sort(order, key, many)
    if draw >= 4 or below(st, 2) == 0:
        _dear_first(inst, order, many, st)
    for i in range(many):
        insert_task(inst, st, order[i], blink, bold, everywhere)


@compiled
def _dear_first(inst: Inst, order: np.ndarray, many: int, st: State) -> None:
    """Move tasks that are far dearer to leave out than others to the front, stably."""
    least = 1e300
    most = 0.0
    for i in range(many):
        least = min(least, inst.pen[order[i]])
        most = max(most, inst.pen[order[i]])
    if most <= least * 4.0:
        return
    for i in range(many):
        st.key[i] = -inst.pen[order[i]]
    _sort(order, st.key, many)


@compiled
def _sort(order: np.ndarray, key: np.ndarray, many: int) -> None:
    if many > 64:
        by = np.argsort(key[:many], kind="mergesort")
        copy = order.copy()
        for i in range(many):
            order[i] = copy[by[i]]
        return
    for i in range(1, many):
        o, x = order[i], key[i]
        j = i - 1
        while j >= 0 and key[j] > x:
            key[j + 1] = key[j]
            order[j + 1] = order[j]
            j -= 1
        key[j + 1] = x
        order[j + 1] = o


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
    touched = st.touched
    nd = st.nd
    stops = inst.stop.shape[0]
    seed = below(st, stops)
    if c[C_ABSENT] and uniform(st) < 0.3:
        seed = task[absent[below(st, c[C_ABSENT])], T_FIRST]
    visits = c[C_VISITS]
    if visits == 0:
        return
    used = max(1, c[C_TRIPS] if c[C_TRIPS] else c[C_ROUTES])
    how = uniform(st)
    longest = min(LONGEST, visits / used)
    strings = 1 + below(st, int(max(1.0, 4.0 * size / (1.0 + longest) - 1.0)) + 1)
    whole = False
    if flags[F_MULTI] or flags[F_PLACES]:
        if how < 0.15:
            whole = True
            strings = 1 + below(st, 3)
        elif how < 0.35:
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
    for i in range(c[C_TOUCHED]):
        mend(inst, st, touched[i, 0])


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


@compiled
def uneven(inst: Inst, st: State) -> float:
    """Price the minutes of work above the mean."""
    if not inst.flags[F_BALANCE]:
        return 0.0
    fleet = st.rt.shape[0]
    mean = 0.0
    for v in range(fleet):
        mean += st.rt[v, R_WORK]
    mean /= fleet
    over = 0.0
    for v in range(fleet):
        over += max(0.0, st.rt[v, R_WORK] - mean)
    return inst.weight[1] * over


@compiled
def worth(inst: Inst, st: State) -> float:
    """Price the plan: routes, what is left out, faces, wishes, evenness."""
    return st.x[X_ROUTES] + st.x[X_PENALTY] + st.x[X_SOFT] + uneven(inst, st)


@compiled
def settle_all(inst: Inst, st: State) -> None:
    """Work every route out, as it stands."""
    for v in range(st.rt.shape[0]):
        settle_kept(inst, st, v)


@compiled
def take_stock(inst: Inst, st: State) -> None:
    """Take the plan as it stands for the current one, and for the best if it is."""
    st.x[X_NOW] = worth(inst, st)
    if st.x[X_NOW] < st.x[X_BEST]:
        st.x[X_BEST] = st.x[X_NOW]
        keep_best(st)


@compiled
def reprice(inst: Inst, st: State) -> None:
    """Add the prices of what is left out up again."""
    total = 0.0
    for t in range(inst.task.shape[0]):
        total += share_left(inst, st, t)
    st.x[X_PENALTY] = total
    st.x[X_BEST] = np.inf
    take_stock(inst, st)


@compiled
def fill(inst: Inst, st: State) -> None:
    """Put everything in that is absent, dearest first: the first plan."""
    _begin_step(st)
    recreate(
        inst,
        st,
        0.0,
        st.absent.shape[0],
        1.0 if not inst.flags[F_PRIZES] else 10.0,
        st.absent.shape[0] <= 4000,
    )
    prune(inst, st)
    take_stock(inst, st)


@compiled
def _begin_step(st: State) -> None:
    st.c[C_STEPS] += 1
    st.c[C_TOUCHED] = 0
    st.c[C_LOG] = 0
    st.c[C_OPS] = 0
    st.c[C_LOST] = 0


@compiled
def anneal(inst: Inst, st: State, steps: int, hot: float, cold: float, size: float) -> int:
    """Take ``steps`` steps of ruin and recreate while it cools; give how many got better."""
    heat = hot
    factor = (cold / hot) ** (1.0 / max(1, steps))
    better = 0
    prized = inst.flags[F_PRIZES]
    everywhere = steps < 0  # a plain False would have recreate compiled a second time
    for _ in range(steps):
        _begin_step(st)
        ruin(inst, st, size)
        bold = 1.0
        if prized and uniform(st) < 0.7:
            bold = 1.0 + 3.0 * uniform(st) ** 2
        recreate(inst, st, 0.01, MOST, bold, everywhere)
        if prized:
            prune(inst, st)
        found = worth(inst, st)
        if found < st.x[X_NOW] - heat * math.log(max(uniform(st), 1e-300)):
            st.x[X_NOW] = found
            if found < st.x[X_BEST] - 1e-6:
                st.x[X_BEST] = found
                keep_best(st)
                better += 1
        else:
            undo(inst, st)
        heat *= factor
    return better
