"""Commands on money: post, show, pay, refund, prove, export; receipts and settlement."""

# ruff: noqa: PLC0415  heavy imports wait until a command needs them
# ruff: noqa: ARG001  --lang is heard by its callback

from pathlib import Path
from typing import Annotated, Literal

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

app = typer.Typer(help="账目 · what is owed, borne and paid", no_args_is_help=True)

RunArgument = Annotated[str, typer.Argument(help="波次 · id or code of the run")]
RunOption = Annotated[str, typer.Option("--run", help="波次 · id or code of the run")]
HouseholdArgument = Annotated[str, typer.Argument(help="户号 · code of the household")]
FenArgument = Annotated[int, typer.Argument(help="金额(分)· fen")]
RefOption = Annotated[str, typer.Option("--ref", help="凭据号 · reference; the same counts once")]


@app.command("post")
def post(
    *,
    run: RunArgument,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """记账 · Write what follows from where goods went; again, and nothing is written."""
    from api.cli.money_view import yuan
    from logistics.usecases.post_money import post_money

    at = now()
    with opened(database) as store:
        done = store.run(lambda session: post_money(session, run, actor=ACTOR, at=at))
    if as_json:
        print_json(done)
        return
    say("money.posted", code=done.run.code, facts=done.facts, entries=done.entries,
        subsidies=yuan(done.subsidies_fen))  # fmt: skip
    if done.unpriced:
        say("money.unpriced", count=len(done.unpriced), lots=", ".join(done.unpriced[:5]))


@app.command("household")
def household(
    *,
    code: HouseholdArgument,
    run: RunOption = "",
    out: Annotated[
        Path | None, typer.Option("--out", help="账单文件 · .pdf, .csv or .xlsx")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """住户账单 · What a household got, owes and paid, line by line."""
    from api.cli.money_view import tell_household
    from logistics.usecases.print_receipts import print_receipts, read_receipts

    with opened(database) as store, store.read() as session:
        homes, zone = read_receipts(session, run or None, code)
    if out is not None:
        print_receipts(homes, out, zone=zone, font_paths=_fonts(), at=now(), language=language())
    if as_json:
        print_json(homes[0])
    else:
        tell_household(homes[0], zone)


@app.command("receipts")
def receipts(
    *,
    run: RunArgument,
    out: Annotated[
        Path,
        typer.Argument(help="文件或文件夹 · .pdf, .csv, .xlsx; a folder: a PDF per stairwell"),
    ],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """打印账单 · Print the receipts of all households of a run, or write them as a table."""
    from api.receipt_files import write_receipt_files
    from logistics.usecases.print_receipts import print_receipts, read_receipts

    at, spoken = now(), language()
    with opened(database) as store:
        if out.suffix:
            with store.read() as session:
                homes, zone = read_receipts(session, run, None)
            print_receipts(homes, out, zone=zone, font_paths=_fonts(), at=at, language=spoken)
            count = len(homes)
        else:
            count, _ = write_receipt_files(store, run, out, at=at, language=spoken)
    if as_json:
        print_json({"households": count, "file": out})
    else:
        say("money.receipts", count=count, path=out)


@app.command("suppliers")
def suppliers(
    *,
    run: RunArgument,
    out: Annotated[Path | None, typer.Option("--out", help="文件 · .csv or .xlsx")] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """供应商结算 · Ordered, come, short, damaged, sent back, and to be paid, by supplier."""
    from api.cli.money_view import tell_supplier
    from logistics.usecases.keep_money_rules import export_settlements
    from logistics.usecases.settle_suppliers import settle_suppliers

    with opened(database) as store, store.read() as session:
        found = settle_suppliers(session, run)
        if out is not None:
            export_settlements(session, run, out, language=language())
    if as_json:
        print_json(found)
        return
    for one in found:
        tell_supplier(one)


@app.command("run")
def of_run(
    *,
    run: RunArgument,
    households: Annotated[
        bool, typer.Option("--households", help="各户 · every household's sums")
    ] = False,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """波次账目 · The sums of a run: what was bought is owed, borne, there or lost, to the fen."""
    from api.cli.money_view import tell_run, yuan
    from logistics.usecases.show_money import household_sums, run_money

    with opened(database) as store, store.read() as session:
        found = run_money(session, run)
        rows = household_sums(session, run, named=True) if households else ()
    if as_json:
        print_json({"sums": found, "even": found.even, "households": rows})
        return
    tell_run(found)
    for row in rows:
        say(
            "money.household-row", household=row.subject, charged=yuan(row.charged_fen),
            refunded=yuan(row.refunded_fen), subsidy=yuan(row.subsidy_fen),
            owed=yuan(row.owed_fen), paid=yuan(row.paid_fen),
        )  # fmt: skip


@app.command("pay")
def pay(
    *,
    household: HouseholdArgument,
    fen: FenArgument,
    ref: RefOption,
    run: RunOption = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """登记付款 · Record that a household paid, by whatever means."""
    from api.cli.money_view import tell_paid
    from logistics.usecases.record_payment import pay_household

    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: pay_household(
                session, household, fen, ref=ref, run=run or None, actor=ACTOR, at=at
            )
        )
    if as_json:
        print_json(done)
    else:
        tell_paid(done)


@app.command("settle")
def settle(
    *,
    run: RunArgument,
    supplier: Annotated[str, typer.Argument(help="供应商编号 · code of the supplier")],
    fen: FenArgument,
    ref: RefOption,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """登记支付 · Record that a supplier was paid for a run."""
    from api.cli.money_view import tell_paid
    from logistics.usecases.record_payment import pay_supplier

    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: pay_supplier(session, run, supplier, fen, ref=ref, actor=ACTOR, at=at)
        )
    if as_json:
        print_json(done)
    else:
        tell_paid(done)


@app.command("take-back")
def take_back(
    *,
    entry: Annotated[int, typer.Argument(help="凭证号 · number of the payment's entry")],
    reason: Annotated[str, typer.Option(help="理由 · why")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """冲正付款 · Take the record of a payment back by a further entry."""
    from api.cli.money_view import yuan
    from logistics.usecases.record_payment import take_back_payment

    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: take_back_payment(session, entry, reason=reason, actor=ACTOR, at=at)
        )
    if as_json:
        print_json(done)
    else:
        say("money.taken-back", entry=entry, amount=yuan(done.fen), by=done.seq)


@app.command("refund")
def refund(
    *,
    run: RunArgument,
    household: HouseholdArgument,
    item: Annotated[str, typer.Argument(help="物品 · its name or an alias")],
    amount: Annotated[str, typer.Argument(help="数量 · such as 3个 or 半斤")],
    reason: Annotated[
        Literal["missing", "damaged", "spoiled", "wrong", "other"],
        typer.Option(help="原因 · missing damaged spoiled wrong other"),
    ] = "missing",
    key: Annotated[str, typer.Option(help="编号 · a key; the same key again refunds once")],
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """缺损退款 · Let a household not pay for what was missing or damaged at the door."""
    from api.cli.money_view import yuan
    from logistics.usecases.refund_goods import RefundReason, quantity_said, refund_goods

    at = now()
    with opened(database) as store:
        done = store.run(
            lambda session: refund_goods(
                session,
                run,
                household,
                item,
                quantity_said(session, item, amount),
                reason=RefundReason(reason),
                key=key,
                actor=ACTOR,
                at=at,
            )
        )
    if as_json:
        print_json(done)
    else:
        say("money.refunded", household=done.household, item=done.item, amount=amount,
            sum=yuan(done.fen))  # fmt: skip


@app.command("verify")
def verify(
    *,
    run: Annotated[str, typer.Argument(help="波次 · a run; without it all")] = "",
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """账目核验 · Work the books out again from the ledger of goods, and compare."""
    from api.cli.money_view import tell_proof
    from logistics.usecases.verify_money import BooksBroken, verify_money

    with opened(database) as store, store.read() as session:
        proof = verify_money(session, run or None)
    if as_json:
        print_json({"holds": proof.holds, "proof": proof})
    else:
        tell_proof(proof)
    if not proof.holds:
        first = proof.faults[0]
        raise BooksBroken(run=first.run, check=first.check.value, subject=first.subject)


@app.command("export")
def export(
    *,
    run: RunArgument,
    kind: Annotated[
        Literal["csv", "xlsx"], typer.Option("--format", help="格式 · csv or xlsx")
    ] = "xlsx",
    out: Annotated[
        Path | None, typer.Option("--out", help="文件 · without it RUN.csv or RUN.xlsx")
    ] = None,
    database: DatabaseOption = DATABASE,
    lang: LangOption = LANG,
    as_json: JsonOption = False,
) -> None:
    """导出凭证 · Write the journal of a run for accounting, two lines a voucher."""
    from logistics.usecases.keep_money_rules import export_journal

    file = out or Path(f"{Path(run).name}.{kind}")
    with opened(database) as store, store.read() as session:
        count = export_journal(session, run, file, language=language())
    if as_json:
        print_json({"vouchers": count, "file": file})
    else:
        say("money.exported", count=count, path=file)


def _fonts() -> tuple[Path, ...]:
    from api.assets_folder import font_folders

    return tuple(font_folders())
