"""Whatever is asked and whatever comes: from receipt to bag nothing appears or disappears."""

from collections import Counter
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.exc import IntegrityError

from logistics.domain.procurement import Received
from logistics.domain.stock import Move, MoveKind, balances
from logistics.store import bags, ledger, shares, wishes
from logistics.usecases.account_for_run import account_for_run

ITEMS = ("cabbage", "spinach", "eggs", "rice", "milk", "bleach", "formula", "caviar")
lists = st.lists(
    st.tuples(
        st.integers(0, 5),
        st.lists(
            st.tuples(st.sampled_from(ITEMS), st.integers(1, 30_000)), min_size=1, max_size=5
        ),
        st.sampled_from(("class", "none")),
    ),
    max_size=8,
)
# per item: tenths of the order that come, per mille damaged, provenance, tenths substituted
deliveries = st.fixed_dictionaries(
    {
        item: st.tuples(
            st.integers(0, 20),
            st.integers(0, 1000),
            st.sampled_from(("", "farm 3")),
            st.integers(0, 10),
        )
        for item in ITEMS
    }
)
SUBSTITUTES = {"cabbage": "spinach", "formula": "formula2"}
EXAMPLES = settings(
    max_examples=12,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)


def deliver(item: str, ordered: int, how: tuple[int, int, str, int]) -> list[Received]:
    tenths, damaged, provenance, swapped = how
    came = ordered * tenths // 10
    other = came * swapped // 10 if item in SUBSTITUTES else 0
    own = came - other
    counts = [
        Received(
            item=item,
            quantity_base=own,
            damaged_base=own * damaged // 1000,
            provenance=provenance,
        )
    ]
    if other:
        counts.append(Received(item=SUBSTITUTES[item], quantity_base=other, instead_of=item))
    return counts


@EXAMPLES
@given(lists=lists, deliveries=deliveries)
def test_goods_are_conserved_from_receipt_to_bag(
    database: Any, supplies_of: Any, lists: Any, deliveries: Any
) -> None:
    with suppress(Undo), database.transaction() as session:
        supplies = supplies_of(session)
        supplies.area(6)
        for home, lines, substitution in lists:
            supplies.ask(home, *lines, substitution=substitution)
        supplies.order()
        check(supplies)
        supplies.receive(lambda item, ordered: deliver(item, ordered, deliveries[item]))
        check(supplies)
        supplies.share()
        check(supplies)
        supplies.pack()
        check(supplies)
        check_bags(supplies)
        raise Undo  # so that examples do not see one another


def check(supplies: Any) -> None:
    account = account_for_run(supplies.session, supplies.id)
    assert account.differences == ()
    kept = ledger.held(supplies.session, supplies.id)
    assert kept == balances(ledger.moves(supplies.session, supplies.id))
    assert all(q >= 0 for (place, _), q in kept.items() if not place.startswith("supplier:"))
    for item in account.items:
        assert item.asked == item.bought + item.not_bought
        assert item.received == item.damaged + item.in_stock + item.packed


def check_bags(supplies: Any) -> None:
    given_to: Counter[str] = Counter()
    for share in shares.of_run(supplies.session, supplies.id):
        given_to[share.line_id] += share.quantity
    lines = wishes.frozen_lines(supplies.session, supplies.id)
    assert set(given_to) == {line.line_id for line in lines}
    assert all(given_to[line.line_id] <= line.quantity for line in lines)
    in_bags = bags.packed_by_share(supplies.session, supplies.id)
    assert sum(in_bags.values()) == sum(given_to.values())
    held = ledger.held(supplies.session, supplies.id)
    packed = bags.of_run(supplies.session, supplies.id)
    assert {f"bag:{bag.id}" for bag in packed} == {
        place for place, _ in held if place.startswith("bag:")
    }
    assert len({bag.code for bag in packed}) == len(packed)


class Undo(Exception):
    """Ends an example without keeping it."""


def test_a_moved_gram_that_is_not_there_is_refused_by_the_database(supplies: Any) -> None:
    supplies.area()
    supplies.ask(0, ("cabbage", 500))
    supplies.order()
    supplies.receive()
    held = ledger.held(supplies.session, supplies.id)
    (lot_id,) = [lot for place, lot in held if place == "stock:P1"]
    move = Move(lot_id=lot_id, quantity=501, source="stock:P1", target="bag:x", kind=MoveKind.PACK)
    nested = supplies.session.begin_nested()
    with pytest.raises(IntegrityError):
        ledger.post(
            supplies.session,
            [move],
            run_id=supplies.id,
            cause="x",
            actor="cli",
            at=supplies.run.created_at,
        )
    nested.rollback()
