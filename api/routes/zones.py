"""Zones of places: stated, shown at any instant, and their history."""

from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import OptionalKeyDep, Reply, once
from api.plain import plain
from api.roles import Action
from logistics.store import runs
from logistics.usecases.set_zone import set_zone
from logistics.usecases.show_zones import zone_history, zone_of, zones_at

router = APIRouter(prefix="/api/v1/districts/{district}", tags=["zones"])

Reads = Annotated[Principal, Depends(may(Action.RUN_READ))]
States = Annotated[Principal, Depends(may(Action.RUN_STEP))]
At = Annotated[AwareDatetime | None, Query(description="With its offset; without it now")]


class ZoneIn(BaseModel):
    """Which zone a place is, from when to when."""

    model_config = ConfigDict(extra="forbid")
    place: Annotated[
        str,
        Field(
            min_length=1,
            max_length=200,
            description="Code of a place, or the district's name for all of it",
            examples=["KX-07"],
        ),
    ]
    zone: Annotated[
        str,
        Field(
            max_length=16,
            description="sealed, controlled, precaution; inherited: none of its own any more",
            examples=["sealed"],
        ),
    ]
    since: Annotated[AwareDatetime, Field(examples=["2026-04-13T09:00:00+08:00"])]
    until: Annotated[AwareDatetime | None, Field(description="Without it: while it lasts")] = None
    reason: Annotated[str, Field(max_length=500)] = ""


class ZoneSetOut(BaseModel):
    """What a statement brought."""

    place: str
    statement: dict[str, Any]
    before: dict[str, Any]
    after: dict[str, Any] | None = Field(description="From its end on; null while it lasts")
    superseded: int
    stairwells: int
    households: int


class ZonesOut(BaseModel):
    """Zones in force at an instant, and how many lie in which."""

    at: datetime
    stated: list[dict[str, Any]]
    stairwells: dict[str, int]
    households: dict[str, int]


class PlaceZoneOut(BaseModel):
    """The zone of one place, and the code of the place that it comes from."""

    code: str
    at: datetime
    standing: dict[str, Any]
    stated_on: str = Field(description="Empty where nobody said anything")


class ZoneHistoryOut(BaseModel):
    """How a place's zone was and will be, with every statement on it."""

    code: str
    spans: list[dict[str, Any]]
    statements: list[dict[str, Any]]


@router.post(
    "/zones",
    status_code=201,
    response_model=ZoneSetOut,
    summary="State the zone of a place",
    responses=Responses.of(404, 409, 422),
)
def state(
    *, district: str, body: ZoneIn, who: States, key: OptionalKeyDep, work: WorkDep, at: NowDep
) -> JSONResponse:
    """State a zone; from its start it replaces what was said of the place, which is kept."""

    def deed(session: Session) -> Reply:
        done = set_zone(
            session,
            runs.district_id(session, district),
            body.place,
            body.zone,
            since=body.since,
            until=body.until,
            reason=body.reason,
            actor=who.actor,
            at=at,
        )
        return Reply(plain(done), 201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/districts/{district}/zones",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("/zones", summary="Show the zones at an instant", responses=Responses.of(404, 422))
def show(*, district: str, _: Reads, work: WorkDep, now: NowDep, at: At = None) -> ZonesOut:
    """Show the places with a zone of their own in force, and count who lies in which."""
    found = work.read(lambda s: zones_at(s, runs.district_id(s, district), at or now))
    return ZonesOut.model_validate(plain(found))


@router.get("/zones/{place}", summary="Show a place's zone", responses=Responses.of(404, 422))
def show_place(
    *, district: str, place: str, _: Reads, work: WorkDep, now: NowDep, at: At = None
) -> PlaceZoneOut:
    """Show the zone of one place at an instant, its own or what it lies in."""
    found = work.read(lambda s: zone_of(s, runs.district_id(s, district), place, at or now))
    return PlaceZoneOut.model_validate(plain(found))


@router.get("/zones/{place}/history", summary="Tell a place's zones", responses=Responses.of(404))
def history(district: str, place: str, _: Reads, work: WorkDep) -> ZoneHistoryOut:
    """Tell how the zone of a place came about, with every statement on it."""
    found = work.read(lambda s: zone_history(s, runs.district_id(s, district), place))
    return ZoneHistoryOut(
        code=found.code,
        spans=[plain(span) | {"stated_on": source} for span, source in found.spans],
        statements=[plain(one) for one in found.statements],
    )
