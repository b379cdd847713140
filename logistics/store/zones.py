"""What was said about zones: read as one book, only ever added to."""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.setup import ZoneSetup
from logistics.domain.zones import ZoneBook, ZoneStatement
from logistics.store.rows import Put
from logistics.store.tables import place, zone_statement

SETUP, DESK = "setup", "desk"


@dataclass(frozen=True, slots=True, kw_only=True)
class NewStatement:
    """A statement before it has its place in the record."""

    district_id: str
    place_id: str | None
    zone: str
    since: datetime
    until: datetime | None
    reason: str
    actor: str
    origin: str
    at: datetime


def book(session: Session, district_id: str) -> ZoneBook:
    """Read all that was ever said about a district's zones, and what lies in what."""
    rows = session.execute(
        select(zone_statement)
        .where(zone_statement.c.district_id == district_id)
        .order_by(zone_statement.c.seq)
    )
    parents = session.execute(
        select(place.c.id, place.c.parent_id).where(place.c.district_id == district_id)
    )
    return ZoneBook(
        {row.id: row.parent_id for row in parents},
        tuple(ZoneStatement(**row) for row in rows.mappings()),
    )


def say(session: Session, new: NewStatement) -> ZoneStatement:
    """Write a statement after all others."""
    ZoneStatement(seq=0, id="", **asdict(new))  # refuses what cannot be before it is written
    row = session.execute(
        insert(zone_statement)
        .values(id=new_id("zon", new.at), **asdict(new))
        .returning(zone_statement)
    ).mappings()
    return ZoneStatement(**row.one())


def say_setup(
    session: Session,
    district_id: str,
    given: Iterable[tuple[str, ZoneSetup]],
    *,
    actor: str,
    at: datetime,
) -> Put:
    """Write what a setup says about places, unless a setup said the very same last.

    Rows are taken by their start, so that of two on one place the later supersedes.

    Parameters
    ----------
    given
        Ids of places, with what is said of each.
    """
    said = {
        (one.place_id, one.since): (one.zone, one.until)
        for one in book(session, district_id).statements
        if one.origin == SETUP
    }
    added = changed = 0
    for place_id, row in sorted(given, key=lambda pair: (pair[1].since, pair[0])):
        known = said.get((place_id, row.since))
        if known == (row.zone, row.until):
            continue
        added, changed = added + (known is None), changed + (known is not None)
        say(
            session,
            NewStatement(
                district_id=district_id,
                place_id=place_id,
                zone=row.zone,
                since=row.since,
                until=row.until,
                reason="",
                actor=actor,
                origin=SETUP,
                at=at,
            ),
        )
    return Put(added, changed)
