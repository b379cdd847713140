"""A courier meets something at a stop that the desk has to settle (投放异常上报)."""

from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.ids import new_id
from logistics.domain.runs import Run, RunState
from logistics.domain.stop_problems import (
    StopProblem,
    StopProblemInFuture,
    StopProblemInvalid,
    StopProblemKeyReused,
    StopProblemKind,
    ToldProblem,
)
from logistics.exchange.photos import Picture
from logistics.store import audit, photos, runs, stop_problems, trip_custody
from logistics.store.trip_custody import OutTrip
from logistics.usecases.depart_trip import require_on
from logistics.usecases.record_scans import SKEW, BagsNotOut


def report_stop_problem(
    session: Session,
    run: str,
    trip: str,
    *,
    kind: StopProblemKind,
    stop: int | None = None,
    bag: str = "",
    note: str = "",
    key: str,
    since: datetime,
    actor: str,
    at: datetime,
) -> str:
    """Keep a problem of a trip; once per key, however often and late it is told.

    Nothing of custody changes by it: a bag that is not dropped is still with the courier until
    that is said. Where the courier is unwell, the desk sees which stops to hand over.

    Returns
    -------
    str
        The problem's id, the same each time.

    Raises
    ------
    RunUnknown, TripUnknown
        If there is no such run, or its released plan has no such trip.
    BagsNotOut
        If the run was not released.
    NotOnTrip
        If the bag that is named is not on the trip.
    StopProblemInvalid
        If the trip has no such stop, or none is named.
    StopProblemInFuture
        If it is said to have happened later than now.
    StopProblemKeyReused
        If the key was used for something else.
    """
    found = _released(session, run, since, at)
    out = trip_custody.get_for_update(session, found.id, trip)
    if bag:
        require_on(out, (bag,))
    new = StopProblem(
        id=new_id("sp", at),
        key=key,
        kind=kind,
        stop=stop,
        place="" if stop is None else _place(session, out, stop)[1],
        bag=bag,
        note=note.strip(),
        at=since,
    )
    digest = new.digest(out.id)
    if earlier := stop_problems.digest_of(session, key):
        if earlier[1] != digest:
            raise StopProblemKeyReused(key=key[:80], problem=earlier[0])
        return earlier[0]
    stop_problems.add(
        session,
        new,
        run_id=found.id,
        trip_id=out.id,
        bag_id=next((one.id for one in out.bags if one.code == bag), None),
        digest=digest,
        actor=actor,
        recorded_at=at,
    )
    audit.record(
        session,
        actor=actor,
        command="stop.problem",
        subject=new.id,
        facts={"run": found.code, "trip": out.code, "kind": kind.value, "stop": stop},
        at=at,
    )
    return new.id


def read_stop_problems(session: Session, run: str) -> tuple[ToldProblem, ...]:
    """List the problems of a run for the desk, the latest heard first.

    Raises
    ------
    RunUnknown
        If there is no such run.
    """
    return stop_problems.of_run(session, runs.get(session, run).id)


def keep_stop_photo(
    session: Session,
    run: str,
    trip: str,
    picture: Picture,
    *,
    stop: int,
    about: str = "",
    key: str,
    since: datetime,
    actor: str,
    at: datetime,
) -> str:
    """Keep a picture of what was left or met at a stop; once per key.

    Parameters
    ----------
    about
        Key of the event or problem that it shows; that may be told before or after.

    Returns
    -------
    str
        The picture's id.

    Raises
    ------
    RunUnknown, TripUnknown
        If there is no such run, or its released plan has no such trip.
    BagsNotOut
        If the run was not released.
    StopProblemInvalid
        If the trip has no such stop.
    StopProblemInFuture
        If it is said to have been taken later than now.
    """
    found = _released(session, run, since, at)
    out = trip_custody.get_for_update(session, found.id, trip)
    place_id, _ = _place(session, out, stop)
    kept = photos.add(
        session,
        picture.content,
        width=picture.width,
        height=picture.height,
        district_id=found.district_id,
        place_id=place_id,
        actor=actor,
        at=at,
    )
    return stop_problems.add_photo(
        session,
        key,
        run_id=found.id,
        trip_id=out.id,
        stop=stop,
        photo_id=kept.id,
        about=about,
        since=since,
        actor=actor,
        at=at,
    )


def _released(session: Session, run: str, since: datetime, at: datetime) -> Run:
    found = runs.get(session, run)
    if found.state not in (RunState.RELEASED, RunState.CLOSED):
        raise BagsNotOut(
            run=found.code, state=found.state.value, mend=f"supplyloop run release {found.code}"
        )
    if since > at + SKEW:
        raise StopProblemInFuture(
            field="at", value=since.isoformat(), mend="set the clock of the phone"
        )
    return found


def _place(session: Session, out: OutTrip, stop: int) -> tuple[str | None, str]:
    place = stop_problems.place_of(session, out.id, stop)
    if place is None:
        raise StopProblemInvalid(
            field="stop", value=stop, mend=f"name a stop of trip {out.code} by its number"
        )
    return place
