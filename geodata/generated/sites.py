"""Places that the loop uses: points, markets, the depot, checkpoints, health, parcels, tests."""

import math
from itertools import pairwise

import shapely
from shapely.geometry import LineString, Point, Polygon

from geodata.generated.canvas import Canvas, Spot, on_grid
from geodata.generated.ground import Ground
from geodata.generated.homes import Home
from geodata.generated.names import COUNTED
from geodata.generated.parcels import Parcel

_ASIDE_M = 6.0  # from the middle of a street to what stands beside it


def mark_sites(
    canvas: Canvas, ground: Ground, homes: list[Home], parcels: list[Parcel], points: int
) -> None:
    """Place everything that is neither dwelling nor way."""
    _points(canvas, homes, points)
    _others(canvas, parcels)
    _checkpoints(canvas, ground)


def _site(canvas: Canvas, kind: str, code: str, spot: Spot, names: tuple[str, str]) -> None:
    canvas.add("sites", Point(on_grid(spot)), kind=kind, code=code, name_zh=names[0],
               name_en=names[1])  # fmt: skip


def _points(canvas: Canvas, homes: list[Home], count: int) -> None:
    """Set service points in front of compounds, each as far from the others as can be."""
    west = min(home.plot.bounds[0] for home in homes)
    east = max(home.plot.bounds[2] for home in homes)
    south = min(home.plot.bounds[1] for home in homes)
    north = max(home.plot.bounds[3] for home in homes)
    middle = ((west + east) / 2, (south + north) / 2)
    chosen = [min(homes, key=lambda home: math.dist(home.entrance, middle))]
    while len(chosen) < min(count, len(homes)):
        chosen.append(
            max(
                homes,
                key=lambda home: (
                    min(math.dist(home.entrance, c.entrance) for c in chosen)
                    - 0.55 * math.dist(home.entrance, middle)
                ),
            )
        )
    for number, home in enumerate(chosen, start=1):
        names = f"{COUNTED[(number - 1) % 10]}号点位", f"Point {number}"
        _site(canvas, "point", canvas.site_code("P", number), home.entrance, names)
    for number, home in enumerate(homes[1::6], start=1):
        parcel = (home.entrance[0] + 4.0, home.entrance[1])
        _site(
            canvas, "parcel", canvas.site_code("X", number), parcel, ("快递驿站", "Parcel station")
        )


def _others(canvas: Canvas, parcels: list[Parcel]) -> None:
    counts: dict[str, int] = {}
    sites = {
        "market": ("market", "M", "农贸市场", "Market"),
        "depot": ("depot", "D", "批发市场", "Wholesale depot"),
        "hospital": ("health", "H", "社区卫生服务中心", "Health station"),
        "school": ("sampling", "Q", "采样点", "Sampling site"),
    }
    for parcel in parcels:
        if parcel.want.kind not in sites:
            continue
        kind, letter, zh, en = sites[parcel.want.kind]
        counts[kind] = number = counts.get(kind, 0) + 1
        if kind == "market":
            zh, en = f"第{COUNTED[(number - 1) % 10]}{zh}", f"{en} {number}"
        _site(canvas, kind, canvas.site_code(letter, number), _kerb(parcel.plot), (zh, en))


def _kerb(plot: Polygon) -> Spot:
    """Give a spot on the plot's edge, in the middle of its longest side."""
    spots = list(plot.exterior.coords)
    a, b = max(pairwise(spots), key=lambda pair: math.dist(*pair))
    return ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)


def _checkpoints(canvas: Canvas, ground: Ground) -> None:
    """Watch the bridges, and the avenues where they leave the district."""
    number = 0
    border = ground.outline.exterior
    for street in ground.streets:
        if street.bridge:
            number += 1
            _site(canvas, "checkpoint", canvas.site_code("K", number), _aside(street.line, 0.0),
                  ("桥头卡口", "Bridge checkpoint"))  # fmt: skip
        elif street.family.startswith("avenue"):
            for end in (0.0, 1.0):
                spot = shapely.line_interpolate_point(street.line, end, normalized=True)
                if border.distance(spot) < 1.0:
                    number += 1
                    code = canvas.site_code("K", number)
                    _site(canvas, "checkpoint", code, _aside(street.line, end),
                          ("路口卡口", "Road checkpoint"))  # fmt: skip


def _aside(line: LineString, end: float) -> Spot:
    """Give a spot beside the end of a street, a little before it."""
    at = 14.0 if end == 0.0 else line.length - 14.0
    here, there = line.interpolate(at - 1), line.interpolate(at + 1)
    dx, dy = (there.x - here.x) / 2, (there.y - here.y) / 2
    spot = line.interpolate(at)
    return (spot.x - dy * _ASIDE_M, spot.y + dx * _ASIDE_M)
