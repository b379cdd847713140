"""Whom the service tells what happened (回调): other programs, and robots in group chats."""

import base64
import binascii
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final
from urllib.parse import urlsplit

from logistics.errors import Invalid

EVENTS: Final[dict[str, str]] = {
    "run.state": "A run was opened, or has come a step further",
    "list.accepted": "A household's list stands as it was understood",
    "lists.imported": "Many lists were taken in at once",
    "plan.published": "A run was released: its plan stands and its sheets can be printed",
    "trip.departed": "A courier has left the point",
    "trip.finished": "A courier is back",
    "bag.sealed": "A bag is packed and closed",
    "bag.loaded": "A bag is with its courier",
    "bag.delivered": "A bag lies at its slot, or at the door",
    "bag.disputed": "A household says that its bag did not come, or came wrong",
    "bag.taken": "A household has taken its bag",
    "bag.confirmed": "A household has confirmed its bag",
    "bag.returned": "A bag came back to the point",
    "bag.lost": "A bag is lost",
    "bag.damaged": "A bag is damaged",
    "job.ended": "A long piece of work has ended, well or not",
}
"""What can be listened to; ``webhook.ping`` is sent when somebody asks for a test."""

PING: Final = "webhook.ping"
ALL: Final = "*"
SECRET_PREFIX: Final = "whsec_"  # noqa: S105  how all of them begin
SECRET_BYTES: Final = 32
MOST: Final = 50
"""Webhooks of one service: each costs a write per event in the transaction of the deed."""

MOST_ATTEMPTS: Final = 12
"""Tries of one message, over about six hours; then it is given up."""

MOST_FAILURES: Final = 20
"""Failed tries in a row, of any message, after which a webhook is switched off."""

FIRST_WAIT_S: Final = 5
LONGEST_WAIT_S: Final = 6 * 3600
OLD_SECRET_KEPT: Final = timedelta(hours=24)
"""How long messages are signed with the secret before, too, once it was changed."""

_URL_LENGTH: Final = 2000
_SECRET_RANGE: Final = (24, 64)  # bytes, by the Standard Webhooks specification


class WebhookForm(StrEnum):
    """How a message is written."""

    PLAIN = "plain"  # JSON, signed as Standard Webhooks say
    DINGTALK = "dingtalk"  # a robot in a DingTalk group 钉钉
    WECOM = "wecom"  # a robot in a WeCom group 企业微信


class DeliveryState(StrEnum):
    """How far a message has come."""

    PENDING = "pending"
    SENT = "sent"
    FAILED = "failed"  # given up after so many tries
    DROPPED = "dropped"  # its webhook was switched off or taken away


class WebhookUrlInvalid(Invalid):
    """The address is none to which messages may go."""

    code = "webhook.url-invalid"


class WebhookEventUnknown(Invalid):
    """There is no event of this name."""

    code = "webhook.event-unknown"


class WebhookSecretInvalid(Invalid):
    """The secret cannot sign messages."""

    code = "webhook.secret-invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook:
    """An address that is told of events."""

    id: str
    url: str
    secret: str
    old_secret: str
    old_secret_until: datetime | None
    events: tuple[str, ...]
    form: WebhookForm
    language: str
    label: str
    active: bool
    failures: int  # tries in a row that failed
    stopped_for: str  # why it was switched off; empty where a person did, or it is on
    version: int
    created_at: datetime
    updated_at: datetime

    def hears(self, event: str) -> bool:
        """Say whether this one is told of an event."""
        return self.active and (event == PING or ALL in self.events or event in self.events)

    def secrets_at(self, at: datetime) -> tuple[str, ...]:
        """Return the secrets that sign at an instant, the newest first."""
        kept = self.old_secret_until is not None and at < self.old_secret_until
        return (self.secret, self.old_secret) if kept and self.old_secret else (self.secret,)

    @property
    def url_shown(self) -> str:
        """The address without its query, which often holds a robot's key."""
        parts = urlsplit(self.url)
        return f"{parts.scheme}://{parts.netloc}{parts.path}" + ("?…" if parts.query else "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """A message to one webhook, and how its sending went."""

    seq: int
    message_id: str
    webhook_id: str
    event: str
    payload: str
    state: DeliveryState
    attempts: int
    next_at: datetime
    last_status: int | None
    last_error: str
    at: datetime
    ended_at: datetime | None


def check_events(events: Sequence[str]) -> tuple[str, ...]:
    """Return events in order, each once.

    Raises
    ------
    WebhookEventUnknown
        If one is not known, or there is none.
    """
    found = tuple(sorted(set(events)))
    if not found:
        raise WebhookEventUnknown(field="events", value="", known=", ".join(EVENTS))
    for event in found:
        if event != ALL and event not in EVENTS:
            raise WebhookEventUnknown(field="events", value=event[:64], known=", ".join(EVENTS))
    return found


def check_url(url: str, allowed_hosts: Sequence[str] = ()) -> str:
    """Return an address that can be written to, as far as its text says.

    Where its host leads is asked anew before every message.

    Parameters
    ----------
    allowed_hosts
        Hosts that may be private, and be spoken to without TLS.

    Raises
    ------
    WebhookUrlInvalid
        If it is not.
    """
    mend = "give https://HOST/PATH, without user and password"
    try:
        parts = urlsplit(url)
        host, port = parts.hostname, parts.port
    except ValueError as error:
        raise WebhookUrlInvalid(field="url", value=url[:80], mend=mend) from error
    plain = parts.scheme == "http" and host in allowed_hosts
    fits = url.isascii() and url.isprintable() and " " not in url and len(url) <= _URL_LENGTH
    named = bool(host) and parts.username is None and parts.password is None and port != 0
    if not (fits and named and (parts.scheme == "https" or plain)):
        raise WebhookUrlInvalid(field="url", value=url[:80], mend=mend)
    return url


def check_secret(secret: str, form: WebhookForm) -> str:
    """Return a secret that can sign messages of a form.

    Raises
    ------
    WebhookSecretInvalid
        If it is not ``whsec_`` and 24 to 64 bytes in base64; robots take the text that their
        page shows, or none.
    """
    if form is not WebhookForm.PLAIN:
        if len(secret) > 200 or not secret.isascii():  # noqa: PLR2004  theirs have 67 characters
            raise WebhookSecretInvalid(field="secret", mend="copy it from the robot's page")
        return secret
    try:
        size = len(key_of(secret)) if secret.startswith(SECRET_PREFIX) else 0
    except (binascii.Error, ValueError):
        size = 0
    low, high = _SECRET_RANGE
    if not low <= size <= high:
        raise WebhookSecretInvalid(
            field="secret", mend="give whsec_ and 24 to 64 bytes in base64, or none for a new one"
        )
    return secret


def key_of(secret: str) -> bytes:
    """Return the bytes with which a secret signs."""
    return base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)


def next_try(at: datetime, attempts: int, *, after_s: int = 0) -> datetime | None:
    """Say when to try again after so many tries; None: never.

    Parameters
    ----------
    after_s
        What the other side asked to wait, in seconds.

    Notes
    -----
    Doubling waits from 5 s to 6 h; each is spread over half its length, so that messages that
    failed together do not come back together.
    """
    if attempts >= MOST_ATTEMPTS:
        return None
    wait = min(FIRST_WAIT_S * 2 ** (attempts - 1), LONGEST_WAIT_S)
    spread = wait * (0.75 + random.random() / 2)  # noqa: S311  not a secret
    return at + timedelta(seconds=max(spread, min(after_s, LONGEST_WAIT_S)))
