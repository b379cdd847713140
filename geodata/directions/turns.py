"""The steps of a way: where to turn, which gates to pass, and how far from one to the next."""

import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

from geodata.directions.signs import Signs
from geodata.directions.trails import Branches, Piece, Spot
from geodata.travel.network import Network

STRAIGHT_DEG, SLIGHT_DEG, TURN_DEG, U_TURN_DEG = 20.0, 40.0, 120.0, 170.0
"""Up to which change of direction a turn is none, slight, a turn, and sharp.

The first three are those of OSRM (``getTurnDirection``: 160-200, 140-160, 60-140 degrees between
both ways). OSRM turns around at 0 degrees alone; 170 is what earlier GraphHopper had, whose own
limits (``InstructionsHelper``) are near: 11, 46 and 103 degrees.
"""
LOOK_M = 10.0
"""Directions are taken over this stretch, so that kinks at junctions are no turns (as in OSRM)."""
WIGGLE_M = 15.0
"""Two turns nearer than this on a nameless link are one, or none (ours; OSRM looks 30 m ahead)."""
STUB_M = 8.0
"""A first stretch shorter than this is no direction to set out in (ours)."""
_FLAT_M = 0.5
_AHEAD_DEG = 30.0
_DOOR_M = 1.0
_TENTHS = 10
_THROUGH = 2
_SAME_DEG = 0.5

TURNS = (
    "straight",
    "slight_left",
    "slight_right",
    "turn_left",
    "turn_right",
    "sharp_left",
    "sharp_right",
    "u_turn",
)
KINDS = (
    "depart",
    *TURNS,
    "steps",
    "cross",
    "gate",
    "enter_compound",
    "leave_compound",
    "arrive",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One thing to do on the way, and how far it is from there to the next.

    Attributes
    ----------
    kind
        One of :data:`KINDS`.
    street
        Id of the way followed from here; of the one crossed, where the kind is ``cross``.
    way_kind
        What to call the way by (:data:`geodata.directions.signs.WAY_KINDS`); empty where none is
        followed.
    gate, compound
        Ids of the gate passed and of the compound entered or left.
    place
        Id of the stop, at ``depart`` and ``arrive``.
    angle_deg
        Change of direction, to the right positive.
    heading_deg
        Direction from here, clockwise from north.
    side
        At ``arrive``: ``left``, ``right`` or ``ahead``; empty where the door is on the way.
    distance_m, duration_s
        From here to the next step; at ``arrive``, the walk from the way to the door.
    """

    kind: str
    distance_m: int
    duration_s: int
    lon: float
    lat: float
    street: str = ""
    way_kind: str = ""
    gate: str = ""
    compound: str = ""
    place: str = ""
    angle_deg: int = 0
    heading_deg: int = 0
    side: str = ""


@dataclass(slots=True, kw_only=True)
class _Mark:
    """A step before it is known how far it reaches.

    It begins at the piece ``at``; the way to follow, and its direction, are those of ``follow``.
    """

    at: int
    kind: str
    angle: float = 0.0
    label: str = ""
    gate: str = ""
    compound: str = ""
    crossed: int = -1
    follow: int = 0

    def __post_init__(self) -> None:
        self.follow = self.follow or max(self.at, 1)


def turn_kind(angle_deg: float) -> str:
    """Name a change of direction, to the right positive, in degrees from -180 to 180."""
    size = abs(angle_deg)
    side = "right" if angle_deg > 0 else "left"
    if size <= STRAIGHT_DEG:
        return "straight"
    if size <= SLIGHT_DEG:
        return f"slight_{side}"
    if size <= TURN_DEG:
        return f"turn_{side}"
    return f"sharp_{side}" if size < U_TURN_DEG else "u_turn"


def find_steps(
    network: Network, pieces: Sequence[Piece], origin: str, target: str
) -> tuple[Step, ...]:
    """Tell the steps of a way in pieces; their lengths and times add up to those of the pieces.

    Times are rounded up from the start of the way, as that of the whole is.
    """
    trail = _Trail(network, pieces)
    marks = [_Mark(at=0, kind="depart", label=trail.label(1))]
    for number in range(2, len(pieces) - 1):
        marks += trail.marks_at(number, marks[-1].label)
    marks = _without_stub(_without_wiggles(marks, trail), trail)
    marks.append(_Mark(at=len(pieces) - 1, kind="arrive"))
    metres = [0, *accumulate(piece.length_m for piece in pieces)]
    tenths = [0, *accumulate(piece.time_ds for piece in pieces)]
    seconds = [-(-time // _TENTHS) for time in tenths]
    ends = [*(mark.at for mark in marks[1:]), len(pieces)]
    places = {"depart": origin, "arrive": target}
    return tuple(
        Step(
            kind=mark.kind,
            distance_m=metres[end] - metres[mark.at],
            duration_s=seconds[end] - seconds[mark.at],
            lon=pieces[mark.at].lonlat[0],
            lat=pieces[mark.at].lonlat[1],
            street=trail.street(mark),
            way_kind=trail.way_kind(mark),
            gate=mark.gate,
            compound=mark.compound,
            place=places.get(mark.kind, ""),
            angle_deg=round(mark.angle),
            heading_deg=trail.heading(mark),
            side=trail.side() if mark.kind == "arrive" else "",
        )
        for mark, end in zip(marks, ends, strict=True)
    )


class _Trail:
    """A way in pieces, looked at from its corners."""

    def __init__(self, network: Network, pieces: Sequence[Piece]) -> None:
        self.pieces = pieces
        self._gates = network.streets.gate_node
        self._signs = Signs.of(network.district)
        self._branches = Branches.of(network.streets)

    def label(self, number: int) -> str:
        return self._signs.label(self.pieces[number].way)

    def run_m(self, begin: int, end: int) -> int:
        return sum(piece.length_m for piece in self.pieces[begin:end])

    def crossed(self, mark: _Mark) -> str:
        return self._signs.label(mark.crossed)

    def street(self, mark: _Mark) -> str:
        if mark.kind == "arrive":
            return ""
        row = mark.crossed if mark.crossed >= 0 else self.pieces[mark.follow].way
        return self._signs.way_ids[row]

    def way_kind(self, mark: _Mark) -> str:
        if mark.kind == "arrive":
            return ""
        row = mark.crossed if mark.crossed >= 0 else self.pieces[mark.follow].way
        return self._signs.way_kind(row, self._middle(mark.follow))

    def heading(self, mark: _Mark) -> int:
        ahead = self._ahead(mark.follow)
        return round(_bearing(*ahead)) % 360 if ahead else 0

    def side(self) -> str:
        """Tell on which side the door is when one comes to the end of the way."""
        last = len(self.pieces) - 1
        walk = (self.pieces[last].begin, self.pieces[last].end)
        behind = self._behind(last)
        if math.dist(*walk) < _DOOR_M or behind is None:
            return ""
        angle = _change(_bearing(*behind), _bearing(*walk))
        if abs(angle) <= _AHEAD_DEG:
            return "ahead"
        return "right" if angle > 0 else "left"

    def marks_at(self, number: int, current: str) -> Iterator[_Mark]:
        """List what is to be done where a piece begins.

        Parameters
        ----------
        current
            Label of the way that the walker was last told to follow.
        """
        piece, label = self.pieces[number], self.label(number)
        if (
            label == current == self.label(number - 1)
            and piece.node not in self._gates
            and self._branches.count(piece.node) <= _THROUGH
        ):
            return  # nothing to decide: most corners are only bends
        angle = self._angle(number)
        if gate := self._gates.get(piece.node, ""):
            kind, compound = self._crossing(number, self._signs.gate_compound.get(gate, ""))
            yield _Mark(at=number, kind=kind, label=label, gate=gate, compound=compound)
            current = label  # a gate is told anyway, and with it the way behind it
        others = self._others(number)
        if (kind := self._turn(number, current, angle, others)) and not (
            gate and kind == "straight"
        ):
            yield _Mark(at=number, kind=kind, angle=angle, label=label)
        elif (crossed := self._crossed(number, angle, others)) >= 0:
            yield _Mark(at=number, kind="cross", label=current, crossed=crossed)

    def _turn(
        self, number: int, current: str, angle: float, others: list[tuple[int, float]]
    ) -> str:
        """Name the turn where it has to be told, empty where it goes without saying."""
        row, before = self.pieces[number].way, self.pieces[number - 1].way
        label, kind = self._signs.label(row), turn_kind(angle)
        if self._signs.is_steps(row) != self._signs.is_steps(before):
            return "steps" if self._signs.is_steps(row) else kind
        renamed = label != current and self._signs.named(row)
        if abs(angle) > SLIGHT_DEG:
            return kind if others or renamed else ""
        if kind == "straight":
            return kind if renamed else ""
        straighter = any(abs(other) < abs(angle) for _, other in others)
        return kind if renamed or straighter else ""

    def _crossed(self, number: int, angle: float, others: list[tuple[int, float]]) -> int:
        """Find the named street that a nameless way crosses here, -1 if it crosses none."""
        signs = self._signs
        on = (self.pieces[number - 1].way, self.pieces[number].way)
        if abs(angle) > SLIGHT_DEG or any(signs.named(row) for row in on):
            return -1
        roads = [(row, other) for row, other in others if signs.is_named_road(row)]
        if any(a > 0 for _, a in roads) and any(a < 0 for _, a in roads):
            return roads[0][0]
        return -1

    def _crossing(self, number: int, compound: str) -> tuple[str, str]:
        """Tell whether a gate is passed on the way in or out of its compound."""
        before = compound in self._signs.compounds_at(self._middle(number - 1))
        after = compound in self._signs.compounds_at(self._middle(number))
        if before == after:
            return "gate", compound
        return ("enter_compound" if after else "leave_compound"), compound

    def _others(self, number: int) -> list[tuple[int, float]]:
        """List the ways that one could also take here, each with its change of direction."""
        behind = self._behind(number)
        node = self.pieces[number].node
        if behind is None or node < 0:
            return []
        spot = self.pieces[number].begin
        direction = _bearing(*behind)
        taken = [
            _bearing(spot, self.pieces[number - 1].begin),
            _bearing(spot, self.pieces[number].end),
        ]
        found = []
        for row, far in self._branches.at(node):
            bearing = _bearing(spot, far)
            if all(abs(_change(bearing, mine)) > _SAME_DEG for mine in taken):
                found.append((row, _change(direction, bearing)))
        return found

    def _angle(self, number: int) -> float:
        behind, ahead = self._behind(number), self._ahead(number)
        if behind is None or ahead is None:
            return 0.0
        return _change(_bearing(*behind), _bearing(*ahead))

    def _behind(self, number: int) -> tuple[Spot, Spot] | None:
        """Give the last stretch before a piece begins, on the way; None if there is none."""
        spots = (self.pieces[n].begin for n in range(number - 1, 0, -1))
        begin = self.pieces[number].begin
        far = _reach(begin, spots)
        return None if far is None else (far, begin)

    def _ahead(self, number: int) -> tuple[Spot, Spot] | None:
        spots = (self.pieces[n].end for n in range(number, len(self.pieces) - 1))
        begin = self.pieces[number].begin
        far = _reach(begin, spots)
        return None if far is None else (begin, far)

    def _middle(self, number: int) -> Spot:
        begin = self.pieces[number].lonlat
        end = self.pieces[min(number + 1, len(self.pieces) - 1)].lonlat
        return ((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2)


def _without_wiggles(marks: list[_Mark], trail: _Trail) -> list[_Mark]:
    """Make one turn, or none, of those that short links join, and one of a street's two lanes."""
    kept = marks[:1]
    for mark in marks[1:]:
        last = kept[-1]
        if mark.kind == last.kind == "cross" and trail.crossed(mark) == trail.crossed(last):
            continue
        kept.append(mark)
        if len(kept) > 1 and _is_wiggle(last, mark, trail):
            kept[-2:] = _joined(last, mark, kept[-3].label)
    return kept


def _joined(one: _Mark, two: _Mark, before: str) -> list[_Mark]:
    """Turn once for two turns, or not at all where nobody would notice."""
    angle = _wrapped(one.angle + two.angle)
    kind = turn_kind(angle)
    if kind == "straight" and (two.label == before or two.label.startswith("(")):
        return []
    return [_Mark(at=one.at, kind=kind, angle=angle, label=two.label, follow=two.at)]


def _is_wiggle(one: _Mark, two: _Mark, trail: _Trail) -> bool:
    if one.kind not in TURNS or two.kind not in TURNS:
        return False
    link = one.label.startswith("(") or abs(one.angle) <= SLIGHT_DEG
    near = trail.run_m(one.at, two.at) < WIGGLE_M
    return near and link and abs(one.angle + two.angle) <= TURN_DEG


def _without_stub(marks: list[_Mark], trail: _Trail) -> list[_Mark]:
    """Set out in the direction of the first stretch that is more than a stub."""
    while len(marks) > 1 and marks[1].kind in TURNS and trail.run_m(1, marks[1].at) < STUB_M:
        first = marks[1]
        marks = [_Mark(at=0, kind="depart", label=first.label, follow=first.follow), *marks[2:]]
    return marks


def _reach(begin: Spot, spots: Iterable[Spot]) -> Spot | None:
    """Go along spots for :data:`LOOK_M`; None if they are all where one begins."""
    left, here = LOOK_M, begin
    for spot in spots:
        length = math.dist(here, spot)
        if length >= left:
            share = left / length
            return (here[0] + share * (spot[0] - here[0]), here[1] + share * (spot[1] - here[1]))
        left, here = left - length, spot
    return here if math.dist(begin, here) >= _FLAT_M else None


def _bearing(a: Spot, b: Spot) -> float:
    return math.degrees(math.atan2(b[0] - a[0], b[1] - a[1]))


def _change(before: float, after: float) -> float:
    return _wrapped(after - before)


def _wrapped(angle: float) -> float:
    return (angle + 180.0) % 360.0 - 180.0
