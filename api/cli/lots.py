"""Commands of lots: shown, held, released, destroyed."""

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
    language,
    now,
    opened,
    phrase,
    print_json,
    say,
)

app = typer.Typer(help="批次 · what came, and what was decided about it", no_args_is_help=True)

LotArgument = Annotated[str, typer.Argument(help="批次 · id, or provenance code")]
ReasonOption = Annotated[str, typer.Option(help="原因 · why")]


@app.command("list")
def of_run(
    *,
    run: Annotated[str, typer.Argument(help="波次 · id or code of the run")],
    held: Annotated[
        bool, typer.Option("--held", help="只看暂扣 · only lots that are held")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """列出 · List the lots of a run."""
    from logistics.domain.stock import LotState
    from logistics.store import lots, runs

    with opened(database) as store, store.read() as session:
        found = [
            card
            for card in lots.of_run(session, runs.get(session, run).id)
            if not held or card.state is LotState.HELD
        ]
    if as_json:
        print_json(found)
        return
    for card in found:
        name = card.item_zh if language() == "zh" else card.item_en
        state = phrase(f"lot.{card.state.value}")
        typer.echo(
            f"{card.id}  {name} {card.quantity:,} {card.base}  {card.supplier_code}"
            f"  {card.provenance or '—'}  {state}"
        )


@app.command("show")
def show(
    *,
    lot: LotArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """查看 · Show a lot, where it stands, and what was decided about it."""
    from logistics.store import ledger, lots

    with opened(database) as store, store.read() as session:
        card = lots.card(session, lot)
        decided = lots.statements(session, card.id)
        there = ledger.of_lots(session, [card.id])
    standing = {place: quantity for (place, _), quantity in sorted(there.items())}
    if as_json:
        print_json({"lot": card, "standing": standing, "decided": decided})
        return
    name = card.item_zh if language() == "zh" else card.item_en
    say(
        "lot.shown",
        id=card.id,
        item=name,
        quantity=f"{card.quantity:,} {card.base}",
        supplier=card.supplier_code,
        at=card.received_at.isoformat(timespec="minutes"),
        provenance=card.provenance or "—",
        state=phrase(f"lot.{card.state.value}"),
    )
    if card.weight_g is not None:
        say("lot.weighed", weight=card.weight_g)
    if card.price_fen is not None:
        say("lot.paid", yuan=f"{card.price_fen / 100:,.2f}")
    if card.photo:
        say("lot.photo", photo=card.photo)
    for place, quantity in standing.items():
        typer.echo(f"  {place}  {quantity:,}")
    for one in decided:
        at = one.at.isoformat(timespec="minutes")
        typer.echo(f"  {at}  {phrase(f'lot.{one.state.value}')}  {one.reason}  {one.actor}")


@app.command("hold")
def hold(
    *,
    lot: LotArgument,
    reason: ReasonOption,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """暂扣 · Give nothing more of a lot to anybody until it is released."""
    _decide(lot, "held", reason, database, as_json=as_json)


@app.command("release")
def release(
    *,
    lot: LotArgument,
    reason: ReasonOption,
    provenance: Annotated[str, typer.Option(help="溯源码 · for a lot that came without")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """放行 · Release a held lot; cold goods need their provenance."""
    _decide(lot, "released", reason, database, provenance=provenance, as_json=as_json)


@app.command("destroy")
def destroy(
    *,
    lot: LotArgument,
    reason: ReasonOption,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """销毁 · Destroy what stands of a lot at points and on vans."""
    _decide(lot, "destroyed", reason, database, as_json=as_json)


def _decide(
    lot: str, becomes: str, reason: str, database: str, *, provenance: str = "", as_json: bool
) -> None:
    from logistics.domain.stock import LotState
    from logistics.usecases.decide_on_lot import decide_on_lot

    with opened(database) as store:
        at = now()
        done = store.run(
            lambda s: decide_on_lot(
                s,
                lot,
                LotState(becomes),
                reason=reason,
                provenance=provenance,
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(done)
        return
    say("lot.decided", lot=done.lot, state=phrase(f"lot.{done.state.value}"))
    if done.destroyed:
        say("lot.gone", quantity=f"{done.destroyed:,}")
    for kind, quantity in done.still_out.items():
        say("lot.still-out", kind=phrase(f"place.{kind}"), quantity=f"{quantity:,}", lot=done.lot)
