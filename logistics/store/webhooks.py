"""Webhooks in the database: whom to tell of what."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.webhooks import MOST, MOST_FAILURES, DeliveryState, Webhook, WebhookForm
from logistics.errors import Conflict, NotFound
from logistics.store.tables import webhook, webhook_delivery

_LISTENERS = "webhooks"  # what a transaction has read of them, in the information of its session


class WebhookUnknown(NotFound):
    """No webhook has this id."""

    code = "webhook.unknown"


class WebhookChanged(Conflict):
    """The webhook is no longer as the caller has read it."""

    code = "webhook.changed"


class TooManyWebhooks(Conflict):
    """There are as many webhooks as a service bears."""

    code = "webhook.too-many"


def add(
    session: Session,
    *,
    url: str,
    secret: str,
    events: tuple[str, ...],
    form: WebhookForm,
    language: str,
    label: str,
    at: datetime,
) -> Webhook:
    """Write a new webhook, which is told of all that happens from now on.

    Raises
    ------
    TooManyWebhooks
        If there are enough.
    """
    if session.execute(select(func.count()).select_from(webhook)).scalar_one() >= MOST:
        raise TooManyWebhooks(most=MOST, mend="take one away that nobody needs")
    made = new_id("wh", at)
    session.execute(
        insert(webhook).values(
            id=made, url=url, secret=secret, old_secret="", old_secret_until=None,
            events=list(events), form=form.value, language=language, label=label, active=True,
            failures=0, stopped_for="", version=1, created_at=at, updated_at=at,
        )
    )  # fmt: skip
    session.info.pop(_LISTENERS, None)
    return get(session, made)


def get(session: Session, webhook_id: str, *, lock: bool = False) -> Webhook:
    """Read a webhook.

    Raises
    ------
    WebhookUnknown
        If none has this id.
    """
    query = select(webhook).where(webhook.c.id == webhook_id)
    found = _read(session, query.with_for_update() if lock else query)
    if not found:
        raise WebhookUnknown(field="webhook", value=webhook_id, mend="supplyloop webhook list")
    return found[0]


def every(session: Session, after: str | None = None, limit: int = MOST) -> tuple[Webhook, ...]:
    """Read webhooks by id, oldest first."""
    query = select(webhook).order_by(webhook.c.id).limit(limit)
    return _read(session, query.where(webhook.c.id > after) if after else query)


def listeners(session: Session) -> tuple[Webhook, ...]:
    """Read those that are switched on, once in each transaction."""
    known: tuple[Webhook, ...] | None = session.info.get(_LISTENERS)
    if known is None:
        known = _read(session, select(webhook).where(webhook.c.active).order_by(webhook.c.id))
        session.info[_LISTENERS] = known
    return known


def change(
    session: Session, webhook_id: str, values: Mapping[str, Any], *, version: int, at: datetime
) -> Webhook:
    """Put new values in a webhook that is still as the caller has read it.

    Raises
    ------
    WebhookUnknown
        If none has this id.
    WebhookChanged
        If it has another version by now.
    """
    found = get(session, webhook_id, lock=True)
    _require(found, version)
    session.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id)
        .values(**values, version=found.version + 1, updated_at=at)
    )
    session.info.pop(_LISTENERS, None)
    return get(session, webhook_id)


def remove(session: Session, webhook_id: str, *, version: int | None) -> Webhook:
    """Take a webhook away with all its messages; return what it was.

    Raises
    ------
    WebhookUnknown
        If none has this id.
    WebhookChanged
        If it has another version by now.
    """
    found = get(session, webhook_id, lock=True)
    if version is not None:
        _require(found, version)
    session.execute(delete(webhook_delivery).where(webhook_delivery.c.webhook_id == webhook_id))
    session.execute(delete(webhook).where(webhook.c.id == webhook_id))
    session.info.pop(_LISTENERS, None)
    return found


def note_success(session: Session, webhook_id: str) -> None:
    """Begin to count failures anew."""
    session.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id, webhook.c.failures > 0)
        .values(failures=0)
    )


def note_failure(session: Session, webhook_id: str, why: str, *, gone: bool, at: datetime) -> bool:
    """Count a failed try; say whether the webhook was switched off for it.

    Parameters
    ----------
    gone
        The other side said that it is there no more: switched off at once.
    """
    failures = session.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id, webhook.c.active)
        .values(failures=webhook.c.failures + 1)
        .returning(webhook.c.failures)
    ).scalar()
    if failures is None or (failures < MOST_FAILURES and not gone):
        return False
    session.execute(
        update(webhook)
        .where(webhook.c.id == webhook_id)
        .values(active=False, stopped_for=why[:64], version=webhook.c.version + 1, updated_at=at)
    )
    drop_waiting(session, webhook_id, at)
    return True


def drop_waiting(session: Session, webhook_id: str, at: datetime) -> None:
    """Give up the messages of a webhook that is switched off: stale news helps nobody."""
    session.execute(
        update(webhook_delivery)
        .where(
            webhook_delivery.c.webhook_id == webhook_id,
            webhook_delivery.c.state == DeliveryState.PENDING.value,
        )
        .values(state=DeliveryState.DROPPED.value, ended_at=at)
    )


def _require(found: Webhook, version: int) -> None:
    if found.version != version:
        raise WebhookChanged(webhook=found.id, expected=version, version=found.version)


def _read(session: Session, query: Select[Any]) -> tuple[Webhook, ...]:
    return tuple(
        Webhook(**{**row, "events": tuple(row["events"]), "form": WebhookForm(row["form"])})
        for row in session.execute(query).mappings()
    )
