"""Draw maps: a trip for a printed sheet, and the whole district for a page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import shapely
from shapely.geometry import Polygon

from geodata.directions.legs import Leg
from geodata.district import District
from geodata.drawing.ground import (
    draw_goals,
    draw_ground,
    goals_in_view,
    name_areas,
    name_buildings,
    name_compounds,
    name_goals,
    name_streets,
)
from geodata.drawing.labels import Room, around, fan_out, write
from geodata.drawing.legend import (
    Entry,
    foot,
    gate_entries,
    line_entry,
    pattern_entries,
    site_entries,
)
from geodata.drawing.map_words import WORDS
from geodata.drawing.marks import (
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
from geodata.drawing.panels import Panel, panels
from geodata.drawing.sheet import Sheet, Window
from geodata.drawing.strokes import (
    BACK,
    TRIP_MM,
    Lane,
    avoid,
    draw_arrows,
    draw_legs,
    draw_routes,
    look,
    name_routes,
    together,
)

__all__ = ["MapLabel", "district_map", "trip_map"]

_STOP_MM = 3.4
_SMALL_STOP_MM = 3.0
_MANY_STOPS = 30
_DOORS_MM_PER_M = 0.16
"""From this scale on doors are apart enough to have numbers."""
_NAMED_MM_PER_M = 0.08
"""Below this scale names of gates would hide the map; the sheet's list says them too."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Nothing:
    gates: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    areas: tuple[Any, ...] = ()


NOTHING = _Nothing()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Scene:
    """What is to be drawn, wherever on the sheet."""

    district: District
    language: str
    labels: Sequence[MapLabel]
    closed: Closed
    legs: Sequence[Leg] = ()
    routes: Sequence[Sequence[Leg]] = ()
    names: Sequence[str] = ()
    zones: Mapping[str, str] = field(default_factory=dict)

    @property
    def passed(self) -> set[str]:
        """Ids of the gates that the trip passes."""
        return {gate for leg in self.legs for gate in leg.gates}

    @property
    def leads_back(self) -> bool:
        """Whether the trip's last leg leads to where it began."""
        return len(self.legs) > 1 and self.legs[-1].target == self.legs[0].origin

    def lanes(self, window: Window, legs: Sequence[Leg]) -> list[Lane]:
        """Lay legs on a sheet."""
        return [
            [window.at(*spot) for spot in metres(self.district, list(leg.line))] for leg in legs
        ]


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
    scene = _Scene(district=district, language=language, labels=labels, closed=closed, legs=legs)
    below = foot(_trip_entries(scene), district.attribution, width_mm)
    sheet = Sheet(width_mm, height_mm)
    for panel in panels([*spots, *doors], doors, width_mm, height_mm - below.height_mm):
        drawn = _trip_panel(panel, scene)
        sheet.place(drawn, panel.x_mm, panel.y_mm)
        _frame(sheet, panel.x_mm, panel.y_mm, drawn.width_mm, drawn.height_mm)
    sheet.place(below, 0, height_mm - below.height_mm)
    _frame(sheet, 0, 0, sheet.width_mm, sheet.height_mm)
    return sheet.svg(f"{district.name} {WORDS[language]['trip']}")


def _trip_entries(scene: _Scene) -> list[Entry]:
    passed = bool(scene.passed)
    entries = gate_entries(scene.language, is_open=True, closed=True, passed=passed)
    if scene.leads_back:
        entries.append(line_entry(WORDS[scene.language]["back"], "#000", TRIP_MM, BACK))
    if scene.closed.ways or scene.closed.areas:
        entries += pattern_entries(scene.language, (), (), closures=True)
    return entries


def _trip_panel(panel: Panel, scene: _Scene) -> Sheet:
    window, district, language = panel.window, scene.district, scene.language
    sheet, room = Sheet(window.width_mm, window.height_mm), _room(window)
    badge = WORDS[language]["detail"].format(panel.letter) if panel.letter else ""
    over = _over(room, window, scene, badge)
    draw_ground(sheet, window, district, zones={})
    mine = [label for n, label in enumerate(scene.labels) if n in panel.marks]
    doors = [window.at(*spot) for spot in metres(district, [(m.lon, m.lat) for m in mine])]
    large = window.mm_per_m >= _DOORS_MM_PER_M
    stops = [door for door, m in zip(doors, mine, strict=True) if m.kind == "stop"]
    goals = goals_in_view(window, district, stops)
    draw_goals(sheet, goals, doors=large)
    draw_closures(sheet, room, window, district, closed=scene.closed, language=language)
    lanes = draw_legs(sheet, scene.lanes(window, scene.legs), back=scene.leads_back)
    gates = _gates(window, scene, room)
    routes = together(lanes)
    avoid(room, gates, routes)
    for frame, letter in panel.frames:
        _frame_on(over, room, window, frame, letter)
    edges = [_edge(window, frame).exterior for frame, _ in panel.frames]
    marks = [(m.text, m.kind, door) for m, door in zip(mine, doors, strict=True)]
    size = _STOP_MM if len(marks) <= _MANY_STOPS else _SMALL_STOP_MM
    bubbles = fan_out(room, marks, size=size, routes=shapely.union_all([routes, *edges]))
    draw_arrows(sheet, lanes, bubbles, gates)
    draw_gates(sheet, room, gates, named=window.mm_per_m >= _NAMED_MM_PER_M)
    name_goals(sheet, room, goals, language, doors=large)
    name_streets(sheet, room, window, district, language)
    name_buildings(sheet, room, window, district, language, but={goal.id for goal in goals})
    name_areas(sheet, room, window, district, language)
    sheet.parts += over.parts
    draw_bubbles(sheet, bubbles, size=size)
    return sheet


def _over(room: Room, window: Window, scene: _Scene, badge: str) -> Sheet:
    """Draw what lies over all else and keeps its room: north, scale, and what map it is."""
    over = Sheet(window.width_mm, window.height_mm)
    if badge or scene.district.synthetic:
        draw_badge(over, room, badge or WORDS[scene.language]["synthetic"])
    draw_north(over, room, scene.district, scene.language)
    draw_scale(over, room, window, scene.language)
    return over


def _gates(window: Window, scene: _Scene, room: Room) -> list[Gate]:
    """List the gates in view, but for those under north arrow, scale or badge."""
    found = gates_in_view(
        window,
        scene.district,
        passed=scene.passed,
        closed=scene.closed.gates,
        language=scene.language,
    )
    return [gate for gate in found if gate.passed or room.free(mark_shape(gate), over_routes=True)]


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
    scene = _Scene(
        district=district,
        language=language,
        labels=labels,
        closed=closed,
        routes=routes,
        names=[names[n] if n < len(names) else str(n + 1) for n in range(len(routes))],
        zones=zones or {},
    )
    drawn, entries = _district_panel(window, scene)
    below = foot(entries, district.attribution, width_mm)
    sheet = Sheet(width_mm, height_mm + below.height_mm)
    sheet.place(drawn, 0, 0)
    sheet.place(below, 0, height_mm)
    _frame(sheet, 0, 0, sheet.width_mm, sheet.height_mm)
    return sheet.svg(f"{district.name} {WORDS[language]['district']}")


def _district_panel(window: Window, scene: _Scene) -> tuple[Sheet, list[Entry]]:
    district, language, closed = scene.district, scene.language, scene.closed
    sheet, room = Sheet(window.width_mm, window.height_mm), _room(window)
    over = _over(room, window, scene, "")
    kinds = draw_ground(sheet, window, district, zones=scene.zones)
    draw_closures(sheet, room, window, district, closed=closed, language=language)
    whole = [[spot for leg in scene.lanes(window, legs) for spot in leg] for legs in scene.routes]
    lanes = draw_routes(sheet, whole)
    gates = _gates(window, scene, room)
    draw_gates(sheet, room, gates, named=False)
    routes = together(lanes)
    spots = metres(district, [(label.lon, label.lat) for label in scene.labels])
    marks = [
        (label.text, label.kind, window.at(*spot))
        for label, spot in zip(scene.labels, spots, strict=True)
    ]
    bubbles = fan_out(room, marks, size=_SMALL_STOP_MM, routes=routes)
    name_routes(sheet, room, lanes, scene.names)
    avoid(room, gates, routes)
    sites = draw_sites(sheet, window, room, district, language)
    name_compounds(sheet, room, window, district, language, zones=scene.zones)
    name_streets(sheet, room, window, district, language)
    name_areas(sheet, room, window, district, language)
    sheet.parts += over.parts
    draw_bubbles(sheet, bubbles, size=_SMALL_STOP_MM)
    entries = gate_entries(
        language,
        is_open=any(gate.is_open for gate in gates),
        closed=any(not gate.is_open for gate in gates),
    )
    shut = bool(closed.ways or closed.areas)
    entries += pattern_entries(language, set(scene.zones.values()), kinds, closures=shut)
    entries += site_entries(language, sites)
    entries += [line_entry(name, *look(number)) for number, name in enumerate(scene.names)]
    return sheet, entries


def _room(window: Window) -> Room:
    return Room(window.width_mm, window.height_mm)


def _edge(window: Window, frame: tuple[float, float, float, float]) -> Polygon:
    (west, south), (east, north) = window.at(frame[0], frame[1]), window.at(frame[2], frame[3])
    found: Polygon = shapely.box(west, north, east, south)
    return found


def _frame_on(
    sheet: Sheet,
    room: Room,
    window: Window,
    frame: tuple[float, float, float, float],
    letter: str,
) -> None:
    """Show on the overview what a detail shows."""
    shape = _edge(window, frame)
    west, north, east, south = shape.bounds
    edge: dict[str, Any] = {"x": west, "y": north, "width": east - west, "height": south - north}
    sheet.add("rect", **edge, fill="none", stroke="#fff", stroke_width=1.1)
    sheet.add(
        "rect", **edge, fill="none", stroke="#000", stroke_width=0.5, stroke_dasharray="2.4 0.8"
    )
    room.avoided.append(shape.exterior.buffer(0.4))
    spots = around((west + east) / 2, (north + south) / 2, 3.2, 3.2, 0.4)
    corners = [
        (x + dx, y + dy, 0.0)
        for x, dx in ((west, 2.4), (east, -2.4), (west, -2.4), (east, 2.4))
        for y, dy in ((north, 2.6), (south, -2.6))
    ]
    places = [*corners, *spots]
    bold: dict[str, Any] = {"font_weight": "bold"}
    write(sheet, room, letter, 3.2, places, **bold) or write(
        sheet, room, letter, 3.2, places, over_routes=True, **bold
    )


def _frame(sheet: Sheet, x: float, y: float, width: float, height: float) -> None:
    edge = {"x": x + 0.15, "y": y + 0.15, "width": width - 0.3, "height": height - 0.3}
    sheet.add("rect", **edge, fill="none", stroke="#000", stroke_width=0.3)
