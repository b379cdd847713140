from datetime import UTC, date, datetime

import pytest

from logistics.domain.runs import RULES, Run, RunInvalid, RunOutOfOrder, RunState, Step, require

AT = datetime(2022, 4, 13, 1, tzinfo=UTC)


def run(state: RunState = RunState.OPEN, wave: int = 1, separation_s: int = 600) -> Run:
    return Run(
        id="rn_1",
        district_id="d",
        code="HK-20220413-1",
        day=date(2022, 4, 13),
        wave=wave,
        state=state,
        created_at=AT,
        cutoff_at=AT,
        separation_s=separation_s,
    )


@pytest.mark.parametrize("step", Step)
@pytest.mark.parametrize("state", RunState)
def test_a_step_is_done_from_its_states_and_refused_from_all_others(
    step: Step, state: RunState
) -> None:
    if state in RULES[step].needs:
        assert require(run(state), step) is RULES[step].becomes
    else:
        with pytest.raises(RunOutOfOrder) as refused:
            require(run(state), step)
        assert refused.value.facts["state"] == state
        assert refused.value.facts["mend"]


def test_a_plan_asked_for_before_packing_says_what_comes_first() -> None:
    with pytest.raises(RunOutOfOrder) as refused:
        require(run(RunState.ALLOCATED), Step.PLAN)
    assert refused.value.facts == {
        "run": "HK-20220413-1",
        "step": "plan",
        "state": "allocated",
        "needs": "packed",
        "mend": "supplyloop run pack HK-20220413-1",
    }


def test_a_step_far_ahead_names_the_very_next_command() -> None:
    with pytest.raises(RunOutOfOrder) as refused:
        require(run(RunState.OPEN), Step.PACK)
    assert refused.value.facts["mend"] == "supplyloop run cutoff HK-20220413-1"


def test_a_step_done_before_says_so() -> None:
    with pytest.raises(RunOutOfOrder) as refused:
        require(run(RunState.PACKED), Step.ORDER)
    assert refused.value.facts["mend"] == "nothing to do: the run is already packed"


def test_the_states_follow_one_another_without_a_gap() -> None:
    steps = [s for s in Step if s not in {Step.LISTS, Step.RECEIVE}]
    reached = RunState.OPEN
    for step in steps:
        reached = require(run(reached), step)
    assert reached is RunState.CLOSED


@pytest.mark.parametrize(
    ("wave", "separation_s", "field"),
    [
        (0, 600, "wave"),
        (-1, 600, "wave"),
        (1, -1, "separation_s"),
        (1, 86_401, "separation_s"),  # a day apart is no wave any more
    ],
)
def test_a_run_that_makes_no_sense_is_refused(wave: int, separation_s: int, field: str) -> None:
    with pytest.raises(RunInvalid) as refused:
        run(wave=wave, separation_s=separation_s)
    assert refused.value.facts["field"] == field
