"""Patterns that tell areas apart in black and white, as lines cut to their shape.

Lines rather than SVG's own patterns: every printer and viewer draws them alike.
"""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString, MultiLineString, MultiPoint
from shapely.geometry.base import BaseGeometry

from geodata.drawing.sheet import Sheet


@dataclass(frozen=True, slots=True, kw_only=True)
class Pattern:
    """How an area is filled: a tint, and lines at some angles or dots.

    ``angles`` are degrees against the horizontal; without any, there are dots.
    """

    tint: str
    opacity: float
    ink: str
    angles: tuple[float, ...] = ()
    gap_mm: float = 2.4
    width_mm: float = 0.2
    edge_mm: float = 0.4
    edge_dashes: str = ""


# Tints after Okabe and Ito (2008), told apart by colour-blind readers; patterns for the rest.
ZONES = {
    "sealed": Pattern(
        tint="#d55e00", opacity=0.22, ink="#8f3f00", angles=(45, -45), gap_mm=2.2, edge_mm=0.7
    ),
    "controlled": Pattern(
        tint="#e69f00", opacity=0.2, ink="#8a6000", angles=(45,), edge_dashes="2 0.8"
    ),
    "precaution": Pattern(
        tint="#009e73", opacity=0.14, ink="#00634a", width_mm=0.5, edge_dashes="0.6 0.8"
    ),
}
AREAS = {
    "water": Pattern(
        tint="#cfe4f0", opacity=1, ink="#7fa8c0", angles=(0,), gap_mm=1.5, width_mm=0.12,
        edge_mm=0.2,
    ),
    "park": Pattern(
        tint="#e6f0dd", opacity=1, ink="#8fae7b", gap_mm=2.0, width_mm=0.3, edge_mm=0.12
    ),
    "field": Pattern(
        tint="#f4f1de", opacity=1, ink="#b9ae84", angles=(90,), gap_mm=2.0, width_mm=0.1,
        edge_mm=0.1,
    ),
    "square": Pattern(tint="#f3f3f3", opacity=1, ink="", edge_mm=0.12),
    "market": Pattern(tint="#f3ece3", opacity=1, ink="", edge_mm=0.2),
    "other": Pattern(tint="#f6f6f6", opacity=1, ink="", edge_mm=0.12),
}  # fmt: skip
CLOSED = Pattern(
    tint="#000000", opacity=0.06, ink="#222222", angles=(-45,), gap_mm=1.4, width_mm=0.25,
    edge_mm=0.6, edge_dashes="1.4 0.6",
)  # fmt: skip


def draw_pattern(sheet: Sheet, shapes: list[BaseGeometry], pattern: Pattern) -> None:
    """Fill shapes with a pattern, all of them as one."""
    if not shapes:
        return
    look: dict[str, Any] = {
        "fill": pattern.tint,
        "fill_opacity": pattern.opacity,
        "fill_rule": "evenodd",
        "stroke": pattern.ink or "#999999",
        "stroke_width": pattern.edge_mm,
    }
    if pattern.edge_dashes:
        look["stroke_dasharray"] = pattern.edge_dashes
    sheet.shapes(shapes, **look)
    if pattern.ink:
        dots = {} if pattern.angles else {"stroke_linecap": "round"}
        sheet.shapes(
            (_lines(shape, pattern) for shape in shapes),
            fill="none",
            stroke=pattern.ink,
            stroke_width=pattern.width_mm,
            **dots,
        )


def swatch(sheet: Sheet, pattern: Pattern, x: float, y: float) -> None:
    """Show a pattern in a legend, its left edge and its middle given."""
    draw_pattern(sheet, [shapely.box(x, y - 1.4, x + 5, y + 1.4)], pattern)


def _lines(shape: BaseGeometry, pattern: Pattern) -> BaseGeometry:
    """Cut lines of the pattern to a shape; they lie on one grid, so neighbours meet."""
    if not pattern.angles:
        return _dots(shape, pattern.gap_mm)
    found = [
        shapely.intersection(shape, _parallels(shape, angle, pattern.gap_mm))
        for angle in pattern.angles
    ]
    return MultiLineString(
        [
            part
            for one in found
            for part in shapely.get_parts(one).tolist()
            if isinstance(part, LineString) and part.length > 0.1  # noqa: PLR2004  no specks
        ]
    )


def _parallels(shape: BaseGeometry, angle: float, gap: float) -> MultiLineString:
    west, north, east, south = shape.bounds
    turn = math.radians(angle)
    along = np.array([math.cos(turn), math.sin(turn)])
    across = np.array([-along[1], along[0]])
    corners = np.array([(x, y) for x in (west, east) for y in (north, south)])
    low, high = (corners @ across).min(), (corners @ across).max()
    start, end = (corners @ along).min(), (corners @ along).max()
    lines = [
        LineString([across * step * gap + along * start, across * step * gap + along * end])
        for step in range(math.ceil(low / gap), math.floor(high / gap) + 1)
    ]
    return MultiLineString(lines)


def _dots(shape: BaseGeometry, gap: float) -> MultiLineString:
    """Set dots in a triangle's grid, each a line too short to be one."""
    west, north, east, south = shape.bounds
    rows = range(math.ceil(north / gap), math.floor(south / gap) + 1)
    columns = range(math.ceil(west / gap) - 1, math.floor(east / gap) + 1)
    spots = [(gap * (c + 0.5 * (r % 2)), gap * r) for r in rows for c in columns]
    inside = shapely.get_parts(shapely.intersection(MultiPoint(spots), shape)).tolist()
    return MultiLineString(
        [LineString([(p.x, p.y), (p.x + 0.1, p.y)]) for p in inside if not p.is_empty]
    )
