"""Share the land of a generated district out: compounds, villages, parks, schools and the rest."""

import math
import random
from dataclasses import dataclass

import shapely
from shapely.geometry import LineString, Polygon

from geodata.generated.canvas import GRID_M, Unfit, on_grid
from geodata.generated.ground import Ground, Street, bowed, halves

_TRIES = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Want:
    """Something that needs ground: what it is, how many stairwells, how much of the land."""

    kind: str
    stairwells: int = 0
    area_m2: float = 0.0


@dataclass(slots=True, kw_only=True)
class Parcel:
    """Ground of one want: up to the middle of its streets, and what is left beside them."""

    want: Want
    face: Polygon
    plot: Polygon


def share_out(dice: random.Random, ground: Ground, wants: list[Want]) -> list[Parcel]:
    """Give each want its ground, in the order of the wants; the cuts become streets."""
    faces: list[tuple[Want, Polygon]] = []
    left = list(wants)
    land = sum(piece.area for piece in ground.land)
    scale = land / sum(want.area_m2 for want in wants)
    for number, piece in enumerate(ground.land):
        group = _take(left, piece.area / scale, last=number == len(ground.land) - 1)
        faces += _split(dice, ground, piece, group, 0)
    if left:
        raise Unfit
    tree = shapely.STRtree([street.line for street in ground.streets])
    return [Parcel(want=want, face=face, plot=_plot(ground, tree, face)) for want, face in faces]


def _take(left: list[Want], area_m2: float, *, last: bool) -> list[Want]:
    """Take wants from the front until the area is used up, at least one."""
    group: list[Want] = []
    used = 0.0
    while left and (last or not group or used + left[0].area_m2 / 2 <= area_m2):
        used += left[0].area_m2
        group.append(left.pop(0))
    if not group:
        raise Unfit
    return group


def _split(
    dice: random.Random, ground: Ground, piece: Polygon, wants: list[Want], depth: int
) -> list[tuple[Want, Polygon]]:
    if len(wants) == 1:
        return [(wants[0], piece)]
    total = sum(want.area_m2 for want in wants)
    sums = [sum(want.area_m2 for want in wants[:n]) / total for n in range(1, len(wants))]
    goal = dice.uniform(0.42, 0.58)
    place = min(range(len(sums)), key=lambda n: abs(sums[n] - goal))
    line, first, second = _cut(dice, piece, sums[place])
    highway, half_m = ("tertiary", 13.0) if depth == 0 and len(wants) > 5 else ("residential", 9.0)  # noqa: PLR2004
    ground.streets.append(
        Street(line=line, highway=highway, half_m=half_m, family=f"cut {len(ground.streets)}")
    )
    return [
        *_split(dice, ground, first, wants[: place + 1], depth + 1),
        *_split(dice, ground, second, wants[place + 1 :], depth + 1),
    ]


def _cut(dice: random.Random, piece: Polygon, ratio: float) -> tuple[LineString, Polygon, Polygon]:
    """Cut across the longer axis so that the first part has its share of the area."""
    corners = list(shapely.oriented_envelope(piece).exterior.coords)
    a, b, c = corners[:3]
    along = (b[0] - a[0], b[1] - a[1])
    other = (c[0] - b[0], c[1] - b[1])
    if math.hypot(*other) > math.hypot(*along):
        along = other
    if along[0] - along[1] < 0:  # from west to east, or from north to south
        along = (-along[0], -along[1])
    for number in range(_TRIES):
        loose = 1 - number / _TRIES
        turn = math.atan2(along[1], along[0]) + dice.uniform(-0.09, 0.09) * loose
        line = _line_at(piece, turn, ratio, dice.uniform(-0.035, 0.035) * loose)
        try:
            parts = halves(piece, line)
        except Unfit:
            continue
        u = (math.cos(turn), math.sin(turn))
        parts.sort(key=lambda p: p.centroid.x * u[0] + p.centroid.y * u[1])
        inside = shapely.line_merge(line.intersection(piece))
        if inside.geom_type == "LineString" and abs(parts[0].area / piece.area - ratio) < 0.12:  # noqa: PLR2004
            return inside, parts[0], parts[1]
    raise Unfit


def _line_at(piece: Polygon, turn: float, ratio: float, bow: float) -> LineString:
    """Find by bisection the line across that leaves a share of the piece behind it."""
    u, v = (math.cos(turn), math.sin(turn)), (-math.sin(turn), math.cos(turn))
    middle = piece.centroid
    reach = math.dist(piece.bounds[:2], piece.bounds[2:])

    def at(away: float, side: float) -> tuple[float, float]:
        return (
            middle.x + u[0] * away + v[0] * side * reach,
            middle.y + u[1] * away + v[1] * side * reach,
        )

    low, high = -reach, reach
    for _ in range(30):
        half = (low + high) / 2
        behind = Polygon([at(half, -1), at(half, 1), at(-2 * reach, 1), at(-2 * reach, -1)])
        if piece.intersection(behind).area / piece.area < ratio:
            low = half
        else:
            high = half
    return bowed(on_grid(at(low, -0.6)), on_grid(at(low, 0.6)), bow * reach * 0.6)


def _plot(ground: Ground, tree: shapely.STRtree, face: Polygon) -> Polygon:
    """Take the streets, with what lies beside them, off a face."""
    near = sorted(tree.query(face, predicate="dwithin", distance=25.0).tolist())
    beside = [
        ground.streets[n].line.buffer(ground.streets[n].half_m, cap_style="square", quad_segs=2)
        for n in near
    ]
    rest = face.difference(shapely.union_all(beside))
    largest = max(shapely.get_parts(rest), key=lambda part: part.area, default=None)
    if largest is None or largest.area < 400:  # noqa: PLR2004  nothing can stand on less
        raise Unfit
    plain = shapely.set_precision(Polygon(largest.exterior).simplify(0.7), GRID_M)
    if plain.geom_type != "Polygon":
        raise Unfit
    oriented: Polygon = shapely.orient_polygons(plain)
    return oriented
