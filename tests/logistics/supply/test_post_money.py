"""What a day's goods mean in money: owed, borne, lost, still there, to the fen."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, text, update
from sqlalchemy.exc import IntegrityError

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.money import DamageBorne
from logistics.domain.prices import Pricing, SalePrice
from logistics.domain.procurement import Received
from logistics.domain.runs import RunState
from logistics.domain.stock import Explanation
from logistics.domain.subsidies import MoneyPolicy, SubsidyRule
from logistics.store import bags, lots, money, money_rules, runs, tables
from logistics.usecases.post_money import post_money
from logistics.usecases.receive_donation import Donor, receive_donation
from logistics.usecases.record_payment import (
    EntryFollows,
    PaymentInvalid,
    PaymentReused,
    pay_household,
    pay_supplier,
    take_back_payment,
)
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.refund_goods import (
    RefundReason,
    RefundReused,
    RefundTooMuch,
    refund_goods,
)
from logistics.usecases.send_back import send_back
from logistics.usecases.settle_suppliers import settle_suppliers
from logistics.usecases.show_money import (
    household_money,
    household_sums,
    receipts_of_run,
    run_money,
)
from logistics.usecases.verify_money import verify_money

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
EVENING = AT + timedelta(hours=14)
WHO: dict[str, Any] = {"actor": "cli", "at": EVENING}
DAY = date(2022, 4, 13)


def policy(supplies: Any, **more: Any) -> None:
    said = MoneyPolicy(**{"since": date(2022, 4, 1)} | more)
    money_rules.add_policy(supplies.session, "d", said, **WHO)


def came(item: str, ordered: int) -> list[Received]:
    """Cabbage is short and partly damaged; all else comes as ordered."""
    if item == "cabbage":
        return [Received(item=item, quantity_base=ordered - 100, damaged_base=50)]
    return [Received(item=item, quantity_base=ordered, provenance="farm")]


def out(supplies: Any, change: Any = came) -> Any:
    """A released run of three households and two points' worth of goods."""
    supplies.ask(0, ("cabbage", 700), ("eggs", 30, "板"))
    supplies.ask(1, ("cabbage", 777), ("milk", 1000, "盒"))
    supplies.ask(2, ("cabbage", 501))
    supplies.order()
    supplies.receive(change)
    supplies.share()
    supplies.pack()
    runs.set_state(supplies.session, supplies.id, RunState.RELEASED)
    return supplies


def scan(supplies: Any, kind: str, minute: int = 30, only: Any = None) -> None:
    events = []
    for bag in bags.of_run(supplies.session, supplies.id):
        if only is None or bag.household_code in only:
            who = f"household:{bag.household_code}" if kind == "confirm" else "point:P1"
            one = Scan(key=f"{kind}{bag.id}{minute}", kind=ScanKind(kind), by=who,
                       at=AT + timedelta(minutes=minute))  # fmt: skip
            events.append(BagEvent(bag=bag.code, scan=one))
    record_scans(supplies.session, supplies.id, events, **WHO)


def holds(supplies: Any) -> None:
    proof = verify_money(supplies.session, supplies.id)
    assert proof.holds, proof.faults
    assert run_money(supplies.session, supplies.id).even


def test_households_owe_together_what_their_part_cost_and_nothing_twice(supplies: Any) -> None:
    supplies.area(4)
    out(supplies)
    first = post_money(supplies.session, supplies.id, **WHO)
    assert first.facts
    assert post_money(supplies.session, supplies.id, **WHO).facts == 0
    before = run_money(supplies.session, supplies.id)
    assert (before.owed_fen, before.loss_fen) == (0, 40)  # 50 g of 400 fen a 500 g
    # cabbage 1900 g 1520, an egg tray 400, milk 1000 ml 800
    assert before.bought_fen == 1520 + 400 + 800
    scan(supplies, "confirm")
    assert post_money(supplies.session, supplies.id, **WHO).facts > 0
    done = run_money(supplies.session, supplies.id)
    assert done.stock_fen == 0
    assert done.owed_fen == done.bought_fen - 40
    owed = {row.subject: row.owed_fen for row in household_sums(supplies.session, supplies.id,
                                                                named=True)}  # fmt: skip
    assert sum(owed.values()) == done.owed_fen
    assert (
        household_money(supplies.session, supplies.codes[0]).balance_fen == owed[supplies.codes[0]]
    )
    holds(supplies)


def test_a_price_list_a_free_package_and_a_tier_make_what_is_owed(supplies: Any) -> None:
    supplies.area(4)
    s = supplies.session
    money_rules.add_prices(
        s, "d",
        [SalePrice(item_id="cabbage", fen=301, per=500, unit="斤", since=date(2022, 4, 2)),
         SalePrice(item_id="cabbage", fen=999, per=500, unit="斤", since=date(2022, 4, 14)),
         SalePrice(item_id="milk", fen=None, per=1, unit="ml", since=date(2022, 4, 2))],
        **WHO)  # fmt: skip
    policy(supplies, pricing=Pricing.LIST, rules=(
        SubsidyRule(fund="SET", percent=100, package="菜包"),
        SubsidyRule(fund="TIER", percent=50, tiers=frozenset({0}))))  # fmt: skip
    s.execute(insert(tables.package).values(
        id="pk", name_zh="菜包", name_en="greens", kind="vegetable", scope="household",
        aliases=[], most=3, version=1))  # fmt: skip
    s.execute(insert(tables.package_version).values(
        id="pk.1", package_id="pk", version=1, parts=[], **WHO))  # fmt: skip
    (line,) = supplies.ask(3, ("cabbage", 600))
    s.execute(update(tables.order_line).where(tables.order_line.c.id == line).values(
        package_version_id="pk.1"))  # fmt: skip
    out(supplies, lambda _item, _ordered: None)
    scan(supplies, "confirm")
    post_money(s, supplies.id, **WHO)
    rows = {row.subject: row for row in household_sums(s, supplies.id, named=True)}
    first, second, third, fourth = (rows[code] for code in supplies.codes)
    assert first.charged_fen == 421 + 400  # 700 g at 301 a 500 g, eggs at what they cost
    assert (first.subsidy_fen, first.owed_fen) == (411, 410)  # tier 0: half, halves up
    assert (second.charged_fen, second.subsidy_fen) == (468 + 800, 0)
    assert third.charged_fen == 302
    assert (fourth.charged_fen, fourth.owed_fen) == (361, 0)
    done = run_money(s, supplies.id)
    assert dict(done.funds) == {"SET": 361, "TIER": 411}
    assert done.margin_fen < 0
    holds(supplies)
    # the books never say which fund bore whose part
    assert not [one for one in money.of_run(s, supplies.id)
                if one.household and "fund:" in one.debit + one.credit]  # fmt: skip
    # what comes later changes nothing of this run
    policy(supplies, since=date(2022, 4, 13), rules=())
    money_rules.add_prices(s, "d", [SalePrice(
        item_id="cabbage", fen=1, per=500, unit="斤", since=DAY)], **WHO)  # fmt: skip
    post_money(s, supplies.id, **WHO)
    assert {row.subject: row for row in household_sums(s, supplies.id, named=True)} == rows


def test_gifts_are_free_and_go_through_the_books_at_the_value_said(supplies: Any) -> None:
    supplies.area(4)
    s = supplies.session
    supplies.ask(0, ("rice", 5000))
    supplies.order()
    gift = Received(item="rice", quantity_base=4000, price_fen=3000)
    receive_donation(s, supplies.id, Donor(code="RC-1"), [gift], key="g", **WHO)
    supplies.receive(lambda item, _: [Received(item=item, quantity_base=1000)])
    supplies.share()
    supplies.pack()
    runs.set_state(s, supplies.id, RunState.RELEASED)
    scan(supplies, "confirm")
    post_money(s, supplies.id, **WHO)
    done = run_money(s, supplies.id)
    assert (done.donated_fen, done.given_fen) == (3000, 3000)
    assert done.owed_fen == done.bought_fen == 800
    (receipt,) = household_money(s, supplies.codes[0]).receipts
    assert [(line.quantity, line.fen, line.gift) for line in receipt.lines] == [
        (1000, 800, False), (4000, 0, True)]  # fmt: skip
    holds(supplies)
    refund_goods(s, supplies.id, supplies.codes[0], "rice货", 5000, reason=RefundReason.MISSING,
                 key="k", **WHO)  # fmt: skip
    assert household_money(s, supplies.codes[0]).balance_fen == 0
    holds(supplies)


def test_what_is_refunded_at_the_door_is_paid_once_and_lapses_with_the_bag(supplies: Any) -> None:
    supplies.area(4)
    policy(supplies, rules=(SubsidyRule(fund="ALL", percent=10),))
    out(supplies)
    scan(supplies, "confirm")
    s, home = supplies.session, supplies.codes[0]

    def refund(quantity: int, **more: Any) -> Any:
        said = {"reason": RefundReason.DAMAGED, "key": "k1"} | more
        return refund_goods(s, supplies.id, home, "eggs货", quantity, **said, **WHO)

    assert refund(6).fen == 80  # of 400 for 30
    assert refund(6).repeated
    with pytest.raises(RefundReused):
        refund(7)
    with pytest.raises(RefundTooMuch) as refusal:
        refund(25, key="k2")
    assert refusal.value.facts["there"] == 24
    (receipt,) = household_money(s, home).receipts
    assert (receipt.refunded_fen, receipt.charged_fen - receipt.refunded_fen) == (
        80, receipt.owed_fen + receipt.subsidy_fen)  # fmt: skip
    (row, *_) = household_sums(s, supplies.id, named=True)
    assert (row.refunded_fen, row.owed_fen) == (80, receipt.owed_fen)
    holds(supplies)
    scan(supplies, "return", 20, only=[home])  # before it was confirmed: it never got it
    scan(supplies, "return", 50, only=[home])  # and afterwards it came back
    post_money(s, supplies.id, **WHO)
    told = household_money(s, home)
    assert (told.balance_fen, told.receipts[0].lines) == (0, ())
    assert told.receipts[0].refunded_fen == 0
    holds(supplies)


def test_suppliers_get_what_came_less_what_went_back(supplies: Any) -> None:
    supplies.area(4)
    policy(supplies, damage=DamageBorne.SUPPLIER)
    out(supplies)
    s = supplies.session
    post_money(s, supplies.id, **WHO)
    (settled,) = settle_suppliers(s, supplies.id)
    lines = {line.item_zh: line for line in settled.lines}
    cabbage = lines["cabbage货"]
    assert (cabbage.ordered, cabbage.came, cabbage.short, cabbage.damaged) == (2000, 1900, 100, 50)
    assert cabbage.payable_fen == 1520 - 40
    assert run_money(s, supplies.id).loss_fen == 0
    paid = pay_supplier(s, supplies.id, "M1", 500, ref="R1", **WHO)
    assert paid.balance_fen == settled.payable_fen - 500
    assert settle_suppliers(s, supplies.id)[0].paid_fen == 500
    assert run_money(s, supplies.id).settled_fen == 500
    holds(supplies)


def test_what_is_sent_back_is_not_paid_for(supplies: Any) -> None:
    supplies.area(4)
    s = supplies.session
    supplies.ask(0, ("rice", 1500))
    supplies.order()
    supplies.receive(lambda item, ordered: [
        Received(item=item, quantity_base=ordered, price_fen=1001)])  # fmt: skip
    post_money(s, supplies.id, **WHO)
    (lot,) = lots.of_run(s, supplies.id)
    send_back(s, lot.id, 500, point="P1", reason=Explanation.SPOILED, key="b", **WHO)
    post_money(s, supplies.id, **WHO)
    (settled,) = settle_suppliers(s, supplies.id)
    assert (settled.lines[0].returned, settled.payable_fen) == (500, 667)
    assert run_money(s, supplies.id).stock_fen == 667
    holds(supplies)


def test_a_payment_counts_once_and_is_taken_back_by_a_further_entry(supplies: Any) -> None:
    supplies.area(4)
    out(supplies)
    scan(supplies, "confirm")
    s, home = supplies.session, supplies.codes[1]
    post_money(s, supplies.id, **WHO)
    owed = household_money(s, home).balance_fen
    first = pay_household(s, home, 300, ref="7 号收据", **WHO)
    again = pay_household(s, home, 300, ref="7 号收据", **WHO)
    assert (first.repeated, again.repeated, again.balance_fen) == (False, True, owed - 300)
    with pytest.raises(PaymentReused):
        pay_household(s, home, 301, ref="7 号收据", **WHO)
    for fen, ref in ((0, "x"), (-5, "x"), (10**12, "x"), (5, " "), (5, "x" * 99)):
        with pytest.raises(PaymentInvalid):
            pay_household(s, home, fen, ref=ref, **WHO)
    (line,) = household_money(s, home).payments
    take_back_payment(s, line.seq, reason="别户的", **WHO)
    with pytest.raises(EntryFollows):
        take_back_payment(s, line.seq, reason="again", **WHO)
    follows = next(one.seq for one in money.of_run(s, supplies.id))
    with pytest.raises(EntryFollows):
        take_back_payment(s, follows, reason="no", **WHO)
    told = household_money(s, home)
    assert [one.fen for one in told.payments] == [300, -300]
    assert told.balance_fen == owed
    holds(supplies)


def test_an_auditor_sees_sums_under_names_that_tell_nothing(supplies: Any) -> None:
    supplies.area(4)
    out(supplies)
    scan(supplies, "confirm")
    post_money(supplies.session, supplies.id, **WHO)
    named = household_sums(supplies.session, supplies.id, named=True)
    hidden = household_sums(supplies.session, supplies.id, named=False)
    assert sorted(row.owed_fen for row in named) == sorted(row.owed_fen for row in hidden)
    assert not {row.subject for row in hidden} & set(supplies.codes)
    told = receipts_of_run(supplies.session, supplies.id)
    assert {one.household: one.balance_fen for one in told} == {
        row.subject: row.owed_fen for row in named
    }


# ruff: noqa: S608  statements of our own words
_ROW = "district_id, kind, debit, credit, fen, quantity, household, reason, actor, at, recorded_at"
_ONE_SIDED = _ROW.replace("credit", "debit")
REFUSED = (
    "UPDATE money_entry SET fen = fen + 1",
    "DELETE FROM money_entry",
    "UPDATE lot_cost SET cost_fen = 0",
    "DELETE FROM money_terms",
    f"INSERT INTO money_entry (fact, {_ROW}) SELECT 'x', {_ONE_SIDED} FROM money_entry",
    f"INSERT INTO money_entry (fact, {_ROW}) SELECT fact, {_ROW} FROM money_entry",
)


def test_the_database_itself_keeps_entries_whole_and_as_they_are(supplies: Any) -> None:
    supplies.area(4)
    out(supplies)
    post_money(supplies.session, supplies.id, **WHO)
    for statement in REFUSED:
        with pytest.raises(IntegrityError), supplies.session.begin_nested():
            supplies.session.execute(text(statement))


def test_what_is_not_as_it_follows_is_found(supplies: Any) -> None:
    supplies.area(4)
    out(supplies)
    post_money(supplies.session, supplies.id, **WHO)
    supplies.session.execute(insert(tables.money_entry).values(
        fact="m:0.x", district_id="d", run_id=supplies.id, kind="loss", debit="loss",
        credit="stock", fen=1, lot_id=lots.of_run(supplies.session, supplies.id)[0].id,
        quantity=3, household="", reason="", actor="x", at=AT, recorded_at=AT))  # fmt: skip
    proof = verify_money(supplies.session, supplies.id)
    assert {fault.check.value for fault in proof.faults} == {"follows"}
