"""How far a household's bags have come, as it is told."""

import pytest

from logistics.domain.progress import HouseholdBag, Stage, stage_of
from logistics.domain.runs import RunState


def bag(state: str, custodian: str) -> HouseholdBag:
    return HouseholdBag(
        id="b", code="001-3", no=1, compartment="ambient", state=state, custodian=custodian
    )


@pytest.mark.parametrize(
    ("state", "custodian", "stage"),
    [
        ("planned", "point:P1", Stage.BOUGHT),
        ("sealed", "point:P1", Stage.PACKED),
        ("staged", "point:P1", Stage.PACKED),
        ("loaded", "courier:C1", Stage.ON_THE_WAY),
        ("loaded", "van:V1", Stage.ON_THE_WAY),
        ("on-shelf", "slot:KX-01-01-1", Stage.AT_SLOT),
        ("taken", "leader:KX-01-01", Stage.AT_SLOT),  # it is still to be handed out
        ("taken", "household:KX-01-01-1-101", Stage.AT_DOOR),
        ("disputed", "household:KX-01-01-1-101", Stage.AT_DOOR),
        ("disputed", "slot:KX-01-01-1", Stage.AT_SLOT),
    ],
)
def test_a_bag_is_where_its_custodian_is(state: str, custodian: str, stage: Stage) -> None:
    assert bag(state, custodian).stage is stage


def test_a_list_is_as_far_as_the_bag_that_is_furthest_behind() -> None:
    there = bag("taken", "household:X")
    coming = bag("loaded", "courier:C1")
    lost = bag("lost", "loss:R1")
    assert stage_of(RunState.RELEASED, [there, coming]) is Stage.ON_THE_WAY
    assert stage_of(RunState.RELEASED, [there, lost]) is Stage.AT_DOOR
    assert stage_of(RunState.PACKED, []) is Stage.PACKED


@pytest.mark.parametrize(
    ("run", "stage"),
    [
        (RunState.OPEN, Stage.SENT),
        (RunState.CUT_OFF, Stage.SENT),
        (RunState.ORDERED, Stage.ORDERED),
        (RunState.RECEIVED, Stage.BOUGHT),
        (RunState.ALLOCATED, Stage.BOUGHT),
    ],
)
def test_before_bags_are_packed_the_run_says_how_far_it_is(run: RunState, stage: Stage) -> None:
    assert stage_of(run, []) is stage
