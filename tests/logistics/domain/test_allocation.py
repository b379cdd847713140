from collections import Counter, defaultdict
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.allocation import (
    Reason,
    Share,
    ShareKind,
    Situation,
    Supply,
    Want,
    allocate,
)

CLASSES = {
    "cabbage": ("vegetable", "leaf"),
    "spinach": ("vegetable", "leaf"),
    "formula": ("infant", "formula"),
    "formula2": ("infant", "formula"),
    "pills": ("medicine", "pain"),
    "pills2": ("medicine", "pain"),
    "eggs": ("egg", None),
}
PLENTY = defaultdict(lambda: Situation(offered=True, bought=1, came=1))


def want(
    line: str,
    quantity: int,
    item: str = "cabbage",
    *,
    tier: int = 2,
    step: int = 1,
    home: str = "",
    substitution: bool = True,
) -> Want:
    return Want(
        line_id=line,
        household_code=home or line,
        item_id=item,
        quantity=quantity,
        tier=tier,
        step=step,
        substitution=substitution,
    )


def share_out(wants: list[Want], supplies: list[Supply]) -> tuple[Share, ...]:
    return allocate(wants, supplies, PLENTY, CLASSES, salt="run")


def got(shares: tuple[Share, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for share in shares:
        total[share.line_id] += share.quantity
    return total


wants = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.sampled_from(sorted(CLASSES)),
        st.integers(0, 2),
        st.sampled_from((1, 7, 30, 50)),
        st.booleans(),
    ),
    min_size=1,
    max_size=25,
).map(
    lambda rows: [
        want(f"l{n}", quantity, item, tier=tier, step=step, substitution=sub)
        for n, (quantity, item, tier, step, sub) in enumerate(rows)
    ]
)
supplies = st.lists(
    st.tuples(
        st.sampled_from(sorted(CLASSES)),
        st.integers(1, 900),
        st.none() | st.sampled_from(sorted(CLASSES)),
    ),
    max_size=10,
).map(
    lambda rows: [
        Supply(
            lot_id=f"lot{n}",
            item_id=item,
            quantity=quantity,
            instead_of=None if other == item else other,
        )
        for n, (item, quantity, other) in enumerate(rows)
    ]
)


@given(wants=wants, supplies=supplies)
def test_nothing_is_given_twice_and_nobody_gets_more_than_asked(
    wants: list[Want], supplies: list[Supply]
) -> None:
    shares = share_out(wants, supplies)
    by_lot: Counter[str | None] = Counter()
    for share in shares:
        by_lot[share.lot_id] += share.quantity
    assert all(by_lot[s.lot_id] <= s.quantity for s in supplies)
    assert by_lot[None] == 0
    given_to = got(shares)
    assert set(given_to) == {w.line_id for w in wants}
    assert all(given_to[w.line_id] <= w.quantity for w in wants)
    assert all(s.got == given_to[s.line_id] for s in shares)


@given(wants=wants, supplies=supplies, seed=st.integers(0, 99))
def test_the_order_of_arrival_changes_nobodys_share(
    wants: list[Want], supplies: list[Supply], seed: int
) -> None:
    mixed = list(wants)
    Random(seed).shuffle(mixed)
    assert share_out(mixed, supplies) == share_out(wants, supplies)


@given(quantities=st.lists(st.integers(1, 300), min_size=1, max_size=20), seed=st.integers(0, 99))
def test_new_line_ids_in_another_order_give_the_same_households_the_same(
    quantities: list[int], seed: int
) -> None:
    names = list(range(len(quantities)))
    Random(seed).shuffle(names)
    stock = [Supply(lot_id="a", item_id="cabbage", quantity=sum(quantities) // 2 or 1)]
    first = [want(f"l{n:02}", q, home=f"h{n}") for n, q in enumerate(quantities)]
    other = [want(f"l{names[n]:02}", q, home=f"h{n}") for n, q in enumerate(quantities)]
    ours, theirs = got(share_out(first, stock)), got(share_out(other, stock))
    assert [ours[w.line_id] for w in first] == [theirs[w.line_id] for w in other]


@given(wants=wants, stock=st.integers(1, 3000))
def test_within_a_tier_nobody_is_a_unit_ahead_of_somebody_who_is_lower(
    wants: list[Want], stock: int
) -> None:
    mine = [w for w in wants if w.item_id == "eggs"]
    given_to = got(share_out(wants, [Supply(lot_id="a", item_id="eggs", quantity=stock)]))
    left = stock - sum(given_to[w.line_id] for w in mine)
    for low in mine:
        missing = low.quantity - given_to[low.line_id]
        for high in mine:
            before = max(0, given_to[high.line_id] - high.step)
            ahead = before * low.quantity > given_to[low.line_id] * high.quantity
            if low.tier == high.tier and missing and ahead:
                # only where a whole unit of the lower line no longer fitted into what remained
                taken_since = high.step + left
                assert min(low.step, missing) > left
                assert low.step > high.step or taken_since < low.step + high.step


@given(
    quantities=st.lists(st.integers(1, 300), min_size=2, max_size=20), stock=st.integers(1, 900)
)
def test_with_equal_units_no_fill_is_lower_by_more_than_one_unit(
    quantities: list[int], stock: int
) -> None:
    lines = [want(f"l{n}", q, "eggs") for n, q in enumerate(quantities)]
    given_to = got(share_out(lines, [Supply(lot_id="a", item_id="eggs", quantity=stock)]))
    assert sum(given_to.values()) == min(stock, sum(quantities))
    for low in lines:
        for high in lines:
            a, b = given_to[low.line_id], given_to[high.line_id]
            assert (b - 1) * low.quantity <= a * high.quantity


@given(wants=wants, stock=st.integers(1, 3000))
def test_a_more_urgent_tier_is_full_before_a_later_one_gets_anything(
    wants: list[Want], stock: int
) -> None:
    lines = [want(w.line_id, w.quantity, "eggs", tier=w.tier) for w in wants]
    given_to = got(share_out(lines, [Supply(lot_id="a", item_id="eggs", quantity=stock)]))
    for urgent in lines:
        for later in lines:
            if urgent.tier < later.tier and given_to[later.line_id]:
                assert given_to[urgent.line_id] == urgent.quantity


@given(wants=wants, supplies=supplies)
def test_whole_units_stay_whole(wants: list[Want], supplies: list[Supply]) -> None:
    own = [s for s in supplies if s.instead_of is None]
    given_to = got(share_out(wants, own))
    for w in wants:
        got_all = given_to[w.line_id] == w.quantity
        assert got_all or given_to[w.line_id] % w.step == 0


def test_a_short_line_takes_what_came_instead() -> None:
    stock = [
        Supply(lot_id="a", item_id="cabbage", quantity=40),
        Supply(lot_id="b", item_id="spinach", quantity=100, instead_of="cabbage"),
    ]
    shares = share_out([want("l1", 100)], stock)
    assert [(s.lot_id, s.quantity, s.kind) for s in shares] == [
        ("a", 40, ShareKind.PART),
        ("b", 60, ShareKind.SUBSTITUTED),
    ]


def test_who_allows_no_substitute_gets_none() -> None:
    stock = [Supply(lot_id="b", item_id="spinach", quantity=100, instead_of="cabbage")]
    (share,) = share_out([want("l1", 100, substitution=False)], stock)
    assert (share.kind, share.quantity) == (ShareKind.NONE, 0)


@pytest.mark.parametrize(
    ("asked", "came"),
    [
        ("formula", "formula2"),  # infant food, though the class is the same
        ("pills", "pills2"),  # medicine likewise
        ("cabbage", "eggs"),  # another class
        ("cabbage", "formula"),  # infant food does not replace anything either
    ],
)
def test_some_goods_are_never_substituted(asked: str, came: str) -> None:
    stock = [Supply(lot_id="b", item_id=came, quantity=100, instead_of=asked)]
    (share,) = share_out([want("l1", 100, asked)], stock)
    assert share.kind is ShareKind.NONE


def test_what_is_left_of_a_substitute_serves_those_who_asked_for_it() -> None:
    stock = [Supply(lot_id="b", item_id="spinach", quantity=100, instead_of="cabbage")]
    shares = share_out([want("l1", 60), want("l2", 60, "spinach")], stock)
    assert [(s.line_id, s.quantity, s.kind) for s in shares] == [
        ("l1", 60, ShareKind.SUBSTITUTED),
        ("l2", 40, ShareKind.PART),
    ]


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (Situation(), Reason.NOT_SOLD),
        (Situation(offered=True), Reason.SOLD_OUT),
        (Situation(offered=True, bought=9, asked=9), Reason.NOTHING_CAME),
        (Situation(offered=True, bought=9, asked=9, came=9, held=9), Reason.HELD),
        (Situation(offered=True, bought=5, asked=9, came=5), Reason.SOLD_OUT),
        (Situation(offered=True, bought=9, asked=9, came=5), Reason.SHORT),
    ],
)
def test_a_line_without_goods_says_why(situation: Situation, reason: Reason) -> None:
    (share,) = allocate([want("l1", 9)], [], {"cabbage": situation}, CLASSES, salt="run")
    assert share.reason is reason
