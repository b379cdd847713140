"""Plans of a run: read, changed by hand under the judge's eye, compared, chosen, released."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query, Request
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import DatabaseDep, NowDep, WorkDep
from api.errors import Responses
from api.jobs.workers import Workers
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from api.routes.runs import RunOut
from logistics.domain.jobs import JobKind
from logistics.domain.plan_edits import ChangeShift, Edit, EditInvalid, MoveStop, PlanNotDraft
from logistics.domain.plan_views import PlanRow, PlanView
from logistics.store import plan_views, runs
from logistics.store.session import Database
from logistics.usecases.ask_job import ask_job
from logistics.usecases.compare_plans import compare_plans
from logistics.usecases.lock_stops import lock_stops, prepare_solve

if TYPE_CHECKING:
    from logistics.usecases.edit_plan import Worked

router = APIRouter(prefix="/api/v1", tags=["plans"])

Reads = Annotated[Principal, Depends(may(Action.PLAN_READ))]
Edits = Annotated[Principal, Depends(may(Action.PLAN_EDIT))]
Name = Annotated[str, Field(min_length=1, max_length=64)]
Second = Annotated[int, Field(ge=0, le=172_800, description="Since local midnight")]


class PlanOut(BaseModel):
    """A plan: its state is draft, released or superseded; figures are the solver's own."""

    id: str
    run_id: str
    state: str
    seed: int
    created_at: datetime
    figures: dict[str, Any]

    @classmethod
    def of(cls, row: PlanRow) -> "PlanOut":
        """Say a plan's row."""
        said = plain(row)
        return cls.model_validate({name: said[name] for name in cls.model_fields})


class PlansOut(BaseModel):
    """The plans of a run, newest first."""

    plans: list[PlanOut]


class PlanViewOut(BaseModel):
    """A plan with its trips by courier, what it leaves out and what would help.

    `buildings` counts buildings by how many couriers they see.
    """

    plan: PlanOut
    couriers: list[dict[str, Any]]
    left: list[dict[str, Any]]
    buildings: dict[str, int]
    errands_left: int

    @classmethod
    def of(cls, view: PlanView) -> "PlanViewOut":
        """Say a plan."""
        return cls(
            plan=PlanOut.of(view.plan),
            couriers=plain(view.couriers),
            left=plain(view.left),
            buildings=plain(view.buildings),
            errands_left=view.errands_left,
        )


class ComparedOut(BaseModel):
    """Two plans side by side; `verdict` is what the second is against the first."""

    a: PlanOut
    b: PlanOut
    figures: list[dict[str, Any]]
    moved: list[dict[str, Any]]
    left_only_a: list[str]
    left_only_b: list[str]


class MoveIn(BaseModel):
    """Give a stop to a trip of a courier; one more than there are makes a new trip."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["move"]
    stop: Annotated[
        str, Field(min_length=1, max_length=64, description="Its id, or that of a drop left out")
    ]
    courier: Name
    trip: Annotated[int, Field(ge=1, le=99)]
    position: Annotated[
        int | None, Field(ge=1, le=999, description="In the trip without the stop; none: the best")
    ] = None

    def edit(self) -> Edit:
        """Return the edit as the use case takes it."""
        return MoveStop(
            stop=self.stop, courier=self.courier, trip=self.trip, position=self.position
        )


class ShiftIn(BaseModel):
    """Change a courier's hours in this run, or say that they stay away."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["shift"]
    courier: Name
    starts_s: Second | None = None
    ends_s: Second | None = None
    on_duty: bool | None = None
    reason: Annotated[str, Field(max_length=200)] = ""

    def edit(self) -> Edit:
        """Return the edit as the use case takes it."""
        return ChangeShift(
            courier=self.courier,
            starts_s=self.starts_s,
            ends_s=self.ends_s,
            on_duty=self.on_duty,
            reason=self.reason,
        )


class LockIn(BaseModel):
    """Lock a stop or a whole trip to its courier and times, or let it go."""

    model_config = ConfigDict(extra="forbid")
    kind: Literal["lock"]
    stop: Annotated[str, Field(max_length=64)] = ""
    trip: Annotated[str, Field(max_length=64, description="Id of the trip")] = ""
    on: bool = True


EditIn = Annotated[MoveIn | ShiftIn | LockIn, Field(discriminator="kind")]


class EditsIn(BaseModel):
    """What to change; the judge is always asked.

    `judge`: only say what would be. `keep`: times of all others stay, and the result is the new
    draft. `solve`: the search makes room for it, as a job.
    """

    model_config = ConfigDict(extra="forbid")
    edits: Annotated[list[EditIn], Field(min_length=1, max_length=100)]
    mode: Literal["judge", "keep", "solve"] = "keep"
    limit_s: Annotated[float, Field(ge=1, le=3600, description="Seconds to search")] = 60.0
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


class EditedOut(BaseModel):
    """What became of edits: a new draft, a job, locks, or the rules that would be broken."""

    accepted: bool
    plan_id: str | None = Field(description="The draft from now on; null where it was only judged")
    job_id: str | None = None
    before: dict[str, Any] = {}
    after: dict[str, Any] | None = None
    breaches: list[dict[str, Any]] = []
    locked: int = 0
    unlocked: int = 0


class ReleasedOut(BaseModel):
    """A run after its release."""

    run: RunOut
    trips: int
    couriers: list[str]


@router.get("/runs/{run_id}/plans", summary="List a run's plans", responses=Responses.of(404))
def listed(run_id: str, _: Reads, work: WorkDep) -> PlansOut:
    """List drafts, the released plan and those that were replaced, with their figures."""
    found = work.read(lambda s: plan_views.of_run(s, runs.get(s, run_id).id))
    return PlansOut(plans=[PlanOut.of(row) for row in found])


@router.get(
    "/runs/{run_id}/plans/compare", summary="Compare two plans", responses=Responses.of(404, 422)
)
def compared(
    *,
    run_id: str,
    _: Reads,
    work: WorkDep,
    a: Annotated[str, Query(max_length=64)],
    b: Annotated[str, Query(max_length=64)],
) -> ComparedOut:
    """Lay two plans of a run side by side: figures, moved stairwells, what one leaves out."""
    first, second, found = work.read(lambda s: compare_plans(s, run_id, a, b))
    return ComparedOut(
        a=PlanOut.of(first.plan),
        b=PlanOut.of(second.plan),
        figures=plain(found.figures),
        moved=plain(found.moved),
        left_only_a=list(found.left_only_first),
        left_only_b=list(found.left_only_second),
    )


@router.get("/plans/{plan_id}", summary="Read a plan", responses=Responses.of(404))
def show(plan_id: str, _: Reads, work: WorkDep) -> PlanViewOut:
    """Read trips with their stops, times, loads and locks, and what is left out and why."""
    return PlanViewOut.of(work.read(lambda s: plan_views.view(s, plan_id)))


@router.post(
    "/plans/{plan_id}/edits",
    response_model=EditedOut,
    summary="Change a plan by hand",
    responses={202: {"description": "A job searches"}, **Responses.of(404, 409, 422)},
)
def edit(
    *,
    plan_id: str,
    body: EditsIn,
    who: Edits,
    key: OptionalKeyDep,
    request: Request,
    database: DatabaseDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Move stops, lock them, change hours; nothing that the judge refuses becomes the draft."""
    locks = [one for one in body.edits if isinstance(one, LockIn)]
    changes = tuple(one.edit() for one in body.edits if not isinstance(one, LockIn))
    if locks and changes:
        raise EditInvalid(field="edits", value="lock", mend="send locks apart from other edits")
    if body.mode == "judge" and not locks:
        return JSONResponse(plain(_judged(database, plan_id, changes)))
    worked = _worked(database, plan_id, changes) if body.mode == "keep" and changes else None

    def deed(session: Session) -> Reply:
        if locks:
            return Reply(plain(_locked(session, plan_id, locks, who.actor, at)))
        if body.mode == "solve":
            return Reply(plain(_asked(session, plan_id, changes, body, key, who.actor, at)), 202)
        return Reply(plain(_kept(session, plan_id, worked, who.actor, at)))

    answer = once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/plans/{plan_id}/edits",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
    if answer.status_code == 202:  # noqa: PLR2004  a job was asked for
        workers: Workers = request.app.state.workers
        workers.wake()
    return answer


def _judged(database: Database, plan_id: str, changes: tuple[Edit, ...]) -> dict[str, Any]:
    # the solver takes seconds to load: only who plans waits for it
    from logistics.usecases.edit_plan import work_out  # noqa: PLC0415

    told = work_out(database, plan_id, changes).told
    said = EditedOut(
        accepted=not told.breaches,
        plan_id=None,
        before=plain(told.before),
        after=plain(told.after),
        breaches=plain(told.breaches),
    )
    return said.model_dump(mode="json")


def _worked(database: Database, plan_id: str, changes: tuple[Edit, ...]) -> "Worked | None":
    """Work edits out; what is no draft any more is refused later, or answered by its key."""
    from logistics.usecases.edit_plan import work_out  # noqa: PLC0415  as above

    try:
        return work_out(database, plan_id, changes)
    except PlanNotDraft:
        return None


def _kept(
    session: Session, plan_id: str, worked: "Worked | None", actor: str, at: datetime
) -> dict[str, Any]:
    from logistics.usecases.edit_plan import write_edit  # noqa: PLC0415  as above

    if worked is None:
        found = plan_views.get(session, plan_id)
        raise PlanNotDraft(plan=plan_id, state=found.state, mend="open the run's draft")
    edited = write_edit(session, worked, actor=actor, at=at)
    said = EditedOut(
        accepted=True,
        plan_id=edited.report.plan.id if edited.report else None,
        before=plain(edited.before),
        after=plain(edited.after),
    )
    return said.model_dump(mode="json")


def _locked(
    session: Session, plan_id: str, locks: list[LockIn], actor: str, at: datetime
) -> dict[str, Any]:
    locked = unlocked = 0
    for one in locks:
        if bool(one.stop) == bool(one.trip):
            raise EditInvalid(field="stop", value=one.stop, mend="give a stop or a trip")
        found = lock_stops(
            session, plan_id, stop=one.stop, trip=one.trip, on=one.on, actor=actor, at=at
        )
        locked, unlocked = locked + found.locked, unlocked + found.unlocked
    said = EditedOut(accepted=True, plan_id=plan_id, locked=locked, unlocked=unlocked)
    return said.model_dump(mode="json")


def _asked(  # noqa: PLR0917  what is asked, of which plan, by whom
    session: Session,
    plan_id: str,
    changes: tuple[Edit, ...],
    body: EditsIn,
    key: str | None,
    actor: str,
    at: datetime,
) -> dict[str, Any]:
    run = prepare_solve(session, plan_id, changes, actor=actor, at=at)
    wish = {"limit_s": body.limit_s, "seed": body.seed}
    job = ask_job(session, run.id, JobKind.PLAN, wish, key=key, actor=actor, at=at)
    said = EditedOut(accepted=True, plan_id=plan_id, job_id=job.id)
    return said.model_dump(mode="json")


@router.post(
    "/plans/{plan_id}/choose",
    response_model=PlanOut,
    summary="Make a plan the draft again",
    responses=Responses.of(400, 404, 409, 422),
)
def choose(*, plan_id: str, who: Edits, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Put an earlier draft in the place of the one in force, if it still holds."""
    from logistics.usecases.release_plan import choose_plan  # noqa: PLC0415  reads the solver

    def deed(session: Session) -> Reply:
        chosen = choose_plan(session, plan_id, actor=who.actor, at=at)
        return Reply(PlanOut.of(chosen).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/plans/{plan_id}/choose",
        key=key,
        content=[],
        at=at,
    )


@router.post(
    "/plans/{plan_id}/release",
    response_model=ReleasedOut,
    summary="Release a plan",
    responses=Responses.of(400, 404, 409, 422),
)
def release(*, plan_id: str, who: Edits, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Freeze a plan of the run and hand its bags over; a run has one released plan."""
    from logistics.usecases.release_plan import release_plan  # noqa: PLC0415  reads the solver

    def deed(session: Session) -> Reply:
        run, book = release_plan(session, plan_id, actor=who.actor, at=at)
        said = ReleasedOut(
            run=RunOut.of(run), trips=len(book.trips), couriers=list(book.couriers())
        )
        return Reply(said.model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/plans/{plan_id}/release",
        key=key,
        content=[],
        at=at,
    )
