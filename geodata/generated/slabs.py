"""Stand slabs and towers in rows on the plot of a walled compound."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field

import shapely
from shapely.geometry import LineString, Polygon

from geodata.generated.canvas import Spot, Unfit, on_grid

RING_M = 6.0  # from the wall to the middle of the ring road inside it
DOOR_M = 1.2  # that a stairwell stands out on the north side
PATH_M = 4.0  # from the door to the path in front of it
_CLEAR_M = 4.5  # from the ring road to a house
_SPINE_M = 5.5  # from the middle of the inner road to a house


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How a kind of compound is built; lengths in metres."""

    name: str
    levels: tuple[int, ...]
    lift: str
    unit_m: float
    depth_m: float
    units: tuple[int, ...]
    gap_m: float
    pitch_m: float
    ground_m2: float  # that a stairwell needs, streets and greens included


STYLES = {
    style.name: style
    for style in (
        Style(
            name="old", levels=(5, 6, 6, 6, 7), lift="no", unit_m=14.0, depth_m=11.0,
            units=(2, 3, 3, 4, 4), gap_m=8.0, pitch_m=26.0, ground_m2=1250.0,
        ),
        Style(
            name="mid", levels=(9, 11, 11), lift="yes", unit_m=16.0, depth_m=12.5,
            units=(2, 2, 3), gap_m=10.0, pitch_m=37.0, ground_m2=2050.0,
        ),
        Style(
            name="tower", levels=(16, 18, 18, 24, 26), lift="yes", unit_m=22.0, depth_m=16.0,
            units=(1, 1, 2), gap_m=18.0, pitch_m=48.0, ground_m2=3500.0,
        ),
    )
}  # fmt: skip


@dataclass(slots=True, kw_only=True)
class Slab:
    """A house of some stairwells side by side, by its north-west corner."""

    west: float
    top: float
    units: int
    row: int

    def width_m(self, style: Style) -> float:
        """Width from west to east."""
        return self.units * style.unit_m


@dataclass(slots=True, kw_only=True)
class Estate:
    """A walled compound while it is filled.

    Attributes
    ----------
    rows
        Where the path of each row runs: height, west end and east end.
    """

    style: Style
    plot: Polygon
    ring: Polygon
    spine: LineString | None
    slabs: list[Slab] = field(default_factory=list)
    rows: list[tuple[float, float, float]] = field(default_factory=list)

    @property
    def stairwells(self) -> int:
        """How many stairwells stand here."""
        return sum(slab.units for slab in self.slabs)


def build(dice: random.Random, plot: Polygon, style: Style, wanted: int) -> Estate:
    """Fill a plot in rows as loosely as still holds the stairwells wanted, or all it can."""
    ring = plot.buffer(-RING_M, join_style="mitre", mitre_limit=2.0).simplify(0.4)
    if ring.geom_type != "Polygon" or ring.area < 900:  # noqa: PLR2004
        raise Unfit
    ring = Polygon([on_grid(spot) for spot in ring.exterior.coords])
    spine = _spine(dice, ring)
    start = dice.getstate()
    for loose in (1.3, 1.22, 1.15, 1.08, 1.03, 1.0, 0.94):
        dice.setstate(start)
        estate = Estate(style=style, plot=plot, ring=ring, spine=spine)
        _fill(dice, estate, loose)
        if estate.stairwells >= wanted:
            break
    return estate


def thin(dice: random.Random, estate: Estate, wanted: int) -> None:
    """Leave houses out, from the middle on, until the stairwells are as many as wanted.

    The first house always stays as it is.
    """
    middle, style = estate.plot.centroid, estate.style
    order = sorted(
        estate.slabs[1:],
        key=lambda s: (
            abs(s.west + s.width_m(style) / 2 - middle.x)
            + 1.3 * abs(s.top - middle.y)
            + dice.uniform(0, 30)
        ),
    )
    for slab in order:
        excess = estate.stairwells - wanted
        if excess <= 0:
            break
        if slab.units <= excess:
            estate.slabs.remove(slab)
        else:
            slab.units -= excess
    if estate.stairwells != wanted:
        raise Unfit


def outline(slab: Slab, style: Style) -> tuple[Polygon, list[Spot]]:
    """Draw a house from above, with its doors in the stairwells that stand out on the north."""
    west, top = slab.west, slab.top
    east, bottom = west + slab.width_m(style), top - style.depth_m
    notch = 1.2 if style.units[0] > 1 else 3.2
    north: list[Spot] = []
    south: list[Spot] = []
    doors: list[Spot] = []
    for number in range(slab.units):
        left = west + number * style.unit_m
        door = left + style.unit_m / 2
        doors.append(on_grid((door, top + DOOR_M)))
        south += [(left, bottom + notch), (left + 2.4, bottom + notch), (left + 2.4, bottom)]
        right = left + style.unit_m
        south += [(right - 2.4, bottom), (right - 2.4, bottom + notch), (right, bottom + notch)]
        step = (door - 1.7, top), (door - 1.7, top + DOOR_M), doors[-1]
        north += [*step, (door + 1.7, top + DOOR_M), (door + 1.7, top)]
    ring = [(west, top), *north, (east, top), *reversed(south)]
    return Polygon([on_grid(spot) for spot in ring]), doors


def inner_lines(estate: Estate) -> list[tuple[LineString, str]]:
    """Give the ring road, the inner road and the path of each row that has houses."""
    lines = [(LineString(estate.ring.exterior.coords), "service")]
    if estate.spine is not None:
        lines.append((estate.spine, "service"))
    used = {slab.row for slab in estate.slabs}
    lines += [
        (LineString([on_grid((west, y)), on_grid((east, y))]), "path")
        for number, (y, west, east) in enumerate(estate.rows)
        if number in used
    ]
    return lines


def _spine(dice: random.Random, ring: Polygon) -> LineString | None:
    """Lay an inner road from south to north, where the plot is wide enough for two halves."""
    west, _, east, _ = ring.bounds
    if east - west < 110:  # noqa: PLR2004  one slab to a row
        return None
    x = on_grid((west + (east - west) * dice.uniform(0.42, 0.58), 0))[0]
    spans = _spans(ring, x=x)
    if len(spans) != 1:
        return None
    return LineString([on_grid((x, spans[0][0])), on_grid((x, spans[0][1]))])


def _spans(
    shape: Polygon, *, x: float | None = None, y: float | None = None
) -> list[tuple[float, float]]:
    """Give the stretches of an upright or level line that lie inside a shape."""
    west, south, east, north = shape.bounds
    line = (
        LineString([(x, south - 1), (x, north + 1)])
        if x is not None
        else LineString([(west - 1, y), (east + 1, y)])
    )
    axis = 1 if x is not None else 0
    return sorted(
        (min(a[axis], b[axis]), max(a[axis], b[axis]))
        for part in shapely.get_parts(line.intersection(shape))
        if part.geom_type == "LineString"
        for a, b in [(part.coords[0], part.coords[-1])]
    )


def _fill(dice: random.Random, estate: Estate, loose: float) -> None:
    style = estate.style
    free = estate.ring.buffer(-_CLEAR_M, join_style="mitre")
    if free.geom_type != "Polygon" or free.is_empty:
        return
    shapely.prepare(free)
    _, south, _, north = free.bounds
    top = north - DOOR_M - PATH_M - 0.5
    while top - style.depth_m > south:
        path = top + DOOR_M + PATH_M
        shift = style.gap_m * (len(estate.rows) % 2) / 2 if style.name == "tower" else 0.0
        row: list[Slab] = []
        for left, right in _between(free, [path, top + DOOR_M, top - style.depth_m / 2,
                                           top - style.depth_m], estate.spine):  # fmt: skip
            row += _pack(dice, style, left + shift, right, top=top, loose=loose)
        row = [s for s in row if free.contains(outline(s, style)[0])]
        if row:
            _add_row(estate, row, path)
        top -= style.pitch_m * loose + dice.uniform(0, 2) if row else 3.0


def _add_row(estate: Estate, row: list[Slab], path: float) -> None:
    """Keep the slabs of a row stretch by stretch, for a path may end at a bay of the wall."""
    for west, east in _spans(estate.ring, y=on_grid((0, path))[1]):
        here = [s for s in row if west <= s.west and s.west + s.width_m(estate.style) <= east]
        for slab in here:
            slab.row = len(estate.rows)
        if here:
            estate.slabs += sorted(here, key=lambda s: s.west)
            estate.rows.append((path, west, east))


def _between(
    free: Polygon, heights: Sequence[float], spine: LineString | None
) -> list[tuple[float, float]]:
    """Give the stretches free at all heights, with a gap for the inner road."""
    kept = _spans(free, y=heights[0])
    for height in heights[1:]:
        here = _spans(free, y=height)
        kept = [(max(a, c), min(b, d)) for a, b in kept for c, d in here if min(b, d) > max(a, c)]
    if spine is None:
        return kept
    x = spine.coords[0][0]
    cut: list[tuple[float, float]] = []
    for a, b in kept:
        parts = [(a, min(b, x - _SPINE_M)), (max(a, x + _SPINE_M), b)]
        cut += [(c, d) for c, d in parts if d > c]
    return cut


def _pack(
    dice: random.Random, style: Style, left: float, right: float, *, top: float, loose: float
) -> list[Slab]:
    """Put slabs side by side from west to east and spread what room is left."""
    slabs: list[Slab] = []
    gap = style.gap_m * (1 + (loose - 1) * 0.8)
    at = left
    while True:
        units = dice.choice(style.units)
        while units and at + units * style.unit_m > right:
            units -= 1
        if units < min(style.units):
            break
        slabs.append(Slab(west=at, top=top, units=units, row=-1))
        at += units * style.unit_m + gap
    if slabs:
        spare = right - (at - gap)
        each = min(spare / len(slabs), gap)
        for number, slab in enumerate(slabs):
            slab.west = round(slab.west + each * (number + 0.5), 2)
    return slabs
