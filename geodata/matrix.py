"""Travel times and distances between all stops."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geodata.district import District
from geodata.engines import DISTANCE_BITS, DISTANCE_MASK, UNREACHED, Dijkstra, Engine
from geodata.modes import WALK_M_S
from geodata.network import Network, weigh
from geodata.snap import Snap, snap

Ints = npt.NDArray[np.int64]

UNREACHABLE = -1
_TENTHS = 10
_EAST, _NORTH = 180, 90


class StopMisplaced(ValueError):
    """A stop repeats an id or lies nowhere on earth."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """A place to travel from and to, in WGS 84."""

    id: str
    lon: float
    lat: float

    def __post_init__(self) -> None:
        if not (abs(self.lon) <= _EAST and abs(self.lat) <= _NORTH):
            raise StopMisplaced(
                "stop.off-the-earth",
                stop=self.id,
                found=f"{self.lon}, {self.lat}",
                mend="give lon, lat in degrees of WGS 84, in this order",
            )


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Integer seconds and metres from each stop (row) to each other (column).

    ``duration_s`` is rounded up, so it obeys the triangle inequality; ``distance_m`` is that of
    the path of least time. Pairs without a way hold -1. ``digest`` names all that went in.
    """

    stops: tuple[str, ...]
    duration_s: Ints
    distance_m: Ints
    mode: str
    digest: str


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Joints:
    """How stops hang on the network: both ends of a segment, with weights out of and into them.

    Each array has a row per stop and a column per end; ``access`` has one weight per stop.
    """

    snaps: tuple[Snap, ...]
    node: Ints
    leaving: Ints
    arriving: Ints
    access: Ints


def travel_matrix(
    district: District,
    stops: Sequence[Stop],
    mode: str,
    *,
    closed_gates: frozenset[str] = frozenset(),
    network: Network | None = None,
    referee: bool = False,
) -> TravelMatrix:
    """Compute the matrix of all stops for one mode.

    Parameters
    ----------
    closed_gates
        Gates closed in addition to those that are closed in the district.
    network
        One made before with :meth:`Network.of`; it takes the place of mode and gates.
    referee
        Use SciPy's Dijkstra whatever the size, to judge the other engine.

    Raises
    ------
    StopMisplaced
        If two stops share an id.
    """
    network = network or Network.of(district, mode, closed_gates)
    ids = tuple(stop.id for stop in stops)
    if len(set(ids)) < len(ids):
        twice = min(i for i in ids if ids.count(i) > 1)
        raise StopMisplaced("stop.id-repeated", stop=twice, mend="give each stop its own id")
    joints = join(network, stops)
    tail, head, _ = network.streets.arcs
    engine: Engine = (
        Dijkstra(tail, head, network.arc_weight, len(network.streets.spots))
        if referee
        else network.engine
    )
    weight = _combined(network, joints, engine)
    same = np.array([[a is b or a == b for b in _spots(stops)] for a in _spots(stops)], dtype=bool)
    if len(stops):
        weight[same] = 0
    reached = weight < UNREACHED
    seconds = -(-(weight >> DISTANCE_BITS) // _TENTHS)
    return TravelMatrix(
        stops=ids,
        duration_s=np.where(reached, seconds, UNREACHABLE),
        distance_m=np.where(reached, weight & DISTANCE_MASK, UNREACHABLE),
        mode=network.mode,
        digest=_digest(network, stops),
    )


def unreachable_stops(matrix: TravelMatrix) -> tuple[str, ...]:
    """List the stops that cannot be reached from, or cannot reach, most of the others.

    A stop behind a closed gate is one of them even where its neighbours behind the same gate are
    too: the largest group of stops that reach one another is what counts as reached.
    """
    linked = (matrix.duration_s >= 0) & (matrix.duration_s.T >= 0)
    if not len(linked):
        return ()
    largest = linked[int(np.argmax(linked.sum(axis=1)))]
    if largest.sum() <= 1 < len(linked):
        return matrix.stops
    return tuple(stop for stop, within in zip(matrix.stops, largest, strict=True) if not within)


def join(network: Network, stops: Sequence[Stop]) -> Joints:
    """Hang stops on a network."""
    snaps = snap(network, _spots(stops))
    streets = network.streets
    segment = np.array([s.segment for s in snaps], dtype=np.int64)
    joined = segment >= 0
    along = np.array([s.along for s in snaps])
    at = np.where(joined, segment, 0)
    node = np.stack([streets.tail[at], streets.head[at]], axis=1)
    time_ds, length_m = np.maximum(streets.time_ds[at], 1), streets.length_m[at]
    near = weigh(np.rint(along * time_ds).astype(int), np.rint(along * length_m).astype(int))
    far = network.segment_weight[at] - near
    shut = network.blocked[node] | ~joined[:, None]
    walk_m = np.array([s.access_m for s in snaps])
    access = weigh(np.ceil(walk_m / WALK_M_S * _TENTHS).astype(int), np.rint(walk_m).astype(int))
    ahead, back = streets.forward[at], streets.backward[at]
    return Joints(
        snaps=snaps,
        node=node,
        leaving=_where(np.stack([near, far], axis=1), np.stack([back, ahead], axis=1) & ~shut),
        arriving=_where(np.stack([near, far], axis=1), np.stack([ahead, back], axis=1) & ~shut),
        access=access,
    )


def along_segment(network: Network, joints: Joints, origin: int, target: int) -> int:
    """Weight of staying on the one segment that both stops hang on, without their access."""
    segment = joints.snaps[origin].segment
    if segment < 0 or segment != joints.snaps[target].segment:
        return int(UNREACHED)
    streets = network.streets
    a, b = joints.snaps[origin].along, joints.snaps[target].along
    if a != b and not (streets.forward if a < b else streets.backward)[segment]:
        return int(UNREACHED)
    time_ds, length_m = max(int(streets.time_ds[segment]), 1), int(streets.length_m[segment])
    time = abs(round(b * time_ds) - round(a * time_ds))
    return (time << DISTANCE_BITS) + abs(round(b * length_m) - round(a * length_m))


def _combined(network: Network, joints: Joints, engine: Engine) -> Ints:
    count = len(joints.snaps)
    best = np.full((count, count), UNREACHED)
    nodes, place = np.unique(joints.node, return_inverse=True)
    place = place.reshape(joints.node.shape)
    between = engine.many_to_many(nodes, nodes)
    for out in (0, 1):
        for into in (0, 1):
            middle = between[np.ix_(place[:, out], place[:, into])]
            total = joints.leaving[:, out][:, None] + joints.arriving[:, into][None, :]
            ok = (middle < UNREACHED) & (total < UNREACHED // 2)
            best = np.minimum(best, np.where(ok, np.where(ok, middle, 0) + total, UNREACHED))
    for group in _on_one_segment(joints.snaps):
        for origin in group:
            for target in group:
                straight = along_segment(network, joints, origin, target)
                best[origin, target] = min(best[origin, target], straight)
    access = joints.access[:, None] + joints.access[None, :]
    return np.where(best < UNREACHED, best + access, UNREACHED)


def _on_one_segment(snaps: tuple[Snap, ...]) -> list[list[int]]:
    groups: dict[int, list[int]] = {}
    for number, one in enumerate(snaps):
        if one.segment >= 0:
            groups.setdefault(one.segment, []).append(number)
    return [group for group in groups.values() if len(group) > 1]


def _where(weight: Ints, allowed: npt.NDArray[np.bool_]) -> Ints:
    return np.where(allowed, weight, UNREACHED // 2)


def _spots(stops: Sequence[Stop]) -> list[tuple[float, float]]:
    return [(stop.lon, stop.lat) for stop in stops]


def _digest(network: Network, stops: Sequence[Stop]) -> str:
    mark = hashlib.sha256(network.district.digest.encode())
    mark.update(repr((network.streets.mode, sorted(network.closed_gates))).encode())
    mark.update(repr([(stop.id, stop.lon, stop.lat) for stop in stops]).encode())
    return mark.hexdigest()
