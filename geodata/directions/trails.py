"""A way in pieces: what is walked between two stops, piece by piece, and the ways that join it."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import ClassVar
from weakref import WeakKeyDictionary

import numpy as np
import numpy.typing as npt

from geodata.travel.engines import DISTANCE_BITS, DISTANCE_MASK
from geodata.travel.matrix import Joints, Stop
from geodata.travel.network import Network
from geodata.travel.streets import Streets

Ints = npt.NDArray[np.int64]
Spot = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Part of a way between two nodes, or between a door and the way.

    Attributes
    ----------
    way
        Row of the way in the district; -1 between a door and the way.
    node
        Node at which the piece begins; -1 at a door or where a door joins the way.
    begin, end
        In metres of the district's projected system.
    bends
        Corners (lon, lat) between both, where a walk goes around what stands in the way; the last
        piece, to a door, ends at its first corner as far as ``end`` tells.
    """

    way: int
    node: int
    begin: Spot
    end: Spot
    lonlat: Spot
    time_ds: int
    length_m: int
    bends: tuple[Spot, ...] = ()


class Branches:
    """Which segments meet at each node of a mode's streets."""

    _kept: ClassVar["WeakKeyDictionary[Streets, Branches]"] = WeakKeyDictionary()

    def __init__(self, streets: Streets) -> None:
        used = np.flatnonzero((streets.forward | streets.backward) & streets.usable)
        ends = np.concatenate([streets.tail[used], streets.head[used]])
        order = np.argsort(ends, kind="stable")
        self._streets = streets
        self._count = np.bincount(ends, minlength=len(streets.spots))
        self._begin = np.cumsum(self._count) - self._count
        self._segment = np.concatenate([used, used])[order]

    @classmethod
    def of(cls, streets: Streets) -> "Branches":
        """Return the branches of streets, kept as long as these are."""
        if streets not in cls._kept:
            cls._kept[streets] = cls(streets)
        return cls._kept[streets]

    def count(self, node: int) -> int:
        """Tell how many segments meet at a node."""
        return int(self._count[node])

    def at(self, node: int) -> list[tuple[int, Spot]]:
        """List the way and the far end, in metres, of each segment that meets a node."""
        begin, count = int(self._begin[node]), int(self._count[node])
        streets = self._streets
        found = []
        for segment in self._segment[begin : begin + count].tolist():
            tail, head = int(streets.tail[segment]), int(streets.head[segment])
            x, y = streets.spots[head if tail == node else tail]
            found.append((int(streets.way[segment]), (float(x), float(y))))
        return found


def lay_pieces(
    network: Network,
    joints: Joints,
    pair: tuple[Stop, Stop],
    *,
    ends: tuple[int, int],
    nodes: Sequence[int],
    middle: tuple[int, int],
) -> tuple[Piece, ...]:
    """Cut the way between two stops into pieces whose times and lengths are those of the matrix.

    Parameters
    ----------
    ends
        Numbers of both stops among the joints.
    nodes
        Nodes passed; empty if the way stays on one segment.
    middle
        Weights of the first and the last part of a segment; with no nodes, that between them.
    """
    streets, district = network.streets, network.district
    first, last = joints.snaps[ends[0]], joints.snaps[ends[1]]
    lonlats: list[Spot] = [(pair[0].lon, pair[0].lat), (first.lon, first.lat)]
    lonlats += [(float(lon), float(lat)) for lon, lat in streets.lonlat[list(nodes)]]
    lonlats += [(last.lon, last.lat), (pair[1].lon, pair[1].lat)]
    towards = [*lonlats[1:-1], (*last.via, lonlats[-1])[0]]
    xs, ys = district.to_metres.transform(*np.array([lonlats[0], *towards]).T)
    spots = list(zip(xs.tolist(), ys.tolist(), strict=True))
    bends: dict[int, tuple[Spot, ...]] = {0: first.via[::-1], len(lonlats) - 2: last.via}
    ways = [-1, int(streets.way[first.segment])]
    weights = [int(joints.access[ends[0]]), middle[0]]
    for tail, head in pairwise(nodes):
        segment = network.segment_between(tail, head)
        ways.append(int(streets.way[segment]))
        weights.append(int(network.segment_weight[segment]))
    begins = [-1, -1]
    if nodes:
        begins += list(nodes)
        ways.append(int(streets.way[last.segment]))
        weights.append(middle[1])
    ways.append(-1)
    weights.append(int(joints.access[ends[1]]))
    begins.append(-1)
    return tuple(
        Piece(
            way=way,
            node=node,
            begin=spots[number],
            end=spots[number + 1],
            lonlat=lonlats[number],
            time_ds=weight >> DISTANCE_BITS,
            length_m=weight & DISTANCE_MASK,
            bends=bends.get(number, ()),
        )
        for number, (way, node, weight) in enumerate(zip(ways, begins, weights, strict=True))
    )
