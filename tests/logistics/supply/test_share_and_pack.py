from datetime import UTC, datetime
from typing import Any

import pytest
from sqlalchemy import update

from logistics.domain.procurement import Received
from logistics.store import bags, ledger, shares, tables
from logistics.usecases.share_out import allocation_report, share_out

WHO: dict[str, Any] = {"actor": "cli", "at": datetime(2022, 4, 13, 2, 0, tzinfo=UTC)}


def given_to(supplies: Any) -> dict[str, int]:
    total: dict[str, int] = {}
    for share in shares.of_run(supplies.session, supplies.id):
        total[share.household_code] = total.get(share.household_code, 0) + share.quantity
    return total


def test_urgent_households_come_first_and_the_rest_share_alike(supplies: Any) -> None:
    supplies.area(4)
    for home in (3, 2, 1, 0):  # the urgent household asks last
        supplies.ask(home, ("eggs", 30))
    supplies.order()
    supplies.receive(lambda item, _: [Received(item=item, quantity_base=60)])
    supplies.share()
    first, *rest = (given_to(supplies)[code] for code in supplies.codes)
    assert (first, rest) == (30, [10, 10, 10])


def test_boxes_are_not_opened(supplies: Any) -> None:
    supplies.area(4)
    for home in (1, 2, 3):
        supplies.ask(home, ("eggs", 30, "板"))
    supplies.order()
    supplies.receive(lambda item, _: [Received(item=item, quantity_base=60)])
    supplies.share()
    assert sorted(given_to(supplies).values()) == [0, 30, 30]


def test_held_goods_are_given_to_nobody_and_the_line_says_so(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("milk", 500))
    supplies.order()
    supplies.receive(lambda item, n: [Received(item=item, quantity_base=n)])
    supplies.share()
    (share,) = shares.of_household(supplies.session, supplies.id, supplies.codes[0])
    assert (share.quantity, share.kind, share.reason) == (0, "none", "held")


def test_the_report_compares_with_first_come_first_served(supplies: Any) -> None:
    supplies.area(4)
    for home in (1, 2, 3):
        supplies.ask(home, ("eggs", 30))
    supplies.order()
    supplies.receive(lambda item, _: [Received(item=item, quantity_base=45)])
    report = share_out(supplies.session, supplies.id, **WHO).report
    (eggs,) = report.items
    assert (eggs.asked, eggs.received, eggs.given, eggs.left) == (90, 45, 45, 0)
    assert (eggs.ours.fill_min, eggs.ours.gini, eggs.ours.empty_lines) == (0.5, 0.0, 0)
    assert (eggs.first_come.fill_min, eggs.first_come.empty_lines) == (0.0, 1)
    assert eggs.first_come.gini > 0.4
    assert report.lines["part"] == 3
    assert allocation_report(supplies.session, supplies.id) == report


def test_a_substitute_is_linked_to_the_line_it_serves(supplies: Any) -> None:
    supplies.area()
    (line,) = supplies.ask(0, ("cabbage", 1000))
    supplies.order()
    supplies.receive(
        lambda item, n: [
            Received(item=item, quantity_base=400),
            Received(item="spinach", quantity_base=n - 400, instead_of=item),
        ]
    )
    supplies.share()
    rows = shares.of_run(supplies.session, supplies.id)
    assert sorted((r.line_id, r.item_id, r.quantity, r.kind) for r in rows) == [
        (line, "cabbage", 400, "part"),
        (line, "spinach", 600, "substituted"),
    ]
    assert shares.lines_by_kind(supplies.session, supplies.id)["substituted"] == 1
    assert shares.lines_by_kind(supplies.session, supplies.id)["part"] == 0


@pytest.fixture
def packed(supplies: Any) -> Any:
    """One household at each point; the first asks for a bit of everything and much rice."""
    supplies.area(2)
    supplies.ask(
        0, ("cabbage", 2000), ("milk", 1000, "盒"), ("bleach", 500, "瓶"), ("rice", 20_000, "袋")
    )
    supplies.ask(1, ("cabbage", 500), ("cabbage", 700))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    return supplies


def test_bags_keep_cold_goods_chemicals_and_households_apart(packed: Any) -> None:
    made = bags.of_run(packed.session, packed.id)
    per_bag = {
        (bag.household_code, bag.no): (
            bag.compartment.value,
            [(c.name_en.split()[0], c.quantity) for c in bags.contents(packed.session, bag.id)],
        )
        for bag in made
    }
    first, second = packed.codes
    (_, cabbages) = per_bag.pop((second, 1))
    assert sorted(cabbages) == [("cabbage", 500), ("cabbage", 700)]
    assert per_bag == {
        (first, 1): ("ambient", [("rice", 10_000), ("cabbage", 2000)]),
        (first, 2): ("ambient", [("rice", 10_000)]),
        (first, 3): ("chemical", [("bleach", 500)]),
        (first, 4): ("cold", [("milk", 1000)]),
    }
    assert {bag.custodian for bag in made} == {"point:P1", "point:P2"}


def test_goods_reach_the_point_before_they_are_packed(packed: Any) -> None:
    moves = [(m.kind, m.source, m.target[:4]) for m in ledger.moves(packed.session, packed.id)]
    assert moves.count(("transfer", "stock:P1", "stoc")) == 1  # only cabbage goes to P2
    assert {source for kind, source, _ in moves if kind == "pack"} == {"stock:P1", "stock:P2"}


def test_weights_and_volumes_come_from_the_catalogue(packed: Any) -> None:
    (cold,) = [b for b in bags.of_run(packed.session, packed.id) if b.compartment == "cold"]
    assert (cold.weight_g, cold.volume_ml) == (1030, 1000)
    count, weight_g, _ = bags.totals(packed.session, packed.id)
    assert count == 5
    assert weight_g == 20_000 + 2000 + 1030 + 525 + 1200


def test_the_district_may_set_the_bag(supplies: Any) -> None:
    supplies.area(1)
    supplies.session.execute(
        update(tables.district).values(policy={"bag_weight_g": 1000, "bag_volume_ml": 9000})
    )
    supplies.ask(0, ("cabbage", 2500))
    supplies.order()
    supplies.receive()
    supplies.share()
    supplies.pack()
    made = bags.of_run(supplies.session, supplies.id)
    assert [bag.weight_g for bag in made] == [1000, 1000, 500]
