"""The plan of a run at a glance: its trips, its couriers and its own measures."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.store.tables import plan, trip


@dataclass(frozen=True, slots=True)
class Glance:
    """Trips and couriers of the plan in force, and the plan as the solver gave it."""

    trips: int
    couriers: int
    plan: Mapping[str, Any] | None


def glance(session: Session, run_id: str) -> Glance:
    """Read the latest plan of a run that was not superseded."""
    row = session.execute(
        select(plan.c.id, plan.c.plan)
        .where(plan.c.run_id == run_id, plan.c.state.in_(("draft", "released")))
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
        .limit(1)
    ).one_or_none()
    if row is None:
        return Glance(0, 0, None)
    trips, couriers = session.execute(
        select(func.count(), func.count(func.distinct(trip.c.courier_id))).where(
            trip.c.plan_id == row.id
        )
    ).one()
    return Glance(trips, couriers, row.plan)
