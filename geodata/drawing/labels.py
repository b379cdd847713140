"""Where words go on a sheet: never on one another, never over its edge."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

import shapely
from shapely import affinity
from shapely.geometry import LineString, Point, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.drawing.sheet import Sheet, text_width

Spot = tuple[float, float]

SMALLEST_MM = 2.0
"""Letters of all maps are this high or higher: 5.7 points, as small as a wet sheet is read."""
_EDGE_MM = 0.8
_BETWEEN_MM = 0.15
_RISE = 0.36  # from the middle of a letter down to its foot, in parts of its size
_TALL = 1.12  # a line of words, in parts of its size
_RINGS = 40
_TURNS = 16
_SEEN_MM = 60.0  # numbers and lines farther off than this are in nobody's way


def box(x: float, y: float, wide: float, high: float, turn: float = 0) -> Polygon:
    """Make a rectangle around its middle, turned by some degrees as SVG turns."""
    found: Polygon = shapely.box(x - wide / 2, y - high / 2, x + wide / 2, y + high / 2)
    return affinity.rotate(found, turn, origin=(x, y)) if turn else found


@dataclass(slots=True)
class Room:
    """What is still free on a sheet.

    ``taken`` may not be covered by any word; ``avoided`` (routes, marks) is covered only by the
    numbers of stops, and at a price.
    """

    width_mm: float
    height_mm: float
    taken: list[BaseGeometry] = field(default_factory=list)
    avoided: list[BaseGeometry] = field(default_factory=list)

    def inside(self, shape: BaseGeometry) -> bool:
        """Tell whether a shape keeps clear of the edges."""
        west, north, east, south = shape.bounds
        return bool(
            west >= _EDGE_MM
            and north >= _EDGE_MM
            and east <= self.width_mm - _EDGE_MM
            and south <= self.height_mm - _EDGE_MM
        )

    def free(self, shape: BaseGeometry, *, over_routes: bool = False) -> bool:
        """Tell whether a shape is inside and meets nothing."""
        if not self.inside(shape):
            return False
        grown = _grown_bounds(shape)
        return not any(
            _touch(grown, other.bounds) and shape.distance(other) < _BETWEEN_MM
            for other in (self.taken if over_routes else [*self.taken, *self.avoided])
        )

    def take(self, shape: BaseGeometry) -> None:
        """Let nobody else write here."""
        self.taken.append(shape)


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """The number of a stop: where it is, and where it is written."""

    text: str
    kind: str
    spot: Spot
    at: Spot
    half: float
    high: float


def write(
    sheet: Sheet,
    room: Room,
    words: str,
    size: float,
    spots: Iterable[tuple[float, float, float]],
    *,
    over_routes: bool = False,
    **look: str | float,
) -> bool:
    """Write words at the first free of some spots (x, y, turn), or not at all."""
    wide = text_width(words, size)
    for x, y, turn in spots:
        shape = box(x, y, wide, size * _TALL, turn)
        if not room.free(shape, over_routes=over_routes):
            continue
        room.take(shape)
        turned = {"transform": f"rotate({turn:.1f} {x:.2f} {y:.2f})"} if turn else {}
        sheet.text(x, y + size * _RISE, words, size, **(turned | look))
        return True
    return False


def around(
    x: float, y: float, wide: float, high: float, reach: float
) -> Iterator[tuple[float, float, float]]:
    """Give spots beside a mark: above, below, right, left, then the corners, then farther."""
    for far in (reach, reach + 1.2):
        sideways, updown = far + wide / 2, far + high / 2
        yield x, y - updown, 0
        yield x, y + updown, 0
        yield x + sideways, y, 0
        yield x - sideways, y, 0
        for right in (1, -1):
            for down in (-1, 1):
                yield x + right * (far * 0.7 + wide / 2), y + down * (far * 0.7 + high / 2), 0


def fan_out(
    room: Room, marks: Sequence[tuple[str, str, Spot]], *, size: float, routes: BaseGeometry
) -> list[Bubble]:
    """Set the numbers of stops beside their doors so that none covers another.

    Each goes where it costs least: near its door, off the routes, off other doors, its line
    across nothing. Numbers are set one by one, then each is tried again among all others.

    Parameters
    ----------
    marks
        Text, kind and door of each.
    """
    doors = [spot for _, _, spot in marks]
    crowd = _Crowd(room=room, doors=doors, routes=routes, size=size)
    placed: list[Bubble] = []
    for mark in marks:
        placed.append(crowd.cheapest(mark, placed))
    for _ in range(2):
        for n, bubble in enumerate(placed):
            others = [*placed[:n], *placed[n + 1 :]]
            placed[n] = crowd.cheapest((bubble.text, bubble.kind, bubble.spot), others)
    for bubble in placed:
        room.take(box(*bubble.at, bubble.half * 2, bubble.high * 2))
        if bubble.at != bubble.spot:
            room.avoided.append(LineString([bubble.spot, bubble.at]))
        room.avoided.append(Point(bubble.spot).buffer(0.6))
    return placed


@dataclass(frozen=True, slots=True, kw_only=True)
class _Crowd:
    """Where numbers may go and what each place costs."""

    room: Room
    doors: Sequence[Spot]
    routes: BaseGeometry
    size: float

    def cheapest(self, mark: tuple[str, str, Spot], others: Sequence[Bubble]) -> Bubble:
        """Find the cheapest free place for a number; on its door if there is none at all."""
        text, kind, spot = mark
        high = self.size * 0.78
        half = max(high, text_width(text, self.size) / 2 + self.size * 0.3)
        near = [other for other in others if math.dist(other.at, spot) < _SEEN_MM]
        best, least = spot, math.inf
        for ring, at in _rings(spot, half, high):
            if ring > least:
                break  # farther out even a spot without faults costs more
            shape = box(*at, half * 2, high * 2)
            if not self.room.free(shape, over_routes=True) or any(
                _meet(at, half, high, other) for other in near
            ):
                continue
            cost = ring + self._faults(shape, at, spot, near)
            if cost < least:
                best, least = at, cost
        return Bubble(text=text, kind=kind, spot=spot, at=best, half=half, high=high)

    def _faults(self, shape: Polygon, at: Spot, spot: Spot, others: Sequence[Bubble]) -> float:
        cost = 0.35 * float(shape.intersection(self.routes).length)
        west, north, east, south = shape.bounds
        cost += 5.0 * sum(
            west - 0.5 < x < east + 0.5 and north - 0.5 < y < south + 0.5
            for x, y in self.doors
            if (x, y) != spot
        )
        cost += sum(_tangle(at, spot, other) for other in others)
        return float(cost)


def _tangle(at: Spot, spot: Spot, other: Bubble) -> float:
    """Price lines that run under another's number or cross another's line."""
    cost = 0.0
    if at != spot and _away(spot, at, other.at) < other.high:
        cost += 6.0
    elif at != spot and other.at != other.spot and _cross((spot, at), (other.spot, other.at)):
        cost += 3.0
    if other.at != other.spot and _away(other.spot, other.at, at) < other.high:
        cost += 4.0
    return cost


def _rings(spot: Spot, half: float, high: float) -> Iterator[tuple[float, Spot]]:
    """Give where a number may go, the nearest first, with how far that is in rings."""
    yield 1.6, spot  # on the door itself: near, but the door and its way are hidden
    for ring in range(1, _RINGS):
        far = 0.55 * (ring - 1) + 1.15
        for turn in range(_TURNS):
            angle = math.tau * turn / _TURNS - math.pi / 2
            x = spot[0] + (half + high * 0.8 * (far - 0.7)) * math.cos(angle)
            y = spot[1] + high * (far + 0.3) * math.sin(angle)
            yield float(ring), (x, y)


def _away(a: Spot, b: Spot, spot: Spot) -> float:
    """Measure how far a spot is from the line between two others."""
    dx, dy = b[0] - a[0], b[1] - a[1]
    length = dx * dx + dy * dy
    part = ((spot[0] - a[0]) * dx + (spot[1] - a[1]) * dy) / length if length else 0.0
    part = min(1.0, max(0.0, part))
    return math.dist(spot, (a[0] + part * dx, a[1] + part * dy))


def _cross(one: tuple[Spot, Spot], other: tuple[Spot, Spot]) -> bool:
    """Tell whether two lines cross."""
    return _parted(one, other) and _parted(other, one)


def _parted(line: tuple[Spot, Spot], ends: tuple[Spot, Spot]) -> bool:
    (ax, ay), (bx, by) = line
    sides = [(bx - ax) * (y - ay) - (by - ay) * (x - ax) for x, y in ends]
    return sides[0] * sides[1] < 0


def _meet(at: Spot, half: float, high: float, other: Bubble) -> bool:
    return (
        abs(at[0] - other.at[0]) < half + other.half + 0.25
        and abs(at[1] - other.at[1]) < high + other.high + 0.25
    )


def _grown_bounds(shape: BaseGeometry) -> tuple[float, float, float, float]:
    west, north, east, south = shape.bounds
    return (west - _BETWEEN_MM, north - _BETWEEN_MM, east + _BETWEEN_MM, south + _BETWEEN_MM)


def _touch(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] <= b[2] and b[0] <= a[2] and a[1] <= b[3] and b[1] <= a[3]
