"""The run that took its last lists a while ago: who calls now has missed it."""

from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.store import runs
from logistics.store.tables import run


def last_cut_off(session: Session, district_id: str, day: date, at: datetime) -> Run | None:
    """Find the run from a day on that was cut off last before an instant; None if none was."""
    found = session.scalar(
        select(run.c.id)
        .where(
            run.c.district_id == district_id,
            run.c.day >= day,
            run.c.cutoff_at <= at,
            run.c.state != RunState.CLOSED.value,
        )
        .order_by(run.c.cutoff_at.desc(), run.c.id.desc())
        .limit(1)
    )
    return None if found is None else runs.get(session, found)
