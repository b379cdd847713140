"""Plan who carries which bags where and when (路线计划): read, solve without a lock, store."""

import logging
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy.orm import Session

from geodata.district import District, DistrictUnreadable, read_district
from logistics.domain.errand_trips import LeftErrand
from logistics.domain.planning import Notice, PlanInputs, RunPlan
from logistics.domain.runs import Step, require
from logistics.errors import Conflict, Invalid
from logistics.routing.answer import errands_left_of, trips_of, unserved_of
from logistics.routing.errands import with_sites
from logistics.routing.locks import begun_plan, with_locks
from logistics.routing.problem import build_problem
from logistics.routing.travel import changes, lost, matrices
from logistics.store import audit, plans, runs, trips
from logistics.store.plans import StoredPlan
from logistics.store.session import Database
from logistics.usecases.assign_errands import assign_errands, hold_errands
from logistics.usecases.lay_ways import lay_current
from logistics.usecases.search_trips import search_trips
from solver.check import check
from solver.formats.native import write_problem
from solver.formats.plan_json import write_plan
from solver.plan import Summary
from solver.problem import Problem
from solver.progress import Report

log = logging.getLogger(__name__)

Progress = Callable[[str], None]
ShouldStop = Callable[[], bool]
OnBetter = Callable[[Problem, Report], None]


class PlanStale(Conflict):
    """Bags, couriers, zones, gates or errands have changed since the plan was made; plan again."""

    code = "plan.stale"


class PlanBreaksRules(Conflict):
    """The judge found a broken rule in the plan; nothing was stored."""

    code = "plan.breaks-rules"


class NoCouriers(Invalid):
    """The district has no active courier, so nothing can be planned."""

    code = "plan.no-couriers"


class MapUnreadable(Invalid):
    """The district's map cannot be read where the set-up says it is."""

    code = "plan.map-unreadable"


@dataclass(frozen=True, slots=True)
class Solved:
    """A plan that the judge accepts, and the figures of the solver."""

    made: RunPlan
    summary: Summary
    notices: tuple[Notice, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanReport:
    """What planning brought; ``excess_faces`` are couriers at a building beyond its first.

    ``notices`` tell what opens, closes or changes its zone within the wave: the plan takes the
    stricter for all of it.
    """

    plan: StoredPlan
    trips: int
    stops: int
    bags: int
    unserved: int
    faces: int
    excess_faces: int
    contacts: int
    engine: str
    seconds: float
    notices: tuple[Notice, ...] = ()
    drop_modes: Mapping[str, int] = field(default_factory=dict)  # stops by where goods are left
    errands: int = 0
    errands_left: tuple[LeftErrand, ...] = ()


def plan_run(
    database: Database,
    run_id: str,
    *,
    time_limit_s: float = 30.0,
    seed: int = 0,
    actor: str,
    at: datetime,
    progress: Progress | None = None,
    should_stop: ShouldStop | None = None,
) -> PlanReport:
    """Plan a packed run; planning again replaces the draft until the run is released.

    No transaction is open while the solver works.

    Parameters
    ----------
    time_limit_s
        Wall clock for the solver, kept whatever it does; reading the map comes on top, and so do
        further searches where errands clash, as :func:`search_trips` says.
    progress
        Called with a line for people whenever there is something to say.
    should_stop
        Asked while the solver works; when it says yes, the best plan so far is stored.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    RunOutOfOrder
        If the run is not packed yet, or already released.
    NoCouriers
        If no courier is active.
    MapUnreadable
        If the district's folder cannot be read.
    PlanBreaksRules
        If the judge refuses the solver's plan.
    PlanStale
        If what the plan was made from changed meanwhile.
    """
    with database.read() as session:
        inputs = read_problem_inputs(session, run_id)
    solved = solve_run(
        inputs,
        time_limit_s=time_limit_s,
        seed=seed,
        progress=progress,
        should_stop=should_stop,
    )
    done = database.run(lambda session: store_plan(session, inputs, solved, actor=actor, at=at))
    lay_current(database, run_id)
    return done


def read_problem_inputs(session: Session, run_id: str) -> PlanInputs:
    """Read everything that the run's plan is made from, in one snapshot.

    Raises
    ------
    RunOutOfOrder
        If the run is not packed yet, or already released.
    NoCouriers
        If no courier is active.
    """
    run = runs.get(session, run_id)
    require(run, Step.PLAN)
    inputs = plans.inputs_of(session, run)
    if not inputs.carriers:
        raise NoCouriers(
            run=run.code, field="couriers", mend="give the district couriers with a shift"
        )
    return _begun(session, inputs)


def _begun(session: Session, inputs: PlanInputs) -> PlanInputs:
    """Add the draft to inputs with locks, so that the search begins where these hold."""
    if not inputs.locks:
        return inputs
    try:
        draft = plans.current(session, inputs.run_id)
    except plans.PlanUnknown:
        return inputs
    return replace(inputs, begun=trips.begun(session, draft.id))


def solve_run(
    inputs: PlanInputs,
    *,
    time_limit_s: float = 30.0,
    seed: int = 0,
    progress: Progress | None = None,
    on_better: OnBetter | None = None,
    should_stop: ShouldStop | None = None,
) -> Solved:
    """Make a plan from what was read; touches no database.

    The search runs in a process of its own, which is ended at the limit. ``on_better`` is given
    each better plan that the judge accepted, beside its problem.

    Raises
    ------
    MapUnreadable
        If the district's folder cannot be read.
    PlanBreaksRules
        If the judge refuses the solver's plan.
    """
    try:
        district = read_district(Path(inputs.district_folder))
    except (DistrictUnreadable, OSError) as fault:
        raise MapUnreadable(
            run=inputs.run_code,
            folder=inputs.district_folder,
            mend="import the district again with supplyloop district import",
        ) from fault
    inputs = with_sites(inputs, district)
    bags, index = with_locks(inputs, *build_problem(inputs, matrices(inputs, district)))
    if progress is not None:
        progress(f"{len(bags.jobs)} drops, {len(bags.vehicles)} couriers")

    def hear(problem: Problem, report: Report) -> None:
        if progress is not None:
            progress(_line(report))
        if on_better is not None and report.plan is not None:
            on_better(problem, report)

    found = search_trips(
        inputs,
        bags,
        index,
        time_limit_s=time_limit_s,
        seed=seed,
        hear=None if progress is None and on_better is None else hear,
        should_stop=should_stop,
        begun=begun_plan(inputs, bags, index),
    )
    problem, plan = found.problem, found.plan
    violations = check(problem, plan)
    if violations:
        worst = violations[0]
        raise PlanBreaksRules(
            run=inputs.run_code, violations=len(violations), first=worst.code, by=worst.by
        )
    made = RunPlan(
        trips=trips_of(inputs, index, plan, found.errands),
        unserved=unserved_of(index, plan),
        problem=write_problem(problem),
        plan=write_plan(problem, plan),
        seed=seed,
        errands_left=errands_left_of(index, found.errands, plan),
    )
    return Solved(made, plan.summary, notices_of(inputs, district))


def notices_of(inputs: PlanInputs, district: District) -> tuple[Notice, ...]:
    """Tell the planner what is not the same throughout the wave, though the plan takes it so."""
    found = (
        ("plan.closures-change", changes(inputs, district)),
        ("plan.zones-change", inputs.zone_changes),
    )
    told = [
        Notice(
            code=code,
            facts={"count": len(moments), "times": ", ".join(m.isoformat() for m in moments[:5])},
        )
        for code, moments in found
        if moments
    ]
    if gone := lost(inputs, district):
        names = ", ".join(f"{one.kind} {one.target}" for one in gone[:5])
        told.append(Notice(code="plan.closures-lost", facts={"count": len(gone), "names": names}))
    return tuple(told)


def _line(report: Report) -> str:
    """Say a report in a line for people."""
    if report.text or report.cost is None:
        return report.text
    known = "" if report.bound is None else f", bound {report.bound}"
    return f"{report.seconds:.1f} s: left {report.left}, cost {report.cost}{known}"


def store_plan(
    session: Session, inputs: PlanInputs, solved: Solved, *, actor: str, at: datetime
) -> PlanReport:
    """Store a plan as the run's draft, if what it was made from still holds.

    Raises
    ------
    RunOutOfOrder
        If the run was released meanwhile.
    PlanStale
        If bags, couriers, zones, gates or the policy changed meanwhile, or an errand was taken
        back or given to somebody.
    """
    run = runs.get_for_update(session, inputs.run_id)
    becomes = require(run, Step.PLAN)
    digest = inputs.digest()
    if plans.inputs_of(session, run).digest() != digest:
        raise PlanStale(run=run.code, mend="supplyloop run plan")
    made, summary = solved.made, solved.summary
    held = hold_errands(session, run, made)
    if held.gone:
        raise PlanStale(run=run.code, errand=held.gone[0], mend="supplyloop run plan")
    stored = plans.add(session, run.id, made, digest=digest, at=at)
    assign_errands(session, inputs, made, held, actor=actor, at=at)
    runs.set_state(session, run.id, becomes)
    report = PlanReport(
        plan=stored,
        trips=len(made.trips),
        stops=sum(len(trip.stops) for trip in made.trips),
        bags=sum(len(stop.bag_ids) for trip in made.trips for stop in trip.stops),
        unserved=len(made.unserved),
        faces=summary.faces,
        excess_faces=summary.excess_faces,
        contacts=summary.contacts,
        engine=summary.engine,
        seconds=summary.seconds,
        notices=solved.notices,
        drop_modes=Counter(stop.drop_mode for trip in made.trips for stop in trip.stops),
        errands=len({leg.errand_id for trip in made.trips for leg in trip.legs}),
        errands_left=made.errands_left,
    )
    audit.record(
        session,
        actor=actor,
        command="run.plan",
        subject=run.id,
        facts={
            "plan": stored.id,
            "digest": digest,
            "seed": stored.seed,
            "trips": report.trips,
            "bags": report.bags,
            "unserved": report.unserved,
            "errands": report.errands,
        },
        at=at,
    )
    log.info("run %s: plan %s with %d trips", run.id, stored.id, report.trips)
    return report
