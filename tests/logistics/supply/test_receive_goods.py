from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import select

from logistics.domain.procurement import OrderState, PurchaseOrder, Receipt, Received
from logistics.errors import Invalid
from logistics.store import ledger, orders, tables
from logistics.store.orders import OrderUnknown
from logistics.usecases.receive_goods import (
    CountInvalid,
    ItemNotOrdered,
    KeyReused,
    NothingCameAfterAll,
    ReceiptAbsurd,
    mark_nothing_came,
    receive_goods,
)

AT = datetime(2022, 4, 13, 2, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


@pytest.fixture
def order(supplies: Any) -> PurchaseOrder:
    """2 kg of cabbage, 30 eggs and 500 ml of milk, ordered at M1."""
    supplies.area()
    supplies.ask(0, ("cabbage", 2000), ("eggs", 30), ("milk", 500))
    supplies.order()
    (made,) = orders.of_run(supplies.session, supplies.id)
    return made


def receive(supplies: Any, order: PurchaseOrder, *counts: Received, key: str = "k") -> Receipt:
    return receive_goods(supplies.session, order.id, counts, key=key, **WHO)


def test_what_came_stands_at_the_depot(supplies: Any, order: PurchaseOrder) -> None:
    receipt = receive(supplies, order, Received(item="cabbage", quantity_base=1500))
    (lot,) = receipt.lots
    assert ledger.held(supplies.session, supplies.id) == {
        ("supplier:M1", lot.id): -1500,
        ("stock:P1", lot.id): 1500,
    }
    short = {line.item_id: line.short for line in receipt.lines}
    assert short == {"cabbage": 500, "eggs": 30, "milk": 500}


def test_a_name_or_the_code_of_the_order_will_do(supplies: Any, order: PurchaseOrder) -> None:
    count = Received(item="cabbage货", quantity_base=10)
    receipt = receive_goods(supplies.session, order.code, [count], key="k", **WHO)
    assert [lot.item_id for lot in receipt.lots] == ["cabbage"]


def test_too_much_is_taken_into_stock_and_noted(supplies: Any, order: PurchaseOrder) -> None:
    receipt = receive(supplies, order, Received(item="cabbage", quantity_base=2600))
    over = {line.item_id: line.over for line in receipt.lines}
    assert over["cabbage"] == 600


def test_damaged_goods_go_to_the_losses(supplies: Any, order: PurchaseOrder) -> None:
    receipt = receive(supplies, order, Received(item="eggs", quantity_base=30, damaged_base=4))
    (lot,) = receipt.lots
    held = ledger.held(supplies.session, supplies.id)
    assert (lot.quantity, lot.damaged) == (30, 4)
    assert held["stock:P1", lot.id] == 26
    assert held[f"loss:{supplies.run.code}", lot.id] == 4


def test_a_substitute_counts_for_what_it_replaces(supplies: Any, order: PurchaseOrder) -> None:
    receipt = receive(
        supplies,
        order,
        Received(item="spinach", quantity_base=2000, instead_of="cabbage"),
        Received(item="eggs", quantity_base=30),
        Received(item="milk", quantity_base=500, provenance="dairy 7"),
    )
    assert [line.short for line in receipt.lines] == [0, 0, 0]
    assert orders.states(supplies.session, supplies.id) == {order.code: OrderState.RECEIVED}


def test_cold_goods_without_provenance_are_held(supplies: Any, order: PurchaseOrder) -> None:
    receipt = receive(
        supplies,
        order,
        Received(item="milk", quantity_base=200),
        Received(item="milk", quantity_base=300, provenance="dairy 7"),
    )
    assert {lot.quantity: lot.state for lot in receipt.lots} == {200: "held", 300: "released"}


@pytest.mark.parametrize("times", [2, 5])
def test_a_resent_receipt_moves_nothing(supplies: Any, order: PurchaseOrder, times: int) -> None:
    counts = (
        Received(item="cabbage", quantity_base=1000),
        Received(item="eggs", quantity_base=30, damaged_base=1),
    )
    answers = [receive(supplies, order, *counts) for _ in range(times)]
    assert all(answer == answers[0] for answer in answers)
    assert len(ledger.moves(supplies.session, supplies.id)) == 3


def test_a_receipt_resent_late_still_says_what_it_said_first(
    supplies: Any, order: PurchaseOrder
) -> None:
    count = Received(item="cabbage", quantity_base=1000)
    first = receive(supplies, order, count)
    receive_goods(
        supplies.session,
        order.id,
        [count],
        key="second",
        actor="cli",
        at=datetime(2022, 4, 13, 3, 0, tzinfo=UTC),
    )
    assert receive(supplies, order, count) == first


def test_a_key_cannot_carry_other_counts(supplies: Any, order: PurchaseOrder) -> None:
    receive(supplies, order, Received(item="cabbage", quantity_base=1000))
    with pytest.raises(KeyReused):
        receive(supplies, order, Received(item="cabbage", quantity_base=1001))
    assert len(ledger.moves(supplies.session, supplies.id)) == 1


CAB = {"item": "cabbage"}


@pytest.mark.parametrize(
    ("count", "error", "field"),
    [
        (Received(**CAB, quantity_base=-1), CountInvalid, "quantity_base"),
        (Received(**CAB, quantity_base=5, damaged_base=6), CountInvalid, "damaged_base"),
        (Received(**CAB, quantity_base=5, damaged_base=-1), CountInvalid, "damaged_base"),
        (Received(**CAB, quantity_base=5, instead_of="cabbage"), CountInvalid, "instead_of"),
        (Received(item="rice", quantity_base=5), ItemNotOrdered, "item"),
        (Received(item="dragon", quantity_base=5), ItemNotOrdered, "item"),
        (Received(**CAB, quantity_base=5, instead_of="rice"), ItemNotOrdered, "instead_of"),
        # pieces cannot stand for grams
        (Received(**CAB, quantity_base=5, instead_of="eggs"), CountInvalid, "instead_of"),
        (Received(**CAB, quantity_base=4001), ReceiptAbsurd, "quantity_base"),
    ],
)
def test_a_count_that_cannot_be_is_refused_by_name(
    supplies: Any, order: PurchaseOrder, count: Received, error: type[Invalid], field: str
) -> None:
    with pytest.raises(error) as refused:
        receive(supplies, order, Received(item="eggs", quantity_base=3), count)
    assert refused.value.facts["field"] == field
    assert refused.value.facts["line"] == 2
    assert refused.value.facts["mend"]
    assert ledger.moves(supplies.session, supplies.id) == ()


def test_twice_the_order_over_several_receipts_is_absurd_too(
    supplies: Any, order: PurchaseOrder
) -> None:
    receive(supplies, order, Received(item="eggs", quantity_base=40), key="a")
    with pytest.raises(ReceiptAbsurd):
        receive(supplies, order, Received(item="eggs", quantity_base=21), key="b")


def test_an_unknown_order_is_refused(supplies: Any) -> None:
    with pytest.raises(OrderUnknown):
        receive_goods(supplies.session, "po_none", [], key="k", **WHO)


def test_nothing_came_is_refused_after_something_came(supplies: Any, order: PurchaseOrder) -> None:
    receive(supplies, order, Received(item="eggs", quantity_base=3))
    with pytest.raises(NothingCameAfterAll):
        mark_nothing_came(supplies.session, order.id, **WHO)


def test_a_receipt_of_nothing_is_a_receipt(supplies: Any, order: PurchaseOrder) -> None:
    receipt = receive(supplies, order, Received(item="eggs", quantity_base=0))
    assert receipt.lots == ()
    assert len(supplies.session.execute(select(tables.receipt)).all()) == 1
