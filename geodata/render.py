"""Draw maps: a trip for a printed sheet, and the whole district for a page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from shapely.geometry import LineString

from geodata.directions import Leg
from geodata.district import District
from geodata.drawing import Sheet, Window, nice_length, text_width
from geodata.network import metric

_WORDS = {
    "zh": {
        "north": "北",
        "synthetic": "合成数据 Synthetic",
        "sealed": "封控区",
        "controlled": "管控区",
        "precaution": "防范区",
        "gate": "大门",
        "closed": "关闭的门",
        "trip": "路线图",
        "district": "地图",
        "m": "米",
        "building": "{}幢",
    },
    "en": {
        "north": "N",
        "synthetic": "Synthetic data 合成数据",
        "sealed": "sealed zone",
        "controlled": "controlled zone",
        "precaution": "precaution zone",
        "gate": "gate",
        "closed": "closed gate",
        "trip": "trip map",
        "district": "map",
        "m": "m",
        "building": "{}",
    },
}
_ZONES = {"sealed": "#e06b5f", "controlled": "#f2b84b", "precaution": "#8cc084"}
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
_NARROW = frozenset(("footway", "path", "steps", "corridor", "platform", "crossing", "cycleway"))


@dataclass(frozen=True, slots=True, kw_only=True)
class MapLabel:
    """A mark on a map: the number of a stop, or a point where loads begin."""

    lon: float
    lat: float
    text: str
    kind: str = "stop"

    def __post_init__(self) -> None:
        if self.kind not in ("point", "stop"):
            msg = f"kind must be point or stop, not {self.kind!r}"
            raise ValueError(msg)


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
    window = Window.around(_metres(district, spots), width_mm=width_mm, height_mm=height_mm)
    sheet = Sheet(window)
    _ground(sheet, district, {})
    _building_numbers(sheet, district, language)
    _street_names(sheet, district, language)
    for leg in legs:
        _route(sheet, district, leg, colour="#000", width=0.9)
    _gates(sheet, district, passed={gate for leg in legs for gate in leg.gates}, named=True)
    _labels(sheet, district, labels, size=3.4)
    _furniture(sheet, district, language)
    return sheet.svg(f"{district.name} {_WORDS[language]['trip']}")


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
    corners = _metres(district, [(west, south), (east, north), (west, north), (east, south)])
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
    _gates(sheet, district, passed=set(), named=False)
    _compound_names(sheet, district, language)
    _labels(sheet, district, labels, size=3.0)
    _furniture(sheet, district, language, zones=sorted(set((zones or {}).values())))
    return sheet.svg(f"{district.name} {_WORDS[language]['district']}")


def _metres(
    district: District, lonlats: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    xs, ys = district.to_metres.transform(*np.array(lonlats, dtype=float).T)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def _ground(sheet: Sheet, district: District, zones: Mapping[str, str]) -> None:
    window = sheet.window
    compounds = window.cut(metric(district, district.compounds))
    ids = district.compounds["id"].to_numpy()
    for zone, colour in _ZONES.items():
        sheet.shapes(
            (shape for n, shape in compounds if zones.get(ids[n]) == zone),
            fill=colour,
            fill_opacity=0.45,
            fill_rule="evenodd",
        )
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
    sheet.shapes(
        (shape for _, shape in window.cut(metric(district, district.walls))),
        fill="none",
        stroke="#444",
        stroke_width=0.3,
    )


def _ways(sheet: Sheet, district: District) -> None:
    kinds = district.ways["highway"].to_numpy()
    cut = sheet.window.cut(metric(district, district.ways))
    scale = sheet.window.mm_per_m
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
    for n, shape in sheet.window.cut(metric(district, district.buildings)):
        if not codes[n]:
            continue
        words = _WORDS[language]["building"].format(int(codes[n].rsplit("-", 1)[1]))
        west, south, east, north = shape.bounds
        spot = shape.representative_point()
        if min(east - west, north - south) < size or max(east - west, north - south) < text_width(
            words, size
        ):
            continue
        if sheet.window.holds(spot.x, spot.y):
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
    line = LineString([sheet.window.at(x, y) for x, y in _metres(district, leg.line)])
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


def _gates(sheet: Sheet, district: District, *, passed: set[str], named: bool) -> None:
    for row in district.gates.to_dict("records"):
        x, y = sheet.window.at(*_metres(district, [(row["geometry"].x, row["geometry"].y)])[0])
        if not sheet.window.holds(x, y):
            continue
        _gate_mark(sheet, x, y, is_open=bool(row["open"]))
        if named and row["id"] in passed:
            words = str(row["code"]).rsplit("-", 1)[-1]
            sheet.text(x, y - 1.5, words, 2.2, font_weight="bold")


def _gate_mark(sheet: Sheet, x: float, y: float, *, is_open: bool) -> None:
    fill = "#fff" if is_open else "#000"
    edge: dict[str, Any] = {"stroke": "#000", "stroke_width": 0.3}
    sheet.add("rect", x=x - 0.9, y=y - 0.9, width=1.8, height=1.8, fill=fill, **edge)
    if not is_open:
        cross = f"M{x - 0.6:.2f} {y - 0.6:.2f}l1.2 1.2m0 -1.2l-1.2 1.2"
        sheet.add("path", d=cross, stroke="#fff", stroke_width=0.35, fill="none")


def _labels(sheet: Sheet, district: District, labels: Sequence[MapLabel], *, size: float) -> None:
    """Put marks beside one another where they would cover each other, tied to their spot."""
    if not labels:
        return
    taken: list[tuple[float, float, float]] = []
    placed = []
    for label, spot in zip(
        labels, _metres(district, [(one.lon, one.lat) for one in labels]), strict=True
    ):
        x, y = sheet.window.at(*spot)
        half = max(size * 0.78, text_width(label.text, size) / 2 + size * 0.3)
        cx, cy = _free_spot(sheet.window, taken, x, y, half=half, high=size * 0.78)
        taken.append((cx, cy, half))
        placed.append((label, x, y, cx, cy, half))
    for _, x, y, cx, cy, _ in placed:
        if (x, y) != (cx, cy):
            sheet.add("line", x1=x, y1=y, x2=cx, y2=cy, stroke="#000", stroke_width=0.25)
        sheet.add("circle", cx=x, cy=y, r=0.6, fill="#000")
    for label, _, _, cx, cy, half in placed:
        high = size * 0.78
        point = label.kind == "point"
        sheet.add(
            "rect",
            x=cx - half,
            y=cy - high,
            width=half * 2,
            height=high * 2,
            rx=0.4 if point else high,
            fill="#000" if point else "#fff",
            stroke="#000",
            stroke_width=0.4,
        )
        colour = "#fff" if point else "#000"
        sheet.text(
            cx, cy + size * 0.36, label.text, size, fill=colour, stroke="none", font_weight="bold"
        )


def _free_spot(
    window: Window,
    taken: list[tuple[float, float, float]],
    x: float,
    y: float,
    *,
    half: float,
    high: float,
) -> tuple[float, float]:
    for ring in range(9):
        for turn in range(12 if ring else 1):
            angle = turn * math.pi / 6 - math.pi / 2
            cx = x + ring * high * 1.1 * math.cos(angle)
            cy = y + ring * high * 1.1 * math.sin(angle)
            inside = half <= cx <= window.width_mm - half and high <= cy <= (
                window.height_mm - 4 - high
            )
            clear = all(
                abs(cx - ox) >= half + other + 0.2 or abs(cy - oy) >= 2 * high + 0.2
                for ox, oy, other in taken
            )
            if clear and (inside or not ring):
                return cx, cy
    return x, y


def _furniture(
    sheet: Sheet, district: District, language: str, *, zones: Sequence[str] = ()
) -> None:
    """Add north arrow, scale bar, legend, attribution, and the mark of made-up data."""
    words, window = _WORDS[language], sheet.window
    width, height = window.width_mm, window.height_mm
    sheet.add("rect", x=0, y=height - 4, width=width, height=4, fill="#fff", fill_opacity=0.92)
    sheet.text(width - 1, height - 1.2, district.attribution, 2.2, text_anchor="end")
    length = nice_length(width * 0.22 / window.mm_per_m)
    long_mm = length * window.mm_per_m
    bar = f"M2 {height - 2.6:.2f}v1.2h{long_mm:.2f}v-1.2"
    sheet.add("path", d=bar, fill="none", stroke="#000", stroke_width=0.4)
    said = f"{length} {words['m']}"
    sheet.text(3 + long_mm, height - 1.2, said, 2.4, text_anchor="start")
    x = 5 + long_mm + text_width(said, 2.4)
    for is_open in (True, False):
        said = words["gate" if is_open else "closed"]
        _gate_mark(sheet, x + 1, height - 2, is_open=is_open)
        sheet.text(x + 2.6, height - 1.2, said, 2.2, text_anchor="start")
        x += 4.5 + text_width(said, 2.2)
    for zone in zones:
        colour = _ZONES.get(zone, "#fff")
        sheet.add(
            "rect", x=x, y=height - 2.9, width=2.4, height=1.8, fill=colour, fill_opacity=0.6
        )
        said = words.get(zone, zone)
        sheet.text(x + 3, height - 1.2, said, 2.2, text_anchor="start")
        x += 5 + text_width(said, 2.2)
    arrow = f"M{width - 5:.2f} 2.5l1.6 5l-1.6 -1.1l-1.6 1.1z"
    sheet.add("path", d=arrow, fill="#000", stroke="#fff", stroke_width=0.3)
    sheet.text(width - 5, 10.6, words["north"], 2.8, font_weight="bold")
    if district.synthetic:
        sheet.add(
            "rect",
            x=1.5,
            y=1.5,
            width=text_width(words["synthetic"], 2.8) + 3,
            height=4.6,
            fill="#fff",
            stroke="#000",
            stroke_width=0.3,
        )
        sheet.text(3, 4.8, words["synthetic"], 2.8, text_anchor="start", font_weight="bold")
    sheet.add(
        "rect",
        x=0.15,
        y=0.15,
        width=width - 0.3,
        height=height - 0.3,
        fill="none",
        stroke="#000",
        stroke_width=0.3,
    )
