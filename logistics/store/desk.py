"""What the desk counts of a run: aggregates by an index each, so that it is quick at any size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from logistics.domain.runs import Run, RunState
from logistics.domain.stock import LotState
from logistics.store.tables import (
    bag,
    bag_report,
    bag_report_answer,
    errand_left,
    household,
    household_fill,
    household_list,
    item,
    job,
    lot,
    order_line,
    packing_short,
    place,
    plan,
    purchase_order,
    run,
    share,
    stop_problem,
    unserved,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Short:
    """A line that got less than it asked, at its household; base units."""

    household: str
    line_id: str
    item_zh: str
    item_en: str
    base: str
    asked: int
    got: int
    kind: str
    reason: str


def asking(session: Session, run_id: str) -> int:
    """Count the households whose lists stand in a run."""
    return int(
        session.execute(
            select(func.count(func.distinct(household_list.c.household_id))).where(
                household_list.c.run_id == run_id, household_list.c.state != "cancelled"
            )
        ).scalar_one()
    )


def lines_by_kind(session: Session, run_id: str) -> dict[str, int]:
    """Count the shares of a run by kind, as they were first given out."""
    rows = session.execute(
        select(share.c.kind, func.count()).where(share.c.run_id == run_id).group_by(share.c.kind)
    )
    return {kind: int(count) for kind, count in rows}


def current_plan(session: Session, run_id: str) -> tuple[str, str, Mapping[str, Any]] | None:
    """Return id, state and figures of the plan in force; None before there is one."""
    row = session.execute(
        select(plan.c.id, plan.c.state, plan.c.plan["summary"].label("summary"))
        .where(plan.c.run_id == run_id, plan.c.state != "superseded")
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
        .limit(1)
    ).first()
    return None if row is None else (row.id, row.state, row.summary or {})


def waiting(session: Session, run_id: str, plan_id: str | None) -> dict[str, int]:
    """Count what waits for a decision outside of lists and bags."""
    counts = {
        "held-lots": select(func.count()).where(
            lot.c.run_id == run_id, lot.c.state == LotState.HELD.value
        ),
        "orders-awaited": select(func.count()).where(
            purchase_order.c.run_id == run_id, purchase_order.c.state == "sent"
        ),
        "packing-shorts": select(func.count())
        .select_from(packing_short.join(bag, bag.c.id == packing_short.c.bag_id))
        .where(bag.c.run_id == run_id),
        "reports-open": select(func.count())
        .select_from(
            bag_report.outerjoin(
                bag_report_answer, bag_report_answer.c.report_id == bag_report.c.id
            )
        )
        .where(bag_report.c.run_id == run_id, bag_report_answer.c.id.is_(None)),
        "stop-problems": select(func.count()).where(stop_problem.c.run_id == run_id),
        "jobs-failed": select(func.count()).where(job.c.run_id == run_id, job.c.state == "failed"),
    }
    if plan_id is not None:
        counts["unserved"] = select(func.count()).where(unserved.c.plan_id == plan_id)
        counts["errands-left"] = select(func.count()).where(errand_left.c.plan_id == plan_id)
    return {name: int(session.execute(query).scalar_one()) for name, query in counts.items()}


def packing_by_point(session: Session, run_id: str) -> dict[str, dict[str, int]]:
    """Count the bags of a run by point and state."""
    rows = session.execute(
        select(place.c.code, bag.c.state, func.count())
        .join(place, place.c.id == bag.c.point_id)
        .where(bag.c.run_id == run_id)
        .group_by(place.c.code, bag.c.state)
        .order_by(place.c.code)
    )
    found: dict[str, dict[str, int]] = {}
    for code, state, count in rows:
        found.setdefault(code, {})[state] = int(count)
    return found


def packing_by_shelf(session: Session, run_id: str) -> dict[tuple[str, str], dict[str, int]]:
    """Count the bags of a run by point, compartment and state: each has a shelf of its own."""
    rows = session.execute(
        select(place.c.code, bag.c.compartment, bag.c.state, func.count())
        .join(place, place.c.id == bag.c.point_id)
        .where(bag.c.run_id == run_id)
        .group_by(place.c.code, bag.c.compartment, bag.c.state)
        .order_by(place.c.code, bag.c.compartment)
    )
    found: dict[tuple[str, str], dict[str, int]] = {}
    for code, compartment, state, count in rows:
        found.setdefault((code, compartment), {})[state] = int(count)
    return found


def fills(session: Session, run_id: str) -> dict[int, list[int]]:
    """Count households by need tier and by how full their lists are, in twenty steps."""
    last = (
        select(func.max(household_fill.c.seq))
        .where(household_fill.c.run_id == run_id)
        .group_by(household_fill.c.household_id)
    )
    fifties = household_fill.c.fill_permille // 50
    step = case((fifties > 19, 19), else_=fifties)  # noqa: PLR2004  the last of the steps
    rows = session.execute(
        select(household_fill.c.tier, step.label("step"), func.count())
        .where(household_fill.c.seq.in_(last))
        .group_by(household_fill.c.tier, step)
    )
    found: dict[int, list[int]] = {}
    for tier, number, count in rows:
        found.setdefault(tier, [0] * 20)[int(number)] += int(count)
    return dict(sorted(found.items()))


def short_page(
    session: Session, run_id: str, *, after: str = "", limit: int = 50, reason: str = ""
) -> Sequence[Short]:
    """Read lines that got less than they asked, by line, with the reason of what is missing."""
    query = (
        select(
            share.c.id, share.c.line_id, share.c.kind, share.c.reason, share.c.facts,
            order_line.c.quantity, household.c.code, item.c.name_zh, item.c.name_en, item.c.base,
        )
        .join(order_line, order_line.c.id == share.c.line_id)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .join(item, item.c.id == order_line.c.item_id)
        .where(share.c.run_id == run_id, share.c.kind.in_(("part", "none")))
        .order_by(share.c.line_id)
    )  # fmt: skip
    if after:
        query = query.where(share.c.line_id > after)
    if reason:
        query = query.where(share.c.reason == reason)
    found: dict[str, Short] = {}
    for row in session.execute(query.limit(4 * limit)):
        if row.line_id not in found and len(found) == limit:
            break
        found[row.line_id] = Short(
            household=row.code,
            line_id=row.line_id,
            item_zh=row.name_zh,
            item_en=row.name_en,
            base=row.base,
            asked=row.quantity,
            got=int(row.facts.get("got", 0)),
            kind=row.kind,
            reason=row.reason,
        )
    return tuple(found.values())


def short_reasons(session: Session, run_id: str) -> dict[str, int]:
    """Count the lines that got less than they asked, by reason."""
    rows = session.execute(
        select(share.c.reason, func.count(func.distinct(share.c.line_id)))
        .where(share.c.run_id == run_id, share.c.kind.in_(("part", "none")))
        .group_by(share.c.reason)
    )
    return dict(sorted(((reason, int(n)) for reason, n in rows), key=lambda pair: -pair[1]))


def runs_of(
    session: Session, districts: frozenset[str] | None, *, limit: int = 30
) -> tuple[Run, ...]:
    """Read the newest runs of some districts, or of all."""
    names = ("id", "code", "district_id", "day", "wave", "state", "created_at", "cutoff_at",
             "separation_s")  # fmt: skip
    query = select(*(run.c[name] for name in names)).order_by(
        run.c.day.desc(), run.c.wave.desc(), run.c.id.desc()
    )
    if districts is not None:
        query = query.where(run.c.district_id.in_(sorted(districts)))
    return tuple(
        Run(**dict(row) | {"state": RunState(row["state"])})
        for row in session.execute(query.limit(limit)).mappings()
    )
