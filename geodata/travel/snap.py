"""Join points to the nearest way that can be seen from them, or walked to around what hides it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geodata.district import Finding
from geodata.travel.board import Board
from geodata.travel.detour import detours
from geodata.travel.network import Network
from geodata.travel.sight import Sight

NEAR_M = (25.0, 80.0, 250.0)
"""Search widths; within the second any way in sight is taken, within the last the shorter of a
way in sight and a walk around corners. A door further from any way is not joined."""
AT_DOOR_M = 1.0
"""A door this near to a bridge, tunnel or passage opens on it (ours)."""
_CHUNK = 400

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Snap:
    """Where a point joins the network.

    Attributes
    ----------
    segment
        Index into the network's segments, -1 if the point joins none.
    along
        Position on the segment, 0 at its tail and 1 at its head.
    access_m
        Walk between the way and the point.
    visible
        False if something stands between, so that the walk bends around corners, or if the way
        runs over or under ground (bridge, tunnel) and no other is near.
    via
        Corners (lon, lat) at which the walk bends, from the way to the point.
    """

    segment: int
    along: float
    access_m: float
    visible: bool
    lon: float
    lat: float
    via: tuple[tuple[float, float], ...] = field(default=())


NOWHERE = Snap(segment=-1, along=0.0, access_m=0.0, visible=False, lon=0.0, lat=0.0)


def snap(network: Network, lonlats: Sequence[tuple[float, float]]) -> tuple[Snap, ...]:
    """Join each point to the nearest visible segment of its network.

    Notes
    -----
    Nothing here depends on what is closed. A line of sight crosses no wall, fence or water, and
    no building but the one that a point lies inside. Where no way is in sight nearby, the
    shortest walk around the corners of what stands between is taken, with its true length;
    through a wall, or the gap of a gate, no point is ever joined. A way over or under the ground
    is joined only from inside a building (a passage), from right beside it, or where there is no
    other.
    """
    missing = [spot for spot in dict.fromkeys(lonlats) if spot not in network.snapped]
    if missing:
        network.snapped.update(
            zip(missing, snap_within(network, missing, Sight.of(network.district)), strict=True)
        )
    return tuple(network.snapped[spot] for spot in lonlats)


def snap_within(
    network: Network, lonlats: Sequence[tuple[float, float]], sight: Sight
) -> tuple[Snap, ...]:
    """Join points among given obstacles, kept nowhere: to ask what would be without some."""
    return tuple(_snap_all(network, list(lonlats), sight)) if lonlats else ()


def snap_findings(
    network: Network, named: Sequence[tuple[str, float, float]]
) -> tuple[Finding, ...]:
    """Report the points of ``(id, lon, lat)`` that join no way, or none that they can see."""
    joined = snap(network, [(lon, lat) for _, lon, lat in named])
    return tuple(
        Finding(
            code="snap.nowhere" if found.segment < 0 else "snap.hidden",
            place=name,
            facts={"mode": network.mode, "within_m": round(NEAR_M[-1])}
            if found.segment < 0
            else {"mode": network.mode, "walk_m": round(found.access_m)},
        )
        for (name, _, _), found in zip(named, joined, strict=True)
        if not found.visible
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """Ways, what hides them, and the points to join, in metres."""

    board: Board
    sight: Sight
    spots: Floats


@dataclass(slots=True, kw_only=True)
class _Joined:
    """Best joint of each point so far: the piece, where on it, and the walk."""

    piece: Ints
    spot: Floats
    walk_m: Floats
    seen: npt.NDArray[np.bool_]
    via: dict[int, Floats]

    def improve(
        self, at: Ints, piece: Ints, spot: Floats, walk_m: Floats, *, seen: bool
    ) -> npt.NDArray[np.bool_]:
        """Take what is shorter than before; tell which were."""
        better = (piece >= 0) & (walk_m < self.walk_m[at])
        taken = at[better]
        self.piece[taken], self.spot[taken] = piece[better], spot[better]
        self.walk_m[taken], self.seen[taken] = walk_m[better], seen
        return better

    def lost(self) -> Ints:
        """List the points that join nothing yet."""
        return np.flatnonzero(self.piece < 0)


def _snap_all(network: Network, lonlats: list[tuple[float, float]], sight: Sight) -> list[Snap]:
    spots = np.column_stack(network.district.to_metres.transform(*np.array(lonlats).T))
    scene = _Scene(board=Board(network), sight=sight, spots=spots)
    if not len(scene.board.segment):
        return [NOWHERE] * len(lonlats)
    count = len(spots)
    joined = _Joined(
        piece=np.full(count, -1),
        spot=np.zeros((count, 2)),
        walk_m=np.full(count, np.inf),
        seen=np.zeros(count, dtype=bool),
        via={},
    )
    inside = scene.sight.inside(spots)
    _look(scene, joined, np.arange(count), AT_DOOR_M, covered=True)
    for width in NEAR_M[:2]:
        left = joined.lost()
        _look(scene, joined, left[~inside[left]], width)
        _look(scene, joined, left[inside[left]], width, covered=True)
    left = joined.lost()
    if len(left):
        _look(scene, joined, left, NEAR_M[-1])
        _walk_around(scene, joined, left)
        _look(scene, joined, joined.lost(), NEAR_M[1], covered=True, seen=False)
    return _snaps(network, scene.board, joined)


def _look(
    scene: _Scene,
    joined: _Joined,
    asked: Ints,
    width: float,
    *,
    covered: bool = False,
    seen: bool = True,
) -> None:
    for at in np.split(asked, range(_CHUNK, len(asked), _CHUNK)):
        piece, spot, walk_m = scene.board.nearest_seen(
            scene.sight, scene.spots[at], width, covered=covered
        )
        joined.improve(at, piece, spot, walk_m, seen=seen)


def _walk_around(scene: _Scene, joined: _Joined, asked: Ints) -> None:
    piece, spot, walk_m, via = detours(scene.board, scene.sight, scene.spots[asked], NEAR_M[-1])
    better = joined.improve(asked, piece, spot, walk_m, seen=False)
    joined.via.update({int(asked[n]): via[n] for n in np.flatnonzero(better)})


def _snaps(network: Network, board: Board, joined: _Joined) -> list[Snap]:
    streets = network.streets
    segment = np.where(joined.piece >= 0, board.segment[joined.piece], -1)
    a, b = streets.spots[streets.tail[segment]], streets.spots[streets.head[segment]]
    length = np.maximum(np.einsum("ij,ij->i", b - a, b - a), 1e-9)
    along = np.clip(np.einsum("ij,ij->i", joined.spot - a, b - a) / length, 0, 1)
    ends = streets.lonlat[streets.tail[segment]], streets.lonlat[streets.head[segment]]
    lonlat = ends[0] + along[:, None] * (ends[1] - ends[0])
    return [
        NOWHERE
        if segment[n] < 0
        else Snap(
            segment=int(segment[n]),
            along=float(along[n]),
            access_m=float(joined.walk_m[n]),
            visible=bool(joined.seen[n]),
            lon=float(lonlat[n, 0]),
            lat=float(lonlat[n, 1]),
            via=_degrees(network, joined.via.get(n)),
        )
        for n in range(len(segment))
    ]


def _degrees(network: Network, spots: Any) -> tuple[tuple[float, float], ...]:
    if spots is None:
        return ()
    lons, lats = network.district.to_metres.transform(
        spots[:, 0], spots[:, 1], direction="INVERSE"
    )
    return tuple(zip(lons.tolist(), lats.tolist(), strict=True))
