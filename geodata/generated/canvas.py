"""What a generated district is drawn on: rows of layers in metres, placed on earth at the end."""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.geometry import LineString, MultiLineString
from shapely.geometry.base import BaseGeometry

from geodata.district import LAYERS, WGS84, metric_crs_for

ORIGIN = (120.23, 30.30)  # open ground of eastern Hangzhou, so that distances are as there
GRID_M = 0.01
"""Every corner lies on this grid, so that ways, walls and gates that meet share it exactly."""

PREFIX = "SY"
"""First part of all codes, so that nobody takes them for those of a real district."""

Spot = tuple[float, float]


class Unfit(Exception):
    """What was drawn does not hold what it must; it is drawn again with other dice."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Way:
    """A way before it is cut at its crossings."""

    line: LineString
    highway: str
    name_zh: str = ""
    name_en: str = ""
    bike: bool = True
    van: bool = True
    covered: bool = False


@dataclass(slots=True)
class Canvas:
    """Rows of all layers while they are drawn, in metres from the south-west corner."""

    seed: int
    prefix: str = PREFIX
    ways: list[Way] = field(default_factory=list)
    rows: dict[str, list[dict[str, Any]]] = field(
        default_factory=lambda: {layer: [] for layer in LAYERS}
    )

    def add(self, layer: str, shape: BaseGeometry, **columns: str | int | bool) -> None:
        """Add a row; areas and sites are numbered here, others bring their ids."""
        if "id" not in columns:
            columns["id"] = self.mark(f"{layer[0]}{len(self.rows[layer]) + 1:03d}")
        self.rows[layer].append({**columns, "geometry": shape})

    def mark(self, what: str) -> str:
        """Make an id that nobody takes for one of a real map."""
        return f"syn:{self.seed}:{what}"

    def site_code(self, letter: str, number: int) -> str:
        """Make the code of a site: short in a district alone, with its prefix among others."""
        return (
            f"S{letter}-{number}" if self.prefix == PREFIX else f"{self.prefix}-{letter}{number}"
        )

    def cut_ways(self) -> None:
        """Give all ways a corner wherever they meet, and keep them as rows."""
        lines = [way.line for way in self.ways]
        pieces = shapely.get_parts(shapely.union_all(lines, grid_size=GRID_M))
        tree = shapely.STRtree(lines)
        halves = shapely.line_interpolate_point(pieces, 0.5, normalized=True)
        piece, owner = tree.query(halves, predicate="dwithin", distance=3 * GRID_M)
        away = shapely.distance(halves[piece], np.asarray(lines, dtype=object)[owner])
        parts: dict[int, list[Any]] = {}
        taken = -1
        for number in np.lexsort((owner, np.round(away, 6), piece)).tolist():
            if piece[number] != taken:
                taken = int(piece[number])
                parts.setdefault(int(owner[number]), []).append(pieces[taken])
        for number, found in sorted(parts.items()):
            merged = shapely.get_parts(shapely.line_merge(MultiLineString(found)))
            for part, line in enumerate(merged, start=1):
                self._keep(self.ways[number], line, f"w{number + 1:04d}-{part}")

    def _keep(self, way: Way, line: LineString, mark: str) -> None:
        self.add(
            "ways",
            line,
            id=self.mark(mark),
            name_zh=way.name_zh,
            name_en=way.name_en,
            highway=way.highway,
            foot=True,
            bike=way.bike,
            van=way.van,
            oneway=0,
            oneway_bike=0,
            covered=way.covered,
        )


def on_grid(spot: Any) -> Spot:
    """Round a point or a pair to the grid."""
    x, y = (spot.x, spot.y) if hasattr(spot, "x") else spot
    return (round(float(x), 2), round(float(y), 2))


def placer(
    dice: random.Random, shift_m: Spot = (0.0, 0.0)
) -> Callable[[BaseGeometry], BaseGeometry]:
    """Turn the drawing a little, as few towns stand square, and put it where it belongs.

    Parameters
    ----------
    shift_m
        How far east and north of :data:`ORIGIN` its south-west corner lies.
    """
    crs = metric_crs_for(*ORIGIN)
    east, north = pyproj.Transformer.from_crs(WGS84, crs, always_xy=True).transform(*ORIGIN)
    east, north = east + shift_m[0], north + shift_m[1]
    back = pyproj.Transformer.from_crs(crs, WGS84, always_xy=True)
    turn = math.radians(dice.uniform(-7, 7))
    turned = np.array([[math.cos(turn), math.sin(turn)], [-math.sin(turn), math.cos(turn)]])

    def place(shape: BaseGeometry) -> BaseGeometry:
        def on_earth(spots: Any) -> Any:
            moved = spots @ turned + (east, north)
            return np.round(np.column_stack(back.transform(moved[:, 0], moved[:, 1])), 8)

        placed: BaseGeometry = shapely.transform(shape, on_earth)
        return placed

    return place
