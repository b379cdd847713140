"""What is put back in a step, and what does not pay taken out."""

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.layout import (
    F_TIME,
    FAR,
    V_FIXED,
    V_K,
    Inst,
)
from solver.engines.plain.insert import cheapest
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    C_ABSENT,
    C_BEHIND,
    C_COST,
    C_TOUCHED,
    CLOSES,
    LOC,
    NEXT,
    OPENS,
    OUT,
    PREV,
    R_VISITS,
    Plain,
)
from solver.engines.plain.routes import (
    put,
    settle,
    take,
)
from solver.engines.plain.times import entry

FRESH = 0.05
"""Chance that an unused vehicle is looked at, too."""
WIDE = 0.1
"""Chance that every position is looked at where none beside neighbours goes."""


@compiled
def recreate(
    inst: Inst, st: Plain, most: int, blink: float, bold: float, bar: float, wide: int
) -> None:
    """Put back what is absent, in an order drawn from several.

    Gives up once routes cost more than ``bar``.
    """
    c, key, order = st.c, st.key, st.order
    if inst.veh.shape[0] == 0:
        return
    many = c[C_ABSENT]
    first = 0
    for i in range(many):
        order[i] = st.absent[i]
    if many > most:
        # Those left out for long take turns; those just removed lie at the end.
        for i in range(most // 2, most):
            j = many - 1 - i
            o = below(st, j + 1)
            order[o], order[j] = order[j], order[o]
        first = many - most
    draw = below(st, 14 if inst.flags[F_TIME] else 11)
    for i in range(first, many):
        s = order[i]
        if draw < 4:
            value = uniform(st)
        elif draw < 8:
            value = 0.0
            for d in range(inst.cap.shape[1]):
                value = min(value, -inst.amount[s, 0, d] / max(1.0, float(inst.cap[0, d])))
        elif draw < 10:
            value = -float(st.far[s])
        elif draw == 10:
            value = float(st.far[s])
        elif draw == 11:
            value = float(st.nd[s, CLOSES] - st.nd[s, OPENS])
        elif draw == 12:
            value = float(st.nd[s, OPENS])
        else:
            value = -float(st.nd[s, CLOSES])
        key[i] = value
    _sort(st, first, many)
    for i in range(first, many):
        s = order[i]
        fresh = 1 if wide or uniform(st) < FRESH else 0
        price = cheapest(inst, st, s, blink, fresh, wide)
        if price >= FAR:
            also = 1 if uniform(st) < WIDE else 0
            price = cheapest(inst, st, s, 0.0, 1, also)
        if price < FAR and price < inst.pen[s] * bold:
            put(inst, st, s, c[C_BEHIND])
            if c[C_COST] > bar:
                return


@compiled
def _sort(st: Plain, first: int, many: int) -> None:
    order, key = st.order, st.key
    for i in range(first + 1, many):
        o, x = order[i], key[i]
        j = i - 1
        while j >= first and key[j] > x:
            key[j + 1] = key[j]
            order[j + 1] = order[j]
            j -= 1
        key[j + 1] = x
        order[j + 1] = o


@compiled
def prune(inst: Inst, st: Plain) -> None:
    """Take stops out of changed routes that cost more than their prizes bring."""
    nd = st.nd
    stops = st.absent.shape[0]
    i = 0
    while i < st.c[C_TOUCHED]:
        v = st.touched[i]
        k = inst.veh[v, V_K]
        n = nd[stops + 2 * v, NEXT]
        changed = False
        while n < stops:
            u, w = nd[n, PREV], nd[n, NEXT]
            saved = nd[u, OUT] + nd[n, OUT]
            if st.rt[v, R_VISITS] > 1:
                saved -= entry(inst.cost, k, nd[u, LOC], nd[w, LOC])
            else:
                saved += inst.veh[v, V_FIXED]
            if saved > inst.pen[n]:
                take(inst, st, n)
                changed = True
            n = w
        if changed:
            settle(inst, st, v)
        i += 1
