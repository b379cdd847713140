"""Fewer vehicles first, where each costs more than any travel saves."""

import time
from collections.abc import Callable

import numpy as np

from solver.engines.compiled import layout as at
from solver.engines.compiled.layout import Inst, Ints
from solver.engines.fleets import of_vehicles
from solver.engines.heat import heat_of
from solver.engines.opening import completed

GROWTH = 1.3
SLICE_STEPS = 150


def wants_fewest(inst: Inst) -> bool:
    """Say whether a vehicle costs more than travelling every arc of a plan would."""
    if not len(inst.veh) or inst.flags[at.F_MULTI]:
        return False
    fixed = int(inst.veh[:, at.V_FIXED].min())
    finite = inst.cost[inst.cost < at.FAR]
    return fixed > 4 * int(finite.max(initial=0)) if finite.size else False


def shed_vehicles(
    inst: Inst, rows: Ints, *, until: float, seed: int, should_stop: Callable[[], bool]
) -> Ints:
    """Give a plan with fewer vehicles, as long as one is found before an instant.

    One route at a time is given up, and search with the rest goes on until all it served is in
    again. What stays out gets dearer from slice to slice, so that others make room in turn.
    """
    while time.monotonic() < until and not should_stop():
        numbers, visits = np.unique(rows[:, at.Q_VEH], return_counts=True)
        if len(numbers) <= 1:
            return rows
        gone = numbers[np.argmin(visits)]
        left = _served_by(
            inst, rows, numbers[numbers != gone], until=until, seed=seed, should_stop=should_stop
        )
        if left is None:
            return rows
        rows = left
        seed += 1
    return rows


def _served_by(
    inst: Inst,
    rows: Ints,
    vehicles: Ints,
    *,
    until: float,
    seed: int,
    should_stop: Callable[[], bool],
) -> Ints | None:
    served = set(inst.stop[rows[:, at.Q_STOP], at.S_TASK].tolist())
    travel = inst.cost[inst.cost < at.FAR]
    scale = float(travel.mean()) if travel.size else 1.0
    pen = np.full_like(inst.pen, 2.0 * scale)
    for t in range(len(pen)):
        if t not in served:
            pen[t] = 0.01 * scale
    fewer = of_vehicles(inst, vehicles)
    fewer.veh[:, at.V_FIXED] = 0
    fewer = fewer._replace(pen=pen)
    renamed = rows[np.isin(rows[:, at.Q_VEH], vehicles)].copy()
    renamed[:, at.Q_VEH] = np.searchsorted(vehicles, renamed[:, at.Q_VEH])
    search = completed(fewer, renamed, seed)
    heat = heat_of(fewer, search)
    must = np.array(sorted(served))
    while time.monotonic() < until and not should_stop():
        absent = np.intersect1d(must, search.absent())
        if not len(absent):
            found = search.now_rows()
            found[:, at.Q_VEH] = vehicles[found[:, at.Q_VEH]]
            return found
        search.burst(SLICE_STEPS, heat.hot * 0.3)
        pen[absent] *= GROWTH
        if pen.max() > 1e9 * scale:
            pen[must] = np.maximum(pen[must] * 1e-6, 2.0 * scale)
        search.reprice()
    return None
