"""A courier leaves the point with all bags of a trip (出车)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.custody import Scan, ScanKind
from logistics.errors import Invalid
from logistics.store import announcements, runs, trip_custody
from logistics.store.trip_custody import OutTrip
from logistics.usecases.record_scans import BagEvent, Heard, record_scans


class NotOnTrip(Invalid):
    """A bag that was named is not on this trip."""

    code = "trip.bag-not-on-it"


@dataclass(frozen=True, slots=True, kw_only=True)
class Moved:
    """A trip and what became of its bags; nothing, if it was said before."""

    trip: str
    state: str
    heard: tuple[Heard, ...]


def depart_trip(
    session: Session,
    run: str,
    trip: str,
    *,
    since: datetime,
    left: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> Moved:
    """Load every bag of a trip at once; those ``left`` stay at the point, and are said to.

    Said again it changes nothing.

    Raises
    ------
    RunUnknown, TripUnknown
        If there is no such run or trip.
    NotOnTrip
        If a bag of ``left`` is not on it.
    BagsNotOut
        If the run was not released.
    """
    found = runs.get(session, run)
    out = trip_custody.get_for_update(session, found.id, trip)
    if out.state != "released":
        return Moved(trip=out.code, state=out.state, heard=())
    require_on(out, left)
    stays = set(left)
    events = [
        _event(out, bag.code, since, ScanKind.RETURN if bag.code in stays else ScanKind.LOAD)
        for bag in out.bags
    ]
    report = record_scans(session, found.id, events, actor=actor, at=at)
    trip_custody.set_state(session, out.id, "started")
    announcements.of_trip(session, out.id, "started", at=at)
    return Moved(trip=out.code, state="started", heard=report.heard)


def require_on(out: OutTrip, named: Sequence[str]) -> None:
    """Refuse bags that are not on a trip.

    Raises
    ------
    NotOnTrip
        At the first.
    """
    known = {bag.code for bag in out.bags}
    for code in named:
        if code not in known:
            raise NotOnTrip(
                trip=out.code, field="bag", value=code, mend="name bags of this trip by code"
            )


def _event(out: OutTrip, bag_code: str, since: datetime, kind: ScanKind) -> BagEvent:
    by = f"courier:{out.courier_code}" if kind is ScanKind.LOAD else f"point:{out.point_code}"
    scan = Scan(key=f"trip/{out.id}/depart/{bag_code}", kind=kind, at=since, by=by)
    return BagEvent(bag=bag_code, scan=scan)
