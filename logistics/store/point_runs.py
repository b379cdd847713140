"""Which runs a service point works on."""

from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.store import runs
from logistics.store.tables import run

_BEFORE_GOODS = (RunState.OPEN.value, RunState.CUT_OFF.value)
_MOST = 12


def worked_on(session: Session, district_id: str, today: date) -> tuple[Run, ...]:
    """Read the runs of a day and later that were ordered, by day and wave."""
    ids = session.scalars(
        select(run.c.id)
        .where(
            run.c.district_id == district_id,
            run.c.day >= today,
            run.c.state.not_in(_BEFORE_GOODS),
        )
        .order_by(run.c.day, run.c.wave)
        .limit(_MOST)
    )
    return tuple(runs.get(session, one) for one in ids)
