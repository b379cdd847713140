"""Released trips with the bags that go along, and who has them now."""

from dataclasses import dataclass

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from logistics.errors import NotFound
from logistics.store.tables import bag, courier, place, plan, stop, stop_bag, trip


class TripUnknown(NotFound):
    """The run's released plan has no such trip."""

    code = "trip.unknown"


@dataclass(frozen=True, slots=True, kw_only=True)
class TripBag:
    """A bag of a trip, in the order of its stops."""

    id: str
    code: str
    custodian: str
    state: str
    stop: int


@dataclass(frozen=True, slots=True, kw_only=True)
class OutTrip:
    """A released trip; ``state`` is released, started or finished."""

    id: str
    code: str
    courier_code: str
    point_code: str
    state: str
    bags: tuple[TripBag, ...]


def get_for_update(session: Session, run_id: str, id_or_code: str) -> OutTrip:
    """Read a trip of a run's released plan and lock it.

    Raises
    ------
    TripUnknown
        If there is none.
    """
    row = session.execute(
        select(trip.c.id, trip.c.code, trip.c.state, courier.c.code, place.c.code)
        .join(plan, plan.c.id == trip.c.plan_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .join(place, place.c.id == trip.c.point_id)
        .where(
            plan.c.run_id == run_id,
            plan.c.state == "released",
            or_(trip.c.id == id_or_code, trip.c.code == id_or_code),
        )
        .with_for_update(of=trip)
    ).one_or_none()
    if row is None:
        raise TripUnknown(field="trip", value=id_or_code, mend="supplyloop trip list RUN")
    trip_id, code, state, courier_code, point_code = row
    return OutTrip(
        id=trip_id,
        code=code,
        courier_code=courier_code,
        point_code=point_code,
        state=state,
        bags=_bags(session, trip_id),
    )


def of_run(session: Session, run_id: str) -> tuple[OutTrip, ...]:
    """Read all trips of a run's released plan, by code."""
    rows = session.execute(
        select(trip.c.id, trip.c.code, trip.c.state, courier.c.code, place.c.code)
        .join(plan, plan.c.id == trip.c.plan_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .join(place, place.c.id == trip.c.point_id)
        .where(plan.c.run_id == run_id, plan.c.state == "released")
        .order_by(trip.c.code)
    ).all()
    return tuple(
        OutTrip(
            id=trip_id,
            code=code,
            courier_code=courier_code,
            point_code=point_code,
            state=state,
            bags=_bags(session, trip_id),
        )
        for trip_id, code, state, courier_code, point_code in rows
    )


def bags_on(session: Session, run_id: str, code: str) -> tuple[TripBag, ...]:
    """Read the bags of a trip of a run's released plan, by stop; none where there is no such."""
    trip_id = session.scalar(
        select(trip.c.id)
        .join(plan, plan.c.id == trip.c.plan_id)
        .where(plan.c.run_id == run_id, plan.c.state == "released", trip.c.code == code)
    )
    return () if trip_id is None else _bags(session, trip_id)


def set_state(session: Session, trip_id: str, state: str) -> None:
    """Move a trip on: started, finished."""
    session.execute(update(trip).where(trip.c.id == trip_id).values(state=state))


def _bags(session: Session, trip_id: str) -> tuple[TripBag, ...]:
    rows = session.execute(
        select(bag.c.id, bag.c.code, bag.c.custodian, bag.c.state, stop.c.seq.label("stop"))
        .join(stop_bag, stop_bag.c.bag_id == bag.c.id)
        .join(stop, stop.c.id == stop_bag.c.stop_id)
        .where(stop.c.trip_id == trip_id)
        .order_by(stop.c.seq, bag.c.code)
    ).mappings()
    return tuple(TripBag(**row) for row in rows)
