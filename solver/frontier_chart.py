"""Draw a frontier: travel to the right, faces upwards, on each step what a face less costs."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Final, Literal

from solver.svg import (
    GREY,
    HOUR_S,
    INK,
    MINUTE_S,
    PALE,
    Drawing,
    Language,
    Point,
    steps_between,
    width_of,
)
from solver.tradeoff import Frontier, FrontierPoint, FrontierStep

WIDTH: Final = 820.0
HEIGHT: Final = 440.0
_LEFT: Final = 74.0
_RIGHT: Final = 40.0
_TOP: Final = 46.0
_BOTTOM: Final = 62.0
_TICKS: Final = 8

_TEXTS: Final[dict[str, dict[str, str]]] = {
    "en": {
        "title": "Less travel or fewer faces: {n} plans",
        "x": "travel, hours",
        "cost": "cost",
        "now": "the plan as it is",
        "y": "couriers at a building beyond its first",
        "step": "{seconds} min a face",
        "only": "One plan has both the least travel and the fewest faces.",
        "none": "No plan was found.",
    },
    "zh": {
        "title": "少走路还是少见人：{n} 个方案",
        "x": "行驶时间（小时）",
        "cost": "成本",
        "now": "现计划",
        "y": "楼栋见到的第二名及以上配送员",
        "step": "每少见一人多 {seconds} 分",
        "only": "同一方案行驶最少、见人也最少。",
        "none": "没有找到方案。",
    },
}


def draw_frontier(frontier: Frontier, *, language: Language = "en") -> str:
    """Draw the points of a frontier as SVG, numbered from least travel to fewest faces."""
    words = _TEXTS[language]
    drawing = Drawing(WIDTH, HEIGHT, words["title"].format(n=len(frontier.points)))
    drawing.text((_LEFT, 24), words["title"].format(n=len(frontier.points)), size=15, bold=True)
    points = frontier.points
    if not points:
        drawing.text((_LEFT, HEIGHT / 2), words["none"], size=14)
        return drawing.svg()
    axes = _Axes((*points, frontier.start) if frontier.start else points)
    axes.draw(drawing, words)
    spots = [axes.spot(point) for point in points]
    drawing.line(_stairs(spots), INK, 1.6, "5 3")
    for n, step in enumerate(frontier.steps):
        _label(drawing, spots[n], spots[n + 1], step, words)
    for n, spot in enumerate(spots):
        drawing.circle(spot, 11, "#0072B2", "#fff", 2)
        drawing.text(
            (spot[0], spot[1] + 4.5),
            str(n + 1),
            size=12,
            anchor="middle",
            colour="#fff",
            bold=True,
        )
    if frontier.start is not None:
        _mark(drawing, axes.spot(frontier.start), words["now"])
    if len(points) == 1:
        drawing.text((_LEFT + 20, _TOP + 30), words["only"], size=13)
    return drawing.svg()


def _mark(drawing: Drawing, spot: Point, name: str) -> None:
    """Put a diamond around where the plan in force is, so that a point in it stays visible."""
    x, y = spot
    reach = 19
    around = [(x, y - reach), (x + reach, y), (x, y + reach), (x - reach, y), (x, y - reach)]
    drawing.line(around, "#D55E00", 2)
    below = y + reach + 12 < HEIGHT - _BOTTOM
    at = (x + reach + 3, y + 16) if below else (x + reach + 3, y - 8)
    side: Literal["start", "end"] = "start"
    if at[0] + width_of(name, 11) > WIDTH - _RIGHT:
        at, side = (x - reach - 3, at[1]), "end"
    drawing.text(at, name, size=11, colour="#A84700", halo=True, anchor=side)


class _Axes:
    """From travel and faces to the drawing; cost instead of travel where that does not rise."""

    def __init__(self, points: Sequence[FrontierPoint]) -> None:
        ordered = sorted(points, key=lambda point: point.cost)
        travel = [point.duration_s for point in ordered]
        self.by_travel = all(near <= far for near, far in pairwise(travel))
        minutes = [self._amount(point) for point in points]
        faces = [point.further_faces for point in points]
        self.minutes = steps_between(min(minutes), max(minutes), _TICKS)
        self.faces = steps_between(min(faces), max(faces), _TICKS)

    def x(self, minutes: float) -> float:
        share = (minutes - self.minutes[0]) / (self.minutes[-1] - self.minutes[0])
        return _LEFT + share * (WIDTH - _LEFT - _RIGHT)

    def y(self, faces: float) -> float:
        share = (faces - self.faces[0]) / (self.faces[-1] - self.faces[0])
        return HEIGHT - _BOTTOM - share * (HEIGHT - _TOP - _BOTTOM)

    def _amount(self, point: FrontierPoint) -> float:
        return point.duration_s / MINUTE_S if self.by_travel else point.cost

    def spot(self, point: FrontierPoint) -> Point:
        return self.x(self._amount(point)), self.y(point.further_faces)

    def draw(self, drawing: Drawing, words: dict[str, str]) -> None:
        bottom = self.y(self.faces[0])
        for minutes in self.minutes:
            x = self.x(minutes)
            drawing.line([(x, _TOP), (x, bottom)], PALE)
            amount = _hours(minutes * MINUTE_S) if self.by_travel else f"{minutes:,}"
            drawing.text((x, bottom + 18), amount, size=11, anchor="middle")
        for faces in self.faces:
            y = self.y(faces)
            drawing.line([(_LEFT, y), (WIDTH - _RIGHT, y)], PALE)
            drawing.text((_LEFT - 8, y + 4), str(faces), size=11, anchor="end")
        drawing.line([(_LEFT, _TOP), (_LEFT, bottom), (WIDTH - _RIGHT, bottom)], INK, 1.2)
        middle = (_LEFT + WIDTH - _RIGHT) / 2
        drawing.text(
            (middle, HEIGHT - 16),
            words["x" if self.by_travel else "cost"],
            size=12,
            anchor="middle",
            colour=GREY,
        )
        side = (_TOP + bottom) / 2
        drawing.text((20, side), words["y"], size=12, anchor="middle", colour=GREY, turned=True)


def _stairs(spots: Sequence[Point]) -> list[Point]:
    """Go down in stairs: between two plans there is none, so no straight line joins them."""
    line = [spots[0]]
    for before, after in pairwise(spots):
        line += [(after[0], before[1]), after]
    return line


def _label(
    drawing: Drawing, before: Point, after: Point, step: FrontierStep, words: dict[str, str]
) -> None:
    """Price a step beside its way down, where nothing else is."""
    text = words["step"].format(seconds=minutes_and_seconds(step.duration_per_face_s))
    at = (after[0] + 7, (before[1] + after[1]) / 2 + 2)
    side: Literal["start", "end"] = "start"
    if at[0] + width_of(text, 11) > WIDTH:
        at, side = (after[0] - 7, at[1]), "end"
    drawing.text(at, text, size=11, halo=True, anchor=side)


def minutes_and_seconds(seconds: float) -> str:
    """Say a length of time as minutes and seconds: 2:05."""
    whole = round(abs(seconds))
    return f"{'-' if seconds < 0 else '+'}{whole // MINUTE_S}:{whole % MINUTE_S:02}"


def _hours(seconds: int) -> str:
    return f"{seconds // HOUR_S}:{seconds // MINUTE_S % MINUTE_S:02}"
