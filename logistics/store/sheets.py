"""What route sheets say, read from a plan's rows."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, select, true
from sqlalchemy.orm import Session, aliased

from logistics.domain.closures import closed_to
from logistics.domain.errand_trips import Leg, PlannedLeg
from logistics.domain.errands import ErrandState, ticket_of
from logistics.domain.planning import Drop, DropSlot, PlanInputs
from logistics.domain.sheets import SheetBag, SheetBook, SheetErrand, SheetStop, SheetTrip
from logistics.store import errand_trips
from logistics.store.tables import bag, courier, district, household, place, stop, stop_bag, trip

_PROTECTED_FROM = 1  # rank of the first zone that asks for protection at the slot


def book_of(
    session: Session,
    plan_id: str,
    inputs: PlanInputs,
    *,
    courier_id: str | None = None,
    with_bags: bool = True,
) -> SheetBook:
    """Read the trips of a plan, by courier and number.

    Parameters
    ----------
    inputs
        The run as :func:`logistics.store.plans.inputs_of` reads it, or as much of it as the
        courier's trips need.
    courier_id
        Only this courier's; without it everybody's.
    with_bags
        Whether to say what is carried to each stop; a map does not.
    """
    area = session.execute(select(district).where(district.c.id == inputs.district_id)).one()
    point = aliased(place)
    columns = ("id", "code", "no", "departs_s", "returns_s", "weight_g", "volume_ml")
    rows = session.execute(
        select(
            *(trip.c[name] for name in columns),
            courier.c.code.label("courier_code"),
            courier.c.mode,
            point.c.code.label("point_code"),
            point.c.name_zh.label("point_zh"),
            point.c.name_en.label("point_en"),
            point.c.lon.label("point_lon"),
            point.c.lat.label("point_lat"),
        )
        .join(courier, courier.c.id == trip.c.courier_id)
        .join(point, point.c.id == trip.c.point_id)
        .where(trip.c.plan_id == plan_id, _of(courier_id))
        .order_by(courier.c.code, trip.c.no)
    ).mappings()
    found = [dict(row) for row in rows]
    counts = Counter(row["courier_code"] for row in found)
    permits = {carrier.code: carrier.permits for carrier in inputs.carriers}
    slots = {
        slot.id: (slot, slot.drop(inputs.policy)) for slot in (*inputs.errand_slots, *inputs.slots)
    }
    bags = _bags(session, plan_id, courier_id) if with_bags else {}
    stops = _stops(session, plan_id, slots, courier_id, bags)
    _with_errands(session, plan_id, stops, slots, courier_id)
    return SheetBook(
        run_code=inputs.run_code,
        day=inputs.day,
        district_name=area.name,
        district_folder=area.folder,
        district_digest=inputs.district_digest,
        attribution=area.attribution,
        synthetic=area.synthetic,
        closed_gates=inputs.closed_gates,
        wave=inputs.wave,
        trips=tuple(
            SheetTrip(
                **{key: value for key, value in row.items() if key != "id"},
                trips=counts[row["courier_code"]],
                stops=tuple(stops[row["id"]]),
                closed=closed_to(
                    inputs.closures, row["mode"], permits.get(row["courier_code"], ())
                ),
            )
            for row in found
        ),
    )


def _of(courier_id: str | None) -> ColumnElement[bool]:
    return true() if courier_id is None else trip.c.courier_id == courier_id


def _stops(
    session: Session,
    plan_id: str,
    slots: dict[str, tuple[DropSlot, Drop]],
    courier_id: str | None,
    bags: Mapping[str, Sequence[SheetBag]],
) -> dict[str, list[SheetStop]]:
    rows = session.execute(
        select(stop)
        .join(trip, trip.c.id == stop.c.trip_id)
        .where(trip.c.plan_id == plan_id, _of(courier_id))
        .order_by(stop.c.trip_id, stop.c.seq)
    ).all()
    found: dict[str, list[SheetStop]] = defaultdict(list)
    for row in rows:
        slot, drop = slots[row.stairwell_id]
        found[row.trip_id].append(
            SheetStop(
                seq=row.seq,
                stairwell_code=slot.code,
                names_zh=slot.names_zh,
                names_en=slot.names_en,
                note=slot.note,
                lon=drop.lon,
                lat=drop.lat,
                protected=slot.zone >= _PROTECTED_FROM,
                arrival_s=row.arrival_s,
                leave_s=row.leave_s,
                bags=tuple(bags.get(row.id, ())),
                drop_mode=row.drop_mode,
            )
        )
    return found


def _with_errands(
    session: Session,
    plan_id: str,
    stops: dict[str, list[SheetStop]],
    slots: Mapping[str, tuple[DropSlot, Drop]],
    courier_id: str | None,
) -> None:
    """Put the errands' stops among those of each trip."""
    legs = errand_trips.legs_of(session, plan_id, courier_id=courier_id)
    homes = {one.leg.errand_id: slots[one.leg.stairwell_id][0] for one in legs
             if one.leg.stairwell_id is not None}  # fmt: skip
    for one in legs:
        errand = SheetErrand(
            id=one.leg.errand_id,
            kind=one.kind.value,
            leg=one.leg.leg.value,
            room=one.room,
            ticket=ticket_of(one.said) if one.leg.leg is Leg.FETCH else "",
            household=f"{homes[one.leg.errand_id].code}-{one.room}",
            cancelled=one.state in (ErrandState.CANCELLED, ErrandState.DECLINED),
        )
        on_trip = stops[one.trip_id]
        at = next((n for n, stop in enumerate(on_trip) if stop.seq == one.leg.seq), None)
        if at is None:
            slot = slots[one.leg.stairwell_id][0] if one.leg.stairwell_id else None
            on_trip.append(_errand_stop(one.leg, slot, errand))
        else:
            on_trip[at] = _also(on_trip[at], one.leg, errand)
        on_trip.sort(key=lambda stop: stop.seq)


def _also(stop: SheetStop, leg: PlannedLeg, errand: SheetErrand) -> SheetStop:
    return replace(
        stop,
        arrival_s=min(stop.arrival_s, leg.arrival_s),
        leave_s=max(stop.leave_s, leg.leave_s),
        errands=(*stop.errands, errand),
    )


def _errand_stop(leg: PlannedLeg, slot: DropSlot | None, errand: SheetErrand) -> SheetStop:
    return SheetStop(
        seq=leg.seq,
        stairwell_code=leg.place_code,
        names_zh=slot.names_zh if slot else ("", "", leg.name_zh or leg.place_code),
        names_en=slot.names_en if slot else ("", "", leg.name_en or leg.place_code),
        note=slot.note if slot else "",
        lon=leg.lon,
        lat=leg.lat,
        protected=slot is not None and slot.zone >= _PROTECTED_FROM,
        arrival_s=leg.arrival_s,
        leave_s=leg.leave_s,
        bags=(),
        drop_mode=leg.drop_mode,
        errands=(errand,),
    )


def _bags(session: Session, plan_id: str, courier_id: str | None) -> dict[str, list[SheetBag]]:
    columns = ("code", "compartment", "weight_g", "volume_ml")
    rows = session.execute(
        select(stop_bag.c.stop_id, household.c.room, *(bag.c[name] for name in columns))
        .join(bag, bag.c.id == stop_bag.c.bag_id)
        .join(household, household.c.id == bag.c.household_id)
        .join(stop, stop.c.id == stop_bag.c.stop_id)
        .join(trip, trip.c.id == stop.c.trip_id)
        .where(stop_bag.c.plan_id == plan_id, _of(courier_id))
        .order_by(household.c.code, bag.c.code)
    ).mappings()
    found: dict[str, list[SheetBag]] = defaultdict(list)
    for row in rows:
        found[row["stop_id"]].append(
            SheetBag(**{key: value for key, value in row.items() if key != "stop_id"})
        )
    return found
