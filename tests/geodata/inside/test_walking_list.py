import math
from dataclasses import replace
from itertools import groupby

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from geodata.directions.phrases import Language
from geodata.inside.carrying import CarryPolicy, CarryRefused, Stairwell, door_times, stairs_s
from geodata.inside.walking_list import DoorBag, WalkingList, walking_list
from geodata.inside.walking_words import walking_text

WALK_UP = Stairwell(id="w", levels=6, lift="no")
TOWER = Stairwell(id="t", levels=18, lift="yes")
TROLLEY = CarryPolicy(lift_trolley=True)


@st.composite
def slots(draw: st.DrawFn, most: int = 9) -> list[DoorBag]:
    rooms = draw(
        st.lists(st.tuples(st.integers(1, 18), st.integers(1, 3)), min_size=1, max_size=most)
    )
    weights = draw(st.lists(st.integers(500, 30_000), min_size=len(rooms), max_size=len(rooms)))
    return [
        DoorBag(code=f"B{n:02}", room=f"{floor}{door:02}", weight_g=weight)
        for n, ((floor, door), weight) in enumerate(zip(rooms, weights, strict=True))
    ]


policies = st.builds(
    CarryPolicy,
    hand_bags=st.integers(1, 4),
    hand_weight_g=st.integers(8_000, 40_000),
    lift_trolley=st.booleans(),
    load_share=st.sampled_from((0.0, 0.4, 1.0)),
)
stairwells = st.sampled_from((WALK_UP, TOWER))


@settings(max_examples=150, deadline=None)
@given(bags=slots(), policy=policies, stairwell=stairwells)
def test_a_list_is_whole_ordered_within_capacity_and_adds_up(
    bags: list[DoorBag], policy: CarryPolicy, stairwell: Stairwell
) -> None:
    found = walking_list(stairwell, bags, policy)
    assert sorted(code for row in found.rows for code in row.bags) == [b.code for b in bags]
    assert [row.order for row in found.rows] == list(range(1, len(found.rows) + 1))
    weights = {bag.code: bag.weight_g for bag in bags}
    trolley = policy.lift_trolley and found.rise.lift
    most = policy.lift_bags if trolley else policy.hand_bags
    most_g = policy.lift_weight_g if trolley else policy.hand_weight_g
    clock_s = 0
    for number, group in groupby(found.rows, key=lambda row: row.carry):
        rows = list(group)
        assert [r.floor for r in rows] == sorted((r.floor for r in rows), reverse=True)
        carried = [weights[code] for row in rows for code in row.bags]
        assert len(carried) <= most
        assert sum(carried) <= most_g or len(carried) == 1
        for row in rows:
            assert row.start_s == clock_s
            clock_s += row.move_s + row.door_s
        clock_s += found.back_s[number - 1]
    assert found.total_s == clock_s
    assert found.total_s >= _bound(bags, policy, found)


def _bound(bags: list[DoorBag], policy: CarryPolicy, found: WalkingList) -> float:
    """Doors and bags that nobody is spared, and each floor reached as often as it must be."""
    rooms = {bag.room for bag in bags}
    doors_s = len(rooms) * policy.door_s + len(bags) * policy.door_bag_s
    pickup_s = len(bags) * policy.pickup_bag_s
    if found.rise.lift:
        return doors_s + pickup_s + policy.pickup_s
    floors = sorted((int(bag.room[:-2]) for bag in bags), reverse=True)
    tops = floors[:: policy.hand_bags]
    climbs_s = sum(
        stairs_s(top - 1, 0, policy, up=True) + stairs_s(top - 1, 0, policy, up=False)
        for top in tops
    )
    return doors_s + pickup_s + len(tops) * policy.pickup_s + climbs_s


@settings(max_examples=100, deadline=None)
@given(bags=slots(most=7), policy=policies, stairwell=stairwells, dice=st.randoms())
def test_no_naive_division_is_faster(
    bags: list[DoorBag], policy: CarryPolicy, stairwell: Stairwell, dice: object
) -> None:
    """Next fit from the top, and in any order, each carry listed on its own."""
    found = walking_list(stairwell, bags, policy)
    shuffled = list(bags)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    downwards = sorted(bags, key=lambda bag: -int(bag.room[:-2]))
    for order in (downwards, shuffled, bags):
        naive_s, left = 0, list(order)
        while left:
            carry = [left.pop(0)]
            while left and walking_list(stairwell, [*carry, left[0]], policy).carries == 1:
                carry.append(left.pop(0))
            naive_s += walking_list(stairwell, carry, policy).total_s
        assert found.total_s <= naive_s


@settings(max_examples=20, deadline=None)
@given(bags=slots(most=30), stairwell=stairwells)
def test_many_bags_are_divided_no_worse_than_from_the_top(
    bags: list[DoorBag], stairwell: Stairwell
) -> None:
    policy = CarryPolicy(hand_bags=4, hand_weight_g=40_000)
    found = walking_list(stairwell, bags, policy)
    alone_s = sum(walking_list(stairwell, [bag], policy).total_s for bag in bags)
    assert found.total_s <= alone_s


@given(bags=slots(), dice=st.randoms())
def test_the_order_in_which_bags_come_changes_nothing(bags: list[DoorBag], dice: object) -> None:
    shuffled = list(bags)
    dice.shuffle(shuffled)  # type: ignore[attr-defined]
    assert walking_list(WALK_UP, bags) == walking_list(WALK_UP, shuffled)


def test_an_empty_slot_needs_no_carry() -> None:
    found = walking_list(WALK_UP, [])
    assert (found.rows, found.carries, found.total_s) == ((), 0, 0)


def test_one_door_takes_what_door_times_say_and_what_is_picked_up() -> None:
    policy = CarryPolicy()
    (row,) = walking_list(WALK_UP, [DoorBag(code="B", room="501", weight_g=0)], policy).rows
    (door_s,) = door_times(WALK_UP, ["501"], policy).values()
    picked_s = policy.pickup_s + policy.pickup_bag_s + policy.door_bag_s
    assert row.move_s + row.door_s == door_s + picked_s


def test_the_lift_is_ridden_up_once_and_walked_down_from() -> None:
    policy = CarryPolicy(load_share=0.0, hand_bags=3)
    bags = [
        DoorBag(code=f"B{n}", room=room, weight_g=1_000)
        for n, room in enumerate(("1001", "801", "901"))
    ]
    first, second, third = walking_list(TOWER, bags, policy).rows
    assert [first.room, second.room, third.room] == ["1001", "901", "801"]
    assert first.move_s == math.ceil(5 + 3 * 3 + 30 + 12 + 9 * 2.8)
    assert second.move_s == third.move_s == math.ceil(policy.down_s)


def test_a_trolley_rides_down_too() -> None:
    bags = [DoorBag(code=f"B{n}", room=f"{n + 4}01", weight_g=9_000) for n in range(6)]
    found = walking_list(TOWER, bags, TROLLEY)
    assert found.carries == 1
    assert all(row.move_s == math.ceil(30 + 12 + 2.8) for row in found.rows[1:])


def test_in_a_sealed_zone_each_ride_is_followed_by_disinfection() -> None:
    bags = [DoorBag(code="B", room="1001", weight_g=9_000)]
    policy = CarryPolicy(down_s=60.0)  # so slow that nobody walks down
    usual = walking_list(TOWER, bags, policy)
    sealed = walking_list(TOWER, bags, policy, zone="sealed")
    assert sealed.total_s == usual.total_s + 2 * policy.lift_disinfect_s


def test_whoever_would_have_to_disinfect_the_lift_walks_down_if_that_is_quicker() -> None:
    policy = CarryPolicy()
    bags = [DoorBag(code="B", room="1001", weight_g=9_000)]
    (back_s,) = walking_list(TOWER, bags, policy, zone="sealed").back_s
    assert back_s == math.ceil(9 * policy.down_s)


def test_a_bag_too_heavy_for_one_goes_alone_and_is_marked() -> None:
    bags = [
        DoorBag(code="light", room="501", weight_g=1_000),
        DoorBag(code="heavy", room="501", weight_g=26_000),
    ]
    rows = walking_list(WALK_UP, bags).rows
    assert {row.bags: row.too_heavy for row in rows} == {("heavy",): True, ("light",): False}
    assert {row.carry for row in rows} == {1, 2}


def test_a_floor_below_the_ground_is_walked_down_to() -> None:
    policy = CarryPolicy(load_share=0.0)
    found = walking_list(WALK_UP, [DoorBag(code="B", room="-101", weight_g=0)], policy)
    assert found.rows[0].move_s == math.ceil(5 + 3 + policy.down_s)
    assert found.back_s == (math.ceil(policy.up_s),)


@pytest.mark.parametrize(
    ("bags", "code"),
    [
        ([("B", 1, None), ("B", 1, None)], "carry.bag-twice"),
        ([("B", -1, None)], "carry.weight"),
        ([("B", 1, 0)], "carry.floor"),
    ],
)
def test_impossible_bags_are_refused(bags: list[tuple[str, int, int | None]], code: str) -> None:
    with pytest.raises(CarryRefused) as refused:
        walking_list(
            WALK_UP,
            [DoorBag(code=c, room="501", weight_g=w, floor=floor) for c, w, floor in bags],
        )
    assert refused.value.code == code


SIX = Stairwell(id="six", levels=6, lift="no", levels_set=True)


def test_a_room_above_the_stated_storeys_is_asked_about_and_reckoned_on_the_top_floor() -> None:
    bags = [
        DoorBag(code="B1", room="9901", weight_g=5_000),
        DoorBag(code="B2", room="601", weight_g=5_000),
        DoorBag(code="B3", room="9901", weight_g=22_000),  # too much for one carry with the other
        DoorBag(code="B4", room="东间", weight_g=5_000, floor=7),
    ]
    found = walking_list(SIX, bags)
    assert {(row.room, row.floor, row.above_levels) for row in found.rows} == {
        ("9901", 6, 6), ("601", 6, 0), ("东间", 6, 6),
    }  # fmt: skip
    asked = {question.room: set(question.bags) for question in found.questions}
    assert asked == {"9901": {"B1", "B3"}, "东间": {"B4"}}
    assert {(q.code, q.stairwell, q.levels) for q in found.questions} == {
        ("address.above-levels", "six", 6)
    }
    on_top = [replace(bag, room=f"6{n:02}", floor=None) for n, bag in enumerate(bags)]
    assert walking_list(SIX, [bags[0]]).total_s == walking_list(SIX, [on_top[0]]).total_s


@settings(max_examples=60, deadline=None)
@given(bags=slots(), levels=st.integers(1, 18), stated=st.booleans())
def test_only_stated_storeys_make_a_room_doubtful(
    bags: list[DoorBag], levels: int, *, stated: bool
) -> None:
    stairwell = Stairwell(id="s", levels=levels, lift="no", levels_set=stated)
    found = walking_list(stairwell, bags)
    doubted = {bag.room for bag in bags if stated and int(bag.room[:-2]) > levels}
    assert {question.room for question in found.questions} == doubted
    for row in found.rows:
        floor = int(row.room[:-2])
        assert row.floor == (levels if row.room in doubted else floor)
        assert (row.above_levels > 0) == (row.room in doubted)


@pytest.mark.parametrize(
    ("language", "mark", "asked"),
    [
        ("zh", "6层 9901：B1（地图上此楼只有6层，请先核对房号）", "出发前先核对房号：9901"),
        ("en", "floor 6, 9901: B1 (storeys by the map: 6; ask about the room first)",
         "Before setting out ask about: 9901"),
    ],
)  # fmt: skip
def test_a_leader_is_told_to_ask_before_setting_out(
    language: Language, mark: str, asked: str
) -> None:
    bags = [DoorBag(code="B1", room="9901", weight_g=5_000)]
    *_, row, _, last = walking_text(walking_list(SIX, bags), language).splitlines()
    assert row.endswith(mark)
    assert last == asked


GOLDEN = [
    DoorBag(code="B07", room="601", weight_g=9_000),
    DoorBag(code="B03", room="601", weight_g=12_000),
    DoorBag(code="B11", room="502", weight_g=11_000),
    DoorBag(code="B12", room="302", weight_g=9_500),
    DoorBag(code="B02", room="302", weight_g=27_500),
    DoorBag(code="B05", room="东间", weight_g=6_000),
]


def test_a_leader_reads_the_list_in_chinese() -> None:
    found = walking_list(Stairwell(id="x", levels=6), GOLDEN)
    assert walking_text(found, "zh") == GOLDEN_ZH


def test_a_leader_reads_the_list_in_english() -> None:
    found = walking_list(TOWER, GOLDEN[:4], zone="sealed")
    assert walking_text(found, "en") == GOLDEN_EN


GOLDEN_ZH = """\
走楼梯（地图未注明有无电梯）：4趟，共6分43秒
第1趟（2袋，21.0公斤）
1. 1分20秒 6层 601：B03、B07
返回投放点 2分27秒
第2趟（2袋，20.5公斤）
2. 3分33秒 5层 502：B11
3. 4分15秒 3层 302：B12
返回投放点 4分55秒
第3趟（1袋，27.5公斤）
4. 5分32秒 3层 302：B02（过重，请两人搬）
返回投放点 6分12秒
第4趟（1袋，6.0公斤）
5. 6分20秒 1层 东间：B05（楼层不明）
返回投放点 6分43秒"""

GOLDEN_EN = """\
Lift to the top, then down floor by floor; carries: 2; 6:41 in all
Carry 1 (bags: 2, 21.0 kg)
1. 2:07 floor 6, 601: B03, B07
back at the slot 3:14
Carry 2 (bags: 2, 20.5 kg)
2. 5:19 floor 5, 502: B11
3. 6:01 floor 3, 302: B12
back at the slot 6:41"""
