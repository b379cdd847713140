"""Tries to come in that failed, counted so that nobody can go on guessing."""

from datetime import datetime, timedelta

from sqlalchemy import delete, func, insert, select
from sqlalchemy.orm import Session

from logistics.store.secrets import digest
from logistics.store.tables import access_attempt


def note(session: Session, kind: str, subject: str, at: datetime) -> None:
    """Note a try; of the subject only a digest is kept."""
    session.execute(insert(access_attempt).values(kind=kind, subject=digest(subject), at=at))


def count(session: Session, kind: str, subject: str, since: datetime) -> int:
    """Count the tries since an instant."""
    query = select(func.count()).where(
        access_attempt.c.kind == kind,
        access_attempt.c.subject == digest(subject),
        access_attempt.c.at > since,
    )
    return session.execute(query).scalar_one()


def forget(session: Session, at: datetime, *, kept: timedelta = timedelta(days=1)) -> int:
    """Forget what is older than a day; return how many."""
    done = session.execute(delete(access_attempt).where(access_attempt.c.at < at - kept))
    return int(getattr(done, "rowcount", 0))
