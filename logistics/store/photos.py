"""Photos in the database, beside the facts that name them: a backup takes them along."""

import hashlib
from dataclasses import asdict
from datetime import datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.photos import Photo, PhotoUnknown
from logistics.store.tables import photo

_COLUMNS = [one for one in photo.c if one.name != "content"]


def add(
    session: Session,
    content: bytes,
    *,
    width: int,
    height: int,
    district_id: str,
    household_id: str | None = None,
    place_id: str | None = None,
    actor: str,
    at: datetime,
) -> Photo:
    """Keep a picture; the same picture of the same household or place is kept once."""
    digest = hashlib.sha256(content).hexdigest()
    row = (
        session.execute(
            select(*_COLUMNS).where(
                photo.c.digest == digest,
                photo.c.district_id == district_id,
                photo.c.household_id.is_not_distinct_from(household_id),
                photo.c.place_id.is_not_distinct_from(place_id),
            )
        )
        .mappings()
        .first()
    )
    if row is not None:
        return Photo(**row)
    new = Photo(
        id=new_id("ph", at),
        district_id=district_id,
        household_id=household_id,
        place_id=place_id,
        digest=digest,
        width=width,
        height=height,
        actor=actor,
        at=at,
    )
    session.execute(insert(photo).values(**asdict(new), content=content))
    return new


def get(session: Session, photo_id: str) -> Photo:
    """Read what is known of a photo.

    Raises
    ------
    PhotoUnknown
        If none has this id.
    """
    row = session.execute(select(*_COLUMNS).where(photo.c.id == photo_id)).mappings().one_or_none()
    if row is None:
        raise PhotoUnknown(photo=photo_id[:64])
    return Photo(**row)


def content(session: Session, photo_id: str) -> bytes:
    """Read the picture itself, a JPEG.

    Raises
    ------
    PhotoUnknown
        If none has this id.
    """
    found = session.execute(select(photo.c.content).where(photo.c.id == photo_id)).scalar()
    if found is None:
        raise PhotoUnknown(photo=photo_id[:64])
    return bytes(found)
