"""Generate districts of walled compounds: seeded, and labelled synthetic wherever they appear."""

import hashlib
import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
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

SYNTHETIC_ATTRIBUTION = "合成数据,并非真实地图 Synthetic data, not a real map"
SIZES = {"small": (50, 3), "medium": (300, 14), "subdistrict": (1000, 45)}
"""Stairwells and compounds of each size, as the reference sizes of the field have them."""
_ORIGIN = (120.23, 30.30)  # open ground of eastern Hangzhou, so that distances are as there
_VERSION = 1
_PREFIX = "SY"

_STREET_M = 10.0  # from the middle of a street to a wall
_STAIRWELL_M = 14.0  # width of a stairwell's part of a slab
_DEPTH_M = 12.0
_ROW_M = 30.0
_PATH_M = 4.5  # from a slab's north side to the path in front of its doors
_SPINE_M = 7.0
_MARGIN_M = 9.0
_MOST_PER_SLAB = 4
_FLOWERS = (
    ("桂花", "Guihua"), ("梅花", "Meihua"), ("荷花", "Hehua"), ("兰花", "Lanhua"),
    ("玉兰", "Yulan"), ("海棠", "Haitang"), ("牡丹", "Mudan"), ("茶花", "Chahua"),
    ("紫薇", "Ziwei"), ("翠竹", "Cuizhu"), ("青松", "Qingsong"), ("银杏", "Yinxing"),
    ("香樟", "Xiangzhang"), ("月季", "Yueji"), ("杜鹃", "Dujuan"),
)  # fmt: skip
_KINDS = (("苑", "Court"), ("新村", "Village"), ("花园", "Garden"))

Spot = tuple[float, float]


@dataclass(slots=True)
class Drawing:
    """Rows of all layers while they are drawn, in metres from the south-west corner."""

    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {layer: [] for layer in LAYERS}
    )

    def add(self, layer: str, shape: BaseGeometry, **columns: str | int | bool) -> None:
        """Add a row."""
        self.rows[layer].append({**columns, "geometry": shape})


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """Ground of one compound, inside its wall, with what is to stand on it."""

    number: int
    west: float
    south: float
    east: float
    north: float
    slabs: tuple[int, ...]  # stairwells of each slab
    levels: int
    name_zh: str
    name_en: str

    @property
    def middle(self) -> float:
        """Where the inner road from south to north runs."""
        return (self.west + self.east) / 2

    @property
    def rows(self) -> int:
        """Rows of slabs, two to a row."""
        return -(-len(self.slabs) // 2)

    def path_y(self, row: int) -> float:
        """Where the path in front of a row's doors runs; row 0 is the southernmost."""
        return self.south + _MARGIN_M + row * _ROW_M + _DEPTH_M + _PATH_M


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
    plots, xs, ys = _plots(dice, stairwells, compounds)
    drawing = Drawing()
    junctions: dict[tuple[str, int, int], list[Spot]] = {}
    columns = len(xs) - 1
    for plot in plots:
        cell = divmod(plot.number - 1, columns)
        _draw_compound(drawing, plot, dice, seed, cell, junctions, xs, ys)
    _draw_streets(drawing, xs, ys, junctions, seed)
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


def _plots(
    dice: random.Random, stairwells: int, compounds: int
) -> tuple[list[Plot], list[float], list[float]]:
    """Share stairwells out over compounds and lay these on a grid of streets."""
    shares = [stairwells // compounds] * compounds
    for number in range(stairwells % compounds):
        shares[number] += 1
    for _ in range(compounds * 2):  # some estates are larger than others
        giver, taker = dice.sample(range(compounds), 2)
        given = dice.randint(0, 3)
        if shares[giver] - given >= max(8, stairwells // compounds // 2):
            shares[giver] -= given
            shares[taker] += given
    slabs = [_slabs(dice, share) for share in shares]
    columns = math.ceil(math.sqrt(compounds))
    lanes = math.ceil(compounds / columns)
    half = _MOST_PER_SLAB * _STAIRWELL_M + _SPINE_M + _MARGIN_M
    xs = [0.0]
    for _ in range(columns):
        xs.append(xs[-1] + 2 * half + 2 * _STREET_M + dice.randint(0, 12))
    ys = [0.0]
    for lane in range(lanes):
        most = max(-(-len(s) // 2) for s in slabs[lane * columns : (lane + 1) * columns])
        ys.append(ys[-1] + most * _ROW_M + 2 * _MARGIN_M + 2 * _STREET_M + dice.randint(0, 10))
    names = [
        (f"合成{flower}{kind}", f"Synthetic {flower_en} {kind_en}")
        for kind, kind_en in _KINDS
        for flower, flower_en in _FLOWERS
    ]
    dice.shuffle(names)
    plots = []
    for number, stock in enumerate(slabs):
        lane, column = divmod(number, columns)
        plots.append(
            Plot(
                number=number + 1,
                west=xs[column] + _STREET_M,
                south=ys[lane] + _STREET_M,
                east=xs[column + 1] - _STREET_M,
                north=ys[lane + 1] - _STREET_M,
                slabs=stock,
                levels=dice.choice((6, 6, 6, 7, 11, 18)),
                name_zh=names[number][0],
                name_en=names[number][1],
            )
        )
    return plots, xs, ys


def _slabs(dice: random.Random, stairwells: int) -> tuple[int, ...]:
    slabs: list[int] = []
    while (left := stairwells - sum(slabs)) > 0:
        slabs.append(left if left <= _MOST_PER_SLAB else min(dice.choice((2, 3, 3, 4)), left))
    return tuple(slabs)


def _draw_compound(
    drawing: Drawing,
    plot: Plot,
    dice: random.Random,
    seed: int,
    cell: tuple[int, int],
    junctions: dict[tuple[str, int, int], list[Spot]],
    xs: list[float],
    ys: list[float],
) -> None:
    mark = f"syn:{seed}"
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
    gates = _gate_spots(plot, dice, cell, xs, ys)
    for side, (_, _, street) in gates.items():
        junctions.setdefault(_street_of(side, cell), []).append(street)
    _draw_slabs(drawing, plot, seed, code)
    _draw_inner_ways(drawing, plot, seed, gates)
    _draw_gates(drawing, plot, dice, seed, code, gates)
    corners = [(plot.west, plot.south), (plot.east, plot.south)]
    corners += [(plot.east, plot.north), (plot.west, plot.north)]
    ring = _with_gates([*corners, corners[0]], [wall for wall, _, _ in gates.values()])
    drawing.add("walls", LineString(ring), id=f"{mark}:wall{plot.number:02d}", barrier="wall")


def _gate_spots(
    plot: Plot,
    dice: random.Random,
    cell: tuple[int, int],
    xs: list[float],
    ys: list[float],
) -> dict[str, tuple[Spot, Spot, Spot]]:
    """Choose two to four gates: the spot in the wall, that on the inner way, that on the street."""
    lane, column = cell
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


def _draw_slabs(drawing: Drawing, plot: Plot, seed: int, code: str) -> None:
    """Stand slabs in rows, from the north-west on, doors on their north sides."""
    for number, stairwells in enumerate(plot.slabs, start=1):
        row, right = divmod(number - 1, 2)
        top = plot.path_y(plot.rows - 1 - row) - _PATH_M
        width = stairwells * _STAIRWELL_M
        west = plot.middle + _SPINE_M if right else plot.middle - _SPINE_M - width
        mark, label = f"syn:{seed}:b{plot.number:02d}-{number:02d}", f"{code}-{number:02d}"
        zh, en = f"{plot.name_zh}{number}幢", f"{plot.name_en}, Building {number}"
        doors = [(west + (n + 0.5) * _STAIRWELL_M, top) for n in range(stairwells)]
        outline = [(west, top - _DEPTH_M), (west + width, top - _DEPTH_M), (west + width, top)]
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
    drawing: Drawing, plot: Plot, seed: int, gates: dict[str, tuple[Spot, Spot, Spot]]
) -> None:
    middle = plot.middle
    spine = [(middle, plot.path_y(row)) for row in range(plot.rows)]
    if "S" in gates:
        spine = [gates["S"][2], gates["S"][0], *spine]
    if "N" in gates:
        spine = [*spine, gates["N"][0], gates["N"][2]]
    mark = f"syn:{seed}:w{plot.number:02d}"
    _add_way(drawing, spine, f"{mark}-spine", "service", van=True)
    reach = _SPINE_M + _MOST_PER_SLAB * _STAIRWELL_M
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
    seed: int,
    code: str,
    gates: dict[str, tuple[Spot, Spot, Spot]],
) -> None:
    """Set the gates; the southern one is open, and in every other compound a second one."""
    said = {"S": ("南门", "South"), "N": ("北门", "North"), "E": ("东门", "East")}
    said["W"] = ("西门", "West")
    second = dice.choice([side for side in gates if side != "S"]) if dice.random() < 0.5 else "S"  # noqa: PLR2004  half of them
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
    for a, b in zip(ring[:-1], ring[1:], strict=True):
        side = [g for g in gates if LineString([a, b]).distance(Point(g)) == 0]
        walls += [*sorted(side, key=lambda g: math.dist(a, g)), b]
    return walls


def _draw_streets(
    drawing: Drawing,
    xs: list[float],
    ys: list[float],
    junctions: dict[tuple[str, int, int], list[Spot]],
    seed: int,
) -> None:
    for lane, y in enumerate(ys):
        names = (f"合成{lane + 1}街", f"Synthetic Street {lane + 1}")
        for column in range(len(xs) - 1):
            met = set(junctions.get(("across", lane, column), ()))
            spots = sorted({(xs[column], y), (xs[column + 1], y), *met})
            mark = f"syn:{seed}:s{lane + 1:02d}-{column + 1:02d}"
            _add_way(drawing, spots, mark, "residential", van=True, names=names)
    for column, x in enumerate(xs):
        names = (f"合成{column + 1}路", f"Synthetic Road {column + 1}")
        for lane in range(len(ys) - 1):
            met = set(junctions.get(("up", column, lane), ()))
            spots = sorted({(x, ys[lane]), (x, ys[lane + 1]), *met})
            mark = f"syn:{seed}:r{column + 1:02d}-{lane + 1:02d}"
            _add_way(drawing, spots, mark, "tertiary", van=True, names=names)


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

        return shapely.transform(shape, on_earth)

    return place
