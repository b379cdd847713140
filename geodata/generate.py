"""Generate districts of walled compounds: seeded, and labelled synthetic wherever they appear."""

import hashlib
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import LineString, Point, Polygon, box
from shapely.geometry.base import BaseGeometry

from geodata.district import (
    LAYERS,
    WGS84,
    District,
    DistrictUnreadable,
    Finding,
    layer_frame,
    metric_crs_for,
)
from geodata.plots import DEPTH_M, MOST_PER_SLAB, PATH_M, SPINE_M, STAIRWELL_M, Plot, Spot, lay_out

SYNTHETIC_ATTRIBUTION = "合成数据,并非真实地图 Synthetic data, not a real map"
SIZES = {"small": (50, 3), "medium": (300, 14), "subdistrict": (1000, 45)}
"""Stairwells and compounds of each size, as the reference sizes of the field have them."""
_ORIGIN = (120.23, 30.30)  # open ground of eastern Hangzhou, so that distances are as there
_VERSION = 1
_PREFIX = "SY"


@dataclass(slots=True)
class Drawing:
    """Rows of all layers while they are drawn, in metres from the south-west corner.

    Streets run at ``xs`` and ``ys``; ``junctions`` holds, for each stretch between two crossings
    that has a block beside it, where the inner ways of blocks meet it.
    """

    seed: int
    xs: list[float]
    ys: list[float]
    junctions: dict[tuple[str, int, int], list[Spot]] = field(default_factory=dict)
    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {layer: [] for layer in LAYERS}
    )

    def add(self, layer: str, shape: BaseGeometry, **columns: str | int | bool) -> None:
        """Add a row."""
        self.rows[layer].append({**columns, "geometry": shape})


def generate_district(size: str, seed: int, name: str = "合成街道") -> District:
    """Make up a district; the same size and seed give the same one.

    Raises
    ------
    DistrictUnreadable
        If there is no such size.
    """
    if size not in SIZES:
        raise DistrictUnreadable(
            "district.size-unknown", size=size, mend="use one of " + ", ".join(SIZES)
        )
    stairwells, compounds = SIZES[size]
    dice = random.Random(f"{_VERSION}:{size}:{seed}")  # noqa: S311  a map, not a secret
    plots, xs, ys = lay_out(dice, stairwells, compounds)
    drawing = Drawing(seed=seed, xs=xs, ys=ys)
    for plot in plots:
        _draw_compound(drawing, plot, dice)
    _draw_streets(drawing)
    place = _placer(dice)
    return District(
        name=name,
        attribution=SYNTHETIC_ATTRIBUTION,
        synthetic=True,
        seed=seed,
        source_digest=hashlib.sha256(f"synthetic:{_VERSION}:{size}:{seed}".encode()).hexdigest(),
        metric_crs=metric_crs_for(*_ORIGIN),
        findings=(
            Finding(
                code="district.synthetic",
                place=name,
                message=f"made up by the generator (size {size}, seed {seed}); nothing is real",
            ),
        ),
        **{
            layer: layer_frame(layer, [row | {"geometry": place(row["geometry"])} for row in rows])
            for layer, rows in drawing.rows.items()
        },
    )


def _draw_compound(drawing: Drawing, plot: Plot, dice: random.Random) -> None:
    mark = f"syn:{drawing.seed}"
    code = f"{_PREFIX}-{plot.number:02d}"
    ground = box(plot.west, plot.south, plot.east, plot.north)
    drawing.add(
        "compounds",
        ground,
        id=f"{mark}:c{plot.number:02d}",
        code=code,
        name_zh=plot.name_zh,
        name_en=plot.name_en,
        walled=True,
    )
    cell = divmod(plot.number - 1, len(drawing.xs) - 1)
    gates = _gate_spots(drawing, plot, dice, cell)
    for side in ("S", "N", "E", "W"):
        met = drawing.junctions.setdefault(_street_of(side, cell), [])
        if side in gates:
            met.append(gates[side][2])
    _draw_slabs(drawing, plot, code)
    _draw_inner_ways(drawing, plot, gates)
    _draw_gates(drawing, plot, dice, gates)
    corners = [(plot.west, plot.south), (plot.east, plot.south)]
    corners += [(plot.east, plot.north), (plot.west, plot.north)]
    ring = _with_gates([*corners, corners[0]], [wall for wall, _, _ in gates.values()])
    drawing.add("walls", LineString(ring), id=f"{mark}:wall{plot.number:02d}", barrier="wall")


def _gate_spots(
    drawing: Drawing, plot: Plot, dice: random.Random, cell: tuple[int, int]
) -> dict[str, tuple[Spot, Spot, Spot]]:
    """Choose two to four gates, each with its spots in the wall, on inner way and on street."""
    lane, column = cell
    xs, ys = drawing.xs, drawing.ys
    middle = plot.middle
    last = plot.path_y(plot.rows - 1)
    east_y, west_y = plot.path_y(plot.rows // 2), plot.path_y(0)
    possible = {
        "S": ((middle, plot.south), (middle, west_y), (middle, ys[lane])),
        "N": ((middle, plot.north), (middle, last), (middle, ys[lane + 1])),
        "E": ((plot.east, east_y), (middle, east_y), (xs[column + 1], east_y)),
        "W": ((plot.west, west_y), (middle, west_y), (xs[column], west_y)),
    }
    others = dice.sample(("N", "E", "W"), dice.randint(1, 3))
    return {side: possible[side] for side in ("S", "N", "E", "W") if side == "S" or side in others}


def _street_of(side: str, cell: tuple[int, int]) -> tuple[str, int, int]:
    """Name the stretch of street that a side of a block lies on."""
    lane, column = cell
    return {
        "S": ("across", lane, column),
        "N": ("across", lane + 1, column),
        "W": ("up", column, lane),
        "E": ("up", column + 1, lane),
    }[side]


def _draw_slabs(drawing: Drawing, plot: Plot, code: str) -> None:
    """Stand slabs in rows, from the north-west on, doors on their north sides."""
    seed = drawing.seed
    for number, stairwells in enumerate(plot.slabs, start=1):
        row, right = divmod(number - 1, 2)
        top = plot.path_y(plot.rows - 1 - row) - PATH_M
        width = stairwells * STAIRWELL_M
        west = plot.middle + SPINE_M if right else plot.middle - SPINE_M - width
        mark, label = f"syn:{seed}:b{plot.number:02d}-{number:02d}", f"{code}-{number:02d}"
        zh, en = f"{plot.name_zh}{number}幢", f"{plot.name_en}, Building {number}"
        doors = [(west + (n + 0.5) * STAIRWELL_M, top) for n in range(stairwells)]
        outline = [(west, top - DEPTH_M), (west + width, top - DEPTH_M), (west + width, top)]
        drawing.add(
            "buildings",
            Polygon([*outline, *reversed(doors), (west, top)]),
            id=mark,
            compound_id=f"syn:{seed}:c{plot.number:02d}",
            code=label,
            name_zh=zh,
            name_en=en,
            levels=plot.levels,
            note="",
            dwelling=True,
        )
        for n, door in enumerate(doors, start=1):
            drawing.add(
                "stairwells",
                Point(door),
                id=f"{mark}-{n}",
                building_id=mark,
                code=f"{label}-{n}",
                name_zh=f"{zh}{n}单元",
                name_en=f"{en}, Stairwell {n}",
                levels=plot.levels,
                derived=False,
            )


def _draw_inner_ways(
    drawing: Drawing, plot: Plot, gates: dict[str, tuple[Spot, Spot, Spot]]
) -> None:
    middle = plot.middle
    spine = [(middle, plot.path_y(row)) for row in range(plot.rows)]
    if "S" in gates:
        spine = [gates["S"][2], gates["S"][0], *spine]
    if "N" in gates:
        spine = [*spine, gates["N"][0], gates["N"][2]]
    mark = f"syn:{drawing.seed}:w{plot.number:02d}"
    _add_way(drawing, spine, f"{mark}-spine", "service", van=True)
    reach = SPINE_M + MOST_PER_SLAB * STAIRWELL_M
    for row in range(plot.rows):
        y = plot.path_y(row)
        path = [(middle - reach, y), (middle, y), (middle + reach, y)]
        if "W" in gates and gates["W"][1] == (middle, y):
            path = [gates["W"][2], gates["W"][0], *path]
        if "E" in gates and gates["E"][1] == (middle, y):
            path = [*path, gates["E"][0], gates["E"][2]]
        _add_way(drawing, path, f"{mark}-{row + 1}", "path", van=False)


def _add_way(
    drawing: Drawing,
    spots: list[Spot],
    mark: str,
    highway: str,
    *,
    van: bool,
    names: tuple[str, str] = ("", ""),
) -> None:
    drawing.add(
        "ways",
        LineString(spots),
        id=mark,
        name_zh=names[0],
        name_en=names[1],
        highway=highway,
        foot=True,
        bike=True,
        van=van,
        oneway=0,
        oneway_bike=0,
        covered=False,
    )


def _draw_gates(
    drawing: Drawing,
    plot: Plot,
    dice: random.Random,
    gates: dict[str, tuple[Spot, Spot, Spot]],
) -> None:
    """Set the gates; the southern one is open, and in every other compound a second one."""
    seed, code = drawing.seed, f"{_PREFIX}-{plot.number:02d}"
    said = {"S": ("南门", "South"), "N": ("北门", "North"), "E": ("东门", "East")}
    said["W"] = ("西门", "West")
    second = dice.choice(["S", dice.choice([side for side in gates if side != "S"])])
    for number, (side, (spot, _, _)) in enumerate(gates.items(), start=1):
        is_open = side in ("S", second)
        drawing.add(
            "gates",
            Point(spot),
            id=f"syn:{seed}:g{plot.number:02d}-{number}",
            compound_id=f"syn:{seed}:c{plot.number:02d}",
            code=f"{code}-G{number}",
            name_zh=f"{plot.name_zh}{said[side][0]}",
            name_en=f"{plot.name_en}, {said[side][1]} Gate",
            open=is_open,
            note="登记进出 register here, 06:00-22:00" if is_open else "封闭 closed",
            barrier="gate",
            foot=True,
            bike=True,
            van=side in ("S", "N"),
        )


def _with_gates(ring: list[Spot], gates: list[Spot]) -> list[Spot]:
    """Make each gate a corner of the wall, so that wall and way share it to the last digit."""
    walls = [ring[0]]
    for a, b in pairwise(ring):
        side = [g for g in gates if LineString([a, b]).distance(Point(g)) == 0]
        walls += [*sorted(side, key=lambda g: math.dist(a, g)), b]
    return walls


def _draw_streets(drawing: Drawing) -> None:
    """Draw the stretches of street that have a block beside them."""
    xs, ys, seed = drawing.xs, drawing.ys, drawing.seed
    for (kind, line, stretch), met in sorted(drawing.junctions.items()):
        if kind == "across":
            ends = {(xs[stretch], ys[line]), (xs[stretch + 1], ys[line])}
            names = (f"合成{line + 1}街", f"Synthetic Street {line + 1}")
            mark, highway = f"syn:{seed}:s{line + 1:02d}-{stretch + 1:02d}", "residential"
        else:
            ends = {(xs[line], ys[stretch]), (xs[line], ys[stretch + 1])}
            names = (f"合成{line + 1}路", f"Synthetic Road {line + 1}")
            mark, highway = f"syn:{seed}:r{line + 1:02d}-{stretch + 1:02d}", "tertiary"
        _add_way(drawing, sorted(ends | set(met)), mark, highway, van=True, names=names)


def _placer(dice: random.Random) -> Callable[[BaseGeometry], BaseGeometry]:
    """Turn the drawing a little, as few towns stand square, and put it where it belongs."""
    crs = metric_crs_for(*_ORIGIN)
    east, north = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True).transform(*_ORIGIN)
    back = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    turn = math.radians(dice.uniform(-9, 9))
    turned = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])

    def place(shape: BaseGeometry) -> BaseGeometry:
        def on_earth(spots: Any) -> Any:
            moved = spots @ turned + (east, north)
            return np.round(np.column_stack(back.transform(moved[:, 0], moved[:, 1])), 8)

        placed: BaseGeometry = shapely.transform(shape, on_earth)
        return placed

    return place
