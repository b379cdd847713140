"""Commands of receiving beside orders: gifts, the second count, transfers, goods sent back."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from api.cli.context import (
    ACTOR,
    DATABASE,
    LANG,
    DatabaseOption,
    JsonOption,
    LangOption,
    now,
    opened,
    print_json,
    say,
)

if TYPE_CHECKING:
    from logistics.domain.stock import Explanation

app = typer.Typer(
    help="收货 · gifts, counts at the point, transfers, returns", no_args_is_help=True
)

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
LotOption = Annotated[str, typer.Option(help="批次 · id, or provenance code")]
QuantityOption = Annotated[int, typer.Option(help="数量 · base units: g, ml, pieces")]
KeyOption = Annotated[
    str, typer.Option(help="编号 · a key; the same key again moves nothing; without it a new one")
]


@app.command("donation")
def donation(
    *,
    run: RunArgument,
    file: Annotated[
        Path, typer.Argument(help="CSV, XLSX: 商品 数量 [单位 损坏 溯源码 过磅 照片]")
    ],
    donor: Annotated[str, typer.Option(help="捐赠方 · code; a new one is registered")],
    name: Annotated[str, typer.Option(help="名称 · of a new donor, Chinese")] = "",
    name_en: Annotated[str, typer.Option(help="英文名 · English")] = "",
    point: Annotated[str, typer.Option(help="点位 · where it came; without it the depot")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """捐赠 · Take in what somebody gives. A file twice is once."""
    from logistics.exchange.receipts import read_gifts
    from logistics.store import catalogue
    from logistics.usecases.receive_donation import Donor, receive_donation

    giver = Donor(code=donor, name_zh=name, name_en=name_en)
    with opened(database) as store:
        at = now()
        with store.read() as session:
            counts, findings = read_gifts(file, catalogue.load(session))
        if findings:
            for one in findings:
                typer.echo(
                    f"{one.sheet}:{one.line} {one.column}={one.value!r}: {one.mend}", err=True
                )
            say("receive.nothing", count=len(findings))
            raise typer.Exit(2)
        key = f"gift/{hashlib.sha256(repr([run, donor, point, counts]).encode()).hexdigest()}"
        done = store.run(
            lambda s: receive_donation(
                s, run, giver, counts, point=point or None, key=key, actor=ACTOR, at=at
            )
        )
    if as_json:
        print_json(done)
    else:
        say("receive.donation", donor=donor, lots=len(done.lots), receipt=done.id)


@app.command("count")
def count(
    *,
    run: RunArgument,
    van: Annotated[str, typer.Option(help="货车 · code")],
    lot: Annotated[
        list[str] | None,
        typer.Option(help="批次=数量[=原因] · LOT=QUANTITY[=miscount]; again for more"),
    ] = None,
    all_as_counted: Annotated[
        bool, typer.Option("--all-as-counted", help="如数到点 · everything came as counted")
    ] = False,
    point: Annotated[str, typer.Option(help="点位 · without it the depot")] = "",
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """清点 · Count at the point what a van brought, and explain what differs."""
    from logistics.store import ledger, lots, runs
    from logistics.usecases.count_at_point import PointCount, count_at_point

    with opened(database) as store:
        at = now()
        counts = [_point_count(said) for said in lot or ()]
        if all_as_counted:
            with store.read() as session:
                ids = [card.id for card in lots.of_run(session, runs.get(session, run).id)]
                on_van = ledger.at_location(session, f"van:{van}", ids)
                said = {lots.card(session, one.lot).id for one in counts}
            counts += [
                PointCount(lot=one, quantity=there)
                for one, there in sorted(on_van.items())
                if one not in said
            ]
        done = store.run(
            lambda s: count_at_point(
                s,
                run,
                van,
                counts,
                point=point or None,
                key=key or f"cli/{at.isoformat()}",
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(done)
        return
    say("receive.counted", van=done.van, lots=len(done.lots))
    for one in done.lots:
        if one.at_market != one.at_point:
            say(
                "receive.difference",
                lot=one.lot,
                item=one.item_zh,
                market=f"{one.at_market:,}",
                point=f"{one.at_point:,}",
                base=one.base,
                reason=one.reason,
            )


@app.command("transfer")
def transfer(
    *,
    lot: LotOption,
    quantity: QuantityOption,
    source: Annotated[str, typer.Option("--from", help="调出点位 · code of the point")],
    target: Annotated[str, typer.Option("--to", help="调入点位 · code of the point")],
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """调拨 · Bring goods of a lot from one point to another."""
    from logistics.usecases.transfer_goods import transfer_goods

    with opened(database) as store:
        at = now()
        done = store.run(
            lambda s: transfer_goods(
                s,
                lot,
                quantity,
                source=source,
                target=target,
                key=key or f"cli/{at.isoformat()}",
                actor=ACTOR,
                at=at,
            )
        )
    _tell_moved(done, as_json=as_json)


@app.command("send-back")
def back(
    *,
    lot: LotOption,
    quantity: QuantityOption,
    point: Annotated[str, typer.Option(help="点位 · code of the point where it stands")],
    reason: Annotated[
        str, typer.Option(help="原因 · miscount damage spoiled recalled other")
    ] = "other",
    key: KeyOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """退货 · Send goods of a lot back to who sold or gave them."""
    from logistics.usecases.send_back import send_back

    with opened(database) as store:
        at = now()
        done = store.run(
            lambda s: send_back(
                s,
                lot,
                quantity,
                point=point,
                reason=_reason(reason),
                key=key or f"cli/{at.isoformat()}",
                actor=ACTOR,
                at=at,
            )
        )
    _tell_moved(done, as_json=as_json)


def _tell_moved(done: Any, *, as_json: bool) -> None:
    if as_json:
        print_json(done)
    else:
        say(
            "receive.moved",
            lot=done.lot,
            quantity=f"{done.quantity:,}",
            source=done.source,
            target=done.target,
        )


def _point_count(said: str) -> Any:
    from logistics.usecases.count_at_point import PointCount, PointCountInvalid

    lot, _, rest = said.partition("=")
    quantity, _, reason = rest.partition("=")
    if not quantity.isascii() or not quantity.isdigit():
        raise PointCountInvalid(
            field="lot", value=said[:80], mend="write LOT=QUANTITY or LOT=QUANTITY=reason"
        )
    return PointCount(lot=lot, quantity=int(quantity), reason=_reason(reason) if reason else None)


def _reason(said: str) -> "Explanation":
    from logistics.domain.stock import Explanation
    from logistics.usecases.count_at_point import PointCountInvalid

    if said not in set(Explanation):
        raise PointCountInvalid(
            field="reason", value=said[:80], mend=f"use one of {', '.join(Explanation)}"
        )
    return Explanation(said)
