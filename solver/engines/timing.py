"""Times for one trip: the earliest that keep windows, breaks, contact, release and shift."""

from dataclasses import dataclass, replace

from solver.engines.instance import Instance, Stop, fits, total
from solver.engines.occupancy import Demand, Occupancy
from solver.problem import UNREACHABLE, Amounts, Break, Job, service_s, setup_s


@dataclass(frozen=True, slots=True)
class Visit:
    """A timed step of a trip: a stop, a ``reload`` or a ``break``."""

    type: str
    stop: Stop | None
    break_id: int | None
    location: int | None
    arrival_s: int
    waiting_s: int
    setup_s: int
    service_s: int

    @property
    def begin_s(self) -> int:
        """When presence begins."""
        return self.arrival_s + self.waiting_s

    @property
    def end_s(self) -> int:
        """When it is over."""
        return self.begin_s + self.setup_s + self.service_s


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a shift is: where and when the vehicle is free again, and what it has used up."""

    time_s: int
    location: int | None
    breaks: tuple[Break, ...]
    tasks: int = 0
    travel_s: int = 0
    distance_m: int = 0
    cost: int = 0
    trips: int = 0
    departed_s: int = 0


@dataclass(frozen=True, slots=True)
class Trip:
    """A timed trip; ``after`` its last stop the shift goes on, or takes its ``rest`` and ends."""

    point: int | None
    stops: tuple[Stop, ...]
    visits: tuple[Visit, ...]
    after: Progress
    rest: tuple[Visit, ...]
    end: Progress
    goes_on: bool = False  # the shift could not end after it, so another trip must follow


def at_start(instance: Instance, vehicle: int, departs_s: int | None = None) -> Progress:
    """Give the state of a shift before its first trip."""
    v = instance.vehicles[vehicle]
    breaks = tuple(sorted(v.breaks, key=_latest))
    begin = v.window[0] if departs_s is None else max(departs_s, v.window[0])
    return Progress(begin, v.start, breaks, departed_s=begin)


def _latest(pause: Break) -> int:
    return max((end for _, end in pause.time_windows), default=1 << 60)


def loads_fit(instance: Instance, vehicle: int, stops: tuple[Stop, ...]) -> bool:
    """Say whether the load stays within the capacity at every step, and ranks never fall."""
    capacity = instance.vehicles[vehicle].capacity
    load: Amounts = instance.zero
    rank = 0
    for stop in stops:
        load = tuple(a + b for a, b in zip(load, stop.loaded, strict=True))
        if stop.zone >= 0:
            if stop.zone < rank:
                return False
            rank = stop.zone
    if not fits(load, capacity):
        return False
    for stop in stops:
        load = tuple(a + b for a, b in zip(load, stop.change, strict=True))
        if not fits(load, capacity):
            return False
    return True


class _Clock:
    """Walks along one trip."""

    def __init__(
        self, instance: Instance, occupancy: Occupancy, vehicle: int, progress: Progress
    ) -> None:
        self.instance = instance
        self.occupancy = occupancy
        self.vehicle = vehicle
        self.travel = instance.travel[vehicle]
        self.now = progress
        self.visits: list[Visit] = []
        self.own: list[tuple[int, int, Amounts]] = []
        self.load: Amounts = instance.zero

    def ride(self, location: int) -> bool:
        """Go to ``location``; the first place of an open start costs nothing."""
        now = self.now
        if now.location is None or now.location == location:
            self.now = replace(now, location=location)
            return True
        duration = self.travel.duration_s[now.location][location]
        if duration == UNREACHABLE:
            return False
        self.now = replace(
            now,
            time_s=now.time_s + duration,
            location=location,
            travel_s=now.travel_s + duration,
            distance_m=now.distance_m + self.travel.distance_m[now.location][location],
            cost=now.cost + self.travel.cost[now.location][location],
        )
        return True

    def pause(self) -> bool:
        """Take the next break here and now."""
        now = self.now
        pause = now.breaks[0]
        if pause.max_load is not None and not fits(self.load, pause.max_load):
            return False
        at_s = now.time_s
        for start, end in pause.time_windows:
            if at_s <= end:
                at_s = max(at_s, start)
                break
        else:
            if pause.time_windows:
                return False
        self.visits.append(
            Visit(
                "break",
                None,
                pause.id,
                now.location,
                now.time_s,
                at_s - now.time_s,
                0,
                pause.service_s,
            )
        )
        self.now = replace(now, time_s=at_s + pause.service_s, breaks=now.breaks[1:])
        return True

    def reload(self, point: int, release_s: int) -> bool:
        v = self.instance.vehicles[self.vehicle]
        if not self.ride(point):
            return False
        arrival = self.now.time_s
        ready = max(arrival, release_s - v.reload_service_s)
        at_s = self.occupancy.earliest_loading(point, self.vehicle, ready, v.reload_service_s)
        if at_s is None:
            return False
        self.visits.append(
            Visit("reload", None, None, point, arrival, at_s - arrival, 0, v.reload_service_s)
        )
        self.now = replace(self.now, time_s=at_s + v.reload_service_s, trips=self.now.trips + 1)
        return True

    def serve(self, stop: Stop) -> bool:
        """Go to a stop and serve it, taking a break first where it cannot wait any longer."""
        while True:
            before, count, laid = self.now, len(self.visits), len(self.own)
            load = self.load
            if self._serve(stop):
                due = before.breaks and self._break_first(before)
                if not due:
                    return True
            elif not before.breaks:
                return False
            self.now = before
            del self.visits[count:]
            del self.own[laid:]
            self.load = load
            if not self.pause():
                return False

    def _break_first(self, before: Progress) -> bool:
        pause = before.breaks[0]
        if self.now.time_s > _latest(pause):
            return True
        # A break that fits into the waiting before the stop costs nothing.
        opens = min(
            (s for s, e in pause.time_windows if e >= before.time_s), default=before.time_s
        )
        taken = max(before.time_s, opens) + pause.service_s - before.time_s
        return taken <= self.visits[-1].waiting_s

    def _serve(self, stop: Stop) -> bool:
        same = self.now.location == stop.location
        if not self.ride(stop.location):
            return False
        setup, service = self._stay(stop)
        if same and self._served_here():
            setup = 0
        arrival = self.now.time_s
        laid = stop.loaded
        demand = Demand(
            place=stop.place,
            vehicle=self.vehicle,
            length_s=setup + service,
            amount=laid,
            own=tuple(self.own),
        )
        at_s = self.occupancy.earliest(demand, arrival, stop.windows)
        if at_s is None:
            return False
        self.visits.append(
            Visit(
                stop.type,
                stop,
                None,
                stop.location,
                arrival,
                at_s - arrival,
                setup,
                service,
            )
        )
        self.load = tuple(a + c for a, c in zip(self.load, stop.change, strict=True))
        if stop.place >= 0:
            period = self.occupancy.period(stop.place, at_s)
            self.own.append((stop.place, period, laid))
        v = self.instance.vehicles[self.vehicle]
        self.now = replace(
            self.now,
            time_s=at_s + setup + service,
            tasks=self.now.tasks + 1,
            cost=self.now.cost + (setup + service) * v.cost_per_task_hour // 3600,
        )
        return True

    def _stay(self, stop: Stop) -> tuple[int, int]:
        """Give setup and service of a stop for this type of vehicle."""
        v = self.instance.vehicles[self.vehicle]
        if not v.type:
            return stop.setup_s, stop.service_s
        source = self.instance.tasks[stop.task].source
        leg = source if isinstance(source, Job) else getattr(source, stop.type)
        return setup_s(leg, v), service_s(leg, v)

    def _served_here(self) -> bool:
        # VROOM drops the setup only between two tasks at one location, not after a start there.
        last = next((v for v in reversed(self.visits) if v.type != "break"), None)
        return last is not None and last.stop is not None

    def finish(self, point: int | None, stops: tuple[Stop, ...], *, onward: bool) -> Trip | None:
        """Make the trip, provided that the shift can end in time after it, breaks included.

        ``onward``: or goes on with another trip, without which it could not.
        """
        after, count = self.now, len(self.visits)
        if not self._gets_home():
            if not onward:
                return None
            visits = tuple(self.visits[:count])
            return Trip(point, stops, visits, after, (), after, goes_on=True)
        visits = tuple(self.visits)
        return Trip(point, stops, visits[:count], after, visits[count:], self.now)

    def _gets_home(self) -> bool:
        v = self.instance.vehicles[self.vehicle]
        while self.now.breaks:
            if not self.pause():
                return False
        if self.now.location is not None:
            home = self.instance.returns_to(self.vehicle, self.now.location)
            if home is not None and not self.ride(home):
                return False
        now = self.now
        return (
            now.time_s <= v.window[1]
            and (v.max_duration_s is None or now.time_s - now.departed_s <= v.max_duration_s)
            and (v.max_tasks is None or now.tasks <= v.max_tasks)
            and (v.max_travel_time_s is None or now.travel_s <= v.max_travel_time_s)
            and (v.max_distance_m is None or now.distance_m <= v.max_distance_m)
        )


def time_trip(
    instance: Instance,
    occupancy: Occupancy,
    vehicle: int,
    progress: Progress,
    *,
    point: int | None,
    stops: tuple[Stop, ...],
    onward: bool = False,
) -> Trip | None:
    """Fix the earliest times of a trip after ``progress``; None where a rule would break.

    Capacity and ranks are :func:`loads_fit`'s. Nothing is reserved. ``onward``: another trip
    follows for certain, so that the shift need not be able to end with this one (a break whose
    load does not allow it now comes later).
    """
    if progress.trips >= instance.vehicles[vehicle].max_trips:
        return None
    clock = _Clock(instance, occupancy, vehicle, progress)
    trip = _through(clock, point, stops, onward=onward)
    if trip is None and progress.breaks:
        # Break first: it may not fit between the stops, or not with this load.
        clock = _Clock(instance, occupancy, vehicle, progress)
        if point is not None and not clock.ride(point):
            return None
        trip = _through(clock, point, stops, onward=onward) if clock.pause() else None
    return trip


def _through(
    clock: _Clock, point: int | None, stops: tuple[Stop, ...], *, onward: bool
) -> Trip | None:
    release = max((s.release_s for s in stops), default=0)
    if point is not None:
        if not clock.reload(point, release):
            return None
    else:
        now = clock.now
        begin = max(now.time_s, release)
        # Whoever has taken a break has begun; others only come when there is something to bring.
        waited = begin - now.time_s if now.trips == 0 and not clock.visits else 0
        clock.now = replace(
            now, time_s=begin, trips=now.trips + 1, departed_s=now.departed_s + waited
        )
    clock.load = total([s.loaded for s in stops], clock.instance.zero)
    for stop in stops:
        if not clock.serve(stop):
            return None
    return clock.finish(point, stops, onward=onward)
