"""What is drawn over a map: numbers of stops, gates, sites, closures, north and scale."""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import shapely
from shapely.geometry import LineString, Point

from geodata.district import District
from geodata.drawing.hatch import CLOSED, draw_pattern
from geodata.drawing.labels import Bubble, Room, around, box, write
from geodata.drawing.map_words import SITE_SIGNS, WORDS
from geodata.drawing.sheet import Sheet, Window, nice_length, text_width

GATE_MM = 1.8
_PASSED_GATE_MM = 2.6
_SITE_MM = 3.2


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


class Closed(Protocol):
    """What nobody passes; :class:`geodata.closures.Shut` is one."""

    @property
    def gates(self) -> Collection[str]:
        """Ids of gates."""

    @property
    def ways(self) -> Collection[str]:
        """Ids of ways."""

    @property
    def areas(self) -> Collection[Any]:
        """Polygons in WGS 84."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """A gate in view, in millimetres of the sheet."""

    id: str
    x: float
    y: float
    name: str
    is_open: bool
    passed: bool

    @property
    def size(self) -> float:
        """How wide its mark is."""
        return _PASSED_GATE_MM if self.passed else GATE_MM


def metres(
    district: District, lonlats: Sequence[tuple[float, float]]
) -> list[tuple[float, float]]:
    """Project (lon, lat) pairs into the metres of the district."""
    if not lonlats:
        return []
    xs, ys = district.to_metres.transform(*np.array(lonlats, dtype=float).T)
    return list(zip(xs.tolist(), ys.tolist(), strict=True))


def gates_in_view(
    window: Window,
    district: District,
    *,
    passed: Collection[str],
    closed: Collection[str],
    language: str,
) -> list[Gate]:
    """List the gates in view; a gate that is passed is drawn as passed even if said closed."""
    frame = district.gates
    if not len(frame):
        return []
    spots = metres(district, [(p.x, p.y) for p in frame.geometry])
    compounds = {
        row["id"]: row[f"name_{language}"] for row in district.compounds.to_dict("records")
    }
    found = []
    for row, spot in zip(frame.drop(columns="geometry").to_dict("records"), spots, strict=True):
        x, y = window.at(*spot)
        if window.holds(x, y):
            found.append(
                Gate(
                    id=row["id"],
                    x=x,
                    y=y,
                    name=_gate_name(row, compounds, language),
                    is_open=bool(row["open"]) and row["id"] not in closed,
                    passed=row["id"] in passed,
                )
            )
    return found


def _gate_name(row: Mapping[str, Any], compounds: Mapping[str, str], language: str) -> str:
    """Say a gate as short as people do: by its name without the compound's, or by its code."""
    short = str(row[f"name_{language}"])
    if compound := compounds.get(row["compound_id"], ""):
        short = short.removeprefix(compound).strip(" ,，·")
    if short and text_width(short, 1) <= 8:  # noqa: PLR2004  longer ones hide the map
        return short
    return str(row["code"]).rsplit("-", 1)[-1]


def draw_gates(sheet: Sheet, room: Room, gates: Sequence[Gate], *, named: bool) -> None:
    """Mark gates; name those that are passed."""
    for gate in sorted(gates, key=lambda one: one.passed):
        draw_gate(sheet, gate.x, gate.y, is_open=gate.is_open, passed=gate.passed)
    for gate in gates:
        if named and gate.passed:
            wide, high = text_width(gate.name, 2.3), 2.3
            spots = list(around(gate.x, gate.y, wide, high, gate.size / 2 + 0.3))
            write(sheet, room, gate.name, 2.3, spots, font_weight="bold") or write(
                sheet, room, gate.name, 2.3, spots, over_routes=True, font_weight="bold"
            )


def draw_gate(sheet: Sheet, x: float, y: float, *, is_open: bool, passed: bool = False) -> None:
    """Draw a gate: a white square, heavier where the trip passes; black with a cross if shut."""
    half = (_PASSED_GATE_MM if passed else GATE_MM) / 2
    edge: dict[str, Any] = {"stroke": "#000", "stroke_width": 0.55 if passed else 0.3}
    sheet.add(
        "rect",
        x=x - half,
        y=y - half,
        width=half * 2,
        height=half * 2,
        fill="#fff" if is_open or passed else "#000",
        **edge,
    )
    if passed:
        post = f"M{x - 0.45:.2f} {y - 0.6:.2f}v1.2m.9 0v-1.2"
        sheet.add("path", d=post, stroke="#000", stroke_width=0.35, fill="none")
    elif not is_open:
        cross = f"M{x - 0.6:.2f} {y - 0.6:.2f}l1.2 1.2m0 -1.2l-1.2 1.2"
        sheet.add("path", d=cross, stroke="#fff", stroke_width=0.35, fill="none")


def draw_bubbles(sheet: Sheet, bubbles: Sequence[Bubble], *, size: float) -> None:
    """Draw the numbers of stops, each tied to its door."""
    for bubble in bubbles:
        (x, y), (cx, cy) = bubble.spot, bubble.at
        if bubble.at != bubble.spot:
            ends: dict[str, Any] = {"x1": x, "y1": y, "x2": cx, "y2": cy}
            sheet.add("line", **ends, stroke="#fff", stroke_width=0.8)
            sheet.add("line", **ends, stroke="#000", stroke_width=0.3)
        sheet.add("circle", cx=x, cy=y, r=0.7, fill="#000", stroke="#fff", stroke_width=0.25)
    for bubble in bubbles:
        (cx, cy), point = bubble.at, bubble.kind == "point"
        sheet.add(
            "rect",
            x=cx - bubble.half,
            y=cy - bubble.high,
            width=bubble.half * 2,
            height=bubble.high * 2,
            rx=0.5 if point else bubble.high,
            fill="#000" if point else "#fff",
            stroke="#000",
            stroke_width=0.45,
        )
        sheet.text(
            cx,
            cy + size * 0.36,
            bubble.text,
            size,
            fill="#fff" if point else "#000",
            stroke="none",
            font_weight="bold",
            class_=bubble.kind,
        )


def draw_closures(
    sheet: Sheet,
    room: Room,
    window: Window,
    district: District,
    *,
    closed: Closed,
    language: str,
) -> None:
    """Mark closed ways with crosses and closed areas with a pattern, each with the word."""
    spots: list[tuple[float, float]] = []
    areas = shapely.transform(
        np.array(list(closed.areas), dtype=object),
        district.to_metres.transform,
        interleaved=False,
    )
    shapes = [shape for _, shape in window.cut(areas)]
    draw_pattern(sheet, shapes, CLOSED)
    spots += [(s.representative_point().x, s.representative_point().y) for s in shapes]
    ways = district.ways[district.ways["id"].isin(closed.ways)]
    for _, shape in window.cut(metric_shapes(district, ways)):
        for line in shapely.get_parts(shape).tolist():
            spots += _crossed(sheet, window, line)[:1]
    word = WORDS[language]["shut"]
    for x, y in spots:
        write(
            sheet, room, word, 2.2, around(x, y, text_width(word, 2.2), 2.2, 1.0),
            font_weight="bold",
        )  # fmt: skip


def _crossed(sheet: Sheet, window: Window, line: LineString) -> list[tuple[float, float]]:
    """Strike a way out along its length; return where."""
    look: dict[str, Any] = {"fill": "none", "stroke_linecap": "round"}
    sheet.shapes([line], stroke="#fff", stroke_width=1.5, **look)
    sheet.shapes([line], stroke="#000", stroke_width=0.35, stroke_dasharray="0.4 0.9", **look)
    count = max(1, int(line.length // 5))
    spots = []
    for number in range(count):
        at = line.interpolate((number + 0.5) / count, normalized=True)
        if window.holds(at.x, at.y):
            spots.append((at.x, at.y))
            cross = f"M{at.x - 0.8:.2f} {at.y - 0.8:.2f}l1.6 1.6m0 -1.6l-1.6 1.6"
            sheet.add("path", d=cross, stroke="#fff", stroke_width=1.1, fill="none")
            sheet.add("path", d=cross, stroke="#000", stroke_width=0.45, fill="none")
    return spots


def metric_shapes(district: District, frame: Any) -> Any:
    """Return the geometry of a layer in metres of the district."""
    return shapely.transform(
        frame.geometry.to_numpy(), district.to_metres.transform, interleaved=False
    )


def draw_sites(
    sheet: Sheet, window: Window, room: Room, district: District, language: str
) -> list[str]:
    """Draw markets, checkpoints and the like as signs with a letter; return which kinds."""
    frame = getattr(district, "sites", None)
    if frame is None or not len(frame):
        return []
    kinds = []
    spots = metres(district, [(p.x, p.y) for p in frame.geometry])
    for row, spot in zip(frame.drop(columns="geometry").to_dict("records"), spots, strict=True):
        x, y = window.at(*spot)
        shape = box(x, y, _SITE_MM, _SITE_MM)
        if row["kind"] not in SITE_SIGNS[language] or not room.free(shape, over_routes=True):
            continue
        room.take(shape)
        draw_site(sheet, x, y, row["kind"], language)
        kinds.append(row["kind"])
        if name := str(row[f"name_{language}"]):
            spots_free = around(x, y, text_width(name, 2.1), 2.1, _SITE_MM / 2 + 0.2)
            write(sheet, room, name, 2.1, spots_free, fill="#222")
    return sorted(set(kinds))


def draw_site(sheet: Sheet, x: float, y: float, kind: str, language: str) -> None:
    """Draw one sign: its letter in a box; a checkpoint's is an octagon as on the road."""
    half, cut = _SITE_MM / 2, 0.95
    if kind == "checkpoint":
        d = (
            f"M{x - half + cut:.2f} {y - half:.2f}h{2 * (half - cut):.2f}l{cut} {cut}"
            f"v{2 * (half - cut):.2f}l-{cut} {cut}h-{2 * (half - cut):.2f}l-{cut} -{cut}"
            f"v-{2 * (half - cut):.2f}z"
        )
        sheet.add("path", d=d, fill="#000", stroke="#fff", stroke_width=0.25)
    else:
        sheet.add(
            "rect", x=x - half, y=y - half, width=half * 2, height=half * 2, rx=0.3,
            fill="#fff", stroke="#000", stroke_width=0.3,
        )  # fmt: skip
    colour = "#fff" if kind == "checkpoint" else "#000"
    sheet.text(
        x, y + 0.8, SITE_SIGNS[language][kind], 2.2, fill=colour, stroke="none",
        font_weight="bold",
    )  # fmt: skip


def draw_north(sheet: Sheet, room: Room, district: District, language: str) -> None:
    """Point to true north, which is a little off the sheet's top, in the right upper corner."""
    west, south, east, north = district.bounds()
    lon, lat = (west + east) / 2, (south + north) / 2
    (x1, y1), (x2, y2) = metres(district, [(lon, lat), (lon, lat + 0.001)])
    turn = math.degrees(math.atan2(x2 - x1, y2 - y1))
    x = sheet.width_mm - 4.5
    sheet.add("rect", x=x - 3, y=1, width=6, height=10.6, fill="#fff", fill_opacity=0.85, rx=0.6)
    sheet.add(
        "path",
        d=f"M{x:.2f} 1.8l1.7 5.2l-1.7 -1.2l-1.7 1.2z",
        fill="#000",
        transform=f"rotate({turn:.1f} {x:.2f} 4.4)",
    )
    sheet.text(x, 10.4, WORDS[language]["north"], 2.8, font_weight="bold")
    room.take(shapely.box(x - 3, 1, sheet.width_mm, 11.6))


def draw_scale(sheet: Sheet, room: Room, window: Window, language: str) -> None:
    """Draw the scale in the left lower corner."""
    length = nice_length(min(window.width_mm * 0.25, 45.0) / window.mm_per_m)
    long_mm = length * window.mm_per_m
    said = f"{length} {WORDS[language]['m']}"
    wide, foot = long_mm + text_width(said, 2.4) + 4.5, sheet.height_mm - 1
    sheet.add("rect", x=1, y=foot - 4, width=wide, height=4, fill="#fff", fill_opacity=0.9, rx=0.4)
    bar = f"M2 {foot - 2.4:.2f}v1.2h{long_mm:.2f}v-1.2"
    sheet.add("path", d=bar, fill="none", stroke="#000", stroke_width=0.45)
    sheet.text(long_mm + 3, foot - 0.9, said, 2.4, text_anchor="start")
    room.take(shapely.box(0, foot - 4, wide + 1, sheet.height_mm))


def draw_badge(sheet: Sheet, room: Room, words: str) -> None:
    """Say what kind of map it is in the left upper corner."""
    wide = text_width(words, 2.6) + 2.6
    sheet.add(
        "rect", x=1.2, y=1.2, width=wide, height=4.4, fill="#fff", stroke="#000",
        stroke_width=0.3,
    )  # fmt: skip
    sheet.text(1.2 + wide / 2, 4.35, words, 2.6, stroke="none", font_weight="bold")
    room.take(shapely.box(0, 0, wide + 1.4, 5.8))


def mark_shape(gate: Gate) -> Any:
    """Give the ground that a gate's mark covers."""
    return Point(gate.x, gate.y).buffer(gate.size * 0.6)
