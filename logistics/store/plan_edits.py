"""Locks of a run's drops, and shifts of a run, as rows."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.plan_edits import RunShift
from logistics.domain.plan_locks import PlanLock
from logistics.store.tables import plan_lock, run_shift


def locks(session: Session, run_id: str) -> tuple[PlanLock, ...]:
    """Read what is locked in a run, by stairwell and courier."""
    rows = session.execute(
        select(plan_lock)
        .where(plan_lock.c.run_id == run_id)
        .order_by(plan_lock.c.stairwell_id, plan_lock.c.courier_id, plan_lock.c.id)
    )
    return tuple(
        PlanLock(
            id=row.id,
            courier_id=row.courier_id,
            stairwell_id=row.stairwell_id,
            point_id=row.point_id,
            bag_ids=tuple(row.bag_ids),
            begin_s=row.begin_s,
        )
        for row in rows
    )


def add_locks(
    session: Session, run_id: str, made: Iterable[PlanLock], *, actor: str, at: datetime
) -> None:
    """Write locks of a run."""
    rows = [
        {
            "id": one.id,
            "run_id": run_id,
            "courier_id": one.courier_id,
            "stairwell_id": one.stairwell_id,
            "point_id": one.point_id,
            "bag_ids": list(one.bag_ids),
            "begin_s": one.begin_s,
            "actor": actor,
            "at": at,
        }
        for one in made
    ]
    if rows:
        session.execute(insert(plan_lock), rows)


def drop_locks(session: Session, run_id: str, lock_ids: Iterable[str]) -> None:
    """Take locks of a run away."""
    for lock_id in sorted(set(lock_ids)):
        session.execute(
            delete(plan_lock).where(plan_lock.c.run_id == run_id, plan_lock.c.id == lock_id)
        )


def shifts(session: Session, run_id: str) -> dict[str, RunShift]:
    """Read the hours that were changed for a run, by courier; what was said last holds."""
    rows = session.execute(
        select(run_shift).where(run_shift.c.run_id == run_id).order_by(run_shift.c.seq)
    )
    return {
        row.courier_id: RunShift(
            courier_id=row.courier_id,
            starts_s=row.starts_s,
            ends_s=row.ends_s,
            on_duty=row.on_duty,
            reason=row.reason,
        )
        for row in rows
    }


def add_shift(session: Session, run_id: str, made: RunShift, *, actor: str, at: datetime) -> None:
    """Write a courier's hours in a run."""
    session.execute(
        insert(run_shift).values(
            id=new_id("rs", at),
            run_id=run_id,
            courier_id=made.courier_id,
            starts_s=made.starts_s,
            ends_s=made.ends_s,
            on_duty=made.on_duty,
            reason=made.reason,
            actor=actor,
            at=at,
        )
    )
