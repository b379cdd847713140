from collections import Counter
from random import Random

from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.procurement import NotBought, Offer, Wish, cut_off_by, purchase, queued

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


def bought(wishes: list[Wish], offers: list[Offer], *cases: int, **reasons: NotBought):
    taken = {(o.market_id, o.item_id): n for o, n in zip(offers, cases, strict=True) if n}
    return purchase(wishes, offers, taken, reasons, salt="s")


def test_the_cheapest_base_unit_is_filled_first_not_the_cheapest_case() -> None:
    found = bought([wish(40)], [offer("m1", 10, 100), offer("m2", 30, 240)], 1, 1)
    assert [(p.market_id, p.demand) for p in found.purchases] == [("m2", 30), ("m1", 10)]
    assert [(b.market_id, b.quantity) for b in found.backings] == [("m2", 30), ("m1", 10)]


def test_the_last_case_may_leave_a_surplus() -> None:
    found = bought([wish(31)], [offer("m1", 30, 100)], 2)
    assert [(p.demand, p.cases) for p in found.purchases] == [(31, 2)]


def test_what_nobody_sells_says_so() -> None:
    found = bought([wish(5)], [])
    assert [(b.quantity, b.reason) for b in found.backings] == [(5, NotBought.NOT_SOLD)]


def test_what_is_not_bought_says_why() -> None:
    found = bought([wish(50)], [offer("m1", 10, 50, 2)], 2, eggs=NotBought.SOLD_OUT)
    assert [(b.quantity, b.reason) for b in found.backings] == [
        (20, None),
        (30, NotBought.SOLD_OUT),
    ]


@given(quantities=st.lists(st.integers(1, 40), max_size=12), short=st.integers(0, 200))
def test_the_lines_that_a_shortage_reaches_are_those_that_get_less(
    quantities: list[int], short: int
) -> None:
    total = sum(quantities)
    short = min(short, total)
    asked = [wish(q, f"l{n}") for n, q in enumerate(quantities)]
    offers = [offer("m1", 1, 1, total - short)]
    found = bought(asked, offers, total - short, eggs=NotBought.SOLD_OUT)
    cut = {b.line_id for b in found.backings if b.reason}
    assert cut_off_by(queued(asked, "s"), short) == len(cut)


@st.composite
def choices(draw) -> tuple[list[Offer], dict[tuple[str, str], int]]:
    """Offers, and whole cases of some of them within their stock."""
    found = draw(offers)
    return found, {
        (o.market_id, o.item_id): draw(
            st.integers(0, 6 if o.stock_cases is None else o.stock_cases)
        )
        for o in found
    }


@given(wishes=wishes, choice=choices())
def test_every_wish_is_bought_or_its_reason_known(
    wishes: list[Wish], choice: tuple[list[Offer], dict[tuple[str, str], int]]
) -> None:
    offered, cases = choice
    found = purchase(wishes, offered, cases, dict.fromkeys(ITEMS, NotBought.MINIMUM), salt="s")
    backed: Counter[str] = Counter()
    behind: Counter[tuple[str | None, str]] = Counter()
    asked = Counter()
    for w in wishes:
        asked[w.item_id] += w.quantity
    for b in found.backings:
        backed[b.line_id] += b.quantity
        behind[b.market_id, b.item_id] += b.quantity
        assert b.quantity > 0
        assert (b.reason is None) == (b.market_id is not None)
    assert backed == Counter({w.line_id: w.quantity for w in wishes})
    bought_of: Counter[str] = Counter()
    for p in found.purchases:
        assert behind[p.market_id, p.item_id] == p.demand <= p.cases * p.case_base
        assert p.cases == cases[p.market_id, p.item_id]
        bought_of[p.item_id] += p.cases * p.case_base
    for item in asked:
        open_ = sum(b.quantity for b in found.backings if b.item_id == item and b.reason)
        assert open_ == max(0, asked[item] - bought_of[item])


@given(wishes=wishes, choice=choices(), seed=st.integers(0, 99))
def test_the_order_in_which_wishes_come_changes_nothing(
    wishes: list[Wish], choice: tuple[list[Offer], dict[tuple[str, str], int]], seed: int
) -> None:
    offered, cases = choice
    mixed, mixed_offers = list(wishes), list(offered)
    Random(seed).shuffle(mixed)
    Random(seed).shuffle(mixed_offers)
    assert purchase(mixed, mixed_offers, cases, {}, salt="s") == purchase(
        wishes, offered, cases, {}, salt="s"
    )
