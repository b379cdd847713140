"""What couriers, leaders' desks and households report of bags on their way."""

from collections import Counter
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.access.parties import own_events
from api.auth import Principal, may, may_within
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from logistics.domain.custody import Scan, ScanKind
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.record_scans import BagEvent, record_scans

router = APIRouter(prefix="/api/v1", tags=["bags"])

Reports = Annotated[Principal, Depends(may_within(Action.EVENT_RECORD))]
Rides = Annotated[Principal, Depends(may(Action.TRIP_RECORD))]
_RESPONSES = Responses.of(400, 404, 409, 413, 422)
Code = Annotated[str, Field(min_length=1, max_length=64)]


class EventIn(BaseModel):
    """One thing that happened to a bag."""

    model_config = ConfigDict(extra="forbid")
    bag: Annotated[str, Field(min_length=1, max_length=64, examples=["00A-K"])]
    event: ScanKind
    by: Annotated[
        str, Field(min_length=1, max_length=96, examples=["courier:C01", "leader:KX-01-02"])
    ]
    at: Annotated[AwareDatetime | None, Field(description="When it happened; without it: now")] = (
        None
    )
    place: Annotated[str, Field(max_length=96, description="Empty: the usual place")] = ""
    note: Annotated[str, Field(max_length=400)] = ""
    key: Annotated[
        str | None,
        Field(
            min_length=1,
            max_length=100,
            description="Of this event, where a device keeps several until it has a network; "
            "the same key again is heard once",
        ),
    ] = None


class EventsIn(BaseModel):
    """What happened, in any order and however late."""

    model_config = ConfigDict(extra="forbid")
    events: Annotated[list[EventIn], Field(min_length=1, max_length=2000)]


class EventsOut(BaseModel):
    """What became of each event, in the order in which they were sent.

    ``outcome`` is ``applied``, ``known``, ``repeated``, ``aside-…`` (kept, but it contradicts what
    is known) or the code of a refusal: then nothing was recorded of it.
    """

    counts: dict[str, int]
    heard: list[dict[str, Any]]


class DepartIn(BaseModel):
    """A trip that leaves its point."""

    model_config = ConfigDict(extra="forbid")
    at: AwareDatetime | None = None
    left: Annotated[list[Code], Field(max_length=500, description="Bags left at the point")] = []


class FinishIn(BaseModel):
    """A trip that is back; bags that are not named were dropped."""

    model_config = ConfigDict(extra="forbid")
    at: AwareDatetime | None = None
    returned: Annotated[list[Code], Field(max_length=500)] = []
    lost: Annotated[list[Code], Field(max_length=500)] = []
    damaged: Annotated[list[Code], Field(max_length=500)] = []


class TripOut(BaseModel):
    """A trip and what became of its bags; none, if it was said before."""

    trip: str
    state: str
    heard: list[dict[str, Any]]


@router.post(
    "/runs/{run_id}/events",
    response_model=EventsOut,
    summary="Report what happened to bags",
    responses=_RESPONSES,
)
def record(
    *, run_id: str, body: EventsIn, who: Reports, key: KeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """Record events of bags; each once, in any order.

    Couriers, households, leaders and point teams report of the bags that are theirs. An event of
    another bag is not recorded; where all are, the whole is refused.
    """

    def deed(session: Session) -> Reply:
        events = [_event(one, f"{who.token_id}/{key}/{n}", who, at) for n, one in
                  enumerate(body.events)]  # fmt: skip
        own, foreign = own_events(session, who, run_id, events)
        report = record_scans(session, run_id, own, actor=who.actor, at=at)
        counts = Counter(report.counts) + Counter(one.outcome for one in foreign)
        return Reply({"counts": dict(counts), "heard": plain([*report.heard, *foreign])})

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/events",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run_id}/trips/{trip}/depart",
    response_model=TripOut,
    summary="A trip leaves with all its bags",
    responses=_RESPONSES,
)
def depart(
    *,
    run_id: str,
    trip: str,
    body: DepartIn,
    who: Rides,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Load all bags of a trip at once, but those left at the point."""

    def deed(session: Session) -> Reply:
        since = body.at or at
        done = depart_trip(
            session, run_id, trip, since=since, left=body.left, actor=who.actor, at=at
        )
        return Reply(plain(done))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/trips/{trip}/depart",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.post(
    "/runs/{run_id}/trips/{trip}/finish",
    response_model=TripOut,
    summary="A trip is back",
    responses=_RESPONSES,
)
def finish(
    *,
    run_id: str,
    trip: str,
    body: FinishIn,
    who: Rides,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Say of all bags that the courier still had: dropped, or as named."""

    def deed(session: Session) -> Reply:
        done = finish_trip(
            session,
            run_id,
            trip,
            since=body.at or at,
            returned=body.returned,
            lost=body.lost,
            damaged=body.damaged,
            actor=who.actor,
            at=at,
        )
        return Reply(plain(done))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run_id}/trips/{trip}/finish",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


def _event(said: EventIn, usual_key: str, who: Principal, at: datetime) -> BagEvent:
    key = f"{who.token_id}/{said.key}" if said.key else usual_key
    return BagEvent(
        bag=said.bag,
        scan=Scan(
            key=key,
            kind=said.event,
            at=said.at or at,
            by=said.by,
            place=said.place,
            note=said.note,
        ),
    )
