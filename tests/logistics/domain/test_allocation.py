from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from itertools import product
from random import Random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from logistics.domain.allocation import (
    Allocation,
    ItemFacts,
    Reason,
    Share,
    ShareKind,
    Situation,
    Substitution,
    Supply,
    Terms,
    Want,
)
from logistics.domain.allocation_check import check
from logistics.domain.allocation_rounds import allocate
from logistics.usecases.share_out import solver_answer

ITEMS = {
    "cabbage": ItemFacts(category="vegetable", kind="leaf", base="g", price=Fraction(1, 2)),
    "spinach": ItemFacts(category="vegetable", kind="leaf", base="g", price=Fraction(2)),
    "chard": ItemFacts(category="vegetable", kind="leaf", base="g"),
    "juice": ItemFacts(category="drink", kind="leaf", base="ml"),
    "formula": ItemFacts(category="infant", kind="formula", base="g"),
    "formula2": ItemFacts(category="infant", kind="formula", base="g"),
    "pills": ItemFacts(category="medicine", kind="pain", base="piece"),
    "pills2": ItemFacts(category="medicine", kind="pain", base="piece"),
    "eggs": ItemFacts(category="egg", kind=None, base="piece"),
}
PLENTY = {item: Situation(bought=1, came=1) for item in ITEMS}


def want(
    line: str,
    quantity: int,
    item: str = "cabbage",
    *,
    tier: int = 2,
    step: int = 1,
    home: str = "",
    substitution: Substitution | bool = True,
    **more: Any,
) -> Want:
    allowed = substitution
    if isinstance(substitution, bool):
        allowed = Substitution.CLASS if substitution else Substitution.NONE
    return Want(
        **{
            "line_id": line,
            "household_code": home or line,
            "item_id": item,
            "quantity": quantity,
            "tier": tier,
            "step": step,
            "substitution": allowed,
        }
        | more
    )


def share_all(wants: list[Want], supplies: list[Supply], **more: Any) -> Allocation:
    terms = Terms(**{"situations": PLENTY, "items": ITEMS, "salt": "run"} | more)
    result = allocate(wants, supplies, terms, solver_answer)
    assert check(wants, supplies, terms, result.shares) == ()
    return result


def share_out(wants: list[Want], supplies: list[Supply], **more: Any) -> tuple[Share, ...]:
    return share_all(wants, supplies, **more).shares


def got(shares: tuple[Share, ...]) -> Counter[str]:
    total: Counter[str] = Counter()
    for share in shares:
        total[share.line_id] += share.quantity
    return total


def stock(item: str, quantity: int, instead_of: str | None = None, lot: str = "") -> Supply:
    return Supply(lot_id=lot or item, item_id=item, quantity=quantity, instead_of=instead_of)


wants = st.lists(
    st.tuples(
        st.integers(1, 300),
        st.sampled_from(sorted(ITEMS)),
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
        st.sampled_from(sorted(ITEMS)),
        st.integers(1, 900),
        st.none() | st.sampled_from(sorted(ITEMS)),
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


@examples(max_examples=50, deadline=None)
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


@examples(max_examples=50, deadline=None)
@given(wants=wants, supplies=supplies, seed=st.integers(0, 99))
def test_the_order_of_arrival_changes_nobodys_share(
    wants: list[Want], supplies: list[Supply], seed: int
) -> None:
    mixed = list(wants)
    Random(seed).shuffle(mixed)
    assert share_out(mixed, supplies) == share_out(wants, supplies)


@examples(max_examples=50, deadline=None)
@given(quantities=st.lists(st.integers(1, 300), min_size=1, max_size=20), seed=st.integers(0, 99))
def test_new_line_ids_in_another_order_give_the_same_households_the_same(
    quantities: list[int], seed: int
) -> None:
    names = list(range(len(quantities)))
    Random(seed).shuffle(names)
    there = [stock("cabbage", sum(quantities) // 2 or 1)]
    first = [want(f"l{n:02}", q, home=f"h{n}") for n, q in enumerate(quantities)]
    other = [want(f"l{names[n]:02}", q, home=f"h{n}") for n, q in enumerate(quantities)]
    ours, theirs = got(share_out(first, there)), got(share_out(other, there))
    assert [ours[w.line_id] for w in first] == [theirs[w.line_id] for w in other]


@examples(max_examples=50, deadline=None)
@given(
    quantities=st.lists(st.integers(1, 300), min_size=2, max_size=20), there=st.integers(1, 900)
)
def test_with_equal_units_no_fill_is_lower_by_more_than_one_unit(
    quantities: list[int], there: int
) -> None:
    lines = [want(f"l{n}", q, "eggs") for n, q in enumerate(quantities)]
    given_to = got(share_out(lines, [stock("eggs", there)]))
    assert sum(given_to.values()) == min(there, sum(quantities))
    for low in lines:
        for high in lines:
            a, b = given_to[low.line_id], given_to[high.line_id]
            assert (b - 1) * low.quantity <= a * high.quantity


@examples(max_examples=50, deadline=None)
@given(wants=wants, there=st.integers(1, 3000))
def test_a_more_urgent_tier_is_full_before_a_later_one_gets_anything(
    wants: list[Want], there: int
) -> None:
    lines = [want(w.line_id, w.quantity, "eggs", tier=w.tier) for w in wants]
    given_to = got(share_out(lines, [stock("eggs", there)]))
    for urgent in lines:
        for later in lines:
            if urgent.tier < later.tier and given_to[later.line_id]:
                assert given_to[urgent.line_id] == urgent.quantity


@examples(max_examples=50, deadline=None)
@given(wants=wants, supplies=supplies)
def test_whole_units_stay_whole(wants: list[Want], supplies: list[Supply]) -> None:
    own = [s for s in supplies if s.instead_of is None]
    given_to = got(share_out(wants, own))
    for w in wants:
        got_all = given_to[w.line_id] == w.quantity
        assert got_all or given_to[w.line_id] % w.step == 0


def test_a_short_line_takes_what_came_instead() -> None:
    there = [stock("cabbage", 40), stock("spinach", 100, "cabbage")]
    shares = share_out([want("l1", 100)], there)
    assert [(s.lot_id, s.quantity, s.kind) for s in shares] == [
        ("cabbage", 40, ShareKind.PART),
        ("spinach", 60, ShareKind.SUBSTITUTED),
    ]


def test_who_allows_no_substitute_gets_none() -> None:
    (share,) = share_out([want("l1", 100, substitution=False)], [stock("spinach", 100, "cabbage")])
    assert (share.kind, share.quantity) == (ShareKind.NONE, 0)


@pytest.mark.parametrize(
    ("asked", "came"),
    [
        ("formula", "formula2"),  # infant food, though the class is the same
        ("pills", "pills2"),  # medicine likewise
        ("cabbage", "eggs"),  # another class
        ("cabbage", "juice"),  # the same class in another base unit
        ("cabbage", "formula"),  # infant food does not replace anything either
    ],
)
@pytest.mark.parametrize("instead", [True, False])
def test_some_goods_are_never_substituted(asked: str, came: str, *, instead: bool) -> None:
    there = [stock(came, 100, asked if instead else None)]
    (share,) = share_out([want("l1", 100, asked)], there)
    assert share.kind is ShareKind.NONE
    if {"formula", "pills"} & {asked, came}:  # not even where the household names it
        listed = want("l1", 100, asked, substitution=False)
        named = want("l1", 100, asked, **LISTED | {"substitutes": (came,)})
        assert share_out([listed], there)[0].kind is ShareKind.NONE
        assert share_out([named], there)[0].kind is ShareKind.NONE


LISTED: dict[str, Any] = {"substitution": Substitution.LISTED}


def test_what_is_left_of_a_substitute_serves_those_who_asked_for_it() -> None:
    there = [stock("spinach", 100, "cabbage")]
    shares = share_out([want("l1", 60), want("l2", 60, "spinach")], there)
    assert sorted((s.line_id, s.quantity, s.kind) for s in shares) == [
        ("l1", 60, ShareKind.SUBSTITUTED),
        ("l2", 40, ShareKind.PART),
    ]


def test_what_nobody_asks_for_any_more_serves_who_is_short_and_allows_it() -> None:
    there = [stock("spinach", 100)]
    shares = share_out([want("l1", 60), want("l2", 60, "spinach")], there)
    assert {s.line_id: (s.quantity, s.kind) for s in shares} == {
        "l1": (40, ShareKind.SUBSTITUTED),
        "l2": (60, ShareKind.FULL),
    }


def test_a_listed_line_takes_its_first_choice_first_and_nothing_else() -> None:
    line = want("l1", 100, **LISTED | {"substitutes": ("chard", "spinach")})
    there = [stock("spinach", 500), stock("chard", 30)]
    assert {s.lot_id: s.quantity for s in share_out([line], there)} == {
        "chard": 30,
        "spinach": 70,
    }
    only = want("l1", 100, **LISTED | {"substitutes": ("chard",)})
    assert {s.lot_id: s.quantity for s in share_out([only], there)} == {"chard": 30}


def test_any_of_the_class_takes_the_cheaper_first() -> None:
    there = [stock("spinach", 30), stock("chard", 500)]
    assert {s.lot_id: s.quantity for s in share_out([want("l1", 100)], there)} == {
        "spinach": 30,
        "chard": 70,  # nobody says what it costs: last
    }


@pytest.mark.parametrize(
    ("other", "cap", "gets"),
    [
        ("spinach", 200, 100),  # 100 g at 2 fen
        ("spinach", 199, 0),  # a fen too dear
        ("chard", 10**6, 0),  # nobody says what it costs
        ("chard", None, 100),  # without a cap that does not matter
    ],
)
def test_a_substitute_keeps_to_the_price_that_the_household_set(
    other: str, cap: int | None, gets: int
) -> None:
    line = want("l1", 100, cap_fen=cap)
    assert got(share_out([line], [stock(other, 100)]))["l1"] == gets


def test_a_ration_holds_for_the_household_over_its_lines_and_says_so() -> None:
    wants = [
        want("a1", 30, "eggs", home="a", step=30),
        want("a2", 45, "eggs", home="a", step=1),
        want("b1", 40, "eggs", home="b"),
    ]
    shares = share_out(wants, [stock("eggs", 500)], rations={"eggs": 60})
    assert got(shares) == {"a1": 0, "a2": 45, "b1": 40}  # 15 left of 60: no whole tray
    reasons = {s.line_id: s.reason for s in shares}
    assert reasons == {"a1": Reason.RATION, "a2": Reason.AS_ASKED, "b1": Reason.AS_ASKED}


def test_asking_beyond_the_ration_earns_no_larger_share() -> None:
    wants = [want("a", 100, "eggs"), want("b", 20, "eggs")]
    shares = share_out(wants, [stock("eggs", 20)], rations={"eggs": 20})
    assert got(shares) == {"a": 10, "b": 10}


def test_who_was_short_yesterday_goes_first_today() -> None:
    wants = [want("a", 10, "eggs"), want("b", 10, "eggs")]
    there = [stock("eggs", 10)]
    assert got(share_out(wants, there)) == {"a": 5, "b": 5}
    assert got(share_out(wants, there, debts={"b": 400})) == {"a": 3, "b": 7}
    one = [want("a", 1, "eggs"), want("b", 1, "eggs")]
    for short in ("a", "b"):
        assert got(share_out(one, [stock("eggs", 1)], debts={short: 1}))[short] == 1


def test_nobody_is_left_with_nothing_for_an_old_debt() -> None:
    wants = [want("a", 10, "eggs"), want("b", 10, "eggs")]
    assert got(share_out(wants, [stock("eggs", 4)], debts={"b": 1000})) == {"a": 1, "b": 3}


def test_who_has_the_emptier_list_gets_what_both_are_short_of() -> None:
    """A gets all its cabbage; B asked for nothing else: the eggs go to B."""
    wants = [
        want("a1", 100, home="a"),
        want("a2", 10, "eggs", home="a"),
        want("b1", 10, "eggs", home="b"),
    ]
    shares = share_out(wants, [stock("cabbage", 100), stock("eggs", 6)])
    assert got(shares) == {"a1": 100, "a2": 1, "b1": 5} or got(shares) == {
        "a1": 100,
        "a2": 0,
        "b1": 6,
    }


def test_splitting_a_wish_into_lines_changes_nothing() -> None:
    whole = [want("a1", 10, "eggs", home="a"), want("b1", 10, "eggs", home="b")]
    parts = [
        want("a1", 4, "eggs", home="a"),
        want("a2", 6, "eggs", home="a"),
        want("b1", 10, "eggs", home="b"),
    ]
    there = [stock("eggs", 9)]
    first, second = got(share_out(whole, there)), got(share_out(parts, there))
    assert first["b1"] == second["b1"]
    assert first["a1"] == second["a1"] + second["a2"]


def test_vegetables_do_not_make_up_for_infant_food() -> None:
    """A has all its cabbage, B has none: the formula is still shared alike."""
    wants = [
        want("a1", 100, home="a", tier=0),
        want("a2", 10, "formula", home="a", tier=0),
        want("b1", 100, "spinach", home="b", tier=0, substitution=False),
        want("b2", 10, "formula", home="b", tier=0),
    ]
    shares = got(share_out(wants, [stock("cabbage", 100), stock("formula", 10)]))
    assert (shares["a2"], shares["b2"]) == (5, 5)


@examples(max_examples=60, deadline=None)
@given(
    rows=st.lists(
        st.tuples(
            st.integers(0, 2),  # household
            st.sampled_from(("cabbage", "eggs")),
            st.sampled_from((1, 2, 3)),  # step
            st.integers(1, 2),  # steps
        ),
        min_size=1,
        max_size=5,
        unique_by=lambda row: row[:2],
    ),
    there=st.tuples(st.integers(0, 8), st.integers(0, 8)),
    owed=st.tuples(*[st.sampled_from((0, 200, 500))] * 3),
)
def test_no_other_sharing_is_better_for_the_lowest_household(
    rows: list[tuple[int, str, int, int]], there: tuple[int, int], owed: tuple[int, int, int]
) -> None:
    """Against an oracle that tries every sharing and shares no code with the rules."""
    wants = [
        want(f"l{n}", step * steps, item, home=f"h{home}", step=step, substitution=False)
        for n, (home, item, step, steps) in enumerate(rows)
    ]
    debts = {f"h{n}": debt for n, debt in enumerate(owed)}
    supplies = [stock(i, q) for i, q in zip(("cabbage", "eggs"), there, strict=True) if q]
    result = share_all(wants, supplies, debts=debts)
    assert result.proven
    ours = standing(wants, got(result.shares), debts)
    limits = dict(zip(("cabbage", "eggs"), there, strict=True))
    best = max(
        standing(wants, {w.line_id: n for w, n in zip(wants, amounts, strict=True)}, debts)
        for amounts in product(*(range(0, w.quantity + 1, w.step) for w in wants))
        if all(
            sum(n for w, n in zip(wants, amounts, strict=True) if w.item_id == item) <= limit
            for item, limit in limits.items()
        )
    )
    assert ours == best


def standing(
    wants: list[Want], given_to: Mapping[str, int], debts: Mapping[str, int]
) -> list[tuple[bool, Fraction]]:
    found = []
    for home in sorted({w.household_code for w in wants}):
        mine = [w for w in wants if w.household_code == home]
        rates = [Fraction(given_to[w.line_id], w.quantity) for w in mine]
        level = sum(rates, Fraction(0)) / len(rates) - Fraction(debts[home], 1000)
        found.append((any(rates), level))
    return sorted(found)


@pytest.mark.parametrize(
    ("situation", "reason"),
    [
        (Situation(not_bought=Reason.NOT_SOLD), Reason.NOT_SOLD),
        (Situation(), Reason.SOLD_OUT),
        (Situation(bought=9, asked=9), Reason.NOTHING_CAME),
        (Situation(bought=9, asked=9, came=9, held=9), Reason.HELD),
        (Situation(bought=5, asked=9, came=5), Reason.SOLD_OUT),
        (Situation(not_bought=Reason.SUSPENDED, asked=9), Reason.SUSPENDED),
        (Situation(not_bought=Reason.NOT_FRESH, bought=5, asked=9, came=5), Reason.NOT_FRESH),
        (Situation(bought=9, asked=9, came=5), Reason.SHORT),
    ],
)
def test_a_line_without_goods_says_why(situation: Situation, reason: Reason) -> None:
    (share,) = share_out([want("l1", 9)], [], situations={"cabbage": situation})
    assert share.reason is reason


def test_what_is_too_much_stays_in_stock_unless_it_is_to_be_spread() -> None:
    wants = [want("a", 3, "eggs", tier=0), want("b", 2, "eggs"), want("c", 2, "pills")]
    there = [stock("eggs", 12), stock("pills", 9)]
    assert got(share_out(wants, there)) == {"a": 3, "b": 2, "c": 2}
    shares = share_out(wants, there, spread=True, rations={"eggs": 5})
    assert got(shares) == {"a": 5, "b": 4, "c": 2}  # a ration, twice as much, no medicine
    assert {(s.line_id, s.quantity) for s in shares if s.kind is ShareKind.SURPLUS} == {
        ("a", 2),
        ("b", 2),
    }
    assert all(s.got == s.asked for s in shares)


@examples(max_examples=50, deadline=None)
@given(wants=wants, supplies=supplies)
def test_spreading_takes_nothing_from_anybody_and_nothing_twice(
    wants: list[Want], supplies: list[Supply]
) -> None:
    plain = {s for s in share_out(wants, supplies) if s.quantity}
    shares = share_out(wants, supplies, spread=True)
    extra = [s for s in shares if s.kind is ShareKind.SURPLUS]
    assert plain == {s for s in shares if s.quantity} - set(extra)
    used: Counter[str | None] = Counter()
    for share in shares:
        used[share.lot_id] += share.quantity
    assert all(used[s.lot_id] <= s.quantity for s in supplies)
    lines = {w.line_id: w for w in wants}
    assert all(
        sum(e.quantity for e in extra if e.line_id == n) <= w.quantity for n, w in lines.items()
    )
