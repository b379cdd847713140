"""Who did what, when: one row per command, append-only."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from logistics.store import announcements
from logistics.store.tables import audit


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditRow:
    """One command as it was recorded; ``seq`` orders them."""

    seq: int
    at: datetime
    actor: str
    command: str
    subject: str
    facts: Mapping[str, Any]


def record(
    session: Session,
    *,
    actor: str,
    command: str,
    subject: str,
    facts: Mapping[str, Any] | None = None,
    at: datetime,
) -> None:
    """Record a command in the transaction that carries it out.

    Webhooks that listen are told of it. ``facts`` hold ids and counts, never names or what a list
    says.
    """
    session.execute(
        insert(audit).values(
            at=at, actor=actor, command=command, subject=subject, facts=dict(facts or {})
        )
    )
    announcements.of_command(session, command, subject, facts or {}, at=at)


def of_subject(session: Session, subject: str) -> tuple[AuditRow, ...]:
    """List what was done to one subject, oldest first."""
    rows = session.execute(select(audit).where(audit.c.subject == subject).order_by(audit.c.seq))
    return tuple(AuditRow(**row) for row in rows.mappings())
