"""Show the desk a run: what is counted, and what waits for a decision, most urgent first."""

from collections.abc import Iterator, Mapping

from sqlalchemy.orm import Session

from logistics.domain.desk import Decision, DeskView
from logistics.domain.runs import Run, RunState
from logistics.store import desk, run_pulse, runs
from logistics.usecases.show_run import next_step

_ORDER = tuple(RunState)
_BAD_BAGS = ("disputed", "damaged", "lost", "returned")
_TABS = {
    "held-lots": "receiving",
    "orders-awaited": "receiving",
    "packing-shorts": "packing",
    "reports-open": "overview",
    "stop-problems": "overview",
    "jobs-failed": "plan",
    "unserved": "plan",
    "errands-left": "plan",
}
_URGENT = frozenset(
    {"triage-open", "unserved", "bags-disputed", "bags-lost", "orders-awaited", "reports-open"}
)


def show_desk(session: Session, run: str) -> DeskView:
    """Read a run as the desk sees it; nothing of it reads a table whole.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run)
    counts = run_pulse.of_run(session, found.id)
    plan = desk.current_plan(session, found.id)
    lines = desk.lines_by_kind(session, found.id)
    households = runs.households(session, found.district_id)
    asking = desk.asking(session, found.id)
    waiting = desk.waiting(session, found.id, plan[0] if plan else None)
    decisions = _decisions(found, counts, waiting, lines, households - asking)
    return DeskView(
        run=found,
        households=households,
        asking=asking,
        counts=counts,
        lines=lines,
        plan_id=plan[0] if plan else None,
        plan_state=plan[1] if plan else None,
        figures=plan[2] if plan else {},
        decisions=tuple(sorted(decisions, key=lambda one: not one.urgent)),
        next_step=next_step(found.state),
    )


def _decisions(
    run: Run,
    counts: Mapping[str, Mapping[str, int]],
    waiting: Mapping[str, int],
    lines: Mapping[str, int],
    silent: int,
) -> Iterator[Decision]:
    def made(code: str, count: int, tab: str) -> Iterator[Decision]:
        if count:
            yield Decision(code=code, count=count, tab=tab, urgent=code in _URGENT)

    yield from made("triage-open", counts["triage"].get("open", 0), "triage")
    if run.state is RunState.OPEN:
        yield from made("silent", silent, "triage")
    for code, count in waiting.items():
        if code == "orders-awaited" and run.state is not RunState.ORDERED:
            continue
        yield from made(code, count, _TABS[code])
    if _ORDER.index(run.state) < _ORDER.index(RunState.RELEASED):
        yield from made("short-lines", lines.get("part", 0) + lines.get("none", 0), "sharing")
    for state in _BAD_BAGS:
        yield from made(f"bags-{state}", counts["bags"].get(state, 0), "packing")
