from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.procurement import NotBought, Offer, Wish, procure

ITEMS = ("cabbage", "eggs", "milk")
wishes = st.lists(
    st.tuples(st.integers(0, 5), st.sampled_from(ITEMS), st.integers(1, 400)), max_size=25
).map(
    lambda rows: [
        Wish(line_id=f"l{n}", household_code=f"h{home}", item_id=item, quantity=quantity)
        for n, (home, item, quantity) in enumerate(rows)
    ]
)
offers = st.dictionaries(
    st.tuples(st.sampled_from(("m1", "m2", "m3")), st.sampled_from(ITEMS)),
    st.tuples(st.integers(1, 60), st.integers(1, 900), st.none() | st.integers(0, 6)),
).map(
    lambda found: [
        Offer(market_id=market, item_id=item, case_base=case, price_fen=price, stock_cases=stock)
        for (market, item), (case, price, stock) in found.items()
    ]
)


def offer(market: str, case: int, price: int, stock: int | None = None) -> Offer:
    return Offer(
        market_id=market, item_id="eggs", case_base=case, price_fen=price, stock_cases=stock
    )


def wish(quantity: int, line: str = "l1") -> Wish:
    return Wish(line_id=line, household_code="h1", item_id="eggs", quantity=quantity)


def test_the_cheapest_base_unit_wins_not_the_cheapest_case() -> None:
    found = procure([wish(30)], [offer("m1", 10, 100), offer("m2", 30, 240)], salt="s")
    assert [(p.market_id, p.cases) for p in found.purchases] == [("m2", 1)]


def test_what_one_market_has_not_comes_from_the_next() -> None:
    found = procure([wish(50)], [offer("m1", 10, 50, 3), offer("m2", 10, 90)], salt="s")
    assert [(p.market_id, p.demand) for p in found.purchases] == [("m1", 30), ("m2", 20)]
    assert [(b.market_id, b.quantity) for b in found.backings] == [("m1", 30), ("m2", 20)]


def test_cases_are_rounded_up() -> None:
    found = procure([wish(31)], [offer("m1", 30, 100)], salt="s")
    assert [(p.demand, p.cases) for p in found.purchases] == [(31, 2)]


def test_what_nobody_sells_says_so() -> None:
    found = procure([wish(5)], [], salt="s")
    assert [(b.quantity, b.reason) for b in found.backings] == [(5, NotBought.NOT_SOLD)]


def test_what_is_sold_out_everywhere_says_so() -> None:
    found = procure([wish(50)], [offer("m1", 10, 50, 2)], salt="s")
    assert [(b.quantity, b.reason) for b in found.backings] == [
        (20, None),
        (30, NotBought.SOLD_OUT),
    ]


@given(wishes=wishes, offers=offers)
def test_every_wish_is_bought_or_its_reason_known(wishes: list[Wish], offers: list[Offer]) -> None:
    found = procure(wishes, offers, salt="s")
    backed: Counter[str] = Counter()
    behind: Counter[tuple[str | None, str]] = Counter()
    for b in found.backings:
        backed[b.line_id] += b.quantity
        behind[b.market_id, b.item_id] += b.quantity
        assert b.quantity > 0
        assert (b.reason is None) == (b.market_id is not None)
    assert backed == Counter({w.line_id: w.quantity for w in wishes})
    limits = {(o.market_id, o.item_id): o.stock_cases for o in offers}
    for p in found.purchases:
        assert behind[p.market_id, p.item_id] == p.demand
        assert 0 <= p.cases * p.case_base - p.demand < p.case_base
        limit = limits[p.market_id, p.item_id]
        assert limit is None or p.cases <= limit


@given(wishes=wishes, offers=offers, seed=st.integers(0, 99))
def test_the_order_in_which_wishes_come_changes_nothing(
    wishes: list[Wish], offers: list[Offer], seed: int
) -> None:
    mixed, mixed_offers = list(wishes), list(offers)
    Random(seed).shuffle(mixed)
    Random(seed).shuffle(mixed_offers)
    assert procure(mixed, mixed_offers, salt="s") == procure(wishes, offers, salt="s")
