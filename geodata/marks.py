"""What is printed over a map: stops, gates, north, scale, legend, attribution."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from geodata.district import District
from geodata.drawing import Sheet, Window, nice_length, text_width

WORDS = {
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


ZONES = {"sealed": "#e06b5f", "controlled": "#f2b84b", "precaution": "#8cc084"}


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


def metres(
    district: District, lonlats: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Project (lon, lat) pairs into the metres of the district."""
    xs, ys = district.to_metres.transform(*np.array(lonlats, dtype=float).T)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def draw_gates(sheet: Sheet, district: District, *, passed: set[str], named: bool) -> None:
    """Mark every gate in view, and name those that are passed."""
    for row in district.gates.to_dict("records"):
        x, y = sheet.window.at(*metres(district, [(row["geometry"].x, row["geometry"].y)])[0])
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


def draw_labels(
    sheet: Sheet, district: District, labels: Sequence[MapLabel], *, size: float
) -> None:
    """Put marks beside one another where they would cover each other, tied to their spot."""
    if not labels:
        return
    taken: list[tuple[float, float, float]] = []
    placed = []
    for label, spot in zip(
        labels, metres(district, [(one.lon, one.lat) for one in labels]), strict=True
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


def draw_furniture(
    sheet: Sheet, district: District, language: str, *, zones: Sequence[str] = ()
) -> None:
    """Add north arrow, scale bar, legend, attribution, and the mark of made-up data."""
    words, window = WORDS[language], sheet.window
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
        colour = ZONES.get(zone, "#fff")
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
