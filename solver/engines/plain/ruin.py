"""What is taken out in a step: strings of stops of routes that lie close to one another."""

from solver.engines.compiled.chance import below, uniform
from solver.engines.compiled.layout import (
    Inst,
)
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    C_ABSENT,
    C_ROUTES,
    C_STEPS,
    C_TOUCHED,
    C_VISITS,
    NEXT,
    PREV,
    R_RUIN,
    R_VISITS,
    VEH,
    Plain,
)
from solver.engines.plain.routes import (
    settle,
    take,
)

LONGEST = 10.0
"""The longest string that is taken out, in stops."""
KEEP = 0.99
"""Chance that a gap within a string grows by no further stop."""


@compiled
def ruin(inst: Inst, st: Plain, size: float) -> None:
    """Take strings of stops out of routes that pass near a stop."""
    c, nd, rt = st.c, st.nd, st.rt
    if c[C_VISITS] == 0:
        return
    stops = st.absent.shape[0]
    seed = below(st, stops)
    if c[C_ABSENT] and uniform(st) < 0.3:
        seed = st.absent[below(st, c[C_ABSENT])]
    longest = min(LONGEST, c[C_VISITS] / max(1, c[C_ROUTES]))
    strings = 1 + below(st, int(max(1.0, 4.0 * size / (1.0 + longest) - 1.0)) + 1)
    done = 0
    for g in range(-1, inst.adj.shape[1]):
        m = seed if g < 0 else inst.adj[seed, g]
        if m < 0 or done >= strings:
            break
        v = nd[m, VEH]
        if v < 0 or rt[v, R_RUIN] == c[C_STEPS]:
            continue
        rt[v, R_RUIN] = c[C_STEPS]
        _string(inst, st, m, longest)
        done += 1
    for i in range(c[C_TOUCHED]):
        settle(inst, st, st.touched[i])


@compiled
def _string(inst: Inst, st: Plain, m: int, longest: float) -> None:
    """Take a string of a route out that holds, or spans, stop ``m``."""
    nd = st.nd
    v = nd[m, VEH]
    length = st.rt[v, R_VISITS]
    gone = 1 + below(st, int(max(1.0, min(float(length), longest))))
    skip = 0
    if 1 < gone < length and uniform(st) < 0.5:
        skip = 1
        while gone + skip < length and uniform(st) > KEEP:
            skip += 1
    span = gone + skip
    stops = st.absent.shape[0]
    before = after = 0
    n = nd[m, PREV]
    while before < span - 1 and n < stops:
        before += 1
        n = nd[n, PREV]
    n = nd[m, NEXT]
    while after < span - 1 and n < stops:
        after += 1
        n = nd[n, NEXT]
    least = span - 1 - after
    back = least + below(st, before - least + 1)
    n = m
    for _ in range(back):
        n = nd[n, PREV]
    skip_from = 1 + below(st, max(1, gone - 1)) if skip else span
    for i in range(span):
        w = nd[n, NEXT]
        if not skip_from <= i < skip_from + skip:
            take(inst, st, n)
        n = w
