"""Ruin and recreate, compiled.

After Christiaens and Vanden Berghe, *Slack Induction by String Removals for Vehicle Routing
Problems*, Transportation Science 2020. What is removed is related in space, and on a day with
contact rules also by building and by trip; what is put back goes to the cheapest position that
the whole of the rules allows, with blinks.
"""

import math
from typing import Any

import numpy as np

from solver.engines.compiled.chance import uniform
from solver.engines.compiled.jit import compiled
from solver.engines.compiled.layout import F_PRIZES, X_BEST, X_NOW, X_PENALTY, Inst, State
from solver.engines.compiled.memory import begin_step, keep_best, undo
from solver.engines.compiled.recreate import recreate
from solver.engines.compiled.registers import share_left
from solver.engines.compiled.removal import prune, ruin
from solver.engines.compiled.settle import settle_kept
from solver.engines.compiled.worth import worth

REMOVED = 10.0


# Typed, since callees are compiled once more for every plain number they are called with.
MOST: Any = np.int64(40)


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
    begin_step(st)
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
def anneal(inst: Inst, st: State, steps: int, hot: float, cold: float, size: float) -> int:
    """Take ``steps`` steps of ruin and recreate while it cools; give how many got better."""
    heat = hot
    factor = (cold / hot) ** (1.0 / max(1, steps))
    better = 0
    prized = inst.flags[F_PRIZES]
    everywhere = steps < 0  # a plain False would have recreate compiled a second time
    for _ in range(steps):
        begin_step(st)
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
