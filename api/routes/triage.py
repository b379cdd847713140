"""What was not understood: read, settle, discard."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.paging import link_next
from api.roles import Action
from api.schemas import Amount
from logistics.domain.lists import TriageEntry
from logistics.store import runs
from logistics.store import triage as queue
from logistics.usecases.settle_triage import discard_triage, settle_triage

router = APIRouter(prefix="/api/v1", tags=["triage"])

Reads = Annotated[Principal, Depends(may(Action.TRIAGE_READ))]
Settles = Annotated[Principal, Depends(may(Action.TRIAGE_SETTLE))]


class TriageOut(BaseModel):
    """Words that wait for a person, or how they were settled."""

    id: str
    run: str
    source: str
    line_no: int
    list: str | None
    household: str | None
    said: str
    code: str
    facts: dict[str, Any]
    state: str = Field(description="open, settled or discarded")
    at: datetime

    @classmethod
    def of(cls, entry: TriageEntry) -> "TriageOut":
        """Say an entry."""
        return cls(
            id=entry.id,
            run=entry.run_id,
            source=entry.source,
            line_no=entry.line_no,
            list=entry.list_id,
            household=entry.household_code,
            said=entry.said,
            code=entry.code,
            facts=dict(entry.facts),
            state=entry.state,
            at=entry.at,
        )


class TriagePage(BaseModel):
    """Entries of a run's queue, by id."""

    entries: list[TriageOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class Settlement(BaseModel):
    """What the words meant."""

    model_config = ConfigDict(extra="forbid")
    item: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=64,
            examples=["土豆"],
            description="Not needed to do a change as it was asked",
        ),
    ] = None
    quantity: Annotated[
        Amount | None, Field(description="Without it the amount that was said")
    ] = None
    unit: Annotated[str, Field(max_length=16, examples=["斤"])] = ""
    household: Annotated[
        str | None, Field(max_length=64, description="Where the entry names no household")
    ] = None
    teach: Annotated[
        bool, Field(description="Whether an unknown word names the item from now on")
    ] = True


class Discard(BaseModel):
    """Why nothing is to be had from the words."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(min_length=1, max_length=200)]


@router.get("/runs/{run_id}/triage", summary="Read the queue", responses=Responses.of(404, 422))
def read_queue(
    *,
    run_id: str,
    _: Reads,
    work: WorkDep,
    request: Request,
    response: Response,
    after: Annotated[str | None, Query(max_length=64)] = None,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
) -> TriagePage:
    """Read the open entries of a run in pages, oldest first."""

    def read(session: Session) -> list[TriageEntry]:
        return list(queue.open_entries(session, runs.get(session, run_id).id, limit + 1, after))

    found = work.read(read)
    more = found[limit - 1].id if len(found) > limit else None
    link_next(request, response, more)
    return TriagePage(entries=[TriageOut.of(entry) for entry in found[:limit]], next=more)


@router.post(
    "/triage/{entry_id}/settle",
    response_model=TriageOut,
    summary="Say what the words meant",
    responses=Responses.of(404, 409, 422),
)
def settle(
    *,
    entry_id: str,
    body: Settlement,
    who: Settles,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Make an order line of an entry."""

    def deed(session: Session) -> Reply:
        settled = settle_triage(
            session,
            entry_id,
            item=body.item,
            quantity=body.quantity,
            unit=body.unit,
            household=body.household,
            teach=body.teach,
            actor=who.actor,
            at=at,
        )
        return Reply(TriageOut.of(settled).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/triage/{entry_id}/settle",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/triage/{entry_id}/discard",
    response_model=TriageOut,
    summary="Say that nothing is to be had from the words",
    responses=Responses.of(404, 409, 422),
)
def discard(
    *,
    entry_id: str,
    body: Discard,
    who: Settles,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Close an entry with a reason; it stays in the record."""

    def deed(session: Session) -> Reply:
        gone = discard_triage(session, entry_id, reason=body.reason, actor=who.actor, at=at)
        return Reply(TriageOut.of(gone).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/triage/{entry_id}/discard",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
