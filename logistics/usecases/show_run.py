"""Show a run at a glance, from its record alone."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from logistics.domain.accounts import Outcome
from logistics.domain.allocation import ShareKind
from logistics.domain.procurement import PurchaseOrder
from logistics.domain.runs import Run, RunState
from logistics.store import bags, orders, runs, shares, trips, wishes
from logistics.usecases.close_run import count_outcomes

_ORDER = tuple(RunState)


@dataclass(frozen=True, slots=True, kw_only=True)
class RunView:
    """A run in numbers.

    ``lists`` counts by state, ``lines`` the frozen lines by what they got (empty before the
    sharing), ``triage`` open, settled and discarded questions, ``outcomes`` the households of the
    whole area (from ``planned`` on). ``contacts`` and ``faces`` are the plan's own measures, None
    before there is a plan; ``next_step`` is the command that comes next, None at the end.
    """

    run: Run
    households: int
    households_asking: int
    lists: Mapping[str, int]
    accepted_lines: int
    lines: Mapping[ShareKind, int]
    triage: Mapping[str, int]
    triage_open: Mapping[str, int]
    orders: tuple[PurchaseOrder, ...]
    bags: int
    weight_g: int
    volume_ml: int
    trips: int
    couriers: int
    bags_on_trips: int
    bags_unserved: Mapping[str, int]
    contacts: int | None
    faces: int | None
    outcomes: Mapping[Outcome, int]
    next_step: str | None


_NEXT: dict[RunState, str | None] = {
    RunState.OPEN: "cutoff",
    RunState.CUT_OFF: "order",
    RunState.ORDERED: "receive",
    RunState.RECEIVED: "allocate",
    RunState.ALLOCATED: "pack",
    RunState.PACKED: "plan",
    RunState.PLANNED: "release",
    RunState.RELEASED: "close",
    RunState.CLOSED: None,
}


def next_step(state: RunState) -> str | None:
    """Name the command that comes next; None at the end."""
    return _NEXT[state]


def show_run(session: Session, run: str, *, brief: bool = False) -> RunView:
    """Read a run at a glance.

    Parameters
    ----------
    brief
        Leave out what is counted over every line or household: ``lines`` and ``outcomes``.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    questions = runs.triage_by(session, found.id)
    by_state: Counter[str] = Counter()
    for (state, _), count in questions.items():
        by_state[state] += count
    count, weight_g, volume_ml = bags.totals(session, found.id)
    on_trips, left_out = bags.count_planned(session, found.id)
    planned = trips.glance(session, found.id)
    has_plan = _ORDER.index(found.state) >= _ORDER.index(RunState.PLANNED)
    asking, lines = wishes.asking(session, found.id)
    return RunView(
        run=found,
        households=runs.households(session, found.district_id),
        households_asking=asking,
        lists=runs.lists_by_state(session, found.id),
        accepted_lines=lines,
        lines={} if brief else shares.lines_by_kind(session, found.id),
        triage=dict(by_state),
        triage_open={code: n for (state, code), n in questions.items() if state == "open"},
        orders=orders.of_run(session, found.id),
        bags=count,
        weight_g=weight_g,
        volume_ml=volume_ml,
        trips=planned.trips,
        couriers=planned.couriers,
        bags_on_trips=on_trips,
        bags_unserved=left_out,
        contacts=_measure(planned.plan, "contacts"),
        faces=_measure(planned.plan, "faces"),
        outcomes=count_outcomes(session, found) if has_plan and not brief else {},
        next_step=next_step(found.state),
    )


def _measure(plan: Mapping[str, Any] | None, name: str) -> int | None:
    """Find a measure in a stored plan, at its top or in its summary."""
    if plan is None:
        return None
    for place in (plan, plan.get("summary"), plan.get("measures")):
        if isinstance(place, dict) and isinstance(place.get(name), int):
            return int(place[name])
    return None
