"""A building leader's day over HTTP: what arrives, how far each door is, what was met there."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends
from fastapi.responses import JSONResponse, Response
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import NowDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, Reply, once
from api.roles import Action
from api.versions import IfNoneMatch, etag_of_content, versioned
from logistics.domain.door_visits import LONGEST, DoorAnswer, DoorVisit
from logistics.domain.leader_days import LeaderDay
from logistics.store import places, runs
from logistics.usecases.note_at_door import note_at_door
from logistics.usecases.read_leader_day import read_leader_day

router = APIRouter(prefix="/api/v1", tags=["leader"])

Reads = Annotated[Principal, Depends(may(Action.HAND_OUT_READ))]
Marks = Annotated[Principal, Depends(may(Action.DOOR_MARK))]


class ArrivalOut(BaseModel):
    """A courier comes to a slot; from ``away_from`` to ``away_until`` nobody else is there."""

    stairwell: str
    trip: str
    arrives_at: AwareDatetime
    leaves_at: AwareDatetime
    away_from: AwareDatetime
    away_until: AwareDatetime
    drop: str
    bags: int
    dropped: int


class DoorBagOut(BaseModel):
    """A bag of a door."""

    code: str
    compartment: str
    state: str
    held_by: str = Field(description="point courier van slot leader household loss")


class DoorOut(BaseModel):
    """A door with bags; top floor first."""

    household: str
    room: str
    floor: int | None
    stairwell: str
    at_the_door: bool = Field(description="Leave it at the door and step back")
    state: str = Field(description="coming at-slot with-leader no-answer refused handed")
    reports: int
    bags: list[DoorBagOut]


class HandOutOut(BaseModel):
    """What a leader hands out in a run."""

    run: str
    place: str
    separation_s: int
    arrivals: list[ArrivalOut]
    doors: list[DoorOut]


class VisitIn(BaseModel):
    """What was met at a door."""

    model_config = ConfigDict(extra="forbid")
    answer: DoorAnswer
    at: Annotated[AwareDatetime | None, Field(description="When it was; without it: now")] = None
    note: Annotated[str, Field(max_length=LONGEST)] = ""


class VisitOut(BaseModel):
    """What is kept of a visit."""

    run: str
    household: str
    answer: DoorAnswer
    new: bool = Field(description="False where it was said before under the same key")


@router.get(
    "/runs/{run}/places/{place}/hand-out",
    response_model=HandOutOut,
    summary="Read what arrives at a building, and for which doors",
    responses=Responses.of(304, 404),
)
def hand_out(
    *,
    run: str,
    place: str,
    _: Reads,
    work: WorkDep,
    at: NowDep,
    known: IfNoneMatch = None,
) -> Response:
    """Read what comes to a building, compound or stairwell in a released run, door by door."""

    def read(session: Session) -> dict[str, Any]:
        area = runs.get(session, run).district_id
        spot = places.named(session, area, place)
        day = read_leader_day(session, spot, run, at=at)
        return say(day, spot.code).model_dump(mode="json")

    content = work.read(read)
    return versioned(content, etag_of_content(content), known)


def say(day: LeaderDay, place: str) -> HandOutOut:
    """Tell a leader's day as JSON has it."""
    return HandOutOut(
        run=day.run.code,
        place=place,
        separation_s=day.run.separation_s,
        arrivals=[
            ArrivalOut(
                stairwell=one.stairwell_code,
                trip=one.trip,
                arrives_at=one.arrives_at,
                leaves_at=one.leaves_at,
                away_from=one.away_from,
                away_until=one.away_until,
                drop=one.drop_mode,
                bags=one.bags,
                dropped=one.dropped,
            )
            for one in day.arrivals
        ],
        doors=[
            DoorOut(
                household=one.household,
                room=one.room,
                floor=one.floor,
                stairwell=one.stairwell_code,
                at_the_door=one.at_the_door,
                state=one.state,
                reports=one.reports,
                bags=[
                    DoorBagOut(
                        code=bag.code,
                        compartment=bag.compartment,
                        state=bag.state,
                        held_by=bag.who,
                    )
                    for bag in one.bags
                ],
            )
            for one in day.doors
        ],
    )


@router.post(
    "/runs/{run}/doors/{household}",
    status_code=201,
    response_model=VisitOut,
    summary="Say that nobody answered, or that bags were refused",
    responses=Responses.of(400, 404, 409, 422),
)
def visit(
    *,
    run: str,
    household: str,
    body: VisitIn,
    who: Marks,
    key: KeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Keep what was met at a door; what is said last counts, until the bags are handed over."""

    def deed(session: Session) -> Reply:
        said = DoorVisit(
            key=f"{who.token_id}/{key}"[:180],
            answer=body.answer,
            at=body.at or at,
            note=body.note.strip(),
        )
        new = note_at_door(session, run, household, said, actor=who.actor, at=at)
        out = VisitOut(run=run, household=household, answer=body.answer, new=new)
        return Reply(out.model_dump(mode="json"), 201)

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/runs/{run}/doors/{household}",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )
