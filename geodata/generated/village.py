"""A village that the city has grown round: detached houses along narrow lanes, without a wall."""

import math
import random
from dataclasses import dataclass, field

import shapely
from shapely.geometry import LineString, Polygon

from geodata.generated.canvas import Spot, Unfit, on_grid

GROUND_M2 = 540.0  # that a house needs, lanes and gardens included
_LANE_M = 3.2  # from the middle of a lane to a door
_PITCH_M = 31.0
_TRIES = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A detached house; its door is a corner of the outline."""

    outline: Polygon
    door: Spot
    levels: int


@dataclass(slots=True, kw_only=True)
class Village:
    """Lanes, and the houses along them in the order of their numbers."""

    lanes: list[LineString] = field(default_factory=list)
    houses: list[House] = field(default_factory=list)


def settle(dice: random.Random, face: Polygon, plot: Polygon, wanted: int) -> Village:
    """Lay lanes across a plot and stand houses on both sides of them.

    Raises
    ------
    Unfit
        If there is no room for so many.
    """
    village = Village(lanes=_lanes(dice, face, plot))
    blocked = shapely.union_all([lane.buffer(_LANE_M - 0.4) for lane in village.lanes])
    ground = plot.buffer(-1.5).difference(blocked)
    shapely.prepare(ground)
    places = [
        place for lane in village.lanes for side in (1, -1) for place in _along(dice, lane, side)
    ]
    stood: list[House] = []
    tree_parts: list[Polygon] = []
    for place in places:
        if (house := _stand(dice, ground, tree_parts, *place)) is not None:
            stood.append(house)
            tree_parts.append(house.outline.buffer(1.2, join_style="mitre"))
    if len(stood) < wanted:
        raise Unfit
    middle = plot.centroid
    outwards = sorted(
        range(len(stood)),
        key=lambda n: stood[n].outline.distance(middle) + dice.uniform(0, 35),
    )
    left_out = set(outwards[wanted:])  # gardens, where the village ends
    village.houses = [house for n, house in enumerate(stood) if n not in left_out]
    return village


def _lanes(dice: random.Random, face: Polygon, plot: Polygon) -> list[LineString]:
    """Lay crooked lanes from street to street, and one or two that join them."""
    west, south, east, north = plot.bounds
    rows = max(1, round((north - south) / _PITCH_M))
    pitch = (north - south) / rows
    lanes = [
        _crooked(
            dice, (west - 60, south + pitch * (n + 0.5)), (east + 60, south + pitch * (n + 0.5))
        )
        for n in range(rows)
    ]
    joins = 1 if east - west < 150 else 2  # noqa: PLR2004
    for number in range(joins):
        x = west + (east - west) * (number + 1) / (joins + 1) + dice.uniform(-9, 9)
        lanes.append(_crooked(dice, (x, south - 60), (x + dice.uniform(-12, 12), north + 60)))
    return [
        part
        for lane in lanes
        for part in shapely.get_parts(lane.intersection(face))
        if part.geom_type == "LineString" and part.length > 25  # noqa: PLR2004
    ]


def _crooked(dice: random.Random, start: Spot, end: Spot) -> LineString:
    pieces = max(4, round(math.dist(start, end) / 38))
    across = (-(end[1] - start[1]), end[0] - start[0])
    length = math.hypot(*across)
    spots = []
    for n in range(pieces + 1):
        t, away = n / pieces, dice.uniform(-2.6, 2.6) / length
        spots.append(
            on_grid((
                start[0] + t * (end[0] - start[0]) + across[0] * away,
                start[1] + t * (end[1] - start[1]) + across[1] * away,
            ))
        )  # fmt: skip
    return LineString(spots)


def _along(
    dice: random.Random, lane: LineString, side: int
) -> list[tuple[Spot, tuple[float, float]]]:
    """Give spots along one side of a lane with the direction away from it."""
    places = []
    at = dice.uniform(3, 8)
    while at < lane.length - 3:
        here, there = lane.interpolate(at - 0.6), lane.interpolate(at + 0.6)
        dx, dy = there.x - here.x, there.y - here.y
        length = math.hypot(dx, dy) or 1.0
        away = (-dy / length * side, dx / length * side)
        spot = lane.interpolate(at)
        places.append(((spot.x + away[0] * _LANE_M, spot.y + away[1] * _LANE_M), away))
        at += dice.uniform(10.6, 13.5)
    return places


def _stand(
    dice: random.Random,
    ground: Polygon,
    others: list[Polygon],
    front: Spot,
    away: tuple[float, float],
) -> House | None:
    """Stand a house with its front on a lane, smaller if it must be, or none."""
    setback = dice.uniform(0, 1.4)
    levels = dice.choice((2, 3, 3, 3, 4, 4))
    for number in range(_TRIES):
        wide = dice.uniform(8.4, 10.4) - number * 0.9
        deep = dice.uniform(8.4, 11.2) - number * 1.1

        def at(along: float, back: float) -> Spot:
            return on_grid((
                front[0] + away[0] * (back + setback) - away[1] * along,
                front[1] + away[1] * (back + setback) + away[0] * along,
            ))  # fmt: skip

        half, bay = wide / 2, dice.uniform(1.5, 3.0)
        door = at(dice.uniform(-0.2, 0.2) * wide, 0)
        spots = [at(-half, 0), door, at(half, 0), at(half, deep - bay)]
        spots += [at(half - bay, deep - bay), at(half - bay, deep), at(-half, deep)]
        outline = Polygon(spots)
        apart = not any(other.intersects(outline) for other in others)
        if apart and outline.is_valid and ground.contains(outline):
            return House(outline=outline, door=door, levels=levels)
    return None
