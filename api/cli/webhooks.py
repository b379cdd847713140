"""Commands on webhooks: webhook add, list, remove, ping."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from typing import TYPE_CHECKING, Annotated

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    language,
    now,
    opened,
    print_json,
    say,
)

if TYPE_CHECKING:
    from logistics.domain.webhooks import Webhook

app = typer.Typer(
    help="回调 · who is told what happens: programs and robots of group chats",
    no_args_is_help=True,
)

FAILED = 3

WebhookArgument = Annotated[str, typer.Argument(help="回调编号 · id of the webhook")]
PrivateOption = Annotated[
    list[str] | None,
    typer.Option(
        "--private-host",
        envvar="SUPPLYLOOP_WEBHOOK_PRIVATE_HOSTS",
        help="允许的内网主机 · host that may lie within the network, and be told without TLS",
    ),
]


@app.command("add")
def add(
    *,
    url: Annotated[str, typer.Argument(help="地址 · https address")],
    event: Annotated[
        list[str] | None,
        typer.Option(help="事件 · event to be told of, such as run.state; not given: all"),
    ] = None,
    form: Annotated[str, typer.Option(help="格式 · plain dingtalk wecom")] = "plain",
    secret: Annotated[
        str | None,
        typer.Option(envvar="SUPPLYLOOP_WEBHOOK_SECRET", help="密钥 · not given: a new one"),
    ] = None,
    label: Annotated[str, typer.Option(help="备注 · what it is for; no names")] = "",
    private_host: PrivateOption = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """添加回调 · Tell an address what happens from now on; its secret is shown once."""
    from logistics.usecases.keep_webhooks import add_webhook

    at = now()
    with opened(database) as store:
        made = store.run(
            lambda session: add_webhook(
                session,
                url,
                event or ["*"],
                form=form,
                secret=secret,
                language=language(),
                label=label,
                allowed_hosts=private_host or (),
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(_told(made) | {"secret": made.secret})
        return
    say("webhook.added", id=made.id, url=made.url_shown)
    if made.secret and not secret:
        typer.echo(made.secret)


@app.command("list")
def listed(
    *,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列出回调 · List webhooks; secrets stay hidden."""
    from logistics.store import webhooks

    with opened(database) as store, store.read() as session:
        found = webhooks.every(session)
    if as_json:
        print_json([_told(one) for one in found])
        return
    for one in found:
        key = "webhook.on" if one.active else "webhook.off"
        events = ", ".join(one.events)
        say(key, id=one.id, url=one.url_shown, events=events, why=one.stopped_for)
    if not found:
        say("webhook.none")


@app.command("remove")
def remove(
    webhook: WebhookArgument, database: DatabaseOption = DATABASE, lang: LangOption = LANG
) -> None:
    """删除回调 · Tell an address nothing more."""
    from logistics.usecases.keep_webhooks import remove_webhook

    at = now()
    with opened(database) as store:
        gone = store.run(lambda session: remove_webhook(session, webhook, actor=ACTOR, at=at))
    say("webhook.removed", id=gone.id, url=gone.url_shown)


@app.command("ping")
def ping(
    *,
    webhook: WebhookArgument,
    private_host: PrivateOption = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """测试回调 · Send a test message now and say what was answered; exit 3 if it was not taken."""
    from api.webhooks.dispatching import Dispatcher
    from logistics.domain.webhooks import PING
    from logistics.store import outbox, webhooks

    at = now()
    with opened(database) as store:
        due = store.run(
            lambda s: outbox.begin(s, webhooks.get(s, webhook), PING, {"webhook": webhook}, at=at)
        )
        outcome = Dispatcher(store, allowed=private_host or ()).send_one(due)
    taken = outcome.status is not None and not outcome.why
    if as_json:
        print_json({"delivered": taken, "status": outcome.status, "error": outcome.why})
    elif taken:
        say("webhook.pinged", status=outcome.status)
    else:
        say("webhook.not-pinged", why=outcome.why)
    if not taken:
        raise typer.Exit(FAILED)


def _told(one: "Webhook") -> dict[str, object]:
    return {
        "id": one.id,
        "url": one.url_shown,
        "events": list(one.events),
        "form": one.form.value,
        "label": one.label,
        "active": one.active,
        "failures": one.failures,
        "stopped_for": one.stopped_for,
    }
