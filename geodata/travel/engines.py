"""Shortest paths: a fast engine, and one that is slow and obvious."""

import os
from concurrent.futures import ThreadPoolExecutor
from threading import Lock
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
_MOST_HANDS = 4
_SOURCES_A_HAND = 300


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

    def from_nearest(self, sources: Ints) -> npt.NDArray[np.float64]:
        """Give each node's least weight from whichever source is nearest."""
        least = dijkstra(self._graph, indices=sources, min_only=True)
        return np.asarray(least)

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Search from the source and walk the predecessors back."""
        least, before = dijkstra(self._graph, indices=source, return_predecessors=True)
        if np.isinf(least[target]):
            return ()
        nodes = [target]
        while nodes[-1] != source:
            nodes.append(int(before[nodes[-1]]))
        return tuple(reversed(nodes))


class Topology:
    """The order in which nodes are contracted: it knows arcs, not how heavy they are.

    Notes
    -----
    Dibbelt, Strasser and Wagner, Customizable Contraction Hierarchies, ACM Journal of
    Experimental Algorithmics 21 (2016).
    """

    def __init__(self, tail: Ints, head: Ints, lonlat: npt.NDArray[np.float64]) -> None:
        self.arc_count = len(tail)
        self.order = CCHTopology()
        if self.arc_count:
            self.order.build(
                tail.astype(np.uint32),
                head.astype(np.uint32),
                lonlat[:, 1].astype(np.float32),
                lonlat[:, 0].astype(np.float32),
                len(lonlat),
            )


class Hierarchy:
    """Customizable contraction hierarchies of RoutingKit, which know 31 bits.

    Weights are repacked with as few bits for the distance as the longest path needs. Blocked arcs
    stay in the hierarchy with the weight of no way, so that one topology serves whatever closes.
    """

    def __init__(self, topology: Topology, weight: Ints, *, distance_bits: int) -> None:
        self._bits = distance_bits
        self._topology = topology  # the metrics point into it
        self._alone = Lock()  # a query writes into the metric's own memory
        packed = ((weight >> DISTANCE_BITS) << distance_bits) + (weight & DISTANCE_MASK)
        packed[weight >= BLOCKED_FROM] = INF_WEIGHT
        self._packed = packed.astype(np.uint32)
        self._metric = self._customised()

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Ask the hierarchy, with a metric for each processor where sources are many."""
        if not len(sources) or not len(targets):
            return np.empty((len(sources), len(targets)), dtype=np.int64)
        hands = min(os.cpu_count() or 1, _MOST_HANDS, 1 + len(sources) // _SOURCES_A_HAND)
        wanted = targets.astype(np.uint32)
        shares = np.array_split(sources.astype(np.uint32), hands)
        with self._alone, ThreadPoolExecutor(hands) as pool:
            least = list(
                pool.map(lambda hand: self._ask(hand, shares[hand], wanted), range(hands))
            )
        wide = np.concatenate(least).reshape(len(sources), len(targets)).astype(np.int64)
        full = ((wide >> self._bits) << DISTANCE_BITS) + (wide & ((1 << self._bits) - 1))
        return np.where(wide >= INF_WEIGHT, UNREACHED, full)

    def _ask(self, hand: int, sources: Any, targets: Any) -> Any:
        metric = self._metric if hand == 0 else self._customised()
        return np.asarray(metric.distances_many_to_many(sources, targets)).ravel()

    def _customised(self) -> Any:
        metric = CCHMetric(self._topology.order)
        metric.customize(self._packed)
        return metric

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Ask the hierarchy and unpack."""
        with self._alone:
            weight, nodes, _ = self._metric.query(source, target)
        return tuple(int(node) for node in nodes) if weight < INF_WEIGHT else ()


def engine_for(
    tail: Ints,
    head: Ints,
    weight: Ints,
    lonlat: npt.NDArray[np.float64],
    *,
    topology: Topology | None = None,
    end_arcs: int = 0,
) -> Engine:
    """Choose the hierarchy where its 31 bits hold every path, else Dijkstra.

    Parameters
    ----------
    topology
        That of these arcs, if it is prepared.
    end_arcs
        How many of the last arcs a path needs only as its first and last; they may be so short
        that their rounded metres and tenths of a second tell no speed.
    """
    count = len(lonlat)
    passable = weight < BLOCKED_FROM
    if not passable.any():
        return Dijkstra(tail, head, weight, count)
    time_ds, length_m = weight[passable] >> DISTANCE_BITS, weight[passable] & DISTANCE_MASK
    longest_ds = _longest_ds(tail[passable], head[passable], time_ds, lonlat)
    inner = np.flatnonzero(passable) < len(tail) - end_arcs
    fastest = np.max(length_m[inner] / np.maximum(time_ds[inner], 1), initial=0.0)
    longest_m = longest_ds * float(fastest) + 2 * int(np.max(length_m[~inner], initial=0))
    bits = int(longest_m + 1).bit_length()
    if int(longest_ds + 1) << bits >= INF_WEIGHT:
        return Dijkstra(tail, head, weight, count)
    prepared = topology or Topology(tail, head, lonlat)
    return Hierarchy(prepared, weight, distance_bits=bits)


def _longest_ds(tail: Ints, head: Ints, time_ds: Ints, lonlat: npt.NDArray[np.float64]) -> float:
    """Bound the time of any least path.

    Inside a strongly connected part no path is longer than the way to its middle and from there;
    between parts each arc is used at most once, and parts that nothing joins are not added up.
    """
    count = len(lonlat)
    graph = csr_matrix((np.ones(len(tail)), (tail, head)), shape=(count, count))
    parts, part = connected_components(graph, directed=True, connection="strong")
    inside = part[tail] == part[head]
    hubs = _middles(part, parts, lonlat)
    bound = np.zeros(parts)
    for a, b in ((tail, head), (head, tail)):
        among = Dijkstra(a[inside], b[inside], time_ds[inside], count)
        np.maximum.at(reach := np.zeros(parts), part, among.from_nearest(hubs))
        bound += reach
    _, group = connected_components(
        csr_matrix(
            (np.ones((~inside).sum()), (part[tail[~inside]], part[head[~inside]])),
            shape=(parts, parts),
        ),
        directed=False,
    )
    sums = np.bincount(group, weights=bound)
    sums += np.bincount(group[part[tail[~inside]]], weights=time_ds[~inside], minlength=len(sums))
    return float(sums.max())


def _middles(part: npt.NDArray[Any], parts: int, lonlat: npt.NDArray[np.float64]) -> Ints:
    """Name the node of each part that is nearest to its middle."""
    sizes = np.bincount(part, minlength=parts)
    middle = np.column_stack(
        [np.bincount(part, weights=lonlat[:, axis], minlength=parts) / sizes for axis in (0, 1)]
    )
    away = ((lonlat - middle[part]) ** 2).sum(axis=1)
    order = np.lexsort((away, part))
    return order[np.searchsorted(part[order], np.arange(parts))]
