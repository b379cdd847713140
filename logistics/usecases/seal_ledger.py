"""Seal the ledger up to now, so that a later change would show (封存账本)."""

import time
from datetime import datetime

from logistics.errors import Unavailable
from logistics.store import audit, seals
from logistics.store.seals import Seal
from logistics.store.session import Database

WAIT_S = 20.0
"""How long sealing waits for transactions that are under way; it never makes them wait."""

_PAUSE_S = 0.2


def seal_ledger(database: Database, *, actor: str, at: datetime) -> tuple[Seal, ...]:
    """Seal every movement, scan, move of custody and statement that is not sealed yet.

    Raises
    ------
    Unavailable
        If a transaction that began earlier does not end in time.
    """
    with database.read() as session:
        seen = seals.horizon(session)
    ends = time.monotonic() + WAIT_S
    while not _settled(database, seen):
        if time.monotonic() > ends:
            raise Unavailable(cause="a transaction that began earlier is still under way")
        time.sleep(_PAUSE_S)
    with database.transaction() as session:
        made = seals.seal(session, seen.until, actor=actor, at=at)
        audit.record(
            session,
            actor=actor,
            command="ledger.seal",
            subject=made[-1].digest if made else "",
            facts={one.book: one.rows for one in made},
            at=at,
        )
    return tuple(made)


def _settled(database: Database, seen: seals.Horizon) -> bool:
    with database.read() as session:
        return seals.settled(session, seen)
