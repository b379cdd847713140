"""Turns at a point's bays: who loads where, and who waits until another has left."""

from datetime import UTC, datetime, timedelta

import pytest

from logistics.domain.point_days import LoadingTurn, StairwellPacking, at_bays, turn_of

NINE = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)


def turn(trip, courier, loads, clears, *, departs=None, state="released", **more):
    """Make a turn; minutes after nine."""
    at = [NINE + timedelta(minutes=m) for m in (loads, clears, departs or clears)]
    facts = {"no": 1, "bay": 0, "stops": 1, "bags": 2, "staged": 2, "packed": 2, "weight_g": 1}
    return LoadingTurn(
        trip=trip, courier=courier, state=state, loads_at=at[0], clears_at=at[1],
        departs_at=at[2], **facts | more,
    )  # fmt: skip


def told(turns, minute):
    return {
        one.trip: (one.bay, one.waits_for, one.late)
        for one in at_bays(turns, NINE + timedelta(minutes=minute))
    }


def test_turns_that_overlap_have_bays_of_their_own_and_others_the_lowest_free():
    turns = [turn("A", "K1", 0, 7), turn("B", "K2", 3, 10), turn("C", "K3", 7, 14)]
    assert {trip: bay for trip, (bay, *_) in told(turns, -5).items()} == {"A": 1, "B": 2, "C": 1}


def test_a_late_trip_keeps_its_bay_and_all_behind_it_wait_in_line():
    turns = [turn("A", "K1", 0, 7), turn("B", "K2", 7, 14), turn("C", "K3", 14, 21)]
    found = at_bays(turns, NINE + timedelta(minutes=12))
    assert [(one.trip, one.late, one.waits_for) for one in found] == [
        ("A", True, ""), ("B", False, "A"), ("C", False, "B"),
    ]  # fmt: skip
    # A may be gone by 09:12, B loads for seven minutes after that, then C
    assert found[1].wait_until == NINE + timedelta(minutes=12)
    assert found[2].wait_until == NINE + timedelta(minutes=19)


@pytest.mark.parametrize(
    "first",
    [
        turn("A", "K1", 0, 7, state="started"),  # it has left: its bay is free
        turn("A", "K2", 0, 7),  # the same courier: nobody meets oneself
    ],
)
def test_nobody_waits_for_who_has_left_or_for_oneself(first):
    assert told([first, turn("B", "K2", 7, 14)], 9)["B"] == (1, "", False)


def test_on_time_nobody_waits_and_the_order_is_that_of_departure():
    turns = [turn("A", "K1", 0, 7, departs=30), turn("B", "K2", 7, 14)]
    found = at_bays(turns, NINE + timedelta(minutes=8))
    assert [(one.trip, one.waits_for) for one in found] == [("B", ""), ("A", "")]


def test_a_turn_the_plan_is_silent_about_ends_with_the_departure():
    assert turn_of(None, 1000, 420) == (580, 1000)
    assert turn_of(100, 1000, 420) == (100, 520)


def test_bags_that_have_left_count_as_packed():
    counts = (("packing", 1), ("planned", 2), ("loaded", 3), ("sealed", 4))
    names = ("", "", "")
    one = StairwellPacking(stairwell_code="S", names_zh=names, names_en=names, trip="",
                           departs_s=None, counts=counts)  # fmt: skip
    assert (one.bags, one.packed) == (10, 7)
