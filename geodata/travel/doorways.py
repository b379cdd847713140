"""Where ways meet gates, barriers and walls, and which gate each opening hangs on."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.district import District
from geodata.modes import Mode, lets_pass

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

GATE_IN_WALL_M = 3.0
"""A way may cross a wall where a gate or another opening is this near."""


@dataclass(frozen=True, eq=False, kw_only=True)
class Doorways:
    """Crossings of segments and walls that only gates open.

    Attributes
    ----------
    free
        Per segment, whether it crosses no wall but at an opening.
    segment, spot
        Per doorway, the segment and the crossing in metres.
    doorway, gate
        Per pair of a doorway and a gate that opens it, its number and the row of the gate.
    """

    free: Flags
    segment: Ints
    spot: npt.NDArray[Any]
    doorway: Ints
    gate: Ints

    def closed(self, gate_shut: Flags) -> Ints:
        """List the doorways whose gates are all shut."""
        ways_in = np.bincount(
            self.doorway, weights=~gate_shut[self.gate], minlength=len(self.segment)
        )
        return np.flatnonzero(ways_in == 0)


def through_walls(
    district: District, mode: Mode, lines: npt.NDArray[Any], covered: Flags, on_way: frozenset[str]
) -> Doorways:
    """Tell which segments cross no wall, or cross it at an opening, and which gates open that.

    Parameters
    ----------
    covered
        Per segment, whether it runs over or under what is drawn across it.
    on_way
        Gates that stand on a node: they close at the node.

    Notes
    -----
    A way and a wall that share a node are taken as an opening in the wall: that is how maps draw
    one that has no gate. Where a gate stands beside such an opening, it hangs on the gate.
    """
    walls, gates = metric(district, district.walls), metric(district, district.gates)
    segment, wall = shapely.STRtree(walls).query(lines, predicate="intersects")
    kept = ~covered[segment]
    segment, wall = segment[kept], wall[kept]
    crosses = shapely.crosses(lines[segment], walls[wall])
    spot, pair = shapely.get_parts(
        shapely.intersection(lines[segment], walls[wall]), return_index=True
    )
    segment, crosses = segment[pair], crosses[pair]
    barriers = metric(district, district.barriers)[lets_pass(mode, district.barriers)]
    always = np.zeros(len(spot), dtype=bool)
    always[_near(spot, barriers)[0]] = True
    at, gate = _near(spot, gates)
    apart = ~district.gates["id"].isin(on_way).to_numpy(dtype=bool)
    counts = lets_pass(mode, district.gates)[gate] & (crosses[at] | apart[gate]) & ~always[at]
    at, gate = at[counts], gate[counts]
    hung, doorway = np.unique(at, return_inverse=True)
    free = np.ones(len(lines), dtype=bool)
    stopped = crosses & ~always
    stopped[hung] = False
    free[segment[stopped]] = False
    return Doorways(free=free, segment=segment[hung], spot=spot[hung], doorway=doorway, gate=gate)


def at_nodes(district: District, lonlat: Floats, mode: Mode) -> tuple[dict[int, str], Flags]:
    """Find the node of each gate, and the nodes where a barrier never lets this mode pass."""
    node_at = {(lon, lat): number for number, (lon, lat) in enumerate(lonlat.tolist())}
    shut = np.zeros(len(lonlat), dtype=bool)
    gate_node: dict[int, str] = {}
    for frame, closable in ((district.gates, True), (district.barriers, False)):
        for mark, passes, spot in zip(
            frame["id"], lets_pass(mode, frame), frame.geometry, strict=True
        ):
            node = node_at.get((spot.x, spot.y))
            if node is None:
                continue
            if closable:
                gate_node[node] = mark
            if not passes:
                shut[node] = True
    return gate_node, shut


def metric(district: District, frame: Any) -> npt.NDArray[Any]:
    """Give a layer's geometry in metres."""
    if not len(frame):
        return np.array([], dtype=object)
    return np.asarray(
        shapely.transform(
            frame.geometry.to_numpy(), district.to_metres.transform, interleaved=False
        )
    )


def _near(spots: npt.NDArray[Any], openings: npt.NDArray[Any]) -> tuple[Ints, Ints]:
    if not len(openings) or not len(spots):
        return np.array([], dtype=int), np.array([], dtype=int)
    at, opening = shapely.STRtree(openings).query(
        spots, predicate="dwithin", distance=GATE_IN_WALL_M
    )
    return at, opening
