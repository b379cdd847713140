"""Routes on a sheet: their lines, their arrows, and what they are called."""

import math
from collections.abc import Sequence
from typing import Any

import shapely
from shapely.geometry import LineString, MultiLineString, Point

from geodata.drawing.labels import Bubble, Room, write
from geodata.drawing.lanes import side_by_side
from geodata.drawing.marks import Gate, mark_shape
from geodata.drawing.sheet import Sheet

Lane = list[tuple[float, float]]

TRIP_MM = 0.85
BACK = "2.2 0.9"
_COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#9b4d83", "#000000", "#a66f00", "#2a7fb0")
"""After Okabe and Ito (2008), told apart by colour-blind readers; darkened to stand on white."""
_DASHES = ("", "3 1", "0.9 0.9", "4 0.9 0.9 0.9")
_RIM_MM = 0.25
_LANE_MM = 1.5
_ROUTE_MM = 0.6
_ARROW_EVERY_MM = 15.0
_ARROW_MM = 1.6
_SHIFTS_MM = (0.0, 1.5, -1.5, 3.0, -3.0, 4.5, -4.5)
_PARTS = (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)


def look(number: int) -> tuple[str, float, str]:
    """Give each trip a colour and a kind of line; of 28 trips no two have both alike."""
    dashes = _DASHES[number % len(_DASHES)]
    return _COLOURS[number % len(_COLOURS)], _ROUTE_MM, dashes


def draw_routes(sheet: Sheet, lines: Sequence[Lane]) -> list[Lane]:
    """Draw the trips of a plan, each in its own line and colour; return where they run."""
    lanes = side_by_side(lines, gap_mm=_ROUTE_MM + 0.25, directed=False)
    for number, lane in enumerate(lanes):
        _line(sheet, lane, *look(number))
    return lanes


def name_routes(sheet: Sheet, room: Room, lanes: Sequence[Lane], called: Sequence[str]) -> None:
    """Write on each route what it is called."""
    for number, lane in enumerate(lanes):
        if len(lane) > 1:
            found = [LineString(lane).interpolate(part, normalized=True) for part in _PARTS]
            spots = [(spot.x, spot.y, 0.0) for spot in found]
            write(
                sheet, room, called[number], 2.4, spots, over_routes=True,
                fill=look(number)[0], font_weight="bold", class_="route",
            )  # fmt: skip


def draw_legs(sheet: Sheet, legs: Sequence[Lane], *, back: bool) -> list[Lane]:
    """Draw a trip's legs over one white rim, the way back dashed; return where they run."""
    lanes = side_by_side(legs, gap_mm=_LANE_MM)
    lines = [LineString(lane) if len(lane) > 1 else LineString() for lane in lanes]
    look: dict[str, Any] = {"fill": "none", "stroke_linejoin": "round"}
    rims = [line.simplify(_RIM_MM / 2) for line in lines]
    sheet.shapes(rims, stroke="#fff", stroke_width=TRIP_MM + 2 * _RIM_MM, **look)
    there = lines[:-1] if back else lines
    sheet.shapes(there, stroke="#000", stroke_width=TRIP_MM, stroke_linecap="round", **look)
    if back:
        sheet.shapes(
            lines[-1:], stroke="#000", stroke_width=TRIP_MM, stroke_dasharray=BACK, **look
        )
    return lanes


def _line(sheet: Sheet, lane: Lane, colour: str, width: float, dashes: str) -> None:
    if len(lane) < 2:  # noqa: PLR2004  a line needs two ends
        return
    look: dict[str, Any] = {"fill": "none", "stroke_linejoin": "round"}
    sheet.shapes(
        [LineString(lane)], stroke="#fff", stroke_width=width + 0.5, stroke_linecap="round", **look
    )
    look |= {"stroke_dasharray": dashes} if dashes else {"stroke_linecap": "round"}
    sheet.shapes([LineString(lane)], stroke=colour, stroke_width=width, **look)


def draw_arrows(
    sheet: Sheet,
    lanes: Sequence[Lane],
    bubbles: Sequence[Bubble],
    gates: Sequence[Gate],
) -> None:
    """Set arrows along each leg, one at least, where no number or gate hides them."""
    hidden = [Point(b.at).buffer(max(b.half, b.high) + 0.9) for b in bubbles]
    hidden += [mark_shape(gate).buffer(1.0) for gate in gates if gate.passed]
    drawn = []
    for lane in lanes:
        if len(lane) < 2:  # noqa: PLR2004  a line needs two ends
            continue
        line = LineString(lane)
        count = max(1, round(line.length / _ARROW_EVERY_MM))
        for number in range(count):
            middle = (number + 0.5) * line.length / count
            tries = (_arrow(sheet, line, middle + shift, hidden) for shift in _SHIFTS_MM)
            drawn.append(next((one for one in tries if one), ""))
    if path := "".join(drawn):
        sheet.add("path", d=path, fill="#000", stroke="#fff", stroke_width=0.22)


def _arrow(sheet: Sheet, line: LineString, at: float, hidden: Sequence[Any]) -> str:
    """Give the outline of an arrow where its line is straight and nothing hides it."""
    if not _ARROW_MM < at < line.length:
        return ""
    tip, tail = line.interpolate(at), line.interpolate(at - _ARROW_MM)
    long = math.dist((tip.x, tip.y), (tail.x, tail.y))
    inside = 1 < tip.x < sheet.width_mm - 1 and 1 < tip.y < sheet.height_mm - 1
    straight = long > 0.9 * _ARROW_MM  # no corner between
    if not straight or not inside or any(shape.contains(tip) for shape in hidden):
        return ""
    ux, uy = (tip.x - tail.x) / long, (tip.y - tail.y) / long
    corners = [
        (tip.x + ux * along - uy * aside, tip.y + uy * along + ux * aside)
        for along, aside in ((1.0, 0.0), (-1.7, 1.05), (-1.7, -1.05))
    ]
    return "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in corners) + "z"


def together(lanes: Sequence[Lane]) -> MultiLineString:
    """Put lanes into one shape."""
    return MultiLineString([lane for lane in lanes if len(lane) > 1])


def avoid(room: Room, gates: Sequence[Gate], routes: MultiLineString) -> None:
    """Let words keep off routes and gates."""
    room.avoided += [mark_shape(gate) for gate in gates]
    room.avoided += [part.buffer(TRIP_MM / 2) for part in _pieces(routes)]
    # numbers of stops may cover routes, but never a gate that is passed
    room.taken += [mark_shape(gate) for gate in gates if gate.passed]


def _pieces(routes: MultiLineString) -> list[LineString]:
    """Cut routes into short pieces, whose bounds tell quickly what is far away."""
    cut = shapely.segmentize(routes, 8.0)
    return [
        LineString(part)
        for line in shapely.get_parts(cut).tolist()
        for coords in [list(line.coords)]
        for part in [coords[n : n + 5] for n in range(0, len(coords) - 1, 4)]
        if len(part) > 1
    ]
