"""Show zones at an instant, and how they came about (现在与历史): pure reading."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.setup import ZONES
from logistics.domain.zones import Span, Standing, ZoneStatement
from logistics.store import places, zones


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonedPlace:
    """A place with a zone of its own in force; an empty kind is the whole district."""

    code: str
    kind: str
    name_zh: str
    name_en: str
    statement: ZoneStatement


@dataclass(frozen=True, slots=True, kw_only=True)
class ZonesAt:
    """The zones of a district at an instant; the counts are by zone, inherited ones too."""

    at: datetime
    stated: tuple[ZonedPlace, ...]
    stairwells: Mapping[str, int]
    households: Mapping[str, int]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlaceZone:
    """The zone of one place at an instant, and the code of the place that it comes from."""

    code: str
    at: datetime
    standing: Standing
    stated_on: str  # empty where nobody said anything


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneHistory:
    """How the zone of a place was and will be, and all that was said about the place itself."""

    code: str
    spans: tuple[tuple[Span, str], ...]  # each with the code of the place that it comes from
    statements: tuple[ZoneStatement, ...]


def zones_at(session: Session, district_id: str, at: datetime) -> ZonesAt:
    """List the places with a zone of their own in force, by code, and count who lies in which."""
    area = places.district(session, district_id)
    book = zones.book(session, district_id)
    stated = []
    if own := book.own_at(None, at):
        stated.append(
            ZonedPlace(
                code=area.name, kind="", name_zh=area.name, name_en=area.name, statement=own
            )
        )
    for place in places.places(session, district_id):
        if own := book.own_at(place.id, at):
            names = {"name_zh": place.name_zh, "name_en": place.name_en}
            stated.append(ZonedPlace(code=place.code, kind=place.kind, statement=own, **names))
    ranks = book.ranks_at(at)
    stairwells = Counter(
        ZONES[ranks[one.id]] for one in places.places(session, district_id, "stairwell")
    )
    homes = Counter[str]()
    for stairwell, count in places.households_by_stairwell(session, district_id).items():
        homes[ZONES[ranks[stairwell]]] += count
    return ZonesAt(at=at, stated=tuple(stated), stairwells=stairwells, households=homes)


def zone_of(session: Session, district_id: str, place: str, at: datetime) -> PlaceZone:
    """Find the zone of one place at an instant.

    Raises
    ------
    PlaceUnknown
        If the district has no such place.
    """
    code, place_id = _place(session, district_id, place)
    standing = zones.book(session, district_id).standing(place_id, at)
    return PlaceZone(
        code=code, at=at, standing=standing, stated_on=_stated_on(session, district_id, standing)
    )


def zone_history(session: Session, district_id: str, place: str) -> ZoneHistory:
    """Tell how the zone of a place came about, with every statement that was ever made on it.

    Raises
    ------
    PlaceUnknown
        If the district has no such place.
    """
    code, place_id = _place(session, district_id, place)
    book = zones.book(session, district_id)
    own = None if place_id == district_id else place_id
    return ZoneHistory(
        code=code,
        spans=tuple(
            (span, _stated_on(session, district_id, span.standing))
            for span in book.history(place_id)
        ),
        statements=tuple(one for one in book.statements if one.place_id == own),
    )


def _place(session: Session, district_id: str, said: str) -> tuple[str, str]:
    """Give code and id of a place; the district itself stands outside all its places."""
    area = places.district(session, district_id)
    if said in (area.name, area.id):
        return area.name, area.id
    found = places.named(session, district_id, said)
    return found.code, found.id


def _stated_on(session: Session, district_id: str, standing: Standing) -> str:
    if standing.statement is None:
        return ""
    place_id = standing.statement.place_id
    if place_id is None:
        return places.district(session, district_id).name
    return places.place(session, place_id).code
