"""The ways of one network cut into short pieces, to find the nearest that is in sight."""

from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.travel.network import Network
from geodata.travel.sight import Sight

Bools = npt.NDArray[np.bool_]
Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

PIECE_M = 6.0
"""A way seen in part is joined within this of its nearest point in sight."""
_INWARD_M = 0.3
_SAME_M = 1e-6
_ROUNDS = (0, 4, 16, 64, 1 << 60)


class Board:
    """Pieces of all segments that a door may join.

    Attributes
    ----------
    segment
        Segment of each piece.
    covered
        Whether it is on a bridge, in a tunnel or in a passage.

    Notes
    -----
    Where a segment reaches through a wall to a gate a little behind it, what lies between the
    wall and the gate is no place to join: it is on one side of the wall and on the other side of
    the gate.
    """

    def __init__(self, network: Network) -> None:
        streets = network.streets
        usable = np.flatnonzero(streets.usable)
        tail = streets.spots[streets.tail[usable]]
        reach = streets.spots[streets.head[usable]] - tail
        length = np.hypot(*reach.T)
        parts = np.maximum(np.ceil(length / PIECE_M), 1).astype(np.int64)
        row = np.repeat(np.arange(len(usable)), parts)
        step = np.arange(len(row)) - np.repeat(np.cumsum(parts) - parts, parts)
        since, until = step / parts[row], (step + 1) / parts[row]
        kept = ~_between_wall_and_gate(network, usable, row, since, until)
        row, since, until = row[kept], since[kept], until[kept]
        begin = tail[row] + since[:, None] * reach[row]
        end = tail[row] + until[:, None] * reach[row]
        self.segment = usable[row]
        self.lines = shapely.linestrings(np.stack([begin, end], axis=1))
        covered = network.district.ways["covered"].to_numpy(dtype=bool)[streets.way]
        self.covered = covered[self.segment]
        self._begin, self._end = begin, end
        self._first, self._last = since == 0, until == 1
        self._all = shapely.STRtree(self.lines)
        self._open_rows = np.flatnonzero(~self.covered)
        self._open = shapely.STRtree(self.lines[self._open_rows])

    def nearest_seen(
        self, sight: Sight, spots: Floats, width: float, *, covered: bool
    ) -> tuple[Ints, Floats, Floats]:
        """Find the nearest piece in sight of each spot: its number or -1, the spot, the walk."""
        tree = self._all if covered else self._open
        points = shapely.points(spots)
        if not len(spots):
            return np.zeros(0, dtype=np.int64), np.zeros((0, 2)), np.zeros(0)
        owner, piece = tree.query(points, predicate="dwithin", distance=width)
        piece = piece if covered else self._open_rows[piece]
        ends = shapely.get_coordinates(shapely.shortest_line(self.lines[piece], points[owner]))
        ends = ends[::2]
        away = np.hypot(*(ends - spots[owner]).T)
        order = np.lexsort((piece, away, owner))
        owner, piece, ends, away = owner[order], piece[order], ends[order], away[order]
        first = first_seen(
            owner,
            len(spots),
            lambda at: self._hidden(sight, spots[owner[at]], ends[at], piece[at]),
        )
        found = first >= 0
        return (
            np.where(found, _taken(piece, first), -1),
            _taken(ends, first) if len(ends) else np.zeros((len(spots), 2)),
            np.where(found, _taken(away, first), np.inf),
        )

    def _hidden(self, sight: Sight, spots: Floats, ends: Floats, piece: Ints) -> Bools:
        """Tell what hides; at a segment's end also look at the segment a little within.

        Else a door could join a street from behind the gate at which that street ends.
        """
        hidden = sight.hidden(spots, ends)
        for at_end, spot, other in (
            (self._first, self._begin, self._end),
            (self._last, self._end, self._begin),
        ):
            there = at_end[piece] & (np.hypot(*(ends - spot[piece]).T) < _SAME_M) & ~hidden
            if there.any():
                inward = other[piece[there]] - spot[piece[there]]
                size = np.maximum(np.hypot(*inward.T), 1e-9)
                by = np.minimum(_INWARD_M, size / 2) / size
                hidden[there] = sight.hidden(spots[there], ends[there] + inward * by[:, None])
        return hidden


def first_seen(owner: Ints, count: int, hidden: Any) -> Ints:
    """Find the first row of each owner that is not hidden, -1 if there is none.

    Rows are in order of preference within each owner; ``hidden`` judges rows by number. Few are
    judged first, since mostly one of them is in sight.
    """
    found = np.full(count, -1, dtype=np.int64)
    rank = np.arange(len(owner)) - np.searchsorted(owner, owner, side="left")
    for low, high in pairwise(_ROUNDS):
        rows = np.flatnonzero((rank >= low) & (rank < high) & (found[owner] < 0))
        if not len(rows):
            continue
        seen = rows[~hidden(rows)]
        owners, at = np.unique(owner[seen], return_index=True)
        found[owners] = seen[at]
    return found


def _taken(values: Any, at: Ints) -> Any:
    return values[at] if len(values) else np.zeros(len(at))


def _between_wall_and_gate(
    network: Network, usable: Ints, row: Ints, since: Floats, until: Floats
) -> Bools:
    """Tell which pieces of segments lie between a wall that they cross and their gate."""
    found = np.zeros(len(row), dtype=bool)
    streets, sight = network.streets, Sight.of(network.district)
    gate = np.zeros(len(streets.spots), dtype=bool)
    gate[list(streets.gate_node)] = True
    gated = np.flatnonzero(gate[streets.tail[usable]] | gate[streets.head[usable]])
    if not len(gated) or not len(sight.walls):
        return found
    lines = streets.lines[usable[gated]]
    line, wall = sight.wall_tree.query(lines, predicate="crosses")
    for number, wall_number in zip(line.tolist(), wall.tolist(), strict=True):
        at = int(gated[number])
        crossing = shapely.get_coordinates(
            shapely.intersection(lines[number], sight.walls[wall_number])
        )
        along = shapely.line_locate_point(lines[number], shapely.points(crossing), normalized=True)
        mine = row == at
        if gate[streets.tail[usable[at]]]:
            found |= mine & (since < along.max())
        if gate[streets.head[usable[at]]]:
            found |= mine & (until > along.min())
    return found
