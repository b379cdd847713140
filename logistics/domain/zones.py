"""Which zone a place lies in at an instant: statements over time, inherited downwards."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cached_property
from typing import Final

from logistics.domain.setup import ZONES
from logistics.errors import Invalid

INHERITED: Final = "inherited"
"""Says that from here on a place has no zone of its own: what lies above it counts again."""

_SAID: Final = {
    "封控": "sealed",
    "封控区": "sealed",
    "管控": "controlled",
    "管控区": "controlled",
    "防范": "precaution",
    "防范区": "precaution",
}


class ZoneUnknown(Invalid):
    """There is no such zone."""

    code = "zone.unknown"


class ZoneEndsEarly(Invalid):
    """A zone would end before it begins."""

    code = "zone.ends-early"


def zone_named(said: str) -> str:
    """Name a zone as the record does: ``sealed`` for 封控区 and for ``Sealed``.

    Raises
    ------
    ZoneUnknown
        If it is neither one of :data:`ZONES` nor its Chinese name.
    """
    word = said.strip()
    zone = _SAID.get(word, word.lower())
    if zone not in ZONES:
        raise ZoneUnknown(field="zone", value=said[:40], mend=f"use one of {', '.join(ZONES)}")
    return zone


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneStatement:
    """Somebody said which zone a place is from an instant on; never edited, never deleted.

    ``seq`` orders statements as they were made. ``place_id`` None is the whole district.
    """

    seq: int
    id: str
    district_id: str
    place_id: str | None
    zone: str  # one of ZONES, or INHERITED
    since: datetime
    until: datetime | None  # None: while it lasts
    reason: str
    actor: str
    origin: str  # setup or desk
    at: datetime

    def __post_init__(self) -> None:
        if self.zone not in (*ZONES, INHERITED):
            raise ZoneUnknown(field="zone", value=self.zone, mend=f"use one of {', '.join(ZONES)}")
        if self.until is not None and self.until <= self.since:
            raise ZoneEndsEarly(
                field="until",
                value=self.until.isoformat(),
                since=self.since.isoformat(),
                mend="end the zone after it begins",
            )


@dataclass(frozen=True, slots=True, kw_only=True)
class OwnPeriod:
    """What one statement still holds after those that were made later."""

    since: datetime
    until: datetime | None
    statement: ZoneStatement

    def holds_at(self, at: datetime) -> bool:
        """Say whether the zone is in force at an instant; the end is no longer part of it."""
        return self.since <= at and (self.until is None or at < self.until)


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """The zone of a place at an instant, and which statement about what place makes it so.

    Without a statement nobody ever said anything: rank 0, precaution.
    """

    zone: str
    statement: ZoneStatement | None

    @property
    def rank(self) -> int:
        """Place of the zone in :data:`ZONES`, the cleanest first."""
        return ZONES.index(self.zone)


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A stretch of time in which one statement made the zone of a place."""

    since: datetime | None  # None: as far back as anybody knows
    until: datetime | None
    standing: Standing


def fold(periods: Sequence[OwnPeriod], new: ZoneStatement) -> tuple[OwnPeriod, ...]:
    """Add a statement to what a place's earlier ones hold: it supersedes them from its start.

    Notes
    -----
    The rule is ours: whoever speaks last knows of what was said before, so from the start of a
    statement on nothing said earlier counts, not even after its end. What came before its start
    stays as it was.
    """
    kept = [
        period
        if period.until is not None and period.until <= new.since
        else replace(period, until=new.since)
        for period in periods
        if period.since < new.since
    ]
    if new.zone != INHERITED:
        kept.append(OwnPeriod(since=new.since, until=new.until, statement=new))
    return tuple(kept)


@dataclass(frozen=True)
class ZoneBook:
    """All statements about a district's places, with who lies in whom.

    Parameters
    ----------
    parents
        The parent of each place of the district; None directly under the district.
    """

    parents: Mapping[str, str | None]
    statements: tuple[ZoneStatement, ...]

    @cached_property
    def periods(self) -> Mapping[str | None, tuple[OwnPeriod, ...]]:
        """What is in force of each place's own statements, by time; None is the district."""
        found: dict[str | None, tuple[OwnPeriod, ...]] = defaultdict(tuple)
        for statement in sorted(self.statements, key=lambda one: one.seq):
            found[statement.place_id] = fold(found[statement.place_id], statement)
        return dict(found)

    def own_at(self, place_id: str | None, at: datetime) -> ZoneStatement | None:
        """Return the place's own statement in force at an instant."""
        held = (p for p in self.periods.get(place_id, ()) if p.holds_at(at))
        return next((period.statement for period in held), None)

    def standing(self, place_id: str, at: datetime) -> Standing:
        """Find the zone of a place: of itself and all it lies in, the nearest that has one."""
        for place in self.line(place_id):
            if statement := self.own_at(place, at):
                return Standing(zone=statement.zone, statement=statement)
        return Standing(zone=ZONES[0], statement=None)

    def line(self, place_id: str | None) -> tuple[str | None, ...]:
        """List a place and what it lies in, from the inside out; the district is None."""
        found: list[str | None] = []
        seen = place_id
        while seen is not None and seen not in found:
            found.append(seen)
            seen = self.parents.get(seen)
        return (*found, None)

    def ranks_at(self, at: datetime) -> dict[str, int]:
        """Rank every place by its zone at an instant: 0 cleanest, 2 sealed."""
        own = {place: self.own_at(place, at) for place in self.periods}
        ranked: dict[str | None, int] = {None: _rank(own.get(None), 0)}
        return {place: self._rank_of(place, own, ranked) for place in self.parents}

    def ranks_during(self, since: datetime, until: datetime) -> dict[str, int]:
        """Rank every place by the strictest zone that it has in an interval."""
        ranks = self.ranks_at(since)
        for moment in self.changes(since, until):
            for place, rank in self.ranks_at(moment).items():
                ranks[place] = max(ranks[place], rank)
        return ranks

    def changes(self, since: datetime, until: datetime) -> tuple[datetime, ...]:
        """List the instants inside an interval at which some place's own zone changes."""
        return _inside(_edges(self.periods.values()), since, until)

    def history(self, place_id: str) -> tuple[Span, ...]:
        """Tell how the zone of a place was and will be, inherited ones too, oldest first."""
        edges = sorted(set(_edges(self.periods.get(place, ()) for place in self.line(place_id))))
        spans: list[Span] = []
        nobody = Standing(zone=ZONES[0], statement=None)
        for since, until in zip([None, *edges], [*edges, None], strict=True):
            standing = nobody if since is None else self.standing(place_id, since)
            if spans and spans[-1].standing == standing:
                spans[-1] = replace(spans[-1], until=until)
            else:
                spans.append(Span(since=since, until=until, standing=standing))
        return tuple(spans)

    def saying(self, statements: Iterable[ZoneStatement]) -> "ZoneBook":
        """Make the book in which these were said too, after all others."""
        last = max((one.seq for one in self.statements), default=0)
        further = (replace(one, seq=last + n) for n, one in enumerate(statements, start=1))
        return ZoneBook(self.parents, (*self.statements, *further))

    def _rank_of(
        self,
        place: str | None,
        own: Mapping[str | None, ZoneStatement | None],
        ranked: dict[str | None, int],
    ) -> int:
        unknown: list[str | None] = []
        for step in self.line(place):
            if step in ranked:
                break
            unknown.append(step)
        rank = ranked[step]
        for inner in reversed(unknown):
            rank = ranked[inner] = _rank(own.get(inner), rank)
        return rank


def _rank(statement: ZoneStatement | None, otherwise: int) -> int:
    return otherwise if statement is None else ZONES.index(statement.zone)


def _edges(lines: Iterable[Iterable[OwnPeriod]]) -> list[datetime]:
    return [
        edge
        for periods in lines
        for period in periods
        for edge in (period.since, period.until)
        if edge is not None
    ]


def _inside(edges: Iterable[datetime], since: datetime, until: datetime) -> tuple[datetime, ...]:
    return tuple(sorted({edge for edge in edges if since < edge < until}))
