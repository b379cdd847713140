"""What lies under the routes: water, parks, streets, walls and houses, with their names."""

import math
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString
from shapely.geometry.base import BaseGeometry

from geodata.access import STEPS
from geodata.district import District
from geodata.drawing.hatch import AREAS, ZONES, draw_pattern
from geodata.drawing.labels import SMALLEST_MM, Room, write
from geodata.drawing.map_words import WORDS
from geodata.drawing.marks import metric_shapes
from geodata.drawing.sheet import Sheet, Window, text_width

_WIDE = frozenset(
    f"{kind}{link}"
    for kind in ("motorway", "trunk", "primary", "secondary", "tertiary")
    for link in ("", "_link")
)
_FINE = STEPS | {"corridor", "platform", "crossing", "footway"}
_COARSE_MM_PER_M = 0.075
"""Below this scale footways would be a grey blur; the route is drawn on top in any case."""
_NARROW = STEPS | {"footway", "path", "corridor", "platform", "crossing", "cycleway"}
_STREET_MM = 2.1
_ALONG_MM = 6.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Goal:
    """A building that a trip visits, in millimetres of the sheet, with all its doors."""

    id: str
    shape: BaseGeometry
    number: str
    doors: tuple[tuple[str, float, float], ...]


def draw_ground(
    sheet: Sheet, window: Window, district: District, *, zones: Mapping[str, str]
) -> set[str]:
    """Draw everything that stands still; return which kinds of area are in view."""
    kinds = _areas(sheet, window, district)
    compounds = window.cut(metric_shapes(district, district.compounds))
    sheet.shapes(
        (shape for _, shape in compounds),
        fill="none",
        stroke="#999",
        stroke_width=0.2,
        stroke_dasharray="1 0.8",
    )
    _ways(sheet, window, district)
    buildings = window.cut(metric_shapes(district, district.buildings))
    dwelling = district.buildings["dwelling"].to_numpy()
    for homes, fill in ((False, "#efefef"), (True, "#dadada")):
        sheet.shapes(
            (shape for n, shape in buildings if bool(dwelling[n]) == homes),
            fill=fill,
            fill_rule="evenodd",
            stroke="#8a8a8a",
            stroke_width=0.15,
        )
    _zones(sheet, district, compounds, buildings, zones)
    sheet.shapes(
        (shape for _, shape in window.cut(metric_shapes(district, district.walls))),
        fill="none",
        stroke="#444",
        stroke_width=0.35,
    )
    return kinds


def _areas(sheet: Sheet, window: Window, district: District) -> set[str]:
    frame = getattr(district, "areas", None)
    if frame is None or not len(frame):
        return set()
    kinds = frame["kind"].to_numpy()
    cut = window.cut(metric_shapes(district, frame))
    for kind, pattern in AREAS.items():
        draw_pattern(sheet, [shape for n, shape in cut if kinds[n] == kind], pattern)
    return {str(kinds[n]) for n, _ in cut}


def _zones(
    sheet: Sheet,
    district: District,
    compounds: list[tuple[int, BaseGeometry]],
    buildings: list[tuple[int, BaseGeometry]],
    zones: Mapping[str, str],
) -> None:
    """Fill zones; what lies in a compound and has a zone of its own keeps that."""
    own = [
        (zones[mark], shape)
        for layer, cut in ((district.compounds, compounds), (district.buildings, buildings))
        for ids in [layer["id"].to_numpy()]
        for n, shape in cut
        if (mark := ids[n]) in zones
    ]
    houses = district.buildings["id"].to_numpy()
    inner = [shapely.make_valid(s) for n, s in buildings if houses[n] in zones]
    cuts = shapely.union_all(inner) if inner else None
    grounds = set(district.compounds["id"]) & set(zones)
    count = sum(1 for n, _ in compounds if district.compounds["id"].iloc[n] in grounds)
    for zone, pattern in ZONES.items():
        shapes = []
        for number, (of, shape) in enumerate(own):
            if of != zone:
                continue
            mended = shapely.make_valid(shape)
            outer = cuts is not None and number < count
            shapes.append(mended.difference(cuts) if outer else mended)
        draw_pattern(sheet, shapes, pattern)


def _ways(sheet: Sheet, window: Window, district: District) -> None:
    kinds = district.ways["highway"].to_numpy()
    scale = window.mm_per_m
    cut = window.cut(metric_shapes(district, district.ways))
    if scale < _COARSE_MM_PER_M:
        cut = [(n, shape) for n, shape in cut if kinds[n] not in _FINE]
    wide = [shape for n, shape in cut if kinds[n] in _WIDE]
    steps = [shape for n, shape in cut if kinds[n] in STEPS]
    narrow = [shape for n, shape in cut if kinds[n] in _NARROW and kinds[n] not in STEPS]
    plain = [shape for n, shape in cut if kinds[n] not in _WIDE and kinds[n] not in _NARROW]
    broad, middle = min(max(10 * scale, 0.8), 3.5), min(max(5 * scale, 0.5), 2.2)
    round_ends: dict[str, str] = {"stroke_linecap": "round", "stroke_linejoin": "round"}
    for shapes, width in ((plain, middle), (wide, broad)):
        sheet.shapes(
            shapes, fill="none", stroke="#b5b5b5", stroke_width=width + 0.25, **round_ends
        )
    for shapes, width in ((plain, middle), (wide, broad)):
        sheet.shapes(shapes, fill="none", stroke="#fff", stroke_width=width, **round_ends)
    sheet.shapes(narrow, fill="none", stroke="#aaa", stroke_width=0.2, stroke_dasharray="0.9 0.5")
    sheet.shapes(steps, fill="none", stroke="#777", stroke_width=1.0, stroke_dasharray="0.2 0.35")


def goals_in_view(
    window: Window, district: District, spots: Collection[tuple[float, float]]
) -> list[Goal]:
    """Find the buildings whose doors are at the given spots (millimetres of the sheet)."""
    if not len(district.stairwells) or not spots:
        return []
    doors = shapely.get_coordinates(metric_shapes(district, district.stairwells))
    placed = [window.at(x, y) for x, y in doors]
    reach = 3 * window.mm_per_m
    houses = district.stairwells["building_id"].to_numpy()
    codes = district.stairwells["code"].to_numpy()
    visited = {
        houses[n]
        for n, door in enumerate(placed)
        if any(math.dist(door, spot) <= reach for spot in spots)
    }
    ids = district.buildings["id"].to_numpy()
    numbers = district.buildings["code"].to_numpy()
    return [
        Goal(
            id=ids[n],
            shape=shape,
            number=_tail(numbers[n]),
            doors=tuple(
                (_tail(codes[m]), *door)
                for m, door in enumerate(placed)
                if houses[m] == ids[n] and window.holds(*door)
            ),
        )
        for n, shape in window.cut(metric_shapes(district, district.buildings))
        if ids[n] in visited
    ]


def draw_goals(sheet: Sheet, goals: Collection[Goal], *, doors: bool) -> None:
    """Stress the buildings of a trip: heavier outline, their number, each door with its own."""
    sheet.shapes(
        (goal.shape for goal in goals),
        fill="#c4c4c4",
        fill_rule="evenodd",
        stroke="#000",
        stroke_width=0.4,
    )
    if doors:
        for goal in goals:
            for _, x, y in goal.doors:
                sheet.add("circle", cx=x, cy=y, r=0.45, fill="#fff", stroke="#000",
                          stroke_width=0.2)  # fmt: skip


def name_goals(
    sheet: Sheet, room: Room, goals: Collection[Goal], language: str, *, doors: bool
) -> None:
    """Write the numbers of a trip's buildings, and of their doors where these are apart."""
    for goal in goals:
        if goal.number:
            words = WORDS[language]["building"].format(goal.number)
            spots = [*_inside(goal.shape, words, 2.4), *_beside(goal.shape, words, 2.4)]
            write(sheet, room, words, 2.4, spots, font_weight="bold", stroke="#fff")
    for goal in goals if doors else ():
        middle = goal.shape.representative_point()
        for number, x, y in goal.doors:
            away = math.atan2(y - middle.y, x - middle.x)
            turns = (0.0, 0.7, -0.7, math.pi, 2.4, -2.4)
            spots = [
                (x + 1.9 * math.cos(away + t), y + 1.9 * math.sin(away + t), 0.0) for t in turns
            ]
            write(sheet, room, number, SMALLEST_MM, spots)


def name_buildings(
    sheet: Sheet,
    room: Room,
    window: Window,
    district: District,
    language: str,
    *,
    but: Collection[str],
) -> None:
    """Write the number of each dwelling that is drawn large enough to hold it, but for some."""
    codes = district.buildings["code"].to_numpy()
    ids = district.buildings["id"].to_numpy()
    for n, shape in window.cut(metric_shapes(district, district.buildings)):
        if not codes[n] or ids[n] in but:
            continue
        words = WORDS[language]["building"].format(_tail(codes[n]))
        west, north, east, south = shape.bounds
        short, long = sorted((east - west, south - north))
        if short < _STREET_MM or long < text_width(words, _STREET_MM):
            continue
        spots = _inside(shape, words, _STREET_MM)
        write(sheet, room, words, _STREET_MM, spots, fill="#333", stroke="#dadada")


def name_streets(
    sheet: Sheet, room: Room, window: Window, district: District, language: str
) -> None:
    """Write each street's name once, along the longest straight stretch that is free."""
    names = district.ways[f"name_{language}"].to_numpy()
    spare = district.ways[f"name_{'en' if language == 'zh' else 'zh'}"].to_numpy()
    stretches: dict[str, list[LineString]] = {}
    for n, shape in window.cut(metric_shapes(district, district.ways)):
        if name := names[n] or spare[n]:
            stretches.setdefault(str(name), []).extend(shapely.get_parts(shape).tolist())
    for name, lines in sorted(stretches.items()):
        wide = text_width(name, _STREET_MM)
        write(sheet, room, name, _STREET_MM, _along(lines, wide), fill="#444")


def _along(lines: list[LineString], wide: float) -> Iterator[tuple[float, float, float]]:
    """Give spots along the straight parts of a street, the longest first."""
    straight = [
        part
        for line in lines
        for part in pairwise(line.simplify(0.6).coords)
        if math.dist(*part) >= wide * 0.8
    ]
    for a, b in sorted(straight, key=lambda part: -math.dist(*part)):
        (x1, y1), (x2, y2) = sorted((a, b))
        turn = math.degrees(math.atan2(y2 - y1, x2 - x1))
        length = math.dist(a, b)
        steps = max(1, int((length - wide) // _ALONG_MM) + 1)
        for n in sorted(range(steps), key=lambda n: abs(n - (steps - 1) / 2)):
            part = (wide / 2 + (n + 0.5) * max(length - wide, 0) / steps) / length
            yield x1 + (x2 - x1) * part, y1 + (y2 - y1) * part, turn


def name_compounds(
    sheet: Sheet,
    room: Room,
    window: Window,
    district: District,
    language: str,
    *,
    zones: Mapping[str, str],
    size: float = 2.6,
) -> None:
    """Write the name of each compound into it, or its code where the name finds no room."""
    rows = district.compounds.drop(columns="geometry").to_dict("records")
    for n, shape in window.cut(metric_shapes(district, district.compounds)):
        row = rows[n]
        names = [str(row[f"name_{language}"]), str(row["code"])]
        west, _, east, _ = shape.bounds
        if text_width(names[0], size) > (east - west) * 1.25:
            names.reverse()
        if zone := WORDS[language].get(zones.get(row["id"], "")):
            names = [f"{name} · {zone}" for name in names] + names
        for name in dict.fromkeys(name for name in names if name):
            spots = list(_inside(shape, name, size))
            if write(sheet, room, name, size, spots, font_weight="bold"):
                break
        else:
            write(
                sheet, room, str(row["code"]), size, _inside(shape, str(row["code"]), size),
                over_routes=True, font_weight="bold",
            )  # fmt: skip


def name_areas(
    sheet: Sheet, room: Room, window: Window, district: District, language: str
) -> None:
    """Write the names of water and parks that are large enough."""
    frame = getattr(district, "areas", None)
    if frame is None or not len(frame):
        return
    names: Any = frame[f"name_{language}"].to_numpy()
    for n, shape in window.cut(metric_shapes(district, frame)):
        west, north, east, south = shape.bounds
        name = str(names[n])
        if name and max(east - west, south - north) >= text_width(name, 2.2):
            write(
                sheet, room, name, 2.2, _inside(shape, name, 2.2), fill="#333"
            )  # fmt: skip


def _inside(shape: BaseGeometry, words: str, size: float) -> Iterator[tuple[float, float, float]]:
    """Give spots inside a shape: its middle, along its long side, then on a grid."""
    spot = shape.representative_point()
    centre = shape.centroid
    if shape.contains(centre):
        yield centre.x, centre.y, 0
    yield spot.x, spot.y, 0
    west, north, east, south = shape.bounds
    wide = text_width(words, size)
    xs = np.linspace(west + wide / 2, east - wide / 2, 5) if east - west > wide else [spot.x]
    ys = np.linspace(north + size, south - size, 7) if south - north > 2 * size else [spot.y]
    grid = [(float(x), float(y)) for y in ys for x in xs]
    shapely.prepare(shape)
    for x, y in sorted(grid, key=lambda at: math.dist(at, (centre.x, centre.y))):
        if shapely.contains_xy(shape, x, y):
            yield x, y, 0


def _beside(shape: BaseGeometry, words: str, size: float) -> Iterator[tuple[float, float, float]]:
    west, north, east, south = shape.bounds
    wide, x, y = text_width(words, size), (west + east) / 2, (north + south) / 2
    yield x, south + size * 0.8, 0
    yield x, north - size * 0.8, 0
    yield east + wide / 2 + 0.6, y, 0
    yield west - wide / 2 - 0.6, y, 0


def _tail(code: str) -> str:
    """Return the last part of a code, without leading zeros: ``SY-05-02`` gives 2."""
    part = str(code).rsplit("-", 1)[-1]
    return str(int(part)) if part.isascii() and part.isdigit() else part
