import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from geodata.district import District
from geodata.inside.carrying import (
    CarryPolicy,
    CarryRefused,
    Stairwell,
    climb_s,
    door_times,
    floor_of,
    rise,
    slot_time_s,
)
from geodata.inside.ways_in import ways_in
from geodata.modes import MODES
from geodata.travel.matrix import Stop, travel_matrix
from geodata.travel.network import ModeUnknown, Network

POLICY = CarryPolicy()
WALK_UP = Stairwell(id="w", levels=6, lift="no")
TOWER = Stairwell(id="t", levels=18, lift="yes")


@pytest.mark.parametrize(
    ("room", "floor"),
    [
        ("501", 5),
        ("1203A", 12),
        ("3-2-501", 5),  # building and stairwell before the room
        ("-102", -1),  # a room below the ground
        ("５０１室", 5),  # full-width digits
        ("东间", None),  # a rented room in a village
        ("12", None),  # a room, not a storey
        ("001", None),  # no storey is called 0
        ("20210501", None),  # a date or a meter, not a room
    ],
)
def test_the_storey_is_read_off_the_room(room: str, floor: int | None) -> None:
    assert floor_of(room) == floor


def test_a_lift_is_used_where_the_map_says_so() -> None:
    assert rise(TOWER, POLICY).lift
    assert not rise(WALK_UP, POLICY).lift


@pytest.mark.parametrize(("levels", "lift"), [(6, False), (7, True), (18, True)])
def test_an_unknown_lift_goes_by_storeys_and_says_so(levels: int, *, lift: bool) -> None:
    found = rise(Stairwell(id="u", levels=levels), POLICY)
    assert (found.lift, found.assumed) == (lift, True)


def test_a_district_may_never_assume_a_lift() -> None:
    policy = CarryPolicy(lift_from_levels=0)
    assert not rise(Stairwell(id="u", levels=33), policy).lift


def test_in_a_sealed_zone_the_lift_is_closed_to_couriers_only() -> None:
    courier = rise(TOWER, POLICY, carrier="courier", zone="sealed")
    leader = rise(TOWER, POLICY, carrier="leader", zone="sealed")
    assert (courier.lift, courier.closed) == (False, True)
    assert (leader.lift, leader.disinfect_s) == (True, POLICY.lift_disinfect_s)
    assert rise(TOWER, POLICY, carrier="courier", zone="controlled").disinfect_s == 0


def test_a_zone_that_is_none_opens_no_lift() -> None:
    with pytest.raises(CarryRefused) as refused:
        rise(TOWER, POLICY, carrier="courier", zone="Sealed")
    assert refused.value.code == "carry.zone-unknown"
    assert refused.value.facts["found"] == "Sealed"


def test_where_there_is_no_lift_none_is_closed() -> None:
    assert not rise(WALK_UP, POLICY, carrier="courier", zone="sealed").closed


@given(floor=st.integers(2, 30), load_g=st.integers(0, 60_000))
def test_higher_floors_and_heavier_loads_never_take_less(floor: int, load_g: int) -> None:
    for how in (rise(TOWER, POLICY), rise(WALK_UP, POLICY)):
        here = climb_s(floor, load_g, how, POLICY)
        assert here <= climb_s(floor + 1, load_g, how, POLICY)
        assert here <= climb_s(floor, load_g + 1_000, how, POLICY)
        assert climb_s(1, load_g, how, POLICY) == 0


def test_door_times_by_stairs_add_up() -> None:
    times = door_times(WALK_UP, ["601", "101", "东间"], POLICY)
    assert times == {"601": 5 * 10.2 + 20, "101": 20, "东间": 20}


def test_a_door_above_the_stated_storeys_takes_what_the_top_floor_takes() -> None:
    stated = replace(WALK_UP, levels_set=True)
    assert door_times(stated, ["9901"], POLICY)["9901"] == math.ceil(5 * POLICY.up_s + 20)
    assert door_times(WALK_UP, ["9901"], POLICY)["9901"] == math.ceil(98 * POLICY.up_s + 20)


def test_door_times_by_lift_hold_wait_and_ride() -> None:
    (time,) = door_times(TOWER, ["1801"], POLICY).values()
    assert time == math.ceil(30 + 12 + 17 * 2.8 + 20)


@given(
    mode=st.sampled_from(sorted(MODES)),
    bags=st.integers(1, 30),
    access_m=st.floats(0, 200),
)
def test_more_bags_and_longer_walks_never_take_less(mode: str, bags: int, access_m: float) -> None:
    here = slot_time_s(mode, bags, POLICY, access_m=access_m)
    assert here <= slot_time_s(mode, bags + 1, POLICY, access_m=access_m)
    assert here <= slot_time_s(mode, bags, POLICY, access_m=access_m + 10)
    assert here >= bags * (POLICY.unload_bag_s + POLICY.slot_bag_s)


def test_nothing_to_drop_takes_no_time() -> None:
    assert slot_time_s("ebike", 0, POLICY) == 0


def test_a_slot_six_bags_from_an_ebike_takes_three_turns() -> None:
    inside = 3 * (5 / 1.0 + 5 / 1.2)
    assert slot_time_s("ebike", 6, POLICY) == math.ceil(20 + 6 * 7 + inside)


def test_an_unknown_mode_is_refused() -> None:
    with pytest.raises(ModeUnknown):
        slot_time_s("tram", 3, POLICY)


@pytest.mark.parametrize(
    "figures",
    [
        {"hand_bags": 0},
        {"walk_m_s": 0.0},
        {"lift_wait_s": -1.0},
        {"up_s": math.nan},
        {"parking_s": {"foot": 0.0}},  # the other modes are missing
    ],
)
def test_impossible_figures_are_refused_by_name(figures: dict[str, object]) -> None:
    with pytest.raises(CarryRefused) as refused:
        CarryPolicy(**figures)  # type: ignore[arg-type]
    assert refused.value.facts["field"] in figures


def test_a_stairwell_is_read_by_id_or_code(small: District) -> None:
    row = small.stairwells.iloc[3]
    by_code = Stairwell.of(small, row["code"])
    assert by_code == Stairwell.of(small, row["id"])
    assert by_code.levels == row["levels"]
    assert by_code.levels_set
    with pytest.raises(CarryRefused) as refused:
        Stairwell.of(small, "nowhere")
    assert refused.value.code == "carry.stairwell-unknown"


def test_ways_in_come_from_the_open_gates_with_the_times_of_the_matrix(small: District) -> None:
    row = small.stairwells.iloc[7]
    building = small.buildings.set_index("id").loc[row["building_id"]]
    gates = small.gates[small.gates["compound_id"] == building["compound_id"]]
    found = ways_in(small, row["id"], "ebike", 6)
    assert {way.gate for way in found} == set(gates.loc[gates["open"], "id"])
    assert list(found) == sorted(found, key=lambda way: (way.total_s, way.gate))
    best = found[0]
    spot = gates.set_index("id").geometry[best.gate]
    stops = [
        Stop(id="gate", lon=spot.x, lat=spot.y),
        Stop(id="door", lon=row.geometry.x, lat=row.geometry.y),
    ]
    assert best.travel_s == travel_matrix(small, stops, "ebike").duration_s[0, 1]
    assert best.total_s == best.travel_s + best.slot_s > best.travel_s


def test_with_its_gates_closed_there_is_no_way_in(small: District) -> None:
    network = Network.of(small, "foot", frozenset(small.gates["id"]))
    assert ways_in(small, small.stairwells["id"].iloc[0], "foot", 2, network=network) == ()
