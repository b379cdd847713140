"""The ground of a generated district: its outline, a river with bridges, and the main streets."""

import math
import random
from dataclasses import dataclass, field

import shapely
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry
from shapely.ops import split

from geodata.generated.canvas import Spot, Unfit, on_grid

GREEN_M = 17.0  # of grass between the water and the street beside it
_BOWS = 6  # straight pieces of a curved street


@dataclass(frozen=True, slots=True, kw_only=True)
class Street:
    """A street by its middle; ``half_m`` reaches from there to the walls beside it."""

    line: LineString
    highway: str
    half_m: float
    bridge: bool = False
    family: str = ""  # pieces of one street share it, and its name


@dataclass(slots=True, kw_only=True)
class Ground:
    """Water, main streets and the land between them, in metres."""

    outline: Polygon
    water: Polygon
    banks: Polygon
    land: list[Polygon]
    streets: list[Street] = field(default_factory=list)


def lay_ground(dice: random.Random, area_m2: float, avenues: int, river_m: float) -> Ground:
    """Draw an irregular outline, the river through it, and avenues that cross it on bridges."""
    wide = math.sqrt(area_m2) * dice.uniform(0.98, 1.1)
    high = area_m2 / wide
    sides = _sides(dice, wide, high)
    outline = Polygon([spot for side in sides for spot in side.coords[:-1]])
    river = _river(dice, wide, high)
    banks = river.buffer(river_m / 2 + GREEN_M, cap_style="flat").simplify(0.6)
    lands = [p for p in shapely.get_parts(outline.difference(banks)) if p.area > area_m2 / 20]
    if len(lands) != 2:  # noqa: PLR2004  one on each side of the river
        raise Unfit
    ground = Ground(
        outline=outline,
        water=river.buffer(river_m / 2, cap_style="flat").intersection(outline.buffer(45)),
        banks=banks.intersection(outline),
        land=sorted(lands, key=lambda land: land.centroid.x),
    )
    for name, side in zip("SENW", sides, strict=True):
        with_bridges = avenues == 0 and name in "SN"
        _lay(
            ground,
            side,
            highway="tertiary",
            half_m=14.0,
            family=f"edge {name}",
            banks=banks,
            bridges=with_bridges,
        )
    for name, land in zip(("west", "east"), ground.land, strict=True):
        shore = shapely.line_merge(banks.boundary.intersection(land.buffer(0.01)))
        for line in _lines(shore.intersection(outline)):
            ground.streets.append(
                Street(line=line, highway="residential", half_m=9.0, family=f"bank {name}")
            )
    for number, avenue in enumerate(_avenues(dice, wide, high, avenues)):
        inside = avenue.intersection(outline)
        _lay(
            ground,
            inside,
            highway="secondary",
            half_m=19.0,
            family=f"avenue {number}",
            banks=banks,
            bridges=True,
        )
        ground.land = [
            piece
            for land in ground.land
            for piece in (halves(land, avenue) if avenue.intersects(land) else [land])
        ]
    return ground


def halves(land: Polygon, line: LineString) -> list[Polygon]:
    """Cut land in two along a line.

    Raises
    ------
    Unfit
        If the line makes more or fewer pieces.
    """
    pieces = [p for p in split(land, line).geoms if p.area > 1.0]
    if len(pieces) != 2:  # noqa: PLR2004
        raise Unfit
    return pieces


def bowed(start: Spot, end: Spot, bow_m: float) -> LineString:
    """Join two spots by a flat curve that leaves the straight line by so much."""
    (x1, y1), (x2, y2) = start, end
    length = max(math.dist(start, end), 1e-6)
    across = (-(y2 - y1) / length, (x2 - x1) / length)
    spots = []
    for number in range(_BOWS + 1):
        t = number / _BOWS
        away = 4 * t * (1 - t) * bow_m
        spots.append(
            (x1 + t * (x2 - x1) + across[0] * away, y1 + t * (y2 - y1) + across[1] * away)
        )
    return LineString([on_grid(spot) for spot in spots])


def _lines(shape: BaseGeometry) -> list[LineString]:
    parts = [p for p in shapely.get_parts(shape) if p.geom_type == "LineString" and p.length > 1.0]
    return list(parts)


def _sides(dice: random.Random, wide: float, high: float) -> list[LineString]:
    def corner(x: float, y: float) -> Spot:
        return (x + dice.uniform(-0.04, 0.04) * wide, y + dice.uniform(-0.04, 0.04) * high)

    corners = [corner(0, 0), corner(wide, 0), corner(wide, high), corner(0, high)]
    corners = [on_grid(spot) for spot in corners]
    return [
        bowed(a, b, dice.uniform(-0.03, 0.03) * wide)
        for a, b in zip(corners, [*corners[1:], corners[0]], strict=True)
    ]


def _river(dice: random.Random, wide: float, high: float) -> LineString:
    """Lead a river from north to south, on its way from one side towards the other."""
    drift = dice.choice((-1, 1)) * dice.uniform(0.10, 0.2)
    middle, swing = dice.choice((0.35, 0.65)), dice.uniform(0.02, 0.04)
    phase, waves = dice.uniform(0, math.tau), dice.uniform(0.8, 1.4)
    spots = []
    for number in range(41):
        t = number / 40
        along = middle + drift * (t - 0.5) + swing * math.sin(phase + math.tau * waves * t)
        spots.append(on_grid((along * wide, (1.24 * t - 0.12) * high)))
    return LineString(spots)


def _avenues(dice: random.Random, wide: float, high: float, count: int) -> list[LineString]:
    slanting = dice.randrange(count) if count else -1
    lines = []
    for number in range(count):
        y = high * (number + 1) / (count + 1) + dice.uniform(-0.02, 0.02) * high
        tilt = dice.choice((-1, 1)) * dice.uniform(0.0, 0.025) * high
        if number == slanting:
            tilt = dice.choice((-1, 1)) * dice.uniform(0.06, 0.09) * high
        ends = (-0.15 * wide, y - tilt), (1.15 * wide, y + tilt)
        lines.append(bowed(*ends, dice.uniform(-0.02, 0.02) * high))
    return lines


def _lay(
    ground: Ground,
    line: BaseGeometry,
    *,
    highway: str,
    half_m: float,
    family: str,
    banks: Polygon,
    bridges: bool,
) -> None:
    for piece in _lines(line.difference(banks)):
        ground.streets.append(Street(line=piece, highway=highway, half_m=half_m, family=family))
    for piece in _lines(line.intersection(banks)) if bridges else ():
        straight = LineString([piece.coords[0], piece.coords[-1]])
        if straight.length > 4 * math.sqrt(ground.water.area) or _misses(straight, ground.water):
            raise Unfit
        ground.streets.append(
            Street(line=straight, highway=highway, half_m=half_m, bridge=True, family=family)
        )


def _misses(line: LineString, water: Polygon) -> bool:
    """Tell whether a bridge begins or ends in the water, or spans none."""
    wet = line.intersection(water)
    ends = [Point(line.coords[0]), Point(line.coords[-1])]
    return wet.is_empty or any(water.distance(end) < 1.0 for end in ends)
