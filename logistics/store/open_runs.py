"""Which run takes a list that comes in now."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.store import runs
from logistics.store.tables import run


def next_cut_off(
    session: Session, district_id: str, at: datetime, *, hold: bool = False
) -> Run | None:
    """Find the open run of a district that is cut off first after an instant; None if none is.

    With ``hold`` it is kept from moving on until the transaction ends; who had to wait for one
    that moved on meanwhile gets None, though another may be open.
    """
    query = (
        select(run)
        .where(
            run.c.district_id == district_id,
            run.c.state == RunState.OPEN.value,
            run.c.cutoff_at > at,
        )
        .order_by(run.c.cutoff_at, run.c.id)
        .limit(1)
    )
    if hold:
        query = query.with_for_update(read=True)
    found = session.execute(query).one_or_none()
    return None if found is None else runs.run_of(found)
