"""Say whom the service tells what happens, with which secret, and that it shall no more (回调)."""

import base64
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.webhooks import (
    OLD_SECRET_KEPT,
    SECRET_BYTES,
    SECRET_PREFIX,
    Webhook,
    WebhookForm,
    check_events,
    check_secret,
    check_url,
)
from logistics.errors import Invalid
from logistics.store import audit, webhooks


class WebhookFormUnknown(Invalid):
    """There is no such form of messages."""

    code = "webhook.form-unknown"


class SecretNotOurs(Invalid):
    """The secret of a robot is made on the robot's own page."""

    code = "webhook.secret-not-ours"


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookChange:
    """What is to be otherwise; None leaves it as it is."""

    url: str | None = None
    events: Sequence[str] | None = None
    label: str | None = None
    language: str | None = None
    active: bool | None = None


def add_webhook(
    session: Session,
    url: str,
    events: Sequence[str],
    *,
    form: str = WebhookForm.PLAIN.value,
    secret: str | None = None,
    language: str = "zh",
    label: str = "",
    allowed_hosts: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> Webhook:
    """Tell an address of events from now on.

    Parameters
    ----------
    events
        Names of events, or ``*`` for all.
    secret
        None makes a new one, but for robots, whose secret is on their page.
    allowed_hosts
        Hosts that may be private and be spoken to without TLS.

    Raises
    ------
    WebhookUrlInvalid, WebhookEventUnknown, WebhookFormUnknown, WebhookSecretInvalid
        If one of them cannot be.
    TooManyWebhooks
        If there are enough.
    """
    shape = _form(form)
    given = check_secret(secret, shape) if secret else _new_secret(shape)
    made = webhooks.add(
        session,
        url=check_url(url, allowed_hosts),
        secret=given,
        events=check_events(events),
        form=shape,
        language=language,
        label=label,
        at=at,
    )
    _record(session, "webhook.add", made, actor, at)
    return made


def change_webhook(
    session: Session,
    webhook_id: str,
    wish: WebhookChange,
    *,
    version: int,
    allowed_hosts: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> Webhook:
    """Change where messages go, which, or whether at all; switched on, failures count anew.

    Raises
    ------
    WebhookUnknown, WebhookChanged
        If there is none, or it is another by now.
    WebhookUrlInvalid, WebhookEventUnknown
        If one of them cannot be.
    """
    values: dict[str, Any] = {}
    if wish.url is not None:
        values["url"] = check_url(wish.url, allowed_hosts)
    if wish.events is not None:
        values["events"] = list(check_events(wish.events))
    if wish.label is not None:
        values["label"] = wish.label
    if wish.language is not None:
        values["language"] = wish.language
    if wish.active is not None:
        values |= {"active": wish.active, "failures": 0, "stopped_for": ""}
    changed = webhooks.change(session, webhook_id, values, version=version, at=at)
    if wish.active is False:
        webhooks.drop_waiting(session, webhook_id, at)
    _record(session, "webhook.change", changed, actor, at)
    return changed


def rotate_secret(
    session: Session, webhook_id: str, *, version: int | None = None, actor: str, at: datetime
) -> Webhook:
    """Give a webhook a new secret; for a day messages are signed with the old one as well.

    Raises
    ------
    WebhookUnknown, WebhookChanged
        If there is none, or it is another by now.
    SecretNotOurs
        If it is a robot.
    """
    known = webhooks.get(session, webhook_id, lock=True)
    if known.form is not WebhookForm.PLAIN:
        raise SecretNotOurs(webhook=webhook_id, form=known.form.value)
    values = {
        "secret": _new_secret(known.form),
        "old_secret": known.secret,
        "old_secret_until": at + OLD_SECRET_KEPT,
    }
    expected = known.version if version is None else version
    changed = webhooks.change(session, webhook_id, values, version=expected, at=at)
    _record(session, "webhook.rotate", changed, actor, at)
    return changed


def remove_webhook(
    session: Session, webhook_id: str, *, version: int | None = None, actor: str, at: datetime
) -> Webhook:
    """Tell an address nothing more; messages to it that wait are forgotten.

    Raises
    ------
    WebhookUnknown, WebhookChanged
        If there is none, or it is another by now.
    """
    gone = webhooks.remove(session, webhook_id, version=version)
    _record(session, "webhook.remove", gone, actor, at)
    return gone


def _form(name: str) -> WebhookForm:
    try:
        return WebhookForm(name)
    except ValueError as error:
        known = ", ".join(WebhookForm)
        raise WebhookFormUnknown(field="form", value=name[:40], known=known) from error


def _new_secret(form: WebhookForm) -> str:
    if form is not WebhookForm.PLAIN:
        return ""
    return SECRET_PREFIX + base64.b64encode(secrets.token_bytes(SECRET_BYTES)).decode()


def _record(session: Session, command: str, one: Webhook, actor: str, at: datetime) -> None:
    facts = {"form": one.form.value, "events": list(one.events), "active": one.active}
    audit.record(session, actor=actor, command=command, subject=one.id, facts=facts, at=at)
