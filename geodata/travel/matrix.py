"""Travel times and distances between all stops."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import datetime

import numpy as np
import numpy.typing as npt

from geodata.closures import OPEN, ClosureRefused, Closures, Shut
from geodata.district import District
from geodata.travel.engines import DISTANCE_BITS, DISTANCE_MASK, UNREACHED, Dijkstra, Engine
from geodata.travel.joints import Joints, Stop, StopMisplaced, along_segment, join, stay
from geodata.travel.matrix_cache import Key, MatrixStore
from geodata.travel.network import Network
from geodata.travel.seats import SEATED_FROM, seated_engine

__all__ = [
    "UNREACHABLE",
    "Joints",
    "MatrixStale",
    "Stop",
    "StopMisplaced",
    "TravelMatrix",
    "along_segment",
    "extend",
    "join",
    "travel_matrix",
    "unreachable_stops",
]

Ints = npt.NDArray[np.int64]

UNREACHABLE = -1
_TENTHS = 10


class MatrixStale(ValueError):
    """A matrix that is to be extended is of other stops, another map or other closures."""

    def __init__(self) -> None:
        self.code = "map.matrix-stale"
        self.facts = {"mend": "compute the matrix of all stops with travel_matrix"}
        super().__init__(f"{self.code}: {self.facts['mend']}")


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class TravelMatrix:
    """Integer seconds and metres from each stop (row) to each other (column).

    ``duration_s`` is rounded up, so it obeys the triangle inequality; ``distance_m`` is that of
    the path of least time. Pairs without a way hold -1. ``digest`` names all that went in: the
    map, what is closed, the mode with its speeds, and the stops. ``at`` is the instant asked for.
    """

    stops: tuple[str, ...]
    duration_s: Ints
    distance_m: Ints
    mode: str
    digest: str
    at: datetime | None = None


def travel_matrix(
    district: District,
    stops: Sequence[Stop],
    mode: str,
    *,
    closures: Closures | None = None,
    at: datetime | None = None,
    permits: frozenset[str] = frozenset(),
    shut: Shut = OPEN,
    closed_gates: frozenset[str] = frozenset(),
    network: Network | None = None,
    store: MatrixStore | None = None,
    referee: bool = False,
) -> TravelMatrix:
    """Compute the matrix of all stops for one mode.

    Parameters
    ----------
    closures, at, permits
        What is closed when, the instant of travel, and what the traveller may pass. With an
        instant, gates are also shut outside their opening hours.
    shut, closed_gates
        What is closed beside that, and beside the gates that are closed in the district.
    network
        One made before with :meth:`Network.of`; it takes the place of mode and closures.
    store
        Where matrices of the same content are kept.
    referee
        Use SciPy's Dijkstra whatever the size, to judge the other engine; nothing is kept.

    Raises
    ------
    StopMisplaced
        If two stops share an id.
    ClosureRefused
        If closures come without an instant, or do not fit the district.
    """
    if network is None:
        whole = shut | Shut(gates=closed_gates) | _shut_at(district, closures, at, mode, permits)
        network = Network.of(district, mode, whole)
    ids = _ids(stops)
    digest = _digest(network, stops)
    key = Key(digest=digest, stops=len(ids))
    kept = store.find(key) if store and not referee else None
    if kept is None:
        kept = _square(network, stops, referee=referee)
        if store and not referee:
            store.keep(key, *kept)
    return TravelMatrix(
        stops=ids,
        duration_s=kept[0],
        distance_m=kept[1],
        mode=network.mode,
        digest=digest,
        at=at,
    )


def extend(
    matrix: TravelMatrix, network: Network, stops: Sequence[Stop], added: Sequence[Stop]
) -> TravelMatrix:
    """Add stops to a matrix; only their rows and columns are computed.

    Parameters
    ----------
    network, stops
        Those that the matrix was computed with.

    Raises
    ------
    MatrixStale
        If the matrix is of another network or other stops.
    StopMisplaced
        If an added stop has the id of another.
    """
    if matrix.digest != _digest(network, stops):
        raise MatrixStale
    everywhere = [*stops, *added]
    ids = _ids(everywhere)
    columns = _block(network, stops, added)
    rows = _block(network, added, everywhere)
    whole = [
        np.concatenate([np.concatenate([old, column], axis=1), row])
        for old, column, row in zip(
            (matrix.duration_s, matrix.distance_m), columns, rows, strict=True
        )
    ]
    return TravelMatrix(
        stops=ids,
        duration_s=whole[0],
        distance_m=whole[1],
        mode=matrix.mode,
        digest=_digest(network, everywhere),
        at=matrix.at,
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


def _shut_at(
    district: District,
    closures: Closures | None,
    at: datetime | None,
    mode: str,
    permits: frozenset[str],
) -> Shut:
    if at is None and closures is None:
        return OPEN
    if at is None:
        raise ClosureRefused(
            "map.instant-missing", field="at", mend="give the instant of travel with its zone"
        )
    return (closures or Closures()).within(district).at(at, mode, permits)


def _square(network: Network, stops: Sequence[Stop], *, referee: bool) -> tuple[Ints, Ints]:
    """Give seconds and metres between all stops."""
    joints = join(network, stops)
    if len(stops) >= SEATED_FROM and not referee:
        engine, seats = seated_engine(network, joints)
        least = engine.many_to_many(seats, seats)
    else:
        least = _between(joints, joints, _referee(network) if referee else network.engine)
    return _finished(network, least, (joints, joints), (stops, stops))


def _block(
    network: Network, origins: Sequence[Stop], targets: Sequence[Stop]
) -> tuple[Ints, Ints]:
    """Give seconds and metres from some stops to others."""
    both = join(network, origins), join(network, targets)
    return _finished(network, _between(*both, network.engine), both, (origins, targets))


def _referee(network: Network) -> Dijkstra:
    tail, head, _ = network.streets.arcs
    return Dijkstra(tail, head, network.arc_weight, len(network.streets.spots))


def _finished(
    network: Network,
    least: Ints,
    joints: tuple[Joints, Joints],
    stops: tuple[Sequence[Stop], Sequence[Stop]],
) -> tuple[Ints, Ints]:
    """Add what is no way between nodes: staying on a segment, the walks, and staying put."""
    origins, targets = joints
    columns = _by_segment(targets)
    for segment, rows in _by_segment(origins).items():
        if segment in columns:
            at = np.ix_(rows, columns[segment])
            staying = stay(network, segment, origins, targets, rows=rows, columns=columns[segment])
            least[at] = np.minimum(least[at], staying)
    access = origins.access[:, None] + targets.access[None, :]
    weight = np.where(least < UNREACHED, least + access, UNREACHED)
    spots = np.array([(s.lon, s.lat) for side in stops for s in side], dtype=float)
    _, place = np.unique(spots.reshape(-1, 2), axis=0, return_inverse=True)
    row, column = np.split(place.reshape(-1), [len(stops[0])])
    weight[row[:, None] == column[None, :]] = 0
    reached = weight < UNREACHED
    seconds = -(-(weight >> DISTANCE_BITS) // _TENTHS)
    return (
        np.where(reached, seconds, UNREACHABLE),
        np.where(reached, weight & DISTANCE_MASK, UNREACHABLE),
    )


def _between(origins: Joints, targets: Joints, engine: Engine) -> Ints:
    """Give the least weight from where stops join to where others do, by either end."""
    best = np.full((len(origins.snaps), len(targets.snaps)), UNREACHED)
    sources, source = np.unique(origins.node, return_inverse=True)
    sinks, sink = np.unique(targets.node, return_inverse=True)
    source, sink = source.reshape(origins.node.shape), sink.reshape(targets.node.shape)
    between = engine.many_to_many(sources, sinks)
    for out in (0, 1):
        for into in (0, 1):
            # a half that nothing passes weighs UNREACHED // 2; sums wrap only where blocked
            total = between[np.ix_(source[:, out], sink[:, into])]
            blocked = total >= UNREACHED
            total += origins.leaving[:, out][:, None]
            total += targets.arriving[:, into][None, :]
            total[blocked | (total >= UNREACHED // 2)] = UNREACHED
            np.minimum(best, total, out=best)
    return best


def _by_segment(joints: Joints) -> dict[int, Ints]:
    segment = np.array([s.segment for s in joints.snaps], dtype=np.int64)
    order = np.argsort(segment, kind="stable")
    found, starts = np.unique(segment[order], return_index=True)
    groups = np.split(order, starts[1:]) if len(found) else []
    return {int(one): group for one, group in zip(found, groups, strict=True) if one >= 0}


def _ids(stops: Sequence[Stop]) -> tuple[str, ...]:
    ids = tuple(stop.id for stop in stops)
    if len(set(ids)) < len(ids):
        twice = next(i for n, i in enumerate(ids) if i in ids[:n])
        raise StopMisplaced("stop.id-repeated", stop=twice, mend="give each stop its own id")
    return ids


def _digest(network: Network, stops: Sequence[Stop]) -> str:
    mark = hashlib.sha256(network.district.digest.encode())
    mode = network.streets.mode
    said = [(one.name, getattr(mode, one.name)) for one in fields(mode)]
    ordered = [(k, sorted(v) if isinstance(v, frozenset) else v) for k, v in said]
    mark.update(repr((ordered, network.shut.digest)).encode())
    mark.update(repr([(stop.id, stop.lon, stop.lat) for stop in stops]).encode())
    return mark.hexdigest()
