"""What keeps two parts of a network apart: closed gates, ways and areas, barriers, cut ways."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_matrix, csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

from geodata.closures import Shut
from geodata.modes import lets_pass
from geodata.travel.network import Network, Streets

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

_PER_LOCK = 1e7  # more than any way within a district, in metres: fewest locks first


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class Lock:
    """One thing that stops a mode.

    Parameters
    ----------
    kind
        ``gate``, ``way`` or ``area`` where closed; ``barrier`` where this mode may never pass a
        gate or barrier; ``wall`` where a way runs through a wall that has no gate.
    place
        Id of the gate, way or barrier; an area by its number among those that are shut.
    """

    kind: str
    place: str


class Locks:
    """All segments of one mode with what locks each of them.

    Parameters
    ----------
    shut
        What is closed, beside the gates that are closed by rule.
    """

    def __init__(self, network: Network, shut: Shut) -> None:
        self.streets = network.streets
        self.of_segment: dict[int, set[Lock]] = {}
        gates = network.district.gates
        closed = shut.gates | set(gates.loc[~gates["open"], "id"])
        self.at_node: dict[int, Lock] = {}
        self.across: dict[int, list[tuple[float, Lock]]] = {}
        self._gates(closed)
        self._doorways(network, closed)
        self._ways(network, shut)
        self._areas(shut)
        self._bars(network)
        count = len(self.streets.tail)
        locked = np.zeros(count, dtype=np.int64)
        for segment, mine in self.of_segment.items():
            locked[segment] = len(mine)
        self.cost: Floats = np.maximum(self.streets.length_m, 1) + _PER_LOCK * locked

    def parts(self, opened: Iterable[Lock] = ()) -> Ints:
        """Label the nodes that reach one another where only the named locks are opened."""
        gone = set(opened)
        shut = [segment for segment, mine in self.of_segment.items() if mine - gone]
        passable = np.ones(len(self.streets.tail), dtype=bool)
        passable[shut] = False
        _, part = connected_components(self._graph(passable), directed=True, connection="strong")
        return np.asarray(part, dtype=np.int64)

    def on(self, segment: int) -> frozenset[Lock]:
        """Name what locks a segment itself; a gate at its end leaves the other end."""
        return frozenset(lock for lock in self.of_segment.get(segment, ()) if lock.kind != "gate")

    def towards(self, segment: int, along: float, node: int) -> frozenset[Lock]:
        """Name the gates between a spot on a segment and one of its ends."""
        head = node == int(self.streets.head[segment])
        between = {lock for at, lock in self.across.get(segment, ()) if (at >= along) == head}
        return frozenset(between | ({self.at_node[node]} if node in self.at_node else set()))

    def joined(self, segment: int, along: float, part: Ints, opened: frozenset[Lock]) -> set[int]:
        """Find the parts that a stop on a segment both reaches and is reached from."""
        if segment < 0 or self.on(segment) - opened:
            return set()
        streets = self.streets
        tail, head = int(streets.tail[segment]), int(streets.head[segment])
        ahead, back = bool(streets.forward[segment]), bool(streets.backward[segment])
        if not (ahead or back):
            ahead = back = True
        free = {node: not self.towards(segment, along, node) - opened for node in (tail, head)}
        leaving = {part[n] for n, may in ((head, ahead), (tail, back)) if may and free[n]}
        coming = {part[n] for n, may in ((tail, ahead), (head, back)) if may and free[n]}
        return {int(number) for number in leaving & coming}

    def between(self, source: int) -> "Routes":
        """Find the ways of fewest locks from a node to all others and back."""
        graph = self._graph(np.ones(len(self.streets.tail), dtype=bool))
        there = dijkstra(graph, indices=source, return_predecessors=True)
        back = dijkstra(graph.T.tocsr(), indices=source, return_predecessors=True)
        return Routes(self, source, (there, back))

    def segments_between(self) -> dict[tuple[int, int], int]:
        """Name the segment of least cost between two nodes, whatever its direction."""
        streets = self.streets
        order = np.argsort(-self.cost, kind="stable")
        ends = zip(streets.tail[order].tolist(), streets.head[order].tolist(), strict=True)
        found: dict[tuple[int, int], int] = {}
        for (a, b), segment in zip(ends, order.tolist(), strict=True):
            found[a, b] = found[b, a] = segment
        return found

    def _graph(self, passable: npt.NDArray[np.bool_]) -> csr_matrix:
        streets = self.streets
        cut = ~(streets.forward | streets.backward)  # nobody passes: then in no direction
        ahead = np.flatnonzero(passable & (streets.forward | cut))
        back = np.flatnonzero(passable & (streets.backward | cut))
        tail = np.r_[streets.tail[ahead], streets.head[back]]
        head = np.r_[streets.head[ahead], streets.tail[back]]
        cost = np.r_[self.cost[ahead], self.cost[back]]
        order = np.lexsort((cost, head, tail))
        tail, head, cost = tail[order], head[order], cost[order]
        first = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])][: len(tail)]
        size = len(streets.spots)
        return coo_matrix((cost[first], (tail[first], head[first])), shape=(size, size)).tocsr()

    def _lock(self, segments: Any, lock: Lock) -> None:
        for segment in np.asarray(segments).tolist():
            self.of_segment.setdefault(segment, set()).add(lock)

    def _gates(self, closed: frozenset[str] | set[str]) -> None:
        node_gate = self.streets.gate_node
        self.at_node = {
            node: Lock(kind="gate", place=gate)
            for node, gate in node_gate.items()
            if gate in closed
        }
        for node in [node for node, gate in node_gate.items() if gate in closed]:
            here = (self.streets.tail == node) | (self.streets.head == node)
            self._lock(np.flatnonzero(here), Lock(kind="gate", place=node_gate[node]))

    def _doorways(self, network: Network, closed: frozenset[str] | set[str]) -> None:
        """Lock the openings in walls that hang on gates beside the way.

        Where several gates open one, the first by id is named.
        """
        doorways, names = self.streets.doorways, network.district.gates["id"].to_numpy()
        shut = np.array([name in closed for name in names], dtype=bool)
        for number in doorways.closed(shut).tolist():
            segment = int(doorways.segment[number])
            gate = min(names[doorways.gate[doorways.doorway == number]])
            lock = Lock(kind="gate", place=str(gate))
            line, spot = self.streets.lines[segment], shapely.centroid(doorways.spot[number])
            at = float(shapely.line_locate_point(line, spot, normalized=True))
            self.across.setdefault(segment, []).append((at, lock))
            self._lock([segment], lock)

    def _ways(self, network: Network, shut: Shut) -> None:
        if not shut.ways:
            return
        names = network.district.ways["id"].to_numpy()[self.streets.way]
        for way in shut.ways:
            self._lock(np.flatnonzero(names == way), Lock(kind="way", place=way))

    def _areas(self, shut: Shut) -> None:
        ends = self.streets.lonlat[self.streets.tail], self.streets.lonlat[self.streets.head]
        lines = shapely.linestrings(np.stack(ends, axis=1))
        for number, area in enumerate(shut.areas, start=1):
            shapely.prepare(area)
            here = shapely.intersects(area, lines)
            self._lock(np.flatnonzero(here), Lock(kind="area", place=f"{number}"))

    def _bars(self, network: Network) -> None:
        """Name what makes a segment impassable in both directions."""
        streets = self.streets
        cut = np.flatnonzero(~(streets.forward | streets.backward))
        if not len(cut):
            return
        bars = _impassable(network)
        names = network.district.ways["id"].to_numpy()[streets.way]
        for segment in cut.tolist():
            ends = (int(streets.tail[segment]), int(streets.head[segment]))
            found = [bars[spot] for n in ends if (spot := _spot(streets, n)) in bars]
            for place in found:
                self._lock([segment], Lock(kind="barrier", place=place))
            if not found:
                self._lock([segment], Lock(kind="wall", place=str(names[segment])))


class Routes:
    """Ways of fewest locks from one node; make it with :meth:`Locks.between`."""

    def __init__(self, locks: Locks, source: int, trees: tuple[Any, Any]) -> None:
        self.locks = locks
        self.source = source
        self._trees = trees
        self._between = locks.segments_between()

    def to_spot(self, segment: int, along: float) -> frozenset[Lock] | None:
        """Name the locks on the way to a spot and back, None where no way leads there."""
        ends = (int(self.locks.streets.tail[segment]), int(self.locks.streets.head[segment]))
        found = set(self.locks.on(segment))
        for away, before in self._trees:
            node = min(
                ends,
                key=lambda end: (
                    away[end] + _PER_LOCK * len(self.locks.towards(segment, along, end)),
                    end,
                ),
            )
            if not np.isfinite(away[node]):
                return None
            found |= self.locks.towards(segment, along, node)
            while node != self.source:
                last = int(before[node])
                found |= self.locks.of_segment.get(self._between[last, node], set())
                node = last
        return frozenset(found)


def _impassable(network: Network) -> dict[tuple[float, float], str]:
    """Find where this mode may never pass, with the gate or barrier that stands there."""
    found: dict[tuple[float, float], str] = {}
    for frame in (network.district.barriers, network.district.gates):
        if not len(frame):
            continue
        mode = network.streets.mode
        stopped = frame[~frame[mode.passage].to_numpy(dtype=bool) | ~lets_pass(mode, frame)]
        for mark, spot in zip(stopped["id"], stopped.geometry, strict=True):
            found[spot.x, spot.y] = mark
    return found


def _spot(streets: Streets, node: int) -> tuple[float, float]:
    return (float(streets.lonlat[node, 0]), float(streets.lonlat[node, 1]))
