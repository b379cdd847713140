"""Read what a district's map shows at an instant, and the tracks of a run (看地图)."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from shapely.geometry import Polygon
from sqlalchemy.orm import Session

from geodata.district import District, DistrictUnreadable, read_district
from logistics.domain.closures import ClosureBook
from logistics.domain.setup import ZONES
from logistics.domain.zones import ZoneBook
from logistics.errors import Invalid
from logistics.store import closures, places, zones


class MapUnreadable(Invalid):
    """The folder of a district's map is missing or damaged."""

    code = "map.folder-unreadable"


@dataclass(frozen=True, slots=True, kw_only=True)
class MapAt:
    """What stands over a district's map at an instant, by ids of the map.

    ``gates``, ``ways`` and ``areas`` are closed to at least some; so a drawing takes it as what
    is closed.
    """

    folder: str
    at: datetime
    zones: dict[str, str]
    gates: frozenset[str]
    ways: frozenset[str]
    areas: tuple[Polygon, ...]


def map_at(session: Session, district_id: str, at: datetime) -> MapAt:
    """Read zones and closures of a district at an instant.

    Raises
    ------
    DistrictUnknown
        If none has this id.
    """
    area = places.district(session, district_id)
    book: ClosureBook = closures.book(session, area.id)
    closed = book.in_force(at)
    return MapAt(
        folder=area.folder,
        at=at,
        zones=_zones(session, area.id, at),
        gates=frozenset(one.target for one in closed if one.kind == "gate"),
        ways=frozenset(one.target for one in closed if one.kind == "way"),
        areas=tuple(Polygon(polygon[0], polygon[1:]) for one in closed for polygon in one.shape),
    )


def read_map(folder: str) -> District:
    """Read a district's map.

    Raises
    ------
    MapUnreadable
        If its folder is missing or damaged.
    """
    try:
        return read_district(Path(folder))
    except DistrictUnreadable as fault:
        mend = str(fault.facts.get("mend", "import the district again"))
        raise MapUnreadable(found=fault.code, mend=mend) from fault


def _zones(session: Session, district_id: str, at: datetime) -> dict[str, str]:
    """Name the zone of each compound that has one, and of buildings that differ from theirs."""
    book: ZoneBook = zones.book(session, district_id)
    ranks = book.ranks_at(at)
    found = {}
    for place in places.places(session, district_id):
        above = ranks.get(place.parent_id, 0) if place.parent_id else 0
        told = ranks[place.id] or book.own_at(place.id, at) is not None
        if (place.kind == "compound" and told) or (
            place.kind == "building" and ranks[place.id] != above
        ):
            found[place.id.removeprefix(f"{district_id}/")] = ZONES[ranks[place.id]]
    return found
