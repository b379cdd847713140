"""Draw maps: a trip for a printed sheet, and the whole district for a page."""

import math
from collections.abc import Mapping, Sequence
from typing import Any

import shapely
from shapely.geometry import LineString

from geodata.directions import Leg
from geodata.district import District
from geodata.drawing import Sheet, Window, text_width
from geodata.marks import WORDS, ZONES, MapLabel, draw_furniture, draw_gates, draw_labels, metres
from geodata.network import metric

__all__ = ["MapLabel", "district_map", "trip_map"]

_ROUTES = ("#0b5394", "#b45309", "#166534", "#7e22ce", "#be123c", "#0e7490", "#4d4d4d", "#854d0e")
_WIDE = frozenset(
    [
        "motorway",
        "trunk",
        "primary",
        "secondary",
        "tertiary",
        "primary_link",
        "secondary_link",
        "tertiary_link",
    ]
)
_FINE = frozenset(("steps", "corridor", "platform", "crossing", "footway"))
_COARSE_MM_PER_M = 0.075
"""Below this scale footways would be a grey blur; the route is drawn on top in any case."""
_NARROW = frozenset(("footway", "path", "steps", "corridor", "platform", "crossing", "cycleway"))


def trip_map(
    district: District,
    legs: Sequence[Leg],
    labels: Sequence[MapLabel],
    *,
    language: str = "zh",
    width_mm: float = 170,
    height_mm: float = 100,
) -> str:
    """Draw one trip as an SVG that is read in black and white at arm's length."""
    spots = [spot for leg in legs for spot in leg.line]
    spots += [(label.lon, label.lat) for label in labels]
    if not spots:
        west, south, east, north = district.bounds()
        spots = [(west, south), (east, north)]
    window = Window.around(metres(district, spots), width_mm=width_mm, height_mm=height_mm)
    sheet = Sheet(window)
    _ground(sheet, district, {})
    _building_numbers(sheet, district, language)
    _street_names(sheet, district, language)
    for leg in legs:
        _route(sheet, district, leg, colour="#000", width=0.9)
    draw_gates(sheet, district, passed={gate for leg in legs for gate in leg.gates}, named=True)
    draw_labels(sheet, district, labels, size=3.4)
    draw_furniture(sheet, district, language)
    return sheet.svg(f"{district.name} {WORDS[language]['trip']}")


def district_map(
    district: District,
    *,
    routes: Sequence[Sequence[Leg]] = (),
    labels: Sequence[MapLabel] = (),
    zones: Mapping[str, str] | None = None,
    language: str = "zh",
) -> str:
    """Draw the whole district as an SVG for a page, with zones and routes in colour."""
    west, south, east, north = district.bounds()
    corners = metres(district, [(west, south), (east, north), (west, north), (east, south)])
    across = max(x for x, _ in corners) - min(x for x, _ in corners)
    up = max(y for _, y in corners) - min(y for _, y in corners)
    width_mm = 260.0
    height_mm = min(max(width_mm * up / max(across, 1.0), 120.0), 420.0) + 8
    window = Window.around(corners, width_mm=width_mm, height_mm=height_mm, margin=0.03)
    sheet = Sheet(window)
    _ground(sheet, district, zones or {})
    _street_names(sheet, district, language)
    for number, route in enumerate(routes):
        colour = _ROUTES[number % len(_ROUTES)]
        for leg in route:
            _route(sheet, district, leg, colour=colour, width=0.6, arrows=False)
    draw_gates(sheet, district, passed=set(), named=False)
    _compound_names(sheet, district, language)
    draw_labels(sheet, district, labels, size=3.0)
    draw_furniture(sheet, district, language, zones=sorted(set((zones or {}).values())))
    return sheet.svg(f"{district.name} {WORDS[language]['district']}")


def _ground(sheet: Sheet, district: District, zones: Mapping[str, str]) -> None:
    window = sheet.window
    compounds = window.cut(metric(district, district.compounds))
    sheet.shapes(
        (shape for _, shape in compounds),
        fill="none",
        stroke="#999",
        stroke_width=0.2,
        stroke_dasharray="1 0.8",
    )
    _ways(sheet, district)
    buildings = window.cut(metric(district, district.buildings))
    dwelling = district.buildings["dwelling"].to_numpy()
    for homes, fill in ((False, "#efefef"), (True, "#dadada")):
        sheet.shapes(
            (shape for n, shape in buildings if bool(dwelling[n]) == homes),
            fill=fill,
            fill_rule="evenodd",
            stroke="#8a8a8a",
            stroke_width=0.15,
        )
    ids = district.compounds["id"].to_numpy()
    for zone, colour in ZONES.items():
        sheet.shapes(
            (shape for n, shape in compounds if zones.get(ids[n]) == zone),
            fill=colour,
            fill_opacity=0.4,
            fill_rule="evenodd",
        )
    sheet.shapes(
        (shape for _, shape in window.cut(metric(district, district.walls))),
        fill="none",
        stroke="#444",
        stroke_width=0.3,
    )


def _ways(sheet: Sheet, district: District) -> None:
    kinds = district.ways["highway"].to_numpy()
    scale = sheet.window.mm_per_m
    cut = sheet.window.cut(metric(district, district.ways))
    if scale < _COARSE_MM_PER_M:
        cut = [(n, shape) for n, shape in cut if kinds[n] not in _FINE]
    wide = [shape for n, shape in cut if kinds[n] in _WIDE]
    steps = [shape for n, shape in cut if kinds[n] == "steps"]
    narrow = [shape for n, shape in cut if kinds[n] in _NARROW and kinds[n] != "steps"]
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


def _building_numbers(sheet: Sheet, district: District, language: str) -> None:
    """Write the number of each dwelling that is drawn large enough to hold it."""
    codes = district.buildings["code"].to_numpy()
    size = 2.1
    written: list[tuple[float, float]] = []
    for n, shape in sheet.window.cut(metric(district, district.buildings)):
        if not codes[n]:
            continue
        words = WORDS[language]["building"].format(int(codes[n].rsplit("-", 1)[1]))
        west, south, east, north = shape.bounds
        spot = shape.representative_point()
        if min(east - west, north - south) < size or max(east - west, north - south) < text_width(
            words, size
        ):
            continue
        wide = text_width(words, size)
        free = all(abs(spot.x - x) > wide or abs(spot.y - y) > size for x, y in written)
        if free and sheet.window.holds(spot.x, spot.y):
            written.append((spot.x, spot.y))
            sheet.text(spot.x, spot.y + size * 0.36, words, size, fill="#333", stroke="#dadada")


def _street_names(sheet: Sheet, district: District, language: str) -> None:
    """Write each street's name once, along its longest straight stretch in view."""
    names = district.ways["name_zh" if language == "zh" else "name_en"].to_numpy()
    best: dict[str, tuple[float, tuple[float, float], tuple[float, float]]] = {}
    for n, shape in sheet.window.cut(metric(district, district.ways)):
        if not names[n]:
            continue
        for line in shapely.get_parts(shape):
            for a, b in zip(line.coords[:-1], line.coords[1:], strict=True):
                middle = ((a[0] + b[0]) / 2, (a[1] + b[1]) / 2)
                length = math.dist(a, b)
                if sheet.window.holds(*middle) and length > best.get(names[n], (0.0,))[0]:
                    best[names[n]] = (length, a, b)
    size = 2.1
    for name, (length, a, b) in sorted(best.items()):
        if length < text_width(name, size) * 0.8:
            continue
        (x1, y1), (x2, y2) = sorted((a, b))
        x, y = (x1 + x2) / 2, (y1 + y2) / 2
        turn = math.degrees(math.atan2(y2 - y1, x2 - x1))
        sheet.text(
            x,
            y + size * 0.36,
            name,
            size,
            fill="#555",
            transform=f"rotate({turn:.1f} {x:.2f} {y:.2f})",
        )


def _compound_names(sheet: Sheet, district: District, language: str) -> None:
    names = district.compounds["name_zh" if language == "zh" else "name_en"].to_numpy()
    size = 2.6
    for n, shape in sheet.window.cut(metric(district, district.compounds)):
        spot = shape.representative_point()
        west, _, east, _ = shape.bounds
        code = str(district.compounds["code"].iloc[n])
        words = names[n] if text_width(names[n], size) <= (east - west) * 1.1 else code
        if sheet.window.holds(spot.x, spot.y):
            sheet.text(spot.x, spot.y, words, size, font_weight="bold")


def _route(
    sheet: Sheet, district: District, leg: Leg, *, colour: str, width: float, arrows: bool = True
) -> None:
    if len(leg.line) < 2:  # noqa: PLR2004  a line needs two ends
        return
    line = LineString([sheet.window.at(x, y) for x, y in metres(district, leg.line)])
    line = line.simplify(0.08)
    look: dict[str, Any] = {
        "fill": "none",
        "stroke_linejoin": "round",
        "stroke_linecap": "round",
    }
    sheet.shapes([line], stroke="#fff", stroke_width=width * 2, **look)
    sheet.shapes([line], stroke=colour, stroke_width=width, **look)
    if not arrows:
        return
    every_mm = 16.0
    for number in range(max(1, int(line.length // every_mm))):
        at = min(line.length, (number + 0.5) * min(every_mm, line.length))
        tip, tail = line.interpolate(at), line.interpolate(max(0.0, at - 0.6))
        if math.dist((tip.x, tip.y), (tail.x, tail.y)) < 0.3:  # noqa: PLR2004  no direction here
            continue
        turn = math.degrees(math.atan2(tip.y - tail.y, tip.x - tail.x))
        sheet.add(
            "path",
            d="M-1.3 -1.1L1.3 0L-1.3 1.1z",
            fill=colour,
            stroke="#fff",
            stroke_width=0.25,
            transform=f"translate({tip.x:.2f} {tip.y:.2f}) rotate({turn:.1f})",
        )
