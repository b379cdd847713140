"""Webhooks: who is told what happens, and what became of each message."""

from datetime import datetime
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import JSONResponse
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from api.auth import Principal, may
from api.deps import DatabaseDep, NowDep, SettingsDep, WorkDep
from api.errors import Responses
from api.once import KeyDep, OptionalKeyDep, Reply, once
from api.paging import AfterQuery, LimitQuery, cursor_of, cut, link_next, read_cursor
from api.roles import Action
from api.versions import IfNoneMatch, VersionDep, etag_of, versioned
from api.webhooks.dispatching import Dispatcher
from logistics.domain.webhooks import EVENTS, PING, Delivery, Webhook
from logistics.store import outbox, webhooks
from logistics.usecases.keep_webhooks import (
    WebhookChange,
    add_webhook,
    change_webhook,
    remove_webhook,
    rotate_secret,
)

router = APIRouter(prefix="/api/v1/webhooks", tags=["webhooks"])

Manages = Annotated[Principal, Depends(may(Action.WEBHOOK_MANAGE))]
Url = Annotated[str, Field(max_length=2000, examples=["https://example.org/supplyloop"])]
Event = Annotated[str, Field(max_length=64, examples=["run.state", "trip.departed"])]
Events = Annotated[
    list[Event],
    Field(min_length=1, max_length=40, description="Names of events, or `*` for all"),
]
Label = Annotated[str, Field(max_length=200, description="What it is for; no names")]
Language = Annotated[Literal["zh", "en"], Field(description="What robots speak")]


class WebhookIn(BaseModel):
    """An address that is to be told what happens."""

    model_config = ConfigDict(
        extra="forbid",
        json_schema_extra={
            "examples": [
                {"url": "https://example.org/supplyloop", "events": ["run.state", "trip.departed"]}
            ]
        },
    )
    url: Url
    events: Events
    form: Annotated[
        Literal["plain", "dingtalk", "wecom"],
        Field(description="Signed JSON, or a robot of a group chat 钉钉、企业微信"),
    ] = "plain"
    secret: Annotated[
        str | None,
        Field(max_length=200, description="Without it a new one; for robots that of their page"),
    ] = None
    language: Language = "zh"
    label: Label = ""


class WebhookPatch(BaseModel):
    """What is to be otherwise; what is left out stays."""

    model_config = ConfigDict(
        extra="forbid", json_schema_extra={"examples": [{"events": ["*"], "active": True}]}
    )
    url: Url | None = None
    events: Events | None = None
    label: Label | None = None
    language: Language | None = None
    active: Annotated[bool | None, Field(description="False: told nothing meanwhile")] = None


class WebhookOut(BaseModel):
    """A webhook, without its secret."""

    id: str = Field(examples=["wh_1k3v9d0m2h4e6g8j0n2q4s6u8"])
    url: str = Field(description="Without its query, which may hold a robot's key")
    events: list[str]
    form: str
    language: str
    label: str
    active: bool
    failures: int = Field(description="Tries in a row that failed")
    stopped_for: str = Field(description="Why it was switched off by itself; else empty")
    version: int
    created_at: datetime
    updated_at: datetime

    @classmethod
    def of(cls, one: Webhook) -> "WebhookOut":
        """Say a webhook."""
        return cls(
            id=one.id,
            url=one.url_shown,
            events=list(one.events),
            form=one.form.value,
            language=one.language,
            label=one.label,
            active=one.active,
            failures=one.failures,
            stopped_for=one.stopped_for,
            version=one.version,
            created_at=one.created_at,
            updated_at=one.updated_at,
        )


class WebhookMade(BaseModel):
    """A webhook with a new secret, which is shown this once."""

    webhook: WebhookOut
    secret: str = Field(description="Signs messages; empty for robots")


class WebhooksOut(BaseModel):
    """Webhooks, oldest first, and what can be listened to."""

    webhooks: list[WebhookOut]
    known_events: dict[str, str]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class DeliveryOut(BaseModel):
    """A message, and how its sending went."""

    message_id: str
    event: str
    state: str = Field(description="pending, sent, failed or dropped")
    attempts: int
    next_at: datetime
    last_status: int | None
    last_error: str
    at: datetime
    ended_at: datetime | None
    payload: str = Field(description="As it is signed and sent")

    @classmethod
    def of(cls, one: Delivery) -> "DeliveryOut":
        """Say a message."""
        return cls(
            message_id=one.message_id,
            event=one.event,
            state=one.state.value,
            attempts=one.attempts,
            next_at=one.next_at,
            last_status=one.last_status,
            last_error=one.last_error,
            at=one.at,
            ended_at=one.ended_at,
            payload=one.payload,
        )


class DeliveriesOut(BaseModel):
    """Messages of a webhook, newest first."""

    deliveries: list[DeliveryOut]
    next: str | None = Field(description="Send it as `after` for the next page; null at the end")


class PingOut(BaseModel):
    """What came of a test message."""

    delivered: bool
    status: int | None = Field(description="What the other side answered, if it did")
    error: str = Field(description="Why not; empty if it was delivered")
    message_id: str


@router.post(
    "",
    status_code=201,
    response_model=WebhookMade,
    summary="Tell an address what happens",
    responses=Responses.of(400, 409, 422),
)
def add(
    *,
    body: WebhookIn,
    who: Manages,
    key: KeyDep,
    work: WorkDep,
    settings: SettingsDep,
    at: NowDep,
) -> JSONResponse:
    """Add a webhook. The secret is answered this once, and again to the same key."""

    def deed(session: Session) -> Reply:
        made = add_webhook(
            session,
            body.url,
            body.events,
            form=body.form,
            secret=body.secret,
            language=body.language,
            label=body.label,
            allowed_hosts=settings.webhook_private_hosts,
            actor=who.actor,
            at=at,
        )
        return Reply(_made(made), 201)

    return once(
        work,
        deed,
        who=who,
        command="POST /api/v1/webhooks",
        key=key,
        content=body.model_dump(mode="json"),
        at=at,
    )


@router.get("", summary="List webhooks", responses=Responses.of(422))
def listed(
    *,
    _: Manages,
    work: WorkDep,
    request: Request,
    response: Response,
    after: AfterQuery = None,
    limit: LimitQuery = 50,
) -> WebhooksOut:
    """List webhooks in pages, oldest first, with the names of all events."""
    since = read_cursor(after, str)
    found, more = cut(
        work.read(lambda s: webhooks.every(s, since[0] if since else None, limit + 1)), limit
    )
    following = cursor_of(found[-1].id) if more else None
    link_next(request, response, following)
    return WebhooksOut(
        webhooks=[WebhookOut.of(one) for one in found], known_events=EVENTS, next=following
    )


@router.get(
    "/{webhook_id}",
    response_model=WebhookOut,
    summary="Read a webhook",
    responses=Responses.of(404) | Responses.not_modified(),
)
def read(webhook_id: str, _: Manages, work: WorkDep, known: IfNoneMatch = None) -> Response:
    """Read one webhook; its version is also its ETag."""
    found = work.read(lambda s: webhooks.get(s, webhook_id))
    content = WebhookOut.of(found).model_dump(mode="json")
    return versioned(content, etag_of(found.version), known)


@router.patch(
    "/{webhook_id}",
    response_model=WebhookOut,
    summary="Change a webhook",
    responses=Responses.of(404, 412, 422, 428),
)
def change(
    *,
    webhook_id: str,
    body: WebhookPatch,
    who: Manages,
    version: VersionDep,
    key: OptionalKeyDep,
    work: WorkDep,
    settings: SettingsDep,
    at: NowDep,
) -> JSONResponse:
    """Change where messages go, which, or whether; switched off, those that wait are dropped."""

    def deed(session: Session) -> Reply:
        wish = WebhookChange(**body.model_dump())
        changed = change_webhook(
            session,
            webhook_id,
            wish,
            version=version,
            allowed_hosts=settings.webhook_private_hosts,
            actor=who.actor,
            at=at,
        )
        return Reply(WebhookOut.of(changed).model_dump(mode="json"))

    return once(
        work,
        deed,
        who=who,
        command=f"PATCH /api/v1/webhooks/{webhook_id}",
        key=key,
        content=[version, body.model_dump(mode="json")],
        at=at,
    )


@router.delete(
    "/{webhook_id}",
    status_code=204,
    summary="Tell an address nothing more",
    responses=Responses.of(404, 412, 422, 428),
)
def remove(webhook_id: str, who: Manages, version: VersionDep, work: WorkDep, at: NowDep) -> None:
    """Take a webhook away, with the messages that wait for it."""
    work(lambda s: remove_webhook(s, webhook_id, version=version, actor=who.actor, at=at))


@router.post(
    "/{webhook_id}/secret",
    response_model=WebhookMade,
    summary="Change the secret of a webhook",
    responses=Responses.of(400, 404, 409, 422),
)
def rotate(webhook_id: str, who: Manages, key: KeyDep, work: WorkDep, at: NowDep) -> JSONResponse:
    """Make a new secret; for a day messages carry the signature of the old one as well."""

    def deed(session: Session) -> Reply:
        return Reply(_made(rotate_secret(session, webhook_id, actor=who.actor, at=at)))

    command = f"POST /api/v1/webhooks/{webhook_id}/secret"
    return once(work, deed, who=who, command=command, key=key, content=[], at=at)


@router.post("/{webhook_id}/ping", summary="Send a test message now", responses=Responses.of(404))
def ping(
    webhook_id: str,
    _: Manages,
    database: DatabaseDep,
    work: WorkDep,
    settings: SettingsDep,
    at: NowDep,
) -> PingOut:
    """Send `webhook.ping` and wait for the answer; a test that fails is tried again like any."""
    due = work(
        lambda s: outbox.begin(
            s, webhooks.get(s, webhook_id), PING, {"webhook": webhook_id}, at=at
        )
    )
    sender = Dispatcher(database, allowed=settings.webhook_private_hosts)
    outcome = sender.send_one(due)
    return PingOut(
        delivered=outcome.status is not None and not outcome.why,
        status=outcome.status,
        error=outcome.why,
        message_id=due.delivery.message_id,
    )


@router.get(
    "/{webhook_id}/deliveries",
    summary="Read what became of messages",
    responses=Responses.of(404, 422),
)
def deliveries(
    *,
    webhook_id: str,
    _: Manages,
    work: WorkDep,
    request: Request,
    response: Response,
    state: Annotated[
        Literal["pending", "sent", "failed", "dropped"] | None, Query(description="Only these")
    ] = None,
    after: AfterQuery = None,
    limit: LimitQuery = 100,
) -> DeliveriesOut:
    """Read the messages of a webhook in pages, newest first; kept for 30 days."""
    since = read_cursor(after, int)

    def look(session: Session) -> list[Delivery]:
        webhooks.get(session, webhook_id)
        before = since[0] if since else None
        return list(outbox.page(session, webhook_id, before=before, state=state, limit=limit + 1))

    found, more = cut(work.read(look), limit)
    following = cursor_of(found[-1].seq) if more else None
    link_next(request, response, following)
    return DeliveriesOut(deliveries=[DeliveryOut.of(one) for one in found], next=following)


def _made(one: Webhook) -> dict[str, object]:
    return WebhookMade(webhook=WebhookOut.of(one), secret=one.secret).model_dump(mode="json")
