"""Close a gate, a way or an area from when to when, and open it again (封闭与开放)."""

import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.district import DistrictUnreadable, read_district
from logistics.domain.closures import Closure, ClosureBook, Lift, Polygon
from logistics.domain.ids import new_id
from logistics.domain.places import District, Place
from logistics.errors import Conflict, Invalid, NotFound
from logistics.store import audit, closures, places

log = logging.getLogger(__name__)

_NEAR_DEGREES = 0.05  # about 5 km: an area this far from every place closes nothing


class WayUnknown(NotFound):
    """The district's map has no way with this id or name."""

    code = "way.unknown"


class ClosureUnknown(NotFound):
    """No closure of the district has this id."""

    code = "closure.unknown"


class NotClosed(Conflict):
    """Nothing is closed there, now or later, so nothing can be opened."""

    code = "closure.none-to-open"


class AreaElsewhere(Invalid):
    """The area lies far from the district: likely its positions are swapped, or of another datum.

    Positions are lon, lat in WGS 84.
    """

    code = "closure.area-elsewhere"


class ClosureMapUnreadable(Invalid):
    """The district's map, which names its ways, cannot be read."""

    code = "closure.map-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """From when to when to close or open, for whom and why."""

    since: datetime
    until: datetime | None = None
    modes: tuple[str, ...] = ()
    permits: tuple[str, ...] = ()
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class GateHistory:
    """A gate as its map has it, and all that was closed and opened there, oldest first."""

    code: str
    gate: str  # id on the map
    open_on_map: bool
    closures: tuple[Closure, ...]
    pieces: tuple[Closure, ...]  # what of them is or was in force
    lifts: tuple[Lift, ...]


def close_gate(
    session: Session, district_id: str, gate: str, wish: Wish, *, actor: str, at: datetime
) -> Closure:
    """Close a gate.

    Raises
    ------
    PlaceUnknown
        If the district has no gate with this code or id.
    ClosureEndsEarly
        If it would open before it closes.
    ClosureInvalid
        If a mode is unknown.
    """
    found = places.named(session, district_id, gate, "gate")
    return _close(session, district_id, "gate", _map_id(found), wish, actor=actor, at=at)


def close_ways(
    session: Session, district_id: str, way: str, wish: Wish, *, actor: str, at: datetime
) -> tuple[Closure, ...]:
    """Close a way by its id on the map, or all ways that bear a name.

    Raises
    ------
    WayUnknown
        If the map has none.
    ClosureMapUnreadable
        If the map cannot be read.
    ClosureEndsEarly, ClosureInvalid
        As :func:`close_gate`.
    """
    ids = ways_named(places.district(session, district_id), way)
    return tuple(_close(session, district_id, "way", one, wish, actor=actor, at=at) for one in ids)


def close_area(
    session: Session,
    district_id: str,
    name: str,
    shape: tuple[Polygon, ...],
    wish: Wish,
    *,
    actor: str,
    at: datetime,
) -> Closure:
    """Close all that lies in an area, and every way through it.

    Raises
    ------
    AreaElsewhere
        If it lies far from every place of the district.
    ClosureEndsEarly, ClosureInvalid
        As :func:`close_gate`.
    """
    _must_be_near(session, district_id, shape)
    return _close(session, district_id, "area", name, wish, shape=shape, actor=actor, at=at)


def open_gate(
    session: Session, district_id: str, gate: str, wish: Wish, *, actor: str, at: datetime
) -> tuple[Closure, ...]:
    """Open a gate: every closure of it ends at ``since``, or pauses until ``until``.

    Raises
    ------
    PlaceUnknown
        If the district has no such gate.
    NotClosed
        If nothing closes it after ``since``; the facts say whether its map does.
    """
    found = places.named(session, district_id, gate, "gate")
    book = closures.book(session, district_id)
    mine = _lasting(book, book.of_target("gate", _map_id(found)), wish.since)
    if not mine:
        raise NotClosed(
            gate=found.code,
            on_map="open" if found.open else "closed",
            mend="nothing to do" if found.open else "mark the gate as open on the map",
        )
    for closure in mine:
        _lift(session, closure, wish, actor=actor, at=at)
    return mine


def lift_closure(
    session: Session, district_id: str, closure_id: str, wish: Wish, *, actor: str, at: datetime
) -> Closure:
    """End one closure at ``since``, or pause it until ``until``.

    Raises
    ------
    ClosureUnknown
        If the district has none with this id.
    NotClosed
        If it is not in force after ``since`` anyway.
    """
    book = closures.book(session, district_id)
    found = book.get(closure_id)
    if found is None:
        raise ClosureUnknown(closure=closure_id[:64], mend="supplyloop closure list")
    if not _lasting(book, (found,), wish.since):
        raise NotClosed(closure=closure_id, mend="supplyloop closure list")
    _lift(session, found, wish, actor=actor, at=at)
    return found


def closures_at(
    session: Session, district_id: str, at: datetime | None
) -> tuple[tuple[Closure, str], ...]:
    """List the closures in force at an instant, or all; each with the code of its gate."""
    book = closures.book(session, district_id)
    found = book.closures if at is None else book.in_force(at)
    codes = {_map_id(gate): gate.code for gate in places.places(session, district_id, "gate")}
    return tuple(
        (one, codes.get(one.target, one.target) if one.kind == "gate" else one.target)
        for one in found
    )


def gate_history(session: Session, district_id: str, gate: str) -> GateHistory:
    """Tell all that was ever said about a gate.

    Raises
    ------
    PlaceUnknown
        If the district has no such gate.
    """
    found = places.named(session, district_id, gate, "gate")
    book = closures.book(session, district_id)
    mine = book.of_target("gate", _map_id(found))
    return GateHistory(
        code=found.code,
        gate=_map_id(found),
        open_on_map=found.open,
        closures=mine,
        pieces=tuple(piece for closure in mine for piece in book.pieces(closure)),
        lifts=tuple(lift for closure in mine for lift in book.lifts_of(closure)),
    )


def ways_named(area: District, said: str) -> tuple[str, ...]:
    """Find a way by its id on the map, or all ways of a name.

    Raises
    ------
    WayUnknown
        If the map has none.
    ClosureMapUnreadable
        If the map cannot be read.
    """
    try:
        ways = read_district(Path(area.folder)).ways
    except (DistrictUnreadable, OSError) as fault:
        raise ClosureMapUnreadable(
            folder=area.folder, mend="import the district again with supplyloop district import"
        ) from fault
    for column in ("id", "name_zh", "name_en", "name"):
        if column in ways.columns and len(found := ways.loc[ways[column] == said, "id"]):
            return tuple(sorted(map(str, found)))
    raise WayUnknown(field="way", value=said[:64], mend="give the id or name of a way on the map")


def _map_id(gate: Place) -> str:
    return gate.id.removeprefix(f"{gate.district_id}/")


def _close(
    session: Session,
    district_id: str,
    kind: str,
    target: str,
    wish: Wish,
    *,
    shape: tuple[Polygon, ...] = (),
    actor: str,
    at: datetime,
) -> Closure:
    made = Closure(
        id=new_id("clo", at),
        district_id=district_id,
        kind=kind,
        target=target,
        since=wish.since,
        until=wish.until,
        modes=tuple(sorted(set(wish.modes))),
        permits=tuple(sorted(set(wish.permits))),
        shape=shape,
        reason=wish.reason,
        actor=actor,
        at=at,
    )
    closures.close(session, made)
    facts = {"closure": made.id, "kind": kind}
    _record(session, made, f"{kind}.close", facts, actor=actor, at=at)
    return made


def _lift(session: Session, closure: Closure, wish: Wish, *, actor: str, at: datetime) -> None:
    made = Lift(
        id=new_id("lif", at),
        closure_id=closure.id,
        since=wish.since,
        until=wish.until,
        reason=wish.reason,
        actor=actor,
        at=at,
    )
    closures.lift(session, made)
    facts = {"closure": closure.id, "lift": made.id}
    _record(session, closure, f"{closure.kind}.open", facts, actor=actor, at=at)


def _record(
    session: Session,
    closure: Closure,
    command: str,
    facts: dict[str, str],
    *,
    actor: str,
    at: datetime,
) -> None:
    audit.record(session, actor=actor, command=command, subject=closure.id, facts=facts, at=at)
    log.info("%s: %s", command, closure.id)


def _lasting(book: ClosureBook, found: Sequence[Closure], since: datetime) -> tuple[Closure, ...]:
    """Keep the closures that are in force at some time after an instant."""
    return tuple(
        closure
        for closure in found
        if any(piece.until is None or piece.until > since for piece in book.pieces(closure))
    )


def _must_be_near(session: Session, district_id: str, shape: tuple[Polygon, ...]) -> None:
    spots = places.places(session, district_id)
    if not spots:
        return
    lons, lats = [spot.lon for spot in spots], [spot.lat for spot in spots]
    near = any(
        _overlap([lon for lon, _ in rings[0]], lons)
        and _overlap([lat for _, lat in rings[0]], lats)
        for rings in shape
    )
    if not near:
        lon, lat = shape[0][0][0]
        raise AreaElsewhere(
            lon=f"{lon:.5f}",
            lat=f"{lat:.5f}",
            district=f"{min(lons):.5f}, {min(lats):.5f} to {max(lons):.5f}, {max(lats):.5f}",
            mend="give positions as lon, lat in WGS 84",
        )


def _overlap(some: Sequence[float], others: Sequence[float]) -> bool:
    return min(some) <= max(others) + _NEAR_DEGREES and min(others) - _NEAR_DEGREES <= max(some)
