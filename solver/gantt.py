"""Draw the shifts of a plan over time: loading, travel, service, waiting, breaks.

Below, each drop slot with those who come there and the times at which it is closed, so that one
sees that nobody meets. Readable in black and white: every kind has its own shape or hatching.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from solver.plan import Plan, Route, Step
from solver.problem import Place, Problem
from solver.summary import STOPS
from solver.svg import (
    GREY,
    HOUR_S,
    INK,
    MINUTE_S,
    PALE,
    Drawing,
    Language,
    clock,
    shortened,
    width_of,
)

WIDTH: Final = 1100.0
_NAMES: Final = 150.0
_ROW: Final = 26.0
_TOP: Final = 64.0
_ROUTES: Final = 60  # rows
_SLOTS: Final = 24
_TICKS: Final = (MINUTE_S, 300, 600, 900, 1800, HOUR_S, 2 * HOUR_S, 4 * HOUR_S, 12 * HOUR_S)
_MOST_TICKS: Final = 14

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "Shifts of {n} vehicles",
        "load": "loading",
        "travel": "travel",
        "service": "service",
        "waiting": "waiting",
        "break": "break",
        "closed": "closed (leader there)",
        "slots": "Drop slots: who is there when",
        "more": "… and {n} more",
    },
    "zh": {
        "title": "{n} 名配送员的班次",
        "load": "装货",
        "travel": "行驶",
        "service": "投放",
        "waiting": "等待",
        "break": "休息",
        "closed": "关闭（楼长在场）",
        "slots": "投放点：何时有谁",
        "more": "……另有 {n} 行",
    },
}
_HATCHES: Final = {
    "load": '<pattern id="hatch-load" width="6" height="6" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(45)"><rect width="6" height="6" fill="#cfe3f2"/>'
    '<line x1="0" y1="0" x2="0" y2="6" stroke="#0072B2" stroke-width="3"/></pattern>',
    "break": '<pattern id="hatch-break" width="6" height="6" patternUnits="userSpaceOnUse">'
    '<rect width="6" height="6" fill="#fff"/><circle cx="3" cy="3" r="1.4" fill="#5b646d"/>'
    "</pattern>",
    "closed": '<pattern id="hatch-closed" width="7" height="7" patternUnits="userSpaceOnUse"'
    ' patternTransform="rotate(-45)"><rect width="7" height="7" fill="#fff"/>'
    '<line x1="0" y1="0" x2="0" y2="7" stroke="#9c2a00" stroke-width="2"/></pattern>',
}


@dataclass(frozen=True, slots=True)
class _Scale:
    """From seconds to the drawing."""

    first_s: int
    last_s: int

    def x(self, at_s: float) -> float:
        share = (at_s - self.first_s) / max(self.last_s - self.first_s, 1)
        return _NAMES + share * (WIDTH - _NAMES - 16)


def draw_shifts(problem: Problem, plan: Plan, *, language: Language = "en") -> str:
    """Draw every shift as one row over time, as SVG; rows beyond sixty are counted only."""
    words = _TEXTS[language]
    routes = plan.routes[:_ROUTES]
    slots = _slots(problem, plan)
    rows = len(routes) + (len(plan.routes) > _ROUTES)
    below = (len(slots[:_SLOTS]) + 2) if slots else 0
    drawing = Drawing(
        WIDTH, _TOP + (rows + below) * _ROW + 20, words["title"].format(n=len(plan.routes))
    )
    for hatch in _HATCHES.values():
        drawing.define(hatch)
    scale = _scale(plan)
    _legend(drawing, words, slots=bool(slots))
    _axis(drawing, scale, _TOP, rows)
    names = {vehicle.id: vehicle.description for vehicle in problem.vehicles}
    for n, route in enumerate(routes):
        y = _TOP + n * _ROW
        name = f"{route.vehicle} {names.get(route.vehicle, '')}".strip()
        drawing.text((8, y + 17), shortened(name, _NAMES - 20, 12), size=12)
        _shift(drawing, scale, route, y)
    if len(plan.routes) > _ROUTES:
        more = words["more"].format(n=len(plan.routes) - _ROUTES)
        drawing.text((8, _TOP + len(routes) * _ROW + 17), more, colour=GREY)
    if slots:
        _slot_rows(drawing, scale, slots, _TOP + (rows + 1) * _ROW, words)
    return drawing.svg()


def _scale(plan: Plan) -> _Scale:
    steps = [step for route in plan.routes for step in route.steps]
    return _Scale(
        min((step.arrival_s for step in steps), default=0),
        max((_leaves(step) for step in steps), default=HOUR_S),
    )


def _leaves(step: Step) -> int:
    return step.arrival_s + step.waiting_s + step.setup_s + step.service_s


def _axis(drawing: Drawing, scale: _Scale, top: float, rows: int) -> None:
    span = scale.last_s - scale.first_s
    tick = next((t for t in _TICKS if span / t <= _MOST_TICKS), None)
    tick = tick or -(-span // (_MOST_TICKS * HOUR_S)) * HOUR_S
    for at in range(-(-scale.first_s // tick) * tick, scale.last_s + 1, tick):
        x = scale.x(at)
        drawing.line([(x, top - 4), (x, top + rows * _ROW)], PALE, 1)
        drawing.text((x, top - 8), clock(at), size=11, anchor="middle", colour=GREY)


def _shift(drawing: Drawing, scale: _Scale, route: Route, y: float) -> None:
    before = None
    for step in route.steps:
        if before is not None and step.arrival_s > before:
            line = [(scale.x(before), y + 13), (scale.x(step.arrival_s), y + 13)]
            drawing.line(line, INK, 2)
        _step(drawing, scale, step, y)
        before = _leaves(step)


def _step(drawing: Drawing, scale: _Scale, step: Step, y: float) -> None:
    begins = step.arrival_s + step.waiting_s
    if step.waiting_s:
        size = (max(scale.x(begins) - scale.x(step.arrival_s), 1), 8.0)
        drawing.box((scale.x(step.arrival_s), y + 9), size, "#fff", GREY, dash="2 2")
    wide = scale.x(_leaves(step)) - scale.x(begins)
    if wide <= 0 and step.type not in STOPS:
        return
    fill = {"reload": "url(#hatch-load)", "break": "url(#hatch-break)"}.get(step.type, "#F0B56A")
    name = step.type if step.id is None else f"{step.type} {step.id}"
    hint = f"{name} {clock(begins)}"
    drawing.box((scale.x(begins), y + 4), (max(wide, 1.5), 18), fill, INK, hint=hint)
    label = str(step.id)
    if step.type in STOPS and wide > width_of(label, 10) + 2:
        drawing.text(((scale.x(begins) + wide / 2), y + 17), label, size=10, anchor="middle")


def _legend(drawing: Drawing, words: dict[str, str], *, slots: bool) -> None:
    x, y = 8.0, 14.0
    fills = {
        "load": "url(#hatch-load)",
        "service": "#F0B56A",
        "break": "url(#hatch-break)",
        "closed": "url(#hatch-closed)",
    }
    for kind in ("load", "travel", "service", "waiting", "break", "closed"):
        if kind == "closed" and not slots:
            continue
        if kind == "travel":
            drawing.line([(x, y), (x + 22, y)], INK, 2)
        elif kind == "waiting":
            drawing.box((x, y - 4), (22, 8), "#fff", GREY, dash="2 2")
        else:
            drawing.box((x, y - 7), (22, 14), fills[kind], INK)
        drawing.text((x + 28, y + 4), words[kind], size=12)
        x += 28 + width_of(words[kind], 12) + 24


@dataclass(frozen=True, slots=True)
class _Slot:
    place: Place
    stays: tuple[tuple[int, int, int], ...]  # from, to, vehicle


def _slots(problem: Problem, plan: Plan) -> list[_Slot]:
    """List the slots that are closed at times or visited by several, the busiest first."""
    by_place: dict[str, list[tuple[int, int, int]]] = {}
    for name, stay in _stays(problem, plan):
        by_place.setdefault(name, []).append(stay)
    found = [
        _Slot(place, tuple(sorted(by_place[place.id])))
        for place in problem.places
        if place.id in by_place
        and (place.closed or len({stay[2] for stay in by_place[place.id]}) > 1)
    ]
    return sorted(found, key=lambda slot: (-len(slot.stays), slot.place.id))


def _stays(problem: Problem, plan: Plan) -> Iterator[tuple[str, tuple[int, int, int]]]:
    places = {job.id: job.place for job in problem.jobs}
    for route in plan.routes:
        for step in route.steps:
            place = places.get(-1 if step.id is None else step.id) if step.type == "job" else None
            if place is not None:
                yield place, (step.arrival_s + step.waiting_s, _leaves(step), route.vehicle)


def _slot_rows(
    drawing: Drawing, scale: _Scale, slots: Sequence[_Slot], top: float, words: dict[str, str]
) -> None:
    title = words["slots"]
    if len(slots) > _SLOTS:
        title += f" ({words['more'].format(n=len(slots) - _SLOTS)})"
    drawing.text((8, top - 10), title, size=12, bold=True)
    _axis(drawing, scale, top + 12, len(slots[:_SLOTS]))
    for n, slot in enumerate(slots[:_SLOTS]):
        y = top + 12 + n * _ROW
        drawing.text((8, y + 17), shortened(slot.place.id, _NAMES - 20, 12), size=12)
        for opening, closing in slot.place.closed:
            left = max(scale.x(opening), _NAMES)
            right = min(scale.x(closing), WIDTH - 16)
            if right > left:
                drawing.box((left, y + 4), (right - left, 18), "url(#hatch-closed)", "#9c2a00")
        for begins, ends, vehicle in slot.stays:
            wide = max(scale.x(ends) - scale.x(begins), 1.5)
            hint = f"{vehicle} {clock(begins)}-{clock(ends)}"
            drawing.box((scale.x(begins), y + 4), (wide, 18), "#F0B56A", INK, hint=hint)
            drawing.text((scale.x(begins) + wide + 2, y + 17), str(vehicle), size=10, halo=True)
