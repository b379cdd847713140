from datetime import UTC, datetime
from typing import Any

from logistics.store import orders
from logistics.usecases.cut_off import cut_off
from logistics.usecases.place_orders import place_orders
from logistics.usecases.show_run import show_run

WHO: dict[str, Any] = {"actor": "cli", "at": datetime(2022, 4, 13, 2, 0, tzinfo=UTC)}
OFFERS = [
    ("M1", "cabbage", 500, 20_000, 2),  # so much cheaper that two shops pay; 1 kg is all there is
    ("M2", "cabbage", 1000, 90_000, None),
    ("M2", "eggs", 30, 1500, 1),
]


def test_one_order_per_market_with_the_demand_behind_each_line(supplies: Any) -> None:
    supplies.area(3, OFFERS)
    supplies.ask(0, ("cabbage", 700), ("eggs", 30))
    supplies.ask(1, ("cabbage", 800))
    cut_off(supplies.session, supplies.id, **WHO)
    placed = place_orders(supplies.session, supplies.id, **WHO)
    lines = {
        (order.market_code, line.item_id): (line.demand, line.cases, line.price_fen)
        for order in placed.orders
        for line in order.lines
    }
    assert lines == {
        ("M1", "cabbage"): (500, 1, 20_000),  # a second case would be left over
        ("M2", "cabbage"): (1000, 1, 90_000),
        ("M2", "eggs"): (30, 1, 1500),
    }
    assert placed.total_fen == 20_000 + 90_000 + 1500
    for order in placed.orders:
        for line in order.lines:
            behind = orders.wishes_behind(supplies.session, line.id)
            assert sum(wish.quantity for wish in behind) == line.demand
            assert line.households == len({wish.household_code for wish in behind})


def test_what_cannot_be_bought_is_counted_with_its_reason(supplies: Any) -> None:
    supplies.area(3, OFFERS)
    supplies.ask(0, ("eggs", 90), ("milk", 500))
    cut_off(supplies.session, supplies.id, **WHO)
    placed = place_orders(supplies.session, supplies.id, **WHO)
    assert placed.not_bought == {"sold-out": 1, "not-sold": 1}


def test_only_frozen_lists_are_bought(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 500))
    supplies.ask(1, ("cabbage", 9000), state="cancelled")
    supplies.order()
    (order,) = show_run(supplies.session, supplies.id).orders
    assert [line.demand for line in order.lines] == [500]
