"""The outbox: what webhooks are told, written with the deed itself and sent afterwards.

A message is written in the transaction of its deed, so none tells of what was undone and none is
lost with the power. It holds ids and codes: no names, no addresses, nothing that was asked for.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.webhooks import Delivery, DeliveryState, Webhook, next_try
from logistics.store import webhooks
from logistics.store.tables import webhook_delivery

KEPT: Final = timedelta(days=30)
"""How long messages that were sent or given up can be looked at."""

LEASE: Final = timedelta(seconds=60)
"""How long nobody else tries a message that one process has begun to send."""

_PER_WEBHOOK: Final = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message whose turn it is, taken by this process for a while."""

    webhook: Webhook
    delivery: Delivery


def announce(session: Session, event: str, data: Mapping[str, Any], *, at: datetime) -> int:
    """Write a message for each webhook that hears of an event; return to how many."""
    return announce_all(session, [(event, data)], at=at)


def announce_all(
    session: Session, told: Sequence[tuple[str, Mapping[str, Any]]], *, at: datetime
) -> int:
    """Write messages for several events of one deed, in bulk; return how many."""
    hearing = webhooks.listeners(session) if told else ()
    rows = []
    for event, data in told:
        ears = [one for one in hearing if one.hears(event)]
        if ears:
            message, payload = new_id("msg", at), payload_of(event, data, at)
            rows += [_row(message, one.id, event, payload, at, next_at=at) for one in ears]
    if rows:
        session.execute(insert(webhook_delivery), rows)
    return len(rows)


def payload_of(event: str, data: Mapping[str, Any], at: datetime) -> str:
    """Write the body of a message, as it is signed and sent each time."""
    body = {"type": event, "timestamp": at.isoformat(), "data": dict(data)}
    return json.dumps(body, ensure_ascii=False, separators=(",", ":"))


def begin(session: Session, to: Webhook, event: str, data: Mapping[str, Any],
          *, at: datetime) -> Due:  # fmt: skip
    """Write a message that its caller sends at once, as a test does."""
    message = new_id("msg", at)
    row = _row(message, to.id, event, payload_of(event, data, at), at, next_at=at + LEASE)
    seq = session.execute(
        insert(webhook_delivery).values(**row | {"attempts": 1}).returning(webhook_delivery.c.seq)
    ).scalar_one()
    return Due(webhook=to, delivery=get(session, seq))


def is_due(session: Session, at: datetime) -> bool:
    """Say whether a message waits to be sent; reads one row of an index."""
    found = session.execute(select(webhook_delivery.c.seq).where(*_waiting(at)).limit(1)).first()
    return found is not None


def claim(session: Session, at: datetime, most: int) -> tuple[Due, ...]:
    """Take messages whose time has come, so that no other process sends them meanwhile.

    Of each webhook only a few at a time: one that is slow does not hold up the others.
    """
    taken: list[Due] = []
    for one in webhooks.every(session):
        if not one.active or len(taken) >= most:
            continue
        seqs = session.scalars(
            select(webhook_delivery.c.seq)
            .where(*_waiting(at), webhook_delivery.c.webhook_id == one.id)
            .order_by(webhook_delivery.c.next_at, webhook_delivery.c.seq)
            .limit(min(_PER_WEBHOOK, most - len(taken)))
            .with_for_update(skip_locked=True)
        ).all()
        if seqs:
            session.execute(
                update(webhook_delivery)
                .where(webhook_delivery.c.seq.in_(seqs))
                .values(attempts=webhook_delivery.c.attempts + 1, next_at=at + LEASE)
            )
            taken += [Due(webhook=one, delivery=get(session, seq)) for seq in seqs]
    return tuple(taken)


def settle_sent(session: Session, due: Due, status: int, *, at: datetime) -> None:
    """Write that a message was taken by the other side."""
    _end(session, due, DeliveryState.SENT, status, "", at=at)
    webhooks.note_success(session, due.webhook.id)


def settle_failed(
    session: Session,
    due: Due,
    why: str,
    *,
    status: int | None,
    gone: bool = False,
    after_s: int = 0,
    at: datetime,
) -> None:
    """Write that a try failed, and when the next one is due, if any."""
    again = next_try(at, due.delivery.attempts, after_s=after_s)
    if again is None:
        _end(session, due, DeliveryState.FAILED, status, why, at=at)
    else:
        session.execute(
            update(webhook_delivery)
            .where(*_taken(due))
            .values(next_at=again, last_status=status, last_error=why[:200])
        )
    webhooks.note_failure(session, due.webhook.id, why, gone=gone, at=at)


def get(session: Session, seq: int) -> Delivery:
    """Read one message by its number."""
    row = session.execute(select(webhook_delivery).where(webhook_delivery.c.seq == seq)).mappings()
    return _delivery(row.one())


def page(
    session: Session, webhook_id: str, *, before: int | None, state: str | None, limit: int
) -> tuple[Delivery, ...]:
    """Read the messages of a webhook, newest first."""
    query = select(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id)
    if before is not None:
        query = query.where(webhook_delivery.c.seq < before)
    if state is not None:
        query = query.where(webhook_delivery.c.state == state)
    query = query.order_by(webhook_delivery.c.seq.desc()).limit(limit)
    return tuple(_delivery(row) for row in session.execute(query).mappings())


def purge(session: Session, at: datetime) -> int:
    """Forget messages that were ended long ago; return how many."""
    gone = session.execute(
        delete(webhook_delivery)
        .where(webhook_delivery.c.ended_at.is_not(None), webhook_delivery.c.ended_at < at - KEPT)
        .returning(webhook_delivery.c.seq)
    )
    return len(gone.all())


def _waiting(at: datetime) -> tuple[Any, ...]:
    return (
        webhook_delivery.c.state == DeliveryState.PENDING.value,
        webhook_delivery.c.next_at <= at,
    )


def _taken(due: Due) -> tuple[Any, ...]:
    """Only the try that was taken is settled: a later one of another process stands."""
    return (
        webhook_delivery.c.seq == due.delivery.seq,
        webhook_delivery.c.state == DeliveryState.PENDING.value,
        webhook_delivery.c.attempts == due.delivery.attempts,
    )


def _end(
    session: Session,
    due: Due,
    state: DeliveryState,
    status: int | None,
    why: str,
    *,
    at: datetime,
) -> None:
    session.execute(
        update(webhook_delivery)
        .where(*_taken(due))
        .values(state=state.value, last_status=status, last_error=why[:200], ended_at=at)
    )


def _row(
    message: str, webhook_id: str, event: str, payload: str, at: datetime, *, next_at: datetime
) -> dict[str, Any]:
    return {
        "message_id": message, "webhook_id": webhook_id, "event": event, "payload": payload,
        "state": DeliveryState.PENDING.value, "attempts": 0, "next_at": next_at,
        "last_status": None, "last_error": "", "at": at, "ended_at": None,
    }  # fmt: skip


def _delivery(row: Mapping[Any, Any]) -> Delivery:
    return Delivery(**{**row, "state": DeliveryState(row["state"])})
