"""Which stops may well lie beside one another."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from solver.engines.compiled.fleet import Fleet
from solver.engines.compiled.layout import NEVER
from solver.engines.compiled.matrices import CHUNK, finite
from solver.engines.instance import Instance, Stop

NEAR, NEAR_AT_PLACES = 50, 40
"""Neighbours beside which a task is tried; where others may be in the way each costs more."""


RELATED = 250
"""Neighbours that a removal may reach."""


WAIT_WEIGHT, LATE_WEIGHT = 0.2, 1.0
"""What waiting and lateness between two stops weigh beside travel when neighbours are chosen."""


def neighbours(
    instance: Instance, stops: list[Stop], fleet: Fleet
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Give for each stop the stops that it may well lie beside, and those that are near."""
    many = len(stops)
    if many == 0:
        return np.full((1, 1), -1, np.int32), np.full((1, 1), -1, np.int32)
    travel = instance.travel[fleet.common()]
    loc = np.array([s.location for s in stops])
    early = np.array([s.windows[0][0] if s.windows else 0 for s in stops], np.float64)
    late = np.array([s.windows[-1][1] if s.windows else NEVER for s in stops], np.float64)
    done = np.array([s.service_s for s in stops], np.float64)
    width = NEAR_AT_PLACES if instance.problem.places else NEAR
    near = np.full((many, min(width, max(1, many - 1))), -1, np.int32)
    adj = np.full((many, min(RELATED, max(1, many - 1))), -1, np.int32)
    for low in range(0, many, CHUNK):
        rows = slice(low, min(many, low + CHUNK))
        there = finite(travel.costs[np.ix_(loc[rows], loc)])
        back = finite(travel.costs[np.ix_(loc, loc[rows])].T)
        out = finite(travel.duration[np.ix_(loc[rows], loc)])
        home = finite(travel.duration[np.ix_(loc, loc[rows])].T)
        apart = np.minimum(there, back)
        index = np.arange(rows.start, rows.stop)
        apart[index - low, index] = np.inf
        _nearest(adj, rows, apart)
        after = there + _misfit(early[rows, None], late[rows, None], done[rows, None], out,
                                early[None], late[None])  # fmt: skip
        before = back + _misfit(early[None], late[None], done[None], home,
                                early[rows, None], late[rows, None])  # fmt: skip
        apart = np.minimum(after, before)
        apart[index - low, index] = np.inf
        _nearest(near, rows, apart)
    return near, adj


def _misfit(early: Any, late: Any, done: Any, ride: Any, early2: Any, late2: Any) -> Any:
    """Weigh least waiting and least lateness from one stop to another."""
    waits = np.maximum(0.0, early2 - (np.minimum(late, NEVER) + done + ride))
    lateness = np.maximum(0.0, early + done + ride - late2)
    return WAIT_WEIGHT * waits + LATE_WEIGHT * lateness


def _nearest(into: NDArray[np.int32], rows: slice, apart: NDArray[np.float64]) -> None:
    width = into.shape[1]
    if apart.shape[1] > width:
        chosen = np.argpartition(apart, width - 1, axis=1)[:, :width]
    else:
        chosen = np.tile(np.arange(apart.shape[1]), (apart.shape[0], 1))[:, :width]
    distance = np.take_along_axis(apart, chosen, axis=1)
    order = np.lexsort((chosen, distance), axis=1)
    chosen = np.take_along_axis(chosen, order, axis=1)
    distance = np.take_along_axis(distance, order, axis=1)
    into[rows] = np.where(np.isinf(distance), -1, chosen)
