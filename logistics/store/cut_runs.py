"""The run that took its last lists a while ago: who calls now has missed it."""

from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.store import runs
from logistics.store.tables import run


def last_cut_off(session: Session, district_id: str, day: date, at: datetime) -> Run | None:
    """Find the run from a day on that took its last lists latest; None if there is none."""
    found = session.scalar(
        select(run.c.id)
        .where(
            run.c.district_id == district_id,
            run.c.day >= day,
            or_(run.c.cutoff_at <= at, run.c.state != RunState.OPEN.value),
            run.c.state != RunState.CLOSED.value,
        )
        .order_by(run.c.cutoff_at.desc(), run.c.id.desc())
        .limit(1)
    )
    return None if found is None else runs.get(session, found)
