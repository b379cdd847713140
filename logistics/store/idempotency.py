"""Keys of calls that a phone may resend: the same key answers the same, and acts once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from logistics.errors import Conflict
from logistics.store.tables import idempotency

KEPT = timedelta(days=30)
"""How long a key answers; afterwards it is a new one."""


class KeyReused(Conflict):
    """The key already belongs to a call with other content."""

    code = "idempotency.key-reused"


@dataclass(frozen=True, slots=True)
class Earlier:
    """What was answered when the key was first used."""

    status: int
    answer: Any


def claim(session: Session, scope: str, key: str, digest: str, at: datetime) -> Earlier | None:
    """Take a key for this call, before anything else is written.

    The key is inserted first, so two calls that race meet on its row: on PostgreSQL the second
    waits for the first one's commit, on SQLite for its turn. If the transaction is rolled back
    the key is free again.

    Parameters
    ----------
    scope
        Whose keys and of which call, such as ``household:HK-1-2-501 POST lists``.
    digest
        Hash of the call's content.

    Returns
    -------
        Nothing if the key is new: act, then :func:`answer`. Else what was answered at first.

    Raises
    ------
    KeyReused
        If the key was used with other content.
    """
    mine = and_(idempotency.c.scope == scope, idempotency.c.key == key)
    dialect = postgresql if session.get_bind().dialect.name == "postgresql" else sqlite
    row = {"scope": scope, "key": key, "digest": digest, "created_at": at}
    new = dialect.insert(idempotency).values(row)
    inserted = session.execute(
        new.on_conflict_do_update(
            index_elements=[idempotency.c.scope, idempotency.c.key],
            set_={
                name: new.excluded[name] for name in ("digest", "created_at", "status", "answer")
            },
            where=idempotency.c.created_at < at - KEPT,  # one that is too old is taken over
        ).returning(idempotency.c.key)
    ).all()
    if inserted:
        return None
    found = session.execute(
        select(idempotency.c.digest, idempotency.c.status, idempotency.c.answer).where(mine)
    ).one()
    if found.digest != digest:
        raise KeyReused(key=key, mend="use a new key for other content")
    if found.status is None:  # claimed twice in one transaction: the first is still at work
        raise KeyReused(key=key, mend="wait for the first answer")
    return Earlier(found.status, found.answer)


def answer(
    session: Session, scope: str, key: str, status: int, body: Mapping[str, Any] | None
) -> None:
    """Keep the answer of a claimed key, in the same transaction as what it did."""
    session.execute(
        update(idempotency)
        .where(idempotency.c.scope == scope, idempotency.c.key == key)
        .values(status=status, answer=None if body is None else dict(body))
    )


def purge(session: Session, before: datetime) -> int:
    """Forget keys made before an instant, usually :data:`KEPT` ago; return how many."""
    gone = session.execute(
        delete(idempotency).where(idempotency.c.created_at < before).returning(idempotency.c.key)
    ).all()
    return len(gone)
