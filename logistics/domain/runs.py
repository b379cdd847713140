"""A run (波次): one area, one day, one wave, and the order of its steps."""

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import ClassVar

from logistics.errors import Conflict, Invalid


class RunState(StrEnum):
    """Where a run stands; each state is reached from the one before it."""

    OPEN = "open"
    CUT_OFF = "cut-off"
    ORDERED = "ordered"
    RECEIVED = "received"
    ALLOCATED = "allocated"
    PACKED = "packed"
    PLANNED = "planned"
    RELEASED = "released"
    CLOSED = "closed"


class Step(StrEnum):
    """What may be done to a run; the values are the words of ``supplyloop run``."""

    LISTS = "lists"
    CUT_OFF = "cutoff"
    ORDER = "order"
    RECEIVE = "receive"
    FINISH_RECEIVING = "receive --finish"
    ALLOCATE = "allocate"
    PACK = "pack"
    PLAN = "plan"
    RELEASE = "release"
    CLOSE = "close"


@dataclass(frozen=True, slots=True)
class _Rule:
    needs: frozenset[RunState]
    becomes: RunState


def _rule(becomes: RunState, *needs: RunState) -> _Rule:
    return _Rule(frozenset(needs), becomes)


RULES: dict[Step, _Rule] = {
    Step.LISTS: _rule(RunState.OPEN, RunState.OPEN),
    Step.CUT_OFF: _rule(RunState.CUT_OFF, RunState.OPEN),
    Step.ORDER: _rule(RunState.ORDERED, RunState.CUT_OFF),
    Step.RECEIVE: _rule(RunState.ORDERED, RunState.ORDERED),
    Step.FINISH_RECEIVING: _rule(RunState.RECEIVED, RunState.ORDERED),
    Step.ALLOCATE: _rule(RunState.ALLOCATED, RunState.RECEIVED),
    Step.PACK: _rule(RunState.PACKED, RunState.ALLOCATED),
    # a draft plan may be made again as long as nobody has been sent out with it
    Step.PLAN: _rule(RunState.PLANNED, RunState.PACKED, RunState.PLANNED),
    Step.RELEASE: _rule(RunState.RELEASED, RunState.PLANNED),
    Step.CLOSE: _rule(RunState.CLOSED, RunState.RELEASED),
}

_REACHED_BY: dict[RunState, Step] = {
    RunState.CUT_OFF: Step.CUT_OFF,
    RunState.ORDERED: Step.ORDER,
    RunState.RECEIVED: Step.FINISH_RECEIVING,
    RunState.ALLOCATED: Step.ALLOCATE,
    RunState.PACKED: Step.PACK,
    RunState.PLANNED: Step.PLAN,
    RunState.RELEASED: Step.RELEASE,
    RunState.CLOSED: Step.CLOSE,
}

_ORDER = tuple(RunState)


class RunOutOfOrder(Conflict):
    """The step does not fit the state of the run; ``mend`` says what to do first."""

    code = "run.out-of-order"


class RunInvalid(Invalid):
    """A run cannot be like this."""

    code = "run.invalid"


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One run of an area."""

    id: str
    district_id: str
    code: str
    day: date
    wave: int
    state: RunState
    created_at: datetime
    cutoff_at: datetime
    separation_s: int

    MAX_SEPARATION_S: ClassVar[int] = 86_400

    def __post_init__(self) -> None:
        if self.wave < 1:
            raise RunInvalid(field="wave", value=self.wave, mend="count waves from 1")
        if not 0 <= self.separation_s <= self.MAX_SEPARATION_S:
            raise RunInvalid(
                field="separation_s",
                value=self.separation_s,
                mend="give 0 to 86400 seconds; the usual is 600",
            )
        if self.cutoff_at.tzinfo is None:
            raise RunInvalid(
                field="cutoff_at",
                value=self.cutoff_at.isoformat(),
                mend="give the instant with its time zone",
            )


def require(run: Run, step: Step) -> RunState:
    """Return the state that the step leads to.

    Raises
    ------
    RunOutOfOrder
        If the run is not in a state from which the step may be done. The facts name the run, the
        step, its state, the state that is needed, and the command that mends it.
    """
    rule = RULES[step]
    if run.state in rule.needs:
        return rule.becomes
    needs = min(rule.needs, key=_ORDER.index)
    raise RunOutOfOrder(
        run=run.code,
        step=step.value,
        state=run.state.value,
        needs=needs.value,
        mend=_mend(run, step, needs),
    )


def _mend(run: Run, step: Step, needs: RunState) -> str:
    if _ORDER.index(run.state) < _ORDER.index(needs):
        first = _ORDER[_ORDER.index(run.state) + 1]
        return f"supplyloop run {_REACHED_BY[first]} {run.code}"
    if step is Step.LISTS:
        return "the cut-off has passed: put the list into the next run"
    return f"nothing to do: the run is already {run.state}"
