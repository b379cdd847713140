"""Roll calls in the database: who sent something, by what way before, and who was asked."""

from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.roll_call import Answer, How, Mark
from logistics.store.tables import household, household_list, roll_call_mark, run, triage


def sent(session: Session, run_id: str) -> frozenset[str]:
    """Return ids of households with a list in a run, or with a message that waits there."""
    lists = session.scalars(
        select(household_list.c.household_id).where(household_list.c.run_id == run_id).distinct()
    )
    waiting = session.scalars(
        select(household.c.id)
        .join(triage, triage.c.household_code == household.c.code)
        .where(triage.c.run_id == run_id)
        .distinct()
    )
    return frozenset(lists) | frozenset(waiting)


def last_channels(session: Session, district_id: str, *, except_run: str) -> dict[str, str]:
    """Say by which way each household's last list came, in any run but one."""
    newest = (
        select(func.max(household_list.c.id))  # ids are in the order of their birth
        .join(run, run.c.id == household_list.c.run_id)
        .where(run.c.district_id == district_id, household_list.c.run_id != except_run)
        .group_by(household_list.c.household_id)
    )
    rows = session.execute(
        select(household_list.c.household_id, household_list.c.channel).where(
            household_list.c.id.in_(newest)
        )
    )
    return {row.household_id: row.channel for row in rows}


def marks(session: Session, run_id: str) -> dict[str, tuple[Mark, ...]]:
    """Read all marks of a run by household, oldest first."""
    found: dict[str, list[Mark]] = {}
    rows = session.execute(
        select(roll_call_mark)
        .where(roll_call_mark.c.run_id == run_id)
        .order_by(roll_call_mark.c.seq)
    )
    for row in rows:
        found.setdefault(row.household_id, []).append(
            Mark(answer=Answer(row.answer), how=How(row.how), asked_at=row.asked_at,
                 asked_by=row.asked_by)
        )  # fmt: skip
    return {household_id: tuple(of_one) for household_id, of_one in found.items()}


def marks_of(session: Session, run_id: str, household_id: str) -> tuple[Mark, ...]:
    """Read the marks of one household in a run, oldest first."""
    rows = session.execute(
        select(roll_call_mark)
        .where(roll_call_mark.c.run_id == run_id, roll_call_mark.c.household_id == household_id)
        .order_by(roll_call_mark.c.seq)
    )
    return tuple(
        Mark(answer=Answer(row.answer), how=How(row.how), asked_at=row.asked_at,
             asked_by=row.asked_by)
        for row in rows
    )  # fmt: skip


def add(
    session: Session, run_id: str, household_id: str, mark: Mark, *, actor: str, at: datetime
) -> None:
    """Write a mark after all others."""
    session.execute(
        insert(roll_call_mark).values(
            id=new_id("rcm", at), run_id=run_id, household_id=household_id,
            answer=mark.answer.value, how=mark.how.value, asked_at=mark.asked_at,
            asked_by=mark.asked_by, actor=actor, at=at,
        )
    )  # fmt: skip


def has_list(session: Session, run_id: str, household_id: str) -> bool:
    """Say whether a household has a list in a run that it did not take back."""
    return bool(
        session.scalar(
            select(func.count())
            .select_from(household_list)
            .where(
                household_list.c.run_id == run_id,
                household_list.c.household_id == household_id,
                household_list.c.state != "cancelled",
            )
        )
    )
