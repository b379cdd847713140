from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from logistics.domain.bags import (
    BagLimit,
    BagRuleInvalid,
    Compartment,
    Parcel,
    bag_code,
    compartment_of,
    pack,
)

parcels = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.sampled_from((1, 5, 50)),
        st.integers(1, 2_000_000),
        st.integers(1, 3_000_000),
        st.sampled_from(Compartment),
    ),
    max_size=15,
).map(
    lambda rows: [
        Parcel(
            share_id=f"s{n}",
            lot_id=f"lot{n}",
            item_id=f"i{n}",
            quantity=quantity,
            step=step,
            weight_mg=mg,
            volume_ul=ul,
            compartment=compartment,
        )
        for n, (quantity, step, mg, ul, compartment) in enumerate(rows)
    ]
)
LIMIT = BagLimit()


def parcel(name: str, grams: int, count: int = 1) -> Parcel:
    return Parcel(
        share_id=name,
        lot_id=name,
        item_id=name,
        quantity=count,
        step=1,
        weight_mg=grams * 1000,
        volume_ul=1000,
        compartment=Compartment.AMBIENT,
    )


@given(parcels=parcels)
def test_every_unit_lies_in_exactly_one_bag(parcels: list[Parcel]) -> None:
    inside: Counter[str] = Counter()
    for bag in pack(parcels, LIMIT):
        for one, quantity in bag.lines:
            assert quantity > 0
            inside[one.share_id] += quantity
    assert inside == Counter({p.share_id: p.quantity for p in parcels})


@given(parcels=parcels)
def test_a_bag_is_over_the_limit_only_with_one_unit_alone(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT):
        weight = sum(p.weight_mg * q for p, q in bag.lines)
        volume = sum(p.volume_ul * q for p, q in bag.lines)
        assert (bag.weight_mg, bag.volume_ul) == (weight, volume)
        if bag.weight_g > LIMIT.weight_g or bag.volume_ml > LIMIT.volume_ml:
            ((one, quantity),) = bag.lines
            assert quantity <= one.step


@given(parcels=parcels)
def test_food_cold_goods_and_chemicals_never_share_a_bag(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT):
        assert {p.compartment for p, _ in bag.lines} == {bag.compartment}


@given(parcels=parcels)
def test_heavy_units_lie_below_light_ones(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT):
        weights = [p.weight_mg * p.step for p, _ in bag.lines]
        assert weights == sorted(weights, reverse=True)


@given(parcels=parcels)
def test_the_order_of_shares_changes_no_bag(parcels: list[Parcel]) -> None:
    assert pack(parcels[::-1], LIMIT) == pack(parcels, LIMIT)


def test_a_line_too_heavy_for_one_bag_is_split_by_whole_units() -> None:
    bags = pack([parcel("rice", 5000, 5)], LIMIT)
    assert [[q for _, q in bag.lines] for bag in bags] == [[2], [2], [1]]


def test_a_unit_heavier_than_a_bag_travels_alone() -> None:
    bags = pack([parcel("sack", 25_000), parcel("salt", 400)], LIMIT)
    assert [bag.weight_g for bag in bags] == [25_000, 400]


def test_cleaning_goods_are_chemicals_even_when_they_are_kept_cold() -> None:
    assert compartment_of("cleaning", cold=True) is Compartment.CHEMICAL
    assert compartment_of("dairy", cold=True) is Compartment.COLD
    assert compartment_of("staple", cold=False) is Compartment.AMBIENT


def test_codes_of_a_run_are_short_and_all_different() -> None:
    codes = [bag_code(n) for n in range(1, 3000)]
    assert len(set(codes)) == len(codes)
    assert {len(code) for code in codes} == {5}


def test_one_wrong_character_of_a_code_shows() -> None:
    body, check = bag_code(345).split("-")
    wrong = {bag_code(n) for n in range(1, 3000)}
    assert f"{body[:-1]}Z-{check}" not in wrong


@pytest.mark.parametrize(("weight_g", "volume_ml"), [(0, 1), (1, 0), (-1, 5)])
def test_a_limit_that_allows_no_bag_is_refused(weight_g: int, volume_ml: int) -> None:
    with pytest.raises(BagRuleInvalid):
        BagLimit(weight_g=weight_g, volume_ml=volume_ml)
