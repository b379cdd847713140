"""Shortest paths: a fast engine, and one that is slow and obvious."""

from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
from pyroutingkit import INF_WEIGHT, CCHMetric, CCHTopology
from scipy.sparse import csr_matrix
from scipy.sparse.csgraph import connected_components, dijkstra

Ints = npt.NDArray[np.int64]

DISTANCE_BITS = 20
"""A weight is ``tenths of a second << 20 | metres``: least time first, then least distance."""
DISTANCE_MASK = (1 << DISTANCE_BITS) - 1
UNREACHED = np.int64(2**62)
BLOCKED_FROM = 2**61
_SMALL_PART = 40


class Engine(Protocol):
    """What the matrix and the directions ask of an engine."""

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Give the least weight from each source to each target; ``UNREACHED`` if none."""
        ...

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Give the nodes of a path of least weight, both ends included; empty if none."""
        ...


class Dijkstra:
    """SciPy's Dijkstra: exact for any weights, the referee of the other engine."""

    def __init__(self, tail: Ints, head: Ints, weight: Ints, count: int) -> None:
        order = np.lexsort((weight, head, tail))
        tail, head, weight = tail[order], head[order], weight[order]
        # csr_matrix adds parallel arcs up, so only the lightest of each may go in
        kept = np.r_[True, (tail[1:] != tail[:-1]) | (head[1:] != head[:-1])][: len(tail)]
        kept &= weight < BLOCKED_FROM
        self._graph = csr_matrix(
            (weight[kept].astype(np.float64), (tail[kept], head[kept])), shape=(count, count)
        )

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Run one search per source."""
        if not len(sources) or not len(targets):
            return np.empty((len(sources), len(targets)), dtype=np.int64)
        least = dijkstra(self._graph, indices=sources)[:, targets]
        return np.where(np.isinf(least), float(UNREACHED), least).astype(np.int64)

    def many_to_one(self, sources: Ints, target: int) -> Ints:
        """Run one search against the arcs."""
        least = dijkstra(self._graph.T, indices=target)[sources]
        return np.where(np.isinf(least), float(UNREACHED), least).astype(np.int64)

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Search from the source and walk the predecessors back."""
        least, before = dijkstra(self._graph, indices=source, return_predecessors=True)
        if np.isinf(least[target]):
            return ()
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[nodes[-1]]))
        return tuple(reversed(nodes))


class Hierarchy:
    """Customizable contraction hierarchies of RoutingKit, which know 31 bits.

    Weights are repacked with as few bits for the distance as the longest path needs.

    Notes
    -----
    Dibbelt, Strasser and Wagner, Customizable Contraction Hierarchies, ACM Journal of
    Experimental Algorithmics 21 (2016).
    """

    def __init__(
        self,
        tail: Ints,
        head: Ints,
        weight: Ints,
        lonlat: npt.NDArray[np.float64],
        *,
        distance_bits: int,
    ) -> None:
        self._bits = distance_bits
        topology = CCHTopology()
        topology.build(
            tail.astype(np.uint32),
            head.astype(np.uint32),
            lonlat[:, 1].astype(np.float32),
            lonlat[:, 0].astype(np.float32),
            len(lonlat),
        )
        self._topology = topology
        self._metric: Any = CCHMetric(topology)
        packed = ((weight >> DISTANCE_BITS) << distance_bits) + (weight & DISTANCE_MASK)
        packed[weight >= BLOCKED_FROM] = INF_WEIGHT
        self._metric.customize(packed.astype(np.uint32))

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Ask the hierarchy."""
        if not len(sources) or not len(targets):
            return np.empty((len(sources), len(targets)), dtype=np.int64)
        least = self._metric.distances_many_to_many(
            sources.astype(np.uint32), targets.astype(np.uint32)
        )
        wide = np.asarray(least).reshape(len(sources), len(targets)).astype(np.int64)
        full = ((wide >> self._bits) << DISTANCE_BITS) + (wide & ((1 << self._bits) - 1))
        return np.where(wide >= INF_WEIGHT, UNREACHED, full)

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Ask the hierarchy and unpack."""
        weight, nodes, _ = self._metric.query(source, target)
        return tuple(int(node) for node in nodes) if weight < INF_WEIGHT else ()


def engine_for(tail: Ints, head: Ints, weight: Ints, lonlat: npt.NDArray[np.float64]) -> Engine:
    """Choose the hierarchy where its 31 bits hold every path, else Dijkstra."""
    passable = weight < BLOCKED_FROM
    tail, head, weight = tail[passable], head[passable], weight[passable]
    if not len(tail):
        return Dijkstra(tail, head, weight, len(lonlat))
    time_ds, length_m = weight >> DISTANCE_BITS, weight & DISTANCE_MASK
    longest_ds = _longest_ds(tail, head, time_ds, lonlat)
    longest_m = longest_ds * float(np.max(length_m / np.maximum(time_ds, 1)))
    bits = int(longest_m + 1).bit_length()
    if int(longest_ds + 1) << bits >= INF_WEIGHT:
        return Dijkstra(tail, head, weight, len(lonlat))
    return Hierarchy(tail, head, weight, lonlat, distance_bits=bits)


def _longest_ds(tail: Ints, head: Ints, time_ds: Ints, lonlat: npt.NDArray[np.float64]) -> float:
    """Bound the time of any least path.

    Inside a strongly connected part no path is longer than the way to its middle and from there;
    between parts each arc is used at most once.
    """
    count = len(lonlat)
    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(count, count))
    _, part = connected_components(graph, directed=True, connection="strong")
    inside = part[tail] == part[head]
    bound = float(time_ds[~inside].sum())
    sums = np.bincount(part[tail][inside], weights=time_ds[inside], minlength=part.max() + 1)
    sizes = np.bincount(part)
    timed = Dijkstra(tail, head, time_ds, count)
    for number in np.flatnonzero(sums):
        if sizes[number] <= _SMALL_PART:
            bound += float(sums[number])
            continue
        members = np.flatnonzero(part == number)
        away = lonlat[members] - lonlat[members].mean(axis=0)
        hub = members[[int(np.argmin((away**2).sum(axis=1)))]]
        bound += float(timed.many_to_many(hub, members).max())
        bound += float(timed.many_to_one(members, hub[0]).max())
    return bound
