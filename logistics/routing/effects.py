"""Which drops, trips and points a change of the ground or of the couriers touches."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise

import numpy as np
import numpy.typing as npt

from logistics.domain.planning import Carrier, PlanInputs, PlannedTrip, WaitingBag
from logistics.domain.what_if import DropEffect, Effects, PointEffect, Supposition, TripEffect
from logistics.routing.problem import locations, profile
from solver.problem import UNREACHABLE, Matrix

Matrices = Mapping[str, Matrix]


def effects_of(
    inputs: PlanInputs,
    supposed: Supposition,
    trips: Sequence[PlannedTrip],
    before: Matrices,
    after: Matrices,
) -> Effects:
    """Compare each drop and each trip of the plan in force with what it would be.

    A trip that is over before the supposition begins, or leaves after its end, is not touched.

    Parameters
    ----------
    before, after
        Travel by profile over ``locations(inputs)``, as things are and as they would be, for the
        couriers of ``inputs``.
    """
    comparison = _Comparison(inputs, supposed, before, after)
    touched = [trip for trip in trips if comparison.in_time(trip)]
    found = tuple(effect for trip in touched if (effect := comparison.of_trip(trip)))
    drops = tuple(comparison.of_drops(touched))
    return Effects(drops=drops, trips=found, points=_points(drops, found))


class _Comparison:
    """Both states side by side."""

    def __init__(
        self, inputs: PlanInputs, supposed: Supposition, before: Matrices, after: Matrices
    ) -> None:
        changed = supposed.applied(inputs)
        self._inputs, self._supposed = inputs, supposed
        self._before, self._after = before, after
        self._slots = {slot.id: slot for slot in inputs.slots}
        self._zones = {slot.id: slot.zone for slot in changed.slots}
        self._carriers = {carrier.id: carrier for carrier in inputs.carriers}
        self._left = changed.carriers
        self._codes = {point.id: point.code for point in inputs.points}
        self._bags = {bag.id: bag for bag in inputs.bags}
        self._spots: dict[str, int] = {}
        for number, spot in enumerate(locations(inputs)):
            self._spots.setdefault(spot.place_id, number)  # cohorts of a point stand together

    def in_time(self, trip: PlannedTrip) -> bool:
        """Say whether a trip is under way while the supposition holds."""
        since, until = self._supposed.since, self._supposed.until
        return not (
            (since is not None and self._instant(trip.returns_s) <= since)
            or (until is not None and self._instant(trip.departs_s) >= until)
        )

    def _instant(self, second: int) -> datetime:
        if self._inputs.wave is None:
            raise ValueError("inputs without their wave")
        return self._inputs.wave[0] + timedelta(seconds=second - self._inputs.policy.drop_from_s)

    def of_trip(self, trip: PlannedTrip) -> TripEffect | None:
        """Say what would become of a trip as it is planned; None if nothing would."""
        carrier = self._carriers.get(trip.courier_id)
        if carrier is None or not trip.stops:  # gone since, or errands alone: another matter
            return None
        visits = [stop.stairwell_id for stop in trip.stops]
        longer_s, unreachable = self._legs(carrier, [trip.point_id, *visits, trip.point_id])
        zones = [self._zones[visit] for visit in visits]
        was = [self._slots[visit].zone for visit in visits]
        causes = {
            "courier-away": carrier.id in self._supposed.away,
            "unreachable": bool(unreachable),
            "longer": longer_s > 0,
            "zone-not-permitted": max(zones) > carrier.zone_max >= max(was),
            "clean-to-dirty": _falls(zones) and not _falls(was),
        }
        if not any(causes.values()):
            return None
        return TripEffect(
            trip=trip.code,
            courier=carrier.code,
            point=self._codes[trip.point_id],
            stops=len(trip.stops),
            bags=sum(len(stop.bag_ids) for stop in trip.stops),
            causes=tuple(name for name, holds in causes.items() if holds),
            longer_s=longer_s,
            unreachable=unreachable,
        )

    def _legs(self, carrier: Carrier, places: Sequence[str]) -> tuple[int, tuple[str, ...]]:
        """Sum up what the legs take longer, and name the stairwells that cannot be reached."""
        kind = profile(self._inputs, carrier)
        was, becomes = self._before[kind].duration_s, self._after[kind].duration_s
        longer_s, lost = 0, []
        home = places[0]
        for start, end in pairwise(places):
            way = self._spots[start], self._spots[end]
            if was[way] != UNREACHABLE and becomes[way] != UNREACHABLE:
                longer_s += int(becomes[way] - was[way])
        for place in dict.fromkeys(places[1:-1]):
            there = (self._spots[home], self._spots[place])
            if _whole(was, there) and not _whole(becomes, there):
                lost.append(self._slots[place].code)
        return longer_s, tuple(lost)

    def of_drops(self, trips: Sequence[PlannedTrip]) -> Iterator[DropEffect]:
        """Give every stairwell with bags that something would change for, by its code."""
        going: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
        for trip in trips:
            for stop in trip.stops:
                going[stop.stairwell_id, trip.point_id][trip.code] = trip.courier_id
        loads: dict[tuple[str, str], list[WaitingBag]] = defaultdict(list)
        for bag in self._inputs.bags:
            loads[bag.stairwell_id, bag.point_id].append(bag)
        for place, point in sorted(loads, key=lambda key: (self._slots[key[0]].code, key[1])):
            effect = self._of_drop(place, point, loads[place, point], going[place, point])
            if effect.causes:
                yield effect

    def _of_drop(
        self, place: str, point: str, bags: Sequence[WaitingBag], going: Mapping[str, str]
    ) -> DropEffect:
        crew = [c for c in self._inputs.carriers if c.point_id == point]
        left = [c for c in self._left if c.point_id == point]
        was, becomes = (
            self._best(crew, point, place, self._before),
            self._best(crew, point, place, self._after),
        )
        zone_before, zone = self._slots[place].zone, self._zones[place]
        could = any(c.zone_max >= zone_before for c in crew)
        causes = {
            "unreachable": was is not None and becomes is None,
            "longer": was is not None and becomes is not None and becomes > was,
            "zone": zone != zone_before,
            "nobody-permitted": could and not any(c.zone_max >= zone for c in left),
            "courier-away": any(c in self._supposed.away for c in going.values()),
        }
        return DropEffect(
            stairwell=self._slots[place].code,
            point=self._codes[point],
            bags=len(bags),
            households=len({bag.household_code for bag in bags}),
            causes=tuple(name for name, holds in causes.items() if holds),
            longer_s=(becomes - was) if causes["longer"] and was and becomes else 0,
            zone_before=zone_before,
            zone_after=zone,
            trips=tuple(sorted(going)),
        )

    def _best(
        self, crew: Sequence[Carrier], point: str, place: str, matrices: Matrices
    ) -> int | None:
        """Time there and back for the quickest of a point's couriers; None if none gets there."""
        way = (self._spots[point], self._spots[place])
        kinds = {profile(self._inputs, carrier) for carrier in crew}
        times = [
            int(durations[way] + durations[way[::-1]])
            for kind in kinds
            if _whole(durations := matrices[kind].duration_s, way)
        ]
        return min(times, default=None)


def _whole(durations: npt.NDArray[np.int64], way: tuple[int, int]) -> bool:
    return UNREACHABLE not in (durations[way], durations[way[::-1]])


def _falls(zones: Sequence[int]) -> bool:
    """Say whether somebody would come from a dirtier zone into a cleaner one."""
    return any(after < before for before, after in pairwise(zones))


def _points(drops: Sequence[DropEffect], trips: Sequence[TripEffect]) -> tuple[PointEffect, ...]:
    found = []
    for point in sorted({drop.point for drop in drops} | {trip.point for trip in trips}):
        here = [drop for drop in drops if drop.point == point]
        found.append(
            PointEffect(
                point=point,
                drops=len(here),
                bags=sum(drop.bags for drop in here),
                households=sum(drop.households for drop in here),
                unreachable_bags=sum(d.bags for d in here if "unreachable" in d.causes),
                trips=sum(1 for trip in trips if trip.point == point),
            )
        )
    return tuple(found)
