"""How stops hang on a network: from a door along its segment to both ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geodata.modes import WALK_M_S
from geodata.travel.engines import UNREACHED
from geodata.travel.network import Network, weigh
from geodata.travel.snap import Snap, snap

Ints = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]

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
class Joints:
    """How stops hang on the network: both ends of a segment, with weights out of and into them.

    Each array has a row per stop and a column per end; ``access`` has one weight per stop.
    """

    snaps: tuple[Snap, ...]
    joined: Flags
    node: Ints
    leaving: Ints
    arriving: Ints
    access: Ints


def join(network: Network, stops: Sequence[Stop]) -> Joints:
    """Hang stops on a network.

    Where a stop joins does not depend on what is closed; whether it can leave from there does. A
    stop whose walk to the way touches a closed area joins nothing.
    """
    snaps = snap(network, [(stop.lon, stop.lat) for stop in stops])
    streets = network.streets
    segment = np.array([s.segment for s in snaps], dtype=np.int64)
    joined = (segment >= 0) & ~_walks_closed(network, stops, snaps)
    along = np.array([s.along for s in snaps], dtype=float)
    at = np.where(segment >= 0, segment, 0)
    node = np.stack([streets.tail[at], streets.head[at]], axis=1)
    time_ds, length_m = np.maximum(streets.time_ds[at], 1), streets.length_m[at]
    near = weigh(np.rint(along * time_ds).astype(int), np.rint(along * length_m).astype(int))
    far = network.segment_weight[at] - near
    halves = [network.closed_between(at, np.full(len(at), end), along) for end in (0.0, 1.0)]
    shut = network.blocked[node] | ~joined[:, None] | np.stack(halves, axis=1)
    walk_m = np.array([s.access_m for s in snaps], dtype=float)
    access = weigh(np.ceil(walk_m / WALK_M_S * _TENTHS).astype(int), np.rint(walk_m).astype(int))
    ahead, back = streets.forward[at], streets.backward[at]
    return Joints(
        snaps=snaps,
        joined=joined,
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
    rows, columns = np.array([origin]), np.array([target])
    return int(stay(network, segment, joints, joints, rows=rows, columns=columns)[0, 0])


def stay(
    network: Network, segment: int, origins: Joints, targets: Joints, *, rows: Ints, columns: Ints
) -> Ints:
    """Weights of staying on one segment, from some stops on it to others."""
    streets = network.streets
    a = np.array([origins.snaps[row].along for row in rows])[:, None]
    b = np.array([targets.snaps[column].along for column in columns])[None, :]
    time_ds, length_m = max(int(streets.time_ds[segment]), 1), int(streets.length_m[segment])
    weight = weigh(
        np.abs(np.rint(b * time_ds) - np.rint(a * time_ds)).astype(np.int64),
        np.abs(np.rint(b * length_m) - np.rint(a * length_m)).astype(np.int64),
    )
    ahead, back = bool(streets.forward[segment]), bool(streets.backward[segment])
    allowed = (a == b) | ((a < b) & ahead) | ((a > b) & back)
    allowed &= origins.joined[rows][:, None] & targets.joined[columns][None, :]
    if network.cut[segment]:
        since, until = (ends.ravel() for ends in np.broadcast_arrays(a, b))
        closed = network.closed_between(np.full(since.size, segment), since, until)
        allowed &= ~closed.reshape(allowed.shape)
    return np.where(allowed, weight, UNREACHED)


def _walks_closed(network: Network, stops: Sequence[Stop], snaps: Sequence[Snap]) -> Flags:
    if not network.shut.areas or not snaps:
        return np.zeros(len(snaps), dtype=bool)
    walks = [
        shapely.linestrings([(s.lon, s.lat), *s.via, (stop.lon, stop.lat)])
        if s.segment >= 0
        else shapely.points(stop.lon, stop.lat)
        for s, stop in zip(snaps, stops, strict=True)
    ]
    return network.in_area(np.array(walks, dtype=object))


def _where(weight: Ints, allowed: Flags) -> Ints:
    return np.where(allowed, weight, UNREACHED // 2)
