"""Shifts of couriers as calendars."""

from datetime import UTC, timedelta
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from fastapi import APIRouter, Depends, Query, Request, Response
from sqlalchemy.orm import Session

from api.auth import Principal, may, may_within
from api.deps import NowDep, SettingsDep, WorkDep
from api.errors import Responses
from api.file_names import disposition, file_name
from api.i18n import Language, negotiate
from api.roles import Action
from api.settings import Settings
from api.versions import IfNoneMatch, etag_of_content, is_known
from logistics.domain.shifts import ShiftBook
from logistics.store import places, runs, shifts, whereabouts

router = APIRouter(prefix="/api/v1", tags=["calendars"])

Own = Annotated[Principal, Depends(may_within(Action.SHEET_READ))]
All = Annotated[Principal, Depends(may(Action.SHEETS_READ))]
Lang = Annotated[Language | None, Query(description="Instead of Accept-Language")]

_BEFORE, _AFTER = timedelta(days=31), timedelta(days=366)
_ICS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "iCalendar (RFC 5545): shifts and released trips, by code, no households",
        "content": {
            "text/calendar": {
                "schema": {"type": "string"},
                "example": "BEGIN:VCALENDAR\r\nVERSION:2.0\r\n…\r\nEND:VCALENDAR\r\n",
            }
        },
    }
}


@router.get(
    "/runs/{run_id}/shifts.ics",
    response_class=Response,
    summary="Export the shifts of a run as a calendar",
    responses=Responses.of(404) | _ICS | Responses.not_modified(),
)
def of_run(
    *,
    run_id: str,
    _: All,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    lang: Lang = None,
    known: IfNoneMatch = None,
) -> Response:
    """Give the shifts and trips of all couriers that ride in a run; empty until it is released."""
    book = work.read(lambda session: shifts.of_run(session, run_id))
    return _calendar(book, request, settings, lang, known)


@router.get(
    "/couriers/{courier}/shifts.ics",
    response_class=Response,
    summary="Export a courier's shifts as a calendar",
    responses=Responses.of(404, 422) | _ICS | Responses.not_modified(),
)
def of_courier(
    *,
    courier: str,
    who: Own,
    request: Request,
    work: WorkDep,
    settings: SettingsDep,
    now: NowDep,
    district: Annotated[
        str,
        Query(max_length=200, description="Name; not needed if there is one"),
    ] = "",
    lang: Lang = None,
    known: IfNoneMatch = None,
) -> Response:
    """Give a courier's shifts and trips of the last month and of all days to come."""

    def read(session: Session) -> ShiftBook:
        area = _district(session, district, who)
        there = whereabouts.of_courier(session, area, courier)
        who.must_cover(Action.SHEET_READ, there, courier)
        zone = ZoneInfo(places.district(session, area).zone_name)
        today = now.astimezone(UTC).astimezone(zone).date()
        return shifts.of_courier(
            session, area, courier, since=today - _BEFORE, until=today + _AFTER
        )

    return _calendar(work.read(read), request, settings, lang, known)


def _district(session: Session, name: str, who: Principal) -> str:
    if name:
        return runs.district_id(session, name)
    if who.district_id is not None:
        return who.district_id
    known = places.districts(session)
    return runs.district_id(session, known[0].name if len(known) == 1 else "")


def _calendar(
    book: ShiftBook,
    request: Request,
    settings: Settings,
    lang: Language | None,
    known: str | None,
) -> Response:
    from logistics.exchange.calendars import MEDIA, write_calendar  # noqa: PLC0415  its library

    language = lang or negotiate(request.headers.get("accept-language"), settings.language)
    text = write_calendar(book, language=language)
    tag = etag_of_content(text.decode())
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept-Language"}
    if is_known(tag, known):
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = disposition(file_name(f"{book.title}.ics"))
    return Response(text, media_type=MEDIA, headers=headers)
