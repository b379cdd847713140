"""How what is absent is put back: each where it costs least, with blinks."""

from typing import Any

import numpy as np

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.change import add_reload, add_visit, drop_visit, set_mask
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import (
    C_ABSENT,
    C_ONLY,
    C_WHOM,
    F_FACES,
    F_MULTI,
    F_PLAIN,
    MASK,
    S_NWIN,
    T_BUILDING,
    T_FIRST,
    T_PARTS,
    T_SPLIT,
    T_STOPS,
    Inst,
    State,
)
from solver.engines.compiled.memory import give_times_back, keep_times, remember
from solver.engines.compiled.pairs import rank_pairs
from solver.engines.compiled.positions import JOIN, PAIR, PAIR_TRIP, TRIP, positions, positions_of
from solver.engines.compiled.rank import rank
from solver.engines.compiled.rank_near import rank_near
from solver.engines.compiled.settle import settle

WIDTH = 4


FRESH = 0.05


WIDE = 0.1
HOUSED = 0.3
"""Share of steps in which what belongs to one building is put back together."""
GOLDEN = 0.6180339887498949


FREE: Any = np.int64(0)
WHOLE: Any = np.int64(1)


@compiled
def _put(inst: Inst, st: State, t: int, i: int) -> bool:
    """Put a task in as candidate ``i`` says; False (and nothing changed) where a rule breaks."""
    kind, v, u, pt = st.ci[i, 0], st.ci[i, 1], st.ci[i, 2], st.ci[i, 3]
    mask = st.ci[i, 4]
    s = inst.task[t, T_FIRST]
    remember(st, v)
    keep_times(st, v)
    if kind == JOIN:
        before = st.nd[u, MASK]
        set_mask(inst, st, u, before | mask)
        if settle(inst, st, v):
            return True
        set_mask(inst, st, u, before)
        give_times_back(inst, st, v)
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
    give_times_back(inst, st, v)
    return False


@compiled
def insert_task(
    inst: Inst, st: State, t: int, blink: float, bold: float, everywhere: bool
) -> None:
    """Serve as much of a task as the rules let, each time where it costs least."""
    multi = inst.flags[F_MULTI]
    lone = st.c[C_ONLY] >= 0 and inst.task[t, T_BUILDING] == st.c[C_ONLY]
    plain = inst.flags[F_PLAIN] and not everywhere and not inst.task[t, T_SPLIT]
    for _ in range(2 * inst.task[t, T_PARTS] + 2):
        if st.left[t] == 0:
            return
        done = False
        for attempt in range(2):
            if inst.task[t, T_STOPS] > 1:
                if attempt and not multi:
                    break
                wide = everywhere or not multi or (attempt == 1 and uniform(st) < WIDE)
                fresh = attempt == 1 or not multi or uniform(st) < FRESH
                have = rank_pairs(inst, st, t, WIDTH, blink, wide, fresh)
            elif attempt == 0 and lone:
                many = positions_of(inst, st, t, st.c[C_WHOM])
                have = rank(inst, st, t, many, WIDTH, blink)
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
    only = c[C_ONLY]
    housed = inst.flags[F_FACES] and (only >= 0 or (not everywhere and uniform(st) < HOUSED))
    shift = uniform(st)
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
        if housed:
            b = task[t, T_BUILDING]
            if b >= 0:
                # Some order of buildings; the one that a courier is to get whole comes first.
                value = -1.0 if b == only else (shift + GOLDEN * b) % 1.0
        key[i] = value
    _sort(order, key, many)
    if (draw >= 4 or below(st, 2) == 0) and not housed:
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
