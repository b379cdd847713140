"""What came and what became of it: lots, rations, shares and their reasons, packing so far."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.pages.fairness import fairness_of
from api.plain import plain
from api.rations import rations_of
from api.roles import Action
from logistics.domain.stock import LotState
from logistics.store import desk, lots, runs, wishes
from logistics.store.lots import LotUnknown
from logistics.usecases.decide_on_lot import decide_on_lot
from logistics.usecases.explain_shares import explain_shares
from logistics.usecases.set_ration import set_ration

router = APIRouter(prefix="/api/v1", tags=["goods"])

Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
Shares = Annotated[Principal, Depends(may(Action.SHARE_READ))]
Steps = Annotated[Principal, Depends(may(Action.RUN_STEP))]
Decides = Annotated[Principal, Depends(may(Action.LOT_DECIDE))]
Plans = Annotated[Principal, Depends(may(Action.PLAN_READ))]


class LotsOut(BaseModel):
    """Lots of a run by item, each with where it came from and whether it is held."""

    lots: list[dict[str, Any]]


class DecisionIn(BaseModel):
    """Why, and the provenance of goods that came without."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=1, max_length=400)]
    provenance: Annotated[str, Field(max_length=200)] = ""


class DecidedOut(BaseModel):
    """A lot after a decision; `still_out` says what of it is in bags or with households."""

    lot: str
    state: str
    destroyed: int
    still_out: dict[str, int]


class RationIn(BaseModel):
    """The most that one household gets of an item; without an amount the ration is lifted."""

    model_config = ConfigDict(extra="forbid")
    item: Annotated[str, Field(min_length=1, max_length=64)]
    amount: Annotated[str | None, Field(max_length=40, examples=["2板", "半斤"])] = None
    reason: Annotated[str, Field(max_length=200)] = ""


class RationsOut(BaseModel):
    """Rations that hold in a run, in base units."""

    rations: list[dict[str, Any]]


class SharesOut(BaseModel):
    """What households got of what they asked, line by line, why, and what comes next."""

    households: list[dict[str, Any]]


class ShortsOut(BaseModel):
    """Lines that got less than they asked."""

    reasons: dict[str, int]
    lines: list[dict[str, Any]]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class FairnessOut(BaseModel):
    """How fair the sharing is, by tier and against other ways of sharing the same goods."""

    run: str
    proven: bool
    lines: dict[str, int]
    ways: list[dict[str, Any]]
    items: list[dict[str, Any]]


class ProgressOut(BaseModel):
    """Bags by point and state, and by the shelf of each compartment."""

    run: str
    points: dict[str, dict[str, int]]
    shelves: list[dict[str, Any]]


@router.get("/runs/{run_id}/lots", summary="List a run's lots", responses=Responses.of(404))
def of_run(
    *,
    run_id: str,
    _: Reads,
    work: WorkDep,
    held: Annotated[bool, Query(description="Only what is held")] = False,
) -> LotsOut:
    """List what came, lot by lot."""
    found = work.read(lambda s: lots.of_run(s, runs.get(s, run_id).id))
    return LotsOut(lots=[plain(one) for one in found if not held or one.state is LotState.HELD])


@router.post(
    "/runs/{run_id}/lots/{code}/{decision}",
    response_model=DecidedOut,
    summary="Hold, release or destroy a lot",
    responses=Responses.of(404, 409, 422),
)
def decide(
    *,
    run_id: str,
    code: str,
    decision: Literal["hold", "release", "destroy"],
    body: DecisionIn,
    who: Decides,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Decide about a lot, by its id or provenance; cold goods are released with provenance."""
    becomes = {
        "hold": LotState.HELD, "release": LotState.RELEASED, "destroy": LotState.DESTROYED,
    }[decision]  # fmt: skip

    def deed(session: Session) -> Reply:
        card = lots.card(session, code)
        if card.run_id != runs.get(session, run_id).id:
            raise LotUnknown(field="lot", value=code, mend="give a lot of this run")
        made = decide_on_lot(
            session,
            card.id,
            becomes,
            reason=body.reason,
            provenance=body.provenance,
            actor=who.actor,
            at=at,
        )
        return Reply(plain(made))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/lots/{code}/{decision}",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("/runs/{run_id}/rations", summary="List a run's rations", responses=Responses.of(404))
def rations(run_id: str, _: Reads, work: WorkDep) -> RationsOut:
    """List the most that one household gets of an item in this run."""
    return RationsOut(rations=work.read(lambda s: rations_of(s, run_id)))


@router.post(
    "/runs/{run_id}/rations",
    response_model=RationsOut,
    summary="Set or lift a ration",
    responses=Responses.of(404, 409, 422),
)
def ration(
    *, run_id: str, body: RationIn, who: Steps, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Let each household get at most so much of an item, before the goods are shared."""

    def deed(session: Session) -> Reply:
        set_ration(
            session, run_id, body.item, body.amount, reason=body.reason, actor=who.actor, at=at
        )
        return Reply({"rations": rations_of(session, run_id)})

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/rations",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get(
    "/runs/{run_id}/shares", summary="Explain a household's shares", responses=Responses.of(404)
)
def shares(
    run_id: str,
    _: Shares,
    work: WorkDep,
    of: Annotated[str, Query(max_length=64, description="Code of a household")],
) -> SharesOut:
    """Say what a household got of each line, why, and what comes next."""
    return SharesOut(households=plain(work.read(lambda s: explain_shares(s, run_id, of))))


@router.get(
    "/runs/{run_id}/shorts", summary="List lines that got less", responses=Responses.of(404, 422)
)
def shorts(
    *,
    run_id: str,
    _: Shares,
    work: WorkDep,
    after: Annotated[str, Query(max_length=64)] = "",
    reason: Annotated[str, Query(max_length=64)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
) -> ShortsOut:
    """List lines that got less than they asked, with the reason of what is missing, in pages."""

    def read(session: Session) -> ShortsOut:
        run = runs.get(session, run_id)
        found = desk.short_page(session, run.id, after=after, limit=limit + 1, reason=reason)
        return ShortsOut(
            reasons=desk.short_reasons(session, run.id),
            lines=plain(found[:limit]),
            next=found[limit - 1].line_id if len(found) > limit else None,
        )

    return work.read(read)


@router.get(
    "/runs/{run_id}/fairness", summary="How fair the sharing is", responses=Responses.of(404)
)
def fairness(run_id: str, _: Shares, work: WorkDep) -> FairnessOut:
    """Compare the sharing with first come, first served and with proportional shares."""
    run, report = fairness_of(work, run_id)
    named = work.read(wishes.goods)
    return FairnessOut(
        run=run.code,
        proven=report.proven,
        lines=plain(report.lines),
        ways=plain(report.households),
        items=[
            plain(one)
            | {"item_zh": named[one.item_id].name_zh, "item_en": named[one.item_id].name_en}
            for one in report.items
        ],
    )


@router.get(
    "/runs/{run_id}/packing-progress",
    summary="How far packing is",
    responses=Responses.of(404),
)
def progress(run_id: str, _: Plans, work: WorkDep) -> ProgressOut:
    """Count bags by point and by the shelf of each compartment."""

    def read(session: Session) -> ProgressOut:
        run = runs.get(session, run_id)
        return ProgressOut(
            run=run.code,
            points=desk.packing_by_point(session, run.id),
            shelves=[
                {"point": point, "compartment": compartment, "states": states}
                for (point, compartment), states in desk.packing_by_shelf(session, run.id).items()
            ],
        )

    return work.read(read)
