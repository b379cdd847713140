from dataclasses import replace
from datetime import UTC, datetime, time
from typing import Any

import pytest

from logistics.domain.procurement import NotBought, Received
from logistics.domain.suppliers import InspectionState, Slot, SupplierKind
from logistics.store import audit, buying, orders, stocks, suppliers
from logistics.store.places import PlaceUnknown
from logistics.usecases.keep_suppliers import history, show_suppliers, state_supplier
from logistics.usecases.place_orders import OrdersStale, place_orders, propose
from logistics.usecases.receive_goods import receive_goods
from logistics.usecases.weigh_orders import OptionUnknown, read_demand, weigh

AT = datetime(2022, 4, 12, 13, 0, tzinfo=UTC)
WHO: dict[str, Any] = {"actor": "cli", "at": AT}


def terms(shops: Any, code: str, **more: Any) -> None:
    one = suppliers.named(shops.session, "d", code)
    suppliers.put_suppliers(shops.session, [replace(one, **more)])


def bought(placed: Any) -> dict[tuple[str, str], tuple[int, int]]:
    return {
        (order.market_code, line.name_en.removesuffix(" en")): (line.demand, line.cases)
        for order in placed.orders
        for line in order.lines
    }


def test_the_cheapest_goods_are_left_where_one_more_shop_costs_more(shops: Any) -> None:
    shops.ask("B1-1-101", ("cabbage", 6000), ("milk", 500))
    shops.cut()
    cheap = place_orders(shops.session, shops.id, **WHO)
    # milk is sold at M2 alone, so cabbage comes from there, too: 4 yuan more, one shop less
    assert bought(cheap) == {("M2", "cabbage"): (6000, 2), ("M2", "milk"): (500, 1)}
    by_name = {one.name: one for one in cheap.options}
    assert by_name["balanced"].shops == 1
    assert all(one.proven for one in cheap.options)
    assert by_name["balanced"].cost_fen >= by_name["cheap"].cost_fen


def test_the_planner_may_pick_another_option(shops: Any) -> None:
    shops.ask("B1-1-101", ("cabbage", 600_000), ("milk", 500))
    shops.cut()
    read = read_demand(shops.session, shops.id, at=AT)
    told = propose(shops.session, weigh(read), "contact")
    assert {one.name: one.shops for one in told.options} == {
        "cheap": 2, "contact": 1, "balanced": 2
    }  # fmt: skip
    placed = place_orders(shops.session, shops.id, option="contact", **WHO)
    assert {order.market_code for order in placed.orders} == {"M2"}
    chosen = buying.choice_of(shops.session, shops.id)
    assert chosen is not None
    assert chosen[0] == "contact"
    assert {one["name"] for one in chosen[1]["options"]} == {"cheap", "contact", "balanced"}
    (row,) = [r for r in audit.of_subject(shops.session, shops.id) if r.command == "run.order"]
    assert row.facts["option"] == "contact"


def test_an_option_that_does_not_exist_is_refused(shops: Any) -> None:
    shops.cut()
    with pytest.raises(OptionUnknown) as told:
        place_orders(shops.session, shops.id, option="best", **WHO)
    assert told.value.facts["value"] == "best"


def test_options_do_not_outlive_what_they_were_made_from(shops: Any) -> None:
    shops.ask("B1-1-101", ("cabbage", 6000))
    shops.cut()
    weighed = weigh(read_demand(shops.session, shops.id, at=AT))
    say(shops, "M1", "suspended")
    with pytest.raises(OrdersStale):
        place_orders(shops.session, shops.id, weighed=weighed, **WHO)


def say(shops: Any, code: str, state: str) -> Any:
    return state_supplier(
        shops.session, "d", code, InspectionState(state), reason="cold store", **WHO
    )


def test_nothing_is_ordered_from_a_suspended_supplier(shops: Any) -> None:
    say(shops, "M1", "suspended")
    shops.ask("B1-1-101", ("cabbage", 6000), ("eggs", 30))
    shops.cut()
    placed = place_orders(shops.session, shops.id, **WHO)
    assert set(bought(placed)) == {("M2", "cabbage")}
    assert placed.not_bought == {NotBought.SUSPENDED: 1}


def test_open_orders_are_marked_and_the_mark_is_taken_off(shops: Any) -> None:
    shops.ask("B1-1-101", ("eggs", 30))
    shops.cut()
    (order,) = place_orders(shops.session, shops.id, **WHO).orders
    assert order.flag == ""
    stated = say(shops, "M1", "suspended")
    assert stated.orders == (order.code,)
    assert orders.of_run(shops.session, shops.id)[0].flag == "cold store"
    (view,) = [v for v in show_suppliers(shops.session, "d", at=AT) if v.supplier.code == "M1"]
    assert (view.state, view.offers) == (InspectionState.SUSPENDED, 2)
    say(shops, "M1", "ok")
    assert orders.of_run(shops.session, shops.id)[0].flag == ""
    assert [one.state.value for one in history(shops.session, "d", "M1")] == ["suspended", "ok"]


def test_what_was_said_of_a_supplier_cannot_be_changed(shops: Any) -> None:
    from sqlalchemy import exc, text  # noqa: PLC0415

    said = say(shops, "M1", "suspended").statement
    nested = shops.session.begin_nested()
    with pytest.raises(exc.DBAPIError, match="append-only"):
        shops.session.execute(
            text("UPDATE inspection SET state = 'ok' WHERE id = :id"), {"id": said.id}
        )
    nested.rollback()
    assert history(shops.session, "d", "M1")[0].state is InspectionState.SUSPENDED


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        ({"cold": False}, NotBought.NO_COLD_CHAIN),
        ({"provenance": None}, NotBought.NO_PROVENANCE),
        ({"lead_s": 48 * 3600}, NotBought.TOO_LATE),
        ({"minimum_fen": 10_000}, NotBought.MINIMUM),
        ({"slots": (Slot(starts_s=8 * 3600, ends_s=9 * 3600, cases=0),)}, NotBought.CROWDED),
    ],
)
def test_a_shortage_says_why(shops: Any, change: dict[str, Any], reason: NotBought) -> None:
    terms(shops, "M2", **change)
    shops.ask("B1-1-101", ("milk", 500))
    shops.cut()
    placed = place_orders(shops.session, shops.id, **WHO)
    assert placed.not_bought == {reason: 1}
    assert {one.short_lines for one in placed.options} == {1}
    assert placed.orders == ()


def test_lines_short_are_counted_by_who_comes_last(shops: Any) -> None:
    for home in ("B1-1-101", "B1-1-201", "B2-1-101"):
        shops.ask(home, ("eggs", 30))
    shops.cut()
    placed = place_orders(shops.session, shops.id, **WHO)
    assert placed.not_bought == {NotBought.SOLD_OUT: 1}
    assert {one.short_lines for one in placed.options} == {1}


def test_small_buildings_reach_a_smallest_order_together(shops: Any) -> None:
    terms(shops, "M2", minimum_fen=3_000)
    shops.ask("B1-1-101", ("milk", 2000))
    shops.ask("B2-1-101", ("milk", 2000))
    shops.cut()
    placed = place_orders(shops.session, shops.id, **WHO)
    (pool,) = placed.pools
    assert (pool.supplier, pool.needed, pool.missing, pool.alone) == ("M2", 3000, 0, ())
    assert pool.parts == (("B1", 1800), ("B2", 1800))
    assert bought(placed) == {("M2", "milk"): (4000, 4)}


def test_a_building_that_waits_is_told_what_is_missing(shops: Any) -> None:
    terms(shops, "M2", minimum_fen=30_000)
    shops.ask("B1-1-101", ("milk", 2000))
    shops.cut()
    placed = place_orders(shops.session, shops.id, **WHO)
    (pool,) = placed.pools
    assert (pool.together, pool.missing) == (1800, 28_200)
    assert placed.not_bought == {NotBought.MINIMUM: 1}


def test_what_donors_give_costs_nothing(shops: Any) -> None:
    terms(shops, "M2", kind=SupplierKind.DONOR, entered=False)
    shops.ask("B1-1-101", ("cabbage", 5000))
    shops.cut()
    placed = place_orders(shops.session, shops.id, **WHO)
    assert bought(placed) == {("M2", "cabbage"): (5000, 1)}
    assert placed.total_fen == 0
    assert placed.options[0].shops == 0


def test_orders_say_where_goods_go_who_fetches_them_and_when(shops: Any) -> None:
    terms(shops, "M1", slots=(Slot(starts_s=7 * 3600, ends_s=8 * 3600),))
    shops.ask("B1-1-101", ("eggs", 30))
    shops.cut()
    (order,) = place_orders(shops.session, shops.id, deliver_to={"M1": "P2"}, **WHO).orders
    assert (order.point_code, order.buyers, order.ready_s) == ("P2", 1, 7 * 3600)


def test_a_point_that_does_not_exist_is_refused(shops: Any) -> None:
    shops.cut()
    with pytest.raises(PlaceUnknown) as told:
        place_orders(shops.session, shops.id, deliver_to={"M1": "P9"}, **WHO)
    assert told.value.facts["value"] == "P9"


def test_goods_may_be_wanted_earlier_than_usual(shops: Any) -> None:
    shops.ask("B1-1-101", ("cabbage", 5000))
    shops.cut()
    read = read_demand(shops.session, shops.id, at=AT, goods_by=time(5, 30))
    weighed = weigh(read)
    assert {market for market, _ in weighed.plan("cheap").cases} == {"M1"}  # M2 opens at six
    placed = place_orders(shops.session, shops.id, weighed=weighed, **WHO)
    assert set(bought(placed)) == {("M1", "cabbage")}


@pytest.mark.parametrize(
    ("pattern", "code", "state"),
    [("ZJ-####", "ZJ-0415", "released"), ("ZJ-####", "farm", "held"), ("*", "farm", "released")],
)
def test_cold_goods_need_a_code_as_their_supplier_gives(
    shops: Any, pattern: str, code: str, state: str
) -> None:
    terms(shops, "M2", provenance=pattern)
    shops.ask("B1-1-101", ("milk", 500))
    shops.cut()
    (order,) = place_orders(shops.session, shops.id, **WHO).orders
    count = Received(item=order.lines[0].item_id, quantity_base=1000, provenance=code)
    (lot,) = receive_goods(shops.session, order.id, [count], key="k", **WHO).lots
    assert lot.state.value == state


def test_goods_are_received_at_the_point_of_their_order(shops: Any) -> None:
    shops.ask("B1-1-101", ("eggs", 30))
    shops.cut()
    (order,) = place_orders(shops.session, shops.id, deliver_to={"M1": "P2"}, **WHO).orders
    count = Received(item=order.lines[0].item_id, quantity_base=30)
    (lot,) = receive_goods(shops.session, order.id, [count], key="k", **WHO).lots
    assert stocks.at_points(shops.session, [lot.id]) == {("P2", lot.id): 30}
    assert stocks.landed(shops.session, [lot.id]) == {lot.id: "P2"}
