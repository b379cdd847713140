"""Plan the vans' tours from suppliers to points: read, solve without a lock, store (货车排线)."""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from geodata.district import DistrictUnreadable, read_district
from logistics.domain.runs import RunState
from logistics.domain.vans import (
    Consignment,
    LeftOut,
    TourKind,
    Van,
    VanInputs,
    VanPlace,
    VanPlan,
    VansMissing,
    VanTour,
    arrivals,
    releases,
)
from logistics.errors import Conflict
from logistics.routing.van_travel import van_matrix
from logistics.routing.vans import left_out_of, tours_of, van_problem
from logistics.store import audit, runs, van_loads, vans
from logistics.store.session import Database
from logistics.usecases.plan_run import MapUnreadable, PlanBreaksRules, PlanStale
from solver.check import check
from solver.formats.native import write_problem
from solver.formats.plan_json import write_plan
from solver.plan import Plan
from solver.problem import Matrix, Problem
from solver.supervise import solve_supervised

log = logging.getLogger(__name__)

_SETTLED = (RunState.RELEASED, RunState.CLOSED)


class VansTooLate(Conflict):
    """The couriers have been sent out: their start no longer hangs on the vans."""

    code = "vans.too-late"


@dataclass(frozen=True, slots=True, kw_only=True)
class VanReport:
    """The tours of a run, and from when on each point's couriers may leave, by its code."""

    run: str
    tours: tuple[VanTour, ...]
    left_out: tuple[LeftOut, ...]
    places: Mapping[str, VanPlace]  # by place id
    vans: Mapping[str, str]  # code by van id
    arrivals_s: Mapping[str, int]
    releases_s: Mapping[str, int]
    distance_m: int
    weight_g: int


def plan_vans(
    database: Database,
    run_id: str,
    *,
    time_limit_s: float = 10.0,
    seed: int = 0,
    actor: str,
    at: datetime,
) -> VanReport:
    """Plan the tours of an ordered run; planning again replaces them until couriers are sent out.

    Goods are brought so that couriers can start with the wave; what cannot be there by then is
    brought by the time that the policy says at the latest.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    NothingOrdered
        If the run has no orders.
    VansTooLate
        If the run was released.
    VansMissing
        If no van is in use.
    MapUnreadable
        If the district's folder cannot be read.
    PlanBreaksRules
        If the judge refuses the solver's plan.
    PlanStale
        If orders or vans changed meanwhile.
    """
    with database.read() as session:
        inputs = read_van_inputs(session, run_id)
    made = solve_vans(inputs, time_limit_s=time_limit_s, seed=seed)
    return database.run(lambda session: store_vans(session, inputs, made, actor=actor, at=at))


def read_van_inputs(session: Session, run_id: str) -> VanInputs:
    """Read everything that the tours are made from, in one snapshot.

    Raises
    ------
    NothingOrdered, VansTooLate, VansMissing
        As :func:`plan_vans` says.
    """
    run = runs.get(session, run_id)
    if run.state in _SETTLED:
        raise VansTooLate(run=run.code, state=run.state.value, mend="plan vans before the release")
    inputs = van_loads.inputs_of(session, run)
    if not inputs.vans:
        raise VansMissing(field="vans", run=run.code, mend="supplyloop van import FILE")
    return inputs


def solve_vans(inputs: VanInputs, *, time_limit_s: float = 10.0, seed: int = 0) -> VanPlan:
    """Make the tours: first those that collect, then those from point to point.

    Raises
    ------
    MapUnreadable, PlanBreaksRules
        As :func:`plan_vans` says.
    """
    try:
        district = read_district(Path(inputs.district_folder))
    except (DistrictUnreadable, OSError) as fault:
        raise MapUnreadable(
            run=inputs.run_code,
            folder=inputs.district_folder,
            mend="import the district again with supplyloop district import",
        ) from fault
    matrix = van_matrix(inputs, district)
    limit = time_limit_s / 2
    stage = _Stage(inputs, matrix, limit, seed)
    early = inputs.wave_start_s - inputs.count_pack_s
    collected = stage.solve(
        TourKind.COLLECT, inputs.collect, inputs.vans, (early, inputs.goods_by_s)
    )
    waiting, vans_left = _second_leg(inputs, collected.tours)
    moved = stage.solve(
        TourKind.TRANSFER,
        waiting,
        vans_left,
        (inputs.wave_start_s, max(inputs.goods_by_s, inputs.wave_start_s)),
    )
    return VanPlan(
        tours=(*collected.tours, *moved.tours),
        left_out=(*collected.left_out, *moved.left_out),
        files={"collect": collected.files, "transfer": moved.files},
        seed=seed,
    )


def _second_leg(
    inputs: VanInputs, collected: Sequence[VanTour]
) -> tuple[tuple[Consignment, ...], tuple[Van, ...]]:
    """Let transfers wait until their goods are counted, and vans until they are back."""
    landed = arrivals(collected)
    counting = inputs.count_pack_s // 2
    waiting = tuple(
        replace(one, ready_s=landed[one.source_id] + counting)
        for one in inputs.transfer
        if one.source_id in landed
    )
    back = {tour.van_id: tour.returns_s for tour in collected}
    return waiting, tuple(
        replace(van, shift_start_s=max(van.shift_start_s, back.get(van.id, 0)))
        for van in inputs.vans
        if back.get(van.id, 0) < van.shift_end_s
    )


@dataclass(frozen=True, slots=True)
class _Part:
    tours: tuple[VanTour, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    files: Mapping[str, Any] | None = None


@dataclass(frozen=True, slots=True)
class _Stage:
    inputs: VanInputs
    matrix: Matrix
    limit_s: float
    seed: int

    def solve(
        self,
        kind: TourKind,
        goods: Sequence[Consignment],
        vans_left: Sequence[Van],
        by: tuple[int, int],
    ) -> _Part:
        """Bring goods by the first instant; if that leaves some out, by the second."""
        if not goods:
            return _Part()
        for last, until_s in zip((False, True), by, strict=True):
            problem, cargo = van_problem(
                self.inputs, goods, self.matrix, vans=vans_left, until_s=until_s
            )
            plan = self._plan(problem)
            if last or not plan.unassigned:
                break
        return _Part(
            tours_of(self.inputs, cargo, plan, self.matrix, kind),
            left_out_of(cargo, plan),
            {"problem": write_problem(problem), "plan": write_plan(problem, plan)},
        )

    def _plan(self, problem: Problem) -> Plan:
        plan = solve_supervised(problem, time_limit_s=self.limit_s / 2, seed=self.seed)
        if violations := check(problem, plan):
            raise PlanBreaksRules(
                run=self.inputs.run_code,
                violations=len(violations),
                first=violations[0].code,
                by=violations[0].by,
            )
        return plan


def store_vans(
    session: Session, inputs: VanInputs, made: VanPlan, *, actor: str, at: datetime
) -> VanReport:
    """Store the tours, if what they were made from still holds.

    Raises
    ------
    PlanStale
        If orders, vans, closures or the policy changed meanwhile.
    """
    run = runs.get_for_update(session, inputs.run_id)
    digest = inputs.digest()
    if read_van_inputs(session, run.id).digest() != digest:
        raise PlanStale(run=run.code, mend="supplyloop run vans")
    stored = vans.add(session, run.id, made, digest=digest, at=at)
    report = told(inputs, made)
    audit.record(
        session,
        actor=actor,
        command="run.vans",
        subject=run.id,
        facts={
            "plan": stored,
            "tours": len(report.tours),
            "left_out": len(report.left_out),
            "distance_m": report.distance_m,
        },
        at=at,
    )
    log.info("run %s: %d van tours", run.id, len(report.tours))
    return report


def show_vans(session: Session, run_id: str) -> VanReport | None:
    """Read the tours in force; None: none were planned.

    Raises
    ------
    RunUnknown
        If no run has this id or code.
    NothingOrdered
        If the run has no orders.
    """
    run = runs.get(session, run_id)
    plan = vans.current(session, run.id)
    return None if plan is None else told(van_loads.inputs_of(session, run), plan)


def told(inputs: VanInputs, made: VanPlan) -> VanReport:
    """Put tours into the planner's terms."""
    places = {one.id: one for one in inputs.places}

    def by_code(moments: Mapping[str, int]) -> dict[str, int]:
        return {places[place].code: moment for place, moment in sorted(moments.items())}

    return VanReport(
        run=inputs.run_code,
        tours=made.tours,
        left_out=made.left_out,
        places=places,
        vans={one.id: one.code for one in inputs.vans},
        arrivals_s=by_code(arrivals(made.tours)),
        releases_s=by_code(releases(made.tours, inputs.count_pack_s)),
        distance_m=sum(tour.distance_m for tour in made.tours),
        weight_g=sum(
            stop.weight_g for tour in made.tours for stop in tour.stops if stop.kind == "delivery"
        ),
    )
