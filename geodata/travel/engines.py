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
LEAST_SCALE_M = 50
"""Below this scale too many pairs would be left to Dijkstra (ours)."""
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


class Scaled:
    """One customised order of contraction: arcs of 31 bits, asked by several threads."""

    def __init__(self, topology: Topology, weight: Ints) -> None:
        self._topology = topology  # the metrics point into it
        self._alone = Lock()  # a query writes into the metric's own memory
        self._weight = np.where(weight < INF_WEIGHT, weight, INF_WEIGHT).astype(np.uint32)
        self._metric = self._customised()

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Give the least weights, ``INF_WEIGHT`` where there is no way."""
        hands = min(os.cpu_count() or 1, _MOST_HANDS, 1 + len(sources) // _SOURCES_A_HAND)
        wanted = targets.astype(np.uint32)
        if hands == 1:  # a pool takes longer to make than a leg takes to ask for
            with self._alone:
                least = [self._ask(0, sources.astype(np.uint32), wanted)]
            return np.concatenate(least).reshape(len(sources), len(targets)).astype(np.int64)
        shares = np.array_split(sources.astype(np.uint32), hands)
        with self._alone, ThreadPoolExecutor(hands) as pool:
            least = list(
                pool.map(lambda hand: self._ask(hand, shares[hand], wanted), range(hands))
            )
        return np.concatenate(least).reshape(len(sources), len(targets)).astype(np.int64)

    def query(self, source: int, target: int) -> tuple[int, tuple[int, ...]]:
        """Give the least weight and the nodes of a path that has it."""
        with self._alone:
            weight, nodes, _ = self._metric.query(source, target)
        return int(weight), tuple(int(node) for node in nodes)

    def _ask(self, hand: int, sources: Any, targets: Any) -> Any:
        metric = self._metric if hand == 0 else self._customised()
        return np.asarray(metric.distances_many_to_many(sources, targets)).ravel()

    def _customised(self) -> Any:
        metric = CCHMetric(self._topology.order)
        metric.customize(self._weight)
        return metric


class Hierarchy:
    """Customizable contraction hierarchies of RoutingKit, which know 31 bits.

    A weight is ``tenths of a second * scale + metres``, where the scale is above the metres of
    any least path. Blocked arcs stay in the hierarchy with the weight of no way, so that one
    topology serves whatever closes.
    """

    def __init__(self, topology: Topology, weight: Ints, *, scale: int) -> None:
        self._scale = scale
        self._scaled = Scaled(topology, _scaled(weight, scale))

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Ask the hierarchy, with a metric for each processor where sources are many."""
        if not len(sources) or not len(targets):
            return np.empty((len(sources), len(targets)), dtype=np.int64)
        wide = self._scaled.many_to_many(sources, targets)
        full = ((wide // self._scale) << DISTANCE_BITS) + wide % self._scale
        return np.where(wide >= INF_WEIGHT, UNREACHED, full)

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Ask the hierarchy and unpack."""
        weight, nodes = self._scaled.query(source, target)
        return nodes if weight < INF_WEIGHT else ()


class ProvenHierarchy:
    """Hierarchies for maps whose times and metres do not fit 31 bits together.

    Notes
    -----
    Times alone give the least time ``T`` of a pair. Of the weights ``t * scale + metres`` the
    least is ``V(scale)``. Where ``V(scale) - T * scale`` and ``V(scale + 1) - T * (scale + 1)``
    are equal, both are the least metres of all paths of time ``T``: a path ``k`` tenths slower
    that is least at ``scale + 1`` would be less by ``k`` at ``scale``, so ``k`` is 0. It holds
    unless a path is shorter by ``scale`` metres and hardly slower; such pairs are left to
    Dijkstra's algorithm.
    """

    def __init__(self, topology: Topology, weight: Ints, *, scale: int, referee: Dijkstra) -> None:
        self._scale = scale
        self._referee = referee
        scales = (1, scale, scale + 1)
        metres = np.where(weight < BLOCKED_FROM, weight & DISTANCE_MASK, 0)
        times = _scaled(weight - metres, 1)
        self._metrics = [Scaled(topology, times if s == 1 else _scaled(weight, s)) for s in scales]

    def many_to_many(self, sources: Ints, targets: Ints) -> Ints:
        """Ask three hierarchies, and Dijkstra where they prove nothing."""
        if not len(sources) or not len(targets):
            return np.empty((len(sources), len(targets)), dtype=np.int64)
        times, least, more = (m.many_to_many(sources, targets) for m in self._metrics)
        metres = least - times * self._scale
        reached = times < INF_WEIGHT
        found = np.where(reached, (times << DISTANCE_BITS) + metres, UNREACHED)
        doubtful = reached & (more - times * (self._scale + 1) != metres)
        if len(rows := np.flatnonzero(doubtful.any(axis=1))):
            found[rows] = self._referee.many_to_many(sources[rows], targets)
        return found

    def path(self, source: int, target: int) -> tuple[int, ...]:
        """Ask the hierarchies and unpack the path that is proven, or ask Dijkstra."""
        (time, _), (least, _), (more, nodes) = (m.query(source, target) for m in self._metrics)
        if time >= INF_WEIGHT:
            return ()
        if least - time * self._scale != more - time * (self._scale + 1):
            return self._referee.path(source, target)
        return nodes


def _scaled(weight: Ints, scale: int) -> Ints:
    packed = (weight >> DISTANCE_BITS) * scale + (weight & DISTANCE_MASK)
    return np.where(weight < BLOCKED_FROM, packed, INF_WEIGHT)


def engine_for(
    tail: Ints,
    head: Ints,
    weight: Ints,
    lonlat: npt.NDArray[np.float64],
    *,
    topology: Topology | None = None,
    end_arcs: int = 0,
) -> Engine:
    """Choose the hierarchy that holds every path in 31 bits; Dijkstra where none does.

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
    most = INF_WEIGHT - 1
    # One more each, for what multiplying rounds down.
    scale, slowest = int(longest_m) + 2, int(longest_ds) + 1
    prepared = topology or Topology(tail, head, lonlat)
    if slowest * scale + scale <= most:
        return Hierarchy(prepared, weight, scale=scale)
    referee = Dijkstra(tail, head, weight, count)
    scale = (most - scale) // slowest - 1
    if scale < LEAST_SCALE_M:
        return referee
    return ProvenHierarchy(prepared, weight, scale=scale, referee=referee)


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
