"""Temperatures of annealing, by what a plan costs."""

from solver.engines.chain import REMOVED, Chain, Heat
from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.plain.scope import is_plain

HOT, COLD = 3.0, 0.02
"""First and last temperature, in what it costs to get from place to place."""
HOT_PLAIN = 4.0
"""The first where routes are plain: such steps cost little time, so there are many."""
HOT_UNTIMED, COLD_UNTIMED = 1.0, 0.05
"""The same where nothing has a time."""
HOT_AT_PLACES, COLD_AT_PLACES = 0.2, 0.005
"""The same where couriers must not meet, in what a visit costs: such steps cost more time, so
there are fewer."""


def heat_of(inst: Inst, chain: Chain) -> Heat:
    """Choose temperatures by what it costs in the best plan to get from place to place."""
    # Of a split task every visit is a removal that others must make room for.
    size = REMOVED / 2 if inst.flags[at.F_SPLIT] else REMOVED
    if inst.flags[at.F_PLACES]:
        each = max(1.0, chain.travel / max(1, chain.visits))
        return Heat(hot=HOT_AT_PLACES * each, cold=COLD_AT_PLACES * each, size=size)
    arc = mean_arc(inst, chain.rows())
    if not inst.flags[at.F_TIME]:
        return Heat(hot=HOT_UNTIMED * arc, cold=COLD_UNTIMED * arc, size=size)
    return Heat(hot=(HOT_PLAIN if is_plain(inst) else HOT) * arc, cold=COLD * arc, size=size)


def mean_arc(inst: Inst, rows: Ints) -> float:
    """Give the mean cost between visits that follow one another at different places.

    Where loads are bound into several visits at one stop, most ways cost nothing and would cool
    the search four times too low.
    """
    here, there = rows[:-1], rows[1:]
    follow = (
        (here[:, at.Q_VEH] == there[:, at.Q_VEH])
        & (here[:, at.Q_STOP] >= 0)
        & (there[:, at.Q_STOP] >= 0)
    )
    if not follow.any():
        return max(1.0, float(inst.cost[inst.cost < at.FAR].mean()))
    k = inst.veh[here[follow, at.Q_VEH], at.V_K]
    a = inst.stop[here[follow, at.Q_STOP], at.S_LOC]
    b = inst.stop[there[follow, at.Q_STOP], at.S_LOC]
    ways = inst.cost[k, a, b]
    ways = ways[ways > 0]
    return max(1.0, float(ways.mean())) if len(ways) else 1.0
