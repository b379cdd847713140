"""Commands of the ledger of goods: proved, sealed, corrected, listed."""

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
    phrase,
    print_json,
    say,
)

app = typer.Typer(help="账本 · the ledger of goods", no_args_is_help=True)

ReasonOption = Annotated[
    str,
    typer.Option(help="原因 · transit-loss miscount damage spoiled recalled theft other"),
]


@app.command("verify")
def verify(
    *,
    run: Annotated[str, typer.Option(help="波次 · only of one run")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """核验 · Prove that nothing appeared and nothing disappeared; exit code 2 if it did."""
    from logistics.usecases.verify_ledger import verify_ledger

    with opened(database) as store, store.read() as session:
        proof = verify_ledger(session, run or None)
    if as_json:
        print_json({"holds": proof.holds, "proof": proof})
    else:
        say(
            "ledger.counted",
            movements=proof.movements,
            lots=proof.lots,
            bags=proof.bags,
            passings=proof.passings,
            scans=proof.scans,
        )
        faulty = {fault.check.value for fault in proof.faults}
        for check, seconds in proof.seconds.items():
            mark = "✗" if check in faulty else "✓"
            typer.echo(f"  {mark} {phrase(f'check.{check}')}  {seconds:.1f} s")
        for fault in proof.faults:
            say(
                "ledger.fault",
                check=fault.check.value,
                subject=fault.subject,
                expected=fault.expected,
                found=fault.found,
            )
        for check, count in proof.more.items():
            say("ledger.more", check=check, count=count)
        if proof.seal:
            say("ledger.sealed", until=proof.sealed_until, digest=proof.seal)
    if not proof.holds:
        raise typer.Exit(2)


@app.command("seal")
def seal(
    *,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """封存 · Seal all that is written so far; keep the digest somewhere else."""
    from logistics.usecases.seal_ledger import seal_ledger

    with opened(database) as store:
        made = seal_ledger(store, actor=ACTOR, at=now())
    if as_json:
        print_json(made)
        return
    for one in made:
        typer.echo(f"{one.book}  {one.from_seq}–{one.until_seq}  {one.rows}  {one.digest}")
    if not made:
        say("ledger.nothing-to-seal")


@app.command("correct")
def correct(
    *,
    movement: Annotated[int, typer.Argument(help="流水号 · number of the movement")],
    quantity: Annotated[
        int, typer.Option(help="数量 · base units that really moved; 0: none; -1: as it was")
    ] = -1,
    target: Annotated[
        str, typer.Option(help="去向 · stock:P, van:V, loss:RUN, supplier:M; empty: as it was")
    ] = "",
    reason: ReasonOption,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """更正 · Take a movement back by a further entry, and write what was right."""
    from logistics.domain.stock import Explanation
    from logistics.usecases.correct_movement import CorrectionInvalid, correct_movement

    if reason not in set(Explanation):
        raise CorrectionInvalid(
            field="reason", value=reason, mend=f"use one of {', '.join(Explanation)}"
        )
    with opened(database) as store:
        at = now()
        done = store.run(
            lambda s: correct_movement(
                s,
                movement,
                quantity=None if quantity == -1 else quantity,
                target=target or None,
                reason=Explanation(reason),
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(done)
    else:
        say("ledger.corrected", movement=done.movement, reversal=done.reversal, right=done.right)


@app.command("moves")
def moves(
    *,
    lot: Annotated[str, typer.Argument(help="批次 · id or provenance code of a lot")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """流水 · List the movements of a lot with their numbers, corrections included."""
    from logistics.store import ledger, lots

    with opened(database) as store, store.read() as session:
        found = ledger.of_lot(session, lots.card(session, lot).id)
    if as_json:
        print_json(found)
        return
    for one in found:
        more = f"  ↩ {one.corrects}" if one.corrects else ""
        reason = f"  ({one.reason})" if one.reason else ""
        at = one.at.isoformat(timespec="seconds")
        typer.echo(
            f"{one.seq:>8}  {at}  {one.quantity:>9,}  {one.source} → {one.target}"
            f"  {one.kind}{reason}{more}  {one.actor}"
        )
