"""Doubts that wait for a person."""

from collections.abc import Iterable, Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.lists import TriageEntry, TriageUnknown
from logistics.store.tables import triage

_AT_ONCE = 500


def add(session: Session, entries: Iterable[TriageEntry], digests: Iterable[str]) -> int:
    """Write entries, each under the digest that keeps it single in its run.

    Returns how many were new.
    """
    rows = {
        digest: asdict(entry) | {"digest": digest, "facts": dict(entry.facts)}
        for entry, digest in zip(entries, digests, strict=True)
    }
    if not rows:
        return 0
    run_id = next(iter(rows.values()))["run_id"]
    known: set[str] = set()
    keys = list(rows)
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        known |= set(
            session.scalars(
                select(triage.c.digest).where(triage.c.run_id == run_id, triage.c.digest.in_(part))
            )
        )
    fresh = [row for digest, row in rows.items() if digest not in known]
    if fresh:
        session.execute(insert(triage), fresh)
    return len(fresh)


def get(session: Session, triage_id: str, *, lock: bool = False) -> TriageEntry:
    """Read an entry; ``lock`` it to close it.

    Raises
    ------
    TriageUnknown
        If none has this id.
    """
    query = select(triage).where(triage.c.id == triage_id)
    if lock:
        query = query.with_for_update()
    row = session.execute(query).mappings().one_or_none()
    if row is None:
        raise TriageUnknown(triage=triage_id)
    return _entry(row)


def open_entries(
    session: Session, run_id: str, limit: int = 100, after: str | None = None
) -> tuple[TriageEntry, ...]:
    """List the open entries of a run by id, ``limit`` at most, after the id given."""
    query = select(triage).where(triage.c.run_id == run_id, triage.c.state == "open")
    if after is not None:
        query = query.where(triage.c.id > after)
    rows = session.execute(query.order_by(triage.c.id).limit(limit)).mappings()
    return tuple(_entry(row) for row in rows)


def of_lists(session: Session, list_ids: Iterable[str]) -> Mapping[str, tuple[TriageEntry, ...]]:
    """List all entries that belong to these lists, by list."""
    found: dict[str, list[TriageEntry]] = {}
    keys = list(list_ids)
    for start in range(0, len(keys), _AT_ONCE):
        part = keys[start : start + _AT_ONCE]
        rows = session.execute(
            select(triage).where(triage.c.list_id.in_(part)).order_by(triage.c.id)
        )
        for row in rows.mappings():
            found.setdefault(row["list_id"], []).append(_entry(row))
    return {key: tuple(entries) for key, entries in found.items()}


def close(
    session: Session,
    triage_id: str,
    state: str,
    *,
    list_id: str | None,
    facts: Mapping[str, Any],
    actor: str,
    at: datetime,
) -> None:
    """Mark an entry settled or discarded."""
    session.execute(
        update(triage)
        .where(triage.c.id == triage_id)
        .values(state=state, list_id=list_id, facts=dict(facts), settled_at=at, settled_by=actor)
    )


def discard_of_list(session: Session, list_id: str, *, actor: str, at: datetime) -> None:
    """Discard what is open about a list, because the household has written a new one."""
    session.execute(
        update(triage)
        .where(triage.c.list_id == list_id, triage.c.state == "open")
        .values(state="discarded", settled_at=at, settled_by=actor)
    )


def _entry(row: RowMapping) -> TriageEntry:
    return TriageEntry(**{name: value for name, value in row.items() if name != "digest"})
