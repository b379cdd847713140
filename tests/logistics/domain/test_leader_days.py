"""A leader's day: how a door stands, the way down the stairs, when to stay away."""

from datetime import UTC, datetime, timedelta

import pytest

from logistics.domain.door_visits import DoorAnswer, DoorVisit, DoorVisitInvalid
from logistics.domain.leader_days import Arrival, Door, DoorBag, in_walk

AT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)


def bag(custodian, state="on-shelf", **more):
    facts = {"code": "001-A", "compartment": "ambient", "weight_g": 1, "drop_mode": "stairwell"}
    return DoorBag(custodian=custodian, state=state, **facts | more)


def door(*bags, room="101", floor=None, well="KX-01-01-1", visit=None):
    return Door(household_id=room, household=f"{well}-{room}", room=room, floor=floor,
                stairwell_code=well, at_the_door=False, bags=bags, visit=visit)  # fmt: skip


VISIT = DoorVisit(key="k", answer=DoorAnswer.NO_ANSWER, at=AT)


@pytest.mark.parametrize(
    ("bags", "visit", "state"),
    [
        ([bag("courier:K1"), bag("slot:S")], None, "coming"),
        ([bag("slot:S"), bag("leader:B")], None, "at-slot"),
        ([bag("leader:B")], None, "with-leader"),
        ([bag("leader:B")], VISIT, "no-answer"),
        ([bag("household:H"), bag("leader:B")], None, "with-leader"),  # one of two is left
        ([bag("household:H")], VISIT, "handed"),  # handed over after all
        ([bag("household:H"), bag("loss:R", "lost")], None, "handed"),  # what is lost is nobody's
    ],
)
def test_a_door_stands_as_what_is_left_of_its_bags(bags, visit, state):
    assert door(*bags, visit=visit).state == state


def test_doors_are_walked_from_the_top_floor_down_and_rooms_as_people_count():
    doors = [
        door(room="101"), door(room="1101"), door(room="902"), door(room="901"),
        door(room="B2", floor=12), door(room="201", well="KX-01-01-10"),
        door(room="201", well="KX-01-01-2"),
    ]  # fmt: skip
    found = [(one.stairwell_code[-2:], one.room) for one in in_walk(doors)]
    assert found == [("-1", "B2"), ("-1", "1101"), ("-1", "901"), ("-1", "902"), ("-1", "101"),
                     ("-2", "201"), ("10", "201")]  # fmt: skip


def test_the_leader_stays_away_for_the_separation_before_and_after():
    one = Arrival(stairwell_code="S", trip="T", trip_state="released", arrives_at=AT,
                  leaves_at=AT + timedelta(minutes=3), separation=timedelta(minutes=10),
                  drop_mode="stairwell", bags=2, dropped=1)  # fmt: skip
    assert one.away_from == AT - timedelta(minutes=10)
    assert one.away_until == AT + timedelta(minutes=13)
    assert not one.over


@pytest.mark.parametrize("more", [{"key": ""}, {"key": "k" * 181}, {"note": "长" * 301}])
def test_a_visit_that_cannot_be_kept_is_refused(more):
    with pytest.raises(DoorVisitInvalid):
        DoorVisit(**{"key": "k", "answer": DoorAnswer.REFUSED, "at": AT} | more)
