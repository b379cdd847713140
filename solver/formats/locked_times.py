"""Whether locked steps can be when they are: each courier's clock, and who is there at once.

Judged is what holds for every plan: setup counts nothing, and so does what is not locked. Between
two locked steps the way is the direct one.
"""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from solver.problem import (
    UNREACHABLE,
    Bay,
    Job,
    LockedStep,
    Place,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    service_s,
)

Locked = Sequence[tuple[int, LockedStep]]
Found = Iterator[tuple[int, str]]  # number of the step, and what is wrong with it
Stops = dict[tuple[str, int], Job | ShipmentStep]


def stop_of(stops: Stops, step: LockedStep) -> Job | ShipmentStep | None:
    """Give what a step serves."""
    return None if step.id is None else stops.get((step.type, step.id))


# ---------------------------------------------------------------- one courier's clock


@dataclass
class _Clock:
    """The earliest that a courier can be anywhere."""

    problem: Problem
    vehicle: Vehicle
    at: int | None
    free_s: int  # when the last stop is over
    paused_s: int = 0  # of breaks since then, wherever on the way they were taken
    resumed_s: int = 0  # when the last of these was over
    travel_s: int = 0
    distance_m: int = 0
    closed: int | None = None  # where no way led from

    def reach(self, target: int) -> int:
        """Go somewhere; give the earliest arrival."""
        way = self._way(target)
        if way is None:
            self.closed = self.at
            way = (0, 0)
        self.travel_s += way[0]
        self.distance_m += way[1]
        self.at = target
        arrived = max(self.free_s + self.paused_s + way[0], self.resumed_s)
        self.paused_s = self.resumed_s = 0
        return arrived

    def _way(self, target: int) -> tuple[int, int] | None:
        """Give seconds and metres of an arc; none within one location, or where none is known."""
        matrix = self.problem.matrices.get(self.vehicle.profile)
        if matrix is None or self.at is None or self.at == target:
            return 0, 0
        if not all(0 <= place < len(matrix.duration_s) for place in (self.at, target)):
            return 0, 0
        seconds = int(matrix.duration_s[self.at, target])
        if seconds == UNREACHABLE:
            return None
        return int(seconds / self.vehicle.speed_factor), int(matrix.distance_m[self.at, target])


def clock(problem: Problem, vehicle: Vehicle, locked: Locked, stops: Stops) -> Found:
    """Follow the locked steps of a vehicle at their stated or else earliest instants."""
    now = _Clock(problem, vehicle, vehicle.start, vehicle.window[0])
    released = _releases(locked, stops)
    begun: int | None = None  # the latest that the shift can begin, where that is known
    last: int | None = None
    for k, step in locked:
        stop = stop_of(stops, step)
        if step.type == "break":
            yield from _paused(now, k, step)
        elif step.type == "reload" and vehicle.points:
            yield from _loaded(now, k, step, released.get(k, 0))
        elif stop is not None:
            first = last is None and step.service_at is not None and now.travel_s == 0
            yield from _served(now, k, step, stop)
            if first and step.service_at is not None:
                begun = step.service_at - now.travel_s
            last = k
    if last is not None:
        yield from _home(now, last, begun)


def _paused(now: _Clock, k: int, step: LockedStep) -> Found:
    service = next((b.service_s for b in now.vehicle.breaks if b.id == step.id), 0)
    begins = now.free_s if step.service_at is None else step.service_at
    if begins < now.free_s:
        yield k, f"service_at {begins} is {now.free_s} at the earliest"
    now.paused_s += service
    now.resumed_s = max(now.resumed_s, begins + service)


def _releases(locked: Locked, stops: Stops) -> dict[int, int]:
    """Give from when on the goods of each loading may leave."""
    found: dict[int, int] = {}
    loading: int | None = None
    for k, step in locked:
        stop = stop_of(stops, step)
        if step.type == "reload":
            loading = k
        elif loading is not None and isinstance(stop, Job) and any(stop.delivery):
            found[loading] = max(found.get(loading, 0), stop.release_s)
    return found


def _loaded(now: _Clock, k: int, step: LockedStep, released_s: int) -> Found:
    point = now.vehicle.points[0] if step.location is None else step.location
    arrived = now.reach(point)
    begins = arrived if step.service_at is None else step.service_at
    if begins < arrived:
        yield k, f"service_at {begins} is {arrived} at the earliest"
    now.free_s = max(begins + now.vehicle.reload_service_s, released_s)


def _served(now: _Clock, k: int, step: LockedStep, stop: Job | ShipmentStep) -> Found:
    before = now.at
    arrived = now.reach(stop.location)
    if now.closed is not None:
        yield k, f"no way leads there from location {before}"
        now.closed = None
    if isinstance(stop, Job) and any(stop.delivery) and step.service_at is None:
        arrived = max(arrived, stop.release_s)
    begins = step.service_at
    if begins is None:
        windows = stop.windows or (now.vehicle.window,)
        open_at = [max(arrived, opens) for opens, closes in windows if closes >= arrived]
        begins = min(open_at, default=arrived)
        if not open_at:
            yield k, f"it is {arrived} at the earliest, when its last window is over"
        elif begins > now.vehicle.window[1]:
            yield k, f"it is {begins} at the earliest, after the shift of {now.vehicle.id}"
    elif begins < arrived:
        yield k, f"service_at {begins} is {arrived} at the earliest"
    now.free_s = begins + service_s(stop, now.vehicle)


def _home(now: _Clock, last: int, begun: int | None) -> Found:
    """Judge the way home, and the sums of the shift."""
    vehicle = now.vehicle
    ends = (vehicle.end,) if vehicle.end is not None else vehicle.points
    if len(ends) != 1:  # of several points any may be the nearest
        ends = () if now.at is None else (now.at,)
    home = max((now.reach(end) for end in ends), default=now.free_s)
    if home > vehicle.window[1] >= now.free_s:
        yield last, f"then the shift ends at {home}, not by {vehicle.window[1]}"
    if vehicle.max_travel_time_s is not None and now.travel_s > vehicle.max_travel_time_s:
        most = vehicle.max_travel_time_s
        yield last, f"{now.travel_s} seconds of travel are above max_travel_time {most}"
    if vehicle.max_distance_m is not None and now.distance_m > vehicle.max_distance_m:
        yield last, f"{now.distance_m} metres are above max_distance {vehicle.max_distance_m}"
    most_s = vehicle.max_duration_s
    if begun is not None and most_s is not None and home - begun > most_s:
        yield last, f"then the shift takes {home - begun} seconds, above max_duration {most_s}"


# ---------------------------------------------------------------- several couriers


@dataclass(frozen=True, slots=True)
class _Stay:
    """A locked step at a place or bay."""

    path: tuple[int, int]  # numbers of the vehicle and the step
    vehicle: Vehicle
    begins_s: int | None
    ends_s: int
    brought: tuple[int, ...] = field(default=())


def together(
    problem: Problem, locked: Sequence[Locked], stops: Stops
) -> Iterator[tuple[tuple[int, int], str]]:
    """Note locked steps of different couriers that meet, of strangers' cohorts, or too much."""
    places = {place.id: place for place in problem.places}
    bays = {bay.location: bay for bay in problem.bays}
    at_places: dict[str, list[_Stay]] = defaultdict(list)
    at_bays: dict[int, list[_Stay]] = defaultdict(list)
    for n, (vehicle, steps) in enumerate(zip(problem.vehicles, locked, strict=True)):
        for k, step in steps:
            stop, at = stop_of(stops, step), step.service_at
            if isinstance(stop, Job) and stop.place in places:
                ends = (at or 0) + service_s(stop, vehicle)
                brought = _brought(step, stop)
                at_places[stop.place].append(_Stay((n, k), vehicle, at, ends, brought))
            elif step.type == "reload" and vehicle.points:
                point = vehicle.points[0] if step.location is None else step.location
                ends = (at or 0) + vehicle.reload_service_s
                at_bays[point].append(_Stay((n, k), vehicle, at, ends))
    for name, stays in at_places.items():
        place = places[name]
        yield from _meetings(stays, f"place {name}", place.lanes, place.separation_s)
        yield from _cohorts(stays, f"place {name}")
        yield from _full(stays, place)
    for location in at_bays.keys() & bays.keys():
        bay: Bay = bays[location]
        yield from _meetings(at_bays[location], f"the bay at {location}", bay.lanes, 0)
        yield from _cohorts(at_bays[location], f"the bay at {location}")


def _brought(step: LockedStep, job: Job) -> tuple[int, ...]:
    bags = [job.parts[bag] for bag in step.parts if 0 <= bag < len(job.parts)]
    return tuple(map(sum, zip(*bags, strict=False))) if bags else job.delivery


def _meetings(
    stays: Sequence[_Stay], where: str, lanes: int, separation_s: int
) -> Iterator[tuple[tuple[int, int], str]]:
    timed = sorted((s for s in stays if s.begins_s is not None), key=lambda s: s.begins_s or 0)
    for n, stay in enumerate(timed):
        others = {
            other.vehicle.id
            for other in timed[:n]
            if other.vehicle.id != stay.vehicle.id
            and other.ends_s + separation_s > (stay.begins_s or 0)
        }
        if len(others) >= lanes:
            met = ", ".join(map(str, sorted(others)))
            yield stay.path, f"it meets vehicle {met}, locked too, at {where}"


def _cohorts(stays: Sequence[_Stay], where: str) -> Iterator[tuple[tuple[int, int], str]]:
    known = [stay for stay in stays if stay.vehicle.cohort is not None]
    for stay in known[1:]:
        first = known[0].vehicle.cohort
        if stay.vehicle.cohort != first:
            mend = f"cohort {stay.vehicle.cohort} uses {where} beside cohort {first}, locked too"
            yield stay.path, mend


def _full(stays: Sequence[_Stay], place: Place) -> Iterator[tuple[tuple[int, int], str]]:
    """Add up what is brought between two clearings, where it is known between which."""
    if place.shelf is None:
        return
    sums: dict[int, list[int]] = defaultdict(lambda: [0] * len(place.shelf or ()))
    for stay in sorted(stays, key=lambda s: s.begins_s or 0):
        if place.cleared and (stay.begins_s is None or stay.begins_s in place.cleared):
            continue
        between = bisect_right(sorted(place.cleared), stay.begins_s or 0)
        load = sums[between]
        load[:] = [a + b for a, b in zip(load, stay.brought, strict=False)]
        if any(a > room for a, room in zip(load, place.shelf, strict=False)):
            yield stay.path, f"then {load} stand at place {place.id}, more than its shelf takes"


# ---------------------------------------------------------------- shipments


def torn(problem: Problem, locked: Sequence[Locked]) -> Iterator[tuple[tuple[int, int], str]]:
    """Note stops of one shipment that are locked in different trips."""
    of: dict[tuple[str, int], int] = {}
    for number, shipment in enumerate(problem.shipments):
        of.update(dict.fromkeys(_keys(shipment), number))
    trips: dict[int, tuple[int, int]] = {}
    for n, steps in enumerate(locked):
        trip = 0
        for k, step in steps:
            trip += step.type == "reload"
            one = of.get((step.type, -1 if step.id is None else step.id))
            if one is not None and trips.setdefault(one, (n, trip)) != (n, trip):
                yield (n, k), "another stop of its shipment is locked in another trip"


def _keys(shipment: Shipment) -> list[tuple[str, int]]:
    legs = (("pickup", shipment.pickup), ("via", shipment.via), ("delivery", shipment.delivery))
    return [(kind, leg.id) for kind, leg in legs if leg is not None]
