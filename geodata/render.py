"""Draw maps: a trip for a printed sheet, and the whole district for a page."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import shapely
from shapely.geometry import LineString, MultiLineString, Point

from geodata.directions import Leg
from geodata.district import District
from geodata.drawing import Sheet, Window
from geodata.ground import (
    draw_goals,
    draw_ground,
    goals_in_view,
    name_areas,
    name_buildings,
    name_compounds,
    name_goals,
    name_streets,
)
from geodata.labels import Bubble, Room, around, fan_out, write
from geodata.lanes import side_by_side
from geodata.legend import Entry, foot, gate_entries, line_entry, pattern_entries, site_entries
from geodata.map_words import WORDS
from geodata.marks import (
    Closed,
    Gate,
    MapLabel,
    draw_badge,
    draw_bubbles,
    draw_closures,
    draw_gates,
    draw_north,
    draw_scale,
    draw_sites,
    gates_in_view,
    mark_shape,
    metres,
)
from geodata.panels import Panel, panels

__all__ = ["MapLabel", "district_map", "trip_map"]

_COLOURS = ("#0072b2", "#d55e00", "#007a5a", "#9b4d83", "#000000", "#a66f00", "#2a7fb0")
"""After Okabe and Ito (2008), told apart by colour-blind readers; darkened to stand on white."""
_DASHES = ("", "3 1", "0.9 0.9", "4 0.9 0.9 0.9")
_BACK = "2.2 0.9"
_STOP_MM = 3.4
_LANE_MM = 1.5
_TRIP_MM = 0.85
_RIM_MM = 0.25
_ROUTE_MM = 0.6
_ARROW_EVERY_MM = 15.0
_ARROW_MM = 1.6
_SHIFTS_MM = (0.0, 1.5, -1.5, 3.0, -3.0, 4.5, -4.5)
_DOORS_MM_PER_M = 0.16
"""From this scale on doors are apart enough to have numbers."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nothing:
    gates: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    areas: tuple[Any, ...] = ()


NOTHING = _Nothing()


def trip_map(
    district: District,
    legs: Sequence[Leg],
    labels: Sequence[MapLabel],
    *,
    language: str = "zh",
    width_mm: float = 170,
    height_mm: float = 100,
    closed: Closed = NOTHING,
) -> str:
    """Draw one trip as an SVG that is read in black and white at arm's length.

    Where stops crowd, a detail beside the overview shows them larger; each number is written
    once, on the detail if its door is there.

    Parameters
    ----------
    closed
        What is closed although the map has it open, as :class:`geodata.closures.Shut`.
    """
    spots = metres(district, [spot for leg in legs for spot in leg.line])
    doors = metres(district, [(label.lon, label.lat) for label in labels])
    if not spots and not doors:
        west, south, east, north = district.bounds()
        spots = metres(district, [(west, south), (east, north)])
    passed = {gate for leg in legs for gate in leg.gates}
    below = foot(_trip_entries(district, legs, passed, language), district.attribution, width_mm)
    sheet = Sheet(width_mm, height_mm)
    for panel in panels([*spots, *doors], doors, width_mm, height_mm - below.height_mm):
        drawn = _trip_panel(panel, district, legs, labels, passed, closed, language)
        sheet.place(drawn, panel.x_mm, panel.y_mm)
        _frame(sheet, panel.x_mm, panel.y_mm, drawn.width_mm, drawn.height_mm)
    sheet.place(below, 0, height_mm - below.height_mm)
    _frame(sheet, 0, 0, sheet.width_mm, sheet.height_mm)
    return sheet.svg(f"{district.name} {WORDS[language]['trip']}")


def _trip_entries(
    district: District, legs: Sequence[Leg], passed: set[str], language: str
) -> list[Entry]:
    entries = gate_entries(language, is_open=True, closed=True, passed=bool(passed))
    if _leads_back(legs):
        entries.append(line_entry(WORDS[language]["back"], "#000", _TRIP_MM, _BACK))
    return entries


def _leads_back(legs: Sequence[Leg]) -> bool:
    return len(legs) > 1 and legs[-1].target == legs[0].origin


def _trip_panel(
    panel: Panel,
    district: District,
    legs: Sequence[Leg],
    labels: Sequence[MapLabel],
    passed: set[str],
    closed: Closed,
    language: str,
) -> Sheet:
    window = panel.window
    sheet, room = Sheet(window.width_mm, window.height_mm), _room(window)
    draw_ground(sheet, window, district, zones={})
    mine = [label for n, label in enumerate(labels) if n in panel.marks]
    doors = [window.at(*spot) for spot in metres(district, [(m.lon, m.lat) for m in mine])]
    large = window.mm_per_m >= _DOORS_MM_PER_M
    goals = goals_in_view(
        window, district, [d for d, m in zip(doors, mine, strict=True) if m.kind == "stop"]
    )
    draw_goals(sheet, room, goals, language, doors=large)
    draw_closures(sheet, window, room, district, closed, language)
    lines = [[window.at(*spot) for spot in metres(district, list(leg.line))] for leg in legs]
    lanes = side_by_side(lines, gap_mm=_LANE_MM)
    _draw_lanes(sheet, lanes, back=_leads_back(legs))
    gates = gates_in_view(window, district, passed=passed, closed=closed.gates, language=language)
    if panel.letter:
        draw_badge(sheet, room, WORDS[language]["detail"].format(panel.letter))
    elif district.synthetic:
        draw_badge(sheet, room, WORDS[language]["synthetic"])
    draw_north(sheet, room, district, language)
    draw_scale(sheet, room, window, language)
    for frame, letter in panel.frames:
        _frame_on(sheet, room, window, frame, letter)
    routes = _together(lanes)
    _avoid(room, gates, routes)
    marks = [(m.text, m.kind, door) for m, door in zip(mine, doors, strict=True)]
    size = _STOP_MM if len(marks) <= 30 else _STOP_MM * 0.85  # noqa: PLR2004
    bubbles = fan_out(room, marks, size=size, routes=routes)
    _arrows(sheet, lanes, bubbles, gates)
    draw_gates(sheet, room, gates, named=True)
    name_goals(sheet, room, goals, language, doors=large)
    name_streets(sheet, room, window, district, language)
    name_buildings(sheet, room, window, district, language, but={goal.id for goal in goals})
    name_areas(sheet, room, window, district, language)
    draw_bubbles(sheet, bubbles, size=size)
    return sheet


def district_map(
    district: District,
    *,
    routes: Sequence[Sequence[Leg]] = (),
    names: Sequence[str] = (),
    labels: Sequence[MapLabel] = (),
    zones: Mapping[str, str] | None = None,
    closed: Closed = NOTHING,
    language: str = "zh",
    width_mm: float = 260,
) -> str:
    """Draw the whole district as an SVG for a page, with zones and routes.

    Parameters
    ----------
    names
        What the routes are called, in their order; without them they are numbered.
    zones
        Zone of compounds and buildings by their id.
    closed
        As in :func:`trip_map`.
    """
    west, south, east, north = district.bounds()
    corners = metres(district, [(west, south), (east, north), (west, north), (east, south)])
    across = max(x for x, _ in corners) - min(x for x, _ in corners)
    up = max(y for _, y in corners) - min(y for _, y in corners)
    height_mm = min(max(width_mm * up / max(across, 1.0), width_mm * 0.45), width_mm * 1.6)
    window = Window.around(corners, width_mm=width_mm, height_mm=height_mm, margin_mm=7)
    drawn, entries = _district_panel(
        window, district, routes, names, labels, zones or {}, closed, language
    )
    below = foot(entries, district.attribution, width_mm)
    sheet = Sheet(width_mm, height_mm + below.height_mm)
    sheet.place(drawn, 0, 0)
    sheet.place(below, 0, height_mm)
    _frame(sheet, 0, 0, sheet.width_mm, sheet.height_mm)
    return sheet.svg(f"{district.name} {WORDS[language]['district']}")


def _district_panel(
    window: Window,
    district: District,
    routes: Sequence[Sequence[Leg]],
    names: Sequence[str],
    labels: Sequence[MapLabel],
    zones: Mapping[str, str],
    closed: Closed,
    language: str,
) -> tuple[Sheet, list[Entry]]:
    sheet, room = Sheet(window.width_mm, window.height_mm), _room(window)
    kinds = draw_ground(sheet, window, district, zones=zones)
    if district.synthetic:
        draw_badge(sheet, room, WORDS[language]["synthetic"])
    draw_north(sheet, room, district, language)
    draw_scale(sheet, room, window, language)
    draw_closures(sheet, window, room, district, closed, language)
    called = [names[n] if n < len(names) else str(n + 1) for n in range(len(routes))]
    lanes = _draw_routes(sheet, room, window, district, routes, called)
    gates = gates_in_view(window, district, passed=(), closed=closed.gates, language=language)
    draw_gates(sheet, room, gates, named=False)
    together = _together(lanes)
    _avoid(room, gates, together)
    spots = [window.at(*spot) for spot in metres(district, [(m.lon, m.lat) for m in labels])]
    marks = [(m.text, m.kind, spot) for m, spot in zip(labels, spots, strict=True)]
    bubbles = fan_out(room, marks, size=3.0, routes=together)
    sites = draw_sites(sheet, window, room, district, language)
    name_compounds(sheet, room, window, district, language, zones=zones)
    name_streets(sheet, room, window, district, language)
    name_areas(sheet, room, window, district, language)
    draw_bubbles(sheet, bubbles, size=3.0)
    entries = gate_entries(
        language,
        is_open=any(gate.is_open for gate in gates),
        closed=any(not gate.is_open for gate in gates),
    )
    shut = bool(closed.ways or closed.areas)
    entries += pattern_entries(language, set(zones.values()), kinds, closures=shut)
    entries += site_entries(language, sites)
    entries += [line_entry(name, *_look(number)) for number, name in enumerate(called)]
    return sheet, entries


def _look(number: int) -> tuple[str, float, str]:
    """Give each trip a colour and a kind of line; of 28 trips no two have both alike."""
    dashes = _DASHES[number % len(_DASHES)]
    return _COLOURS[number % len(_COLOURS)], _ROUTE_MM, dashes


def _draw_routes(
    sheet: Sheet,
    room: Room,
    window: Window,
    district: District,
    routes: Sequence[Sequence[Leg]],
    called: Sequence[str],
) -> list[list[tuple[float, float]]]:
    whole = [
        [window.at(*spot) for spot in metres(district, [s for leg in legs for s in leg.line])]
        for legs in routes
    ]
    lanes = side_by_side(whole, gap_mm=_ROUTE_MM + 0.25, directed=False)
    for number, lane in enumerate(lanes):
        colour, width, dashes = _look(number)
        _line(sheet, lane, colour, width, dashes)
    for number, lane in enumerate(lanes):
        if len(lane) > 1:
            line = LineString(lane)
            spots = (
                (spot.x, spot.y, 0.0)
                for part in (0.5, 0.4, 0.6, 0.3, 0.7, 0.2, 0.8, 0.1, 0.9)
                for spot in [line.interpolate(part, normalized=True)]
            )
            colour = _look(number)[0]
            write(
                sheet, room, called[number], 2.4, spots, fill=colour, font_weight="bold",
                class_="route",
            )  # fmt: skip
    return lanes


def _draw_lanes(
    sheet: Sheet, lanes: Sequence[Sequence[tuple[float, float]]], *, back: bool
) -> None:
    """Draw a trip's legs over one white rim, the way back dashed."""
    lines = [LineString(lane) if len(lane) > 1 else LineString() for lane in lanes]
    look: dict[str, Any] = {"fill": "none", "stroke_linejoin": "round"}
    rims = [line.simplify(_RIM_MM / 2) for line in lines]
    sheet.shapes(rims, stroke="#fff", stroke_width=_TRIP_MM + 2 * _RIM_MM, **look)
    there = lines[:-1] if back else lines
    sheet.shapes(there, stroke="#000", stroke_width=_TRIP_MM, stroke_linecap="round", **look)
    if back:
        sheet.shapes(
            lines[-1:], stroke="#000", stroke_width=_TRIP_MM, stroke_dasharray=_BACK, **look
        )


def _line(
    sheet: Sheet, lane: Sequence[tuple[float, float]], colour: str, width: float, dashes: str
) -> None:
    if len(lane) < 2:  # noqa: PLR2004  a line needs two ends
        return
    look: dict[str, Any] = {"fill": "none", "stroke_linejoin": "round"}
    sheet.shapes(
        [LineString(lane)], stroke="#fff", stroke_width=width + 0.5, stroke_linecap="round", **look
    )
    look |= {"stroke_dasharray": dashes} if dashes else {"stroke_linecap": "round"}
    sheet.shapes([LineString(lane)], stroke=colour, stroke_width=width, **look)


def _arrows(
    sheet: Sheet,
    lanes: Sequence[Sequence[tuple[float, float]]],
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


def _room(window: Window) -> Room:
    return Room(window.width_mm, window.height_mm)


def _together(lanes: Sequence[Sequence[tuple[float, float]]]) -> MultiLineString:
    return MultiLineString([lane for lane in lanes if len(lane) > 1])


def _avoid(room: Room, gates: Sequence[Gate], routes: MultiLineString) -> None:
    room.avoided += [mark_shape(gate) for gate in gates]
    room.avoided += [part.buffer(_TRIP_MM / 2) for part in _pieces(routes)]
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


def _frame_on(
    sheet: Sheet,
    room: Room,
    window: Window,
    frame: tuple[float, float, float, float],
    letter: str,
) -> None:
    """Show on the overview what a detail shows."""
    west, south = window.at(frame[0], frame[1])
    east, north = window.at(frame[2], frame[3])
    edge: dict[str, Any] = {"x": west, "y": north, "width": east - west, "height": south - north}
    sheet.add("rect", **edge, fill="none", stroke="#fff", stroke_width=1.1)
    sheet.add(
        "rect", **edge, fill="none", stroke="#000", stroke_width=0.5, stroke_dasharray="2.4 0.8"
    )
    ring = shapely.box(west, north, east, south).exterior
    room.avoided.append(ring.buffer(0.4))
    spots = around((west + east) / 2, (north + south) / 2, 3.2, 3.2, 0.4)
    corners = [
        (x + dx, y + dy, 0.0)
        for x, dx in ((west, 2.4), (east, -2.4), (west, -2.4), (east, 2.4))
        for y, dy in ((north, 2.6), (south, -2.6))
    ]
    write(sheet, room, letter, 3.2, [*corners, *spots], font_weight="bold", over_routes=True)


def _frame(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    edge = {"x": x + 0.15, "y": y + 0.15, "width": width - 0.3, "height": height - 0.3}
    sheet.add("rect", **edge, fill="none", stroke="#000", stroke_width=0.3)
