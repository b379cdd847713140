"""What is closed, from when to when, for whom: at an instant, and as a history."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from itertools import pairwise

import shapely
from shapely.geometry import MultiPolygon, Polygon
from shapely.geometry.base import BaseGeometry

from geodata.district import District
from geodata.hours import Hours, stated_hours
from geodata.modes import MODES

TARGETS = ("gate", "way", "area")
_EAST, _NORTH = 180, 90


class ClosureRefused(ValueError):
    """A closure cannot be; ``facts`` name it, what was found and the mend."""

    def __init__(self, code: str, **facts: str) -> None:
        self.code = code
        self.facts = facts
        super().__init__(f"{code}: " + "; ".join(f"{k} {v}" for k, v in facts.items()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Shut:
    """What nobody passes: gates and ways by id, areas as polygons in WGS 84."""

    gates: frozenset[str] = frozenset()
    ways: frozenset[str] = frozenset()
    areas: tuple[Polygon, ...] = ()

    def __or__(self, other: "Shut") -> "Shut":
        """Close what either closes."""
        areas = dict.fromkeys((*self.areas, *other.areas))
        return Shut(
            gates=self.gates | other.gates, ways=self.ways | other.ways, areas=tuple(areas)
        )

    def __bool__(self) -> bool:
        """Tell whether anything is closed."""
        return bool(self.gates or self.ways or self.areas)

    @property
    def digest(self) -> str:
        """Hash of what is closed, whatever the order."""
        mark = hashlib.sha256(repr((sorted(self.gates), sorted(self.ways))).encode())
        for shape in sorted({shapely.to_wkb(shapely.normalize(area)) for area in self.areas}):
            mark.update(shape)
        return mark.hexdigest()


OPEN = Shut()


@dataclass(frozen=True, slots=True, kw_only=True)
class Closure:
    """A gate, way or area that is closed from one instant to another.

    Parameters
    ----------
    target
        ``gate:ID``, ``way:ID``, ``area`` or ``area:ID``. An area without a shape takes that of
        the compound or area of the district with this id.
    since, until
        Half open, ``since <= instant < until``; None is for ever.
    modes
        Modes of travel that it stops; empty for all.
    permits
        A traveller who holds one of them passes.

    Raises
    ------
    ClosureRefused
        If the target, the interval, a mode or the shape cannot be.
    """

    id: str
    target: str
    since: datetime | None = None
    until: datetime | None = None
    modes: frozenset[str] = frozenset()
    permits: frozenset[str] = frozenset()
    reason: str = ""
    shape: Polygon | MultiPolygon | None = None

    def __post_init__(self) -> None:
        _check_target(self)
        for name in ("since", "until"):
            _aware(getattr(self, name), closure=self.id, field=name)
        if self.since is not None and self.until is not None and self.until <= self.since:
            raise ClosureRefused(
                "map.closure-ends-early",
                closure=self.id,
                found=f"{self.since.isoformat()} to {self.until.isoformat()}",
                mend="let it end after it begins, or leave the end empty",
            )
        if unknown := self.modes - set(MODES):
            raise ClosureRefused(
                "map.closure-mode-unknown",
                closure=self.id,
                found=", ".join(sorted(unknown)),
                mend="use some of " + ", ".join(MODES) + ", or none for all",
            )
        if self.shape is not None:
            _check_shape(self.id, self.shape)

    @property
    def kind(self) -> str:
        """Say what is closed: gate, way or area."""
        return self.target.partition(":")[0]

    @property
    def place(self) -> str:
        """Name what is closed by its id in the district; empty for an unnamed area."""
        return self.target.partition(":")[2]

    def holds(
        self, instant: datetime, mode: str = "", permits: frozenset[str] = frozenset()
    ) -> bool:
        """Tell whether it stops a traveller at an instant; without a mode, any at all."""
        begun = self.since is None or self.since <= instant
        going_on = self.until is None or instant < self.until
        meant = not self.modes or not mode or mode in self.modes
        return begun and going_on and meant and not self.permits & permits


@dataclass(frozen=True, slots=True, kw_only=True)
class Spell:
    """A stretch of time in which a gate, way or area is closed by the same closures, or open.

    ``hours`` says that the opening hours of a gate close it. An open spell names no closures.
    """

    since: datetime
    until: datetime
    closures: tuple[str, ...] = ()
    hours: bool = False

    @property
    def closed(self) -> bool:
        """Tell whether it is closed, for some travellers at least."""
        return bool(self.closures) or self.hours


@dataclass(frozen=True)
class Closures:
    """Closures with the opening hours of a district's gates and ways; make it with :meth:`within`.

    Raises
    ------
    ClosureRefused
        If two closures share an id.
    """

    closures: tuple[Closure, ...] = ()
    hours: tuple[Hours, ...] = ()
    district_digest: str = ""

    def __post_init__(self) -> None:
        ids = [closure.id for closure in self.closures]
        if len(set(ids)) < len(ids):
            raise ClosureRefused(
                "map.closure-repeated",
                closure=min(i for i in ids if ids.count(i) > 1),
                mend="give each closure an id of its own",
            )

    def within(self, district: District) -> "Closures":
        """Check the targets against a district, find its areas and read its hours.

        Raises
        ------
        ClosureRefused
            If the district has no such gate, way or area.
        """
        if self.district_digest == district.digest:
            return self
        found = tuple(_placed(closure, district) for closure in self.closures)
        return Closures(found, stated_hours(district), district.digest)

    def at(self, instant: datetime, mode: str, permits: frozenset[str] = frozenset()) -> Shut:
        """Say what a traveller cannot pass at an instant, closed or outside its hours.

        Raises
        ------
        ClosureRefused
            If the instant has no time zone, or an area is closed by id and not yet found.
        """
        _aware(instant, field="instant")
        held = [one for one in self.closures if one.holds(instant, mode, permits)]
        outside = {hours.target for hours in self.hours if not hours.open_at(instant)}
        shut = [one.target for one in held] + sorted(outside)
        return Shut(
            gates=_named(shut, "gate"),
            ways=_named(shut, "way"),
            areas=tuple(
                dict.fromkeys(area for one in held if one.kind == "area" for area in _areas(one))
            ),
        )

    def changes(self, since: datetime, until: datetime) -> tuple[datetime, ...]:
        """List the instants with ``since < instant < until`` at which anything opens or closes.

        Raises
        ------
        ClosureRefused
            If an instant has no time zone or the span ends before it begins.
        """
        return _changes(self.closures, self.hours, since, until)

    def during(self, since: datetime, until: datetime, mode: str) -> Shut:
        """Say what a traveller cannot pass at some time of a span: the strictest of it."""
        shut = self.at(since, mode)
        for moment in self.changes(since, until):
            shut |= self.at(moment, mode)
        return shut

    def history(
        self,
        target: str,
        since: datetime,
        until: datetime,
        *,
        mode: str = "",
        permits: frozenset[str] = frozenset(),
    ) -> tuple[Spell, ...]:
        """Tell when a gate, way or area was open and closed, and by which closures.

        Parameters
        ----------
        target
            As in :class:`Closure`; ``area`` asks for all areas.
        mode, permits
            The traveller that is asked for; without a mode, whatever stops any.

        Raises
        ------
        ClosureRefused
            As :meth:`changes`; also if the target is of no known kind.
        """
        if target.partition(":")[0] not in TARGETS:
            raise _target_refused("", target)
        mine = tuple(c for c in self.closures if target in (c.target, c.kind))
        hours = tuple(h for h in self.hours if target == h.target)
        edges = (since, *_changes(mine, hours, since, until), until)
        spells: list[Spell] = []
        for begin, end in pairwise(edges):
            held = tuple(sorted(c.id for c in mine if c.holds(begin, mode, permits)))
            outside = any(not h.open_at(begin) for h in hours)
            spell = Spell(since=begin, until=end, closures=held, hours=outside)
            if spells and (spells[-1].closures, spells[-1].hours) == (held, outside):
                spell = replace(spell, since=spells.pop().since)
            spells.append(spell)
        return tuple(spells)


def _changes(
    closures: tuple[Closure, ...], hours: tuple[Hours, ...], since: datetime, until: datetime
) -> tuple[datetime, ...]:
    _aware(since, field="since")
    _aware(until, field="until")
    if until <= since:
        raise ClosureRefused(
            "map.span-ends-early",
            found=f"{since.isoformat()} to {until.isoformat()}",
            mend="let the span end after it begins",
        )
    edges = {
        edge.astimezone(UTC)
        for closure in closures
        for edge in (closure.since, closure.until)
        if edge is not None and since < edge < until
    }
    for one in hours:
        edges.update(one.changes(since, until))
    return tuple(sorted(edges))


def _placed(closure: Closure, district: District) -> Closure:
    """Check that the district has the target; give an area its shape."""
    if closure.kind == "area":
        return closure if closure.shape is not None else _shaped(closure, district)
    frame = district.gates if closure.kind == "gate" else district.ways
    if closure.place not in set(frame["id"]):
        raise ClosureRefused(
            "map.gate-unknown" if closure.kind == "gate" else "map.way-unknown",
            closure=closure.id,
            **{closure.kind: closure.place},
            mend=f"name a {closure.kind} of this district by its id",
        )
    return closure


def _shaped(closure: Closure, district: District) -> Closure:
    for layer in ("compounds", "areas"):
        frame = getattr(district, layer, None)
        if frame is None:
            continue
        shapes = frame.geometry[frame["id"] == closure.place].to_numpy()
        if len(shapes) and isinstance(shapes[0], Polygon | MultiPolygon):
            return replace(closure, shape=shapes[0])
    raise ClosureRefused(
        "map.area-unknown",
        closure=closure.id,
        area=closure.place,
        mend="give the area a shape, or name a compound or area of this district by its id",
    )


def _named(targets: Iterable[str], kind: str) -> frozenset[str]:
    parts = (target.partition(":") for target in targets)
    return frozenset(place for found, _, place in parts if found == kind)


def _areas(closure: Closure) -> Iterable[Polygon]:
    if closure.shape is None:
        raise ClosureRefused(
            "map.area-unplaced",
            closure=closure.id,
            area=closure.place,
            mend="call within(district) first, so that the area is found by its id",
        )
    return (part for part in shapely.get_parts(closure.shape).tolist())


def _check_target(closure: Closure) -> None:
    kind, colon, place = closure.target.partition(":")
    if kind not in TARGETS or bool(colon) != bool(place) or (kind != "area" and not place):
        raise _target_refused(closure.id, closure.target)
    if kind == "area" and not place and closure.shape is None:
        raise ClosureRefused(
            "map.area-shapeless",
            closure=closure.id,
            mend="give the area a shape, or name one of the district as area:ID",
        )
    if kind != "area" and closure.shape is not None:
        raise ClosureRefused(
            "map.shape-unwanted",
            closure=closure.id,
            found=closure.target,
            mend="give a shape to areas only",
        )


def _target_refused(closure: str, target: str) -> ClosureRefused:
    return ClosureRefused(
        "map.closure-target",
        closure=closure,
        found=target,
        mend="write gate:ID, way:ID, area or area:ID",
    )


def _check_shape(closure: str, shape: BaseGeometry) -> None:
    if shape.geom_type not in ("Polygon", "MultiPolygon") or shape.is_empty:
        raise ClosureRefused(
            "map.area-no-polygon",
            closure=closure,
            found=f"{'empty ' if shape.is_empty else ''}{shape.geom_type}",
            mend="draw the area as a polygon",
        )
    west, south, east, north = shape.bounds
    if not (-_EAST <= west <= east <= _EAST and -_NORTH <= south <= north <= _NORTH):
        raise ClosureRefused(
            "map.area-off-the-earth",
            closure=closure,
            found=f"{west}, {south} to {east}, {north}",
            mend="give lon, lat in degrees of WGS 84, in this order",
        )
    if not shape.is_valid:
        raise ClosureRefused(
            "map.area-crosses-itself",
            closure=closure,
            found=shapely.is_valid_reason(shape),
            mend="draw the outline so that it does not cross itself",
        )


def _aware(instant: datetime | None, **facts: str) -> None:
    if instant is not None and instant.utcoffset() is None:
        raise ClosureRefused(
            "map.time-naive",
            **facts,
            found=instant.isoformat(),
            mend="give the time with its zone, as in 2022-04-13T09:00+08:00",
        )


def outside_hours(district: District, span: tuple[datetime, datetime] | None) -> Shut:
    """Say which gates and ways their stated hours close at some time of a span."""
    return OPEN if span is None else Closures().within(district).during(*span, "foot")
