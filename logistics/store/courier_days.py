"""One courier's part of released runs, read without touching what others carry."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from logistics.domain.courier_days import CarriedBag
from logistics.domain.people import Courier
from logistics.domain.places import District
from logistics.domain.planning import Carrier, DropSlot, PlanInputs, RoutingPolicy
from logistics.domain.runs import Run, RunState
from logistics.store import closures, drop_gates, runs, zones
from logistics.store.tables import (
    bag,
    bag_token,
    errand,
    place,
    plan,
    run,
    stop,
    stop_bag,
    stop_errand,
    trip,
)

_ON_THE_ROAD = (RunState.RELEASED.value, RunState.CLOSED.value)


@dataclass(frozen=True, slots=True)
class Ridden:
    """A released run in which the courier rides, its plan, and the trips' states by code."""

    run: Run
    plan_id: str
    states: dict[str, str]


def ridden(session: Session, courier_id: str, days: Collection[date]) -> tuple[Ridden, ...]:
    """Find the released runs of some days in which a courier rides, by day and wave."""
    rows = session.execute(
        select(run.c.id, plan.c.id.label("plan_id"), trip.c.code, trip.c.state)
        .join(plan, plan.c.run_id == run.c.id)
        .join(trip, trip.c.plan_id == plan.c.id)
        .where(
            trip.c.courier_id == courier_id,
            plan.c.state == "released",
            run.c.day.in_(list(days)),
            run.c.state.in_(_ON_THE_ROAD),
        )
        .order_by(run.c.day, run.c.wave, trip.c.no)
    )
    found: dict[str, Ridden] = {}
    for row in rows:
        if row.id not in found:
            found[row.id] = Ridden(runs.get(session, row.id), row.plan_id, {})
        found[row.id].states[row.code] = row.state
    return tuple(found.values())


def inputs_of(
    session: Session, area: District, rider: Courier, mine: Ridden, midnight: datetime
) -> PlanInputs:
    """Read as much of a run as the sheets of one courier need.

    It reads like :func:`logistics.store.plans.inputs_of`, but only this courier's stairwells.
    """
    policy = RoutingPolicy.of(area.policy.facts())
    since, until = (
        midnight + timedelta(seconds=one) for one in (policy.drop_from_s, policy.drop_until_s)
    )
    ranks = zones.book(session, area.id).ranks_during(since, until)
    closed = closures.book(session, area.id).during(since, until)
    slots = _slots(session, mine.plan_id, rider.id, ranks)
    if "gate" in policy.drop_modes:
        slots = drop_gates.with_gates(session, area.id, slots, closed)
    return PlanInputs(
        run_id=mine.run.id,
        run_code=mine.run.code,
        day=mine.run.day,
        separation_s=mine.run.separation_s,
        district_id=area.id,
        district_folder=area.folder,
        district_digest=area.source_digest,
        closed_gates=_closed_gates(session, area.id),
        policy=policy,
        points=(),
        slots=slots,
        bags=(),
        carriers=(_carrier(rider),),
        wave=(since, until),
        closures=closed,
    )


def midnight_of(area: District, day: date) -> datetime:
    """Say where a service day begins."""
    return datetime.combine(day, time(), ZoneInfo(area.zone_name))


def bags_of(session: Session, plan_id: str, courier_id: str) -> dict[str, CarriedBag]:
    """Read how far the bags of a courier's trips are, and what their labels say, by code."""
    rows = session.execute(
        select(bag.c.code, bag.c.state, bag_token.c.token)
        .join(stop_bag, stop_bag.c.bag_id == bag.c.id)
        .join(stop, stop.c.id == stop_bag.c.stop_id)
        .join(trip, trip.c.id == stop.c.trip_id)
        .outerjoin(bag_token, bag_token.c.bag_id == bag.c.id)
        .where(trip.c.plan_id == plan_id, trip.c.courier_id == courier_id)
        .order_by(bag.c.code)
    )
    return {row.code: CarriedBag(state=row.state, token=row.token or "") for row in rows}


def errands_of(session: Session, plan_id: str, courier_id: str) -> dict[str, str]:
    """Read where the errands of a courier's trips stand, by id."""
    rows = session.execute(
        select(errand.c.id, errand.c.state)
        .join(stop_errand, stop_errand.c.errand_id == errand.c.id)
        .join(trip, trip.c.id == stop_errand.c.trip_id)
        .where(stop_errand.c.plan_id == plan_id, trip.c.courier_id == courier_id)
    )
    return {row.id: row.state for row in rows}


def _slots(
    session: Session, plan_id: str, courier_id: str, ranks: dict[str, int]
) -> tuple[DropSlot, ...]:
    mine = trip.c.plan_id == plan_id, trip.c.courier_id == courier_id
    visited = {
        *session.scalars(
            select(stop.c.stairwell_id).join(trip, trip.c.id == stop.c.trip_id).where(*mine)
        ),
        *session.scalars(
            select(stop_errand.c.stairwell_id)
            .join(trip, trip.c.id == stop_errand.c.trip_id)
            .where(*mine)
        ),
    }
    building, compound = aliased(place), aliased(place)
    kinds = (("compound", compound), ("building", building), ("stairwell", place))
    rows = session.execute(
        select(
            place.c.id, place.c.code, place.c.lon, place.c.lat,
            building.c.code.label("building_code"), building.c.note.label("building_note"),
            *(
                table.c[name].label(f"{kind}_{name}")
                for kind, table in kinds for name in ("name_zh", "name_en")
            ),
        )
        .outerjoin(building, building.c.id == place.c.parent_id)
        .outerjoin(compound, compound.c.id == building.c.parent_id)
        .where(place.c.id.in_(sorted(one for one in visited if one)))
        .order_by(place.c.code)
    ).mappings()  # fmt: skip
    found = []
    for row in rows:
        zh, en = (
            (row[f"compound_{said}"] or "", row[f"building_{said}"] or "",
             row[f"stairwell_{said}"] or "")
            for said in ("name_zh", "name_en")
        )  # fmt: skip
        found.append(
            DropSlot(
                id=row["id"],
                code=row["code"],
                building_code=row["building_code"] or row["code"],
                names_zh=zh,
                names_en=en,
                note=row["building_note"] or "",
                lon=row["lon"],
                lat=row["lat"],
                zone=ranks.get(row["id"], 0),
            )
        )
    return tuple(found)


def _closed_gates(session: Session, district_id: str) -> tuple[str, ...]:
    ids = session.scalars(
        select(place.c.id).where(
            place.c.district_id == district_id, place.c.kind == "gate", place.c.open.is_(False)
        )
    )
    return tuple(sorted(gate.removeprefix(f"{district_id}/") for gate in ids))


def _carrier(rider: Courier) -> Carrier:
    return Carrier(
        id=rider.id,
        code=rider.code,
        mode=rider.mode,
        capacity_g=rider.capacity_g,
        capacity_ml=rider.capacity_ml,
        capacity_bags=rider.capacity_bags,
        shift_start_s=rider.shift_start_s,
        shift_end_s=rider.shift_end_s,
        max_trips=rider.max_trips,
        zone_max=rider.zone_max,
        point_id=rider.point_id,
        permits=rider.permits,
    )
