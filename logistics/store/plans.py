"""Plans of a run as rows: what they were made from, trips, stops, and what they leave out."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Row, Select, insert, select, update
from sqlalchemy.orm import Session, aliased

from logistics.domain.custody import BagState
from logistics.domain.ids import new_id
from logistics.domain.packing_events import UNSEALED
from logistics.domain.plan_edits import with_shifts
from logistics.domain.planning import (
    Carrier,
    DropSlot,
    PlanInputs,
    PlannedPlace,
    PlannedTrip,
    RoutingPolicy,
    RunPlan,
    UnservedBag,
    WaitingBag,
)
from logistics.domain.runs import Run
from logistics.domain.zones import ZoneBook
from logistics.errors import NotFound
from logistics.store import closures as closures_store
from logistics.store import drop_gates, errand_trips, plan_edits, vans
from logistics.store import zones as zones_store
from logistics.store.tables import (
    bag,
    courier,
    district,
    household,
    place,
    plan,
    stop,
    stop_bag,
    trip,
    unserved,
)


class PlanUnknown(NotFound):
    """The run has no plan yet."""

    code = "plan.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class StoredPlan:
    """A plan's row; ``state`` is draft, released or superseded."""

    id: str
    run_id: str
    digest: str
    state: str
    seed: int
    created_at: dt.datetime


def inputs_of(session: Session, run: Run, *, with_bags: bool = True) -> PlanInputs:
    """Read everything that a plan of the run is made from, ordered by code.

    Parameters
    ----------
    with_bags
        Whether to read the bags: who looks at a plan's ways needs none of the thousands.
    """
    area = session.execute(select(district).where(district.c.id == run.district_id)).one()
    policy = RoutingPolicy.of(area.policy)
    midnight = dt.datetime.combine(run.day, dt.time(), ZoneInfo(area.zone_name))
    since, until = (
        (midnight + dt.timedelta(seconds=second)).astimezone(dt.UTC)
        for second in (policy.drop_from_s, policy.drop_until_s)
    )
    zones = zones_store.book(session, run.district_id)
    ranks = zones.ranks_during(since, until)
    slots = _slots(session, place.c.id.in_(_stairwells_with_bags(run)), ranks)
    closed = closures_store.book(session, run.district_id).during(since, until)
    errands = errand_trips.due(session, run, midnight)
    homes = {one.stairwell_id for one in errands} | errand_trips.stairwells_of(session, run.id)
    errand_slots = _slots(session, place.c.id.in_(sorted(homes)), ranks)
    if "gate" in policy.drop_modes:
        slots, errand_slots = (
            drop_gates.with_gates(session, run.district_id, some, closed)
            for some in (slots, errand_slots)
        )
    return PlanInputs(
        run_id=run.id,
        run_code=run.code,
        day=run.day,
        separation_s=run.separation_s,
        district_id=area.id,
        district_folder=area.folder,
        district_digest=area.source_digest,
        closed_gates=_closed_gates(session, run.district_id),
        policy=policy,
        points=_points(session, run.district_id),
        slots=slots,
        bags=_bags(session, run.id) if with_bags else (),
        carriers=_carriers(session, run),
        wave=(since, until),
        closures=closed,
        zone_changes=zone_changes(zones, slots, since, until),
        releases=vans.releases_of(session, run.id, area.policy),
        errands=errands,
        errand_slots=errand_slots,
        locks=plan_edits.locks(session, run.id),
    )


def zone_changes(
    zones: ZoneBook, slots: Sequence[DropSlot], since: dt.datetime, until: dt.datetime
) -> tuple[dt.datetime, ...]:
    """List the instants inside an interval at which the zone of some slot changes."""
    moments = (since, *zones.changes(since, until))
    ranks = (zones.ranks_at(moment) for moment in moments)
    ranked = [[rank[slot.id] for slot in slots] for rank in ranks]
    return tuple(
        moment
        for moment, before, after in zip(moments[1:], ranked, ranked[1:], strict=False)
        if before != after
    )


def add(
    session: Session, run_id: str, made: RunPlan, *, digest: str, at: dt.datetime
) -> StoredPlan:
    """Store a plan as the run's draft; an earlier draft is kept, marked as superseded."""
    session.execute(
        update(plan)
        .where(plan.c.run_id == run_id, plan.c.state == "draft")
        .values(state="superseded")
    )
    stored = StoredPlan(
        id=new_id("plan", at),
        run_id=run_id,
        digest=digest,
        state="draft",
        seed=made.seed,
        created_at=at,
    )
    session.execute(
        insert(plan).values(
            id=stored.id,
            run_id=run_id,
            digest=digest,
            problem=dict(made.problem),
            plan=dict(made.plan),
            state=stored.state,
            seed=made.seed,
            created_at=at,
        )
    )
    _add_trips(session, stored.id, made.trips, at)
    errand_trips.add(session, stored.id, made.trips, made.errands_left, at)
    rows = [
        {
            "plan_id": stored.id,
            "bag_id": left.bag_id,
            "code": left.code,
            "facts": dict(left.facts),
            "next_action": left.next_action,
        }
        for left in made.unserved
    ]
    if rows:
        session.execute(insert(unserved), rows)
    return stored


def current(session: Session, run_id: str) -> StoredPlan:
    """Return the run's plan in force: its draft or what was released.

    Raises
    ------
    PlanUnknown
        If the run has not been planned.
    """
    columns = (plan.c.id, plan.c.run_id, plan.c.digest, plan.c.state, plan.c.seed)
    row = session.execute(
        select(*columns, plan.c.created_at)
        .where(plan.c.run_id == run_id, plan.c.state != "superseded")
        .order_by(plan.c.created_at.desc(), plan.c.id.desc())
    ).first()
    if row is None:
        raise PlanUnknown(run=run_id, mend="supplyloop run plan")
    return StoredPlan(**row._mapping)  # noqa: SLF001  SQLAlchemy's public name for it


def files_of(session: Session, plan_id: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return the solver's problem and plan as their files say them."""
    row = session.execute(select(plan.c.problem, plan.c.plan).where(plan.c.id == plan_id)).one()
    return row.problem, row.plan


def release(session: Session, plan_id: str) -> int:
    """Freeze a plan and stage its packed bags for their couriers; return how many it carries.

    Who has a bag stays as it is: a courier has it once it was loaded.
    """
    session.execute(update(plan).where(plan.c.id == plan_id).values(state="released"))
    session.execute(update(trip).where(trip.c.plan_id == plan_id).values(state="released"))
    carried = session.scalars(
        select(stop_bag.c.bag_id).where(stop_bag.c.plan_id == plan_id).order_by(stop_bag.c.bag_id)
    ).all()
    for chunk in _chunks(carried):
        session.execute(
            update(bag)
            .where(bag.c.id.in_(chunk), bag.c.state.not_in([s.value for s in UNSEALED]))
            .values(state=BagState.STAGED.value)
        )
    return len(carried)


def unserved_of(session: Session, plan_id: str) -> tuple[UnservedBag, ...]:
    """List what a plan leaves out, by bag code."""
    rows = session.execute(
        select(unserved.c.bag_id, unserved.c.code, unserved.c.facts, unserved.c.next_action)
        .join(bag, bag.c.id == unserved.c.bag_id)
        .where(unserved.c.plan_id == plan_id)
        .order_by(bag.c.code)
    ).all()
    return tuple(
        UnservedBag(bag_id=row[0], code=row[1], facts=row[2], next_action=row[3]) for row in rows
    )


_CHUNK = 500  # parameters in one statement; SQLite allows at least 999


def _chunks(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[n : n + _CHUNK] for n in range(0, len(ids), _CHUNK)]


def _add_trips(
    session: Session, plan_id: str, trips: Sequence[PlannedTrip], at: dt.datetime
) -> None:
    trip_rows, stop_rows, bag_rows = [], [], []
    for made in trips:
        trip_id = new_id("trip", at)
        trip_rows.append(
            {
                "id": trip_id,
                "plan_id": plan_id,
                "courier_id": made.courier_id,
                "point_id": made.point_id,
                "no": made.no,
                "code": made.code,
                "departs_s": made.departs_s,
                "returns_s": made.returns_s,
                "weight_g": made.weight_g,
                "volume_ml": made.volume_ml,
                "state": "draft",
            }
        )
        for visit in made.stops:
            stop_id = new_id("stop", at)
            stop_rows.append(
                {
                    "id": stop_id,
                    "trip_id": trip_id,
                    "seq": visit.seq,
                    "stairwell_id": visit.stairwell_id,
                    "arrival_s": visit.arrival_s,
                    "leave_s": visit.leave_s,
                    "drop_mode": visit.drop_mode,
                }
            )
            bag_rows += [
                {"plan_id": plan_id, "bag_id": bag_id, "stop_id": stop_id}
                for bag_id in visit.bag_ids
            ]
    for table, rows in ((trip, trip_rows), (stop, stop_rows), (stop_bag, bag_rows)):
        if rows:
            session.execute(insert(table), rows)


def _closed_gates(session: Session, district_id: str) -> tuple[str, ...]:
    ids = session.scalars(
        select(place.c.id).where(
            place.c.district_id == district_id, place.c.kind == "gate", place.c.open.is_(False)
        )
    )
    return tuple(sorted(gate.removeprefix(f"{district_id}/") for gate in ids))


def _points(session: Session, district_id: str) -> tuple[PlannedPlace, ...]:
    names = ("id", "code", "name_zh", "name_en", "lon", "lat", "bays")
    columns = [place.c[name] for name in names]
    rows = session.execute(
        select(*columns)
        .where(place.c.district_id == district_id, place.c.kind == "point")
        .order_by(place.c.code)
    ).mappings()
    return tuple(PlannedPlace(**dict(row) | {"bays": row["bays"] or 1}) for row in rows)


def _stairwells_with_bags(run: Run) -> Select[tuple[str]]:
    return (
        select(household.c.stairwell_id)
        .join(bag, bag.c.household_id == household.c.id)
        .where(bag.c.run_id == run.id)
    )


def _slots(
    session: Session, which: ColumnElement[bool], zones: Mapping[str, int]
) -> tuple[DropSlot, ...]:
    building, compound = aliased(place), aliased(place)
    columns = [
        p.c[name].label(f"{kind}_{name}")
        for kind, p in (("stairwell", place), ("building", building), ("compound", compound))
        for name in ("code", "name_zh", "name_en", "note")
    ]
    rows = session.execute(
        select(place.c.id, place.c.lon, place.c.lat, *columns)
        .outerjoin(building, building.c.id == place.c.parent_id)
        .outerjoin(compound, compound.c.id == building.c.parent_id)
        .where(which)
        .order_by(place.c.code)
    ).all()
    return tuple(_slot(row, zones) for row in rows)


def _slot(row: Row[Any], zones: Mapping[str, int]) -> DropSlot:
    names = row._mapping  # noqa: SLF001  SQLAlchemy's public name for it
    kinds = ("compound", "building", "stairwell")
    zh, en = (
        tuple(names[f"{kind}_{language}"] or "" for kind in kinds)
        for language in ("name_zh", "name_en")
    )
    return DropSlot(
        id=row.id,
        code=row.stairwell_code,
        building_code=row.building_code or row.stairwell_code,
        names_zh=(zh[0], zh[1], zh[2]),
        names_en=(en[0], en[1], en[2]),
        note=row.building_note or "",
        lon=row.lon,
        lat=row.lat,
        zone=zones.get(row.id, 0),
    )


def _bags(session: Session, run_id: str) -> tuple[WaitingBag, ...]:
    rows = session.execute(
        select(
            bag.c.id,
            bag.c.code,
            household.c.stairwell_id,
            bag.c.point_id,
            household.c.code.label("household_code"),
            household.c.room,
            household.c.need_tier,
            bag.c.compartment,
            bag.c.weight_g,
            bag.c.volume_ml,
        )
        .join(household, household.c.id == bag.c.household_id)
        .where(bag.c.run_id == run_id, bag.c.state != BagState.STRUCK.value)
        .order_by(bag.c.code)
    ).mappings()
    return tuple(WaitingBag(**row) for row in rows)


def _carriers(session: Session, run: Run) -> tuple[Carrier, ...]:
    names = ("id", "code", "mode", "max_trips", "zone_max", "point_id", "cohort", "permits")
    amounts = ("capacity_g", "capacity_ml", "capacity_bags", "shift_start_s", "shift_end_s")
    rows = session.execute(
        select(*(courier.c[name] for name in (*names, *amounts)))
        .where(courier.c.district_id == run.district_id, courier.c.active.is_(True))
        .order_by(courier.c.code)
    ).mappings()
    usual = (Carrier(**dict(row) | {"permits": tuple(row["permits"])}) for row in rows)
    return with_shifts(usual, plan_edits.shifts(session, run.id))
