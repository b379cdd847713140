"""A courier is back: what was not scanned on the way is said in one go (收车)."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from logistics.domain.custody import BagState, Scan, ScanKind
from logistics.store import announcements, runs, trip_custody
from logistics.store.trip_custody import OutTrip
from logistics.usecases.depart_trip import Moved, require_on
from logistics.usecases.record_scans import BagEvent, record_scans


def finish_trip(
    session: Session,
    run: str,
    trip: str,
    *,
    since: datetime,
    returned: Sequence[str] = (),
    lost: Sequence[str] = (),
    damaged: Sequence[str] = (),
    actor: str,
    at: datetime,
) -> Moved:
    """Say what became of every bag of a trip that its courier still had: dropped, or as named.

    Bags that were scanned further on stay as they are. Said again it changes nothing.

    Raises
    ------
    RunUnknown, TripUnknown
        If there is no such run or trip.
    NotOnTrip
        If a bag that is named is not on it.
    BagsNotOut
        If the run was not released.
    """
    found = runs.get(session, run)
    out = trip_custody.get_for_update(session, found.id, trip)
    if out.state == "finished":
        return Moved(trip=out.code, state=out.state, heard=())
    named = {
        **dict.fromkeys(returned, ScanKind.RETURN),
        **dict.fromkeys(lost, ScanKind.LOSE),
        **dict.fromkeys(damaged, ScanKind.DAMAGE),
    }
    require_on(out, tuple(named))
    still = (BagState.SEALED.value, BagState.STAGED.value, BagState.LOADED.value)
    events = [
        _event(out, bag.code, since, named.get(bag.code, ScanKind.DROP))
        for bag in out.bags
        if bag.code in named or bag.state in still
    ]
    report = record_scans(session, found.id, events, actor=actor, at=at)
    trip_custody.set_state(session, out.id, "finished")
    announcements.of_trip(session, out.id, "finished", at=at)
    return Moved(trip=out.code, state="finished", heard=report.heard)


def _event(out: OutTrip, bag_code: str, since: datetime, kind: ScanKind) -> BagEvent:
    scan = Scan(
        key=f"trip/{out.id}/finish/{bag_code}",
        kind=kind,
        at=since,
        by=f"courier:{out.courier_code}",
    )
    return BagEvent(bag=bag_code, scan=scan)
