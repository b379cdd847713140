"""What is closed from when to when, for whom: gates, ways and areas, with what opened them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from logistics.domain.setup import MODES
from logistics.errors import Invalid

KINDS: Final = ("gate", "way", "area")

Ring = tuple[tuple[float, float], ...]
"""Positions (lon, lat) in WGS 84; the last repeats the first."""
Polygon = tuple[Ring, ...]
"""The outline, then its holes."""


class ClosureEndsEarly(Invalid):
    """A closure, or what opens it, would end before it begins."""

    code = "closure.ends-early"


class ClosureInvalid(Invalid):
    """A closure names no mode of travel that there is, or closes nothing."""

    code = "closure.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """Somebody closed a gate, a way or an area; never edited, never deleted.

    Without modes it holds for all of them. Who carries one of the permits passes.
    """

    id: str
    district_id: str
    kind: str  # one of KINDS
    target: str  # id of the gate or way on the map; of an area its name
    since: datetime
    until: datetime | None  # None: while it lasts
    modes: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()
    shape: tuple[Polygon, ...] = ()  # of an area
    reason: str = ""
    actor: str = ""
    at: datetime | None = None  # when it was said; None: only supposed

    def __post_init__(self) -> None:
        _must_last(self.since, self.until)
        if self.kind not in KINDS or (self.kind == "area") != bool(self.shape):
            raise ClosureInvalid(
                field="kind", value=self.kind, mend="close a gate, a way, or an area by its shape"
            )
        if strange := sorted(set(self.modes) - set(MODES)):
            raise ClosureInvalid(
                field="mode", value=strange[0], mend=f"use of {', '.join(MODES)}, or none for all"
            )

    def stops(self, mode: str, permits: Iterable[str] = ()) -> bool:
        """Say whether who travels so, with these permits, is stopped."""
        concerned = not self.modes or mode in self.modes
        return concerned and not set(self.permits) & set(permits)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lift:
    """Somebody opened a closure from an instant on, for good or until another."""

    id: str
    closure_id: str
    since: datetime
    until: datetime | None
    reason: str
    actor: str
    at: datetime

    def __post_init__(self) -> None:
        _must_last(self.since, self.until)


def _must_last(since: datetime, until: datetime | None) -> None:
    if until is not None and until <= since:
        raise ClosureEndsEarly(
            field="until",
            value=until.isoformat(),
            since=since.isoformat(),
            mend="end it after it begins",
        )


@dataclass(frozen=True)
class ClosureBook:
    """All closures of a district, and all that opened them again."""

    closures: tuple[Closure, ...]
    lifts: tuple[Lift, ...] = ()

    @cached_property
    def _lifts_of(self) -> Mapping[str, tuple[Lift, ...]]:
        found: dict[str, list[Lift]] = defaultdict(list)
        for lift in self.lifts:
            found[lift.closure_id].append(lift)
        return {closure: tuple(lifts) for closure, lifts in found.items()}

    def lifts_of(self, closure: Closure) -> tuple[Lift, ...]:
        """List what opened a closure, in the order it was said."""
        return self._lifts_of.get(closure.id, ())

    def pieces(self, closure: Closure) -> tuple[Closure, ...]:
        """Cut a closure into the stretches of time in which it is in force, oldest first."""
        found = [closure]
        for lift in self.lifts_of(closure):
            found = [rest for piece in found for rest in _without(piece, lift)]
        return tuple(found)

    def in_force(self, at: datetime) -> tuple[Closure, ...]:
        """List the closures in force at an instant, the longest-standing first."""
        return tuple(
            closure
            for closure in self._ordered
            if any(_holds(piece, at) for piece in self.pieces(closure))
        )

    def during(self, since: datetime, until: datetime) -> tuple[Closure, ...]:
        """List the pieces of closures that are in force at some time of an interval."""
        return tuple(
            piece
            for closure in self._ordered
            for piece in self.pieces(closure)
            if piece.since < until and (piece.until is None or since < piece.until)
        )

    def of_target(self, kind: str, target: str) -> tuple[Closure, ...]:
        """List all closures that a gate or way ever had, oldest first."""
        return tuple(c for c in self._ordered if (c.kind, c.target) == (kind, target))

    def get(self, closure_id: str) -> Closure | None:
        """Find a closure by its id."""
        return next((closure for closure in self.closures if closure.id == closure_id), None)

    @cached_property
    def _ordered(self) -> tuple[Closure, ...]:
        return tuple(sorted(self.closures, key=lambda closure: (closure.since, closure.id)))


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosedGround:
    """What one traveller cannot pass: ids of gates and ways on the map, and areas."""

    gates: tuple[str, ...] = ()
    ways: tuple[str, ...] = ()
    areas: tuple[Polygon, ...] = ()


NOTHING_CLOSED: Final = ClosedGround()


def closed_to(pieces: Iterable[Closure], mode: str, permits: Iterable[str] = ()) -> ClosedGround:
    """Gather all that any of the closures keeps a traveller from, each once."""
    held = set(permits)
    mine = [piece for piece in pieces if piece.stops(mode, held)]
    named = {
        kind: tuple(sorted({one.target for one in mine if one.kind == kind})) for kind in KINDS
    }
    areas = dict.fromkeys(area for one in mine for area in one.shape)
    return ClosedGround(gates=named["gate"], ways=named["way"], areas=tuple(areas))


def changes_within(
    pieces: Iterable[Closure], since: datetime, until: datetime
) -> tuple[datetime, ...]:
    """List the instants inside an interval at which something closes or opens."""
    edges = {edge for piece in pieces for edge in (piece.since, piece.until) if edge is not None}
    return tuple(sorted(edge for edge in edges if since < edge < until))


def _holds(piece: Closure, at: datetime) -> bool:
    return piece.since <= at and (piece.until is None or at < piece.until)


def _without(piece: Closure, lift: Lift) -> list[Closure]:
    """Take the time of a lift out of a piece."""
    if piece.until is not None and piece.until <= lift.since:
        return [piece]
    if lift.until is not None and lift.until <= piece.since:
        return [piece]
    rest = []
    if piece.since < lift.since:
        rest.append(replace(piece, until=lift.since))
    if lift.until is not None and (piece.until is None or lift.until < piece.until):
        rest.append(replace(piece, since=lift.until))
    return rest
