"""State which zone a place is from when on (划定封控区、管控区、防范区), or that it has none."""

import logging
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.zones import INHERITED, Standing, ZoneStatement, zone_named
from logistics.store import audit, places, zones
from logistics.store.zones import DESK, NewStatement

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ZoneSet:
    """What a statement brought.

    ``before`` is the zone just before its start, ``after`` from its end on (None: it has none).
    ``superseded`` counts earlier statements about the place that no longer hold from its start.
    ``stairwells`` and ``households`` lie in the place and have no nearer zone of their own.
    """

    place: str
    statement: ZoneStatement
    before: Standing
    after: Standing | None
    superseded: int
    stairwells: int
    households: int


def set_zone(
    session: Session,
    district_id: str,
    place: str,
    zone: str,
    *,
    since: datetime,
    until: datetime | None = None,
    reason: str = "",
    actor: str,
    at: datetime,
) -> ZoneSet:
    """State the zone of a place and of all in it that has none of its own.

    From its start on nothing counts that was said earlier about the same place; it stays in the
    record.

    Parameters
    ----------
    place
        Code or id of a place, or the name of the district for all of it.
    zone
        ``sealed``, ``controlled`` or ``precaution``, or its Chinese name; ``inherited`` says that
        the place has no zone of its own from here on.

    Raises
    ------
    PlaceUnknown
        If the district has no such place.
    ZoneUnknown
        If there is no such zone.
    ZoneEndsEarly
        If it would end before it begins.
    """
    area = places.district(session, district_id)
    whole = place in (area.name, area.id)
    found = None if whole else places.named(session, district_id, place)
    place_id = None if found is None else found.id
    earlier = zones.book(session, district_id)
    said = zones.say(
        session,
        NewStatement(
            district_id=district_id,
            place_id=place_id,
            zone=INHERITED if zone == INHERITED else zone_named(zone),
            since=since,
            until=until,
            reason=reason,
            actor=actor,
            origin=DESK,
            at=at,
        ),
    )
    book = zones.book(session, district_id)
    asked = place_id or district_id
    stands = book.standing(asked, since)
    reached = {
        stairwell.id
        for stairwell in places.places(session, district_id, "stairwell")
        if place_id in book.line(stairwell.id) and book.standing(stairwell.id, since) == stands
    }
    homes = [home.stairwell_id for home in places.households(session, district_id)]
    done = ZoneSet(
        place=area.name if found is None else found.code,
        statement=said,
        before=earlier.standing(asked, since),
        after=None if until is None else book.standing(asked, until),
        superseded=sum(
            1
            for period in earlier.periods.get(place_id, ())
            if period.until is None or period.until > since
        ),
        stairwells=len(reached),
        households=sum(1 for stairwell_id in homes if stairwell_id in reached),
    )
    audit.record(
        session,
        actor=actor,
        command="zone.set",
        subject=asked,
        facts={"statement": said.id, "zone": said.zone, "households": done.households},
        at=at,
    )
    log.info("zone of %s: %s, statement %s", asked, said.zone, said.id)
    return done
