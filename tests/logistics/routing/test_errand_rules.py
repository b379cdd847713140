"""What the solver does not know of errands: who meets whom, and from dirty to clean."""

import pytest

from logistics.domain.errand_trips import Leg
from logistics.domain.planning import Drop
from logistics.routing.errand_rules import Visit, busy, clashes_of, learn
from logistics.routing.errands import End, Lessons
from tests.logistics.routing.test_errands import HOUR, an_errand

APART = 600


def an_end(number=1, leg=Leg.BRING, zone=0, place="A"):
    drop = Drop(mode="stairwell", place=place, lon=120.2, lat=30.3)
    return End(errand=an_errand(number), leg=leg, place=place, zone=zone, slot=None, drop=drop)


def a_visit(vehicle, start, *, place="A", zone=0, trip=0, end=None, stay=120):
    return Visit(
        vehicle=vehicle, trip=trip, place=place, zone=zone, start_s=start, end_s=start + stay,
        end=end,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("other", "meets"),
    [
        (a_visit(2, 1000 + 120 + 599), True),  # a second too early
        (a_visit(2, 1000 + 120 + 600), False),  # ten minutes later
        (a_visit(2, 1000 - 120 - 599), True),
        (a_visit(2, 1000 - 120 - 600), False),
        (a_visit(1, 1010), False),  # one meets nobody in oneself
        (a_visit(2, 1010, place="B"), False),
    ],
)
def test_couriers_do_not_meet_where_an_errand_is_done(other, meets):
    found = clashes_of([a_visit(1, 1000, end=an_end()), other], APART)
    assert [clash.meets for clash in found] == [True] * meets


def test_bags_alone_are_the_solvers_matter():
    assert clashes_of([a_visit(1, 1000), a_visit(2, 1000)], APART) == ()


def test_of_two_errands_the_later_gives_way():
    first, second = an_end(1), an_end(2)
    visits = [a_visit(1, 1300, end=first), a_visit(2, 1000, end=second)]
    (clash,) = clashes_of(visits, APART)
    assert clash.end is first


@pytest.mark.parametrize(
    ("zones", "falls"),
    [((0, 2), False), ((2, 2), False), ((2, 0), True), ((2, None), False)],  # a station has none
)
def test_a_trip_goes_from_clean_to_dirty(zones, falls):
    visits = [
        a_visit(1, 1000, zone=zones[0]),
        a_visit(1, 5000, place="B", zone=zones[1], end=an_end(place="B")),
    ]
    assert [clash.meets for clash in clashes_of(visits, APART)] == [False] * falls
    apart = [visits[0], a_visit(1, 5000, place="B", zone=zones[1], trip=1, end=an_end())]
    assert clashes_of(apart, APART) == ()  # between trips one is disinfected


def test_a_meeting_books_the_next_free_time(make):
    inputs = make.inputs()
    mine = a_visit(1, 13 * HOUR, end=an_end(), stay=135)
    visits = [mine, a_visit(2, 13 * HOUR), a_visit(3, 13 * HOUR + 1200)]
    lessons = learn(inputs, Lessons(), visits, clashes_of(visits, APART))
    place, (first, last), stay = lessons.booked["er1", Leg.BRING]
    assert (place, stay) == ("A", 135)
    assert first == 13 * HOUR + 1200 + 120 + APART  # the gap between the two is too short
    assert last - first == 1800


def test_coming_back_to_a_cleaner_zone_is_another_couriers_errand(make):
    end = an_end(place="B")
    visits = [a_visit(4, 1000, zone=2), a_visit(4, 5000, place="B", end=end)]
    lessons = learn(make.inputs(), Lessons(), visits, clashes_of(visits, APART))
    assert lessons.apart == {("er1", 4)}
    assert lessons.booked == {}


def test_a_slot_without_a_gap_leaves_the_errand_out_with_figures(make):
    inputs = make.inputs()
    mine = a_visit(1, 13 * HOUR, end=an_end(), stay=135)
    start, end = inputs.policy.drop_from_s, inputs.policy.drop_until_s
    visits = [mine, *(a_visit(2, moment) for moment in range(start, end + 900, 900))]
    lessons = learn(inputs, Lessons(), visits, clashes_of(visits, APART))
    left = lessons.left["er1"]
    assert (left.code, left.next_action) == ("slot-busy", "change-slot-times")
    assert left.facts == {
        "place": "A", "visits": len(visits) - 1, "lanes": 1, "stay_s": 135, "separation_s": 600,
    }  # fmt: skip
    (clash,) = clashes_of([a_visit(4, 1000, zone=2), a_visit(4, 5000, zone=1, end=an_end())], 1)
    assert busy(inputs, clash, ()).code == "zone-order"
