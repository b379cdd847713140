"""Which run takes a list that comes in now."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.store import runs
from logistics.store.tables import run


def next_cut_off(session: Session, district_id: str, at: datetime) -> Run | None:
    """Find the open run of a district that is cut off first after an instant; None if none is."""
    found = session.execute(
        select(run.c.id)
        .where(
            run.c.district_id == district_id,
            run.c.state == RunState.OPEN.value,
            run.c.cutoff_at > at,
        )
        .order_by(run.c.cutoff_at, run.c.id)
        .limit(1)
    ).scalar()
    return None if found is None else runs.get(session, found)
