"""The segments that one mode of travel may use, before anything is closed."""

from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geodata.district import District, Finding
from geodata.modes import Mode, may_use, speed_m_s
from geodata.travel.doorways import Doorways, at_nodes, through_walls
from geodata.travel.engines import Topology

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False, kw_only=True)
class Streets:
    """All segments that one mode may use, before any gate is closed."""

    mode: Mode
    spots: Floats  # metres of each node
    lonlat: Floats
    tail: Ints  # nodes of each segment, in the direction it is drawn
    head: Ints
    way: Ints
    time_ds: Ints  # tenths of a second
    length_m: Ints
    forward: npt.NDArray[np.bool_]
    backward: npt.NDArray[np.bool_]
    usable: npt.NDArray[np.bool_]  # segment belongs to no island
    gate_node: dict[int, str] = field(repr=False)
    doorways: Doorways = field(repr=False)
    findings: tuple[Finding, ...]
    snapped: dict[tuple[float, float], Any] = field(default_factory=dict, repr=False)
    seated: dict[str, Topology] = field(default_factory=dict, repr=False)

    @cached_property
    def lines(self) -> npt.NDArray[Any]:
        """Segments as lines in metres."""
        pairs = np.stack([self.spots[self.tail], self.spots[self.head]], axis=1)
        return np.asarray(shapely.linestrings(pairs))

    @cached_property
    def arcs(self) -> tuple[Ints, Ints, Ints]:
        """Tail node, head node and segment of each arc."""
        ahead = np.flatnonzero(self.forward & self.usable)
        back = np.flatnonzero(self.backward & self.usable)
        return (
            np.concatenate([self.tail[ahead], self.head[back]]),
            np.concatenate([self.head[ahead], self.tail[back]]),
            np.concatenate([ahead, back]),
        )

    @cached_property
    def drawn(self) -> npt.NDArray[Any]:
        """Segments as lines in degrees."""
        pairs = np.stack([self.lonlat[self.tail], self.lonlat[self.head]], axis=1)
        return np.asarray(shapely.linestrings(pairs))

    @cached_property
    def drawn_tree(self) -> Any:
        """Tree of :attr:`drawn`."""
        return shapely.STRtree(self.drawn)

    @cached_property
    def topology(self) -> Topology:
        """The order of contraction, prepared once for whatever closes."""
        tail, head, _ = self.arcs
        return Topology(tail, head, self.lonlat)


def build_streets(district: District, mode: Mode) -> Streets:
    """Cut the ways that a mode may use into segments between nodes."""
    ways = district.ways
    chosen = ways[may_use(mode, ways) & ~ways["highway"].isin(mode.avoided)]
    coords, index = shapely.get_coordinates(chosen.geometry.to_numpy(), return_index=True)
    lonlat, node = np.unique(coords, axis=0, return_inverse=True)
    node = node.reshape(-1)
    xs, ys = district.to_metres.transform(lonlat[:, 0], lonlat[:, 1])
    spots = np.column_stack([xs, ys])
    joined = np.flatnonzero((index[1:] == index[:-1]) & (node[1:] != node[:-1]))
    tail, head, way = node[joined], node[joined + 1], index[joined]
    speeds = np.array([speed_m_s(mode, kind) for kind in chosen["highway"]])
    time_ds, length_m = _costs(spots, tail, head, way, speeds)
    way_row = chosen.index.to_numpy()[way]
    gate_node, shut = at_nodes(district, lonlat, mode)
    lines = np.asarray(shapely.linestrings(np.stack([spots[tail], spots[head]], axis=1)))
    covered = chosen["covered"].to_numpy(dtype=bool)[way]
    doorways = through_walls(district, mode, lines, covered, frozenset(gate_node.values()))
    free = doorways.free.copy()
    free &= ~(shut[tail] | shut[head])
    direction = chosen[mode.oneway].to_numpy()[way] if mode.oneway else np.zeros(len(way))
    forward, backward = free & (direction >= 0), free & (direction <= 0)
    usable, lost = _without_islands(len(spots), tail, head, forward, backward)
    blocked = sorted(set(ways["id"].to_numpy()[way_row[~free]]))
    return Streets(
        mode=mode,
        spots=spots,
        lonlat=lonlat,
        tail=tail,
        head=head,
        way=way_row,
        time_ds=time_ds,
        length_m=length_m,
        forward=forward,
        backward=backward,
        usable=usable,
        gate_node=gate_node,
        doorways=doorways,
        findings=_findings(mode, lost, blocked),
    )


def _costs(spots: Floats, tail: Ints, head: Ints, way: Ints, speeds: Floats) -> tuple[Ints, Ints]:
    """Round along each way, not per segment, so that errors do not add up."""
    length = np.hypot(*(spots[tail] - spots[head]).T)
    total = np.cumsum(length)
    starts = np.flatnonzero(np.r_[True, way[1:] != way[:-1]]) if len(way) else np.array([], int)
    before = np.repeat((total - length)[starts], np.diff(np.r_[starts, len(way)]))
    ends, begins = total - before, total - length - before
    tenths = 10.0 / speeds[way]
    time_ds = np.rint(ends * tenths) - np.rint(begins * tenths)
    length_m = np.rint(ends) - np.rint(begins)
    return time_ds.astype(np.int64), length_m.astype(np.int64)


def _without_islands(
    count: int,
    tail: Ints,
    head: Ints,
    forward: npt.NDArray[np.bool_],
    backward: npt.NDArray[np.bool_],
) -> tuple[npt.NDArray[np.bool_], int]:
    """Keep the parts that hold at least a fifth of all nodes, and always the largest.

    A door beside a smaller part is reached on foot from the nearest way of a larger one.

    Parts are strongly connected with every gate open, so a compound whose gates are all closed
    stays a part of the map: its doors are unreachable, not moved to the street outside.
    """
    starts = np.r_[tail[forward], head[backward]]
    ends = np.r_[head[forward], tail[backward]]
    graph = csr_matrix((np.ones(len(starts)), (starts, ends)), shape=(count, count))
    _, part = connected_components(graph, directed=True, connection="strong")
    sizes = np.bincount(part, minlength=1)
    kept = sizes >= sizes.sum() / 5
    if len(sizes):
        kept[np.argmax(sizes)] = True
    passable = forward | backward
    usable = passable & kept[part[tail]] & (part[tail] == part[head])
    return usable, int((passable & ~usable).sum())


def _findings(mode: Mode, lost: int, blocked: list[str]) -> tuple[Finding, ...]:
    islands = Finding(code="network.island", place=mode.name, facts={"count": lost})
    cut = {"mode": mode.name}
    return (
        *([islands] if lost else []),
        *(Finding(code="network.way-blocked", place=f"{way}", facts=cut) for way in blocked),
    )
