"""Ordering a run's goods: the options side by side, and the one that is bought."""

from typing import Annotated, Any, Literal

from fastapi import APIRouter
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.deps import DatabaseDep, NowDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.plain import plain
from api.routes.run_steps import StepOut, Steps, step_reply
from logistics.domain.runs import RunOutOfOrder
from logistics.store.session import Database
from logistics.usecases.place_orders import place_orders, propose
from logistics.usecases.weigh_orders import Weighed, read_demand, weigh

router = APIRouter(prefix="/api/v1", tags=["runs"])

_STEP = Responses.of(404, 409, 422)
Option = Literal["cheap", "contact", "balanced"]


class OrderIn(BaseModel):
    """Which option is bought, and whose goods go straight to a point."""

    model_config = ConfigDict(extra="forbid")
    option: Option = "balanced"
    deliver_to: Annotated[
        dict[str, str],
        Field(description="Point by supplier code; others go to the depot", max_length=200),
    ] = {}


class OptionsOut(BaseModel):
    """What ordering would bring; nothing was written."""

    proposed: dict[str, Any]


@router.post(
    "/runs/{run_id}/order",
    response_model=StepOut,
    summary="Order what the lists ask for",
    responses=_STEP,
)
def order(
    *,
    run_id: str,
    who: Steps,
    key: OptionalKeyDep,
    database: DatabaseDep,
    work: WorkDep,
    at: NowDep,
    body: OrderIn | None = None,
) -> JSONResponse:
    """Order from suppliers as an option says; without a body, balanced.

    The options are weighed in no transaction: lists of other runs go on meanwhile. The order is
    refused as `buying.stale` if what they were made from has changed.
    """
    wish = body or OrderIn()
    weighed = _weighed(database, run_id, at)

    def deed(session: Session) -> Reply:
        result = place_orders(
            session,
            run_id,
            option=wish.option,
            weighed=weighed,
            deliver_to=wish.deliver_to,
            actor=who.actor,
            at=at,
        )
        return step_reply(session, run_id, result)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/order",
        key=key,
        content=[] if body is None else body.model_dump(mode="json"),
        at=at,
    )


@router.post("/runs/{run_id}/order/options", summary="Compare ways to order", responses=_STEP)
def options(*, run_id: str, who: Steps, database: DatabaseDep, at: NowDep) -> OptionsOut:
    """Say what each option would cost, whom it would send where, and what would be short."""
    del who  # only who may order may ask
    with database.read() as session:
        read = read_demand(session, run_id, at=at)
    weighed = weigh(read)
    with database.read() as session:
        return OptionsOut(proposed=plain(propose(session, weighed)))


def _weighed(database: Database, run_id: str, at: NowDep) -> Weighed | None:
    """Weigh the options; a run in another state is refused later, or answered by its key."""
    try:
        with database.read() as session:
            read = read_demand(session, run_id, at=at)
    except RunOutOfOrder:
        return None
    return weigh(read)
