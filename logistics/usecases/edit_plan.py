"""Change a draft by hand (人工调整): the judge looks at each edit, none that it refuses stays.

An edit is made in the solver's own problem of the plan: whoever is not touched keeps their times.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.plan_edits import (
    Breach,
    ChangeShift,
    Edit,
    EditInvalid,
    EditUnknown,
    MoveStop,
    PlanNotDraft,
    PlanRefused,
    RunShift,
    StopLocked,
    with_shifts,
)
from logistics.domain.plan_locks import PlanLock
from logistics.domain.planning import PlanInputs, RunPlan
from logistics.domain.runs import Run, RunState
from logistics.routing.answer import trips_of as written
from logistics.routing.answer import unserved_of
from logistics.routing.breaches import codes_of, judged, no_time, told
from logistics.routing.problem import Index
from logistics.routing.read_back import Kept, errands_of, index_of
from logistics.store import errand_trips, plan_edits, plan_views, plans, runs, trips
from logistics.store.session import Database
from logistics.usecases.plan_run import PlanReport, PlanStale, Solved, store_plan
from solver import by_hand
from solver.by_hand import Place
from solver.check import check
from solver.formats.native import read_problem, write_problem
from solver.formats.plan_json import read_plan, write_plan
from solver.plan import Plan, Summary
from solver.problem import Problem

LEFT = "left-"
"""A stop that is left out is named by this and the number of its job."""

_MOST_POSITIONS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Edited:
    """What became of an edit: the figures before and after, or the rules that it would break.

    ``report`` is the new draft; None where it was only judged.
    """

    before: Summary
    after: Summary | None
    breaches: tuple[Breach, ...] = ()
    report: PlanReport | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    """A draft with all that is needed to change it, read in one snapshot."""

    plan_id: str
    run: Run
    inputs: PlanInputs
    problem: Problem
    plan: Plan
    kept: Kept
    stops: Mapping[str, tuple[str, int, int]]  # by id: courier, trip, number in it


@dataclass(frozen=True, slots=True, kw_only=True)
class Worked:
    """What an edit would bring; ``made`` is None where the judge refuses it."""

    told: Edited
    draft: _Draft
    inputs: PlanInputs
    made: RunPlan | None
    shifts: tuple[RunShift, ...] = ()


@dataclass(slots=True)
class _Hand:
    """A plan while it is changed."""

    problem: Problem
    plan: Plan
    breaches: list[Breach] = field(default_factory=list)
    shifts: dict[str, RunShift] = field(default_factory=dict)


def edit_plan(
    database: Database,
    plan_id: str,
    edits: Sequence[Edit],
    *,
    keep: bool = True,
    actor: str,
    at: datetime,
) -> Edited:
    """Change a draft, and store what comes out as the run's new draft if the judge accepts it.

    Parameters
    ----------
    keep
        Store it; otherwise say only what would be.

    Raises
    ------
    PlanUnknown, PlanNotDraft, PlanStale, EditUnknown, EditInvalid, StopLocked
        As :func:`work_out`.
    PlanRefused
        If a rule would be broken; only where it was to be stored.
    """
    worked = work_out(database, plan_id, edits)
    if not keep:
        return worked.told
    return database.run(lambda session: write_edit(session, worked, actor=actor, at=at))


def work_out(database: Database, plan_id: str, edits: Sequence[Edit]) -> Worked:
    """Find out what becomes of a draft by some edits; stores nothing, in no transaction.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    PlanNotDraft
        If it is no longer the draft of its run.
    PlanStale
        If what the plan was made from has changed.
    EditUnknown, EditInvalid, StopLocked
        If what is to be changed does not exist, cannot be meant, or is locked.
    """
    with database.read() as session:
        draft = _read(session, plan_id)
    index = index_of(draft.inputs, draft.problem, draft.plan, draft.kept)
    errands = errands_of(draft.inputs, draft.problem, draft.plan, draft.kept)
    hand = _Hand(_bound(draft, index), draft.plan)
    for edit in edits:
        if isinstance(edit, MoveStop):
            _move(draft, index, hand, edit)
        else:
            _shift(draft, hand, edit)
        if hand.breaches:
            break
    if not hand.breaches:
        hand.breaches += judged(
            draft.inputs, index, errands, hand.plan, check(hand.problem, hand.plan), hand.problem
        )
    before = draft.plan.summary
    if hand.breaches:
        return Worked(
            told=Edited(before=before, after=None, breaches=tuple(hand.breaches)),
            draft=draft,
            inputs=draft.inputs,
            made=None,
        )
    inputs = replace(draft.inputs, carriers=with_shifts(draft.inputs.carriers, hand.shifts))
    return Worked(
        told=Edited(before=before, after=hand.plan.summary),
        draft=draft,
        inputs=inputs,
        shifts=tuple(hand.shifts.values()),
        made=RunPlan(
            trips=written(inputs, index, hand.plan, errands),
            unserved=unserved_of(index, hand.plan),
            problem=write_problem(hand.problem),
            plan=write_plan(hand.problem, hand.plan),
            seed=max(hand.plan.summary.seed, 0),
        ),
    )


def write_edit(session: Session, worked: Worked, *, actor: str, at: datetime) -> Edited:
    """Store an edited plan as the run's new draft, if the draft is still the one that was edited.

    Raises
    ------
    PlanRefused
        If a rule would be broken.
    PlanNotDraft
        If there is another draft by now.
    PlanStale
        If what the plan was made from has changed meanwhile.
    """
    draft, made, after = worked.draft, worked.made, worked.told.after
    if made is None or after is None:
        raise _refusal(draft, worked.told.breaches)
    run = runs.get_for_update(session, draft.run.id)
    if plans.current(session, run.id).id != draft.plan_id:
        raise PlanNotDraft(plan=draft.plan_id, state="superseded", mend="open the run's draft")
    for shift in worked.shifts:
        plan_edits.add_shift(session, run.id, shift, actor=actor, at=at)
    left = errand_trips.left_of(session, draft.plan_id)
    solved = Solved(replace(made, errands_left=left), after)
    report = store_plan(session, worked.inputs, solved, actor=actor, at=at)
    return replace(worked.told, report=report)


def _read(session: Session, plan_id: str) -> _Draft:
    found = plan_views.get(session, plan_id)
    run = runs.get(session, found.run_id)
    if found.state != "draft" or run.state is not RunState.PLANNED:
        raise PlanNotDraft(plan=plan_id, state=found.state, mend="open the run's draft")
    inputs = plans.inputs_of(session, run)
    if inputs.digest() != found.digest:
        raise PlanStale(run=run.code, plan=plan_id, mend=f"supplyloop run plan {run.code}")
    problem, plan = plans.files_of(session, plan_id)
    return _Draft(
        plan_id=plan_id,
        run=run,
        inputs=inputs,
        problem=read_problem(problem),
        plan=read_plan(plan),
        kept=Kept(
            trips=trips.planned(session, plan_id),
            unserved=plans.unserved_of(session, plan_id),
            legs=tuple((leg.trip, leg.leg) for leg in errand_trips.legs_of(session, plan_id)),
        ),
        stops=plan_views.stop_numbers(session, plan_id),
    )


def _bound(draft: _Draft, index: Index) -> Problem:
    """Bind what is locked by now, and nothing else that was locked when the plan was made."""
    policy = draft.inputs.policy
    wave = ((policy.drop_from_s, policy.drop_until_s),)
    vehicles = {carrier.id: number for number, carrier in index.couriers.items()}
    jobs = []
    for job in draft.problem.jobs:
        free = job if job.courier is None else replace(job, courier=None, windows=wave)
        bags = {bag.id for bag in index.job_bags.get(job.id, ())}
        lock = next((one for one in draft.inputs.locks if bags and bags <= set(one.bag_ids)), None)
        if lock is not None and lock.courier_id in vehicles:
            begin = lock.begin_s
            windows = free.windows if begin is None else ((begin, begin),)
            free = replace(free, courier=vehicles[lock.courier_id], windows=windows)
        jobs.append(free)
    return replace(draft.problem, jobs=tuple(jobs))


def _move(draft: _Draft, index: Index, hand: _Hand, edit: MoveStop) -> None:
    source, left = _source(draft, index, hand, edit.stop)
    target = next((v for v in hand.problem.vehicles if v.description == edit.courier), None)
    if target is None:
        raise EditUnknown(field="courier", value=edit.courier, mend="give a courier on duty")
    plans_made = [
        by_hand.moved(hand.problem, hand.plan, source, place, left=left)
        for place in _places(hand.plan, source, target.id, edit)
    ]
    touched = {v for v in (source.vehicle, target.id) if v is not None}
    best = by_hand.best_laid(hand.problem, plans_made, touched)
    if best is not None:
        hand.plan = best[1]
        return
    tries = [by_hand.earliest(hand.problem, made, touched) for made in plans_made]
    codes = codes_of(index)
    ways = [told(codes, tried, check(hand.problem, tried)) for tried in tries]
    fewest: list[Breach] = min(ways, key=len)
    hand.breaches += fewest or [no_time(edit.courier)]


def _source(draft: _Draft, index: Index, hand: _Hand, stop: str) -> tuple[Place, int]:
    """Find a stop in the plan as it is under the hand."""
    if stop.startswith(LEFT):
        for n, out in enumerate(hand.plan.unassigned):
            if out.type == "job" and f"{LEFT}{out.id}" == stop:
                return Place(vehicle=None), n
        raise EditUnknown(field="stop", value=stop, mend="give a drop that is left out")
    if stop not in draft.stops:
        raise EditUnknown(field="stop", value=stop, mend="give a stop of this plan")
    courier, no, number = draft.stops[stop]
    vehicle = next(v for v, carrier in index.couriers.items() if carrier.id == courier)
    visit = next(
        trip.stops[number]
        for trip in draft.kept.trips
        if (trip.courier_id, trip.no) == (courier, no)
    )
    lock = _lock_of(draft.inputs.locks, visit.bag_ids)
    if lock is not None:
        raise StopLocked(stop=stop, mend="unlock it first")
    route = next(route for route in draft.plan.routes if route.vehicle == vehicle)
    drops = [step for step in by_hand.trips_of(route)[no - 1] if step.type == "job"]
    wanted = (drops[number].id, drops[number].parts)
    for route in hand.plan.routes:
        for n, steps in enumerate(by_hand.trips_of(route)):
            for k, step in enumerate(steps):
                if step.type == "job" and (step.id, step.parts) == wanted:
                    return Place(vehicle=route.vehicle, trip=n, stop=k), 0
    raise EditUnknown(field="stop", value=stop, mend="give a stop of this plan")


def _lock_of(locks: Iterable[PlanLock], bag_ids: Iterable[str]) -> PlanLock | None:
    mine = set(bag_ids)
    return next((lock for lock in locks if mine & set(lock.bag_ids)), None)


def _places(plan: Plan, source: Place, vehicle: int, edit: MoveStop) -> list[Place]:
    """List where the stop may go, as it was asked."""
    route = next((route for route in plan.routes if route.vehicle == vehicle), None)
    lengths = [len(trip) for trip in by_hand.trips_of(route)] if route is not None else []
    trip = edit.trip - 1
    if not 0 <= trip <= len(lengths):
        raise EditUnknown(field="trip", value=edit.trip, mend=f"give 1 to {len(lengths) + 1}")
    there = lengths[trip] if trip < len(lengths) else 0
    if (vehicle, trip) == (source.vehicle, source.trip):
        there -= 1
    if edit.position is None:
        return [
            Place(vehicle=vehicle, trip=trip, stop=n)
            for n in range(min(there, _MOST_POSITIONS) + 1)
        ]
    if not 1 <= edit.position <= there + 1:
        raise EditInvalid(field="position", value=edit.position, mend=f"give 1 to {there + 1}")
    return [Place(vehicle=vehicle, trip=trip, stop=edit.position - 1)]


def _shift(draft: _Draft, hand: _Hand, edit: ChangeShift) -> None:
    carrier = next((one for one in draft.inputs.carriers if one.code == edit.courier), None)
    if carrier is None:
        raise EditUnknown(field="courier", value=edit.courier, mend="give a courier on duty")
    made = edit.on(carrier.id, (carrier.shift_start_s, carrier.shift_end_s))
    hand.shifts[carrier.id] = made
    vehicle = next(v for v in hand.problem.vehicles if v.description == edit.courier)
    busy = any(route.vehicle == vehicle.id for route in hand.plan.routes)
    if not made.on_duty:
        if busy:
            steps = next(r.steps for r in hand.plan.routes if r.vehicle == vehicle.id)
            stops = sum(step.type == "job" for step in steps)
            hand.breaches.append(
                Breach(code="courier.needed", courier=carrier.code, stop="", by=stops, facts={})
            )
        left = tuple(v for v in hand.problem.vehicles if v.id != vehicle.id)
        hand.problem = replace(hand.problem, vehicles=left)
        return
    hours = replace(vehicle, window=(made.starts_s, made.ends_s))
    hand.problem = replace(
        hand.problem,
        vehicles=tuple(hours if v.id == vehicle.id else v for v in hand.problem.vehicles),
    )
    if not busy:
        return
    laid = by_hand.laid(hand.problem, hand.plan, {vehicle.id})
    if laid is not None:
        hand.plan = laid
        return
    tried = by_hand.earliest(hand.problem, hand.plan, {vehicle.id})
    codes = {vehicle.id: carrier.code}
    hand.breaches += told(codes, tried, check(hand.problem, tried)) or [no_time(carrier.code)]


def _refusal(draft: _Draft, breaches: Sequence[Breach]) -> PlanRefused:
    first = breaches[0]
    return PlanRefused(
        run=draft.run.code,
        breaches=len(breaches),
        first=first.code,
        courier=first.courier,
        stop=first.stop,
        by=first.by,
    )
