"""Lock drops of a draft to their courier and time, or let them go (锁定): binds the next plan."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.people import Courier
from logistics.domain.plan_edits import ChangeShift, EditUnknown, MoveStop, PlanNotDraft
from logistics.domain.plan_locks import lock_of
from logistics.domain.plan_views import PlanRow, StopBags
from logistics.domain.runs import Run, RunState
from logistics.store import audit, couriers, plan_edits, plan_views, runs


@dataclass(frozen=True, slots=True, kw_only=True)
class Locked:
    """How many drops were locked, and how many let go."""

    locked: int = 0
    unlocked: int = 0


def lock_stops(
    session: Session,
    plan_id: str,
    *,
    stop: str = "",
    trip: str = "",
    on: bool,
    actor: str,
    at: datetime,
) -> Locked:
    """Lock a stop, or all stops of a trip, at their courier and instant; or unlock them.

    A lock is of bags, not of a stop: it lasts through every plan of the run. Other drops may still
    join the trip where they fit between.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    PlanNotDraft
        If it is no longer the draft of its run.
    EditUnknown
        If the plan has no such stop or trip.
    """
    found, run = draft_of(session, plan_id)
    drops = plan_views.bags_of_stops(session, found.id, stop_id=stop, trip_id=trip)
    if not drops:
        raise EditUnknown(
            field="stop" if stop else "trip", value=stop or trip, mend="give one of this plan"
        )
    before = _touching(session, run, drops)
    plan_edits.drop_locks(session, run.id, before)
    made = [
        lock_of(
            courier_id=drop.courier_id,
            stairwell_id=drop.stairwell_id,
            point_id=drop.point_id,
            bag_ids=drop.bag_ids,
            begin_s=drop.arrival_s,
            at=at,
        )
        for drop in drops
        if on
    ]
    plan_edits.add_locks(session, run.id, made, actor=actor, at=at)
    audit.record(
        session,
        actor=actor,
        command="plan.lock" if on else "plan.unlock",
        subject=found.id,
        facts={"run": run.id, "stop": stop, "trip": trip, "drops": len(drops)},
        at=at,
    )
    return Locked(locked=len(made), unlocked=0 if on else len(before))


def prepare_solve(
    session: Session,
    plan_id: str,
    edits: tuple[MoveStop | ChangeShift, ...],
    *,
    actor: str,
    at: datetime,
) -> Run:
    """Hold edits fast for a search that makes room for them: drops locked to couriers, hours said.

    Raises
    ------
    PlanUnknown, PlanNotDraft
        As :func:`lock_stops`.
    EditUnknown, EditInvalid
        If a stop or courier does not exist, or hours end before they begin.
    """
    found, run = draft_of(session, plan_id)
    for edit in edits:
        carrier = _courier(session, run, edit.courier)
        if isinstance(edit, ChangeShift):
            shifts = plan_edits.shifts(session, run.id)
            usual = shifts.get(carrier.id)
            hours = (
                (usual.starts_s, usual.ends_s)
                if usual is not None
                else (carrier.shift_start_s, carrier.shift_end_s)
            )
            plan_edits.add_shift(session, run.id, edit.on(carrier.id, hours), actor=actor, at=at)
            continue
        drops = plan_views.bags_of_stops(session, found.id, stop_id=edit.stop)
        if not drops:
            raise EditUnknown(field="stop", value=edit.stop, mend="give a stop of this plan")
        plan_edits.drop_locks(session, run.id, _touching(session, run, drops))
        made = [
            lock_of(
                courier_id=carrier.id,
                stairwell_id=drop.stairwell_id,
                point_id=drop.point_id,
                bag_ids=drop.bag_ids,
                begin_s=None,
                at=at,
            )
            for drop in drops
        ]
        plan_edits.add_locks(session, run.id, made, actor=actor, at=at)
    audit.record(
        session,
        actor=actor,
        command="plan.prepare",
        subject=found.id,
        facts={"run": run.id, "edits": len(edits)},
        at=at,
    )
    return run


def draft_of(session: Session, plan_id: str) -> tuple[PlanRow, Run]:
    """Read a draft and its run, locked.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    PlanNotDraft
        If it is no longer the draft of its run.
    """
    found = plan_views.get(session, plan_id)
    run = runs.get_for_update(session, found.run_id)
    if found.state != "draft" or run.state is not RunState.PLANNED:
        raise PlanNotDraft(plan=plan_id, state=found.state, mend="open the run's draft")
    return found, run


def _courier(session: Session, run: Run, code: str) -> Courier:
    try:
        return couriers.by_code(session, run.district_id, code)
    except couriers.CourierUnknown as unknown:
        raise EditUnknown(
            field="courier", value=code, mend="give a courier of the district"
        ) from unknown


def _touching(session: Session, run: Run, drops: tuple[StopBags, ...]) -> list[str]:
    bags = {bag_id for drop in drops for bag_id in drop.bag_ids}
    return [lock.id for lock in plan_edits.locks(session, run.id) if bags & set(lock.bag_ids)]
