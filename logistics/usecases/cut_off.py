"""Close the intake of a run: its lists stand as they are (截单)."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.runs import Run, Step, require
from logistics.store import audit, runs, wishes
from logistics.usecases.settle_tiers import settle_tiers

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class CutOff:
    """What stands at the cut-off; ``not_ordered`` counts open questions by their reason."""

    run: Run
    lists: int
    lines: int
    households: int
    not_ordered: Mapping[str, int]


def cut_off(session: Session, run: str, *, actor: str, at: datetime) -> CutOff:
    """Freeze the lists of a run, so that what is bought is what they say; settle the day's tiers.

    Lines that still wait for somebody's answer are not ordered; they stay in the triage queue
    with their reasons.

    Raises
    ------
    RunUnknown
        If there is no such run.
    RunOutOfOrder
        If it is not open.
    """
    found = runs.get_for_update(session, run)
    becomes = require(found, Step.CUT_OFF)
    settle_tiers(session, found.district_id, day=found.day, actor=actor, at=at)
    frozen = runs.freeze_lists(session, found.id)
    runs.set_state(session, found.id, becomes)
    lines = wishes.frozen_lines(session, found.id)
    waiting = {
        code: count
        for (state, code), count in runs.triage_by(session, found.id).items()
        if state == "open"
    }
    audit.record(
        session,
        actor=actor,
        command="run.cutoff",
        subject=found.id,
        facts={"lists": frozen, "lines": len(lines), "not_ordered": sum(waiting.values())},
        at=at,
    )
    log.info("run %s cut off: %d lists, %d lines", found.id, frozen, len(lines))
    return CutOff(
        run=runs.get(session, found.id),
        lists=frozen,
        lines=len(lines),
        households=len({line.household_id for line in lines}),
        not_ordered=waiting,
    )
