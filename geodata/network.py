"""One graph per mode of travel: where it may go, how fast, and what stops it."""

from collections import OrderedDict
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, ClassVar

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components

from geodata.district import District, Finding
from geodata.engines import DISTANCE_BITS, UNREACHED, Engine, engine_for
from geodata.modes import MODES, Mode, speed_m_s

Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

GATE_IN_WALL_M = 3.0
"""A way may cross a wall where a gate or another opening is this near."""
_KEPT_GRAPHS = 24


class ModeUnknown(ValueError):
    """There is no such mode of travel."""

    def __init__(self, mode: str) -> None:
        self.code = "map.mode-unknown"
        self.facts = {"mode": mode, "mend": "use one of " + ", ".join(MODES)}
        super().__init__(f"{self.code}: {mode}; use one of {', '.join(MODES)}")


class GateUnknown(ValueError):
    """A closure names a gate that the district does not have."""

    def __init__(self, gate: str) -> None:
        self.code = "map.gate-unknown"
        self.facts = {"gate": gate, "mend": "name a gate of this district by its id"}
        super().__init__(f"{self.code}: {gate}")


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
    findings: tuple[Finding, ...]

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


class Network:
    """The graph of one mode with some gates closed; make it with :meth:`of`.

    Attributes
    ----------
    blocked
        Per node, whether nothing passes it: a gate that is closed.
    """

    _kept: ClassVar["OrderedDict[tuple[str, str, frozenset[str]], Network]"] = OrderedDict()

    def __init__(self, district: District, streets: Streets, closed: frozenset[str]) -> None:
        self.district = district
        self.streets = streets
        self.mode = streets.mode.name
        self.closed_gates = closed
        self.blocked = np.zeros(len(streets.spots), dtype=bool)
        shut = closed | set(district.gates.loc[~district.gates["open"], "id"])
        for node, gate in streets.gate_node.items():
            self.blocked[node] = gate in shut
        self.snapped: dict[tuple[float, float], Any] = {}

    @classmethod
    def of(
        cls, district: District, mode: str, closed_gates: frozenset[str] = frozenset()
    ) -> "Network":
        """Return the network of a mode, kept from earlier calls if the district is the same.

        Raises
        ------
        ModeUnknown
            If the mode is none of :data:`geodata.modes.MODES`.
        GateUnknown
            If a closed gate is not of this district.
        """
        if mode not in MODES:
            raise ModeUnknown(mode)
        if unknown := closed_gates - set(district.gates["id"]):
            raise GateUnknown(min(unknown))
        key = (district.digest, mode, closed_gates)
        if key in cls._kept:
            cls._kept.move_to_end(key)
            return cls._kept[key]
        sibling = next((kept for (d, m, _), kept in cls._kept.items() if (d, m) == key[:2]), None)
        streets = sibling.streets if sibling else _build(district, MODES[mode])
        made = cls(district, streets, closed_gates)
        cls._kept[key] = made
        while len(cls._kept) > _KEPT_GRAPHS:
            cls._kept.popitem(last=False)
        return made

    @cached_property
    def engine(self) -> Engine:
        """Shortest paths on this network's arcs."""
        tail, head, _ = self.streets.arcs
        return engine_for(tail, head, self.arc_weight, self.streets.lonlat)

    @cached_property
    def arc_weight(self) -> Ints:
        """Weight of each arc; those at closed gates are blocked."""
        tail, head, segment = self.streets.arcs
        weight = self.segment_weight[segment]
        return np.where(self.blocked[tail] | self.blocked[head], UNREACHED, weight)

    @cached_property
    def segment_weight(self) -> Ints:
        """Weight of each segment; never zero, so that sparse matrices keep it."""
        return weigh(np.maximum(self.streets.time_ds, 1), self.streets.length_m)

    @cached_property
    def _lightest(self) -> dict[tuple[int, int], int]:
        tail, head, segment = (column.tolist() for column in self.streets.arcs)
        found: dict[tuple[int, int], int] = {}
        for number in np.argsort(-self.arc_weight, kind="stable").tolist():
            found[tail[number], head[number]] = segment[number]
        return found

    def segment_between(self, tail: int, head: int) -> int:
        """Name the segment of least weight that leads from one node to the next."""
        return self._lightest[tail, head]

    @property
    def findings(self) -> tuple[Finding, ...]:
        """What was cut off from this network, and by which rule."""
        return self.streets.findings


def weigh(time_ds: Ints, length_m: Ints) -> Ints:
    """Pack time and distance into one integer that orders by time, then by distance."""
    return (time_ds << DISTANCE_BITS) + length_m


def _build(district: District, mode: Mode) -> Streets:
    ways = district.ways
    chosen = ways[ways[mode.passage] & ~ways["highway"].isin(mode.avoided)]
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
    free = _free(district, spots, tail, head, chosen["covered"].to_numpy()[way])
    gate_node, shut = _at_nodes(district, lonlat, mode)
    free &= ~(shut[tail] | shut[head])
    direction = chosen[mode.oneway].to_numpy()[way] if mode.oneway else np.zeros(len(way))
    forward, backward = free & (direction >= 0), free & (direction <= 0)
    usable, lost = _without_islands(len(spots), tail, head, forward, backward)
    findings = (
        [
            Finding(
                code="network.island",
                place=f"{mode.name}",
                message=f"{lost} segments join no larger part of the network; left out",
            )
        ]
        if lost
        else []
    )
    blocked_ways = sorted(set(ways["id"].to_numpy()[way_row[~free]]))
    findings += [
        Finding(
            code="network.way-blocked",
            place=f"{name}",
            message=f"for {mode.name}: crosses a wall without a gate, or ends at a barrier",
        )
        for name in blocked_ways
    ]
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
        findings=tuple(findings),
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


def _free(
    district: District, spots: Floats, tail: Ints, head: Ints, covered: npt.NDArray[np.bool_]
) -> npt.NDArray[np.bool_]:
    """Tell which segments cross no wall, or cross it at a gate.

    Notes
    -----
    A way and a wall that share a node are taken as an opening in the wall: that is how maps draw
    one that has no gate.
    """
    free = np.ones(len(tail), dtype=bool)
    if not len(district.walls):
        return free
    walls = metric(district, district.walls)
    lines = shapely.linestrings(np.stack([spots[tail], spots[head]], axis=1))
    segment, wall = shapely.STRtree(walls).query(lines, predicate="crosses")
    if not len(segment):
        return free
    crossing = shapely.intersection(lines[segment], walls[wall])
    openings = np.concatenate(
        [metric(district, district.gates), metric(district, district.barriers)]
    )
    stopped = ~covered[segment]
    if len(openings):
        near = shapely.STRtree(openings).query(
            crossing, predicate="dwithin", distance=GATE_IN_WALL_M
        )
        stopped[near[0]] = False
    free[segment[stopped]] = False
    return free


def metric(district: District, frame: Any) -> npt.NDArray[Any]:
    """Give a layer's geometry in metres."""
    if not len(frame):
        return np.array([], dtype=object)
    return np.asarray(
        shapely.transform(
            frame.geometry.to_numpy(), district.to_metres.transform, interleaved=False
        )
    )


def _at_nodes(
    district: District, lonlat: Floats, mode: Mode
) -> tuple[dict[int, str], npt.NDArray[np.bool_]]:
    """Find the node of each gate, and the nodes where a barrier never lets this mode pass."""
    node_at = {(lon, lat): number for number, (lon, lat) in enumerate(lonlat.tolist())}
    shut = np.zeros(len(lonlat), dtype=bool)
    gate_node: dict[int, str] = {}
    for frame, closable in ((district.gates, True), (district.barriers, False)):
        for mark, passes, spot in zip(
            frame["id"], frame[mode.passage], frame.geometry, strict=True
        ):
            node = node_at.get((spot.x, spot.y))
            if node is None:
                continue
            if closable:
                gate_node[node] = mark
            if not passes:
                shut[node] = True
    return gate_node, shut


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
