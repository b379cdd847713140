"""Gates in the walls of generated compounds, and the ways through them."""

import math
import random
from dataclasses import dataclass
from itertools import pairwise

import shapely
from shapely.geometry import LineString, Point, Polygon

from geodata.generated.canvas import Spot, Unfit, on_grid

_LONGEST_LINK_M = 45.0
_FEWEST, _MOST = 2, 4
SIDES = {"S": ("南门", "South Gate"), "N": ("北门", "North Gate"),
         "E": ("东门", "East Gate"), "W": ("西门", "West Gate")}  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class GateSpot:
    """A gate, with the way from the ring road inside through it to the street."""

    side: str
    spot: Spot
    link: LineString
    open: bool
    main: bool
    bike: bool
    van: bool
    hours: str


def set_gates(
    dice: random.Random,
    plot: Polygon,
    ring: Polygon,
    streets: shapely.STRtree,
    prefer_x: float | None,
) -> list[GateSpot]:
    """Choose two to four sides for gates, of which one or two are open.

    Raises
    ------
    Unfit
        If fewer than two sides lie on a street.
    """
    possible: dict[str, tuple[Spot, LineString]] = {}
    for side, edge in _edges(plot):
        if side not in possible and (
            found := _through(dice, plot, ring, streets, edge=edge, prefer_x=prefer_x)
        ):
            possible[side] = found
    if len(possible) < _FEWEST:
        raise Unfit
    sides = [side for side in "SENW" if side in possible]
    main = sides[0]
    others = dice.sample(sides[1:], dice.randint(1, min(_MOST, len(sides)) - 1))
    second = dice.choice(others) if dice.random() < 0.55 else ""  # noqa: PLR2004
    return [
        _gate(dice, side, *possible[side], main=side == main, second=side == second)
        for side in "SENW"
        if side == main or side in others
    ]


def wall_through(plot: Polygon, gates: list[GateSpot]) -> LineString:
    """Make each gate a corner of the wall, so that wall and way share it to the last digit."""
    spots: list[Spot] = []
    for a, b in pairwise([on_grid(spot) for spot in plot.exterior.coords]):
        side = LineString([a, b])
        here = [g.spot for g in gates if side.distance(Point(g.spot)) < 0.02]  # noqa: PLR2004
        spots += [a, *sorted(here, key=lambda spot, a=a: math.dist(a, spot))]  # type: ignore[misc]
    return LineString([*dict.fromkeys(spots), spots[0]])


def _edges(plot: Polygon) -> list[tuple[str, tuple[Spot, Spot]]]:
    """List the sides of a plot by where they look, the longest first."""
    found = []
    for a, b in pairwise(plot.exterior.coords):  # counter-clockwise, so the outside is right
        outward = math.degrees(math.atan2(-(b[0] - a[0]), b[1] - a[1]))
        side = "ENWS"[round(outward / 90) % 4]
        found.append((math.dist(a, b), side, (a, b)))
    found.sort(key=lambda row: -row[0])
    return [(side, edge) for length, side, edge in found if length > 14]  # noqa: PLR2004


def _through(
    dice: random.Random,
    plot: Polygon,
    ring: Polygon,
    streets: shapely.STRtree,
    *,
    edge: tuple[Spot, Spot],
    prefer_x: float | None,
) -> tuple[Spot, LineString] | None:
    (x1, y1), (x2, y2) = edge
    t = dice.uniform(0.35, 0.65)
    if prefer_x is not None and abs(x2 - x1) > 2 * abs(y2 - y1):
        wanted = (prefer_x - x1) / (x2 - x1)
        t = wanted if 0.15 < wanted < 0.85 else t  # noqa: PLR2004
    spot = on_grid((x1 + t * (x2 - x1), y1 + t * (y2 - y1)))
    gate = Point(spot)
    inner = shapely.shortest_line(gate, ring.exterior)
    street = streets.geometries[streets.nearest(gate)]
    outer = shapely.shortest_line(gate, street)
    if inner.length < 1 or not 2 < outer.length < _LONGEST_LINK_M:  # noqa: PLR2004
        return None
    beyond = LineString([outer.interpolate(0.5), outer.coords[-1]])
    if beyond.intersects(plot):
        return None
    link = LineString([on_grid(inner.coords[-1]), spot, on_grid(outer.coords[-1])])
    return spot, link


def _gate(
    dice: random.Random, side: str, spot: Spot, link: LineString, *, main: bool, second: bool
) -> GateSpot:
    hours = "24/7" if main else dice.choice(("06:00-22:00", "06:30-20:30", "07:00-19:00"))
    return GateSpot(
        side=side,
        spot=spot,
        link=link,
        open=main or second,
        main=main,
        bike=main or dice.random() < 0.75,  # noqa: PLR2004
        van=main or dice.random() < 0.35,  # noqa: PLR2004
        hours=hours if main or second else "",
    )
