"""Announcements in the database: said once, withdrawn by a further fact."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Select, insert, or_, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.notices import Announcement, AnnouncementUnknown
from logistics.store.tables import announcement, announcement_end

_COLUMNS = ("id", "district_id", "place_id", "text_zh", "text_en", "since", "until", "actor", "at")


def add(session: Session, new: Announcement) -> None:
    """Write an announcement."""
    session.execute(insert(announcement).values({name: getattr(new, name) for name in _COLUMNS}))


def withdraw(
    session: Session, announcement_id: str, *, reason: str, actor: str, at: datetime
) -> None:
    """Write that an announcement holds no more."""
    session.execute(
        insert(announcement_end).values(
            id=new_id("ae", at), announcement_id=announcement_id, reason=reason, actor=actor, at=at
        )
    )


def get(session: Session, announcement_id: str, *, lock: bool = False) -> Announcement:
    """Read an announcement; ``lock`` it to withdraw it.

    Raises
    ------
    AnnouncementUnknown
        If none has this id.
    """
    if lock:
        session.execute(
            select(announcement.c.seq)
            .where(announcement.c.id == announcement_id)
            .with_for_update()
        )
    found = _read(session, _all().where(announcement.c.id == announcement_id))
    if not found:
        raise AnnouncementUnknown(announcement=announcement_id)
    return found[0]


def standing(
    session: Session,
    district_id: str,
    at: datetime,
    *,
    places: Collection[str] | None = None,
    limit: int = 20,
) -> tuple[Announcement, ...]:
    """Read what a district is told at an instant, the newest first.

    Parameters
    ----------
    places
        Ids of the places in which the reader lives or works, with all that they lie in (see
        :func:`logistics.store.whereabouts.rise`); None: what is said to any place.
    """
    query = _all().where(
        announcement.c.district_id == district_id,
        announcement.c.since <= at,
        or_(announcement.c.until.is_(None), announcement.c.until > at),
        announcement_end.c.id.is_(None),
    )
    if places is not None:
        query = query.where(
            or_(announcement.c.place_id.is_(None), announcement.c.place_id.in_(list(places)))
        )
    return _read(session, query.order_by(announcement.c.seq.desc()).limit(limit))


def page(
    session: Session, district_id: str, *, after: str | None = None, limit: int = 100
) -> tuple[Announcement, ...]:
    """Read all that was ever announced in a district by id, withdrawn ones too."""
    query = _all().where(announcement.c.district_id == district_id)
    if after is not None:
        query = query.where(announcement.c.id > after)
    return _read(session, query.order_by(announcement.c.id).limit(limit))


def _all() -> Select[Any]:
    return select(
        *(announcement.c[name] for name in _COLUMNS),
        announcement_end.c.at.label("withdrawn_at"),
    ).outerjoin(announcement_end, announcement_end.c.announcement_id == announcement.c.id)


def _read(session: Session, query: Select[Any]) -> tuple[Announcement, ...]:
    rows: Sequence[Any] = session.execute(query).mappings().all()
    return tuple(Announcement(**row) for row in rows)
