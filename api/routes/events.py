"""What couriers, leaders' desks and households report of bags on their way."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import NotYours, Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, Reply, once
from api.plain import plain
from api.roles import Action, Reach, reach
from logistics.domain.custody import Scan, ScanKind
from logistics.store import runs, trip_custody
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.record_scans import BagEvent, record_scans

router = APIRouter(prefix="/api/v1", tags=["bags"])

Reports = Annotated[Principal, Depends(may(Action.EVENT_RECORD))]
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
    """Record events of bags; each once, in any order. Couriers and households report their own."""

    def deed(session: Session) -> Reply:
        events = [_event(one, f"{who.token_id}/{key}/{n}", who, at) for n, one in
                  enumerate(body.events)]  # fmt: skip
        report = record_scans(session, run_id, events, actor=who.actor, at=at)
        return Reply({"counts": dict(report.counts), "heard": plain(report.heard)})

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
    who: Reports,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Load all bags of a trip at once, but those left at the point."""

    def deed(session: Session) -> Reply:
        _must_ride(session, run_id, trip, who)
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
    who: Reports,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Say of all bags that the courier still had: dropped, or as named."""

    def deed(session: Session) -> Reply:
        _must_ride(session, run_id, trip, who)
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
    own = _own(who)
    if own is not None and said.by != own:
        raise NotYours(subject=said.by)
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


def _own(who: Principal) -> str | None:
    """Name the party for whom alone a token may speak; None: for anybody."""
    if reach(who.role, Action.EVENT_RECORD) is not Reach.OWN:
        return None
    if who.household_code:
        return f"household:{who.household_code}"
    return f"courier:{who.courier_code}"


def _must_ride(session: Session, run_id: str, trip: str, who: Principal) -> None:
    run = runs.get(session, run_id)
    rider = trip_custody.get_for_update(session, run.id, trip).courier_code
    own = _own(who)
    if own is not None and own != f"courier:{rider}":
        raise NotYours(subject=trip)
