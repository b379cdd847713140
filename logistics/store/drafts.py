"""Lists that households are still putting together: one for each phone that was let in."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from logistics.store.tables import list_draft

KEPT: Final = timedelta(days=3)
"""How long a draft waits; what was meant for the day before yesterday is not sent today."""


def load(session: Session, owner: str, at: datetime) -> Mapping[str, Any]:
    """Read the draft of a phone; empty where there is none, or it is too old."""
    row = session.execute(
        select(list_draft.c.body, list_draft.c.updated_at).where(list_draft.c.owner == owner)
    ).one_or_none()
    return {} if row is None or row.updated_at < at - KEPT else dict(row.body)


def keep(
    session: Session, owner: str, household_id: str, body: Mapping[str, Any], at: datetime
) -> None:
    """Put a draft in the place of the one before, and forget those that nobody sent."""
    session.execute(
        delete(list_draft).where(
            (list_draft.c.owner == owner) | (list_draft.c.updated_at < at - KEPT)
        )
    )
    session.execute(
        insert(list_draft).values(
            owner=owner, household_id=household_id, body=dict(body), updated_at=at
        )
    )


def forget(session: Session, owner: str) -> None:
    """Throw a draft away, as when it was sent."""
    session.execute(delete(list_draft).where(list_draft.c.owner == owner))
