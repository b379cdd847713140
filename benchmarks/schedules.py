"""From an order of stops to a plan with times: what peers answer, in our terms."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from solver.plan import NOT_STATED, Plan, Route, Step, Unassigned
from solver.problem import Job, Problem, ShipmentStep, Vehicle, Window, service_s, setup_s
from solver.summary import route_cost, summarise


@dataclass(frozen=True, slots=True)
class Visit:
    """A stop of a trip: what is served there, and which bags of it (empty: all)."""

    type: str  # job, pickup, delivery
    id: int
    parts: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True)
class Trip:
    """Stops in their order; ``point`` is where the trip loads, None without reloads."""

    point: int | None
    visits: tuple[Visit, ...]


Shifts = Mapping[int, Sequence[Trip]]
"""Trips by vehicle id."""


@dataclass(frozen=True, slots=True)
class _Event:
    """Something that takes time at a location."""

    type: str
    location: int
    setup_s: int
    service_s: int
    windows: tuple[Window, ...]
    earliest_s: int
    trip: int
    visit: Visit | None = None

    @property
    def lasts_s(self) -> int:
        return self.setup_s + self.service_s

    def begin(self, at: int) -> tuple[int, int]:
        """Give when it begins for who comes at ``at``, and the end of the window used."""
        at = max(at, self.earliest_s)
        for low, high in self.windows:
            if at <= high:
                return max(at, low), high
        # Too late for every window: the judge shall say so.
        return at, at


def plan_of(
    problem: Problem, shifts: Shifts, *, engine: str, seed: int = 0, seconds: float = 0.0
) -> Plan:
    """Write out a plan: as early as may be, or where a shift must be short, as late as may be."""
    stops = stops_of(problem)
    vehicles = {vehicle.id: vehicle for vehicle in problem.vehicles}
    routes = tuple(
        _route(problem, vehicles[number], trips, stops)
        for number, trips in sorted(shifts.items())
        if any(trip.visits for trip in trips)
    )
    left = tuple(_unassigned(problem, shifts))
    summary = summarise(
        problem, routes, left, engine=engine, seed=seed, seconds=round(seconds, 3),
        stopped="time-limit",
    )  # fmt: skip
    return Plan(routes=routes, unassigned=left, summary=summary)


def stops_of(problem: Problem) -> dict[tuple[str, int], Job | ShipmentStep]:
    """Give every job and step of a shipment by type and id."""
    found: dict[tuple[str, int], Job | ShipmentStep] = {("job", j.id): j for j in problem.jobs}
    for shipment in problem.shipments:
        found["pickup", shipment.pickup.id] = shipment.pickup
        found["delivery", shipment.delivery.id] = shipment.delivery
        if shipment.via is not None:
            found["via", shipment.via.id] = shipment.via
    return found


def _route(
    problem: Problem,
    vehicle: Vehicle,
    trips: Sequence[Trip],
    stops: Mapping[tuple[str, int], Job | ShipmentStep],
) -> Route:
    events = _events(vehicle, [trip for trip in trips if trip.visits], stops)
    way = problem.matrices[vehicle.profile].duration_s

    def travel_s(a: _Event, b: _Event) -> int:
        if a.location == b.location:
            return 0
        return round(int(way[a.location, b.location]) / vehicle.speed_factor)

    hops = [0, *(travel_s(a, b) for a, b in pairwise(events))]
    begins = _begins(events, hops, vehicle.window[0])
    if vehicle.max_duration_s is not None:
        begins = _begins(events, hops, _latest_start(events, hops, begins))
    steps, arrival = [], begins[0][0]
    for event, hop, (begin, _) in zip(events, hops, begins, strict=True):
        arrival += hop
        steps.append(
            Step(
                type=event.type,
                location=event.location,
                arrival_s=arrival,
                id=None if event.visit is None else event.visit.id,
                waiting_s=begin - arrival,
                setup_s=event.setup_s,
                service_s=event.service_s,
                trip=event.trip,
                parts=() if event.visit is None else event.visit.parts,
                duration_s=NOT_STATED,
                distance_m=NOT_STATED,
            )
        )
        arrival = begin + event.lasts_s
    return Route(vehicle=vehicle.id, steps=tuple(steps), cost=route_cost(problem, vehicle, steps))


def _begins(events: Sequence[_Event], hops: Sequence[int], at: int) -> list[tuple[int, int]]:
    found = []
    for event, hop in zip(events, hops, strict=True):
        begin = event.begin(at + hop)
        found.append(begin)
        at = begin[0] + event.lasts_s
    return found


def _latest_start(
    events: Sequence[_Event], hops: Sequence[int], begins: Sequence[tuple[int, int]]
) -> int:
    """Give the latest start after which everything can still end when it does."""
    latest = begins[-1][0]
    for n in range(len(events) - 2, -1, -1):
        latest = min(begins[n][1], latest - hops[n + 1] - events[n].lasts_s)
    return max(latest, begins[0][0])


def _events(
    vehicle: Vehicle,
    trips: Sequence[Trip],
    stops: Mapping[tuple[str, int], Job | ShipmentStep],
) -> list[_Event]:
    always = ((0, 10**15),)
    start = vehicle.start if vehicle.start is not None else _first_location(vehicle, trips, stops)
    end = vehicle.end if vehicle.end is not None else vehicle.start
    if vehicle.points and vehicle.start is None:
        start = trips[0].point or vehicle.points[0]
    events = [_Event("start", start, 0, 0, always, _released(trips[0], stops, vehicle), 0)]
    for number, trip in enumerate(trips):
        if trip.point is not None:
            # Loading may begin so that it ends when the last goods are there.
            ready = _released(trip, stops, vehicle) - vehicle.reload_service_s
            events.append(
                _Event("reload", trip.point, 0, vehicle.reload_service_s, always, ready, number)
            )
        for visit in trip.visits:
            stop = stops[visit.type, visit.id]
            same = events[-1].visit is not None and events[-1].location == stop.location
            events.append(
                _Event(
                    visit.type, stop.location, 0 if same else setup_s(stop, vehicle),
                    service_s(stop, vehicle), stop.windows or always, 0, number, visit,
                )
            )  # fmt: skip
    last = events[-1].location if end is None else end
    events.append(_Event("end", last, 0, 0, always, 0, events[-1].trip))
    if trips[0].point is not None:
        events[0] = _Event("start", start, 0, 0, always, 0, 0)
    return events


def _first_location(
    vehicle: Vehicle,
    trips: Sequence[Trip],
    stops: Mapping[tuple[str, int], Job | ShipmentStep],
) -> int:
    if vehicle.points:
        return trips[0].point if trips[0].point is not None else vehicle.points[0]
    first = trips[0].visits[0]
    return stops[first.type, first.id].location


def _released(
    trip: Trip, stops: Mapping[tuple[str, int], Job | ShipmentStep], vehicle: Vehicle
) -> int:
    served = [stops[visit.type, visit.id] for visit in trip.visits]
    return max([vehicle.window[0], *(s.release_s for s in served if isinstance(s, Job))])


def _unassigned(problem: Problem, shifts: Shifts) -> Iterable[Unassigned]:
    served: dict[tuple[str, int], set[int]] = defaultdict(set)
    for trips in shifts.values():
        for visit in (visit for trip in trips for visit in trip.visits):
            served[visit.type, visit.id] |= set(visit.parts or (-1,))
    for job in problem.jobs:
        done = served["job", job.id]
        if -1 in done or (job.parts and len(done) == len(job.parts)):
            continue
        rest = tuple(n for n in range(len(job.parts)) if n not in done) if done else ()
        yield _left("job", job.id, job.location, rest)
    for shipment in problem.shipments:
        if not served["pickup", shipment.pickup.id]:
            yield _left("pickup", shipment.pickup.id, shipment.pickup.location, ())
            yield _left("delivery", shipment.delivery.id, shipment.delivery.location, ())


def _left(kind: str, number: int, location: int, parts: tuple[int, ...]) -> Unassigned:
    return Unassigned(
        id=number, type=kind, location=location, code="no-time-left", facts={}, proven=False,
        parts=parts,
    )  # fmt: skip
