"""The plan of a run at a glance: its trips, its couriers and its own measures."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.planning import BegunTrip, PlannedStop, PlannedTrip
from logistics.store.tables import courier, plan, stop, stop_bag, trip


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


def planned(session: Session, plan_id: str) -> tuple[PlannedTrip, ...]:
    """Read the trips of a plan as they were planned, by courier and number."""
    stops: dict[str, list[PlannedStop]] = defaultdict(list)
    bags: dict[str, list[str]] = defaultdict(list)
    for row in session.execute(
        select(stop_bag.c.stop_id, stop_bag.c.bag_id)
        .where(stop_bag.c.plan_id == plan_id)
        .order_by(stop_bag.c.bag_id)
    ):
        bags[row.stop_id].append(row.bag_id)
    for row in session.execute(
        select(stop)
        .join(trip, trip.c.id == stop.c.trip_id)
        .where(trip.c.plan_id == plan_id)
        .order_by(stop.c.trip_id, stop.c.seq)
    ):
        stops[row.trip_id].append(
            PlannedStop(
                seq=row.seq,
                stairwell_id=row.stairwell_id,
                arrival_s=row.arrival_s,
                leave_s=row.leave_s,
                bag_ids=tuple(bags[row.id]),
                drop_mode=row.drop_mode,
            )
        )
    names = ("code", "courier_id", "point_id", "no", "departs_s", "returns_s", "weight_g")
    rows = session.execute(
        select(trip.c.id, trip.c.volume_ml, *(trip.c[name] for name in names))
        .where(trip.c.plan_id == plan_id)
        .order_by(trip.c.courier_id, trip.c.no)
    ).mappings()
    return tuple(
        PlannedTrip(
            **{name: row[name] for name in (*names, "volume_ml")}, stops=tuple(stops[row["id"]])
        )
        for row in rows
    )


def begun(session: Session, plan_id: str) -> tuple[BegunTrip, ...]:
    """Read the trips of a plan with the seconds at which their loading begins."""
    codes = dict(session.execute(select(courier.c.id, courier.c.code)
        .join(trip, trip.c.courier_id == courier.c.id)
        .where(trip.c.plan_id == plan_id)).all())  # fmt: skip
    loads = loadings(session, plan_id)
    return tuple(
        BegunTrip(trip=one, loads_s=loads[codes[one.courier_id], one.no])
        for one in planned(session, plan_id)
        if (codes[one.courier_id], one.no) in loads
    )


def loadings(session: Session, plan_id: str) -> dict[tuple[str, int], int]:
    """Read when the loading of each trip begins, by its courier's code and its number."""
    file = session.execute(select(plan.c.plan).where(plan.c.id == plan_id)).scalar_one()
    return {
        (route.get("description", ""), no): begins
        for route in file.get("routes", ())
        for no, begins in enumerate(_loadings(route["steps"]), start=1)
    }


_VISITS = frozenset({"job", "pickup", "via", "delivery"})


def _loadings(steps: list[Mapping[str, Any]]) -> Iterator[int]:
    """Give when each trip that visits somebody begins to be loaded."""
    begins: int | None = None
    for step in steps:
        if step["type"] == "reload":
            begins = int(step["arrival"]) + int(step.get("waiting_time", 0))
        elif step["type"] in _VISITS and begins is not None:
            yield begins
            begins = None
