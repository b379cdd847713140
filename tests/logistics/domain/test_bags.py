from collections import Counter
from itertools import product

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from logistics.domain.bags import (
    BagLimit,
    BagRuleInvalid,
    Compartment,
    Fragility,
    Layer,
    PackedBag,
    Parcel,
    bag_code,
    compartment_of,
    crushed,
    layer,
)
from logistics.domain.packing import fewest_bags, pack

parcels = st.lists(
    st.tuples(
        st.integers(1, 60),
        st.sampled_from((1, 5, 50)),
        st.integers(1, 2_000_000),
        st.integers(1, 3_000_000),
        st.sampled_from(Compartment),
        st.sampled_from(Fragility),
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
            fragility=fragility,
        )
        for n, (quantity, step, mg, ul, compartment, fragility) in enumerate(rows)
    ]
)
LIMIT = BagLimit()


def parcel(
    name: str, grams: int, count: int = 1, fragility: Fragility = Fragility.STURDY
) -> Parcel:
    return Parcel(
        share_id=name,
        lot_id=name,
        item_id=name,
        quantity=count,
        step=1,
        weight_mg=grams * 1000,
        volume_ul=1000,
        compartment=Compartment.AMBIENT,
        fragility=fragility,
    )


@given(parcels=parcels)
def test_every_unit_lies_in_exactly_one_bag(parcels: list[Parcel]) -> None:
    inside: Counter[str] = Counter()
    for bag in pack(parcels, LIMIT).bags:
        for one, quantity in bag.lines:
            assert quantity > 0
            inside[one.share_id] += quantity
    assert inside == Counter({p.share_id: p.quantity for p in parcels})


@given(parcels=parcels)
def test_a_bag_is_over_the_limit_only_with_one_unit_alone(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT).bags:
        weight = sum(p.weight_mg * q for p, q in bag.lines)
        volume = sum(p.volume_ul * q for p, q in bag.lines)
        assert (bag.weight_mg, bag.volume_ul) == (weight, volume)
        if bag.weight_g > LIMIT.weight_g or bag.volume_ml > LIMIT.volume_ml:
            ((one, quantity),) = bag.lines
            assert quantity <= one.step


@given(parcels=parcels)
def test_food_cold_goods_and_chemicals_never_share_a_bag(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT).bags:
        assert {p.compartment for p, _ in bag.lines} == {bag.compartment}


@given(parcels=parcels)
def test_units_are_never_cut(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT).bags:
        for one, quantity in bag.lines:
            whole = quantity % one.step == 0
            assert whole or (one.quantity - quantity) % one.step == 0  # the end of the line


@given(parcels=parcels)
def test_fragile_goods_lie_on_top_and_heavy_units_below_light_ones(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT).bags:
        keys = [(p.fragility.rank, -p.weight_mg * p.step) for p, _ in bag.lines]
        assert keys == sorted(keys)


@given(parcels=parcels)
def test_nothing_bears_more_than_it_can(parcels: list[Parcel]) -> None:
    for bag in pack(parcels, LIMIT).bags:
        assert crushed(bag.lines, LIMIT) == ()


@given(parcels=parcels)
def test_there_are_never_fewer_bags_than_the_bound(parcels: list[Parcel]) -> None:
    made = pack(parcels, LIMIT)
    assert made.fewest <= len(made.bags)
    for compartment in Compartment:
        own = [p for p in parcels if p.compartment is compartment]
        weight = sum(p.weight_mg * p.quantity for p in own)
        assert fewest_bags(own, LIMIT) >= min(1, len(own))
        if all(p.unit * p.weight_mg <= LIMIT.weight_g * 1000 for p in own):
            assert fewest_bags(own, LIMIT) * LIMIT.weight_g * 1000 >= weight


@settings(max_examples=40, deadline=None)  # it tries every way
@given(
    units=st.lists(
        st.tuples(st.integers(1, 10), st.sampled_from(Fragility)), min_size=1, max_size=5
    )
)
def test_small_households_get_the_fewest_bags_there_are(
    units: list[tuple[int, Fragility]],
) -> None:
    limit = BagLimit(weight_g=10, volume_ml=1000, firm_g=6, fragile_g=2)
    parcels = [parcel(f"s{n}", grams, 1, kind) for n, (grams, kind) in enumerate(units)]
    made = pack(parcels, limit)
    assert made.proven
    assert len(made.bags) == min(len(set(split)) for split in splits(parcels, limit))


def splits(parcels: list[Parcel], limit: BagLimit) -> list[tuple[int, ...]]:
    """Try every way to put single units into bags; keep those that break no limit."""
    found = []
    for split in product(*(range(n + 1) for n in range(len(parcels)))):
        bags: dict[int, list[Parcel]] = {}
        for one, bag in zip(parcels, split, strict=True):
            bags.setdefault(bag, []).append(one)
        if all(
            sum(p.weight_mg for p in inside) <= limit.weight_g * 1000
            and not crushed([(p, 1) for p in sorted(inside, key=lambda p: p.layer_key)], limit)
            for inside in bags.values()
        ):
            found.append(split)
    return found


@given(parcels=parcels)
def test_the_order_of_shares_changes_no_bag(parcels: list[Parcel]) -> None:
    assert pack(parcels[::-1], LIMIT) == pack(parcels, LIMIT)


def test_a_line_too_heavy_for_one_bag_is_split_by_whole_units() -> None:
    bags = pack([parcel("rice", 5000, 5)], LIMIT).bags
    assert [[q for _, q in bag.lines] for bag in bags] == [[2], [2], [1]]


def test_a_unit_heavier_than_a_bag_travels_alone() -> None:
    bags = pack([parcel("sack", 25_000), parcel("salt", 400)], LIMIT).bags
    assert [bag.weight_g for bag in bags] == [25_000, 400]


def test_a_line_stays_whole_where_that_costs_no_bag() -> None:
    made = pack([parcel("rice", 5000, 2), parcel("oil", 2500, 1), parcel("salt", 500, 5)], LIMIT)
    assert len(made.bags) == made.fewest == 2
    assert sum(len(bag.lines) for bag in made.bags) == 3


def test_eggs_do_not_carry_what_would_crush_them() -> None:
    goods = [
        parcel("eggs", 1700, 1, Fragility.FRAGILE),
        parcel("tofu", 1600, 1, Fragility.FRAGILE),
        parcel("rice", 5000),
    ]
    first, second = pack(goods, LIMIT).bags
    assert [p.share_id for p, _ in first.lines] in (["rice", "eggs"], ["rice", "tofu"])
    assert first.fragile
    assert second.fragile


def test_what_is_taken_out_of_a_bag_leaves_it_as_it_was() -> None:
    bag = PackedBag(Compartment.AMBIENT)
    rice, eggs = parcel("rice", 5000, 2), parcel("eggs", 60, 30, Fragility.FRAGILE)
    bag.put(eggs, 30)
    bag.put(rice, 1)
    bag.put(rice, 1)
    assert [(p.share_id, q) for p, q in bag.lines] == [("rice", 2), ("eggs", 30)]
    bag.take(rice, 2)
    assert (bag.weight_g, [(p.share_id, q) for p, q in bag.lines]) == (1800, [("eggs", 30)])


def test_a_line_is_told_where_it_lies() -> None:
    assert [layer(n, 4) for n in range(4)] == [
        Layer.BOTTOM, Layer.MIDDLE, Layer.MIDDLE, Layer.TOP,
    ]  # fmt: skip
    assert layer(0, 1) is Layer.ALONE


def test_medicine_lies_apart_even_from_what_is_cold() -> None:
    assert compartment_of("medicine", cold=False) is Compartment.MEDICINE
    cold = compartment_of("medicine", cold=True)
    assert cold is Compartment.COLD_MEDICINE
    assert (cold.cold, cold.medicine) == (True, True)
    assert not Compartment.COLD.medicine


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
