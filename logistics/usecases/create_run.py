"""Open a run for an area's day and wave (开波次)."""

import logging
from datetime import date, datetime

from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.runs import Run, RunState
from logistics.errors import Conflict
from logistics.store import audit, runs

log = logging.getLogger(__name__)


class RunExists(Conflict):
    """The district already has a run on this day in this wave."""

    code = "run.exists"


def create_run(
    session: Session,
    district_name: str,
    day: date,
    wave: int,
    *,
    cutoff_at: datetime,
    separation_s: int = 600,
    actor: str,
    at: datetime,
) -> Run:
    """Open a run, to which lists may come until its cut-off.

    Parameters
    ----------
    separation_s
        Time that must lie between two people's presence at one place.

    Raises
    ------
    DistrictUnknown
        If no district has this name.
    RunExists
        If the day and wave are taken.
    RunInvalid
        If the wave, the separation or the cut-off makes no sense.
    """
    district_id = runs.district_id(session, district_name)
    code = f"{runs.code_prefix(session, district_id)}-{day:%Y%m%d}-{wave}"
    if runs.code_taken(session, code, district_id):  # two districts may share a prefix
        code = f"{code}-{district_id[-4:].upper()}"
    new = Run(
        id=new_id("rn", at),
        district_id=district_id,
        code=code,
        day=day,
        wave=wave,
        state=RunState.OPEN,
        created_at=at,
        cutoff_at=cutoff_at,
        separation_s=separation_s,
    )
    if there := runs.find(session, day=day, wave=wave, district_id=district_id):
        raise RunExists(
            run=there.code,
            day=day.isoformat(),
            wave=wave,
            state=there.state.value,
            mend=f"use {there.code}, or give another wave",
        )
    runs.create(session, new)
    audit.record(
        session,
        actor=actor,
        command="run.create",
        subject=new.id,
        facts={"run": new.code, "day": day.isoformat(), "wave": wave},
        at=at,
    )
    log.info("run %s opened", new.id)
    return new
