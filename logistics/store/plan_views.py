"""Plans of a run as planners look at them: figures, trips with stops, what is left out."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, func, select, update
from sqlalchemy.orm import Session, aliased

from logistics.domain.people import Courier
from logistics.domain.plan_edits import RunShift
from logistics.domain.plan_locks import PlanLock
from logistics.domain.plan_views import (
    CourierView,
    LeftDrop,
    PlanRow,
    PlanView,
    StopBags,
    StopView,
    TripView,
)
from logistics.store import couriers, plan_edits, plan_figures
from logistics.store.plans import PlanUnknown
from logistics.store.tables import (
    bag,
    errand_left,
    household,
    place,
    plan,
    run,
    stop,
    stop_bag,
    stop_errand,
    trip,
    unserved,
)

_COLD = ("cold", "medicine-cold")


def get(session: Session, plan_id: str) -> PlanRow:
    """Read a plan's row with its figures.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    """
    row = session.execute(_rows().where(plan.c.id == plan_id)).first()
    if row is None:
        raise PlanUnknown(plan=plan_id, mend="list the plans of the run")
    return _row(row)


def of_run(session: Session, run_id: str) -> tuple[PlanRow, ...]:
    """List the plans of a run, the newest first."""
    rows = session.execute(
        _rows().where(plan.c.run_id == run_id).order_by(plan.c.created_at.desc(), plan.c.id.desc())
    )
    return tuple(_row(row) for row in rows)


def _rows() -> Any:
    names = ("id", "run_id", "state", "digest", "seed", "created_at")
    return select(*(plan.c[name] for name in names), plan.c.plan["summary"].label("summary"))


def _row(row: Row[Any]) -> PlanRow:
    said = dict(row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it
    summary = said.pop("summary") or {}
    figures = {
        name: value for name, value in summary.items() if isinstance(value, int | float | str)
    }
    return PlanRow(**said, figures=figures)


def choose(session: Session, found: PlanRow) -> None:
    """Make an earlier draft the run's draft again; the one that was it is kept as superseded."""
    session.execute(
        update(plan)
        .where(plan.c.run_id == found.run_id, plan.c.state == "draft")
        .values(state="superseded")
    )
    session.execute(update(plan).where(plan.c.id == found.id).values(state="draft"))


def stop_numbers(session: Session, plan_id: str) -> dict[str, tuple[str, int, int]]:
    """Say of each stop of a plan whose it is, on which trip, and where among its drops, from 0."""
    rows = session.execute(
        select(stop.c.id, trip.c.courier_id, trip.c.no)
        .join(trip, trip.c.id == stop.c.trip_id)
        .where(trip.c.plan_id == plan_id)
        .order_by(trip.c.id, stop.c.seq)
    )
    counted: Counter[tuple[str, int]] = Counter()
    found = {}
    for stop_id, courier_id, no in rows:
        found[stop_id] = (courier_id, no, counted[courier_id, no])
        counted[courier_id, no] += 1
    return found


def bags_of_stops(
    session: Session, plan_id: str, *, stop_id: str = "", trip_id: str = ""
) -> tuple[StopBags, ...]:
    """Read the bags of a stop of a plan, or of all stops of a trip."""
    query = (
        select(stop.c.id, trip.c.courier_id, stop.c.stairwell_id, trip.c.point_id,
               stop.c.arrival_s, stop_bag.c.bag_id)
        .join(trip, trip.c.id == stop.c.trip_id)
        .join(stop_bag, stop_bag.c.stop_id == stop.c.id)
        .where(trip.c.plan_id == plan_id)
        .order_by(stop.c.id, stop_bag.c.bag_id)
    )  # fmt: skip
    query = query.where(stop.c.id == stop_id if stop_id else trip.c.id == trip_id)
    rows = session.execute(query).all()
    bags: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        bags[row.id].append(row.bag_id)
    heads = {row.id: row for row in rows}
    return tuple(
        StopBags(
            courier_id=row.courier_id,
            stairwell_id=row.stairwell_id,
            point_id=row.point_id,
            arrival_s=row.arrival_s,
            bag_ids=tuple(bags[key]),
        )
        for key, row in heads.items()
    )


def view(session: Session, plan_id: str) -> PlanView:
    """Read a plan with all that it says.

    Raises
    ------
    PlanUnknown
        If there is no such plan.
    """
    found = get(session, plan_id)
    district_id = session.execute(
        select(run.c.district_id).where(run.c.id == found.run_id)
    ).scalar_one()
    shifts = plan_edits.shifts(session, found.run_id)
    trips = _trips(session, plan_id, plan_edits.locks(session, found.run_id))
    points = dict(
        session.execute(
            select(place.c.id, place.c.code).where(
                place.c.district_id == district_id, place.c.kind == "point"
            )
        ).all()
    )
    seen = plan_figures.couriers_by_building(session, plan_id)
    left = session.execute(
        select(func.count()).select_from(errand_left).where(errand_left.c.plan_id == plan_id)
    ).scalar_one()
    return PlanView(
        plan=found,
        couriers=tuple(
            _courier(one, points, shifts.get(one.id), trips.get(one.id, ()))
            for one in couriers.couriers(session, district_id)
        ),
        left=_left(session, plan_id),
        buildings=dict(sorted(Counter(seen.values()).items())),
        errands_left=int(left),
    )


def _courier(
    one: Courier,
    points: Mapping[str, str],
    changed: RunShift | None,
    trips: Sequence[TripView],
) -> CourierView:
    return CourierView(
        code=one.code,
        mode=one.mode,
        point=points.get(one.point_id, ""),
        capacity_g=one.capacity_g,
        capacity_ml=one.capacity_ml,
        capacity_bags=one.capacity_bags,
        max_trips=one.max_trips,
        starts_s=changed.starts_s if changed else one.shift_start_s,
        ends_s=changed.ends_s if changed else one.shift_end_s,
        changed=changed,
        trips=tuple(trips),
    )


def _trips(
    session: Session, plan_id: str, locks: Sequence[PlanLock]
) -> dict[str, tuple[TripView, ...]]:
    stops = _stops(session, plan_id, locks)
    errands: dict[str, int] = dict(
        session.execute(
            select(stop_errand.c.trip_id, func.count())
            .where(stop_errand.c.plan_id == plan_id)
            .group_by(stop_errand.c.trip_id)
        ).all()
    )
    rows = session.execute(
        select(trip, place.c.code.label("point"))
        .join(place, place.c.id == trip.c.point_id)
        .where(trip.c.plan_id == plan_id)
        .order_by(trip.c.courier_id, trip.c.no)
    )
    found: dict[str, list[TripView]] = defaultdict(list)
    for row in rows:
        found[row.courier_id].append(
            TripView(
                id=row.id,
                code=row.code,
                no=row.no,
                point=row.point,
                departs_s=row.departs_s,
                returns_s=row.returns_s,
                weight_g=row.weight_g,
                volume_ml=row.volume_ml,
                errands=int(errands.get(row.id, 0)),
                stops=tuple(stops.get(row.id, ())),
            )
        )
    return {courier_id: tuple(some) for courier_id, some in found.items()}


def _stops(session: Session, plan_id: str, locks: Sequence[PlanLock]) -> dict[str, list[StopView]]:
    building = aliased(place)
    locked = {
        bag_id: "courier" if lock.begin_s is None else "time"
        for lock in locks
        for bag_id in lock.bag_ids
    }
    held: dict[str, str] = {}
    if locked:
        for stop_id, bag_id in session.execute(
            select(stop_bag.c.stop_id, stop_bag.c.bag_id).where(stop_bag.c.plan_id == plan_id)
        ):
            if bag_id in locked:
                held[stop_id] = locked[bag_id]
    loads = (
        select(
            stop_bag.c.stop_id,
            func.count().label("bags"),
            func.sum(bag.c.weight_g).label("weight_g"),
        )
        .join(bag, bag.c.id == stop_bag.c.bag_id)
        .where(stop_bag.c.plan_id == plan_id)
        .group_by(stop_bag.c.stop_id)
    )
    amounts = {row.stop_id: row for row in session.execute(loads)}
    cold: dict[str, int] = dict(
        session.execute(
            select(stop_bag.c.stop_id, func.count())
            .join(bag, bag.c.id == stop_bag.c.bag_id)
            .where(stop_bag.c.plan_id == plan_id, bag.c.compartment.in_(_COLD))
            .group_by(stop_bag.c.stop_id)
        ).all()
    )
    rows = session.execute(
        select(
            stop.c.id, stop.c.trip_id, stop.c.seq, stop.c.arrival_s, stop.c.leave_s,
            stop.c.drop_mode, place.c.code, place.c.name_zh, place.c.name_en, place.c.lon,
            place.c.lat, building.c.code.label("building"),
            building.c.name_zh.label("building_zh"), building.c.name_en.label("building_en"),
        )
        .join(trip, trip.c.id == stop.c.trip_id)
        .join(place, place.c.id == stop.c.stairwell_id)
        .outerjoin(building, building.c.id == place.c.parent_id)
        .where(trip.c.plan_id == plan_id)
        .order_by(stop.c.trip_id, stop.c.seq)
    )  # fmt: skip
    found: dict[str, list[StopView]] = defaultdict(list)
    for row in rows:
        load = amounts.get(row.id)
        found[row.trip_id].append(
            StopView(
                id=row.id,
                seq=row.seq,
                stairwell=row.code,
                building=row.building or row.code,
                name_zh=f"{row.building_zh or ''}{row.name_zh}",
                name_en=f"{row.building_en or ''} {row.name_en}".strip(),
                lon=row.lon,
                lat=row.lat,
                arrival_s=row.arrival_s,
                leave_s=row.leave_s,
                drop_mode=row.drop_mode,
                bags=load.bags if load else 0,
                cold=int(cold.get(row.id, 0)),
                weight_g=int(load.weight_g) if load else 0,
                lock=held.get(row.id, ""),
            )
        )
    return found


def _left(session: Session, plan_id: str) -> tuple[LeftDrop, ...]:
    rows = session.execute(
        select(unserved.c.code, unserved.c.facts, unserved.c.next_action,
               place.c.code.label("stairwell"))
        .join(bag, bag.c.id == unserved.c.bag_id)
        .join(household, household.c.id == bag.c.household_id)
        .join(place, place.c.id == household.c.stairwell_id)
        .where(unserved.c.plan_id == plan_id)
        .order_by(place.c.code, unserved.c.code)
    ).all()  # fmt: skip
    if not rows:
        return ()
    jobs = {
        (out.get("description", ""), out["reason"]["code"]): out["id"]
        for out in session.execute(
            select(plan.c.plan["unassigned"]).where(plan.c.id == plan_id)
        ).scalar_one()
        if out.get("type") == "job"
    }
    count: Counter[tuple[str, str]] = Counter((row.stairwell, row.code) for row in rows)
    found = {}
    for row in rows:
        key = (row.stairwell, row.code)
        number = jobs.get(key)
        found[key] = LeftDrop(
            stop="" if number is None else f"left-{number}",
            stairwell=row.stairwell,
            code=row.code,
            facts=row.facts,
            next_action=row.next_action,
            bags=count[key],
        )
    return tuple(sorted(found.values(), key=lambda one: (-one.bags, one.stairwell)))
