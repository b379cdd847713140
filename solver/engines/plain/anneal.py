"""Ruin and recreate of plain routes, compiled.

After Christiaens and Vanden Berghe, *Slack Induction by String Removals for Vehicle Routing
Problems*, Transportation Science 2020, with stops put back beside their neighbours only, and
whole routes given to other vehicles.
"""

import math

import numpy as np

from solver.engines.compiled.chance import uniform
from solver.engines.compiled.layout import (
    F_PRIZES,
    V_K,
    V_START,
    V_TYPE,
    V_W0,
    Inst,
)
from solver.engines.plain.jit import compiled
from solver.engines.plain.layout import (
    C_ABSENT,
    C_COST,
    C_TOUCHED,
    LOC,
    NEXT,
    OPENS,
    PREV,
    VEH,
    X_BEST,
    X_NOW,
    X_PENALTY,
    Plain,
)
from solver.engines.plain.recreate import prune, recreate
from solver.engines.plain.rehouse import rehouse
from solver.engines.plain.routes import (
    forget,
    link,
    settle,
    take,
    touch,
    undo,
)
from solver.engines.plain.ruin import ruin
from solver.engines.plain.times import entry

BLINK = 0.01
"""Chance that a position is overlooked."""
MOST = 40
"""Absent stops that a step tries to put back, at most."""
MOVED = 0.1
"""Chance that a changed route is offered to other vehicles."""


@compiled
def worth(st: Plain) -> float:
    """Price the plan: routes and what is left out."""
    return st.c[C_COST] + st.x[X_PENALTY]


@compiled
def keep_best(st: Plain) -> None:
    """Write the plan down as the best."""
    nd, best = st.nd, st.bestnext
    for n in range(nd.shape[0]):
        best[n] = nd[n, NEXT] if nd[n, VEH] >= 0 else -1


@compiled
def take_stock(st: Plain) -> None:
    """Take the plan as it stands for the current one, and for the best if it is."""
    st.x[X_NOW] = worth(st)
    if st.x[X_NOW] < st.x[X_BEST]:
        st.x[X_BEST] = st.x[X_NOW]
        keep_best(st)


@compiled
def reprice(inst: Inst, st: Plain) -> None:
    """Add the prices of what is left out up again."""
    total = 0.0
    for i in range(st.c[C_ABSENT]):
        total += inst.pen[st.absent[i]]
    st.x[X_PENALTY] = total
    st.x[X_BEST] = math.inf
    take_stock(st)


@compiled
def fill(inst: Inst, st: Plain, bold: float) -> None:
    """Put everything in that is absent: the first plan."""
    forget(st)
    recreate(inst, st, st.absent.shape[0], 0.0, bold, math.inf, 0)
    if inst.flags[F_PRIZES]:
        prune(inst, st)
    take_stock(st)


@compiled
def anneal(inst: Inst, st: Plain, steps: int, hot: float, cold: float, size: float) -> None:
    """Take ``steps`` steps of ruin and recreate while it cools."""
    x = st.x
    heat = hot
    factor = (cold / hot) ** (1.0 / max(1, steps))
    prized = inst.flags[F_PRIZES]
    mixed = inst.elig.shape[1] > 1
    for _ in range(steps):
        forget(st)
        ruin(inst, st, size)
        bold = 1.0
        if prized and uniform(st) < 0.7:
            bold = 1.0 + 3.0 * uniform(st) ** 2
        bar = x[X_NOW] - heat * math.log(max(uniform(st), 1e-300))
        recreate(inst, st, MOST, BLINK, bold, bar, 0)
        if mixed and uniform(st) < MOVED:
            rehouse(inst, st, heat)
        if prized:
            prune(inst, st)
        now = worth(st)
        if now < bar:
            x[X_NOW] = now
            if now < x[X_BEST] - 1e-6:
                x[X_BEST] = now
                keep_best(st)
        else:
            undo(inst, st)
        heat *= factor


@compiled
def lay(inst: Inst, st: Plain, rows: np.ndarray) -> None:
    """Make the plan what rows of vehicle and stop say."""
    forget(st)
    nd = st.nd
    stops = st.absent.shape[0]
    for s in range(stops):
        if nd[s, VEH] >= 0:
            take(inst, st, s)
    for i in range(rows.shape[0]):
        touch(st, rows[i, 0])
        link(inst, st, rows[i, 1], nd[stops + 2 * rows[i, 0] + 1, PREV])
    for i in range(st.c[C_TOUCHED]):
        settle(inst, st, st.touched[i])


@compiled
def plan_of(inst: Inst, st: Plain, following: np.ndarray, rows: np.ndarray) -> int:
    """Write a plan down, given what follows on each node; give how many rows.

    Columns are vehicle, stop, begin, departure, arrival.
    """
    nd = st.nd
    stops = st.absent.shape[0]
    row = 0
    for v in range(inst.veh.shape[0]):
        k, ty = inst.veh[v, V_K], inst.veh[v, V_TYPE]
        a = inst.veh[v, V_START]
        t = inst.veh[v, V_W0]
        n = following[stops + 2 * v]
        while 0 <= n < stops:
            b = nd[n, LOC]
            t += entry(inst.dur, k, a, b)
            rows[row, 0] = v
            rows[row, 1] = n
            rows[row, 4] = t
            t = max(t, st.nd[n, OPENS])
            rows[row, 2] = t
            t += inst.svc[n, ty]
            rows[row, 3] = t
            a = b
            row += 1
            n = following[n]
    return row
