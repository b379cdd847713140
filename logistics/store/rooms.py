"""Households by their rooms, in stairwells that are known: by index, never the whole table."""

from collections.abc import Collection

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logistics.domain.places import Household
from logistics.store.tables import household


def by_code(session: Session, district_id: str, code: str) -> Household | None:
    """Find a household of a district by its code; None if there is none."""
    query = select(household).where(
        household.c.code == code, household.c.district_id == district_id
    )
    row = session.execute(query).mappings().one_or_none()
    return None if row is None else Household(**row)


def in_room(
    session: Session, stairwell_ids: Collection[str], room: str, limit: int
) -> tuple[Household, ...]:
    """Read the households behind a door in some stairwells; 501.2 lives behind 501, too."""
    return _read(
        session,
        stairwell_ids,
        limit,
        or_(household.c.room == room, household.c.room.startswith(f"{room}.", autoescape=True)),
    )


def in_stairwells(
    session: Session, stairwell_ids: Collection[str], limit: int
) -> tuple[Household, ...]:
    """Read the households of some stairwells, by code."""
    return _read(session, stairwell_ids, limit)


def _read(
    session: Session, stairwell_ids: Collection[str], limit: int, *conditions: object
) -> tuple[Household, ...]:
    query = select(household).where(household.c.stairwell_id.in_(list(stairwell_ids)))
    for condition in conditions:
        query = query.where(condition)  # type: ignore[arg-type]  # clauses of this module
    rows = session.execute(query.order_by(household.c.code).limit(limit)).mappings()
    return tuple(Household(**row) for row in rows)
