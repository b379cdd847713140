"""Random days: shortages, damage, gifts, returns, refunds, corrections, everything said twice, and
the books written at any moment. Not a fen appears or disappears."""

from collections import Counter
from contextlib import ExitStack, suppress
from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.money import DamageBorne
from logistics.domain.prices import Pricing, SalePrice
from logistics.domain.procurement import Received
from logistics.domain.runs import RunState
from logistics.domain.stock import Explanation, LotState
from logistics.domain.subsidies import MoneyPolicy, SubsidyRule
from logistics.errors import SupplyLoopError
from logistics.store import bags, lots, money, money_rules, orders, runs, tables
from logistics.usecases.correct_movement import correct_movement
from logistics.usecases.damage_goods import Pieces, damage_goods
from logistics.usecases.decide_on_lot import decide_on_lot
from logistics.usecases.finish_receiving import finish_receiving
from logistics.usecases.post_money import post_money
from logistics.usecases.receive_donation import Donor, receive_donation
from logistics.usecases.receive_goods import receive_goods
from logistics.usecases.record_payment import pay_household, take_back_payment
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.refund_goods import RefundReason, refund_goods
from logistics.usecases.send_back import send_back
from logistics.usecases.settle_suppliers import settle_suppliers
from logistics.usecases.show_money import household_money, household_sums, run_money
from logistics.usecases.verify_ledger import verify_ledger
from logistics.usecases.verify_money import verify_money

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
EVENING = AT + timedelta(hours=14)
WHO: dict[str, Any] = {"actor": "cli", "at": EVENING}
ITEMS = ("cabbage", "eggs", "rice")
NUMBERS = st.integers(0, 10**6)
RULES = st.lists(
    st.builds(
        lambda fund, percent, fixed, tier, cap, budget: SubsidyRule(
            fund=fund, percent=percent, household_fen=0 if percent else fixed,
            tiers=frozenset() if tier is None else frozenset({tier}),
            cap_fen=cap, budget_fen=budget),
        st.sampled_from(("A", "B")), st.sampled_from((0, 0, 33, 100)), st.integers(1, 900),
        st.sampled_from((None, 0, 2)), st.none() | st.integers(0, 500),
        st.none() | st.integers(0, 700)),
    max_size=2,
)  # fmt: skip


class Undo(Exception):
    """Ends an example without keeping it."""


class MoneyDay(RuleBasedStateMachine):
    """One run; each example is one transaction, undone after."""

    database: Any
    supplies_of: Any

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(suppress(Undo))
        self.session = self.stack.enter_context(self.database.transaction())
        self.keys = 0
        self.out = self.posted = False
        self.paid: Counter[str] = Counter()

    def teardown(self) -> None:
        try:
            if self.out:
                self.write(twice=True)
                self.the_books_hold()
                self.money_is_conserved()
                assert verify_ledger(self.session, self.run).faults == ()
        finally:
            with self.stack:
                raise Undo

    @initialize(
        asked=st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from(ITEMS), st.integers(1, 999)),
            min_size=1, max_size=6),
        came=st.lists(st.tuples(st.integers(1, 12), st.integers(0, 10),
                                st.none() | st.integers(0, 9999)), min_size=3, max_size=3),
        rules=RULES, pricing=st.sampled_from(Pricing), damage=st.sampled_from(DamageBorne),
        price=st.integers(0, 5000),
    )  # fmt: skip
    def morning(
        self, *, asked: Any, came: Any, rules: Any, pricing: Any, damage: Any, price: int
    ) -> None:
        self.supplies = self.supplies_of(self.session)
        self.supplies.area(4)
        since = date(2022, 4, 1)
        policy = MoneyPolicy(since=since, rules=tuple(rules), pricing=pricing, damage=damage)
        money_rules.add_policy(self.session, "d", policy, **WHO)
        cabbage = SalePrice(item_id="cabbage", fen=price, per=500, unit="斤", since=since)
        money_rules.add_prices(self.session, "d", [cabbage], **WHO)
        for home, item, quantity in asked:
            self.supplies.ask(home, (item, quantity))
        self.supplies.order()
        self.run = self.supplies.id
        for order in orders.of_run(self.session, self.run):
            for line, (tenths, damaged, fen) in zip(order.lines, came, strict=False):
                counted = line.quantity * tenths // 10
                count = Received(item=line.item_id, quantity_base=counted, price_fen=fen,
                                 damaged_base=counted * damaged // 20)  # fmt: skip
                for _ in range(2):
                    self.attempt(lambda c=count, o=order, i=line.item_id: receive_goods(
                        self.session, o.id, [c], key=f"r{i}", **WHO))  # fmt: skip

    def attempt(self, deed: Any) -> Any:
        """Do something that may be refused; a refusal leaves no trace."""
        try:
            with self.session.begin_nested():
                return deed()
        except SupplyLoopError:
            return None

    def pick(self, choices: Any, number: int) -> Any:
        choices = list(choices)
        return choices[number % len(choices)] if choices else None

    @rule(twice=st.booleans())
    def write(self, *, twice: bool) -> None:
        post_money(self.session, self.run, **WHO)
        self.posted = True
        if twice:
            again = post_money(self.session, self.run, **WHO)
            assert (again.facts, again.entries) == (0, 0)

    @precondition(lambda self: not self.out)
    @rule(quantity=st.integers(1, 900), fen=st.none() | st.integers(0, 3000), key=NUMBERS)
    def give(self, quantity: int, fen: Any, key: int) -> None:
        count = Received(item="cabbage", quantity_base=quantity, price_fen=fen)
        self.attempt(lambda: receive_donation(
            self.session, self.run, Donor(code="RC"), [count], key=f"g{key % 2}",
            **WHO))  # fmt: skip

    @rule(number=NUMBERS, quantity=st.integers(1, 600), key=NUMBERS)
    def return_to_supplier(self, number: int, quantity: int, key: int) -> None:
        if card := self.pick(lots.of_run(self.session, self.run), number):
            self.attempt(lambda: send_back(
                self.session, card.id, quantity, point="P1", reason=Explanation.SPOILED,
                key=f"b{key % 4}", **WHO))  # fmt: skip

    @rule(number=NUMBERS)
    def destroy(self, number: int) -> None:
        if card := self.pick(lots.of_run(self.session, self.run), number):
            self.attempt(lambda: decide_on_lot(
                self.session, card.id, LotState.DESTROYED, reason="spoiled", **WHO))  # fmt: skip

    @rule(number=NUMBERS, quantity=st.none() | st.integers(0, 900),
          place=st.sampled_from([None, "stock:P2", "loss:x"]))  # fmt: skip
    def correct(self, number: int, quantity: Any, place: Any) -> None:
        if seq := self.pick(self.session.scalars(select(tables.movement.c.seq)), number):
            self.attempt(lambda: correct_movement(
                self.session, seq, quantity=quantity, target=place,
                reason=Explanation.MISCOUNT, **WHO))  # fmt: skip

    @precondition(lambda self: not self.out)
    @rule()
    def go_out(self) -> None:
        if self.attempt(lambda: finish_receiving(self.session, self.run, **WHO)):
            self.supplies.share()
            self.supplies.pack()
            runs.set_state(self.session, self.run, RunState.RELEASED)
            self.out = True

    @precondition(lambda self: self.out)
    @rule(drawn=st.lists(st.tuples(
        st.sampled_from(("confirm", "confirm", "return", "lose", "redirect")), NUMBERS,
        st.integers(0, 600)), min_size=1, max_size=5))  # fmt: skip
    def scan(self, drawn: Any) -> None:
        events = []
        for kind, which, minute in drawn:
            if bag := self.pick(bags.of_run(self.session, self.run), which):
                self.keys += 1
                home = f"household:{self.supplies.codes[minute % 4]}"
                one = Scan(
                    key=f"s{self.keys}", kind=ScanKind(kind), at=AT + timedelta(minutes=minute),
                    by=home if kind == "confirm" else "point:P1",
                    place=home if kind == "redirect" else "")  # fmt: skip
                events.append(BagEvent(bag=bag.code, scan=one))
        for _ in range(2):
            record_scans(self.session, self.run, events, **WHO)

    @precondition(lambda self: self.out)
    @rule(number=NUMBERS, quantity=st.integers(1, 500), item=st.sampled_from(ITEMS), key=NUMBERS)
    def refund(self, number: int, quantity: int, item: str, key: int) -> None:
        home = self.pick(self.supplies.codes, number)
        self.posted = True
        for _ in range(2):
            self.attempt(lambda: refund_goods(
                self.session, self.run, home, f"{item}货", quantity,
                reason=RefundReason.MISSING, key=f"c{key % 3}", **WHO))  # fmt: skip

    @precondition(lambda self: self.out)
    @rule(number=NUMBERS, quantity=st.integers(1, 400), item=st.sampled_from(ITEMS), key=NUMBERS)
    def break_pieces(self, number: int, quantity: int, item: str, key: int) -> None:
        if bag := self.pick(bags.of_run(self.session, self.run), number):
            for _ in range(2):
                pieces = [Pieces(item=f"{item}货", quantity=quantity)]
                self.attempt(lambda p=pieces: damage_goods(
                    self.session, self.run, bag.code, p, by="leader:KX-01", key=f"d{key % 4}",
                    **WHO))  # fmt: skip

    @rule(number=NUMBERS, fen=st.integers(0, 3000), key=NUMBERS)
    def pay(self, number: int, fen: int, key: int) -> None:
        home = self.pick(self.supplies.codes, number)
        for _ in range(2):
            paid = self.attempt(lambda: pay_household(
                self.session, home, fen, ref=f"p{key % 3}", run=self.run, **WHO))  # fmt: skip
            if paid is not None and not paid.repeated:
                self.paid[home] += fen

    @rule(number=NUMBERS)
    def unpay(self, number: int) -> None:
        entry = self.pick(money.of_run(self.session, self.run), number)
        if entry is not None:
            done = self.attempt(lambda: take_back_payment(
                self.session, entry.seq, reason="wrong", **WHO))  # fmt: skip
            if done is not None:
                self.paid[entry.household] -= entry.fen

    @invariant()
    def the_books_hold(self) -> None:
        if getattr(self, "run", None) is not None and self.posted:
            proof = verify_money(self.session, self.run)
            assert {fault.check.value for fault in proof.faults} <= {"pending"}, proof.faults

    def money_is_conserved(self) -> None:
        done = run_money(self.session, self.run)
        assert done.even
        assert done.bought_fen == sum(
            one.payable_fen for one in settle_suppliers(self.session, self.run) if not one.gift
        )
        rows = household_sums(self.session, self.run, named=True)
        assert sum(row.owed_fen for row in rows) == done.owed_fen
        for row in rows:
            told = household_money(self.session, row.subject)
            assert told.balance_fen == row.owed_fen - self.paid[row.subject]
            assert sum(one.owed_fen for one in told.receipts) == row.owed_fen
            assert sum(one.refunded_fen for one in told.receipts) == row.refunded_fen
            assert all(line.quantity > 0 for one in told.receipts for line in one.lines)


def days(database: Any, supplies_of: Any, examples: int, steps: int) -> None:
    machine = type("TheDay", (MoneyDay,), {"database": database, "supplies_of": supplies_of})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_money_is_conserved_in_any_day(sqlite_database: Any, supplies_of: Any) -> None:
    days(sqlite_database, supplies_of, examples=6, steps=14)


def test_money_is_conserved_in_any_day_on_postgresql(
    postgresql_database: Any, supplies_of: Any
) -> None:
    days(postgresql_database, supplies_of, examples=4, steps=12)
