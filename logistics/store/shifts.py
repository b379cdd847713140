"""Shifts and released trips of couriers, as a calendar has them."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from logistics.domain.shifts import Shift, ShiftBook, ShiftTrip
from logistics.store import couriers, places, runs
from logistics.store.tables import courier, place, plan, run, stop, stop_bag, trip

_CHUNK = 500


def of_run(session: Session, run_id_or_code: str) -> ShiftBook:
    """Read the shifts of all couriers that ride in a run; none before it is released.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    found = runs.get(session, run_id_or_code)
    area = places.district(session, found.district_id)
    return ShiftBook(
        title=found.code,
        zone_name=area.zone_name,
        shifts=_shifts(session, area.zone_name, plan.c.run_id == found.id),
    )


def of_courier(
    session: Session, district_id: str, code: str, *, since: date, until: date
) -> ShiftBook:
    """Read a courier's shifts on service days from ``since`` to before ``until``.

    Raises
    ------
    CourierUnknown
        If the district has none with this code.
    """
    who = couriers.by_code(session, district_id, code)
    area = places.district(session, district_id)
    chosen = (trip.c.courier_id == who.id, run.c.day >= since, run.c.day < until)
    return ShiftBook(
        title=who.code, zone_name=area.zone_name, shifts=_shifts(session, area.zone_name, *chosen)
    )


def _shifts(session: Session, zone_name: str, *chosen: Any) -> tuple[Shift, ...]:
    rows = session.execute(
        select(
            trip.c.id, trip.c.code, trip.c.no, trip.c.departs_s, trip.c.returns_s,
            trip.c.weight_g, trip.c.state, trip.c.courier_id,
            courier.c.code.label("courier_code"), courier.c.mode,
            courier.c.shift_start_s, courier.c.shift_end_s,
            place.c.code.label("point_code"), place.c.name_zh, place.c.name_en,
            place.c.lon, place.c.lat,
            run.c.id.label("run_id"), run.c.code.label("run_code"), run.c.day,
            run.c.state.label("run_state"), plan.c.created_at.label("planned_at"),
        )
        .join(plan, plan.c.id == trip.c.plan_id)
        .join(run, run.c.id == plan.c.run_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .join(place, place.c.id == trip.c.point_id)
        .where(plan.c.state == "released", *chosen)
        .order_by(run.c.day, run.c.wave, courier.c.code, trip.c.no)
    ).all()  # fmt: skip
    counts = _counts(session, [row.id for row in rows])
    grouped: dict[tuple[str, str], list[Any]] = defaultdict(list)
    for row in rows:
        grouped[row.run_id, row.courier_id].append(row)
    return tuple(_shift(of_one, counts, zone_name) for of_one in grouped.values())


def _shift(rows: Sequence[Any], counts: dict[str, tuple[int, int]], zone_name: str) -> Shift:
    first = rows[0]
    midnight = datetime.combine(first.day, time(), ZoneInfo(zone_name))

    def at(seconds: int) -> datetime:
        return midnight + timedelta(seconds=seconds)

    return Shift(
        run_id=first.run_id,
        run_code=first.run_code,
        run_closed=first.run_state == "closed",
        courier_id=first.courier_id,
        courier_code=first.courier_code,
        mode=first.mode,
        starts=at(first.shift_start_s),
        ends=at(first.shift_end_s),
        planned_at=first.planned_at,
        trips=tuple(
            ShiftTrip(
                id=row.id,
                code=row.code,
                no=row.no,
                point_code=row.point_code,
                point_zh=row.name_zh,
                point_en=row.name_en,
                point_lon=row.lon,
                point_lat=row.lat,
                starts=at(row.departs_s),
                ends=at(row.returns_s),
                stops=counts[row.id][0],
                bags=counts[row.id][1],
                weight_g=row.weight_g,
                state=row.state,
            )
            for row in rows
        ),
    )


def _counts(session: Session, trip_ids: Sequence[str]) -> dict[str, tuple[int, int]]:
    """Count stops and bags of trips."""
    found = dict.fromkeys(trip_ids, (0, 0))
    for start in range(0, len(trip_ids), _CHUNK):
        rows = session.execute(
            select(
                stop.c.trip_id, func.count(func.distinct(stop.c.id)), func.count(stop_bag.c.bag_id)
            )
            .outerjoin(stop_bag, stop_bag.c.stop_id == stop.c.id)
            .where(stop.c.trip_id.in_(trip_ids[start : start + _CHUNK]))
            .group_by(stop.c.trip_id)
        )
        found.update({trip_id: (stops, bags) for trip_id, stops, bags in rows})
    return found
