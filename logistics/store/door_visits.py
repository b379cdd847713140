"""What leaders met at doors, in the database."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.door_visits import DoorAnswer, DoorVisit
from logistics.domain.ids import new_id
from logistics.store.tables import door_visit


def digest_of(session: Session, key: str) -> str | None:
    """Find what was said under a key, as its digest."""
    return session.scalar(select(door_visit.c.digest).where(door_visit.c.key == key))


def add(
    session: Session,
    new: DoorVisit,
    *,
    run_id: str,
    household_id: str,
    actor: str,
    recorded_at: datetime,
) -> None:
    """Write what was met."""
    session.execute(
        insert(door_visit).values(
            id=new_id("dv", recorded_at),
            key=new.key,
            digest=new.digest(run_id, household_id),
            run_id=run_id,
            household_id=household_id,
            answer=new.answer.value,
            note=new.note,
            actor=actor,
            at=new.at,
            recorded_at=recorded_at,
        )
    )


def last_of(session: Session, run_id: str, household_ids: Collection[str]) -> dict[str, DoorVisit]:
    """Read what was met last at each door of a run; mistakes are left out."""
    rows = session.execute(
        select(door_visit)
        .where(door_visit.c.household_id.in_(list(household_ids)), door_visit.c.run_id == run_id)
        .order_by(door_visit.c.at, door_visit.c.seq)
    )
    found = {
        row.household_id: DoorVisit(
            key=row.key, answer=DoorAnswer(row.answer), at=row.at, note=row.note
        )
        for row in rows
    }
    return {home: one for home, one in found.items() if one.answer is not DoorAnswer.MISTAKE}
