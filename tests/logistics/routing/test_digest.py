"""The digest that tells whether a plan still holds."""

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from logistics.domain.closures import Closure
from logistics.domain.planning import DropGate, RoutingPolicy

AT = datetime(2026, 4, 13, tzinfo=UTC)
SHUT = Closure(id="c", district_id="d", kind="gate", target="g", since=AT, until=None)


def test_a_plan_made_before_closures_and_drop_modes_could_be_said_still_holds(make):
    made_by_the_first_release = "d1f8a61ce2c83b9b021d0843d885b661b80b527e2eeabb1527436a97b8c5e316"
    assert make.inputs().digest() == made_by_the_first_release
    assert make.inputs(wave=(AT, AT.replace(hour=9))).digest() == made_by_the_first_release


@pytest.mark.parametrize(
    "change",
    [
        lambda i: replace(i, closures=(SHUT,)),  # something is closed
        lambda i: replace(i, zone_changes=(AT,)),  # a zone changes within the wave
        lambda i: replace(i, carriers=(replace(i.carriers[0], permits=("P",)), *i.carriers[1:])),
        lambda i: replace(i, policy=RoutingPolicy(rounds=i.policy.rounds,
                                                  drop_modes=("stairwell", "stairwell", "door"))),
        lambda i: replace(i, slots=(replace(i.slots[0], gate=DropGate(code="G", lon=1, lat=1)),
                                    *i.slots[1:])),
    ],
)  # fmt: skip
def test_whatever_changes_the_plan_changes_the_digest(make, change):
    assert change(make.inputs()).digest() != make.inputs().digest()
