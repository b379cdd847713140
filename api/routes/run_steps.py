"""The steps of a run, one endpoint each: from the cut-off to the close."""

from collections.abc import Callable
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import DatabaseDep, NowDep, SettingsDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from api.routes.runs import RunOut
from logistics.domain.allocation import Allocation
from logistics.domain.procurement import Received
from logistics.domain.runs import RunOutOfOrder, Step, require
from logistics.store import runs
from logistics.store.session import Database
from logistics.usecases.close_run import close_run
from logistics.usecases.cut_off import cut_off
from logistics.usecases.finish_receiving import finish_receiving
from logistics.usecases.pack_bags import pack_bags
from logistics.usecases.receive_goods import mark_nothing_came, receive_goods
from logistics.usecases.share_out import (
    SharingInputs,
    SharingStale,
    read_sharing,
    solve_sharing,
    write_if_fresh,
)

router = APIRouter(prefix="/api/v1", tags=["runs"])

Steps = Annotated[Principal, Depends(may(Action.RUN_STEP))]
Receives = Annotated[Principal, Depends(may(Action.GOODS_RECEIVE))]
_STEP = Responses.of(404, 409, 422)


class StepOut(BaseModel):
    """A run after a step, and what the step brought."""

    run: RunOut
    result: dict[str, Any]


class CountIn(BaseModel):
    """What was counted of one item, in base units (gram, millilitre, piece)."""

    model_config = ConfigDict(extra="forbid")
    item: Annotated[str, Field(min_length=1, max_length=64, examples=["土豆"])]
    quantity_base: Annotated[int, Field(ge=0, le=10**12, examples=[50_000])]
    instead_of: Annotated[str | None, Field(max_length=64)] = None
    damaged_base: Annotated[int, Field(ge=0, le=10**12)] = 0
    provenance: Annotated[str, Field(max_length=200)] = ""
    weight_g: Annotated[
        int | None, Field(ge=0, le=10**9, description="What the scale says of all of it")
    ] = None
    price_fen: Annotated[int | None, Field(ge=0, le=10**9)] = None
    photo: Annotated[str, Field(max_length=400, description="sha256 or address of a picture")] = ""

    def received(self) -> Received:
        """Return the count as the use case takes it."""
        return Received(
            item=self.item,
            quantity_base=self.quantity_base,
            instead_of=self.instead_of,
            damaged_base=self.damaged_base,
            provenance=self.provenance,
            weight_g=self.weight_g,
            price_fen=self.price_fen,
            photo=self.photo,
        )


class ReceiptIn(BaseModel):
    """What came of one order; no counts at all: nothing came."""

    model_config = ConfigDict(extra="forbid")
    counts: Annotated[list[CountIn], Field(max_length=2000)]


class ReceiptOut(BaseModel):
    """What was recorded of one order."""

    order: str
    result: dict[str, Any]


@router.post(
    "/orders/{order_id}/receipts",
    status_code=201,
    response_model=ReceiptOut,
    summary="Take in what came of an order",
    responses=Responses.of(400, 404, 409, 413, 422),
)
def receive(
    *, order_id: str, body: ReceiptIn, who: Receives, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Record what was counted: short, over or substituted. No counts: nothing came."""

    def deed(session: Session) -> Reply:
        counts = [count.received() for count in body.counts]
        if not counts:
            mark_nothing_came(session, order_id, actor=who.actor, at=at)
            return Reply({"order": order_id, "result": {}}, 201)
        own = f"{who.token_id}/{key}"[:128]  # two tokens may choose the same key
        taken = receive_goods(session, order_id, counts, key=own, actor=who.actor, at=at)
        return Reply({"order": order_id, "result": plain(taken)}, 201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/orders/{order_id}/receipts",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


def step_reply(session: Session, run_id: str, result: Any) -> Reply:
    """Answer a step: the run as it stands after it, and what the step brought."""
    after = RunOut.of(runs.get(session, run_id)).model_dump(mode="json")
    return Reply({"run": after, "result": plain(result)})


StepUse = Callable[..., Any]


def _step(name: str, use: StepUse, summary: str, *, command: str) -> None:
    """Declare the endpoint of one step: all steps are asked for and answered alike."""

    def endpoint(
        run_id: str, who: Steps, key: OptionalKeyDep, work: WorkDep, at: NowDep
    ) -> JSONResponse:
        def deed(session: Session) -> Reply:
            return step_reply(session, run_id, use(session, run_id, actor=who.actor, at=at))

        return once(
            work,
            deed,
            who=who,
            command=f"POST /api/v1/runs/{run_id}/{command}",
            key=key,
            content=[],
            at=at,
        )

    endpoint.__name__ = name
    router.post(
        f"/runs/{{run_id}}/{command}", response_model=StepOut, summary=summary, responses=_STEP
    )(endpoint)


_step("cutoff", cut_off, "Cut off: lists freeze", command="cutoff")
_step("finish", finish_receiving, "Say that all has come that will", command="receive")
_step("pack", pack_bags, "Pack the bags of each household", command="pack")
_step("close", close_run, "Close the run", command="close")


class AllocateIn(BaseModel):
    """What becomes of more than was asked for."""

    model_config = ConfigDict(extra="forbid")
    spread: Annotated[
        bool, Field(description="Spread what is too much; else it stays in stock")
    ] = False


@router.post(
    "/runs/{run_id}/allocate",
    response_model=StepOut,
    summary="Share out what came",
    responses=_STEP,
)
def allocate(
    *,
    run_id: str,
    who: Steps,
    key: OptionalKeyDep,
    database: DatabaseDep,
    work: WorkDep,
    at: NowDep,
    body: AllocateIn | None = None,
) -> JSONResponse:
    """Give every line its share, or the reason why there is none.

    It is worked out in no transaction: lists and receipts go on meanwhile. The sharing is refused
    as `sharing.stale` if what it was made from has changed.
    """
    wish = body or AllocateIn()
    solved = _shared(database, run_id, spread=wish.spread)

    def deed(session: Session) -> Reply:
        if solved is None:  # answered by its key before, or refused now
            require(runs.get_for_update(session, run_id), Step.ALLOCATE)
            raise SharingStale(run=run_id, mend="share again")
        inputs, shares = solved
        result = write_if_fresh(session, inputs, shares, actor=who.actor, at=at)
        return step_reply(session, run_id, result)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/allocate",
        key=key,
        content=[] if body is None else body.model_dump(mode="json"),
        at=at,
    )


def _shared(
    database: Database, run_id: str, *, spread: bool
) -> tuple[SharingInputs, Allocation] | None:
    """Work a sharing out; a run in another state is refused later, or answered by its key."""
    try:
        with database.read() as session:
            require(runs.get(session, run_id), Step.ALLOCATE)
            inputs = read_sharing(session, run_id, spread=spread)
    except RunOutOfOrder:
        return None
    return inputs, solve_sharing(inputs)


class PlanIn(BaseModel):
    """How long and from which seed to plan."""

    model_config = ConfigDict(extra="forbid")
    time_limit_s: Annotated[float, Field(ge=1, le=600)] = 30.0
    seed: Annotated[int, Field(ge=0, le=2**31 - 1)] = 1


@router.post("/runs/{run_id}/plan", summary="Plan who goes where when", responses=_STEP)
def plan(
    *,
    run_id: str,
    who: Steps,
    database: DatabaseDep,
    work: WorkDep,
    settings: SettingsDep,
    at: NowDep,
    body: PlanIn | None = None,
) -> StepOut:
    """Plan a packed run; planning again replaces the draft, so it may simply be resent.

    The solver runs in no transaction: lists and receipts go on meanwhile. The plan is refused as
    `plan.stale` if what it was made from has changed.
    """
    # the solver takes seconds to load: only who plans waits for it
    from logistics.usecases.plan_run import plan_run  # noqa: PLC0415

    wish = body or PlanIn()
    report = plan_run(
        database,
        run_id,
        time_limit_s=min(wish.time_limit_s, settings.solve_limit_s),
        seed=wish.seed,
        actor=who.actor,
        at=at,
    )
    after = work.read(lambda session: RunOut.of(runs.get(session, run_id)))
    return StepOut(run=after, result=plain(report))


def _released(session: Session, run_id: str, *, actor: str, at: datetime) -> dict[str, Any]:
    from logistics.usecases.release_run import release_run  # noqa: PLC0415  as above

    book = release_run(session, run_id, actor=actor, at=at)
    return {"trips": len(book.trips), "couriers": list(book.couriers())}


_step("release", _released, "Freeze the plan and hand the bags over", command="release")
