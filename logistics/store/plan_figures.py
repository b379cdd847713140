"""Figures of a plan, counted from its rows."""

from collections import Counter, defaultdict

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.run_report import CourierLoad, LeftOut
from logistics.store.tables import bag, courier, household, place, stop, stop_bag, trip, unserved


def loads(session: Session, plan_id: str) -> tuple[CourierLoad, ...]:
    """Sum up each courier's trips, by courier code."""
    shifts = session.execute(
        select(
            courier.c.code,
            courier.c.mode,
            func.count().label("trips"),
            func.sum(trip.c.weight_g).label("weight_g"),
            func.min(trip.c.departs_s).label("first"),
            func.max(trip.c.returns_s).label("last"),
        )
        .join(courier, courier.c.id == trip.c.courier_id)
        .where(trip.c.plan_id == plan_id)
        .group_by(courier.c.code, courier.c.mode)
        .order_by(courier.c.code)
    ).all()
    drops = session.execute(
        select(courier.c.code, func.count(func.distinct(stop.c.id)), func.count(stop_bag.c.bag_id))
        .join(trip, trip.c.courier_id == courier.c.id)
        .join(stop, stop.c.trip_id == trip.c.id)
        .join(stop_bag, stop_bag.c.stop_id == stop.c.id)
        .where(trip.c.plan_id == plan_id)
        .group_by(courier.c.code)
    )
    counts = {code: (int(stops), int(bags)) for code, stops, bags in drops}
    return tuple(
        CourierLoad(
            code=row.code,
            mode=row.mode,
            trips=row.trips,
            stops=counts.get(row.code, (0, 0))[0],  # who only runs errands has none
            bags=counts.get(row.code, (0, 0))[1],
            weight_g=int(row.weight_g),
            first_departs_s=row.first,
            last_returns_s=row.last,
        )
        for row in shifts
    )


def couriers_by_building(session: Session, plan_id: str) -> dict[str, int]:
    """Count the different couriers that each building sees."""
    rows = session.execute(
        select(place.c.parent_id, func.count(func.distinct(trip.c.courier_id)))
        .join(stop, stop.c.stairwell_id == place.c.id)
        .join(trip, trip.c.id == stop.c.trip_id)
        .where(trip.c.plan_id == plan_id)
        .group_by(place.c.parent_id)
    )
    return {building: int(count) for building, count in rows}


def left_out(session: Session, plan_id: str) -> tuple[LeftOut, ...]:
    """Gather what a plan leaves out, by cause and next step, most bags first."""
    rows = session.execute(
        select(unserved.c.code, unserved.c.next_action, place.c.code.label("stairwell"))
        .join(bag, bag.c.id == unserved.c.bag_id)
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .where(unserved.c.plan_id == plan_id)
    ).all()
    bags: Counter[tuple[str, str]] = Counter()
    stairwells: dict[tuple[str, str], set[str]] = defaultdict(set)
    for code, action, stairwell in rows:
        bags[code, action] += 1
        stairwells[code, action].add(stairwell)
    return tuple(
        LeftOut(
            code=code,
            next_action=action,
            bags=count,
            stairwells=tuple(sorted(stairwells[code, action])),
        )
        for (code, action), count in sorted(bags.items(), key=lambda pair: (-pair[1], pair[0]))
    )
