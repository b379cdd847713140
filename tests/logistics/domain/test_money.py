"""What a lot cost goes from hand to hand without a fen lost."""

from datetime import date
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.money import (
    Booking,
    DamageBorne,
    GoodsMove,
    LotBook,
    LotTerms,
    Posting,
    balances,
)
from logistics.domain.prices import SalePrice, worth

DAY = date(2022, 4, 13)


def terms(quantity=1000, cost=999, **more) -> LotTerms:
    return LotTerms(lot_id="l", quantity=quantity, cost_fen=cost, supplier_code="M1",
                    receipt_id="rc", **{"gift": False} | more)  # fmt: skip


def moves(*steps: tuple[int, str, str]) -> list[GoodsMove]:
    return [GoodsMove(seq=n, quantity=q, source=a, target=b, kind="x", cause="")
            for n, (q, a, b) in enumerate(steps, start=1)]  # fmt: skip


def book_of(lot: LotTerms, *steps: tuple[int, str, str]) -> tuple[LotBook, list[Posting]]:
    book = LotBook(lot)
    return book, [one for move in moves(*steps) for one in book.move(move)]


@given(st.lists(st.integers(1, 10**6), min_size=1, max_size=40), st.integers(0, 10**9))
def test_the_parts_of_households_are_what_the_lot_cost_and_each_within_a_fen(
    parts: list[int], cost: int
) -> None:
    total = sum(parts)
    steps = [(total, "supplier:M1", "stock:P1")]
    steps += [(q, "stock:P1", f"household:H{n}") for n, q in enumerate(parts)]
    _, done = book_of(terms(total, cost), *steps)
    sums = balances(done)
    owed = [sums.get(f"household:H{n}", 0) for n in range(len(parts))]
    assert sum(owed) == cost == -sums.get("supplier:M1", 0)
    assert "stock" not in sums
    for fen, quantity in zip(owed, parts, strict=True):
        assert abs(fen - Fraction(cost * quantity, total)) <= 1


PLACES = ("stock:P1", "bag:b1", "loss:R", "household:A", "household:B", "supplier:M1")
walks = st.lists(st.tuples(st.sampled_from(PLACES), st.sampled_from(PLACES), st.integers(1, 400)),
                 max_size=40)  # fmt: skip


@given(walks, st.integers(0, 5_000), st.sampled_from([None, 0, 7, 133]), st.booleans())
def test_no_goods_are_no_money_whatever_went_where(walk, cost, price, is_gift) -> None:
    sale = None if price is None else SalePrice(item_id="i", fen=price, per=37, unit="g",
                                                since=DAY)  # fmt: skip
    lot = terms(300, cost, sale=sale, gift=is_gift)
    book, done = book_of(lot, (300, "supplier:M1", "stock:P1"))
    there = {"stock:P1": 300}
    seq = 1
    for source, target, most in walk:
        there_is = 10**9 if source.startswith("supplier") else there.get(source, 0)
        quantity = min(most, there_is)
        if source == target or not quantity:
            continue
        there[source] = there.get(source, 0) - quantity
        there[target] = there.get(target, 0) + quantity
        seq += 1
        done += book.move(GoodsMove(seq=seq, quantity=quantity, source=source, target=target,
                                    kind="x", cause=""))  # fmt: skip
    assert len({one.fact for one in done}) == len(done)
    sums = balances(done)
    assert sum(sums.values()) == 0
    for account, held in book.held.items():
        of_goods = sums.get(account, 0)
        if account != "margin":
            assert of_goods == held.fen + held.margin
        if not held.quantity and account.partition(":")[0] in ("household", "stock", "gift"):
            assert of_goods == 0
        if account.startswith("household:") and sale:
            assert of_goods == sale.of(held.quantity)
    if is_gift:
        assert not any(account.startswith("household:") for account in sums)


def test_what_is_refunded_is_a_loss_and_comes_back_if_the_bag_does() -> None:
    book, _ = book_of(
        terms(10, 1000), (10, "supplier:M1", "stock:P"), (10, "bag:b", "household:A")
    )
    (claim,) = book.claim("claim:1", "A", 3, "damaged")
    assert (claim.debit, claim.credit, claim.fen, claim.kind) == (
        "loss", "household:A", 300, Booking.REFUND)  # fmt: skip
    back = book.move(GoodsMove(seq=9, quantity=10, source="household:A", target="bag:b",
                               kind="correction", cause=""))  # fmt: skip
    assert [(one.credit, one.debit, one.fen) for one in back] == [
        ("household:A", "stock", 700), ("loss", "stock", 300)]  # fmt: skip
    assert book.at("household:A").claimed == 0


@pytest.mark.parametrize(
    ("borne", "account"), [(DamageBorne.US, "loss"), (DamageBorne.SUPPLIER, "supplier:M1")]
)
def test_what_came_damaged_is_borne_as_the_policy_says(borne: DamageBorne, account: str) -> None:
    book = LotBook(terms(10, 1000, damage=borne))
    came = GoodsMove(seq=1, quantity=10, source="supplier:M1", target="stock:P",
                     kind="purchase", cause="rc")  # fmt: skip
    broken = GoodsMove(seq=2, quantity=4, source="stock:P", target="loss:R", kind="loss",
                       cause="rc", reason="damage")  # fmt: skip
    right = GoodsMove(seq=3, quantity=4, source="loss:R", target="stock:P", kind="correction",
                      cause="correction:2", original=broken)  # fmt: skip
    book.move(came)
    assert [(one.debit, one.fen) for one in book.move(broken)] == [(account, 400)]
    assert [(one.credit, one.fen) for one in book.move(right)] == [(account, 400)]


def test_a_part_is_rounded_halves_away_from_zero() -> None:
    assert [worth(1, 2, q) for q in (-1, 0, 1, 2)] == [-1, 0, 1, 1]
