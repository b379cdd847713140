"""The command on damaged pieces of a bag: bag damage."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from typing import Annotated

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


def damage(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    bag: Annotated[str, typer.Argument(help="包裹 · id or code")],
    goods: Annotated[
        list[str], typer.Option(help="破损 · 鸡蛋=3个; ITEM=QUANTITY, again for more")
    ],
    by: Annotated[str, typer.Option(help="谁说的 · household:H leader:B courier:C point:P")],
    reason: Annotated[str, typer.Option(help="原因 · damage spoiled other")] = "damage",
    note: Annotated[str, typer.Option(help="备注 · note")] = "",
    key: Annotated[str, typer.Option(help="编号 · the same key again is one report")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """破损 · Write pieces of a bag off; the bag stays, the household pays for the rest."""
    from logistics.domain.stock import Explanation
    from logistics.usecases.damage_goods import REASONS, Pieces, damage_goods
    from logistics.usecases.refund_goods import quantity_said

    if reason not in REASONS:
        raise typer.BadParameter(", ".join(REASONS), param_hint="--reason")
    said = [one.rpartition("=") for one in goods]
    if any(not item.strip() or not amount.strip() for item, _, amount in said):
        raise typer.BadParameter("ITEM=QUANTITY: 鸡蛋=3个", param_hint="--goods")
    instant = now()
    with opened(database) as store:
        with store.read() as session:
            pieces = [
                Pieces(item=item.strip(), quantity=quantity_said(session, item.strip(), amount))
                for item, _, amount in said
            ]
        done = store.run(
            lambda session: damage_goods(
                session, run, bag, pieces,
                reason=Explanation(reason), by=by, note=note,
                key=key or f"cli/{instant.isoformat()}", actor=ACTOR, at=instant,
            )
        )  # fmt: skip
    if as_json:
        print_json(done)
        return
    pieces_told = ", ".join(f"{name} {quantity}" for name, quantity in done.pieces.items())
    say(
        "damage.repeated" if done.repeated else "damage.written-off",
        bag=done.bag,
        pieces=pieces_told,
        custodian=done.custodian,
    )
