"""The split against every possible choice of small cases, and its judge against broken ones."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import permutations, product

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from solver.buying.judge import faults
from solver.buying.problem import UNLIMITED, Buying, BuyingInvalid, Choice, Weights
from solver.buying.split import CONTACT_FACTOR, OPTIONS, priced_choice, split


def buying(case, price, demand, **more):
    case = np.array(case, dtype=np.int64)
    items, suppliers = case.shape
    usual = {
        "lines": np.ones(items, dtype=np.int64),
        "stock_cases": np.full(case.shape, UNLIMITED),
        "least_cases": np.ones(case.shape, dtype=np.int64),
        "minimum_fen": np.zeros(suppliers, dtype=np.int64),
        "cases_max": np.full(suppliers, UNLIMITED),
        "buyers_max": np.full(suppliers, UNLIMITED),
        "entered": np.ones(suppliers, dtype=bool),
        "distance_m": 1000 * (1 - np.eye(suppliers + 1, dtype=np.int64)),
    }
    given_ = {
        name: np.array(value, dtype=bool if name == "entered" else np.int64)
        for name, value in more.items()
    }
    return Buying(
        demand=np.array(demand, dtype=np.int64),
        case_base=case,
        price_fen=np.array(price, dtype=np.int64),
        **{**usual, **given_},
    )


def every_choice(asked: Buying, weights: Weights) -> Iterator[Choice]:
    """Every way to buy that the judge lets pass, each with its shortest round."""
    items, suppliers = asked.case_base.shape
    spans = [range(asked.most_cases(i, s) + 1) for i, s in product(range(items), range(suppliers))]
    for cases in product(*spans):
        bought = np.array(cases, dtype=np.int64).reshape(items, suppliers)
        used = [s for s in range(suppliers) if bought[:, s].any()]
        rounds = [priced_choice(asked, bought, tour, weights) for tour in permutations(used)]
        best = min(rounds, key=lambda made: made.cost_fen)
        if not faults(asked, best, weights):
            yield best


def shortage(asked: Buying, choice: Choice) -> int:
    return sum(asked.shortage(i, int(n)) for i, n in enumerate(choice.short))


WEIGHTS = Weights(km_fen=300, stop_fen=50, shop_fen=120, buyer_fen=70, lines_per_buyer=1)


def of_option(name: str) -> Weights:
    factor = {"cheap": 0, "contact": CONTACT_FACTOR, "balanced": 1}[name]
    return replace(
        WEIGHTS, shop_fen=factor * WEIGHTS.shop_fen, buyer_fen=factor * WEIGHTS.buyer_fen
    )


@st.composite
def small(draw) -> Buying:
    items, suppliers = draw(st.sampled_from([(1, 3), (2, 2), (2, 3)]))

    def grid(values):
        return [[draw(values) for _ in range(suppliers)] for _ in range(items)]

    ways = [[draw(st.integers(0, 3)) * 500 for _ in range(suppliers + 1)]
            for _ in range(suppliers + 1)]  # fmt: skip
    return buying(
        grid(st.sampled_from([0, 2, 3, 5])),
        grid(st.integers(0, 300)),
        [draw(st.integers(1, 9)) for _ in range(items)],
        lines=[draw(st.integers(1, 3)) for _ in range(items)],
        stock_cases=grid(st.sampled_from([UNLIMITED, 0, 1, 2])),
        least_cases=grid(st.sampled_from([1, 1, 2])),
        minimum_fen=[draw(st.sampled_from([0, 0, 150, 500])) for _ in range(suppliers)],
        cases_max=[draw(st.sampled_from([UNLIMITED, UNLIMITED, 1, 3])) for _ in range(suppliers)],
        buyers_max=[draw(st.sampled_from([UNLIMITED, UNLIMITED, 1])) for _ in range(suppliers)],
        entered=[draw(st.booleans()) for _ in range(suppliers)],
        distance_m=ways,
    )


@settings(max_examples=60, deadline=None)
@given(asked=small())
def test_no_choice_at_all_is_better_than_the_one_that_is_proven(asked: Buying) -> None:
    options = split(asked, WEIGHTS)
    for name in OPTIONS:
        weights = of_option(name)
        chosen = options.named(name)
        assert faults(asked, chosen, weights) == ()
        least = min((shortage(asked, one), one.cost_fen) for one in every_choice(asked, weights))
        assert (shortage(asked, chosen), chosen.cost_fen) == least
        assert chosen.proven


def test_a_least_amount_is_bought_where_one_case_is_lacking() -> None:
    asked = buying([[2, 2]], [[10, 10]], [5], stock_cases=[[2, 2]], least_cases=[[2, 2]])
    chosen = split(asked, WEIGHTS).named("cheap")
    assert shortage(asked, chosen) == 0


def many(items: int, suppliers: int, seed: int, *, limits: bool) -> Buying:
    rng = np.random.default_rng(seed)
    case = rng.choice([0, 5000, 8000, 10_000, 12_000], size=(items, suppliers))
    fen = rng.integers(3, 30, size=(items, 1))
    at = rng.integers(0, 6000, size=(suppliers + 1, 2))
    ways = np.abs(at[:, None] - at[None]).sum(axis=2)
    return buying(
        case,
        (case * fen * rng.uniform(0.85, 1.2, size=case.shape) / 100).astype(np.int64),
        rng.integers(1, 800, size=items) * 500,
        lines=rng.integers(1, 300, size=items),
        stock_cases=np.where(rng.random(case.shape) < 0.3, 20, UNLIMITED),
        minimum_fen=rng.integers(0, 20_000, size=suppliers) if limits else [0] * suppliers,
        cases_max=[200, *[UNLIMITED] * (suppliers - 1)] if limits else [UNLIMITED] * suppliers,
        distance_m=ways,
    )


def test_a_long_list_is_split_with_a_proof() -> None:
    asked = many(120, 6, 3, limits=False)
    options = split(asked, Weights())
    for name, factor in (("cheap", 0), ("balanced", 1)):
        weights = replace(Weights(), shop_fen=5000 * factor, buyer_fen=3000 * factor)
        assert faults(asked, options.named(name), weights) == ()
        assert options.named(name).gap < 1e-4
    # each option is the best of the three by what it is for
    assert options.cheap.goods_fen + options.cheap.ways_fen <= min(
        one.goods_fen + one.ways_fen for one in (options.contact, options.balanced)
    )
    assert options.contact.shops <= options.balanced.shops <= options.cheap.shops
    assert sum(options.contact.buyers) <= sum(options.cheap.buyers)


def test_limits_are_kept_on_a_long_list_and_what_is_not_proven_is_said() -> None:
    asked = many(60, 5, 4, limits=True)
    options = split(asked, Weights())
    for name, factor in (("cheap", 0), ("contact", CONTACT_FACTOR), ("balanced", 1)):
        chosen = options.named(name)
        weights = replace(Weights(), shop_fen=5000 * factor, buyer_fen=3000 * factor)
        assert faults(asked, chosen, weights) == ()
        assert 0 <= chosen.gap < 0.05


def test_the_same_arrays_give_the_same_choice() -> None:
    asked = many(60, 5, 5, limits=True)
    first, second = split(asked, Weights()), split(asked, Weights())
    for name in OPTIONS:
        assert (first.named(name).cases == second.named(name).cases).all()
        assert first.named(name).tour == second.named(name).tour


def test_one_shop_is_spared_where_entering_it_costs_more_than_it_saves() -> None:
    asked = buying([[10, 10], [10, 10]], [[100, 130], [130, 100]], [20, 20])
    weights = Weights(km_fen=0, stop_fen=0, shop_fen=100, buyer_fen=0)
    options = split(asked, weights)
    assert (options.cheap.shops, options.cheap.goods_fen) == (2, 400)
    assert (options.balanced.shops, options.balanced.goods_fen) == (1, 460)


def test_a_small_order_is_not_filled_up_but_left_to_wait() -> None:
    asked = buying([[10]], [[100]], [15], minimum_fen=[500])
    chosen = split(asked, WEIGHTS).balanced
    assert (int(chosen.short[0]), chosen.cost_fen, chosen.tour) == (15, 0, ())


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda c: replace(c, cases=c.cases * 3), "beyond-stock"),
        (lambda c: replace(c, cases=c.cases * 2), "superfluous"),
        (lambda c: replace(c, cases=c.cases * 0), "shortage-untrue"),
        (lambda c: replace(c, tour=()), "not-on-the-round"),
        (lambda c: replace(c, tour=(0, 0)), "visited-twice"),
        (lambda c: replace(c, cost_fen=c.cost_fen - 1), "untrue-cost_fen"),
        (lambda c: replace(c, goods_fen=0), "untrue-goods_fen"),
        (lambda c: replace(c, buyers=(0,)), "untrue-buyers"),
        (lambda c: replace(c, shops=0), "untrue-shops"),
        (lambda c: replace(c, distance_m=1), "untrue-distance_m"),
        (lambda c: replace(c, bound_fen=10**9), "bound-above-cost"),
    ],
)
def test_the_judge_finds_what_is_wrong(change, code) -> None:
    asked = buying([[10]], [[100]], [15], stock_cases=[[4]])
    chosen = split(asked, WEIGHTS).balanced
    assert faults(asked, chosen, WEIGHTS) == ()
    assert code in {fault.code for fault in faults(asked, change(chosen), WEIGHTS)}


@pytest.mark.parametrize(
    ("limit", "code"),
    [
        ({"minimum_fen": [300]}, "below-minimum"),
        ({"cases_max": [1]}, "too-many-cases"),
        ({"buyers_max": [0]}, "too-many-buyers"),
        ({"least_cases": [[3]]}, "too-few-cases"),
        ({"case_base": [[0]]}, "not-offered"),
    ],
)
def test_the_judge_knows_the_limits_of_suppliers(limit, code) -> None:
    asked = buying([[10]], [[100]], [15])
    chosen = split(asked, WEIGHTS).balanced
    changed = replace(asked, **{name: np.array(value) for name, value in limit.items()})
    assert code in {fault.code for fault in faults(changed, chosen, WEIGHTS)}


def test_arrays_that_do_not_fit_are_refused() -> None:
    with pytest.raises(BuyingInvalid) as told:
        buying([[10]], [[100]], [15], minimum_fen=[0, 0])
    assert told.value.facts["field"] == "minimum_fen"
    with pytest.raises(BuyingInvalid, match="field demand"):
        buying([[10]], [[100]], [0])
    with pytest.raises(BuyingInvalid):
        Weights(km_fen=-1)
