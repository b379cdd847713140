"""Commands around the service: serve, token, demo."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import Annotated

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
    visible,
)

tokens = typer.Typer(help="令牌 · tokens of staff, couriers and households", no_args_is_help=True)


def serve(
    *,
    host: Annotated[str, typer.Option(help="地址 · address to listen on")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="端口 · port to listen on")] = 8000,
    database: DatabaseOption = DATABASE,
    jobs: Annotated[
        int,
        typer.Option(
            min=0, max=64, help="后台线程 · threads for long work; 0: other services do it"
        ),
    ] = 1,
    webhook_private_host: Annotated[
        list[str] | None,
        typer.Option(
            envvar="SUPPLYLOOP_WEBHOOK_PRIVATE_HOSTS",
            help="回调可达的内网主机 · host within the network that webhooks may name",
        ),
    ] = None,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="进程数 · processes of the service; on PostgreSQL")
    ] = 1,
    https: Annotated[
        bool, typer.Option(help="经 HTTPS 访问 · browsers come by HTTPS: cookies go nowhere else")
    ] = False,
    proxy: Annotated[
        str, typer.Option(help="代理地址 · addresses of proxies that name the visitor's address")
    ] = "127.0.0.1",
    lang: LangOption = LANG,
) -> None:
    """启动服务 · Start the service; stops gracefully on SIGTERM or Ctrl-C."""
    import logging

    import uvicorn

    from api.serving import FACTORY, LOG_FORMAT, hand_on
    from api.settings import Settings

    logging.basicConfig(level=logging.INFO, format=LOG_FORMAT)
    with opened(database):
        pass  # the schema is brought up to date before anyone is served
    settings = Settings(
        database=database,
        language=language(),
        jobs=jobs,
        https=https,
        webhook_private_hosts=tuple(webhook_private_host or ()),
    )
    hand_on(settings, processes)
    say("serving", host=host, port=port)
    uvicorn.run(
        FACTORY,
        factory=True,
        workers=processes,
        host=host,
        port=port,
        http="httptools",
        forwarded_allow_ips=proxy,
        access_log=False,  # our own line names the route's template: no ids, no secrets
        log_config=None,
        server_header=False,
        timeout_graceful_shutdown=20,
    )


@tokens.command("create")
def create_token(
    *,
    role: Annotated[
        str,
        typer.Option(
            help="planner clerk auditor administrator courier household leader point-team buyer "
            "steward duty-officer"
        ),
    ],
    household: Annotated[str | None, typer.Option(help="户号 · household code")] = None,
    courier: Annotated[str | None, typer.Option(help="骑手编号 · courier code")] = None,
    district: Annotated[
        str | None, typer.Option(help="街道 · the only district that it reaches")
    ] = None,
    place: Annotated[
        str | None, typer.Option(help="地点 · a leader's building, a team's point")
    ] = None,
    label: Annotated[str, typer.Option(help="备注 · what it is for; no names")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """发放令牌 · Create a token; it is shown once and kept as a digest only."""
    from api.tokens import create

    with opened(database) as store:
        at = now()
        secret = store.run(
            lambda session: create(
                session,
                role=role,
                household_code=household,
                courier_code=courier,
                district_name=district,
                place_code=place,
                label=label or role,
                actor=ACTOR,
                at=at,
            )
        )
    typer.echo(secret)


@tokens.command("revoke")
def revoke_token(
    token: Annotated[str, typer.Argument(help="令牌编号 · id of the token, from `token list`")],
    *,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
) -> None:
    """收回令牌 · Close a token, from the next request on."""
    from logistics.store.audit import record
    from logistics.store.tokens import revoke

    with opened(database) as store, store.transaction() as session:
        closed = revoke(session, token, at=now())
        record(session, actor=ACTOR, command="token revoke", subject=closed.id, at=now())
    say("token.ended", token=closed.id)


@tokens.command("list")
def list_tokens(
    *, database: DatabaseOption = DATABASE, lang: LangOption = LANG, as_json: JsonOption = False
) -> None:
    """列出令牌 · List tokens that open something; their secrets are not known."""
    from logistics.store.tokens import tokens as all_of

    with opened(database) as store, store.read() as session:
        open_ones = [one for one in all_of(session) if one.valid_at(now())]
    if as_json:
        print_json(open_ones)
        return
    for one in open_ones:
        typer.echo(visible(f"{one.id}  {one.role}  {one.label}"))


def demo(
    out: Annotated[Path, typer.Option(help="输出目录 · folder for the results")] = Path("out"),
    synthetic: Annotated[
        str | None, typer.Option(help="生成小区 · a generated district: medium")
    ] = None,
    lang: LangOption = LANG,
) -> None:
    """演示 · Run a whole day on the demo district."""
    from api.demo import run_demo

    run_demo(out, synthetic=synthetic, language=language())
