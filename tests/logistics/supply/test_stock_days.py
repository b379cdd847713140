"""Random days: short and damaged goods, two counts, gifts, lost bags, late scans, corrections,
everything said twice or in the wrong order. Nothing appears and nothing disappears."""

from contextlib import ExitStack, suppress
from datetime import UTC, datetime, timedelta
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
from sqlalchemy import func, select

from logistics.domain.custody import BY, Scan, ScanKind
from logistics.domain.procurement import Received
from logistics.domain.runs import RunState
from logistics.domain.stock import Explanation, LotState
from logistics.errors import SupplyLoopError
from logistics.store import bags, ledger, lots, orders, runs, tables
from logistics.usecases.account_for_run import account_for_run
from logistics.usecases.correct_movement import correct_movement
from logistics.usecases.count_at_point import PointCount, count_at_point
from logistics.usecases.decide_on_lot import decide_on_lot
from logistics.usecases.finish_receiving import finish_receiving
from logistics.usecases.receive_donation import Donor, receive_donation
from logistics.usecases.receive_goods import receive_goods
from logistics.usecases.record_scans import BagEvent, record_scans
from logistics.usecases.send_back import send_back
from logistics.usecases.transfer_goods import transfer_goods
from logistics.usecases.verify_ledger import verify_ledger

AT = datetime(2022, 4, 13, 1, 0, tzinfo=UTC)
EVENING = AT + timedelta(hours=14)
WHO: dict[str, Any] = {"actor": "cli", "at": EVENING}
ITEMS = ("cabbage", "eggs", "milk")
REASONS = st.sampled_from(list(Explanation))
NUMBERS = st.integers(0, 10**6)  # pick one of what there is
SCANS = st.lists(
    st.tuples(st.sampled_from(list(ScanKind)), NUMBERS, NUMBERS, st.integers(0, 600)),
    min_size=1,
    max_size=6,
)


class Undo(Exception):
    """Ends an example without keeping it."""


class Day(RuleBasedStateMachine):
    """One run from its receipts to its doors; each example is one transaction, undone after."""

    database: Any
    supplies_of: Any

    def __init__(self) -> None:
        super().__init__()
        self.stack = ExitStack()
        self.stack.enter_context(suppress(Undo))
        self.session = self.stack.enter_context(self.database.transaction())
        self.said: list[BagEvent] = []
        self.keys = 0
        self.out = False

    def teardown(self) -> None:
        try:
            if self.out:
                found = account_for_run(self.session, self.run).differences
                differences = [d for d in found if not d.equation.startswith("bags =")]
                assert differences == []  # of bags on trips nothing can be said without a plan
        finally:
            with self.stack:
                raise Undo

    @initialize(
        asked=st.lists(
            st.tuples(st.integers(0, 3), st.sampled_from(ITEMS), st.integers(1, 40)),
            min_size=1,
            max_size=6,
        ),
        came=st.lists(st.tuples(st.integers(0, 12), st.integers(0, 10)), min_size=3, max_size=3),
        papers=st.booleans(),
    )
    def morning(self, *, asked: Any, came: Any, papers: bool) -> None:
        self.supplies = self.supplies_of(self.session)
        self.supplies.area(4)
        for home, item, tens in asked:
            self.supplies.ask(home, (item, tens * 30))
        self.supplies.order()
        self.run = self.supplies.id
        provenance = "farm" if papers else ""
        for order in orders.of_run(self.session, self.run):
            for line, (tenths, damaged) in zip(order.lines, came, strict=False):
                counted = line.quantity * tenths // 10
                count = Received(
                    item=line.item_id, quantity_base=counted, provenance=provenance,
                    damaged_base=counted * damaged // 10,
                )  # fmt: skip
                for _ in range(2):  # the phone sends twice
                    self.attempt(lambda c=count, o=order, i=line.item_id: receive_goods(
                        self.session, o.id, [c], key=f"r{i}", van_code="V1", **WHO))  # fmt: skip

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

    def lot(self, number: int) -> Any:
        return self.pick(lots.of_run(self.session, self.run), number)

    @precondition(lambda self: not self.out)
    @rule(number=NUMBERS, tenths=st.integers(0, 12), reason=st.none() | REASONS, key=NUMBERS)
    def count_again(self, number: int, tenths: int, reason: Any, key: int) -> None:
        if card := self.lot(number):
            there = ledger.at_location(self.session, "van:V1", [card.id]).get(card.id, 0)
            count = PointCount(lot=card.id, quantity=there * tenths // 10, reason=reason)
            self.attempt(lambda: count_at_point(
                self.session, self.run, "V1", [count], key=f"c{key % 3}", **WHO))  # fmt: skip

    @precondition(lambda self: not self.out)
    @rule(item=st.sampled_from(ITEMS), quantity=st.integers(0, 500), key=NUMBERS)
    def give(self, item: str, quantity: int, key: int) -> None:
        count = Received(item=item, quantity_base=quantity, provenance="gift")
        donor = Donor(code="RC-1", name_zh="红十字")
        self.attempt(lambda: receive_donation(
            self.session, self.run, donor, [count], key=f"g{key % 2}", **WHO))  # fmt: skip

    @rule(number=NUMBERS, state=st.sampled_from(list(LotState)), papers=st.booleans())
    def decide(self, *, number: int, state: LotState, papers: bool) -> None:
        if card := self.lot(number):
            self.attempt(lambda: decide_on_lot(
                self.session, card.id, state, reason="looked at",
                provenance="late papers" if papers else "", **WHO))  # fmt: skip

    @rule(number=NUMBERS, quantity=st.integers(0, 300), back=st.booleans(), key=NUMBERS)
    def move(self, *, number: int, quantity: int, back: bool, key: int) -> None:
        source, target = ("P2", "P1") if back else ("P1", "P2")
        if card := self.lot(number):
            self.attempt(lambda: transfer_goods(
                self.session, card.id, quantity, source=source, target=target,
                key=f"t{key % 4}", **WHO))  # fmt: skip

    @rule(number=NUMBERS, quantity=st.integers(0, 300), reason=REASONS, key=NUMBERS)
    def return_to_supplier(self, number: int, quantity: int, reason: Any, key: int) -> None:
        if card := self.lot(number):
            self.attempt(lambda: send_back(
                self.session, card.id, quantity, point="P1", reason=reason, key=f"b{key % 4}",
                **WHO))  # fmt: skip

    @rule(number=NUMBERS, quantity=st.none() | st.integers(0, 900), reason=REASONS,
          place=st.sampled_from([None, "stock:P2", "loss:x"]))  # fmt: skip
    def correct(self, number: int, quantity: Any, reason: Any, place: Any) -> None:
        count = self.session.scalar(select(func.count()).select_from(tables.movement))
        seqs = self.session.scalars(select(tables.movement.c.seq)).all() if count else []
        if seq := self.pick(seqs, number):
            self.attempt(lambda: correct_movement(
                self.session, seq, quantity=quantity, target=place, reason=reason,
                **WHO))  # fmt: skip

    @precondition(lambda self: not self.out)
    @rule(all_there=st.booleans())
    def pack_and_go_out(self, *, all_there: bool) -> None:
        if all_there:
            ids = [card.id for card in lots.of_run(self.session, self.run)]
            on_van = ledger.at_location(self.session, "van:V1", ids)
            rest = [PointCount(lot=lot, quantity=n) for lot, n in sorted(on_van.items())]
            self.attempt(lambda: count_at_point(
                self.session, self.run, "V1", rest, key="rest", **WHO))  # fmt: skip
        if self.attempt(lambda: finish_receiving(self.session, self.run, **WHO)):
            self.supplies.share()
            self.supplies.pack()
            runs.set_state(self.session, self.run, RunState.RELEASED)
            self.out = True

    @precondition(lambda self: self.out)
    @rule(drawn=SCANS)
    def scan(self, drawn: Any) -> None:
        packed = bags.of_run(self.session, self.run)
        events = []
        for kind, which, who, minute in drawn:
            if bag := self.pick(packed, which):
                self.keys += 1
                place = f"household:{self.supplies.codes[who % 4]}"
                one = Scan(
                    key=f"s{self.keys}", kind=kind, at=AT + timedelta(minutes=minute),
                    by=self.pick(self._parties(kind, bag), who),
                    place=place if kind is ScanKind.REDIRECT else "",
                )  # fmt: skip
                events.append(BagEvent(bag=bag.code, scan=one))
        self.said += events
        record_scans(self.session, self.run, events, **WHO)

    def _parties(self, kind: ScanKind, bag: Any) -> list[str]:
        known = {
            "courier": ["courier:C1", "courier:C2"],
            "van": ["van:V1"],
            "leader": [f"leader:{bag.household_code[:7]}"],
            "household": [f"household:{code}" for code in self.supplies.codes],
            "point": ["point:P1", "point:P2"],
        }
        return [party for name in BY[kind] for party in known[name]]

    @precondition(lambda self: self.said)
    @rule(number=NUMBERS, all_of_them=st.booleans())
    def say_again(self, *, number: int, all_of_them: bool) -> None:
        again = list(reversed(self.said)) if all_of_them else [self.pick(self.said, number)]
        before = ledger.held(self.session, self.run)
        report = record_scans(self.session, self.run, again, **WHO)
        refused = {"scan.goods-gone", "applied", "known"}  # said now, if it was refused before
        assert {one.outcome for one in report.heard} <= {"repeated"} | refused or all(
            one.outcome.startswith("aside") or one.outcome in {"repeated"} | refused
            for one in report.heard
        )
        if all(one.outcome == "repeated" for one in report.heard):
            assert ledger.held(self.session, self.run) == before

    @invariant()
    def the_ledger_holds(self) -> None:
        if getattr(self, "run", None) is None:
            return
        proof = verify_ledger(self.session, self.run)
        assert proof.holds, proof.faults
        held = ledger.held(self.session, self.run)
        per_lot: dict[str, int] = {}
        for (place, lot), quantity in held.items():
            assert quantity >= 0 or place.startswith("supplier:"), (place, quantity)
            per_lot[lot] = per_lot.get(lot, 0) + quantity
        assert set(per_lot.values()) <= {0}


def days(database: Any, supplies_of: Any, examples: int, steps: int) -> None:
    machine = type("TheDay", (Day,), {"database": database, "supplies_of": supplies_of})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            suppress_health_check=list(HealthCheck),
        ),
    )


def test_goods_are_conserved_in_any_day(sqlite_database: Any, supplies_of: Any) -> None:
    days(sqlite_database, supplies_of, examples=20, steps=14)


def test_goods_are_conserved_in_any_day_on_postgresql(
    postgresql_database: Any, supplies_of: Any
) -> None:
    days(postgresql_database, supplies_of, examples=3, steps=12)
