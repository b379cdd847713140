"""The shortest walk from a door around corners to a way that it cannot see."""

from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import dijkstra

from geodata.travel.board import Board, first_seen
from geodata.travel.sight import STEP_M, Corners, Sight

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

AROUND_M = 150.0
"""Corners are looked for this far around a door (ours)."""
FROM_DOOR_M = 120.0
_LEAST_M = 1e-6  # sparse matrices drop zeros


def detours(
    board: Board, sight: Sight, spots: Floats, longest_m: float
) -> tuple[Ints, Floats, Floats, list[Floats]]:
    """Find for each spot the piece it reaches around corners, where, the walk and its corners.

    The piece is -1 where no walk up to the longest leads to a way. Corners run from way to spot.

    Notes
    -----
    Dijkstra from all ways at once over the graph of corners that see each other (see
    :class:`geodata.travel.sight.Corners`); each door then takes the best of the corners it sees.
    """
    count = len(spots)
    piece, spot = np.full(count, -1), np.zeros((count, 2))
    walk_m, via = np.full(count, np.inf), [np.zeros((0, 2))] * count
    corners = sight.corners(shapely.buffer(shapely.points(spots), AROUND_M))
    if not len(corners.spots):
        return piece, spot, walk_m, via
    at, ends, last_m = board.nearest_seen(sight, corners.spots, STEP_M, covered=False)
    away, before = _from_ways(corners, last_m, longest_m)
    best = _best_corner(sight, spots, corners.spots, away, longest_m)
    for number in np.flatnonzero(best >= 0).tolist():
        chain = [int(best[number])]
        while before[chain[-1]] != len(corners.spots):
            chain.append(int(before[chain[-1]]))
        piece[number], spot[number] = at[chain[-1]], ends[chain[-1]]
        via[number] = corners.spots[chain[::-1]]
        first_m = float(np.hypot(*(corners.spots[chain[0]] - spots[number])))
        walk_m[number] = first_m + away[chain[0]]
    return piece, spot, walk_m, via


def _from_ways(corners: Corners, last_m: Floats, longest_m: float) -> tuple[Floats, Any]:
    """Walk to each corner from the nearest way, and the corner before it."""
    count = len(corners.spots)
    seen = np.flatnonzero(np.isfinite(last_m))
    walks = corners.walks.tocoo()
    graph = coo_matrix(
        (
            np.r_[walks.data, np.maximum(last_m[seen], _LEAST_M)],
            (np.r_[walks.row, np.full(len(seen), count)], np.r_[walks.col, seen]),
        ),
        shape=(count + 1, count + 1),
    ).tocsr()
    away, before = dijkstra(graph, indices=count, return_predecessors=True, limit=longest_m)
    return away[:count], before


def _best_corner(
    sight: Sight, spots: Floats, corners: Floats, away: Floats, longest_m: float
) -> Ints:
    """Find the corner in sight of each spot through which the walk is shortest."""
    reached = np.flatnonzero(np.isfinite(away))
    owner, corner = shapely.STRtree(shapely.points(corners[reached])).query(
        shapely.points(spots), predicate="dwithin", distance=FROM_DOOR_M
    )
    corner = reached[corner]
    walk_m = np.hypot(*(corners[corner] - spots[owner]).T) + away[corner]
    order = np.lexsort((corner, walk_m, owner))
    order = order[walk_m[order] <= longest_m]
    owner, corner = owner[order], corner[order]
    first = first_seen(
        owner, len(spots), lambda at: sight.hidden(spots[owner[at]], corners[corner[at]])
    )
    return np.where(first >= 0, corner[first] if len(corner) else -1, -1)
