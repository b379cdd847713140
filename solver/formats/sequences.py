"""From the order of stops to a route with its times: as early as may be.

Solution files name only who is visited in which order. A route made from them leaves when the
shift begins, waits for goods that are not released yet and for windows that are not open yet.
Where the vehicle has a longest duration, it leaves as late as it can without ending later.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from solver.plan import Route, Step
from solver.problem import (
    UNREACHABLE,
    Amounts,
    Job,
    Problem,
    Shipment,
    ShipmentStep,
    Vehicle,
    Window,
    service_s,
    setup_s,
)
from solver.summary import route_cost

_NEVER: Final = 2**62


@dataclass(frozen=True, slots=True, kw_only=True)
class Stop:
    """One visit: a job, or one end of a shipment; the changes are of the load on board."""

    type: str
    task: Job | ShipmentStep
    loaded: Amounts  # what a trip has on board from its start for it
    change: Amounts  # what the visit adds
    release_s: int = 0


def stops_of(problem: Problem) -> Iterator[Stop]:
    """Give every stop of a problem."""
    nothing = (0,) * problem.dimensions
    for job in problem.jobs:
        delivery, pickup = job.delivery or nothing, job.pickup or nothing
        yield Stop(
            type="job",
            task=job,
            loaded=delivery,
            change=tuple(p - d for d, p in zip(delivery, pickup, strict=True)),
            release_s=job.release_s,
        )
    for shipment in problem.shipments:
        yield from _legs(shipment, nothing)


def _legs(shipment: Shipment, nothing: Amounts) -> Iterator[Stop]:
    amount = shipment.amount or nothing
    taken = tuple(-a for a in amount)
    yield Stop(type="pickup", task=shipment.pickup, loaded=nothing, change=amount)
    if shipment.via is not None:
        yield Stop(type="via", task=shipment.via, loaded=nothing, change=nothing)
    yield Stop(type="delivery", task=shipment.delivery, loaded=nothing, change=taken)


@dataclass(frozen=True, slots=True)
class TripStops:
    """The stops of one trip; ``point`` is where it loads, None for VROOM's single trip."""

    point: int | None
    stops: tuple[Stop, ...]


def route_of(problem: Problem, vehicle: Vehicle, trips: Sequence[TripStops]) -> Route:
    """Write a route out. Whether it keeps the rules is not asked here."""
    first = vehicle.window[0]
    if trips and trips[0].point is None:
        first = max([first, *(stop.release_s for stop in trips[0].stops)])
    calls = list(_calls(problem, vehicle, trips))
    steps = _timed(problem, vehicle, calls, first)
    if vehicle.max_duration_s is not None:
        delay = _delay(calls, steps)
        steps = _timed(problem, vehicle, calls, first + delay) if delay else steps
    return Route(
        vehicle=vehicle.id,
        steps=tuple(steps),
        cost=route_cost(problem, vehicle, steps),
        description=vehicle.description,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Call:
    """A step without its times; it begins inside one of ``windows``."""

    type: str
    location: int | None
    load: Amounts
    trip: int
    windows: tuple[Window, ...] = ()
    setup_s: int = 0
    service_s: int = 0
    task: Job | ShipmentStep | None = None


def _calls(problem: Problem, vehicle: Vehicle, trips: Sequence[TripStops]) -> Iterator[_Call]:
    load: Amounts = (0,) * problem.dimensions
    if trips and trips[0].point is None:
        load = _loaded(trips[0], load)
    at = vehicle.start if vehicle.start is not None or not trips else trips[0].point
    yield _Call(type="start", location=at, load=load, trip=0)
    number = 0
    for number, trip in enumerate(trips):
        if trip.point is not None:
            load = _loaded(trip, (0,) * problem.dimensions)
            yield _loading(vehicle, trip, load, number)
            at = None  # who unpacks anew sets up anew
        for stop in trip.stops:
            task = stop.task
            load = tuple(a + c for a, c in zip(load, stop.change, strict=True))
            yield _Call(
                type=stop.type,
                location=task.location,
                load=load,
                trip=number,
                windows=task.windows,
                setup_s=0 if at == task.location else setup_s(task, vehicle),
                service_s=service_s(task, vehicle),
                task=task,
            )
            at = task.location
    home = vehicle.end if vehicle.end is not None or not trips else trips[-1].point
    yield _Call(
        type="end",
        location=at if home is None else home,
        load=load,
        trip=number,
        windows=(vehicle.window,),
    )


def _loading(vehicle: Vehicle, trip: TripStops, load: Amounts, number: int) -> _Call:
    service = vehicle.reload_service_s
    released = max((stop.release_s for stop in trip.stops), default=0)
    return _Call(
        type="reload",
        location=trip.point,
        load=load,
        trip=number,
        windows=((released - service, _NEVER),),  # loaded when all of it is released
        service_s=service,
    )


def _loaded(trip: TripStops, nothing: Amounts) -> Amounts:
    return tuple(map(sum, zip(nothing, *(stop.loaded for stop in trip.stops), strict=True)))


def _timed(problem: Problem, vehicle: Vehicle, calls: Sequence[_Call], now: int) -> list[Step]:
    steps: list[Step] = []
    place: int | None = None
    travelled_s = travelled_m = 0
    for call in calls:
        seconds, metres = _travel(problem, vehicle, place, call.location)
        travelled_s, travelled_m = travelled_s + seconds, travelled_m + metres
        arrival = now + seconds
        begins = _begins(arrival, call.windows)
        steps.append(
            Step(
                type=call.type,
                location=call.location,
                arrival_s=arrival,
                id=None if call.task is None else call.task.id,
                waiting_s=begins - arrival,
                setup_s=call.setup_s,
                service_s=call.service_s,
                load=call.load,
                trip=call.trip,
                duration_s=travelled_s,
                distance_m=travelled_m,
                description="" if call.task is None else call.task.description,
            )
        )
        now = begins + call.setup_s + call.service_s
        place = place if call.location is None else call.location
    return steps


def _travel(
    problem: Problem, vehicle: Vehicle, origin: int | None, target: int | None
) -> tuple[int, int]:
    if origin is None or target is None or origin == target:
        return 0, 0
    matrix = problem.matrices[vehicle.profile]
    seconds = int(matrix.duration_s[origin, target])
    if seconds == UNREACHABLE:
        return 0, 0  # the judge will say so
    return round(seconds / vehicle.speed_factor), int(matrix.distance_m[origin, target])


def _begins(arrival: int, windows: Sequence[Window]) -> int:
    """Give the first instant inside a window; who is too late for all begins at once."""
    return min((max(arrival, start) for start, end in windows if arrival <= end), default=arrival)


def _delay(calls: Sequence[_Call], steps: Sequence[Step]) -> int:
    """Give by how much the start can move without the end moving.

    Notes
    -----
    Forward time slack of Savelsbergh, "The vehicle routing problem with time windows: minimizing
    route duration", ORSA Journal on Computing 4 (1992).
    """
    waited, most = 0, _NEVER
    for call, step in zip(calls, steps, strict=True):
        waited += step.waiting_s
        begins = step.arrival_s + step.waiting_s
        closes = min((end for _, end in call.windows if begins <= end), default=_NEVER)
        most = min(most, waited + closes - begins)
    return max(0, min(waited, most))
