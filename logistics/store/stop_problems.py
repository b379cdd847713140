"""Problems of couriers at stops as rows, only ever added to."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import func, insert, select
from sqlalchemy.orm import Session

from logistics.domain.custody import BagState
from logistics.domain.ids import new_id
from logistics.domain.stop_problems import OpenStop, StopProblem, StopProblemKind, ToldProblem
from logistics.store.tables import (
    bag,
    courier,
    place,
    plan,
    run,
    stop,
    stop_bag,
    stop_errand,
    stop_photo,
    stop_problem,
    trip,
)

STILL_CARRIED = (BagState.SEALED.value, BagState.STAGED.value, BagState.LOADED.value)
"""States of bags that were neither dropped nor brought back nor given up."""


def place_of(session: Session, trip_id: str, seq: int) -> tuple[str | None, str] | None:
    """Name the place of a trip's stop by id and code; None where the trip has no such stop.

    Where a thing for an errand lies there may be no place of ours: then the id is None.
    """
    found = session.execute(
        select(place.c.id, place.c.code)
        .join(stop, stop.c.stairwell_id == place.c.id)
        .where(stop.c.trip_id == trip_id, stop.c.seq == seq)
        .union(
            select(stop_errand.c.stairwell_id, stop_errand.c.place_code).where(
                stop_errand.c.trip_id == trip_id, stop_errand.c.seq == seq
            )
        )
    ).first()
    return None if found is None else (found[0], found[1])


def digest_of(session: Session, key: str) -> tuple[str, str] | None:
    """Find what was said under a key: its id and digest."""
    row = session.execute(
        select(stop_problem.c.id, stop_problem.c.digest).where(stop_problem.c.key == key)
    ).first()
    return None if row is None else (row.id, row.digest)


def add(
    session: Session,
    new: StopProblem,
    *,
    run_id: str,
    trip_id: str,
    bag_id: str | None,
    digest: str,
    actor: str,
    recorded_at: datetime,
) -> None:
    """Write a problem."""
    session.execute(
        insert(stop_problem).values(
            id=new.id,
            key=new.key,
            digest=digest,
            run_id=run_id,
            trip_id=trip_id,
            kind=new.kind.value,
            stop_seq=new.stop,
            place=new.place,
            bag_id=bag_id,
            note=new.note,
            actor=actor,
            at=new.at,
            recorded_at=recorded_at,
        )
    )


def of_run(session: Session, run_id: str, *, limit: int = 500) -> tuple[ToldProblem, ...]:
    """List the problems of a run, the latest heard first."""
    names = ("id", "place", "note", "at", "recorded_at")
    rows = session.execute(
        select(
            *(stop_problem.c[name] for name in names), stop_problem.c.kind,
            stop_problem.c.key, stop_problem.c.stop_seq, run.c.code.label("run"),
            trip.c.code.label("trip"), trip.c.courier_id, courier.c.code.label("courier"),
            bag.c.code.label("bag"),
        )
        .join(run, run.c.id == stop_problem.c.run_id)
        .join(trip, trip.c.id == stop_problem.c.trip_id)
        .join(courier, courier.c.id == trip.c.courier_id)
        .outerjoin(bag, bag.c.id == stop_problem.c.bag_id)
        .where(stop_problem.c.run_id == run_id)
        .order_by(stop_problem.c.seq.desc())
        .limit(limit)
    ).mappings().all()  # fmt: skip
    unwell = {row["courier_id"] for row in rows if row["kind"] == StopProblemKind.UNWELL.value}
    open_stops = _open_stops(session, run_id, unwell)
    shown = _photos(session, run_id, [row["key"] for row in rows])
    return tuple(
        ToldProblem(
            **{name: row[name] for name in (*names, "run", "trip", "courier")},
            kind=StopProblemKind(row["kind"]),
            stop=row["stop_seq"],
            bag=row["bag"] or "",
            photos=tuple(shown[row["key"]]),
            hand_over=open_stops.get(row["courier_id"], ())
            if row["kind"] == StopProblemKind.UNWELL.value
            else (),
        )
        for row in rows
    )


def add_photo(
    session: Session,
    key: str,
    *,
    run_id: str,
    trip_id: str,
    stop: int,
    photo_id: str,
    about: str,
    since: datetime,
    actor: str,
    at: datetime,
) -> str:
    """Write that a picture shows a stop; under the same key once. Returns the picture's id."""
    earlier: str | None = session.execute(
        select(stop_photo.c.photo_id).where(stop_photo.c.key == key)
    ).scalar()
    if earlier is not None:
        return earlier
    session.execute(
        insert(stop_photo).values(
            id=new_id("spp", at),
            key=key,
            run_id=run_id,
            trip_id=trip_id,
            stop_seq=stop,
            photo_id=photo_id,
            about=about,
            actor=actor,
            at=since,
            recorded_at=at,
        )
    )
    return photo_id


def _photos(session: Session, run_id: str, keys: Sequence[str]) -> dict[str, list[str]]:
    """Find the pictures that show problems, by the problem's key."""
    rows = session.execute(
        select(stop_photo.c.about, stop_photo.c.photo_id)
        .where(stop_photo.c.run_id == run_id, stop_photo.c.about.in_(keys))
        .order_by(stop_photo.c.seq)
    )
    found: dict[str, list[str]] = defaultdict(list)
    for row in rows:
        found[row.about].append(row.photo_id)
    return found


def _open_stops(
    session: Session, run_id: str, courier_ids: set[str]
) -> Mapping[str, tuple[OpenStop, ...]]:
    """List the stops of couriers that still have bags to be dropped, by courier."""
    if not courier_ids:
        return {}
    rows = session.execute(
        select(trip.c.courier_id, trip.c.code, stop.c.seq, place.c.code.label("place"),
               func.count(bag.c.id).label("bags"))
        .join(plan, plan.c.id == trip.c.plan_id)
        .join(stop, stop.c.trip_id == trip.c.id)
        .join(place, place.c.id == stop.c.stairwell_id)
        .join(stop_bag, stop_bag.c.stop_id == stop.c.id)
        .join(bag, bag.c.id == stop_bag.c.bag_id)
        .where(
            plan.c.run_id == run_id,
            plan.c.state == "released",
            trip.c.courier_id.in_(sorted(courier_ids)),
            trip.c.state != "finished",
            bag.c.state.in_(STILL_CARRIED),
        )
        .group_by(trip.c.courier_id, trip.c.code, trip.c.no, stop.c.seq, place.c.code)
        .order_by(trip.c.no, stop.c.seq)
    )  # fmt: skip
    found: dict[str, list[OpenStop]] = defaultdict(list)
    for row in rows:
        found[row.courier_id].append(
            OpenStop(trip=row.code, stop=row.seq, place=row.place, bags=row.bags)
        )
    return {courier_id: tuple(stops) for courier_id, stops in found.items()}
