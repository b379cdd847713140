"""Announce something to a district or to a place of it, and take it back (发通知)."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.notices import Announcement, AnnouncementWithdrawn
from logistics.store import audit, notices, places


def announce(
    session: Session,
    district: str,
    *,
    place: str | None = None,
    text_zh: str = "",
    text_en: str = "",
    since: datetime | None = None,
    until: datetime | None = None,
    actor: str,
    at: datetime,
) -> Announcement:
    """Say something to all who live in a district, or at a place of it.

    Parameters
    ----------
    place
        Code of a compound, building, stairwell or point; None: the whole district.
    since, until
        When it is shown; at once, and until it is withdrawn, where they are not given.

    Raises
    ------
    DistrictUnknown, PlaceUnknown
        If there is no such district, or no such place in it.
    AnnouncementEmpty, AnnouncementTooLong, AnnouncementEndsBefore
        If it says nothing, too much, or would end before it begins.
    """
    area = places.district_by_name(session, district)
    spot = places.by_code(session, area.id, place) if place else None
    new = Announcement(
        id=new_id("an", at),
        district_id=area.id,
        place_id=spot.id if spot else None,
        text_zh=text_zh.strip(),
        text_en=text_en.strip(),
        since=since or at,
        until=until,
        actor=actor,
        at=at,
    )
    notices.add(session, new)
    facts = {"place": place or ""}
    audit.record(session, actor=actor, command="announce", subject=new.id, facts=facts, at=at)
    return new


def withdraw_announcement(
    session: Session, announcement_id: str, *, reason: str = "", actor: str, at: datetime
) -> Announcement:
    """Take an announcement back; it stays in the record.

    Raises
    ------
    AnnouncementUnknown
        If there is no such announcement.
    AnnouncementWithdrawn
        If it was taken back before.
    """
    found = notices.get(session, announcement_id, lock=True)
    if found.withdrawn_at is not None:
        raise AnnouncementWithdrawn(
            announcement=announcement_id, at=found.withdrawn_at.isoformat(), mend="nothing to do"
        )
    notices.withdraw(session, announcement_id, reason=reason.strip(), actor=actor, at=at)
    audit.record(
        session, actor=actor, command="announcement withdraw", subject=announcement_id, at=at
    )
    return notices.get(session, announcement_id)
