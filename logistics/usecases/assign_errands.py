"""Give errands to the couriers of a plan, and take back what its draft before had given (派单)."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.errands import ErrandState
from logistics.domain.planning import PlanInputs, RunPlan
from logistics.domain.runs import Run
from logistics.store import errand_trips, errands
from logistics.usecases.run_errand import move_errand

_REPLACED = "plan replaced"


@dataclass(frozen=True, slots=True)
class Held:
    """The errands of a new plan and of the draft before it, locked.

    ``had`` says who had them by that draft, ``gone`` which somebody else has by now, or which were
    taken back.
    """

    had: Mapping[str, str]
    gone: tuple[str, ...]


def hold_errands(session: Session, run: Run, made: RunPlan) -> Held:
    """Lock the errands of a plan and of the run's draft before it, in the order of their ids."""
    had = errand_trips.assigned(session, run.id)
    wanted = {leg.errand_id for trip in made.trips for leg in trip.legs}
    gone = []
    for errand_id in sorted(wanted | set(had)):
        found = errands.get(session, errand_id, lock=True)
        free = found.state in (ErrandState.ASKED, ErrandState.ACCEPTED)
        ours = found.state is ErrandState.ASSIGNED and errand_id in had
        if errand_id in wanted and not (free or ours):
            gone.append(errand_id)
    return Held(had, tuple(gone))


def assign_errands(
    session: Session,
    inputs: PlanInputs,
    made: RunPlan,
    held: Held,
    *,
    actor: str,
    at: datetime,
) -> None:
    """Say who has each errand from now on; what stays where it was is said nothing of."""
    codes = {carrier.id: carrier.code for carrier in inputs.carriers}
    has = {
        leg.errand_id: errand_trips.said_of(codes[trip.courier_id], trip.code)
        for trip in made.trips
        for leg in trip.legs
    }
    for errand_id in sorted({*has, *held.had}):
        said, before = has.get(errand_id), held.had.get(errand_id)
        if said == before:
            continue
        if before is not None and errands.get(session, errand_id).state is ErrandState.ASSIGNED:
            move_errand(
                session, errand_id, ErrandState.ACCEPTED, note=_REPLACED, actor=actor, at=at
            )
        if said is not None:
            move_errand(session, errand_id, ErrandState.ASSIGNED, note=said, actor=actor, at=at)
