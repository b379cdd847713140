"""What happens to the demo's bags after the release: made up, but by the real use cases.

Couriers depart and finish by trip, leaders and households scan; some phones tell late, some bags
come back, a few are lost or spoiled, and not everybody confirms.
"""

import random
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from logistics.domain.custody import Scan, ScanKind
from logistics.domain.planning import PlannedTrip
from logistics.store import couriers, custody, places, plans, runs, trips
from logistics.store.custody import Held
from logistics.usecases.depart_trip import depart_trip
from logistics.usecases.finish_trip import finish_trip
from logistics.usecases.record_scans import BagEvent, record_scans

# shares of the bags, in per mille; ours
RETURNED, LOST, DAMAGED = 12, 2, 4
STAYS_ON_SHELF, SILENT, DISPUTED, SCANNED_AT_SLOT = 20, 140, 6, 700


@dataclass(frozen=True, slots=True)
class DemoDay:
    """Its last instant, and how many bags ended in which state."""

    evening: datetime
    states: Mapping[str, int]


@dataclass(frozen=True, slots=True)
class _Out:
    """A trip, its bags, and what is going to happen to each."""

    trip: PlannedTrip
    courier_code: str
    held: Mapping[str, Held]
    fate: Mapping[str, ScanKind]
    midnight: datetime

    def codes(self, kind: ScanKind) -> list[str]:
        return [self.held[bag].code for bag in sorted(self.fate) if self.fate[bag] is kind]


def live_through(session: Session, run: str, *, seed: int, actor: str) -> DemoDay:
    """Record a day of the run's released trips, up to the evening of its service day."""
    found = runs.get(session, run)
    zone = ZoneInfo(places.district(session, found.district_id).zone_name)
    midnight = datetime.combine(found.day, time(), zone)
    evening = midnight + timedelta(hours=20)
    plan = plans.current(session, found.id)
    by_id = {one.id: one.code for one in couriers.couriers(session, found.district_id)}
    dice = random.Random(seed)  # noqa: S311  a demo's luck, the same each time
    late: list[BagEvent] = []
    for trip in trips.planned(session, plan.id):
        ids = sorted(bag_id for stop in trip.stops for bag_id in stop.bag_ids)
        held = custody.read(session, ids)
        fate = {bag: _fate(dice) for bag in ids}
        out = _Out(trip, by_id[trip.courier_id], held, fate, midnight)
        depart_trip(
            session,
            found.id,
            trip.code,
            since=midnight + timedelta(seconds=trip.departs_s),
            actor=actor,
            at=evening,
        )
        events = list(_at_slots(out, dice))
        record_scans(session, found.id, events, actor=actor, at=evening)
        finish_trip(
            session,
            found.id,
            trip.code,
            since=midnight + timedelta(seconds=trip.returns_s),
            returned=out.codes(ScanKind.RETURN),
            lost=out.codes(ScanKind.LOSE),
            damaged=out.codes(ScanKind.DAMAGE),
            actor=actor,
            at=evening,
        )
        late += _after(out, dice)
    dice.shuffle(late)  # phones without a network tell when they are back
    record_scans(session, found.id, late, actor=actor, at=evening)
    states = Counter[str]()
    for (state, _), count in custody.by_custodian(session, found.id).items():
        states[state] += count
    return DemoDay(evening=evening, states=dict(states))


def _fate(dice: random.Random) -> ScanKind:
    """Say what becomes of a bag on its way: mostly it is dropped."""
    drawn = dice.randrange(1000)
    if drawn < RETURNED:
        return ScanKind.RETURN
    if drawn < RETURNED + LOST:
        return ScanKind.LOSE
    return ScanKind.DAMAGE if drawn < RETURNED + LOST + DAMAGED else ScanKind.DROP


def _at_slots(out: "_Out", dice: random.Random) -> Iterator[BagEvent]:
    """Drop most bags by a scan at their slot; the others are said when the trip is finished."""
    for stop in out.trip.stops:
        at = out.midnight + timedelta(seconds=stop.leave_s)
        for bag in stop.bag_ids:
            if out.fate[bag] is ScanKind.DROP and dice.randrange(1000) < SCANNED_AT_SLOT:
                yield _event(out.held[bag], ScanKind.DROP, at, f"courier:{out.courier_code}")


def _after(out: "_Out", dice: random.Random) -> Iterator[BagEvent]:
    """Let leaders collect what lies at the slots, and households say that they have it."""
    back = out.midnight + timedelta(seconds=out.trip.returns_s)
    for stop in out.trip.stops:
        collected = back + timedelta(minutes=dice.randrange(10, 60))
        for bag in stop.bag_ids:
            if out.fate[bag] is not ScanKind.DROP or dice.randrange(1000) < STAYS_ON_SHELF:
                continue
            held = out.held[bag]
            leader = f"leader:{held.route.building_code}"
            yield _event(held, ScanKind.TAKE, collected, leader)
            at_door = collected + timedelta(minutes=dice.randrange(3, 20))
            yield _event(held, ScanKind.HAND, at_door, leader)
            said = at_door + timedelta(minutes=dice.randrange(1, 60))
            drawn = dice.randrange(1000)
            if drawn < DISPUTED:
                yield _event(held, ScanKind.DISPUTE, said, held.route.household)
            elif drawn >= DISPUTED + SILENT:
                yield _event(held, ScanKind.CONFIRM, said, held.route.household)


def _event(held: Held, kind: ScanKind, at: datetime, by: str) -> BagEvent:
    scan = Scan(key=f"demo/{held.route.bag_id}/{kind.value}", kind=kind, at=at, by=by)
    return BagEvent(bag=held.code, scan=scan)
