"""Join points to the nearest way that can be seen from them."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geodata.district import District, Finding
from geodata.network import Network, metric

NEAR_M = (25.0, 80.0, 250.0)
"""Search widths; a door further than the last from any way is not joined."""
CANDIDATES = 24
DETOUR = 1.5
"""Walking around what stands between, where no way is in sight (ours)."""
_THROUGH_M = 0.5


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
        False if something stands between, so that the walk is a guess.
    """

    segment: int
    along: float
    access_m: float
    visible: bool
    lon: float
    lat: float


NOWHERE = Snap(segment=-1, along=0.0, access_m=0.0, visible=False, lon=0.0, lat=0.0)


class Obstacles:
    """What blocks the sight in a district: buildings and walls, with gates as gaps."""

    _kept: tuple[str, "Obstacles"] | None = None

    def __init__(self, district: District) -> None:
        self.houses = metric(district, district.buildings)
        self.house_tree = shapely.STRtree(self.houses)
        self.walls = metric(district, district.walls)
        self.wall_tree = shapely.STRtree(self.walls)

    @classmethod
    def of(cls, district: District) -> "Obstacles":
        """Return the obstacles of a district, kept from the last call."""
        if cls._kept is None or cls._kept[0] != district.digest:
            cls._kept = (district.digest, cls(district))
        return cls._kept[1]

    def behind_wall(self, sights: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
        """Tell for each line whether it crosses a wall."""
        hidden = np.zeros(len(sights), dtype=bool)
        if len(self.walls):
            hidden[self.wall_tree.query(sights, predicate="crosses")[0]] = True
        return hidden

    def through_house(
        self, sights: npt.NDArray[Any], origins: npt.NDArray[Any]
    ) -> npt.NDArray[np.bool_]:
        """Tell for each line whether it runs through a building its origin is not inside."""
        hidden = np.zeros(len(sights), dtype=bool)
        if not len(self.houses):
            return hidden
        line, house = self.house_tree.query(sights, predicate="intersects")
        deep = shapely.distance(shapely.boundary(self.houses[house]), origins[line]) > _THROUGH_M
        inside = shapely.contains_properly(self.houses[house], origins[line]) & deep
        line, house = line[~inside], house[~inside]
        cut = shapely.length(shapely.intersection(sights[line], self.houses[house]))
        hidden[line[cut > _THROUGH_M]] = True
        return hidden


def snap(network: Network, lonlats: Sequence[tuple[float, float]]) -> tuple[Snap, ...]:
    """Join each point to the nearest visible segment of its network.

    Notes
    -----
    Where no way can be seen, the nearest that no wall hides is taken, with the walk made longer
    by :data:`DETOUR`; through a wall no point is ever joined.
    """
    missing = [spot for spot in dict.fromkeys(lonlats) if spot not in network.snapped]
    if missing:
        network.snapped.update(zip(missing, _snap_all(network, missing), strict=True))
    return tuple(network.snapped[spot] for spot in lonlats)


def snap_findings(
    network: Network, named: Sequence[tuple[str, float, float]]
) -> tuple[Finding, ...]:
    """Report the points of ``(id, lon, lat)`` that join no way, or none that they can see."""
    joined = snap(network, [(lon, lat) for _, lon, lat in named])
    return tuple(
        Finding(
            code="snap.nowhere" if found.segment < 0 else "snap.hidden",
            place=name,
            message=f"no way for {network.mode} within {NEAR_M[-1]:.0f} m on its side of the wall"
            if found.segment < 0
            else f"no way for {network.mode} in sight; joined around what stands between",
        )
        for (name, _, _), found in zip(named, joined, strict=True)
        if not found.visible
    )


def _snap_all(network: Network, lonlats: list[tuple[float, float]]) -> list[Snap]:
    streets = network.streets
    usable = np.flatnonzero(streets.usable)
    lines = streets.lines[usable]
    spots = np.column_stack(network.district.to_metres.transform(*np.array(lonlats).T))
    points = shapely.points(spots)
    tree = shapely.STRtree(lines)
    obstacles = Obstacles.of(network.district)
    found: list[Snap] = [NOWHERE] * len(lonlats)
    fallback: dict[int, Snap] = {}
    left = np.arange(len(lonlats))
    for width in NEAR_M:
        if not len(left):
            break
        point, line = _candidates(tree, points, lines, left, width)
        sights = shapely.shortest_line(lines[line], points[point])
        walled = obstacles.behind_wall(sights)
        hidden = walled | obstacles.through_house(sights, points[point])
        for number in range(len(point)):
            owner = int(point[number])
            if found[owner].segment >= 0 or walled[number]:
                continue
            if hidden[number] and owner in fallback:
                continue
            joined = _joined(
                network, int(usable[line[number]]), sights[number], hidden=bool(hidden[number])
            )
            if hidden[number]:
                fallback[owner] = joined
            else:
                found[owner] = joined
        left = np.array([n for n in left if found[n].segment < 0], dtype=int)
    return [
        fallback.get(number, NOWHERE) if one.segment < 0 else one
        for number, one in enumerate(found)
    ]


def _candidates(
    tree: Any, points: npt.NDArray[Any], lines: npt.NDArray[Any], left: Any, width: float
) -> tuple[Any, Any]:
    """List point and line of each pair within the width, nearest first, some per point."""
    point, line = tree.query(points[left], predicate="dwithin", distance=width)
    point = left[point]
    away = shapely.distance(points[point], lines[line])
    order = np.lexsort((line, away, point))
    point, line = point[order], line[order]
    rank = np.arange(len(point)) - np.searchsorted(point, point, side="left")
    kept = rank < CANDIDATES
    return point[kept], line[kept]


def _joined(network: Network, segment: int, sight: Any, *, hidden: bool) -> Snap:
    streets = network.streets
    a, b = streets.spots[streets.tail[segment]], streets.spots[streets.head[segment]]
    spot = np.array(sight.coords[0])
    along = float(np.clip(np.dot(spot - a, b - a) / max(np.dot(b - a, b - a), 1e-9), 0, 1))
    ends = streets.lonlat[[streets.tail[segment], streets.head[segment]]]
    lon, lat = ends[0] + along * (ends[1] - ends[0])
    access_m = float(sight.length) * (DETOUR if hidden else 1.0)
    return Snap(
        segment=segment,
        along=along,
        access_m=access_m,
        visible=not hidden,
        lon=float(lon),
        lat=float(lat),
    )
