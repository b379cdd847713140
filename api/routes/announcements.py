"""Announcements: said to a district or to a place of it, and taken back."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Query
from fastapi.responses import JSONResponse
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import NotYours, Principal, may, may_within
from api.deps import NowDep, Work, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.roles import Action, Reach
from logistics.domain.notices import LONGEST, Announcement
from logistics.store import notices, places, whereabouts
from logistics.usecases.announce import announce, withdraw_announcement

router = APIRouter(prefix="/api/v1", tags=["announcements"])

Makes = Annotated[Principal, Depends(may_within(Action.ANNOUNCEMENT_MAKE))]
Withdraws = Annotated[Principal, Depends(may(Action.ANNOUNCEMENT_MAKE))]
Reads = Annotated[Principal, Depends(may_within(Action.ANNOUNCEMENT_READ))]
Words = Annotated[str, Field(max_length=LONGEST)]


class AnnouncementIn(BaseModel):
    """What is to be said, and to whom."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {
                    "district": "笕桥",
                    "place": "JQ-01-03",
                    "text_zh": "明天上午9点在楼下做核酸,请错峰下楼。",
                    "text_en": "Testing downstairs tomorrow at 9: please come one by one.",
                }
            ]
        },
    )
    district: Annotated[str, Field(min_length=1, max_length=64)]
    place: Annotated[
        str, Field(max_length=64, description="Code of a building, compound …; empty: everybody")
    ] = ""
    text_zh: Words = ""
    text_en: Words = ""
    since: Annotated[AwareDatetime | None, Field(description="Without it: at once")] = None
    until: Annotated[AwareDatetime | None, Field(description="Without it: until withdrawn")] = None


class WithdrawnIn(BaseModel):
    """Why an announcement holds no more."""

    model_config = ConfigDict(extra="forbid")
    reason: Annotated[str, Field(max_length=500)] = ""


class AnnouncementOut(BaseModel):
    """An announcement."""

    id: str
    place: str = Field(description="Code of the place it is said to; empty: the whole district")
    text_zh: str
    text_en: str
    since: datetime
    until: datetime | None
    withdrawn_at: datetime | None


class AnnouncementsOut(BaseModel):
    """What stands now, newest first."""

    announcements: list[AnnouncementOut]


@router.post(
    "/announcements",
    status_code=201,
    response_model=AnnouncementOut,
    summary="Announce something",
    responses=Responses.of(400, 404, 409, 422),
)
def make(body: AnnouncementIn, who: Makes, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Say something to a district or a place; leaders say it to their own building."""
    _must_cover(work, who, body.district, body.place)

    def deed(session: Session) -> Reply:
        said = announce(
            session,
            body.district,
            place=body.place or None,
            text_zh=body.text_zh,
            text_en=body.text_en,
            since=body.since,
            until=body.until,
            actor=who.actor,
            at=at,
        )
        return Reply(_out(session, said).model_dump(mode="json"), status=201)

    return once(
        work,
        deed,
        who=who,
        command="POST /api/v1/announcements",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("/announcements", summary="Read what is announced", responses=Responses.of(404, 422))
def standing(
    who: Reads,
    work: WorkDep,
    at: NowDep,
    district: Annotated[
        str, Query(max_length=64, description="Name; for those who see all of it")
    ] = "",
) -> AnnouncementsOut:
    """Read what is announced now to those whom the asker looks after, newest first."""

    def read(session: Session) -> list[AnnouncementOut]:
        return [_out(session, one) for one in told_to(session, who, at, district=district)]

    return AnnouncementsOut(announcements=work.read(read))


@router.post(
    "/announcements/{announcement_id}/withdraw",
    response_model=AnnouncementOut,
    summary="Withdraw an announcement",
    responses=Responses.of(404, 409, 422),
)
def withdraw(
    *,
    announcement_id: str,
    body: WithdrawnIn,
    who: Withdraws,
    key: OptionalKeyDep,
    work: WorkDep,
    at: NowDep,
) -> JSONResponse:
    """Take an announcement back; it stays in the record."""

    def deed(session: Session) -> Reply:
        gone = withdraw_announcement(
            session, announcement_id, reason=body.reason, actor=who.actor, at=at
        )
        return Reply(_out(session, gone).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"POST /api/v1/announcements/{announcement_id}/withdraw",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


def told_to(
    session: Session, who: Principal, at: datetime, *, district: str = "", limit: int = 20
) -> tuple[Announcement, ...]:
    """Read what is announced now where somebody lives, or to those whom they look after.

    Pages show it by the macro ``announcements`` of ``household/announcements.html``.
    """
    if who.reach(Action.ANNOUNCEMENT_READ) is Reach.ALL:
        areas = (
            [places.district_by_name(session, district).id]
            if district
            else sorted(who.districts or (one.id for one in places.districts(session)))
        )
        found = [one for area in areas for one in notices.standing(session, area, at, limit=limit)]
        return tuple(found)
    spots = set(who.places)
    if who.household_code:
        spots.add(places.household_by_code(session, who.household_code).stairwell_id)
    around = whereabouts.rise(session, spots)
    for spot in who.places:  # a leader is told what is said to any stairwell of the building
        around |= whereabouts.under(session, spot)
    area = who.district_id
    return () if area is None else notices.standing(session, area, at, places=around, limit=limit)


def _must_cover(work: Work, who: Principal, district: str, place: str) -> None:
    if who.unlimited(Action.ANNOUNCEMENT_MAKE):
        return

    def allowed(session: Session) -> bool:
        area = whereabouts.of_district(session, district)
        if area is None:
            return False
        where = whereabouts.of_place(session, area.district_id, place) if place else area
        return who.covers(Action.ANNOUNCEMENT_MAKE, where)

    if not work.read(allowed):
        raise NotYours(subject=(place or district)[:64])


def _out(session: Session, one: Announcement) -> AnnouncementOut:
    return AnnouncementOut(
        id=one.id,
        place=places.place(session, one.place_id).code if one.place_id else "",
        text_zh=one.text_zh,
        text_en=one.text_en,
        since=one.since,
        until=one.until,
        withdrawn_at=one.withdrawn_at,
    )
