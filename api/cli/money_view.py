"""Money in words, for people."""

from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

import typer

from api.cli.context import language, phrase, say
from logistics.exchange.money_receipts import TEXTS, yuan
from logistics.exchange.report_texts import TABLES

if TYPE_CHECKING:
    from logistics.domain.money_checks import MoneyProof
    from logistics.domain.money_views import HouseholdMoney, RunMoney, Settlement
    from logistics.usecases.record_payment import Paid

__all__ = ["tell_household", "tell_paid", "tell_proof", "tell_run", "tell_supplier", "yuan"]


def tell_household(home: "HouseholdMoney", zone: str) -> None:
    """Print a household's receipts line by line."""
    spoken = language()
    texts, zh = TEXTS[spoken], spoken == "zh"
    for receipt in home.receipts:
        typer.echo(texts["run"].format(run=receipt.run_code, day=receipt.day))
        for line in receipt.lines:
            name = line.item_zh if zh else line.item_en
            note = f"  {texts['gift']}" if line.gift else ""
            unit = TABLES[spoken][line.base]
            typer.echo(f"  {name}  {line.quantity:,} {unit}  {yuan(line.fen)}{note}")
        for one in receipt.refunds:
            name = one.item_zh if zh else one.item_en
            unit, why = TABLES[spoken][one.base], texts[f"refund.{one.reason}"]
            typer.echo(f"  {name}  {one.quantity:,} {unit}  {yuan(-one.fen)}  {why}")
        say(
            "money.receipt-sums", charged=yuan(receipt.charged_fen),
            refunded=yuan(receipt.refunded_fen), subsidy=yuan(receipt.subsidy_fen),
            owed=yuan(receipt.owed_fen),
        )  # fmt: skip
    for paid in home.payments:
        day = paid.at.astimezone(ZoneInfo(zone)).date()
        say("money.payment", entry=paid.seq, day=day, amount=yuan(paid.fen), ref=paid.ref)
    say("money.balance", household=home.household, balance=yuan(home.balance_fen))


def tell_supplier(one: "Settlement") -> None:
    """Print what a supplier is to get, by ordered item."""
    zh = language() == "zh"
    say(
        "money.supplier", code=one.supplier, name=one.name_zh if zh else one.name_en,
        payable=yuan(one.payable_fen), paid=yuan(one.paid_fen),
        rest=yuan(0 if one.gift else one.payable_fen - one.paid_fen),
    )  # fmt: skip
    for line in one.lines:
        say(
            "money.supplier-line", order=line.order, item=line.item_zh if zh else line.item_en,
            ordered=line.ordered, came=line.came, short=line.short, damaged=line.damaged,
            returned=line.returned, base=TABLES[language()][line.base],
            payable=yuan(line.payable_fen),
        )  # fmt: skip


def tell_run(found: "RunMoney") -> None:
    """Print the sums of a run, and whether they are even."""
    say(
        "money.run", code=found.run.code, bought=yuan(found.bought_fen),
        owed=yuan(found.owed_fen), subsidies=yuan(found.subsidies_fen),
        margin=yuan(found.margin_fen), stock=yuan(found.stock_fen), loss=yuan(found.loss_fen),
    )  # fmt: skip
    say(
        "money.run-gifts", donated=yuan(found.donated_fen), given=yuan(found.given_fen),
        stock=yuan(found.gift_stock_fen), loss=yuan(found.gift_loss_fen),
    )  # fmt: skip
    say(
        "money.run-paid", households=found.households, paid=yuan(found.paid_fen),
        refunded=yuan(found.refunded_fen), settled=yuan(found.settled_fen),
    )  # fmt: skip
    for fund, fen in found.funds.items():
        say("money.run-fund", fund=fund, amount=yuan(fen))
    if found.unpriced:
        say("money.unpriced", count=len(found.unpriced), lots=", ".join(found.unpriced[:5]))
    if found.pending:
        say("money.pending", count=found.pending, code=found.run.code)
    say("money.even" if found.even else "money.uneven")


def tell_paid(done: "Paid") -> None:
    """Print what was recorded of a payment."""
    key = "money.paid-again" if done.repeated else "money.paid"
    say(key, account=done.account, amount=yuan(done.fen), ref=done.ref,
        balance=yuan(done.balance_fen))  # fmt: skip


def tell_proof(proof: "MoneyProof") -> None:
    """Print what was looked at, and every fault that is named."""
    say("money.proof", runs=proof.runs, entries=proof.entries, sum=yuan(proof.fen))
    for fault in proof.faults:
        say(
            "money.fault", run=fault.run, check=phrase(f"money.check-{fault.check.value}"),
            subject=fault.subject, expected=fault.expected, found=fault.found,
        )  # fmt: skip
    for check, count in proof.more.items():
        say("money.more", check=phrase(f"money.check-{check}"), count=count)
    if proof.holds:
        say("money.holds")
