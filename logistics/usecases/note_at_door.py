"""A leader met nobody at a door, or was sent away (无人应答、拒收)."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.door_visits import DoorVisit, DoorVisitInvalid, DoorVisitKeyReused
from logistics.domain.runs import RunState
from logistics.store import audit, door_visits, places, runs
from logistics.store.places import HouseholdUnknown
from logistics.usecases.record_scans import SKEW, BagsNotOut


def note_at_door(
    session: Session,
    run: str,
    household_code: str,
    visit: DoorVisit,
    *,
    actor: str,
    at: datetime,
) -> bool:
    """Keep what was met at a door; custody does not change: the leader still has the bags.

    Returns
    -------
    bool
        Whether it was new; the same under the same key adds nothing.

    Raises
    ------
    RunUnknown, HouseholdUnknown
        If there is no such run, or no such household in its district.
    BagsNotOut
        If the run was not released.
    DoorVisitInvalid
        If it is said to have happened later than now.
    DoorVisitKeyReused
        If the key was used for something else.
    """
    found = runs.get(session, run)
    home = places.household_by_code(session, household_code)
    if home.district_id != found.district_id:
        raise HouseholdUnknown(household=household_code, mend="it lies in another district")
    if found.state not in (RunState.RELEASED, RunState.CLOSED):
        raise BagsNotOut(run=found.code, state=found.state.value, mend="wait for the release")
    if visit.at > at + SKEW:
        raise DoorVisitInvalid(
            field="at", value=visit.at.isoformat(), mend="give an instant that is past"
        )
    earlier = door_visits.digest_of(session, visit.key)
    if earlier is not None:
        if earlier != visit.digest(found.id, home.id):
            raise DoorVisitKeyReused(key=visit.key[:80], mend="give each visit its own key")
        return False
    door_visits.add(
        session, visit, run_id=found.id, household_id=home.id, actor=actor, recorded_at=at
    )
    audit.record(
        session,
        actor=actor,
        command="door.visit",
        subject=home.id,
        facts={"run": found.code, "answer": visit.answer.value},
        at=at,
    )
    return True
