"""What orders are made from, and what was chosen: demand, pools, options."""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.buying import BuyingInputs, BuyingPolicy, Demand
from logistics.domain.procurement import Wish
from logistics.domain.runs import Run
from logistics.store import suppliers
from logistics.store.tables import (
    buying_choice,
    district,
    household,
    household_list,
    item,
    order_line,
    place,
)

_AT_ONCE = 400


def inputs_of(session: Session, run: Run, *, at: dt.datetime) -> BuyingInputs:
    """Read everything that the orders of a run are made from, in one snapshot."""
    area = session.execute(select(district).where(district.c.id == run.district_id)).one()
    depot = session.execute(
        select(place.c.lon, place.c.lat)
        .where(place.c.district_id == run.district_id, place.c.kind == "point")
        .order_by(place.c.depot.desc(), place.c.code)
        .limit(1)
    ).one_or_none()
    return BuyingInputs(
        run_id=run.id,
        run_code=run.code,
        at=at,
        midnight=dt.datetime.combine(run.day, dt.time(), ZoneInfo(area.zone_name)),
        depot=(0.0, 0.0) if depot is None else (depot.lon, depot.lat),
        policy=BuyingPolicy.of(area.policy),
        demand=demand(session, run.id),
        suppliers=suppliers.suppliers(session, run.district_id),
        offers=suppliers.offers(session, run.district_id),
        inspections=suppliers.inspections(session, run.district_id),
    )


def demand(session: Session, run_id: str) -> tuple[Demand, ...]:
    """Add up what the frozen lists of a run ask, by item."""
    rows = session.execute(
        select(
            order_line.c.item_id,
            func.sum(order_line.c.quantity),
            func.count(),
        )
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .where(household_list.c.run_id == run_id, household_list.c.state == "frozen")
        .group_by(order_line.c.item_id)
        .order_by(order_line.c.item_id)
    ).all()
    cold = dict(session.execute(select(item.c.id, item.c.cold)).all())
    return tuple(
        Demand(item_id=item_id, quantity=int(quantity), lines=lines, cold=cold[item_id])
        for item_id, quantity, lines in rows
    )


def by_building(
    session: Session, run_id: str, items: Collection[str] | None = None
) -> dict[tuple[str, str], int]:
    """Add up what the frozen lists ask, by the code of the building and item id.

    Parameters
    ----------
    items
        Only of these; None: of all.
    """
    stairwell, building = place.alias(), place.alias()
    query = (
        select(
            func.coalesce(building.c.code, stairwell.c.code),
            order_line.c.item_id,
            func.sum(order_line.c.quantity),
        )
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .join(stairwell, stairwell.c.id == household.c.stairwell_id)
        .outerjoin(building, building.c.id == stairwell.c.parent_id)
        .where(household_list.c.run_id == run_id, household_list.c.state == "frozen")
        .group_by(func.coalesce(building.c.code, stairwell.c.code), order_line.c.item_id)
    )
    if items is not None:
        query = query.where(order_line.c.item_id.in_(sorted(items)))
    return {(code, item_id): int(quantity) for code, item_id, quantity in session.execute(query)}


def wishes(
    session: Session, run_id: str, items: Collection[str] | None = None
) -> tuple[Wish, ...]:
    """Read the frozen lines of a run as wishes, in no order; ``items`` None: of all items."""
    columns = (
        order_line.c.id,
        household.c.code,
        order_line.c.item_id,
        order_line.c.quantity,
    )
    query = (
        select(*columns)
        .join(household_list, household_list.c.id == order_line.c.list_id)
        .join(household, household.c.id == household_list.c.household_id)
        .where(household_list.c.run_id == run_id, household_list.c.state == "frozen")
    )
    parts: Iterable[Any] = [query]
    if items is not None:
        ids = sorted(items)
        parts = [
            query.where(order_line.c.item_id.in_(ids[n : n + _AT_ONCE]))
            for n in range(0, len(ids), _AT_ONCE)
        ]
    return tuple(
        Wish(line_id=line, household_code=home, item_id=item_id, quantity=quantity)
        for part in parts
        for line, home, item_id, quantity in session.execute(part)
    )


def keep_choice(
    session: Session,
    run_id: str,
    chosen: str,
    report: Mapping[str, Any],
    *,
    actor: str,
    at: dt.datetime,
) -> None:
    """Keep which option was bought, beside what the others would have been."""
    session.execute(
        insert(buying_choice).values(
            run_id=run_id, chosen=chosen, report=dict(report), actor=actor, at=at
        )
    )


def choice_of(session: Session, run_id: str) -> tuple[str, dict[str, Any]] | None:
    """Read which option was bought, and all of them; None: the run has not been ordered."""
    row = session.execute(
        select(buying_choice.c.chosen, buying_choice.c.report).where(
            buying_choice.c.run_id == run_id
        )
    ).one_or_none()
    return None if row is None else (row.chosen, row.report)
