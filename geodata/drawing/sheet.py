"""A sheet in millimetres onto which a district's metres are drawn as SVG.

Only inline attributes, no styles, so that typst and browsers draw the same picture.
"""

import math
import re
import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

FONT = "Noto Sans SC"
_MARGIN_MM = 1.0
_SMALLEST_MM = 0.5
_LAST_NARROW = 0x2E7F  # the CJK blocks of Unicode begin behind it
_UNSAID = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """The part of the world that a sheet shows: metres of its corner, and millimetres a metre."""

    west_m: float
    south_m: float
    width_mm: float
    height_mm: float
    mm_per_m: float

    @classmethod
    def around(
        cls,
        spots: Sequence[tuple[float, float]],
        *,
        width_mm: float,
        height_mm: float,
        margin_mm: float = 7.5,
        least_m: float = 120.0,
    ) -> "Window":
        """Fit the spots (in metres) between the margins, ``least_m`` across or more."""
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        across, up = max(max(xs) - min(xs), 1.0), max(max(ys) - min(ys), 1.0)
        scale = min(
            (width_mm - 2 * margin_mm) / across,
            (height_mm - 2 * margin_mm) / up,
            width_mm / least_m,
        )
        middle_x, middle_y = (max(xs) + min(xs)) / 2, (max(ys) + min(ys)) / 2
        return cls(
            west_m=middle_x - width_mm / scale / 2,
            south_m=middle_y - height_mm / scale / 2,
            width_mm=width_mm,
            height_mm=height_mm,
            mm_per_m=scale,
        )

    def at(self, x_m: float, y_m: float) -> tuple[float, float]:
        """Place a position in metres on the sheet."""
        return (
            (x_m - self.west_m) * self.mm_per_m,
            self.height_mm - (y_m - self.south_m) * self.mm_per_m,
        )

    def holds(self, x_mm: float, y_mm: float) -> bool:
        """Tell whether a position on the sheet is inside its edges."""
        return (
            _MARGIN_MM <= x_mm <= self.width_mm - _MARGIN_MM
            and _MARGIN_MM <= y_mm <= self.height_mm - _MARGIN_MM
        )

    def cut(self, shapes: Any) -> list[tuple[int, BaseGeometry]]:
        """Keep what lies inside, with the index of where it came from, moved onto the sheet."""
        if not len(shapes):
            return []
        reach_m = 3 / self.mm_per_m  # so that cut edges and line ends lie off the sheet
        east = self.west_m + self.width_mm / self.mm_per_m
        north = self.south_m + self.height_mm / self.mm_per_m
        edges = (self.west_m - reach_m, self.south_m - reach_m, east + reach_m, north + reach_m)
        found = shapely.STRtree(shapes).query(shapely.box(*edges))
        found.sort()
        clipped = shapely.clip_by_rect(shapes[found], *edges)
        drawn = shapely.simplify(clipped, 0.12 / self.mm_per_m)
        moved = shapely.transform(drawn, self._on_sheet)
        west, north, east, south = shapely.bounds(moved).T
        seen = np.maximum(east - west, south - north) >= _SMALLEST_MM  # false for what is empty
        return [(int(index), shape) for index, shape in zip(found[seen], moved[seen], strict=True)]

    def _on_sheet(self, spots: Any) -> Any:
        spots = spots.copy()
        spots[:, 0] = (spots[:, 0] - self.west_m) * self.mm_per_m
        spots[:, 1] = self.height_mm - (spots[:, 1] - self.south_m) * self.mm_per_m
        return spots


@dataclass(slots=True)
class Sheet:
    """Collects SVG elements; smaller sheets can be placed on it."""

    width_mm: float
    height_mm: float
    parts: list[str] = field(default_factory=list)
    clips: list[str] = field(default_factory=list)

    def add(self, tag: str, content: str | None = None, /, **attributes: str | float) -> None:
        """Add an element; ``stroke_width`` becomes ``stroke-width``, numbers are rounded."""
        said = "".join(
            f" {name.rstrip('_').replace('_', '-')}={quoteattr(_spoken(value))}"
            for name, value in attributes.items()
        )
        self.parts.append(
            f"<{tag}{said}/>" if content is None else f"<{tag}{said}>{content}</{tag}>"
        )

    def shapes(self, shapes: Iterable[BaseGeometry], **attributes: str | float) -> None:
        """Draw shapes of one look as a single path."""
        if path := "".join(_path(shape) for shape in shapes):
            self.add("path", None, d=path, **attributes)

    def text(self, x: float, y: float, words: str, size: float, **attributes: str | float) -> None:
        """Write words, escaped, with a white rim so that lines below do not hurt."""
        look: dict[str, Any] = {
            "font_size": size,
            "stroke": "#fff",
            "stroke_width": size * 0.22,
            "stroke_linejoin": "round",
            "paint_order": "stroke",
        }
        self.add("text", written(words), x=x, y=y, **(look | attributes))

    def place(self, other: "Sheet", x_mm: float, y_mm: float) -> None:
        """Put a smaller sheet on this one; what it draws ends at its edges."""
        content = "".join(other.parts)
        # pages hold several drawings, whose names must not meet
        mark = f"c{len(self.clips)}-{zlib.crc32(content.encode()):08x}"
        edge = f'width="{_spoken(other.width_mm)}" height="{_spoken(other.height_mm)}"'
        self.clips += [f'<clipPath id="{mark}"><rect {edge}/></clipPath>', *other.clips]
        inner = f'<g clip-path="url(#{mark})">{content}</g>'
        if x_mm or y_mm:
            move = f"translate({_spoken(x_mm)} {_spoken(y_mm)})"
            inner = f'<g transform="{move}">{inner}</g>'
        self.parts.append(inner)

    def svg(self, title: str) -> str:
        """Give the finished picture."""
        width, height = _spoken(self.width_mm), _spoken(self.height_mm)
        clips = f"<defs>{''.join(self.clips)}</defs>" if self.clips else ""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}mm" height="{height}mm" '
            f'viewBox="0 0 {width} {height}" role="img"><title>{written(title)}</title>{clips}'
            f'<rect width="{width}" height="{height}" fill="#fff"/>'
            f'<g font-family="{FONT}" text-anchor="middle">{"".join(self.parts)}</g></svg>'
        )


def written(words: str) -> str:
    """Escape words for SVG and leave out what XML cannot hold."""
    return escape(sayable(words))


def sayable(words: str) -> str:
    """Leave out what XML 1.0 (section 2.2) cannot hold."""
    return _UNSAID.sub("", words)


def text_width(words: str, size: float) -> float:
    """Estimate how wide words are, rather too wide than too narrow."""
    return size * sum(_letter_width(letter) for letter in words)


def _letter_width(letter: str) -> float:
    """Give a letter's part of the font's size: a Chinese character fills a whole square."""
    if ord(letter) > _LAST_NARROW:
        return 1.0
    if letter in "iljtfr.,'|:;()[]!- ":
        return 0.4
    if letter in "mwMW@©%":
        return 0.95
    return 0.72 if letter.isupper() else 0.61


def nice_length(longest: float) -> int:
    """Give the largest of 1, 2 or 5 times a power of ten that is not longer."""
    power = 10 ** math.floor(math.log10(max(longest, 1)))
    return int(next(power * n for n in (5, 2, 1) if power * n <= max(longest, 1)))


def _spoken(value: str | float) -> str:
    return value if isinstance(value, str) else f"{value:.2f}".rstrip("0").rstrip(".")


def _path(shape: BaseGeometry) -> str:
    kind = shape.geom_type
    if shape.is_empty:  # a leg between two stops at one place
        return ""
    if kind == "LineString":
        return _run(shape.coords)
    if kind == "Polygon":
        rings = [shape.exterior, *shape.interiors]
        return "".join(_run(ring.coords[:-1]) + "z" for ring in rings if len(ring.coords) > 1)
    if hasattr(shape, "geoms"):
        return "".join(_path(part) for part in shape.geoms)
    return ""


def _run(coords: Iterable[tuple[float, ...]]) -> str:
    """Write a path with relative steps of a tenth of a millimetre, which keeps files small."""
    spots = [(round(x * 10), round(y * 10)) for x, y, *_ in coords]
    said = f"M{_short(spots[0][0])} {_short(spots[0][1])}"
    before = spots[0]
    steps = []
    for spot in spots[1:]:
        if spot != before:
            steps.append(f"{_short(spot[0] - before[0])} {_short(spot[1] - before[1])}")
            before = spot
    return said + ("l" + " ".join(steps) if steps else "")


def _short(tenths: int) -> str:
    return f"{tenths / 10:.1f}".removesuffix(".0")
