"""Errands on trips as rows: what is due for a run, its stops in a plan, and what is left out."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import asdict, dataclass

from sqlalchemy import ColumnElement, and_, exists, insert, or_, select, true
from sqlalchemy.orm import Session

from logistics.domain.errand_trips import (
    CARRIED_KINDS,
    DueErrand,
    LeftErrand,
    Leg,
    PlannedLeg,
    Site,
)
from logistics.domain.errands import ErrandKind, ErrandState
from logistics.domain.ids import new_id
from logistics.domain.planning import PlannedTrip
from logistics.domain.runs import Run
from logistics.store import errands
from logistics.store.tables import (
    courier,
    errand,
    errand_left,
    household,
    place,
    plan,
    stop_errand,
    trip,
)

_DAY = dt.timedelta(days=1)
_FREE = (ErrandState.ASKED.value, ErrandState.ACCEPTED.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class TripLeg:
    """A stop of an errand as the courier's sheet needs it."""

    trip_id: str
    trip: str
    courier: str
    kind: ErrandKind
    state: ErrandState
    room: str
    said: str
    leg: PlannedLeg


def due(session: Session, run: Run, midnight: dt.datetime) -> tuple[DueErrand, ...]:
    """List the errands that a plan of the run would take along, by id.

    They are nobody's, or this run's own in the plan in force. What was asked for after the cut-off
    waits for the next run, but for medicine; what is due on a later day waits for that.

    Parameters
    ----------
    midnight
        Where the run's service day begins, in the district's zone.
    """
    in_time = or_(errand.c.kind == ErrandKind.MEDICINE.value, errand.c.asked_at <= run.cutoff_at)
    rows = session.execute(
        select(
            errand.c.id, errand.c.kind, errand.c.due_at, household.c.stairwell_id,
            household.c.code.label("household_code"), household.c.room, household.c.need_tier,
        )
        .join(household, household.c.id == errand.c.household_id)
        .where(
            errand.c.district_id == run.district_id,
            errand.c.kind.in_([kind.value for kind in CARRIED_KINDS]),
            or_(errand.c.state.in_(_FREE), _ours(run.id)),
            or_(errand.c.due_at.is_(None), errand.c.due_at < midnight + _DAY),
            in_time,
        )
        .order_by(errand.c.id)
    ).mappings().all()  # fmt: skip
    said = errands.places_of(session, [row["id"] for row in rows])
    known = _sites(session, run.district_id, set(said.values()))
    return tuple(
        DueErrand(
            **{name: row[name] for name in row if name not in ("due_at", "kind")},
            kind=ErrandKind(row["kind"]),
            until_s=None if row["due_at"] is None else _second(row["due_at"], midnight),
            place=said.get(row["id"], ""),
            site=known.get(said.get(row["id"], "")),
        )
        for row in rows
    )


def _second(moment: dt.datetime, midnight: dt.datetime) -> int:
    return int((moment - midnight).total_seconds())


def _ours(run_id: str) -> ColumnElement[bool]:
    """Tell what the run's plan in force has assigned, and what nobody has begun yet."""
    mine = (
        select(stop_errand.c.id)
        .join(plan, plan.c.id == stop_errand.c.plan_id)
        .where(
            stop_errand.c.errand_id == errand.c.id,
            plan.c.run_id == run_id,
            plan.c.state == "draft",
        )
    )
    return and_(errand.c.state == ErrandState.ASSIGNED.value, exists(mine))


def _sites(session: Session, district_id: str, codes: set[str]) -> dict[str, Site]:
    names = ("code", "name_zh", "name_en", "lon", "lat", "kind")
    rows = session.execute(
        select(*(place.c[name] for name in names))
        .where(place.c.district_id == district_id, place.c.code.in_(sorted(codes)))
    ).mappings()  # fmt: skip
    return {row["code"]: Site(**row) for row in rows}


def stairwells_of(session: Session, run_id: str) -> frozenset[str]:
    """List the stairwells that errands of the run's plan in force go to."""
    rows = session.scalars(
        select(stop_errand.c.stairwell_id)
        .join(plan, plan.c.id == stop_errand.c.plan_id)
        .where(
            plan.c.run_id == run_id,
            plan.c.state != "superseded",
            stop_errand.c.stairwell_id.is_not(None),
        )
    )
    return frozenset(one for one in rows if one)


def add(
    session: Session,
    plan_id: str,
    trips: Sequence[PlannedTrip],
    left: Sequence[LeftErrand],
    at: dt.datetime,
) -> None:
    """Write the errands' stops of a plan whose trips are stored, and what it leaves out."""
    rows = session.execute(select(trip.c.code, trip.c.id).where(trip.c.plan_id == plan_id))
    ids = {row.code: row.id for row in rows}
    stops = [
        asdict(leg)
        | {
            "id": new_id("se", at),
            "plan_id": plan_id,
            "trip_id": ids[made.code],
            "leg": leg.leg.value,
        }
        for made in trips
        for leg in made.legs
    ]
    if stops:
        session.execute(insert(stop_errand), stops)
    values = [asdict(one) | {"plan_id": plan_id, "facts": dict(one.facts)} for one in left]
    if values:
        session.execute(insert(errand_left), values)


def assigned(session: Session, run_id: str) -> dict[str, str]:
    """Say which errands the run's draft has assigned, and to whom, as :func:`said_of` says it."""
    rows = session.execute(
        select(stop_errand.c.errand_id, courier.c.code, trip.c.code)
        .join(plan, plan.c.id == stop_errand.c.plan_id)
        .join(trip, trip.c.id == stop_errand.c.trip_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .join(errand, errand.c.id == stop_errand.c.errand_id)
        .where(
            plan.c.run_id == run_id,
            plan.c.state == "draft",
            errand.c.state == ErrandState.ASSIGNED.value,
        )
    )
    return {errand_id: said_of(by, code) for errand_id, by, code in rows}


def said_of(courier_code: str, trip_code: str) -> str:
    """Name who has an errand, as its step says it."""
    return f"{courier_code} {trip_code}"


def legs_of(
    session: Session, plan_id: str, *, courier_id: str | None = None
) -> tuple[TripLeg, ...]:
    """Read the errands' stops of a plan, or of one courier in it, by trip and in their order."""
    names = [name for name in PlannedLeg.__dataclass_fields__ if name != "leg"]
    rows = session.execute(
        select(
            stop_errand, trip.c.code.label("trip"), courier.c.code.label("courier"),
            errand.c.kind, errand.c.state, errand.c.said, household.c.room,
        )
        .join(trip, trip.c.id == stop_errand.c.trip_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .join(errand, errand.c.id == stop_errand.c.errand_id)
        .join(household, household.c.id == errand.c.household_id)
        .where(
            stop_errand.c.plan_id == plan_id,
            true() if courier_id is None else trip.c.courier_id == courier_id,
        )
        .order_by(trip.c.code, stop_errand.c.seq, stop_errand.c.errand_id)
    ).mappings()  # fmt: skip
    return tuple(
        TripLeg(
            trip_id=row["trip_id"],
            trip=row["trip"],
            courier=row["courier"],
            kind=ErrandKind(row["kind"]),
            state=ErrandState(row["state"]),
            room=row["room"],
            said=row["said"],
            leg=PlannedLeg(leg=Leg(row["leg"]), **{name: row[name] for name in names}),
        )
        for row in rows
    )


def left_of(session: Session, plan_id: str) -> tuple[LeftErrand, ...]:
    """Read the errands that a plan leaves out, by id."""
    rows = session.execute(
        select(errand_left).where(errand_left.c.plan_id == plan_id)
        .order_by(errand_left.c.errand_id)
    ).mappings()  # fmt: skip
    return tuple(
        LeftErrand(**{name: row[name] for name in LeftErrand.__dataclass_fields__}) for row in rows
    )


def of_trip(session: Session, trip_id: str) -> frozenset[str]:
    """List the errands that a trip takes along."""
    return frozenset(
        session.scalars(select(stop_errand.c.errand_id).where(stop_errand.c.trip_id == trip_id))
    )
