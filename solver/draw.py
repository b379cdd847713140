"""Draw a plan on a map: routes, depots, drop slots, what is left out.

Needs nothing but text. Each route has a colour and a dash, each trip its number, so that the
picture can be read in black and white.
"""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot
from typing import Final

from solver.plan import Plan, Route, Step
from solver.positions import Position, fitted, positions_of
from solver.problem import Problem
from solver.summary import STOPS
from solver.svg import GREY, INK, Drawing, Language, Point, shortened, style_of

WIDTH: Final = 980.0
HEIGHT: Final = 700.0
_LEGEND: Final = 250.0
_EDGE: Final = 36.0
_LABELLED: Final = 160  # stops; more would cover one another
_NUMBERED: Final = 24  # trips, or else routes
_LISTED: Final = 26  # routes in the legend
_ASIDE: Final = 2.2
_IDS: Final = 3  # of the stops at one location

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "Routes of {n} vehicles",
        "depot": "depot, point",
        "stop": "stop",
        "slot": "drop slot",
        "left": "left out",
        "route": "{vehicle} · {trips} trip(s), {stops} stop(s)",
        "more": "… and {n} more",
        "label": "1·2 = vehicle 1, trip 2",
        "guessed": "no coordinates given: placed by travel",
    },
    "zh": {
        "title": "{n} 名配送员的路线",
        "depot": "服务点位",
        "stop": "停靠点",
        "slot": "投放点",
        "left": "未排入",
        "route": "{vehicle} · {trips} 趟 {stops} 站",
        "more": "……另有 {n} 条",
        "label": "1·2 = 配送员 1 第 2 趟",
        "guessed": "未给坐标：按路程排布",
    },
}


def draw_routes(
    problem: Problem,
    plan: Plan,
    *,
    positions: Sequence[Position] | None = None,
    language: Language = "en",
) -> str:
    """Draw all routes as one SVG.

    Parameters
    ----------
    positions
        Coordinates of every location, y upwards; without them locations are placed as far apart
        as their travel says.
    """
    words = _TEXTS[language]
    drawing = Drawing(WIDTH, HEIGHT, words["title"].format(n=len(plan.routes)))
    given = positions_of(problem) if positions is None else positions
    frame = (_EDGE, _EDGE, WIDTH - _LEGEND - 2 * _EDGE, HEIGHT - 2 * _EDGE)
    at = fitted(given, *frame)
    for n, route in enumerate(plan.routes):
        _route(drawing, at, route, n)
    _stops(drawing, problem, plan, at)
    for n, route in enumerate(plan.routes[:_NUMBERED]):
        _numbers(drawing, at, route, n, each=_each_trip(plan))
    _legend(drawing, problem, plan, words, guessed=positions is None)
    return drawing.svg()


def _each_trip(plan: Plan) -> bool:
    """Say whether there is room for the number of each trip."""
    return sum(len(_trips(route)) for route in plan.routes) <= _NUMBERED


def _trips(route: Route) -> dict[int, list[int]]:
    """Give the locations of each trip in order, loading and end included."""
    trips: dict[int, list[int]] = defaultdict(list)
    before: int | None = None
    for step in route.steps:
        if step.location is None:
            continue
        if before is not None and step.trip not in trips:
            trips[step.trip].append(before)
        trips[step.trip].append(step.location)
        before = step.location
    return {
        trip: [*places, trips[trip + 1][1]] if trip + 1 in trips else places
        for trip, places in trips.items()
    }


def _route(drawing: Drawing, at: Sequence[Point], route: Route, index: int) -> None:
    """Draw each way a little to its right, so that there and back lie side by side."""
    colour, dash = style_of(index)
    for places in _trips(route).values():
        for one, other in pairwise(places):
            origin, target = _aside(at[one], at[other])
            drawing.line([origin, target], colour, 1.8, dash)
            _arrow(drawing, origin, target, colour)


def _aside(origin: Point, target: Point) -> tuple[Point, Point]:
    length = hypot(target[0] - origin[0], target[1] - origin[1]) or 1.0
    x = -(target[1] - origin[1]) / length * _ASIDE
    y = (target[0] - origin[0]) / length * _ASIDE
    return (origin[0] + x, origin[1] + y), (target[0] + x, target[1] + y)


def _arrow(drawing: Drawing, origin: Point, target: Point, colour: str) -> None:
    length = hypot(target[0] - origin[0], target[1] - origin[1])
    if length < 34:  # noqa: PLR2004  px: no room between two stops
        return
    x, y = (target[0] - origin[0]) / length, (target[1] - origin[1]) / length
    tip = (origin[0] + x * length * 0.58, origin[1] + y * length * 0.58)
    back = (tip[0] - 8 * x, tip[1] - 8 * y)
    drawing.shape(
        [tip, (back[0] - 4 * y, back[1] + 4 * x), (back[0] + 4 * y, back[1] - 4 * x)], colour
    )


def _numbers(
    drawing: Drawing, at: Sequence[Point], route: Route, index: int, *, each: bool
) -> None:
    """Write vehicle and trip on the longest leg of each trip; of many, the vehicle alone."""
    colour, _ = style_of(index)
    trips = _trips(route)
    for trip, places in trips.items():
        legs = [(at[a], at[b]) for a, b in pairwise(places)]
        if not legs or (trip and not each):
            continue
        origin, target = max(
            legs, key=lambda leg: hypot(leg[1][0] - leg[0][0], leg[1][1] - leg[0][1])
        )
        spot = (
            origin[0] + (target[0] - origin[0]) * 0.4,
            origin[1] + (target[1] - origin[1]) * 0.4,
        )
        label = f"{route.vehicle}·{trip + 1}" if each and len(trips) > 1 else f"{route.vehicle}"
        wide = 8 + 6.5 * len(label)
        drawing.box((spot[0] - wide / 2, spot[1] - 8), (wide, 16), "#fff", colour)
        drawing.text((spot[0], spot[1] + 4), label, size=11, anchor="middle", bold=True)


def _stops(drawing: Drawing, problem: Problem, plan: Plan, at: Sequence[Point]) -> None:
    here: dict[int, list[str]] = defaultdict(list)
    slots = {job.location for job in problem.jobs if job.place is not None}
    left = {one.location for one in plan.unassigned if one.location is not None}
    for step in _served(plan):
        if step.location is not None and str(step.id) not in here[step.location]:
            here[step.location].append(str(step.id))
    for one in plan.unassigned:
        if one.location is not None and str(one.id) not in here[one.location]:
            here[one.location].append(str(one.id))
    small = len(here) > _LABELLED
    for location, ids in sorted(here.items()):
        _stop(drawing, at[location], slot=location in slots, left=location in left, small=small)
        if not small:
            more = f" +{len(ids) - _IDS}" if len(ids) > _IDS else ""
            x, y = at[location]
            drawing.text((x + 8, y - 6), ",".join(ids[:_IDS]) + more, size=11, halo=True)
    for location in _stations(plan):
        x, y = at[location]
        drawing.box((x - 7, y - 7), (14, 14), INK, "#fff")


def _stop(drawing: Drawing, at: Point, *, slot: bool, left: bool, small: bool) -> None:
    radius = 3.0 if small else 5.0
    if left:
        drawing.circle(at, radius + 1, "#fff", INK, 1.4)
        for way in (1, -1):
            drawing.line(
                [(at[0] - radius, at[1] - radius * way), (at[0] + radius, at[1] + radius * way)],
                INK,
                1.4,
            )
        return
    drawing.circle(at, radius, "#fff" if slot else INK, INK, 1.4)
    if slot:
        drawing.circle(at, radius / 2.2, INK, INK, 0)


def _served(plan: Plan) -> Iterator[Step]:
    return (step for route in plan.routes for step in route.steps if step.type in STOPS)


def _stations(plan: Plan) -> list[int]:
    """List the locations where routes start, load or end."""
    return sorted(
        {
            step.location
            for route in plan.routes
            for step in route.steps
            if step.type in ("start", "reload", "end") and step.location is not None
        }
    )


def _legend(
    drawing: Drawing, problem: Problem, plan: Plan, words: dict[str, str], *, guessed: bool
) -> None:
    x, y = WIDTH - _LEGEND + 4, _EDGE + 4
    drawing.box((x - 2, y - 5), (10, 10), INK)
    drawing.text((x + 18, y + 4), words["depot"])
    _stop(drawing, (x + 3, y + 22), slot=False, left=False, small=False)
    drawing.text((x + 18, y + 26), words["stop"])
    y += 44
    if any(job.place is not None for job in problem.jobs):
        _stop(drawing, (x + 3, y), slot=True, left=False, small=False)
        drawing.text((x + 18, y + 4), words["slot"])
        y += 22
    if plan.unassigned:
        _stop(drawing, (x + 3, y), slot=False, left=True, small=False)
        drawing.text((x + 18, y + 4), f"{words['left']} ({len(plan.unassigned)})")
        y += 22
    if _each_trip(plan) and any(len(_trips(route)) > 1 for route in plan.routes):
        drawing.text((x - 2, y + 4), words["label"], colour=GREY, size=11)
        y += 22
    names = {vehicle.id: vehicle.description for vehicle in problem.vehicles}
    for n, route in enumerate(plan.routes[:_LISTED]):
        colour, dash = style_of(n)
        drawing.line([(x - 2, y), (x + 34, y)], colour, 2.4, dash)
        stops = [step for step in route.steps if step.type in STOPS]
        label = words["route"].format(
            vehicle=shortened(f"{route.vehicle} {names.get(route.vehicle, '')}".strip(), 96, 11),
            trips=len({step.trip for step in stops}),
            stops=len(stops),
        )
        drawing.text((x + 42, y + 4), label, size=11)
        y += 19
    if len(plan.routes) > _LISTED:
        more = words["more"].format(n=len(plan.routes) - _LISTED)
        drawing.text((x + 42, y + 4), more, size=11, colour=GREY)
    if guessed:
        drawing.text((x - 2, HEIGHT - 12), words["guessed"], size=11, colour=GREY)
